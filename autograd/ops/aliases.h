// Operators under a second name, which PyTorch has for NumPy's sake or from earlier versions; ops.h includes
// this file. The comment of the operator that is named says what each does.
#pragma once

#include <tengen/autograd/ops/elementary.h>
#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- aliases.cpp: all of them are here; there is no such source -------------------------------------------

/// abs.
inline Tensor absolute(const Tensor& self) { return abs(self); }
inline Tensor Tensor::absolute() const { return abs(); }
inline Tensor& Tensor::absolute_() const { return abs_(); }

/// neg.
inline Tensor negative(const Tensor& self) { return neg(self); }
inline Tensor Tensor::negative() const { return neg(); }
inline Tensor& Tensor::negative_() const { return neg_(); }

/// trunc.
inline Tensor fix(const Tensor& self) { return trunc(self); }
inline Tensor Tensor::fix() const { return trunc(); }
inline Tensor& Tensor::fix_() const { return trunc_(); }

/// asin.
inline Tensor arcsin(const Tensor& self) { return asin(self); }
inline Tensor Tensor::arcsin() const { return asin(); }
inline Tensor& Tensor::arcsin_() const { return asin_(); }

/// acos.
inline Tensor arccos(const Tensor& self) { return acos(self); }
inline Tensor Tensor::arccos() const { return acos(); }
inline Tensor& Tensor::arccos_() const { return acos_(); }

/// atan.
inline Tensor arctan(const Tensor& self) { return atan(self); }
inline Tensor Tensor::arctan() const { return atan(); }
inline Tensor& Tensor::arctan_() const { return atan_(); }

/// atan2.
inline Tensor arctan2(const Tensor& self, const Tensor& other) { return atan2(self, other); }
inline Tensor Tensor::arctan2(const Tensor& other) const { return atan2(other); }
inline Tensor& Tensor::arctan2_(const Tensor& other) const { return atan2_(other); }

/// asinh.
inline Tensor arcsinh(const Tensor& self) { return asinh(self); }
inline Tensor Tensor::arcsinh() const { return asinh(); }
inline Tensor& Tensor::arcsinh_() const { return asinh_(); }

/// acosh.
inline Tensor arccosh(const Tensor& self) { return acosh(self); }
inline Tensor Tensor::arccosh() const { return acosh(); }
inline Tensor& Tensor::arccosh_() const { return acosh_(); }

/// atanh.
inline Tensor arctanh(const Tensor& self) { return atanh(self); }
inline Tensor Tensor::arctanh() const { return atanh(); }
inline Tensor& Tensor::arctanh_() const { return atanh_(); }

/// sub.
inline Tensor subtract(const Tensor& self, const Tensor& other, const Scalar& alpha = 1) {
  return sub(self, other, alpha);
}
inline Tensor subtract(const Tensor& self, const Scalar& other, const Scalar& alpha = 1) {
  return sub(self, other, alpha);
}
inline Tensor Tensor::subtract(const Tensor& other, const Scalar& alpha) const { return sub(other, alpha); }
inline Tensor Tensor::subtract(const Scalar& other, const Scalar& alpha) const { return sub(other, alpha); }
inline Tensor& Tensor::subtract_(const Tensor& other, const Scalar& alpha) const {
  return sub_(other, alpha);
}
inline Tensor& Tensor::subtract_(const Scalar& other, const Scalar& alpha) const {
  return sub_(other, alpha);
}

/// mul.
inline Tensor multiply(const Tensor& self, const Tensor& other) { return mul(self, other); }
inline Tensor multiply(const Tensor& self, const Scalar& other) { return mul(self, other); }
inline Tensor Tensor::multiply(const Tensor& other) const { return mul(other); }
inline Tensor Tensor::multiply(const Scalar& other) const { return mul(other); }
inline Tensor& Tensor::multiply_(const Tensor& other) const { return mul_(other); }
inline Tensor& Tensor::multiply_(const Scalar& other) const { return mul_(other); }

/// div.
inline Tensor divide(const Tensor& self, const Tensor& other) { return div(self, other); }
inline Tensor divide(const Tensor& self, const Scalar& other) { return div(self, other); }
inline Tensor divide(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode) {
  return div(self, other, rounding_mode);
}
inline Tensor divide(const Tensor& self, const Scalar& other, std::optional<std::string_view> rounding_mode) {
  return div(self, other, rounding_mode);
}
inline Tensor Tensor::divide(const Tensor& other) const { return div(other); }
inline Tensor Tensor::divide(const Scalar& other) const { return div(other); }
inline Tensor Tensor::divide(const Tensor& other, std::optional<std::string_view> rounding_mode) const {
  return div(other, rounding_mode);
}
inline Tensor Tensor::divide(const Scalar& other, std::optional<std::string_view> rounding_mode) const {
  return div(other, rounding_mode);
}
inline Tensor& Tensor::divide_(const Tensor& other) const { return div_(other); }
inline Tensor& Tensor::divide_(const Scalar& other) const { return div_(other); }
inline Tensor& Tensor::divide_(const Tensor& other, std::optional<std::string_view> rounding_mode) const {
  return div_(other, rounding_mode);
}
inline Tensor& Tensor::divide_(const Scalar& other, std::optional<std::string_view> rounding_mode) const {
  return div_(other, rounding_mode);
}

