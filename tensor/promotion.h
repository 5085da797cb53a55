// In which type operands of different types meet: PyTorch's rules.
#pragma once

#include <initializer_list>

#include <tengen/tensor/tensor.h>

namespace tengen {

/// What counts of an operand. Operands with dimensions decide over 0-dim tensors, and those over Scalars,
/// unless the weaker one is of a higher kind (bool < integer < floating). A floating Scalar stands for the
/// default dtype.
struct Operand {
  enum Rank { kScalar, kZeroDim, kDims };
  Operand(const Tensor& tensor)
      : type(tensor.defined() ? tensor.dtype() : ScalarType::Undefined),
        rank(tensor.defined() && tensor.dim() > 0 ? kDims : kZeroDim) {}
  Operand(const Scalar& value)
      : type(value.isFloatingPoint() ? get_default_dtype() : value.type()), rank(kScalar) {}
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T value) : Operand(Scalar(value)) {}
  ScalarType type;  // Undefined: does not count
  Rank rank;
};

/// The type of the result of, for example, a sum of these operands: common_type({x, y, 2.5}).
ScalarType common_type(std::initializer_list<Operand> operands);
inline ScalarType common_type(const Operand& a, const Operand& b) {
  return a.type == b.type ? a.type : common_type({a, b});
}

/// The same, but at least the default dtype: true division, exp, mean...
inline ScalarType real_type(ScalarType type) { return is_floating_point(type) ? type : get_default_dtype(); }

}  // namespace tengen

namespace tengen::inline api {
/// The type of the result of, for example, a sum of the two.
inline ScalarType result_type(const Tensor& a, const Tensor& b) { return common_type(a, b); }
inline ScalarType result_type(const Tensor& a, const Scalar& b) { return common_type(a, b); }
inline ScalarType result_type(const Scalar& a, const Tensor& b) { return common_type(a, b); }
inline ScalarType result_type(const Scalar& a, const Scalar& b) { return common_type(a, b); }
}  // namespace tengen::inline api
