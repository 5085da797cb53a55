#include <tengen/tensor/tensor.h>

#include <algorithm>
#include <numeric>

#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/raw.h>

namespace tengen {
namespace {

bool is_contiguous(const DimVector& sizes, const DimVector& strides) {
  int64_t expected = 1;
  for (int i = int(sizes.size()) - 1; i >= 0; --i) {
    if (sizes[i] == 0) return true;
    if (sizes[i] != 1 && strides[i] != expected) return false;
    // It may wrap in a tensor without elements, which is found further on.
    (void)__builtin_mul_overflow(expected, sizes[i], &expected);
  }
  return true;
}

}  // namespace

TensorImpl::TensorImpl(intrusive_ptr<Storage> storage, ScalarType dtype, DimVector sizes, DimVector strides,
                       int64_t offset)
    : dtype(dtype),
      storage(std::move(storage)),
      offset(offset),
      sizes(std::move(sizes)),
      strides(std::move(strides)) {
  numel = numel_of(this->sizes);
  contiguous = tengen::is_contiguous(this->sizes, this->strides);
}

TensorImpl::TensorImpl(intrusive_ptr<Storage> storage, ScalarType dtype, IntArrayRef sizes)
    : dtype(dtype),
      storage(std::move(storage)),
      numel(numel_of(sizes)),
      sizes(sizes.begin(), sizes.end()),
      strides(contiguous_strides(sizes)) {}

TensorImpl::~TensorImpl() { delete grad_state.load(std::memory_order_relaxed); }

void Tensor::undefined() {
  fail("expected a tensor but got an undefined one (a default-constructed Tensor)");
}

void Tensor::require_dtype(ScalarType expected, const char* what) const {
  TENGEN_CHECK(dtype() == expected, what, ": expected a tensor of type ", expected, " but got ", dtype());
}

int64_t Tensor::size(int64_t dim) const { return sizes()[wrap_dim(dim, this->dim())]; }

int64_t Tensor::stride(int64_t dim) const { return strides()[wrap_dim(dim, this->dim())]; }

bool Tensor::is_contiguous(MemoryFormat format) const {
  if (format != MemoryFormat::ChannelsLast) return impl().contiguous;
  if (dim() != 4) return false;
  const Geometry channels_last = raw::permute(*this, {0, 2, 3, 1});
  return tengen::is_contiguous(channels_last.sizes, channels_last.strides);
}

bool Tensor::is_non_overlapping_and_dense() const {
  if (is_contiguous()) return true;
  DimVector order(sizes().size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return strides()[a] < strides()[b]; });
  int64_t expected = 1;
  for (int64_t d : order) {
    if (sizes()[d] == 1) continue;
    if (strides()[d] != expected) return false;
    expected *= sizes()[d];
  }
  return true;
}

Tensor Tensor::detach() const { return raw::view(*this, raw::geometry(*this)); }

Scalar Tensor::item() const {
  TENGEN_CHECK(numel() == 1, "item: expected a tensor with one element but got ", numel(), " (shape ",
               sizes(), ")");
  return visit_all(dtype(), [&](auto value) -> Scalar {
    if (is_cpu()) return *static_cast<const decltype(value)*>(data_ptr());
    cuda::copy_to_host(&value, data_ptr(), sizeof(value));
    return value;
  });
}

}  // namespace tengen
