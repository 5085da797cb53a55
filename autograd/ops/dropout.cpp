#include <cmath>

#include <tengen/autograd/ops/layers.h>
#include <tengen/tensor/random/fill.h>

namespace tengen::inline api {

namespace {

/// Noise for all elements of input or, `by_channel`, for each channel of (N,C,...).
Tensor room_for_noise(const char* op, const Tensor& input, bool by_channel) {
  if (!by_channel) return empty_like(input);
  TENGEN_CHECK(input.dim() >= 2, op,
               ": feature dropout requires at least 2 dimensions in the input, but got ", input.sizes());
  DimVector shape(size_t(input.dim()), 1);
  shape[0] = input.size(0), shape[1] = input.size(1);
  return empty(shape, input.options());
}

/// input * noise + shift, or only the product; `in_place` in input's memory.
Tensor drop(const char* op, const Tensor& input, double p, bool train, bool by_channel, bool alpha,
            bool in_place) {
  TENGEN_CHECK(p >= 0 && p <= 1, op, ": dropout probability has to be between 0 and 1, but got ", p);
  if (p == 0 || !train || input.numel() == 0) return input;
  const auto times = [&](const Tensor& noise) { return in_place ? input.mul_(noise) : input * noise; };
  if (p == 1) return times(zeros({}, input.options()));
  const Tensor noise = room_for_noise(op, input, by_channel);
  if (!alpha) {
    fill_dropout(noise, p);
    return times(noise);
  }
  // Klambauer et al. 2017: what is dropped becomes -lowest, and a and the shift restore mean and variance.
  const double lowest = 1.7580993408473766, a = 1 / std::sqrt((lowest * lowest * p + 1) * (1 - p));
  fill_bernoulli(noise, 1 - p);
  const Tensor shift = (noise - 1) * (lowest * a) + lowest * a * p, product = times(noise * a);
  return in_place ? product.add_(shift) : product + shift;
}

}  // namespace

Tensor dropout(const Tensor& input, double p, bool train) {
  return drop("dropout", input, p, train, false, false, false);
}
Tensor feature_dropout(const Tensor& input, double p, bool train) {
  return drop("feature_dropout", input, p, train, true, false, false);
}
Tensor alpha_dropout(const Tensor& input, double p, bool train) {
  return drop("alpha_dropout", input, p, train, false, true, false);
}
Tensor feature_alpha_dropout(const Tensor& input, double p, bool train) {
  return drop("feature_alpha_dropout", input, p, train, true, true, false);
}

Tensor& dropout_(Tensor& self, double p, bool train) {
  drop("dropout_", self, p, train, false, false, true);
  return self;
}
Tensor& feature_dropout_(Tensor& self, double p, bool train) {
  drop("feature_dropout_", self, p, train, true, false, true);
  return self;
}
Tensor& alpha_dropout_(Tensor& self, double p, bool train) {
  drop("alpha_dropout_", self, p, train, false, true, true);
  return self;
}
Tensor& feature_alpha_dropout_(Tensor& self, double p, bool train) {
  drop("feature_alpha_dropout_", self, p, train, true, true, true);
  return self;
}

}  // namespace tengen::inline api
