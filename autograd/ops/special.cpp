// Special functions: kernels in tensor/special_functions.h, rules by the derivatives that DLMF gives.
#include <cmath>

#include <tengen/autograd/ops/pointwise.h>
#include <tengen/autograd/ops/replace.h>

namespace tengen::inline api {
namespace {

Tensor real(Unary op, const Tensor& self) {
  const ScalarType type = real_type(self.dtype());
  return compute(op, self, type, type);
}
// With a rule for the gradient of the input: gradient(g, x).
template <class Gradient>
Tensor of_input(const char* name, Unary op, const Tensor& self, Gradient gradient) {
  return record(name, real(op, self), {self}, {self},
                [gradient](Node& node, const Tensor& g) -> Grads { return {gradient(g, node.saved(0))}; });
}
// The same of input and output: gradient(g, x, y).
template <class Gradient>
Tensor of_both(const char* name, Unary op, const Tensor& self, Gradient gradient) {
  const Tensor out = real(op, self);
  return record(name, out, {self}, {self, out}, [gradient](Node& node, const Tensor& g) -> Grads {
    return {gradient(g, node.saved(0), node.saved(1))};
  });
}

Tensor real(Binary op, const char* name, const TensorOrScalar& a, const TensorOrScalar& b) {
  const ScalarType type = real_type_of(a, b);
  return compute(op, a, b, type, type, {}, name);
}

[[noreturn]] void no_gradient(const char* name) {
  fail<NotImplementedError>(name, ": the derivative with respect to the first argument is not implemented");
}

}  // namespace

// ---- gamma
Tensor lgamma(const Tensor& self) {
  return of_input("lgamma", Unary::lgamma, self,
                  [](const Tensor& g, const Tensor& x) { return g * x.digamma(); });
}
Tensor& Tensor::lgamma_() const {
  return autograd::replace_("lgamma_", *this, {}, [](const Tensor& x) { return x.lgamma(); });
}

Tensor digamma(const Tensor& self) {
  return of_input("digamma", Unary::digamma, self,
                  [](const Tensor& g, const Tensor& x) { return g * x.polygamma(1); });
}
Tensor& Tensor::digamma_() const {
  return autograd::replace_("digamma_", *this, {}, [](const Tensor& x) { return x.digamma(); });
}

// (-1)^(n+1) n! zeta(n+1, x): DLMF 25.11.12
Tensor polygamma(int64_t n, const Tensor& self) {
  TENGEN_CHECK(n >= 0, "polygamma: does not support negative n, but got ", n);
  if (n == 0) return self.digamma();
  return special_zeta(double(n + 1), self) * (std::tgamma(double(n + 1)) * (n % 2 ? 1 : -1));
}
Tensor& Tensor::polygamma_(int64_t n) const {
  return autograd::replace_("polygamma_", *this, {}, [&](const Tensor& x) { return x.polygamma(n); });
}

// DLMF 35.3.4
Tensor mvlgamma(const Tensor& self, int64_t p) {
  TENGEN_CHECK(p >= 1, "mvlgamma: p has to be greater than or equal to 1, but got ", p);
  Tensor out = full_like(self, double(p * (p - 1)) / 4 * std::log(M_PI), real_type(self.dtype()));
  for (int64_t j = 0; j < p; ++j) out = out + (self - double(j) / 2).lgamma();
  return out;
}
Tensor& Tensor::mvlgamma_(int64_t p) const {
  return autograd::replace_("mvlgamma_", *this, {}, [&](const Tensor& x) { return x.mvlgamma(p); });
}

namespace {

Tensor incomplete(const char* name, Binary op, const Tensor& self, const Tensor& other, double sign) {
  return record(name, real(op, name, self, other), {self, other}, {self, other},
                [name, sign](Node& node, const Tensor& g) -> Grads {
                  if (node.needs(0)) no_gradient(name);
                  const Tensor a = node.saved(0), x = node.saved(1);  // x^(a-1) e^-x / gamma(a)
                  return {Tensor(), g * sign * ((a - 1).xlogy(x) - x - a.lgamma()).exp()};
                });
}

}  // namespace

Tensor igamma(const Tensor& self, const Tensor& other) {
  return incomplete("igamma", Binary::igamma, self, other, 1);
}
Tensor& Tensor::igamma_(const Tensor& other) const {
  return autograd::replace_("igamma_", *this, {other}, [&](const Tensor& x) { return x.igamma(other); });
}
Tensor igammac(const Tensor& self, const Tensor& other) {
  return incomplete("igammac", Binary::igammac, self, other, -1);
}
Tensor& Tensor::igammac_(const Tensor& other) const {
  return autograd::replace_("igammac_", *this, {other}, [&](const Tensor& x) { return x.igammac(other); });
}

namespace {

// The derivative of zeta(s, q) by q is -s zeta(s + 1, q).
Tensor zeta(const TensorOrScalar& self, const TensorOrScalar& other) {
  return record("zeta", real(Binary::zeta, "zeta", self, other), {self, other}, {self, other},
                [s = self.value](Node& node, const Tensor& g) -> Grads {
                  if (node.needs(0)) no_gradient("zeta");
                  const Tensor exponent = node.saved(0), q = node.saved(1);
                  if (exponent.defined()) return {Tensor(), g * -exponent * special_zeta(exponent + 1, q)};
                  return {Tensor(), g * -s.toDouble() * special_zeta(s.toDouble() + 1, q)};
                });
}

}  // namespace

Tensor special_zeta(const Tensor& self, const Tensor& other) { return zeta(self, other); }
Tensor special_zeta(const Scalar& self, const Tensor& other) { return zeta(self, other); }
Tensor special_zeta(const Tensor& self, const Scalar& other) { return zeta(self, other); }

// ---- error functions and the normal distribution
Tensor erfinv(const Tensor& self) {
  const Tensor out = real(Unary::erfinv, self);
  return record("erfinv", out, {self}, {out}, [](Node& node, const Tensor& g) -> Grads {
    return {g * node.saved(0).square().exp() * (1 / M_2_SQRTPI)};
  });
}
Tensor& Tensor::erfinv_() const {
  return autograd::replace_("erfinv_", *this, {}, [](const Tensor& x) { return x.erfinv(); });
}

Tensor special_erfcx(const Tensor& self) {
  return of_both("erfcx", Unary::erfcx, self, [](const Tensor& g, const Tensor& x, const Tensor& y) {
    return g * (x * y * 2 - M_2_SQRTPI);
  });
}

Tensor special_ndtr(const Tensor& self) {
  return of_input("ndtr", Unary::ndtr, self, [](const Tensor& g, const Tensor& x) {
    return g * (x.square() * -0.5).exp() * (0.5 * M_SQRT1_2 * M_2_SQRTPI);
  });
}

Tensor special_ndtri(const Tensor& self) {
  const Tensor out = real(Unary::ndtri, self);
  return record("ndtri", out, {self}, {out}, [](Node& node, const Tensor& g) -> Grads {
    return {g * (node.saved(0).square() * 0.5).exp() * (2 * M_SQRT2 / M_2_SQRTPI)};
  });
}

// The derivative is the density over the distribution function.
Tensor special_log_ndtr(const Tensor& self) {
  return of_input("log_ndtr", Unary::log_ndtr, self, [](const Tensor& g, const Tensor& x) {
    return g * (M_SQRT1_2 * M_2_SQRTPI) / special_erfcx(x * -M_SQRT1_2);
  });
}

Tensor special_entr(const Tensor& self) {
  return of_input("entr", Unary::entr, self,
                  [](const Tensor& g, const Tensor& x) { return g * (-x.log() - 1); });
}

// ---- modified Bessel functions: DLMF 10.29.2 and 10.29.3
Tensor i0(const Tensor& self) {
  return of_input("i0", Unary::i0, self, [](const Tensor& g, const Tensor& x) { return g * special_i1(x); });
}
Tensor& Tensor::i0_() const {
  return autograd::replace_("i0_", *this, {}, [](const Tensor& x) { return x.i0(); });
}

Tensor special_i0e(const Tensor& self) {
  return of_both("i0e", Unary::i0e, self, [](const Tensor& g, const Tensor& x, const Tensor& y) {
    return g * (special_i1e(x) - x.sign() * y);
  });
}

namespace {
// I1(x) / x, whose limit at 0 is 1/2, from y = I1(x).
Tensor over_x(const Tensor& y, const Tensor& x) {
  const Tensor zero = x == 0;
  return where(zero, 0.5, y / x.masked_fill(zero, 1));
}
}  // namespace

Tensor special_i1(const Tensor& self) {
  return of_both("i1", Unary::i1, self, [](const Tensor& g, const Tensor& x, const Tensor& y) {
    return g * (x.i0() - over_x(y, x));
  });
}

Tensor special_i1e(const Tensor& self) {
  return of_both("i1e", Unary::i1e, self, [](const Tensor& g, const Tensor& x, const Tensor& y) {
    return g * (special_i0e(x) - x.sign() * y - over_x(y, x));
  });
}

// ---- products with a logarithm
namespace {

Tensor times_log1p(const TensorOrScalar& self, const TensorOrScalar& other) {
  return record("xlog1py", real(Binary::xlog1py, "xlog1py", self, other), {self, other}, {self, other},
                [x = self.value, y = other.value](Node& node, const Tensor& g) -> Grads {
                  const Tensor self = node.saved(0), other = node.saved(1);
                  Tensor to_self, to_other;
                  if (node.needs(0)) {  // flat where 0 * log1p(other) counts as 0
                    const Tensor log =
                        other.defined() ? other.log1p() : full_like(self, std::log1p(y.toDouble()));
                    to_self = g * log.masked_fill((self == 0) & (log.isinf() | log.isnan()), 0);
                  }
                  if (node.needs(1)) to_other = self.defined() ? g * self / (other + 1) : g * x / (other + 1);
                  return {to_self, to_other};
                });
}

}  // namespace

Tensor special_xlog1py(const Tensor& self, const Tensor& other) { return times_log1p(self, other); }
Tensor special_xlog1py(const Scalar& self, const Tensor& other) { return times_log1p(self, other); }
Tensor special_xlog1py(const Tensor& self, const Scalar& other) { return times_log1p(self, other); }

}  // namespace tengen::inline api
