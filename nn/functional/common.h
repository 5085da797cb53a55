// Linear maps, embedding, dropout, padding, resampling and distances with options.
#pragma once

#include <tengen/nn/options/common.h>

namespace tengen::nn::functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});  // (..., in) -> (..., out)
/// y_k = x1^T W_k x2 + b_k: (..., in1), (..., in2) -> (..., out); weight (out, in1, in2).
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias = {});

Tensor one_hot(const Tensor& tensor, int64_t num_classes = -1);
/// Rows of weight. Rows longer than max_norm are first scaled down to it, in weight itself.
Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options = {});

Tensor dropout(const Tensor& input, const DropoutFuncOptions& options = {});
Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options = {});  // whole channels

Tensor pad(const Tensor& input, const PadFuncOptions& options);
Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options = {});
Tensor pixel_shuffle(const Tensor& input,
                     const PixelShuffleFuncOptions& options);  // (N,C*r*r,H,W) -> (N,C,H*r,W*r)
Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options);  // and back

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, const CosineSimilarityFuncOptions& options = {});
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, const PairwiseDistanceFuncOptions& options = {});

}  // namespace tengen::nn::functional
