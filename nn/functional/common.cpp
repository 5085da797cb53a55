#include <tengen/nn/functional/common.h>

#include <cmath>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/functional/given.h>
#include <tengen/tensor/random_fill.h>

namespace tengen::nn::functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return tengen::linear(input, weight, given(bias));
}

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias) {
  TENGEN_CHECK(weight.dim() == 3 && input1.dim() >= 1 && input2.dim() == input1.dim() &&
                   input1.size(-1) == weight.size(1) && input2.size(-1) == weight.size(2),
               "bilinear: inputs of shapes ", input1.sizes(), " and ", input2.sizes(),
               " do not fit weight of shape ", weight.sizes());
  // (..., in1), (out, in1, in2) -> (..., out, in2), then the product with (..., 1, in2) summed over in2
  int64_t out = weight.size(0), in1 = weight.size(1), in2 = weight.size(2);
  DimVector shape(input1.sizes().begin(), input1.sizes().end());
  shape.back() = out;
  shape.push_back(in2);
  Tensor left = matmul(input1, weight.permute({1, 0, 2}).reshape({in1, out * in2})).reshape(shape);
  Tensor result = (left * input2.unsqueeze(-2)).sum(-1);
  return bias.defined() ? result + bias : result;
}

Tensor one_hot(const Tensor& tensor, int64_t num_classes) { return tengen::one_hot(tensor, num_classes); }

Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  int64_t rows = weight.size(0), padding = options.padding_idx().value_or(-1);
  if (options.padding_idx()) {
    TENGEN_CHECK(padding >= -rows && padding < rows, "embedding: padding_idx ", padding,
                 " is out of range for ", rows, " embeddings");
    if (padding < 0) padding += rows;
  }
  if (options.max_norm()) {
    NoGradGuard no_grad;
    Tensor used = std::get<0>(_unique2(input.reshape(-1)));
    Tensor vectors = weight.index_select(0, used);
    Tensor length = vectors.norm(Scalar(options.norm_type()), 1, /*keepdim=*/true);
    Tensor scale = where(length > *options.max_norm(), *options.max_norm() / (length + 1e-7), Scalar(1.0));
    weight.index_put_({used}, vectors * scale);
  }
  return tengen::embedding(weight, input, padding);
}

namespace {

// Zeroes entries of noise of the given shape with probability p, scales the rest, and multiplies.
Tensor drop(const char* name, const Tensor& input, IntArrayRef noise_shape,
            const DropoutFuncOptions& options) {
  double p = options.p();
  TENGEN_CHECK(p >= 0 && p <= 1, name, ": dropout probability has to be between 0 and 1, but got ", p);
  if (!options.training() || p == 0 || input.numel() == 0) return input;
  Tensor noise = input.new_empty(noise_shape);
  if (p == 1)
    noise.zero_();
  else
    fill_dropout(noise, p);
  return options.inplace() ? input.mul_(noise) : input * noise;
}

}  // namespace

Tensor dropout(const Tensor& input, const DropoutFuncOptions& options) {
  return drop("dropout", input, input.sizes(), options);
}

Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options) {
  TENGEN_CHECK(input.dim() >= 2, "dropout2d: expected at least 2 dimensions, found shape ", input.sizes());
  DimVector shape(input.dim(), 1);  // (N,C,1,1)
  shape[0] = input.size(0);
  shape[1] = input.size(1);
  return drop("dropout2d", input, shape, options);
}

namespace {

// Wraps around: the end stands before the beginning and the beginning after the end.
Tensor pad_circular(Tensor input, const std::vector<int64_t>& pad) {
  for (size_t i = 0; i < pad.size() / 2; ++i) {
    int64_t dim = input.dim() - 1 - int64_t(i), size = input.size(dim), before = pad[2 * i],
            after = pad[2 * i + 1];
    TENGEN_CHECK(before >= 0 && after >= 0 && before <= size && after <= size, "pad: circular padding (",
                 before, ", ", after, ") of dimension ", dim, " wraps around more than once: its size is ",
                 size);
    if (before || after)
      input = cat({input.narrow(dim, size - before, before), input, input.narrow(dim, 0, after)}, dim);
  }
  return input;
}

}  // namespace

