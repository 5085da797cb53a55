// Activation functions that are compositions.
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/replace.h>

namespace tengen::inline api {
namespace {

// In place where the operator is a function.
template <class Operation>
Tensor& in_place(const char* name, Tensor& self, Operation operation) {
  return autograd::replace_(name, self, {}, operation);
}

}  // namespace

Tensor selu(const Tensor& self) {
  const double alpha = 1.6732632423543772848170429916717, scale = 1.0507009873554804934193349852946;
  return elu(self, alpha) * scale;
}
Tensor& selu_(Tensor& self) {
  return in_place("selu_", self, [](const Tensor& x) { return selu(x); });
}

Tensor celu(const Tensor& self, const Scalar& alpha) {
  TENGEN_CHECK(!alpha.equal(0), "celu: alpha must not be 0");
  const Tensor positive = self > 0,
               rest = self.masked_fill(positive, 0);  // no inf * 0 where it is not chosen
  return where(positive, self, (rest / alpha).expm1() * alpha);
}
Tensor& celu_(Tensor& self, const Scalar& alpha) {
  return in_place("celu_", self, [&](const Tensor& x) { return celu(x, alpha); });
}

Tensor& elu_(Tensor& self, const Scalar& alpha) {
  return in_place("elu_", self, [&](const Tensor& x) { return elu(x, alpha); });
}

Tensor& hardtanh_(Tensor& self, const Scalar& min_val, const Scalar& max_val) {
  return in_place("hardtanh_", self, [&](const Tensor& x) { return hardtanh(x, min_val, max_val); });
}

Tensor hardsigmoid(const Tensor& self) { return relu6(self + 3) / 6; }
Tensor& hardsigmoid_(Tensor& self) {
  return in_place("hardsigmoid_", self, [](const Tensor& x) { return hardsigmoid(x); });
}

Tensor hardswish(const Tensor& self) { return self * hardsigmoid(self); }
Tensor& hardswish_(Tensor& self) {
  return in_place("hardswish_", self, [](const Tensor& x) { return hardswish(x); });
}

Tensor hardshrink(const Tensor& self, const Scalar& lambd) {
  return autograd::with_constant_gradient(self).masked_fill(self.abs() <= lambd, 0);
}

Tensor softshrink(const Tensor& self, const Scalar& lambd) {
  TENGEN_CHECK(lambd.toDouble() >= 0, "softshrink: lambda must be at least 0, but got ", lambd.toDouble());
  const Tensor x = autograd::with_constant_gradient(self);
  return (x - x.sign() * lambd).masked_fill(self.abs() <= lambd, 0);
}

Tensor threshold(const Tensor& self, const Scalar& threshold, const Scalar& value) {
  return autograd::with_constant_gradient(self).masked_fill(self <= threshold, value);
}
Tensor& threshold_(Tensor& self, const Scalar& threshold, const Scalar& value) {
  return in_place("threshold_", self,
                  [&](const Tensor& x) { return tengen::threshold(x, threshold, value); });
}

Tensor glu(const Tensor& self, int64_t dim) {
  const int64_t size = self.size(dim);
  TENGEN_CHECK(size % 2 == 0, "glu: dimension ", dim, " must have an even size, but got ", size);
  return self.narrow(dim, 0, size / 2) * self.narrow(dim, size / 2, size / 2).sigmoid();
}

Tensor prelu(const Tensor& self, const Tensor& weight) {
  if (CastOperands cast = to_autocast_type(self)) return prelu(cast(self), cast(weight));
  const int64_t channels = self.dim() < 2 ? 1 : self.size(1);
  TENGEN_CHECK(weight.numel() == 1 || weight.numel() == channels, "prelu: weight has ", weight.numel(),
               " elements, expected 1 or the number of channels, ", channels);
  DimVector shape(size_t(self.dim()), 1);  // (C) -> (1,C,1,...)
  if (self.dim() >= 2) shape[1] = weight.numel();
  const Tensor x = autograd::with_constant_gradient(self);
  return where(x > 0, x, x * autograd::with_constant_gradient(weight).reshape(shape));
}

namespace {

void check_slopes(const Scalar& lower, const Scalar& upper) {
  TENGEN_CHECK(lower.toDouble() <= upper.toDouble(),
               "rrelu: lower bound should be less than or equal to the "
               "upper bound, but got ",
               lower.toDouble(), " and ", upper.toDouble());
}

}  // namespace

Tensor rrelu(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
             std::optional<Generator> generator) {
  check_slopes(lower, upper);
  if (!training) return leaky_relu(self, (lower.toDouble() + upper.toDouble()) / 2);
  // One number for every element that is not positive, in row-major order.
  const Tensor steep = self.detach().reshape(-1) <= 0;
  const Tensor drawn = empty({steep.sum().item<int64_t>()}, self.options().dtype(kDouble))
                           .uniform_(lower.toDouble(), upper.toDouble(), generator);
  const Tensor slopes =
      index_put(ones({self.numel()}, self.options()), std::optional<Tensor>(steep), drawn.to(self.dtype()));
  return self * slopes.view(self.sizes());
}
Tensor& rrelu_(Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
               std::optional<Generator> generator) {
  return in_place("rrelu_", self,
                  [&](const Tensor& x) { return rrelu(x, lower, upper, training, generator); });
}

}  // namespace tengen::inline api
