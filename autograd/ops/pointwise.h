// Private: not installed; no public header includes it.
// Building blocks of pointwise operators.
#pragma once

#include <tengen/autograd/inplace.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/compute.h>

namespace tengen::inline api {

using autograd::assign_;
using autograd::Grads;
using autograd::Node;
using autograd::record;
using autograd::written;

/// Whether an in-place operator may compute straight into self's memory: autograd::writes_directly(), the
/// result fits in shape and type, and no operand is interleaved with self.
bool writes_into(const char* name, const Tensor& self, ScalarType type, autograd::TensorRefs others);
/// The type of a result that is real: that of the operands together, for integers the default dtype.
inline ScalarType real_type_of(const TensorOrScalar& a, const TensorOrScalar& b) {
  return real_type(common_type(a.operand(), b.operand()));
}
/// Rules that would divide by zero take another way.
inline bool has_zero(const Tensor& x) { return (x.detach() == 0).any().item<bool>(); }

/// In-place operators: straight into memory where possible, else self becomes what `otherwise()` returns.
/// Where its rule keeps self, `otherwise` must work on a clone: self is overwritten.
template <class F>
Tensor& compute_(const char* name, Unary op, const Tensor& self, ScalarType type, const Params& params,
                 F otherwise) {
  if (!writes_into(name, self, type, {})) return assign_(name, self, otherwise());
  compute_into(self, op, self, type, params);
  return written(name, self);
}
template <class F>
Tensor& compute_(const char* name, Binary op, const Tensor& self, const TensorOrScalar& other,
                 ScalarType type, const Params& params, F otherwise) {
  if (!writes_into(name, self, type, {other})) return assign_(name, self, otherwise());
  compute_into(self, op, self, other, type, params, name);
  return written(name, self);
}
template <class F>
Tensor& compute_(const char* name, Ternary op, const Tensor& self, const TensorOrScalar& b,
                 const TensorOrScalar& c, ScalarType type, const Params& params, F otherwise) {
  if (!writes_into(name, self, type, {b, c})) return assign_(name, self, otherwise());
  compute_into(self, op, self, b, c, type, params, name);
  return written(name, self);
}

}  // namespace tengen::inline api