Tensor pad(const Tensor& input, const PadFuncOptions& options) {
  const auto& amounts = options.pad();
  TENGEN_CHECK(amounts.size() % 2 == 0 && int64_t(amounts.size() / 2) <= input.dim(),
               "pad: expected two amounts for each of at most ", input.dim(), " dimensions, found ",
               amounts.size());
  switch (options.mode()) {
    case kConstant:
      return constant_pad_nd(input, amounts, options.value());
    case kReflect:
      return tengen::pad(input, amounts, "reflect");
    case kReplicate:
      return tengen::pad(input, amounts, "replicate");
    case kCircular:
      return pad_circular(input, amounts);
    default:
      fail("pad: mode must be kConstant, kReflect, kReplicate or kCircular, found ",
           enum_name(options.mode()));
  }
}

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options) {
  int64_t spatial = input.dim() - 2;
  EnumType mode = options.mode();
  TENGEN_CHECK(bool(options.size()) != bool(options.scale_factor()),
               "interpolate: exactly one of size and scale_factor must be given");
  TENGEN_CHECK(mode == kBilinear || !options.align_corners(),
               "interpolate: align_corners can only be set with kBilinear, found ", enum_name(mode));
  TENGEN_CHECK(spatial == 1 || spatial == 2, "interpolate: expected (N,C,L) or (N,C,H,W), found shape ",
               input.sizes());

  std::vector<int64_t> size;
  std::vector<std::optional<double>> scales(spatial);
  if (options.size()) {
    size = *options.size();
    TENGEN_CHECK(int64_t(size.size()) == spatial, "interpolate: size has ", size.size(), " values for ",
                 spatial, " spatial dimensions");
  } else {
    const auto& factors = *options.scale_factor();
    TENGEN_CHECK(int64_t(factors.size()) == spatial, "interpolate: scale_factor has ", factors.size(),
                 " values for ", spatial, " spatial dimensions");
    for (int64_t d = 0; d < spatial; ++d) {
      size.push_back(int64_t(std::floor(double(input.size(d + 2)) * factors[d])));
      if (!options.recompute_scale_factor().value_or(false)) scales[d] = factors[d];
    }
  }
  if (mode == kNearest && spatial == 1) return upsample_nearest1d(input, size, scales[0]);
  if (mode == kNearest) return upsample_nearest2d(input, size, scales[0], scales[1]);
  if (mode == kArea && spatial == 1) return adaptive_avg_pool1d(input, size);
  if (mode == kArea) return adaptive_avg_pool2d(input, size);
  TENGEN_CHECK(mode == kBilinear && spatial == 2, "interpolate: ", enum_name(mode),
               " is not available for input of ", input.dim(),
               " dimensions; kNearest and kArea take 3 and 4 dimensions, kBilinear takes 4");
  return upsample_bilinear2d(input, size, options.align_corners().value_or(false), scales[0], scales[1]);
}

Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options) {
  int64_t r = options.upscale_factor();
  TENGEN_CHECK(input.dim() == 4 && r > 0 && input.size(1) % (r * r) == 0,
               "pixel_shuffle: expected (N,C*r*r,H,W) with r = ", r, ", found shape ", input.sizes());
  int64_t n = input.size(0), c = input.size(1) / (r * r), h = input.size(2), w = input.size(3);
  return input.reshape({n, c, r, r, h, w}).permute({0, 1, 4, 2, 5, 3}).reshape({n, c, h * r, w * r});
}

Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options) {
  int64_t r = options.downscale_factor();
  TENGEN_CHECK(input.dim() == 4 && r > 0 && input.size(2) % r == 0 && input.size(3) % r == 0,
               "pixel_unshuffle: expected (N,C,H*r,W*r) with r = ", r, ", found shape ", input.sizes());
  int64_t n = input.size(0), c = input.size(1), h = input.size(2) / r, w = input.size(3) / r;
  return input.reshape({n, c, h, r, w, r}).permute({0, 1, 3, 5, 2, 4}).reshape({n, c * r * r, h, w});
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, const CosineSimilarityFuncOptions& options) {
  return tengen::cosine_similarity(x1, x2, options.dim(), options.eps());
}
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, const PairwiseDistanceFuncOptions& options) {
  return tengen::pairwise_distance(x1, x2, options.p(), options.eps(), options.keepdim());
}

}  // namespace tengen::nn::functional
