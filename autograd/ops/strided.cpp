// Views by strides: as_strided and sliding windows, with adjoints that sum where elements share memory.
#include <algorithm>

#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/record.h>
#include <tengen/tensor/view_of.h>

namespace tengen {
using autograd::Grads;
using autograd::make_view;
using autograd::Node;
using autograd::record;

namespace {

/// Which elements of a memory a tensor shows.
struct Geometry {
  DimVector sizes, strides;
  int64_t offset;

  Geometry(IntArrayRef sizes, IntArrayRef strides, int64_t offset)
      : sizes(sizes.begin(), sizes.end()), strides(strides.begin(), strides.end()), offset(offset) {}

  int64_t numel() const { return numel_of(sizes); }
  /// One past the last element shown.
  int64_t end() const {
    int64_t last = offset;
    for (size_t d = 0; d < sizes.size(); ++d) last += (sizes[d] - 1) * strides[d];
    return numel() == 0 ? offset : last + 1;
  }
  /// Whether an element may be shown twice: not if, from the smallest stride up, each steps over all before
  /// it.
  bool may_overlap() const {
    DimVector order;
    for (size_t d = 0; d < sizes.size(); ++d)
      if (sizes[d] > 1) order.push_back(int64_t(d));
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return strides[a] < strides[b]; });
    int64_t reach = 0;
    for (int64_t d : order) {
      if (strides[d] <= reach) return true;
      reach += (sizes[d] - 1) * strides[d];
    }
    return false;
  }
  /// Positions of the elements shown, counted from `origin`: (numel) int64.
  Tensor positions(int64_t origin, Device device) const {
    TensorOptions options = TensorOptions(kLong).device(device);
    Tensor out = full({1}, offset - origin, options);
    for (size_t d = 0; d < sizes.size(); ++d)
      out = (out.unsqueeze(-1) + arange(sizes[d], options) * strides[d]).reshape(-1);
    return out;
  }
};

/// The gradient of a tensor of geometry `in` from that of its view of geometry `out`: summed in a copy of the
/// memory that both show. Elements of the tensor that share a place share its gradient.
Tensor as_strided_adjoint(const Tensor& g, const Geometry& in, const Geometry& out) {
  if (in.numel() == 0 || out.numel() == 0) return zeros(in.sizes, g.options());
  int64_t origin = std::min(in.offset, out.offset), length = std::max(in.end(), out.end()) - origin;
  Tensor memory = zeros({length}, g.options());
  if (!GradMode::is_enabled() && !in.may_overlap() && !out.may_overlap()) {
    memory.as_strided(out.sizes, out.strides, out.offset - origin).copy_(g);
    return memory.as_strided(in.sizes, in.strides, in.offset - origin);
  }
  memory = memory.index_add(0, out.positions(origin, g.device()), g.reshape(-1));
  Tensor places = in.positions(origin, g.device());
  Tensor share = memory.index_select(0, places);
  if (in.may_overlap()) {
    Tensor count = zeros({length}, g.options()).index_add(0, places, ones({in.numel()}, g.options()));
    share = share / count.index_select(0, places);
  }
  return share.reshape(in.sizes);
}

}  // namespace

Tensor as_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride,
                  std::optional<int64_t> storage_offset) {
  Geometry in(self.sizes(), self.strides(), self.storage_offset());
  Geometry out(size, stride, storage_offset.value_or(self.storage_offset()));
  const size_t bytes = storage_bytes(extent_of("as_strided", size, stride, out.offset), self.dtype(), size);
  TENGEN_CHECK(bytes <= self.storage()->nbytes(), "as_strided: sizes ", size, ", strides ", stride,
               ", storage offset ", out.offset, ", and itemsize ", self.element_size(),
               " requiring a storage size of ", bytes, " are out of bounds for storage of size ",
               self.storage()->nbytes());
  Tensor view = make_view(self, out.sizes, out.strides, out.offset);
  return record("as_strided", view, {self}, {},
                [in = std::move(in), out = std::move(out)](Node&, const Tensor& g) -> Grads {
                  return {as_strided_adjoint(g, in, out)};
                });
}
Tensor Tensor::as_strided(IntArrayRef size, IntArrayRef stride, std::optional<int64_t> storage_offset) const {
  return tengen::as_strided(*this, size, stride, storage_offset);
}

// ---- windows along a dimension: (..., L, ...) -> (..., windows, ..., size) ----

namespace {

/// Adjoint of unfold: every element of a window is added where it came from.
Tensor fold(const Tensor& g, IntArrayRef sizes, int64_t dim, int64_t size, int64_t step) {
  Tensor out = zeros(sizes, g.options());
  {
    NoGradGuard no_grad;
    int64_t windows = sizes.empty() ? 1 : g.size(dim);
    for (int64_t k = 0; k < size; ++k) {
      if (sizes.empty())
        out.add_(g.select(0, k));
      else
        out.slice(dim, k, k + (windows - 1) * step + 1, step).add_(g.select(-1, k));
    }
  }
  return record("fold", out, {g}, {},
                [=](Node&, const Tensor& grad) -> Grads { return {grad.unfold(dim, size, step)}; });
}

}  // namespace

Tensor Tensor::unfold(int64_t dimension, int64_t size, int64_t step) const {
  dimension = wrap_dim(dimension, dim());
  int64_t length = dim() == 0 ? 1 : this->size(dimension);
  TENGEN_CHECK(size >= 0, "unfold: size is ", size, " but must be >= 0");
  TENGEN_CHECK(size <= length, "unfold: maximum size for tensor at dimension ", dimension, " is ", length,
               " but size is ", size);
  TENGEN_CHECK(step > 0, "unfold: step is ", step, " but must be > 0");
  DimVector out(sizes().begin(), sizes().end()), step_of(strides().begin(), strides().end());
  int64_t inner = dim() == 0 ? 1 : step_of[dimension];
  if (dim() > 0) {
    out[dimension] = (length - size) / step + 1;
    step_of[dimension] *= step;
  }
  out.push_back(size);
  step_of.push_back(inner);
  Tensor view = autograd::make_view(*this, std::move(out), std::move(step_of), storage_offset());
  return record("unfold", view, {*this}, {},
                [=, sizes = DimVector(sizes().begin(), sizes().end())](Node&, const Tensor& g) -> Grads {
                  return {fold(g, sizes, dimension, size, step)};
                });
}

}  // namespace tengen
