// Options of normalisation layers.
#pragma once

#include <optional>
#include <vector>

#include <tengen/tensor/arg.h>
#include <tengen/tensor/tensor.h>

namespace tengen::nn {

/// momentum: the weight of the newest batch in the running statistics; std::nullopt for their plain average.
struct BatchNormOptions {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  TENGEN_ARG(int64_t, num_features);
  TENGEN_ARG(double, eps) = 1e-5;
  TENGEN_ARG(std::optional<double>, momentum) = 0.1;
  TENGEN_ARG(bool, affine) = true;
  TENGEN_ARG(bool, track_running_stats) = true;
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;

struct LayerNormOptions {
  LayerNormOptions(std::vector<int64_t> normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
  TENGEN_ARG(std::vector<int64_t>, normalized_shape);
  TENGEN_ARG(double, eps) = 1e-5;
  TENGEN_ARG(bool, elementwise_affine) = true;
};

struct GroupNormOptions {
  GroupNormOptions(int64_t num_groups, int64_t num_channels)
      : num_groups_(num_groups), num_channels_(num_channels) {}
  TENGEN_ARG(int64_t, num_groups);
  TENGEN_ARG(int64_t, num_channels);
  TENGEN_ARG(double, eps) = 1e-5;
  TENGEN_ARG(bool, affine) = true;
};

namespace functional {

struct BatchNormFuncOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();
  TENGEN_ARG(Tensor, bias) = Tensor();
  TENGEN_ARG(bool, training) = false;
  TENGEN_ARG(std::optional<double>, momentum) = 0.1;
  TENGEN_ARG(double, eps) = 1e-5;
};

struct LayerNormFuncOptions {
  LayerNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  TENGEN_ARG(std::vector<int64_t>, normalized_shape);
  TENGEN_ARG(Tensor, weight) = Tensor();
  TENGEN_ARG(Tensor, bias) = Tensor();
  TENGEN_ARG(double, eps) = 1e-5;
};

struct GroupNormFuncOptions {
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  TENGEN_ARG(int64_t, num_groups);
  TENGEN_ARG(Tensor, weight) = Tensor();
  TENGEN_ARG(Tensor, bias) = Tensor();
  TENGEN_ARG(double, eps) = 1e-5;
};

struct NormalizeFuncOptions {
  TENGEN_ARG(double, p) = 2;
  TENGEN_ARG(int64_t, dim) = 1;
  TENGEN_ARG(double, eps) = 1e-12;
};

}  // namespace functional
}  // namespace tengen::nn
