// Options of activation functions.
#pragma once

#include <optional>
#include <string>

#include <tengen/tensor/arg.h>
#include <tengen/tensor/dtype.h>

namespace tengen::nn {

struct ReLUOptions {
  ReLUOptions(bool inplace = false) : inplace_(inplace) {}
  TENGEN_ARG(bool, inplace);
};
using ReLU6Options = ReLUOptions;
using SELUOptions = ReLUOptions;

struct ELUOptions {
  TENGEN_ARG(double, alpha) = 1;
  TENGEN_ARG(bool, inplace) = false;
};
using CELUOptions = ELUOptions;

struct LeakyReLUOptions {
  TENGEN_ARG(double, negative_slope) = 1e-2;
  TENGEN_ARG(bool, inplace) = false;
};

struct PReLUOptions {
  TENGEN_ARG(int64_t, num_parameters) = 1;
  TENGEN_ARG(double, init) = 0.25;
};

struct HardtanhOptions {
  TENGEN_ARG(double, min_val) = -1;
  TENGEN_ARG(double, max_val) = 1;
  TENGEN_ARG(bool, inplace) = false;
};

/// approximate: "none" or "tanh".
struct GELUOptions {
  TENGEN_ARG(std::string, approximate) = "none";
};

struct SoftplusOptions {
  TENGEN_ARG(double, beta) = 1;
  TENGEN_ARG(double, threshold) = 20;
};

struct HardshrinkOptions {
  HardshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  TENGEN_ARG(double, lambda);
};
using SoftshrinkOptions = HardshrinkOptions;

struct ThresholdOptions {
  ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  TENGEN_ARG(double, threshold);
  TENGEN_ARG(double, value);
  TENGEN_ARG(bool, inplace) = false;
};

struct GLUOptions {
  GLUOptions(int64_t dim = -1) : dim_(dim) {}
  TENGEN_ARG(int64_t, dim);
};

struct SoftmaxOptions {
  SoftmaxOptions(int64_t dim) : dim_(dim) {}
  TENGEN_ARG(int64_t, dim);
};
using SoftminOptions = SoftmaxOptions;
using LogSoftmaxOptions = SoftmaxOptions;

namespace functional {

using ReLUFuncOptions = ReLUOptions;
using ReLU6FuncOptions = ReLU6Options;
using SELUFuncOptions = SELUOptions;
using ELUFuncOptions = ELUOptions;
using CELUFuncOptions = CELUOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using HardtanhFuncOptions = HardtanhOptions;
using GELUFuncOptions = GELUOptions;
using SoftplusFuncOptions = SoftplusOptions;
using HardshrinkFuncOptions = HardshrinkOptions;
using SoftshrinkFuncOptions = SoftshrinkOptions;
using ThresholdFuncOptions = ThresholdOptions;
using GLUFuncOptions = GLUOptions;

/// dtype: what the input is converted to first.
struct SoftmaxFuncOptions {
  SoftmaxFuncOptions(int64_t dim) : dim_(dim) {}
  TENGEN_ARG(int64_t, dim);
  TENGEN_ARG(std::optional<Dtype>, dtype) = std::nullopt;
};
using SoftminFuncOptions = SoftmaxFuncOptions;
using LogSoftmaxFuncOptions = SoftmaxFuncOptions;

}  // namespace functional
}  // namespace tengen::nn
