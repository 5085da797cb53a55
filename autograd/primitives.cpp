#include <tengen/autograd/primitives.h>

#include <algorithm>

#include <tengen/autograd/record.h>
#include <tengen/tensor/factories.h>

namespace tengen::autograd {
namespace {

Grads identity_rule(Node&, const Tensor& grad) { return {grad}; }

}  // namespace

Tensor sum_of(const Tensor& a, const Tensor& b) {
  return record("add", compute(Binary::add, a, b), {a, b}, {}, [](Node&, const Tensor& grad) -> Grads {
    return {grad, grad};
  });
}

void add_to(const Tensor& sum, const Tensor& grad) {
  compute_into(sum, Binary::add, sum, grad, sum.dtype());
  sum.unsafeGetTensorImpl()->bump_version("add_");
}

Tensor sum_to_size(const Tensor& t, IntArrayRef sizes) {
  const int64_t lead = t.dim() - int64_t(sizes.size());
  TENGEN_CHECK(lead >= 0, "sum_to_size: size ", sizes, " is not expandable to size ", t.sizes());
  SmallVector<bool, 8> summed(size_t(t.dim()), false);
  for (int64_t d = 0; d < t.dim(); ++d) {
    const int64_t wanted = d < lead ? 1 : sizes[d - lead], size = t.sizes()[d];
    TENGEN_CHECK(wanted == 1 || wanted == size, "sum_to_size: size ", sizes, " is not expandable to size ",
                 t.sizes());
    summed[d] = d < lead || wanted != size;
  }
  if (std::find(summed.begin(), summed.end(), true) == summed.end()) return t;
  const ScalarType dtype = is_integral(t.dtype(), true) ? kLong : t.dtype();
  Tensor out = empty(sizes, TensorOptions(dtype).device(t.device()));
  reduce_into(out, Reduce::Sum, t, summed);
  return record("sum_to_size", out, {t}, {}, [sizes = DimVector(t.sizes())](Node&, const Tensor& g) -> Grads {
    return {expand(g, sizes)};
  });
}

Tensor expand(const Tensor& t, IntArrayRef sizes) {
  const int64_t lead = int64_t(sizes.size()) - t.dim();
  TENGEN_CHECK(lead >= 0, "expand(", t.toString(), "{", t.sizes(), "}, size=", sizes,
               "): the number of sizes provided (", sizes.size(),
               ") must be greater or equal to the number of dimensions in the tensor (", t.dim(), ")");
  DimVector target(sizes), strides(sizes.size(), 0);
  for (int64_t d = 0; d < int64_t(sizes.size()); ++d) {
    const int64_t have = d < lead ? 1 : t.sizes()[d - lead];
    TENGEN_CHECK(target[d] >= 0 || (target[d] == -1 && d >= lead), "The expanded size of the tensor (",
                 target[d], ") isn't allowed in a leading, non-existing dimension ", d);
    if (target[d] == -1) target[d] = have;
    TENGEN_CHECK(have == 1 || have == target[d], "The expanded size of the tensor (", target[d],
                 ") must match the existing size (", have, ") at non-singleton dimension ", d,
                 ".  Target sizes: ", sizes, ".  Tensor sizes: ", t.sizes());
    if (d >= lead && have == target[d]) strides[d] = t.strides()[d - lead];
  }
  // Its adjoint, sum_to_size, is what the engine does to every gradient that is larger than its tensor.
  return record("expand", make_view(t, {std::move(target), std::move(strides), t.storage_offset()}), {t}, {},
                identity_rule);
}

Tensor convert(const char* name, const Tensor& t, ScalarType dtype, Device device, bool non_blocking) {
  const bool pinned = non_blocking && device.is_cpu() && t.is_cuda();
  Tensor out = empty(t.sizes(), TensorOptions(dtype).device(device).pinned_memory(pinned));
  raw::copy(out, t, non_blocking);
  if (!is_floating_point(dtype)) return out;
  // The engine casts the gradient back to t's own type.
  return record(name, out, {t}, {}, identity_rule);
}

Tensor alias(const Tensor& t) {
  return record("alias", make_view(t, raw::geometry(t)), {t}, {}, identity_rule);
}

Tensor make_view(const Tensor& t, Geometry geometry, ViewOrigin origin) {
  Tensor view = raw::view(t, std::move(geometry));
  TensorImpl &impl = *view.unsafeGetTensorImpl(), &viewed = *t.unsafeGetTensorImpl();
  impl.base = viewed.base ? viewed.base : intrusive_ptr<TensorImpl>(&viewed);
  if (!GradMode::is_enabled() && t.requires_grad()) origin = ViewOrigin::no_grad;
  impl.view_origin = origin == ViewOrigin::ordinary ? viewed.view_origin : origin;
  return view;
}

}  // namespace tengen::autograd
