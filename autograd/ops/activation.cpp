// Activation functions. A rule computes with the fused kernel while nothing is recorded; while something is,
// it writes the same gradient in public operators, so that it can be differentiated again.
#include <cmath>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/pointwise.h>
#include "norm.h"

namespace tengen::inline api {
namespace {

// The tensor itself, once it is known to be of a floating type.
const Tensor& floating(const char* op, const Tensor& self) {
  check_floating(op, self.dtype());
  return self;
}

}  // namespace

// ---- of the output: y
Tensor tanh(const Tensor& self) {
  ScalarType type = real_type(self.dtype());
  Tensor out = compute(Unary::tanh, self, type, type);
  return record("tanh", out, {self}, {out}, [](Node& node, const Tensor& grad) -> Grads {
    Tensor y = node.saved(0);
    if (!GradMode::is_enabled()) return {compute(Binary::tanh_grad, grad, y)};
    return {grad * (1 - y * y)};
  });
}
Tensor& Tensor::tanh_() const {
  return compute_("tanh_", Unary::tanh, *this, real_type(dtype()), {}, [&] { return tanh(); });
}

Tensor sigmoid(const Tensor& self) {
  ScalarType type = real_type(self.dtype());
  Tensor out = compute(Unary::sigmoid, self, type, type);
  return record("sigmoid", out, {self}, {out}, [](Node& node, const Tensor& grad) -> Grads {
    Tensor y = node.saved(0);
    if (!GradMode::is_enabled()) return {compute(Binary::sigmoid_grad, grad, y)};
    return {grad * (1 - y) * y};
  });
}
Tensor& Tensor::sigmoid_() const {
  return compute_("sigmoid_", Unary::sigmoid, *this, real_type(dtype()), {}, [&] { return sigmoid(); });
}
Tensor& sigmoid_(Tensor& self) { return self.sigmoid_(); }

Tensor relu(Tensor self) {
  TENGEN_CHECK(self.dtype() != kBool, "relu: not implemented for bool tensors");
  const bool reuse = autograd::is_temporary(self);
  if (reuse) compute_into(self, Unary::relu, self, self.dtype());
  Tensor out = reuse ? self : compute(Unary::relu, self);
  if (reuse && follow_batch_norm(self, Activation::ReLU)) return out;
  return record("relu", out, {self}, {out}, [](Node& node, const Tensor& grad) -> Grads {
    Tensor y = node.saved(0);
    if (!GradMode::is_enabled()) return {compute(Binary::relu_grad, grad, y)};
    return {constant_gradient(node, 0, where(y <= 0, 0, grad))};
  });
}
Tensor& Tensor::relu_() const {
  const ScalarType type = dtype() == kBool ? ScalarType::Undefined : dtype();
  return compute_("relu_", Unary::relu, *this, type, {}, [&] { return relu(); });
}
Tensor& relu_(Tensor& self) { return self.relu_(); }

// ---- of the input: x
Tensor silu(Tensor self) {
  check_floating("silu", self.dtype());
  if (autograd::is_temporary(self) &&
      (!autograd::must_record({self}) || follow_batch_norm(self, Activation::SiLU))) {
    compute_into(self, Unary::silu, self, self.dtype());
    return self;
  }
  return record("silu", compute(Unary::silu, self), {self}, {self},
                [](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0);
                  if (!GradMode::is_enabled()) return {compute(Binary::silu_grad, grad, x)};
                  Tensor s = x.sigmoid();
                  return {grad * s * (1 + x * (1 - s))};
                });
}
Tensor& silu_(Tensor& self) {
  return compute_("silu_", Unary::silu, self, self.dtype(), {}, [&] { return silu(self.clone()); });
}

namespace {

Tensor gelu_gradient(const Tensor& grad, const Tensor& x) {
  Tensor cdf = ((x * M_SQRT1_2).erf() + 1) * 0.5, pdf = (x * x * -0.5).exp() * (M_SQRT1_2 * M_2_SQRTPI * 0.5);
  return grad * (cdf + x * pdf);
}

Tensor gelu_tanh_gradient(const Tensor& grad, const Tensor& x) {
  constexpr double kScale = M_SQRT2 * M_2_SQRTPI * 0.5, kCubic = 0.044715;
  Tensor t = ((x + x * x * x * kCubic) * kScale).tanh();
  return grad * 0.5 * (t + 1 + x * (1 - t * t) * ((x * x * (3 * kCubic) + 1) * kScale));
}

}  // namespace

