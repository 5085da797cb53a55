// Options of loss functions. reduction: kNone, kMean or kSum; kBatchMean too for the KL divergence.
#pragma once

#include <tengen/nn/enum.h>
#include <tengen/tensor/arg.h>
#include <tengen/tensor/tensor.h>

namespace tengen::nn {

struct MSELossOptions {
  MSELossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);
};
using L1LossOptions = MSELossOptions;

/// beta: where the squared part ends.
struct SmoothL1LossOptions {
  SmoothL1LossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);
  TENGEN_ARG(double, beta) = 1;
};

/// delta: where the squared part ends.
struct HuberLossOptions {
  HuberLossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);
  TENGEN_ARG(double, delta) = 1;
};

struct KLDivLossOptions {
  KLDivLossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);
  TENGEN_ARG(bool, log_target) = false;
};

/// weight: of each element.
struct BCELossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();
  TENGEN_ARG(EnumType, reduction) = kMean;
};

/// pos_weight: of positive targets, per class.
struct BCEWithLogitsLossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();
  TENGEN_ARG(EnumType, reduction) = kMean;
  TENGEN_ARG(Tensor, pos_weight) = Tensor();
};

/// weight: of each class, (C).
struct NLLLossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();
  TENGEN_ARG(int64_t, ignore_index) = -100;
  TENGEN_ARG(EnumType, reduction) = kMean;
};

struct CrossEntropyLossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();
  TENGEN_ARG(int64_t, ignore_index) = -100;
  TENGEN_ARG(EnumType, reduction) = kMean;
  TENGEN_ARG(double, label_smoothing) = 0;
};

struct CosineEmbeddingLossOptions {
  TENGEN_ARG(double, margin) = 0;
  TENGEN_ARG(EnumType, reduction) = kMean;
};

/// p: of the norm that measures distances; swap: use the negative's distance to the positive where it is
/// smaller.
struct TripletMarginLossOptions {
  TENGEN_ARG(double, margin) = 1;
  TENGEN_ARG(double, p) = 2;
  TENGEN_ARG(double, eps) = 1e-6;
  TENGEN_ARG(bool, swap) = false;
  TENGEN_ARG(EnumType, reduction) = kMean;
};

namespace functional {
using MSELossFuncOptions = MSELossOptions;
using L1LossFuncOptions = L1LossOptions;
using SmoothL1LossFuncOptions = SmoothL1LossOptions;
using HuberLossFuncOptions = HuberLossOptions;
using KLDivFuncOptions = KLDivLossOptions;
using BinaryCrossEntropyFuncOptions = BCELossOptions;
using BinaryCrossEntropyWithLogitsFuncOptions = BCEWithLogitsLossOptions;
using NLLLossFuncOptions = NLLLossOptions;
using CrossEntropyFuncOptions = CrossEntropyLossOptions;
using CosineEmbeddingLossFuncOptions = CosineEmbeddingLossOptions;
using TripletMarginLossFuncOptions = TripletMarginLossOptions;
}  // namespace functional
}  // namespace tengen::nn
