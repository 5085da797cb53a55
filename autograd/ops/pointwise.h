// Private: not installed; no public header includes it.
// Building blocks of pointwise operators.
#pragma once

#include <tengen/autograd/inplace.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/promotion.h>
#include <tengen/tensor/view_of.h>

namespace tengen {

using autograd::assign_;
using autograd::Grads;
using autograd::Node;
using autograd::record;
using autograd::written;

/// For record(): a place in the list of saved tensors that stays empty.
inline const Tensor kNotSaved;

/// An operand: a tensor, or a number that needs none. Refers to the tensor.
struct Arg {
  Arg(const Tensor& tensor) : tensor(&tensor) {}
  Arg(const Scalar& value) : value(value) {}
  Operand operand() const { return tensor ? Operand(*tensor) : Operand(value); }
  operator autograd::TensorRef() const { return tensor ? *tensor : kNotSaved; }

  const Tensor* tensor = nullptr;
  Scalar value;
};

/// Three numbers for a formula.
struct Params {
  double values[3] = {};
  Params() = default;
  Params(double a, double b = 0, double c = 0) : values{a, b, c} {}
};

// These compute and record nothing. Operands are converted to `type` where they have another; the result has
// the type `out`. With `into` the result is written there instead (a tensor of the result's shape and type).
Tensor compute(Unary op, const Tensor& self, ScalarType type, ScalarType out, const Params& params = {},
               const Tensor* into = nullptr);
Tensor compute(Binary op, const Arg& a, const Arg& b, ScalarType type, ScalarType out,
               const Params& params = {}, const Tensor* into = nullptr, const char* name = "");
Tensor compute(Ternary op, const Arg& a, const Arg& b, const Arg& c, ScalarType type,
               const Params& params = {}, const Tensor* into = nullptr, const char* name = "");

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
inline Tensor compute(Binary op, const Arg& a, const Arg& b, const Params& params = {},
                      const char* name = "") {
  ScalarType type = common_type(a.operand(), b.operand());
  return compute(op, a, b, type, type, params, nullptr, name);
}

/// Whether an in-place operator may compute straight into self's memory: autograd::writes_directly(), the
/// result fits in shape and type, and no operand is interleaved with self.
bool writes_into(const char* name, const Tensor& self, ScalarType type, autograd::TensorRefs others);
/// Rules that would divide by zero take another way.
inline bool has_zero(const Tensor& x) { return (x.detach() == 0).any().item<bool>(); }

/// In-place operators: straight into memory where possible, else self becomes what `otherwise()` returns.
/// Where its rule keeps self, `otherwise` must work on a clone: self is overwritten.
template <class F>
Tensor& compute_(const char* name, Unary op, const Tensor& self, ScalarType type, const Params& params,
                 F otherwise) {
  if (!writes_into(name, self, type, {})) return assign_(name, self, otherwise());
  compute(op, self, type, type, params, &self);
  return written(name, self);
}
template <class F>
Tensor& compute_(const char* name, Binary op, const Tensor& self, const Arg& other, ScalarType type,
                 const Params& params, F otherwise) {
  if (!writes_into(name, self, type, {other})) return assign_(name, self, otherwise());
  compute(op, self, other, type, type, params, &self, name);
  return written(name, self);
}
template <class F>
Tensor& compute_(const char* name, Ternary op, const Tensor& self, const Arg& b, const Arg& c,
                 ScalarType type, const Params& params, F otherwise) {
  if (!writes_into(name, self, type, {b, c})) return assign_(name, self, otherwise());
  compute(op, self, b, c, type, params, &self, name);
  return written(name, self);
}

}  // namespace tengen