Tensor gelu(const Tensor& self, std::string_view approximate) {
  TENGEN_CHECK(approximate == "none" || approximate == "tanh",
               "gelu: approximate argument must be either none or tanh, found '", approximate, "'");
  bool exact = approximate == "none";
  Tensor out = compute(exact ? Unary::gelu : Unary::gelu_tanh, floating("gelu", self));
  return record("gelu", out, {self}, {self}, [exact](Node& node, const Tensor& grad) -> Grads {
    Tensor x = node.saved(0);
    if (!GradMode::is_enabled())
      return {compute(exact ? Binary::gelu_grad : Binary::gelu_tanh_grad, grad, x)};
    return {exact ? gelu_gradient(grad, x) : gelu_tanh_gradient(grad, x)};
  });
}

Tensor mish(const Tensor& self) {
  return record("mish", compute(Unary::mish, floating("mish", self)), {self}, {self},
                [](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0);
                  if (!GradMode::is_enabled()) return {compute(Binary::mish_grad, grad, x)};
                  Tensor t = softplus(x).tanh();
                  return {grad * (t + x * (1 - t * t) * x.sigmoid())};
                });
}

Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope) {
  double slope = fitting(negative_slope, self.dtype());
  Tensor out = compute(Unary::leaky_relu, floating("leaky_relu", self), slope);
  return record("leaky_relu", out, {self}, {self}, [slope](Node& node, const Tensor& grad) -> Grads {
    Tensor x = node.saved(0);
    if (!GradMode::is_enabled()) return {compute(Binary::leaky_relu_grad, grad, x, slope)};
    return {constant_gradient(node, 0, where(x > 0, grad, grad * slope))};
  });
}
Tensor& leaky_relu_(Tensor& self, const Scalar& negative_slope) {
  return compute_("leaky_relu_", Unary::leaky_relu, self, self.dtype(), fitting(negative_slope, self.dtype()),
                  [&] { return leaky_relu(self.clone(), negative_slope); });
}

Tensor elu(const Tensor& self, const Scalar& alpha) {
  double a = fitting(alpha, self.dtype());
  return record(
      "elu", compute(Unary::elu, floating("elu", self), a), {self}, {self},
      [a](Node& node, const Tensor& grad) -> Grads {
        Tensor x = node.saved(0);
        if (!GradMode::is_enabled()) return {compute(Binary::elu_grad, grad, x, a)};
        return {where(x > 0, grad,
                      grad * a * x.masked_fill(x > 0, 0).exp())};  // no inf * 0 where it is not chosen
      });
}

Tensor softplus(const Tensor& self, const Scalar& beta, const Scalar& threshold) {
  if (CastOperands cast = to_float32(Autocast::CUDA, {self})) return softplus(cast(self), beta, threshold);
  Params params(fitting(beta, self.dtype()), fitting(threshold, self.dtype()));
  return record("softplus", compute(Unary::softplus, floating("softplus", self), params), {self}, {self},
                [params](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0);
                  if (!GradMode::is_enabled()) return {compute(Binary::softplus_grad, grad, x, params)};
                  Tensor z = x * params.values[0];
                  return {where(z > params.values[1], grad, grad * z.sigmoid())};
                });
}

Tensor log_sigmoid(const Tensor& self) {
  return record("log_sigmoid", compute(Unary::log_sigmoid, floating("log_sigmoid", self)), {self}, {self},
                [](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0);
                  if (!GradMode::is_enabled()) return {compute(Binary::log_sigmoid_grad, grad, x)};
                  return {grad * (-x).sigmoid()};
                });
}

// Unlike clamp's, the gradient is zero on the bounds.
Tensor hardtanh(const Tensor& self, const Scalar& min_val, const Scalar& max_val) {
  TENGEN_CHECK(self.dtype() != kBool, "hardtanh: not implemented for bool tensors");
  Params params(lower_bound(min_val, self.dtype()), upper_bound(max_val, self.dtype()));
  return record("hardtanh", compute(Unary::clamp, self, params), {self}, {self},
                [params](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0);
                  if (!GradMode::is_enabled()) return {compute(Binary::hardtanh_grad, grad, x, params)};
                  const Tensor inside = (x > params.values[0]) & (x < params.values[1]);
                  return {constant_gradient(node, 0, where(inside, grad, 0))};
                });
}
Tensor relu6(const Tensor& self) { return hardtanh(self, 0, 6); }

}  // namespace tengen::inline api
