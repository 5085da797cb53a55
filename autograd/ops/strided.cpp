// Views by strides: as_strided and sliding windows.
#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/primitives.h>
#include <tengen/autograd/record.h>
#include <tengen/autograd/strided.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::inline api {
using autograd::Grads;
using autograd::Node;
using autograd::record;

Tensor as_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride,
                  std::optional<int64_t> storage_offset) {
  const int64_t offset = storage_offset.value_or(self.storage_offset());
  const size_t bytes = storage_bytes(extent_of("as_strided", size, stride, offset), self.dtype(), size);
  TENGEN_CHECK(bytes <= self.storage()->nbytes(), "as_strided: sizes ", size, ", strides ", stride,
               ", storage offset ", offset, ", and itemsize ", self.element_size(),
               " requiring a storage size of ", bytes, " are out of bounds for storage of size ",
               self.storage()->nbytes());
  return autograd::as_strided(self, {DimVector(size), DimVector(stride), offset});
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
  DimVector out(sizes()), step_of(strides().begin(), strides().end());
  int64_t inner = dim() == 0 ? 1 : step_of[dimension];
  if (dim() > 0) {
    out[dimension] = (length - size) / step + 1;
    step_of[dimension] *= step;
  }
  out.push_back(size);
  step_of.push_back(inner);
  Tensor view = autograd::make_view(*this, {std::move(out), std::move(step_of), storage_offset()});
  return record("unfold", view, {*this}, {},
                [=, sizes = DimVector(sizes())](Node&, const Tensor& g) -> Grads {
                  return {fold(g, sizes, dimension, size, step)};
                });
}

}  // namespace tengen::inline api
