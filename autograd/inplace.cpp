#include <tengen/autograd/inplace.h>

#include <tengen/autograd/meta.h>
#include <tengen/autograd/primitives.h>
#include <tengen/autograd/strided.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/promotion.h>
#include <tengen/tensor/raw.h>

namespace tengen::autograd {
namespace {

// A copy of `t` in memory with these strides.
Tensor laid_out(const Tensor& t, const DimVector& strides) {
  const Tensor out = empty_strided(t.sizes(), strides, t.options());
  raw::copy(out, t);
  return record("copy", out, {t}, {}, [](Node&, const Tensor& grad) -> Grads { return {grad}; });
}

// laid_out() with zeros in the region that `region` shows; its own adjoint.
Tensor without_region(const Tensor& t, const DimVector& strides, const Geometry& region) {
  const Tensor out = laid_out(t, strides).detach();
  raw::fill(raw::view(out, region), 0);
  return record("zero_region", out, {t}, {},
                [=](Node&, const Tensor& grad) -> Grads { return {without_region(grad, strides, region)}; });
}

// The base of a view whose memory is written to gets this node: the written region's gradient goes to what
// was written, the rest to what the base was before.
void rebase_view(const Tensor& view, const Tensor& written) {
  const Tensor base(view.unsafeGetTensorImpl()->base);
  Geometry region = raw::geometry(view);
  region.offset -= base.storage_offset();
  auto rule = [region, strides = raw::geometry(base).strides](Node& node, const Tensor& grad) -> Grads {
    Grads grads(2);
    if (node.needs(0)) grads[0] = without_region(grad, strides, region);
    // The gradient takes the base's strides, so that the view's geometry fits.
    if (node.needs(1)) grads[1] = as_strided(laid_out(grad, strides), region);
    return grads;
  };
  auto node = make_intrusive<detail::RuleNode<decltype(rule)>>("slice_assign", std::move(rule));
  detail::connect(*node, {base, written});
  node->add_output(base);
  set_gradient_edge(base, node, 0);
}

// One past the last element of `t` in its memory; t has some.
int64_t end_of(const Tensor& t) { return extent_of("overlap", t.sizes(), t.strides(), t.storage_offset()); }

// Whether `t` shows every element in its range of memory once.
bool is_dense(const Tensor& t) {
  return t.is_contiguous() || (end_of(t) - t.storage_offset() == t.numel() && !repeats_elements(t));
}

[[noreturn]] void refuse_overlap(const char* name, const Tensor& self, const Tensor& read) {
  fail(name,
       ": unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
       "single memory location. Please clone() the tensor before performing the operation. The written-to "
       "tensor has shape ",
       self.sizes(), " and strides ", self.strides(), ", the input tensor has shape ", read.sizes(),
       " and strides ", read.strides(), ".");
}

}  // namespace

Overlap overlap(const Tensor& written, const Tensor& read) {
  if (read.storage() != written.storage() || read.numel() == 0 || written.numel() == 0) return Overlap::none;
  if (read.is_same(written) ||
      (read.storage_offset() == written.storage_offset() && read.sizes().equals(written.sizes()) &&
       read.strides().equals(written.strides())))
    return Overlap::same;
  if (end_of(read) <= written.storage_offset() || end_of(written) <= read.storage_offset())
    return Overlap::none;
  return is_dense(written) && is_dense(read) ? Overlap::partial : Overlap::interleaved;
}

bool repeats_elements(const Tensor& t) {
  if (t.is_contiguous() || t.numel() == 0) return false;
  for (int64_t d = 0; d < t.dim(); ++d)
    if (t.strides()[d] == 0 && t.sizes()[d] > 1) return true;
  return false;
}

Tensor without_repeats(const Tensor& t) {
  Geometry once = raw::geometry(t);
  for (size_t d = 0; d < once.sizes.size(); ++d)
    if (once.strides[d] == 0 && once.sizes[d] > 1) once.sizes[d] = 1;
  return as_strided(t, std::move(once));
}

void refuse_view(const char* name, const Tensor& view) {
  const AutogradMeta* m = meta_if_any(view);
  const ViewOrigin origin = view.unsafeGetTensorImpl()->view_origin;
  const std::string node =
      m && m->grad_fn ? tengen::detail::str("Output ", m->output_nr, " of ", m->grad_fn->name(), " is a view")
                      : std::string();
  switch (origin) {
    case ViewOrigin::no_grad:
      fail(name, ": ", node.empty() ? "A view was" : node + " of a view which was",
           " created in no_grad mode and is being modified inplace with grad mode enabled. Given that this "
           "use case is ambiguous and error-prone, it is forbidden. Move both the view and the write into "
           "the scope without gradients (if they are not to be recorded) or both out of it (if they are).");
    case ViewOrigin::several_views:
      fail(name, ": ", node.empty() ? "A view" : node + " and",
           " is being modified inplace. This view is the output of a function that returns multiple views. "
           "Such functions do not allow the output views to be modified inplace. You should replace the "
           "inplace operation by an out-of-place one, or write to narrow() or select() of the tensor.");
    default:
      fail(name, ": ", node.empty() ? "A view" : node + " and",
           " is being modified inplace. This view was created inside a custom Function (or because an input "
           "was returned as-is) and writing to it would override the Function's backward. This behavior is "
           "forbidden. You can fix this by cloning the output of the custom Function.");
  }
}

void check_history(const char* name, const Tensor& self) {
  if (self.is_view()) {
    if (self.unsafeGetTensorImpl()->view_origin != ViewOrigin::ordinary) refuse_view(name, self);
    Tensor base(self.unsafeGetTensorImpl()->base);
    TENGEN_CHECK(
        !(base.requires_grad() && base.is_leaf()), name,
        ": a view of a leaf Variable that requires grad is being used in an in-place operation. Write "
        "to it with gradients off (NoGradGuard), or to a clone().");
  }
  TENGEN_CHECK(
      !(self.requires_grad() && self.is_leaf()), name,
      ": a leaf Variable that requires grad is being used in an in-place operation. Write to it with "
      "gradients off (NoGradGuard), or to a clone().");
}

bool writes_directly(const char* name, const Tensor& self, TensorRefs read) {
  TENGEN_CHECK(!repeats_elements(self), name,
               ": unsupported operation: more than one element of the written-to tensor refers to a single "
               "memory location. Please clone() the tensor before performing the operation. It has shape ",
               self.sizes(), " and strides ", self.strides(), ".");
  for (TensorRef other : read)
    if (other.tensor->defined() && overlap(self, *other.tensor) == Overlap::partial)
      refuse_overlap(name, self, *other.tensor);
  if (!GradMode::is_enabled() || !(self.requires_grad() || must_record(read))) return true;
  check_history(name, self);
  return false;
}

Tensor apart(const char* name, const Tensor& self, const Tensor& read) {
  switch (overlap(self, read)) {
    case Overlap::none:
      return read;
    case Overlap::interleaved:
      return raw::clone(read);
    default:
      refuse_overlap(name, self, read);
  }
}

Tensor& assign_(const char* name, const Tensor& self, const Tensor& result) {
  TENGEN_CHECK(self.sizes().equals(result.sizes()), name, ": output with shape ", self.sizes(),
               " doesn't match the broadcast shape ", result.sizes());
  TENGEN_CHECK(can_cast(result.dtype(), self.dtype()), name, ": result type ", result.dtype(),
               " can't be cast to the desired output type ", self.dtype());
  const bool same_type = result.dtype() == self.dtype() && result.device() == self.device();
  Tensor source = same_type ? result : convert("to", result, self.dtype(), self.device());
  if (auto node = result.grad_fn()) node->let_go_of(*self.storage());
  kernels(self).copy(view_of(self), view_of(source));
  Tensor& target = written(name, self);
  if (!GradMode::is_enabled()) return target;
  if (self.is_view()) {
    Tensor base(self.unsafeGetTensorImpl()->base);
    // The view's own history is derived from the base's when somebody asks for it (Tensor::grad_fn).
    if (base.requires_grad() || source.requires_grad()) rebase_view(self, source);
  } else if (self.requires_grad() || source.requires_grad()) {
    // The result owes nothing to what self was: self keeps a history, whose gradient is zero.
    if (!source.requires_grad())
      source = record(name, source.detach(), {self}, {},
                      [](Node&, const Tensor& grad) -> Grads { return {zeros_like(grad)}; });
    Edge edge = gradient_edge(source.is_leaf() ? alias(source) : source);
    set_gradient_edge(self, std::move(edge.function), edge.input_nr);
  }
  return target;
}

}  // namespace tengen::autograd
