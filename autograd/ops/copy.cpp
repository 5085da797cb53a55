// Copies, conversions, fills.
#include <tengen/autograd/inplace.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/primitives.h>
#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/promotion.h>
#include <tengen/tensor/raw.h>

namespace tengen::inline api {

using autograd::convert;
using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

Grads identity_rule(Node&, const Tensor& grad) { return {grad}; }

}  // namespace

Tensor clone(const Tensor& self, std::optional<MemoryFormat> format) {
  if (format != MemoryFormat::Preserve) {
    require_contiguous("clone", format.value_or(MemoryFormat::Contiguous));
    return convert("clone", self, self.dtype(), self.device());
  }
  Tensor out = raw::empty_preserving(self, self.options());
  raw::copy(out, self);
  return record("clone", out, {self}, {}, identity_rule);
}

Tensor Tensor::contiguous(MemoryFormat format) const {
  require_contiguous("contiguous", format == MemoryFormat::Preserve ? MemoryFormat::Contiguous : format);
  return is_contiguous() ? *this : convert("contiguous", *this, dtype(), device());
}

Tensor detach(const Tensor& self) { return self.detach(); }

Tensor Tensor::to(TensorOptions options, bool non_blocking, bool copy) const {
  ScalarType type = options.dtype_opt().value_or(dtype());
  Device where = options.device_opt().value_or(device());
  if (!copy && type == dtype() && where.type() == device().type()) return *this;
  return convert("to", *this, type, where, non_blocking);
}

bool Tensor::is_pinned() const { return storage()->is_pinned(); }
Tensor Tensor::pin_memory() const {
  TENGEN_CHECK(is_cpu(), "pin_memory: only tensors on the host can be pinned, this one is on ", device());
  if (is_pinned()) return *this;
  Tensor out = empty(sizes(), options().pinned_memory(true));
  raw::copy(out, *this);
  return record("pin_memory", out, {*this}, {}, identity_rule);
}
Tensor Tensor::to(ScalarType type, bool non_blocking, bool copy) const {
  return to(TensorOptions(type), non_blocking, copy);
}
Tensor Tensor::to(Device device, ScalarType type, bool non_blocking, bool copy) const {
  return to(TensorOptions(type).device(device), non_blocking, copy);
}
Tensor Tensor::to(const Tensor& other, bool non_blocking, bool copy) const {
  return to(other.options(), non_blocking, copy);
}

Tensor& Tensor::copy_(const Tensor& source, bool non_blocking) const {
  const bool directly = autograd::writes_directly("copy_", *this, {source});
  Tensor expanded = source.sizes().equals(sizes()) ? source : source.expand(sizes());
  if (autograd::overlap(*this, source) == autograd::Overlap::interleaved) expanded = expanded.clone();
  if (directly || !is_floating_point()) {  // numbers of other types have no history
    raw::copy(*this, expanded, non_blocking);
    return autograd::written("copy_", *this);
  }
  // What this tensor was before has a gradient too: zero. (That of a view is its base's.)
  static const Tensor none;
  return autograd::assign_("copy_", *this,
                           record("copy", expanded.detach(), {is_view() ? none : *this, expanded}, {},
                                  [](Node& node, const Tensor& grad) -> Grads {
                                    return {node.needs(0) ? zeros_like(grad) : Tensor(), grad};
                                  }));
}

namespace {

// Every element has the same value then, so that those which share memory may be written once.
Tensor& fill_with(const char* name, const Tensor& self, const Scalar& value) {
  if (autograd::repeats_elements(self)) {
    fill_with(name, autograd::without_repeats(self), value);
  } else if (autograd::writes_directly(name, self, {})) {
    raw::fill(self, value);
    autograd::written(name, self);
  } else {
    autograd::assign_(name, self, full(self.sizes(), value, self.options()));
  }
  return const_cast<Tensor&>(self);
}

}  // namespace

Tensor& Tensor::fill_(const Scalar& value) const { return fill_with("fill_", *this, value); }
Tensor& Tensor::fill_(const Tensor& value) const {
  TENGEN_CHECK(value.dim() == 0, "fill_: expected a 0-dim tensor but got shape ", value.sizes());
  return copy_(is_alias_of(value) ? value.clone() : value);
}
Tensor& Tensor::zero_() const { return fill_with("zero_", *this, 0); }

const Tensor& Tensor::resize_(IntArrayRef size) const {
  TENGEN_CHECK(!requires_grad(), "resize_: cannot resize variables that require grad");
  for (int64_t s : size) TENGEN_CHECK(s >= 0, "resize_: negative size in ", size);
  if (storage_bytes(size_sum(numel_of(size), storage_offset()), dtype(), size) <= storage()->nbytes()) {
    Tensor view(make_intrusive<TensorImpl>(storage(), dtype(), DimVector(size), contiguous_strides(size),
                                           storage_offset()));
    set_data(view);
  } else {
    Tensor grown = empty(size, options());
    int64_t kept = this->numel();
    kernels(*this).copy(view_of(grown.flatten().narrow(0, 0, kept)), view_of(contiguous().flatten()));
    set_data(grown);
  }
  return *this;
}

bool is_floating_point(const Tensor& self) { return self.is_floating_point(); }

}  // namespace tengen::inline api
