// Special functions; ops.h includes this file and says what holds for all. namespace special has their short
// names. Integers become the default dtype. docs/decisions/special-functions.md says how exact they are.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- special.cpp ------------------------------------------------------------------------------------------

/// The logarithm of |gamma(self)|; infinite at 0 and the negative integers.
Tensor lgamma(const Tensor& self);
inline Tensor Tensor::lgamma() const { return tengen::lgamma(*this); }

/// The derivative of lgamma; NaN at the negative integers, -inf at 0.
Tensor digamma(const Tensor& self);
inline Tensor Tensor::digamma() const { return tengen::digamma(*this); }

/// The n-th derivative of digamma, n from 0 on.
Tensor polygamma(int64_t n, const Tensor& self);
inline Tensor Tensor::polygamma(int64_t n) const { return tengen::polygamma(n, *this); }

/// The logarithm of the multivariate gamma function of dimension p; self above (p - 1) / 2.
Tensor mvlgamma(const Tensor& self, int64_t p);
inline Tensor Tensor::mvlgamma(int64_t p) const { return tengen::mvlgamma(*this, p); }

/// The number whose erf is self; infinite at -1 and 1, NaN beyond.
Tensor erfinv(const Tensor& self);
inline Tensor Tensor::erfinv() const { return tengen::erfinv(*this); }

/// exp(self^2) * erfc(self), which does not underflow.
Tensor special_erfcx(const Tensor& self);

/// The modified Bessel function I of order 0.
Tensor i0(const Tensor& self);
inline Tensor Tensor::i0() const { return tengen::i0(*this); }

/// exp(-|self|) * i0(self), which does not overflow.
Tensor special_i0e(const Tensor& self);

/// The modified Bessel function I of order 1.
Tensor special_i1(const Tensor& self);

/// exp(-|self|) * I1(self), which does not overflow.
Tensor special_i1e(const Tensor& self);

/// The regularized lower incomplete gamma function P(self, other), for self and other not negative. other
/// gets the gradient; that of self is an error.
Tensor igamma(const Tensor& self, const Tensor& other);
inline Tensor Tensor::igamma(const Tensor& other) const { return tengen::igamma(*this, other); }

/// 1 - igamma(self, other), exact where igamma is near 1.
Tensor igammac(const Tensor& self, const Tensor& other);
inline Tensor Tensor::igammac(const Tensor& other) const { return tengen::igammac(*this, other); }

/// -self * log(self), 0 at 0 and -inf below.
Tensor special_entr(const Tensor& self);

/// The probability that a normal variable of mean 0 and variance 1 is below self.
Tensor special_ndtr(const Tensor& self);

/// The inverse of special_ndtr; NaN outside of [0, 1].
Tensor special_ndtri(const Tensor& self);

/// The logarithm of special_ndtr, exact where that is near 0.
Tensor special_log_ndtr(const Tensor& self);

/// The Hurwitz zeta function: the sum of (other + k)^-self over k = 0, 1, ...; other gets the gradient; that
/// of self is an error.
Tensor special_zeta(const Tensor& self, const Tensor& other);
Tensor special_zeta(const Scalar& self, const Tensor& other);
Tensor special_zeta(const Tensor& self, const Scalar& other);

/// self * log1p(other), 0 where self is 0 unless other is NaN.
Tensor special_xlog1py(const Tensor& self, const Tensor& other);
Tensor special_xlog1py(const Scalar& self, const Tensor& other);
Tensor special_xlog1py(const Tensor& self, const Scalar& other);

/// lgamma.
inline Tensor special_gammaln(const Tensor& self) { return lgamma(self); }
/// digamma.
inline Tensor special_digamma(const Tensor& self) { return digamma(self); }
/// digamma.
inline Tensor special_psi(const Tensor& self) { return digamma(self); }
/// polygamma.
inline Tensor special_polygamma(int64_t n, const Tensor& self) { return polygamma(n, self); }
/// mvlgamma.
inline Tensor special_multigammaln(const Tensor& self, int64_t p) { return mvlgamma(self, p); }
/// igamma.
inline Tensor special_gammainc(const Tensor& self, const Tensor& other) { return igamma(self, other); }
/// igammac.
inline Tensor special_gammaincc(const Tensor& self, const Tensor& other) { return igammac(self, other); }
/// i0.
inline Tensor special_i0(const Tensor& self) { return i0(self); }
/// erf.
inline Tensor special_erf(const Tensor& self) { return erf(self); }
/// erfc.
inline Tensor special_erfc(const Tensor& self) { return erfc(self); }
/// erfinv.
inline Tensor special_erfinv(const Tensor& self) { return erfinv(self); }
/// exp2.
inline Tensor special_exp2(const Tensor& self) { return exp2(self); }
/// expm1.
inline Tensor special_expm1(const Tensor& self) { return expm1(self); }
/// sigmoid.
inline Tensor special_expit(const Tensor& self) { return sigmoid(self); }
/// log1p.
inline Tensor special_log1p(const Tensor& self) { return log1p(self); }
/// logit.
inline Tensor special_logit(const Tensor& self, std::optional<double> eps = std::nullopt) {
  return logit(self, eps);
}
/// logsumexp.
inline Tensor special_logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim = false) {
  return logsumexp(self, dim, keepdim);
}
/// softmax.
inline Tensor special_softmax(const Tensor& self, int64_t dim,
                              std::optional<ScalarType> dtype = std::nullopt) {
  return softmax(self, dim, dtype);
}
/// log_softmax.
inline Tensor special_log_softmax(const Tensor& self, int64_t dim,
                                  std::optional<ScalarType> dtype = std::nullopt) {
  return log_softmax(self, dim, dtype);
}
/// round.
inline Tensor special_round(const Tensor& self) { return round(self); }
/// sinc.
inline Tensor special_sinc(const Tensor& self) { return sinc(self); }
/// xlogy.
inline Tensor special_xlogy(const Tensor& self, const Tensor& other) { return xlogy(self, other); }
inline Tensor special_xlogy(const Scalar& self, const Tensor& other) { return xlogy(self, other); }
inline Tensor special_xlogy(const Tensor& self, const Scalar& other) { return xlogy(self, other); }

}  // namespace tengen::inline api
