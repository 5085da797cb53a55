// Options of linear, embedding, dropout, shape, padding, distance and resampling layers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tengen/nn/enum.h>
#include <tengen/nn/expanding_array.h>
#include <tengen/tensor/arg.h>
#include <tengen/tensor/tensor.h>

namespace tengen::nn {

struct LinearOptions {
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  TENGEN_ARG(int64_t, in_features);
  TENGEN_ARG(int64_t, out_features);
  TENGEN_ARG(bool, bias) = true;
};

struct BilinearOptions {
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  TENGEN_ARG(int64_t, in1_features);
  TENGEN_ARG(int64_t, in2_features);
  TENGEN_ARG(int64_t, out_features);
  TENGEN_ARG(bool, bias) = true;
};

struct FlattenOptions {
  TENGEN_ARG(int64_t, start_dim) = 1;
  TENGEN_ARG(int64_t, end_dim) = -1;
};

struct UnflattenOptions {
  UnflattenOptions(int64_t dim, std::vector<int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  TENGEN_ARG(int64_t, dim);
  TENGEN_ARG(std::vector<int64_t>, sizes);
};

struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  TENGEN_ARG(double, p);
  TENGEN_ARG(bool, inplace) = false;
};
using Dropout2dOptions = DropoutOptions;

struct EmbeddingOptions {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  TENGEN_ARG(int64_t, num_embeddings);
  TENGEN_ARG(int64_t, embedding_dim);
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;
  TENGEN_ARG(double, norm_type) = 2;
  TENGEN_ARG(Tensor, _weight) = Tensor();
};

struct EmbeddingFromPretrainedOptions {
  TENGEN_ARG(bool, freeze) = true;
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;
  TENGEN_ARG(double, norm_type) = 2;
};

struct CosineSimilarityOptions {
  TENGEN_ARG(int64_t, dim) = 1;
  TENGEN_ARG(double, eps) = 1e-8;
};

struct PairwiseDistanceOptions {
  TENGEN_ARG(double, p) = 2;
  TENGEN_ARG(double, eps) = 1e-6;
  TENGEN_ARG(bool, keepdim) = false;
};

struct PixelShuffleOptions {
  PixelShuffleOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  TENGEN_ARG(int64_t, upscale_factor);
};

struct PixelUnshuffleOptions {
  PixelUnshuffleOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  TENGEN_ARG(int64_t, downscale_factor);
};

/// Amounts before and after, the last dimension first: (left, right, top, bottom).
template <size_t D>
struct PadOptions {
  PadOptions(ExpandingArray<D * 2> padding) : padding_(padding) {}
  TENGEN_ARG(ExpandingArray<D * 2>, padding);
};
using ReflectionPad1dOptions = PadOptions<1>;
using ReflectionPad2dOptions = PadOptions<2>;
using ReplicationPad1dOptions = PadOptions<1>;
using ReplicationPad2dOptions = PadOptions<2>;
using ZeroPad2dOptions = PadOptions<2>;

template <size_t D>
struct ConstantPadOptions {
  ConstantPadOptions(ExpandingArray<D * 2> padding, double value) : padding_(padding), value_(value) {}
  TENGEN_ARG(ExpandingArray<D * 2>, padding);
  TENGEN_ARG(double, value);
};
using ConstantPad1dOptions = ConstantPadOptions<1>;
using ConstantPad2dOptions = ConstantPadOptions<2>;

/// Modes kNearest (1-d and 2-d data) and kBilinear (2-d data).
struct UpsampleOptions {
  TENGEN_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  TENGEN_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  TENGEN_ARG(EnumType, mode) = kNearest;
  TENGEN_ARG(std::optional<bool>, align_corners) = std::nullopt;
};

namespace functional {

using CosineSimilarityFuncOptions = CosineSimilarityOptions;
using PairwiseDistanceFuncOptions = PairwiseDistanceOptions;
using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;

struct DropoutFuncOptions {
  TENGEN_ARG(double, p) = 0.5;
  TENGEN_ARG(bool, training) = true;
  TENGEN_ARG(bool, inplace) = false;
};
using Dropout2dFuncOptions = DropoutFuncOptions;

struct EmbeddingFuncOptions {
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;
  TENGEN_ARG(double, norm_type) = 2;
};

/// Modes kConstant, kReflect, kReplicate, kCircular.
struct PadFuncOptions {
  PadFuncOptions(std::vector<int64_t> pad) : pad_(std::move(pad)) {}
  TENGEN_ARG(std::vector<int64_t>, pad);
  TENGEN_ARG(EnumType, mode) = kConstant;
  TENGEN_ARG(double, value) = 0;
};

/// Modes kNearest (1-d and 2-d data), kBilinear (2-d data) and kArea (adaptive average pooling).
struct InterpolateFuncOptions {
  TENGEN_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  TENGEN_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  TENGEN_ARG(EnumType, mode) = kNearest;
  TENGEN_ARG(std::optional<bool>, align_corners) = std::nullopt;
  TENGEN_ARG(std::optional<bool>, recompute_scale_factor) = std::nullopt;
};

}  // namespace functional
}  // namespace tengen::nn
