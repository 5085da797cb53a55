// The short names of special.h's operators: tengen::special::ndtri is special_ndtri. They take the same
// arguments.
#pragma once

#include <tengen/autograd/ops/special.h>

namespace tengen::special {

inline Tensor gammaln(const Tensor& self) { return special_gammaln(self); }
inline Tensor digamma(const Tensor& self) { return special_digamma(self); }
inline Tensor psi(const Tensor& self) { return special_psi(self); }
inline Tensor i0(const Tensor& self) { return special_i0(self); }
inline Tensor i0e(const Tensor& self) { return special_i0e(self); }
inline Tensor i1(const Tensor& self) { return special_i1(self); }
inline Tensor i1e(const Tensor& self) { return special_i1e(self); }
inline Tensor erf(const Tensor& self) { return special_erf(self); }
inline Tensor erfc(const Tensor& self) { return special_erfc(self); }
inline Tensor erfcx(const Tensor& self) { return special_erfcx(self); }
inline Tensor erfinv(const Tensor& self) { return special_erfinv(self); }
inline Tensor exp2(const Tensor& self) { return special_exp2(self); }
inline Tensor expm1(const Tensor& self) { return special_expm1(self); }
inline Tensor expit(const Tensor& self) { return special_expit(self); }
inline Tensor log1p(const Tensor& self) { return special_log1p(self); }
inline Tensor entr(const Tensor& self) { return special_entr(self); }
inline Tensor ndtr(const Tensor& self) { return special_ndtr(self); }
inline Tensor ndtri(const Tensor& self) { return special_ndtri(self); }
inline Tensor log_ndtr(const Tensor& self) { return special_log_ndtr(self); }
inline Tensor round(const Tensor& self) { return special_round(self); }
inline Tensor sinc(const Tensor& self) { return special_sinc(self); }
inline Tensor gammainc(const Tensor& self, const Tensor& other) { return special_gammainc(self, other); }
inline Tensor gammaincc(const Tensor& self, const Tensor& other) { return special_gammaincc(self, other); }
inline Tensor zeta(const Tensor& self, const Tensor& other) { return special_zeta(self, other); }
inline Tensor zeta(const Scalar& self, const Tensor& other) { return special_zeta(self, other); }
inline Tensor zeta(const Tensor& self, const Scalar& other) { return special_zeta(self, other); }
inline Tensor xlogy(const Tensor& self, const Tensor& other) { return special_xlogy(self, other); }
inline Tensor xlogy(const Scalar& self, const Tensor& other) { return special_xlogy(self, other); }
inline Tensor xlogy(const Tensor& self, const Scalar& other) { return special_xlogy(self, other); }
inline Tensor xlog1py(const Tensor& self, const Tensor& other) { return special_xlog1py(self, other); }
inline Tensor xlog1py(const Scalar& self, const Tensor& other) { return special_xlog1py(self, other); }
inline Tensor xlog1py(const Tensor& self, const Scalar& other) { return special_xlog1py(self, other); }
inline Tensor polygamma(int64_t n, const Tensor& self) { return special_polygamma(n, self); }
inline Tensor multigammaln(const Tensor& self, int64_t p) { return special_multigammaln(self, p); }
inline Tensor logit(const Tensor& self, std::optional<double> eps = std::nullopt) {
  return special_logit(self, eps);
}
inline Tensor logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim = false) {
  return special_logsumexp(self, dim, keepdim);
}
inline Tensor softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = std::nullopt) {
  return special_softmax(self, dim, dtype);
}
inline Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = std::nullopt) {
  return special_log_softmax(self, dim, dtype);
}

}  // namespace tengen::special
