#include <tengen/tensor/factories.h>

#include <atomic>

#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/raw.h>

namespace tengen::inline api {
namespace {

std::atomic<ScalarType> default_dtype{kFloat};

// The options of `self`, where `options` set nothing.
TensorOptions like(const Tensor& self, const TensorOptions& options) {
  return self.options().merge_in(options);
}

}  // namespace

}  // namespace tengen::inline api

void tengen::require_contiguous(const char* op, MemoryFormat format) {
  TENGEN_CHECK(format == MemoryFormat::Contiguous, op, ": expected MemoryFormat::Contiguous but got ",
               format == MemoryFormat::Preserve ? "MemoryFormat::Preserve, for which there is no tensor"
                                                : "MemoryFormat::ChannelsLast, which is not supported");
}

namespace tengen::inline api {

ScalarType get_default_dtype() { return default_dtype; }

void set_default_dtype(ScalarType type) {
  TENGEN_CHECK(is_floating_point(type), "set_default_dtype: expected a floating type but got ", type);
  default_dtype = type;
}

Tensor empty(IntArrayRef size, TensorOptions options, std::optional<MemoryFormat> format) {
  require_contiguous("empty", format.value_or(MemoryFormat::Contiguous));
  for (int64_t s : size)
    TENGEN_CHECK(s >= 0, "empty: Trying to create tensor with negative dimension ", s, ": ", size);
  const size_t bytes = storage_bytes(numel_of(size), options.dtype(), size);
  TENGEN_CHECK(!options.pinned_memory() || options.device().is_cpu(),
               "only memory of the host can be pinned, not on ", options.device());
  auto storage =
      options.pinned_memory() ? Storage::allocate_pinned(bytes) : Storage::allocate(bytes, options.device());
  auto impl = make_intrusive<TensorImpl>(std::move(storage), options.dtype(), size);
  return raw::with_requires_grad(Tensor(std::move(impl)), options);
}

Tensor empty_strided(IntArrayRef size, IntArrayRef stride, TensorOptions options) {
  const size_t bytes = storage_bytes(extent_of("empty_strided", size, stride), options.dtype(), size);
  auto impl = make_intrusive<TensorImpl>(Storage::allocate(bytes, options.device()), options.dtype(),
                                         DimVector(size), DimVector(stride), 0);
  return raw::with_requires_grad(Tensor(std::move(impl)), options);
}

Tensor full(IntArrayRef size, const Scalar& value, TensorOptions options) {
  if (!options.has_dtype() && !value.isFloatingPoint()) options = options.dtype(value.type());
  Tensor out = empty(size, options.requires_grad(false));
  raw::fill(out, value);
  return raw::with_requires_grad(out, options);
}

Tensor zeros(IntArrayRef size, TensorOptions options) {
  return full(size, 0, options.dtype(options.dtype()));
}
Tensor ones(IntArrayRef size, TensorOptions options) { return full(size, 1, options.dtype(options.dtype())); }

Tensor empty_like(const Tensor& self, TensorOptions options, std::optional<MemoryFormat> format) {
  if (format == MemoryFormat::Preserve)
    return raw::with_requires_grad(raw::empty_preserving(self, like(self, options).requires_grad(false)),
                                   options);
  require_contiguous("empty_like", format.value_or(MemoryFormat::Contiguous));
  return empty(self.sizes(), like(self, options));
}
Tensor zeros_like(const Tensor& self, TensorOptions options) {
  return zeros(self.sizes(), like(self, options));
}
Tensor ones_like(const Tensor& self, TensorOptions options) {
  return ones(self.sizes(), like(self, options));
}
Tensor full_like(const Tensor& self, const Scalar& value, TensorOptions options) {
  return full(self.sizes(), value, like(self, options));
}

Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, std::function<void(void*)> deleter,
                 TensorOptions options) {
  const size_t bytes = storage_bytes(extent_of("from_blob", sizes, strides), options.dtype(), sizes);
  if (options.device().is_cuda()) options = options.device(cuda::resolve(options.device()));
  auto storage = Storage::wrap(data, bytes, options.device(), std::move(deleter));
  auto impl = make_intrusive<TensorImpl>(std::move(storage), options.dtype(), DimVector(sizes),
                                         DimVector(strides), 0);
  return raw::with_requires_grad(Tensor(std::move(impl)), options);
}

Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions options) {
  return from_blob(data, sizes, contiguous_strides(sizes), {}, options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, TensorOptions options) {
  return from_blob(data, sizes, strides, {}, options);
}
Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter, TensorOptions options) {
  return from_blob(data, sizes, contiguous_strides(sizes), std::move(deleter), options);
}

TensorData::TensorData(std::initializer_list<TensorData> list) : sizes_{int64_t(list.size())} {
  const TensorData* first = list.begin();
  for (const TensorData& item : list) {
    TENGEN_CHECK(item.sizes_ == first->sizes_, "tensor: lists of different lengths: found ",
                 IntArrayRef(item.sizes_), ", expected ", IntArrayRef(first->sizes_));
    TENGEN_CHECK(item.type_ == first->type_, "tensor: numbers of different types: found ", item.type_,
                 ", expected ", first->type_);
    values_.insert(values_.end(), item.values_.begin(), item.values_.end());
  }
  if (list.size()) {
    for (int64_t size : first->sizes_) sizes_.push_back(size);
    type_ = first->type_;
  }
}

Tensor TensorData::build(TensorOptions options) const {
  ScalarType type = type_;
  if (type == kInt) type = kLong;
  if (type == kFloat || type == kDouble || type == ScalarType::Undefined) type = get_default_dtype();
  options = options.dtype(options.dtype_opt().value_or(type));
  Tensor out = empty(sizes_, options.requires_grad(false).device(kCPU));
  visit_all(out.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* data = out.data_ptr<T>();
    for (const Scalar& value : values_) *data++ = std::is_integral_v<T> ? value.to<T>() : value.cast<T>();
  });
  out = raw::to(out, out.dtype(), options.device());
  return raw::with_requires_grad(out, options);
}

Tensor scalar_tensor(const Scalar& value, TensorOptions options) {
  return full({}, value, options.dtype(options.dtype()));
}

Tensor Tensor::new_empty(IntArrayRef size, TensorOptions options) const {
  return empty(size, like(*this, options));
}
Tensor Tensor::new_zeros(IntArrayRef size, TensorOptions options) const {
  return zeros(size, like(*this, options));
}
Tensor Tensor::new_ones(IntArrayRef size, TensorOptions options) const {
  return ones(size, like(*this, options));
}
Tensor Tensor::new_full(IntArrayRef size, const Scalar& value, TensorOptions options) const {
  return full(size, value, like(*this, options));
}

}  // namespace tengen::inline api
