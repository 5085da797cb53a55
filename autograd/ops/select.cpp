// Choice by condition.
#include <tengen/autograd/ops/pointwise.h>

namespace tengen::inline api {
namespace {

// A number that becomes an element of `type` must fit.
void check_number(const TensorOrScalar& arg, ScalarType type) {
  if (!arg.tensor) arg.value.require_fits(type);
}

// uint8 counts as a mask, as it did before there were bools.
Tensor as_mask(const char* name, const Tensor& mask) {
  TENGEN_CHECK(mask.dtype() == kBool || mask.dtype() == kByte, name,
               ": expected the condition to be a bool tensor but got ", mask.dtype());
  return mask.dtype() == kBool ? mask : mask.to(kBool);
}

Tensor choose(const Tensor& condition, const TensorOrScalar& a, const TensorOrScalar& b) {
  Tensor mask = as_mask("where", condition);
  const ScalarType type = common_type({a.operand(), b.operand()});
  check_number(a, type);
  check_number(b, type);
  Tensor out = compute(Ternary::where, mask, a, b, type, {}, "where");
  return record("where", out, {a, b}, {mask}, [](Node& node, const Tensor& grad) -> Grads {
    Tensor mask = node.saved(0);
    return {node.needs(0) ? where(mask, grad, 0) : Tensor(), node.needs(1) ? where(mask, 0, grad) : Tensor()};
  });
}

Tensor fill_where(const Tensor& self, const Tensor& condition, const TensorOrScalar& value) {
  Tensor mask = as_mask("masked_fill", condition);
  check_number(value, self.dtype());
  Tensor out = compute(Ternary::where, mask, value, self, self.dtype(), {}, "masked_fill");
  return record("masked_fill", out, {self, value}, {mask}, [](Node& node, const Tensor& grad) -> Grads {
    Tensor mask = node.saved(0);
    return {node.needs(0) ? where(mask, 0, grad) : Tensor(), node.needs(1) ? where(mask, grad, 0) : Tensor()};
  });
}

void check_fill(const Tensor& self, const Tensor& value) {
  TENGEN_CHECK(value.dim() == 0, "masked_fill: expected a 0-dim value tensor but got one of ", value.dim(),
               " dimensions");
  value.item().require_fits(self.dtype());
}

Tensor& fill_where_(const Tensor& self, const Tensor& condition, const TensorOrScalar& value) {
  if (autograd::repeats_elements(self)) {
    // Elements that share memory are filled where the mask says so for one of them.
    Tensor once = autograd::without_repeats(self),
           mask = as_mask("masked_fill_", condition).expand(self.sizes());
    for (int64_t d = 0; d < self.dim(); ++d)
      if (once.size(d) != self.size(d)) mask = mask.any(d, true);
    fill_where_(once, mask, value);
    return const_cast<Tensor&>(self);
  }
  if (!writes_into("masked_fill_", self, self.dtype(), {condition, value}))
    return assign_("masked_fill_", self, fill_where(self, condition, value));
  check_number(value, self.dtype());
  compute_into(self, Ternary::where, as_mask("masked_fill_", condition), value, self, self.dtype(), {},
               "masked_fill_");
  return written("masked_fill_", self);
}

}  // namespace

Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other) {
  return choose(condition, self, other);
}
Tensor where(const Tensor& condition, const Tensor& self, const Scalar& other) {
  return choose(condition, self, other);
}
Tensor where(const Tensor& condition, const Scalar& self, const Tensor& other) {
  return choose(condition, self, other);
}
Tensor where(const Tensor& condition, const Scalar& self, const Scalar& other) {
  return choose(condition, self, other);
}
std::vector<Tensor> where(const Tensor& condition) { return nonzero(condition).unbind(1); }

Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  return fill_where(self, mask, value);
}
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  check_fill(self, value);
  return fill_where(self, mask, value);
}
Tensor& Tensor::masked_fill_(const Tensor& mask, const Scalar& value) const {
  return fill_where_(*this, mask, value);
}
Tensor& Tensor::masked_fill_(const Tensor& mask, const Tensor& value) const {
  check_fill(*this, value);
  return fill_where_(*this, mask, is_alias_of(value) ? value.clone() : value);
}

}  // namespace tengen::inline api
