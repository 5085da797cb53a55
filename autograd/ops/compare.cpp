// Comparisons, logic and bits. Results are bool (bits: integers) and carry no gradient.
#include <tengen/autograd/ops/pointwise.h>
#include <tengen/autograd/ops/replace.h>

namespace tengen::inline api {
namespace {

Tensor compare(const char* name, Binary op, const TensorOrScalar& a, const TensorOrScalar& b) {
  return compute(op, a, b, common_type({a.operand(), b.operand()}), kBool, {}, name);
}

Tensor bits(const char* name, Binary op, const TensorOrScalar& a, const TensorOrScalar& b) {
  ScalarType type = common_type({a.operand(), b.operand()});
  TENGEN_CHECK(is_integral(type, true), name, ": expected integers or bools but got ", type);
  return compute(op, a, b, type, type, {}, name);
}

// The truth of a comparison as numbers of self's type.
Tensor& compare_(const char* name, Binary op, const Tensor& self, const TensorOrScalar& other) {
  return autograd::replace_(name, self, {other},
                            [&](const Tensor& x) { return compare(name, op, x, other); });
}
Tensor& bits_(const char* name, Binary op, const Tensor& self, const TensorOrScalar& other) {
  return autograd::replace_(name, self, {other}, [&](const Tensor& x) { return bits(name, op, x, other); });
}

Tensor test(Unary op, const Tensor& self) { return compute(op, self, self.dtype(), kBool); }

}  // namespace

Tensor eq(const Tensor& self, const Tensor& other) { return compare("eq", Binary::eq, self, other); }
Tensor eq(const Tensor& self, const Scalar& other) { return compare("eq", Binary::eq, self, other); }
Tensor ne(const Tensor& self, const Tensor& other) { return compare("ne", Binary::ne, self, other); }
Tensor ne(const Tensor& self, const Scalar& other) { return compare("ne", Binary::ne, self, other); }
Tensor lt(const Tensor& self, const Tensor& other) { return compare("lt", Binary::lt, self, other); }
Tensor lt(const Tensor& self, const Scalar& other) { return compare("lt", Binary::lt, self, other); }
Tensor le(const Tensor& self, const Tensor& other) { return compare("le", Binary::le, self, other); }
Tensor le(const Tensor& self, const Scalar& other) { return compare("le", Binary::le, self, other); }
Tensor gt(const Tensor& self, const Tensor& other) { return compare("gt", Binary::gt, self, other); }
Tensor gt(const Tensor& self, const Scalar& other) { return compare("gt", Binary::gt, self, other); }
Tensor ge(const Tensor& self, const Tensor& other) { return compare("ge", Binary::ge, self, other); }
Tensor ge(const Tensor& self, const Scalar& other) { return compare("ge", Binary::ge, self, other); }
Tensor& Tensor::eq_(const Tensor& other) const { return compare_("eq_", Binary::eq, *this, other); }
Tensor& Tensor::eq_(const Scalar& other) const { return compare_("eq_", Binary::eq, *this, other); }
Tensor& Tensor::ne_(const Tensor& other) const { return compare_("ne_", Binary::ne, *this, other); }
Tensor& Tensor::ne_(const Scalar& other) const { return compare_("ne_", Binary::ne, *this, other); }
Tensor& Tensor::lt_(const Tensor& other) const { return compare_("lt_", Binary::lt, *this, other); }
Tensor& Tensor::lt_(const Scalar& other) const { return compare_("lt_", Binary::lt, *this, other); }
Tensor& Tensor::le_(const Tensor& other) const { return compare_("le_", Binary::le, *this, other); }
Tensor& Tensor::le_(const Scalar& other) const { return compare_("le_", Binary::le, *this, other); }
Tensor& Tensor::gt_(const Tensor& other) const { return compare_("gt_", Binary::gt, *this, other); }
Tensor& Tensor::gt_(const Scalar& other) const { return compare_("gt_", Binary::gt, *this, other); }
Tensor& Tensor::ge_(const Tensor& other) const { return compare_("ge_", Binary::ge, *this, other); }
Tensor& Tensor::ge_(const Scalar& other) const { return compare_("ge_", Binary::ge, *this, other); }

Tensor bitwise_and(const Tensor& self, const Tensor& other) {
  return bits("bitwise_and", Binary::bitwise_and, self, other);
}
Tensor bitwise_and(const Tensor& self, const Scalar& other) {
  return bits("bitwise_and", Binary::bitwise_and, self, other);
}
Tensor bitwise_or(const Tensor& self, const Tensor& other) {
  return bits("bitwise_or", Binary::bitwise_or, self, other);
}
Tensor bitwise_or(const Tensor& self, const Scalar& other) {
  return bits("bitwise_or", Binary::bitwise_or, self, other);
}
Tensor bitwise_xor(const Tensor& self, const Tensor& other) {
  return bits("bitwise_xor", Binary::bitwise_xor, self, other);
}
Tensor bitwise_xor(const Tensor& self, const Scalar& other) {
  return bits("bitwise_xor", Binary::bitwise_xor, self, other);
}
Tensor bitwise_not(const Tensor& self) {
  if (self.dtype() == kBool) return logical_not(self);
  TENGEN_CHECK(is_integral(self.dtype(), true), "bitwise_not: expected integers or bools but got ",
               self.dtype());
  return compute(Unary::bitwise_not, self);
}
Tensor& Tensor::bitwise_and_(const Tensor& other) const {
  return bits_("bitwise_and_", Binary::bitwise_and, *this, other);
}
Tensor& Tensor::bitwise_and_(const Scalar& other) const {
  return bits_("bitwise_and_", Binary::bitwise_and, *this, other);
}
Tensor& Tensor::bitwise_or_(const Tensor& other) const {
  return bits_("bitwise_or_", Binary::bitwise_or, *this, other);
}
Tensor& Tensor::bitwise_or_(const Scalar& other) const {
  return bits_("bitwise_or_", Binary::bitwise_or, *this, other);
}
Tensor& Tensor::bitwise_xor_(const Tensor& other) const {
  return bits_("bitwise_xor_", Binary::bitwise_xor, *this, other);
}
Tensor& Tensor::bitwise_xor_(const Scalar& other) const {
  return bits_("bitwise_xor_", Binary::bitwise_xor, *this, other);
}
Tensor& Tensor::bitwise_not_() const {
  return autograd::replace_("bitwise_not_", *this, {}, [](const Tensor& x) { return x.bitwise_not(); });
}

Tensor logical_and(const Tensor& self, const Tensor& other) {
  return compare("logical_and", Binary::logical_and, self, other);
}
Tensor logical_or(const Tensor& self, const Tensor& other) {
  return compare("logical_or", Binary::logical_or, self, other);
}
Tensor logical_xor(const Tensor& self, const Tensor& other) {
  return compare("logical_xor", Binary::logical_xor, self, other);
}
Tensor logical_not(const Tensor& self) { return test(Unary::logical_not, self); }
Tensor& Tensor::logical_and_(const Tensor& other) const {
  return compare_("logical_and_", Binary::logical_and, *this, other);
}
Tensor& Tensor::logical_or_(const Tensor& other) const {
  return compare_("logical_or_", Binary::logical_or, *this, other);
}
Tensor& Tensor::logical_xor_(const Tensor& other) const {
  return compare_("logical_xor_", Binary::logical_xor, *this, other);
}
Tensor& Tensor::logical_not_() const {
  return autograd::replace_("logical_not_", *this, {}, [](const Tensor& x) { return x.logical_not(); });
}
Tensor isnan(const Tensor& self) { return test(Unary::isnan, self); }
Tensor isinf(const Tensor& self) { return test(Unary::isinf, self); }
Tensor isfinite(const Tensor& self) { return test(Unary::isfinite, self); }

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

bool Tensor::is_nonzero() const {
  TENGEN_CHECK(numel() != 0, "is_nonzero: boolean value of a tensor with no values is ambiguous");
  TENGEN_CHECK(numel() == 1,
               "is_nonzero: boolean value of a tensor with more than one value is ambiguous (shape ", sizes(),
               ")");
  return item().toBool();
}

}  // namespace tengen::inline api