/// div without a rounding mode.
inline Tensor true_divide(const Tensor& self, const Tensor& other) { return div(self, other); }
inline Tensor true_divide(const Tensor& self, const Scalar& other) { return div(self, other); }
inline Tensor Tensor::true_divide(const Tensor& other) const { return div(other); }
inline Tensor Tensor::true_divide(const Scalar& other) const { return div(other); }
inline Tensor& Tensor::true_divide_(const Tensor& other) const { return div_(other); }
inline Tensor& Tensor::true_divide_(const Scalar& other) const { return div_(other); }

/// clamp.
inline Tensor clip(const Tensor& self, const std::optional<Scalar>& min,
                   const std::optional<Scalar>& max = std::nullopt) {
  return clamp(self, min, max);
}
inline Tensor clip(const Tensor& self, const std::optional<Tensor>& min,
                   const std::optional<Tensor>& max = std::nullopt) {
  return clamp(self, min, max);
}
inline Tensor Tensor::clip(const std::optional<Scalar>& min, const std::optional<Scalar>& max) const {
  return clamp(min, max);
}
inline Tensor Tensor::clip(const std::optional<Tensor>& min, const std::optional<Tensor>& max) const {
  return clamp(min, max);
}
inline Tensor& Tensor::clip_(const std::optional<Scalar>& min, const std::optional<Scalar>& max) const {
  return clamp_(min, max);
}
inline Tensor& Tensor::clip_(const std::optional<Tensor>& min, const std::optional<Tensor>& max) const {
  return clamp_(min, max);
}

/// gt.
inline Tensor greater(const Tensor& self, const Tensor& other) { return gt(self, other); }
inline Tensor greater(const Tensor& self, const Scalar& other) { return gt(self, other); }
inline Tensor Tensor::greater(const Tensor& other) const { return gt(other); }
inline Tensor Tensor::greater(const Scalar& other) const { return gt(other); }
inline Tensor& Tensor::greater_(const Tensor& other) const { return gt_(other); }
inline Tensor& Tensor::greater_(const Scalar& other) const { return gt_(other); }

/// ge.
inline Tensor greater_equal(const Tensor& self, const Tensor& other) { return ge(self, other); }
inline Tensor greater_equal(const Tensor& self, const Scalar& other) { return ge(self, other); }
inline Tensor Tensor::greater_equal(const Tensor& other) const { return ge(other); }
inline Tensor Tensor::greater_equal(const Scalar& other) const { return ge(other); }
inline Tensor& Tensor::greater_equal_(const Tensor& other) const { return ge_(other); }
inline Tensor& Tensor::greater_equal_(const Scalar& other) const { return ge_(other); }

/// lt.
inline Tensor less(const Tensor& self, const Tensor& other) { return lt(self, other); }
inline Tensor less(const Tensor& self, const Scalar& other) { return lt(self, other); }
inline Tensor Tensor::less(const Tensor& other) const { return lt(other); }
inline Tensor Tensor::less(const Scalar& other) const { return lt(other); }
inline Tensor& Tensor::less_(const Tensor& other) const { return lt_(other); }
inline Tensor& Tensor::less_(const Scalar& other) const { return lt_(other); }

/// le.
inline Tensor less_equal(const Tensor& self, const Tensor& other) { return le(self, other); }
inline Tensor less_equal(const Tensor& self, const Scalar& other) { return le(self, other); }
inline Tensor Tensor::less_equal(const Tensor& other) const { return le(other); }
inline Tensor Tensor::less_equal(const Scalar& other) const { return le(other); }
inline Tensor& Tensor::less_equal_(const Tensor& other) const { return le_(other); }
inline Tensor& Tensor::less_equal_(const Scalar& other) const { return le_(other); }

/// ne.
inline Tensor not_equal(const Tensor& self, const Tensor& other) { return ne(self, other); }
inline Tensor not_equal(const Tensor& self, const Scalar& other) { return ne(self, other); }
inline Tensor Tensor::not_equal(const Tensor& other) const { return ne(other); }
inline Tensor Tensor::not_equal(const Scalar& other) const { return ne(other); }
inline Tensor& Tensor::not_equal_(const Tensor& other) const { return ne_(other); }
inline Tensor& Tensor::not_equal_(const Scalar& other) const { return ne_(other); }

/// outer.
inline Tensor ger(const Tensor& self, const Tensor& vec2) { return outer(self, vec2); }
inline Tensor Tensor::ger(const Tensor& vec2) const { return outer(vec2); }

/// transpose.
inline Tensor swapdims(const Tensor& self, int64_t dim0, int64_t dim1) { return transpose(self, dim0, dim1); }
inline Tensor Tensor::swapdims(int64_t dim0, int64_t dim1) const { return transpose(dim0, dim1); }
inline Tensor& Tensor::swapdims_(int64_t dim0, int64_t dim1) const { return transpose_(dim0, dim1); }
inline Tensor& Tensor::swapaxes_(int64_t dim0, int64_t dim1) const { return transpose_(dim0, dim1); }

/// movedim.
inline Tensor moveaxis(const Tensor& self, int64_t source, int64_t destination) {
  return movedim(self, source, destination);
}
inline Tensor moveaxis(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return movedim(self, source, destination);
}
inline Tensor Tensor::moveaxis(int64_t source, int64_t destination) const {
  return movedim(source, destination);
}
inline Tensor Tensor::moveaxis(IntArrayRef source, IntArrayRef destination) const {
  return movedim(source, destination);
}

/// cat.
inline Tensor concatenate(TensorList tensors, int64_t dim = 0) { return cat(tensors, dim); }

/// vstack.
inline Tensor row_stack(TensorList tensors) { return vstack(tensors); }

}  // namespace tengen::inline api
