// Comparisons, logic and bits. Results are bool (bits: integers) and carry no gradient.
#include <tengen/autograd/ops/pointwise.h>

namespace tengen {
namespace {

Tensor compare(const char* name, Binary op, const TensorOrScalar& a, const TensorOrScalar& b) {
  return compute(op, a, b, result_type({a.operand(), b.operand()}), kBool, {}, name);
}

Tensor bits(const char* name, Binary op, const TensorOrScalar& a, const TensorOrScalar& b) {
  ScalarType type = result_type({a.operand(), b.operand()});
  TENGEN_CHECK(is_integral(type, true), name, ": expected integers or bools but got ", type);
  return compute(op, a, b, type, type, {}, name);
}

}  // namespace

#define TENGEN_OPERATOR(name, with)                                                                       \
  Tensor name(const Tensor& self, const Tensor& other) { return with(#name, Binary::name, self, other); } \
  Tensor name(const Tensor& self, const Scalar& other) { return with(#name, Binary::name, self, other); } \
  Tensor Tensor::name(const Tensor& other) const { return tengen::name(*this, other); }                   \
  Tensor Tensor::name(const Scalar& other) const { return tengen::name(*this, other); }
TENGEN_OPERATOR(eq, compare)
TENGEN_OPERATOR(ne, compare)
TENGEN_OPERATOR(lt, compare)
TENGEN_OPERATOR(le, compare)
TENGEN_OPERATOR(gt, compare)
TENGEN_OPERATOR(ge, compare)
TENGEN_OPERATOR(bitwise_and, bits)
TENGEN_OPERATOR(bitwise_or, bits)
TENGEN_OPERATOR(bitwise_xor, bits)
#undef TENGEN_OPERATOR

#define TENGEN_LOGIC(name)                                                                                   \
  Tensor name(const Tensor& self, const Tensor& other) { return compare(#name, Binary::name, self, other); } \
  Tensor Tensor::name(const Tensor& other) const { return tengen::name(*this, other); }
TENGEN_LOGIC(logical_and)
TENGEN_LOGIC(logical_or)
TENGEN_LOGIC(logical_xor)
#undef TENGEN_LOGIC

#define TENGEN_TEST(name)                                                                     \
  Tensor name(const Tensor& self) { return compute(Unary::name, self, self.dtype(), kBool); } \
  Tensor Tensor::name() const { return tengen::name(*this); }
TENGEN_TEST(logical_not)
TENGEN_TEST(isnan)
TENGEN_TEST(isinf)
TENGEN_TEST(isfinite)
#undef TENGEN_TEST

Tensor bitwise_not(const Tensor& self) {
  if (self.dtype() == kBool) return logical_not(self);
  TENGEN_CHECK(is_integral(self.dtype(), true), "bitwise_not: expected integers or bools but got ",
               self.dtype());
  return compute(Unary::bitwise_not, self);
}
Tensor Tensor::bitwise_not() const { return tengen::bitwise_not(*this); }

Tensor isclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  TENGEN_CHECK(rtol >= 0, "isclose: rtol must be greater than or equal to zero, but got ", rtol);
  TENGEN_CHECK(atol >= 0, "isclose: atol must be greater than or equal to zero, but got ", atol);
  NoGradGuard no_grad;
  Tensor close = self == other;
  if (equal_nan) close = close | (self.isnan() & other.isnan());
  if (rtol == 0 && atol == 0) return close;
  // Distances of integers may be beyond their type.
  const auto real = [](const Tensor& x) { return x.is_floating_point() ? x : x.to(kDouble); };
  const Tensor expected = real(other), distance = (real(self) - expected).abs();
  return close | (distance.isfinite() & (distance <= (expected * rtol).abs() + atol));
}
bool allclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  return isclose(self, other, rtol, atol, equal_nan).all().item<bool>();
}
bool equal(const Tensor& self, const Tensor& other) {
  return self.sizes().equals(other.sizes()) && eq(self, other).all().item<bool>();
}
Tensor Tensor::isclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return tengen::isclose(*this, other, rtol, atol, equal_nan);
}
bool Tensor::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return tengen::allclose(*this, other, rtol, atol, equal_nan);
}
bool Tensor::equal(const Tensor& other) const { return tengen::equal(*this, other); }

bool Tensor::is_nonzero() const {
  TENGEN_CHECK(numel() != 0, "is_nonzero: boolean value of a tensor with no values is ambiguous");
  TENGEN_CHECK(numel() == 1,
               "is_nonzero: boolean value of a tensor with more than one value is ambiguous (shape ", sizes(),
               ")");
  return item().toBool();
}

}  // namespace tengen
