// Private: not installed; no public header includes it.
// Pointwise formulas and reductions over whole tensors, without history: operands are broadcast and
// converted, results allocated.
#pragma once

#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/promotion.h>

namespace tengen {

/// An operand; refers to the tensor.
struct TensorOrScalar {
  TensorOrScalar(const Tensor& tensor) : tensor(&tensor) {}
  TensorOrScalar(const Scalar& value) : value(value) {}
  Operand operand() const { return tensor ? Operand(*tensor) : Operand(value); }

  const Tensor* tensor = nullptr;
  Scalar value;
};

/// Three numbers for a formula.
struct Params {
  double values[3] = {};
  Params() = default;
  Params(double a, double b = 0, double c = 0) : values{a, b, c} {}
};

// Operands are converted to `type` where they have another; the result has the type `out`. `name` is the
// operator's, for errors. A 0-dim tensor of the host may stand beside tensors of another device.
Tensor compute(Unary op, const Tensor& self, ScalarType type, ScalarType out, const Params& params = {});
Tensor compute(Binary op, const TensorOrScalar& a, const TensorOrScalar& b, ScalarType type, ScalarType out,
               const Params& params = {}, const char* name = "");
Tensor compute(Ternary op, const TensorOrScalar& a, const TensorOrScalar& b, const TensorOrScalar& c,
               ScalarType type, const Params& params = {}, const char* name = "");

/// The same into `out`, which has the result's shape and type.
void compute_into(const Tensor& out, Unary op, const Tensor& self, ScalarType type,
                  const Params& params = {});
void compute_into(const Tensor& out, Binary op, const TensorOrScalar& a, const TensorOrScalar& b,
                  ScalarType type, const Params& params = {}, const char* name = "");
void compute_into(const Tensor& out, Ternary op, const TensorOrScalar& a, const TensorOrScalar& b,
                  const TensorOrScalar& c, ScalarType type, const Params& params = {}, const char* name = "");

/// out = op over the dimensions of `self` that `reduced` marks. `out` is contiguous and has the others in
/// their order; it may have dimensions of size 1 besides.
void reduce_into(const Tensor& out, Reduce op, const Tensor& self, ArrayRef<bool> reduced);

/// The number for a formula; an Error when elements of `type` cannot hold it.
inline double fitting(const Scalar& value, ScalarType type) {
  value.require_fits(type);
  return value.toDouble();
}

/// The same for a bound. A whole one may lie outside of the type, unless no element could keep to it.
double lower_bound(const Scalar& value, ScalarType type);
double upper_bound(const Scalar& value, ScalarType type);

/// Results of the operands' common type.
inline Tensor compute(Unary op, const Tensor& self, const Params& params = {}) {
  return compute(op, self, self.dtype(), self.dtype(), params);
}
inline Tensor compute(Binary op, const TensorOrScalar& a, const TensorOrScalar& b, const Params& params = {},
                      const char* name = "") {
  ScalarType type = common_type(a.operand(), b.operand());
  return compute(op, a, b, type, type, params, name);
}

}  // namespace tengen
