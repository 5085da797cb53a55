// The tensor: a small handle to an n-dimensional strided view of reference-counted memory.
//
// The methods below are those of LibTorch's at::Tensor. What they compute is documented beside the free
// functions of the same name in autograd/ops/ops.h, which also define them: this header knows nothing of
// gradients but that a tensor may carry some state for them. Copying a handle shares the tensor. Reading a
// tensor from several threads is safe; writing needs the caller's own lock.
#pragma once

#include <atomic>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <tengen/tensor/array_ref.h>
#include <tengen/tensor/device.h>
#include <tengen/tensor/dtype.h>
#include <tengen/tensor/error.h>
#include <tengen/tensor/intrusive_ptr.h>
#include <tengen/tensor/options.h>
#include <tengen/tensor/random.h>
#include <tengen/tensor/scalar.h>
#include <tengen/tensor/storage.h>

namespace tengen {

class Tensor;
namespace autograd {
class Node;
}
namespace indexing {
struct TensorIndex;
}
using TensorList = ArrayRef<Tensor>;
template <class T, size_t N>
class TensorAccessor;

/// What autograd/ hangs on a tensor: gradient, history, hooks.
struct GradState : FromHostCache {
  virtual ~GradState() = default;
};

/// How a view came about, where that forbids to write through it while gradients are recorded.
enum class ViewOrigin : uint8_t { ordinary, no_grad, several_views, custom_function };

/// The count of in-place writes of tensors that do not share that of their memory.
struct OwnWriteCount final : RefCounted, WriteCount {};

/// What a handle points to.
struct TensorImpl final : RefCounted {
  ScalarType dtype = kFloat;
  bool contiguous = true;
  bool requires_grad = false;  // of a leaf
  ViewOrigin view_origin = ViewOrigin::ordinary;
  intrusive_ptr<Storage> storage;
  int64_t offset = 0;  // in elements
  int64_t numel = 1;
  DimVector sizes;
  DimVector strides;                             // in elements
  intrusive_ptr<TensorImpl> base;                // of a view: the tensor that it ultimately views
  std::atomic<GradState*> grad_state{nullptr};   // owned; several threads may use a leaf for the first time
  intrusive_ptr<OwnWriteCount> own_write_count;  // of Tensor::data() and what was made of it

  TensorImpl(intrusive_ptr<Storage> storage, ScalarType dtype, DimVector sizes, DimVector strides,
             int64_t offset);
  /// Contiguous, from the start of `storage`.
  TensorImpl(intrusive_ptr<Storage> storage, ScalarType dtype, IntArrayRef sizes);
  ~TensorImpl() override;
  void* data() const { return static_cast<char*>(storage->data()) + offset * int64_t(item_size(dtype)); }

  WriteCount& write_count() const { return own_write_count ? *own_write_count : storage->write_count(); }
  /// In-place writes so far; tensors that view the same memory share the count.
  uint32_t version() const { return write_count().writes; }
  /// Called by every operator that has written into the tensor's memory.
  void bump_version(const char* writer) const {
    WriteCount& count = write_count();
    ++count.writes;
    count.last_writer = writer;
  }
};

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(intrusive_ptr<TensorImpl> impl) : impl_(std::move(impl)) {}
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) = default;

  /// A variable becomes another handle: it shares what it is assigned.
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & = default;
  /// What a call returns is written to instead: `x[0] = y` and `x.select(1, 2) = 0` change x.
  Tensor& operator=(const Tensor& values) && { return copy_(values); }
  Tensor& operator=(Tensor&& values) && { return copy_(values); }
  Tensor& operator=(const Scalar& value) && { return fill_(value); }

  // ---- what it is ----
  bool defined() const { return bool(impl_); }
  void reset() { impl_.reset(); }
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
  size_t use_count() const { return impl_.use_count(); }
  TensorImpl* unsafeGetTensorImpl() const { return impl_.get(); }
  int64_t dim() const { return int64_t(impl().sizes.size()); }
  int64_t ndimension() const { return dim(); }
  IntArrayRef sizes() const { return impl().sizes; }
  IntArrayRef strides() const { return impl().strides; }
  int64_t size(int64_t dim) const;
  int64_t stride(int64_t dim) const;
  int64_t numel() const { return impl().numel; }
  int64_t storage_offset() const { return impl().offset; }
  ScalarType scalar_type() const { return impl().dtype; }
  ScalarType dtype() const { return impl().dtype; }
  size_t element_size() const { return item_size(dtype()); }
  size_t itemsize() const { return element_size(); }
  size_t nbytes() const { return size_t(numel()) * element_size(); }
  Device device() const { return impl().storage->device(); }
  bool is_cpu() const { return device().is_cpu(); }
  bool is_cuda() const { return device().is_cuda(); }
  TensorOptions options() const { return TensorOptions(dtype()).device(device()); }
  bool is_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  bool is_floating_point() const { return tengen::is_floating_point(dtype()); }
  bool is_signed() const { return dtype() != kByte && dtype() != kBool; }
  bool is_alias_of(const Tensor& other) const { return impl().storage == other.impl().storage; }
  const intrusive_ptr<Storage>& storage() const { return impl().storage; }
  std::string toString() const;  // "CPUFloatType"
  void print() const;

  // ---- memory ----
  void* data_ptr() const { return impl().data(); }
  const void* const_data_ptr() const { return impl().data(); }
  void* mutable_data_ptr() const { return impl().data(); }
  /// T must be the tensor's type.
  template <class T>
  T* data_ptr() const {
    require_dtype(dtype_of<std::remove_const_t<T>>, "data_ptr");
    return static_cast<T*>(impl().data());
  }
  template <class T>
  const T* const_data_ptr() const {
    return data_ptr<const T>();
  }
  template <class T>
  T* mutable_data_ptr() const {
    return data_ptr<T>();
  }
  /// Element access a[i][j] with N dimensions of type T, unchecked but for the construction.
  template <class T, size_t N>
  TensorAccessor<T, N> accessor() const;
  /// The only element of a tensor that has one.
  Scalar item() const;
  template <class T>
  T item() const {
    return item().to<T>();
  }

  // ---- gradients (defined in autograd/tensor_methods.cpp) ----
  bool requires_grad() const;
  const Tensor& set_requires_grad(bool requires_grad) const;
  const Tensor& requires_grad_(bool requires_grad = true) const { return set_requires_grad(requires_grad); }
  bool is_leaf() const;
  /// The accumulated gradient of a leaf (or of a tensor after retain_grad()); undefined before the first.
  const Tensor& grad() const;
  Tensor& mutable_grad() const;
  intrusive_ptr<autograd::Node> grad_fn() const;
  int64_t output_nr() const;
  void retain_grad() const;
  bool retains_grad() const;
  /// Accumulates d(this)/d(leaf) into the .grad of every leaf, or of `inputs` only. `gradient` may be left
  /// out for a tensor of one element.
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = std::nullopt,
                bool create_graph = false, std::optional<TensorList> inputs = std::nullopt) const;
  /// Calls `hook` with the gradient of this tensor when it is known; what it returns, if defined, replaces
  /// it.
  unsigned register_hook(std::function<Tensor(Tensor)> hook) const;
  unsigned register_hook(std::function<void(Tensor)> hook) const;
  template <class F>
  requires(
      !std::is_same_v<std::decay_t<F>, std::function<Tensor(Tensor)>> &&
      !std::is_same_v<std::decay_t<F>, std::function<void(Tensor)>>) unsigned register_hook(F&& hook) const {
    using Result = std::invoke_result_t<F, Tensor>;
    return register_hook(std::function<Result(Tensor)>(std::forward<F>(hook)));
  }
  void remove_hook(unsigned position) const;
  /// The same data without history. In-place writes to it count as writes to this tensor.
  Tensor detach() const;
  Tensor& detach_() const;
  /// The same data without history, with a count of its own: autograd does not notice writes to it.
  Tensor data() const;
  Tensor tensor_data() const { return detach(); }
  Tensor variable_data() const { return data(); }
  /// This tensor becomes one of other's data, keeping its own place in the graph and its .grad.
  void set_data(const Tensor& other) const;
  int64_t _version() const { return impl().version(); }
  bool is_view() const { return bool(impl().base); }

  // ---- indexing (indexing.h) ----
  Tensor operator[](int64_t index) const { return select(0, index); }
  Tensor operator[](const Tensor& index) const;
  Tensor index(ArrayRef<indexing::TensorIndex> indices) const;
  Tensor index(std::initializer_list<indexing::TensorIndex> indices) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& values,
                     bool accumulate = false) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Tensor& values,
                     bool accumulate = false) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& value) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Scalar& value) const;

  // ---- arithmetic ----
  Tensor operator-() const { return neg(); }
  Tensor operator~() const { return bitwise_not(); }
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator+=(const Scalar& other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator-=(const Scalar& other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator*=(const Scalar& other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }
  Tensor& operator/=(const Scalar& other) { return div_(other); }

  Tensor add(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor add(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor& add_(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor& add_(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor sub(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor sub(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor& sub_(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor& sub_(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor mul(const Tensor& other) const;
  Tensor mul(const Scalar& other) const;
  Tensor& mul_(const Tensor& other) const;
  Tensor& mul_(const Scalar& other) const;
  Tensor div(const Tensor& other) const;
  Tensor div(const Scalar& other) const;
  Tensor div(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  Tensor div(const Scalar& other, std::optional<std::string_view> rounding_mode) const;
  Tensor& div_(const Tensor& other) const;
  Tensor& div_(const Scalar& other) const;
  Tensor floor_divide(const Tensor& other) const;
  Tensor floor_divide(const Scalar& other) const;
  Tensor remainder(const Tensor& other) const;
  Tensor remainder(const Scalar& other) const;
  Tensor& remainder_(const Tensor& other) const;
  Tensor& remainder_(const Scalar& other) const;
  Tensor fmod(const Tensor& other) const;
  Tensor fmod(const Scalar& other) const;
  Tensor pow(const Tensor& exponent) const;
  Tensor pow(const Scalar& exponent) const;
  Tensor& pow_(const Tensor& exponent) const;
  Tensor& pow_(const Scalar& exponent) const;
  Tensor atan2(const Tensor& other) const;
  Tensor maximum(const Tensor& other) const;
  Tensor minimum(const Tensor& other) const;
  Tensor lerp(const Tensor& end, const Scalar& weight) const;
  Tensor lerp(const Tensor& end, const Tensor& weight) const;
  Tensor& lerp_(const Tensor& end, const Scalar& weight) const;
  Tensor& lerp_(const Tensor& end, const Tensor& weight) const;
  Tensor addcmul(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  Tensor& addcmul_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  Tensor addcdiv(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  Tensor& addcdiv_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;

  // ---- comparison and logic ----
#define TENGEN_COMPARISON(name)           \
  Tensor name(const Tensor& other) const; \
  Tensor name(const Scalar& other) const;
  TENGEN_COMPARISON(eq)
  TENGEN_COMPARISON(ne)
  TENGEN_COMPARISON(lt)
  TENGEN_COMPARISON(le)
  TENGEN_COMPARISON(gt)
  TENGEN_COMPARISON(ge)
  TENGEN_COMPARISON(bitwise_and)
  TENGEN_COMPARISON(bitwise_or)
  TENGEN_COMPARISON(bitwise_xor)
#undef TENGEN_COMPARISON
  Tensor logical_and(const Tensor& other) const;
  Tensor logical_or(const Tensor& other) const;
  Tensor logical_xor(const Tensor& other) const;
  Tensor logical_not() const;
  Tensor bitwise_not() const;
  Tensor isnan() const;
  Tensor isinf() const;
  Tensor isfinite() const;
  bool equal(const Tensor& other) const;
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;
  Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;
  bool is_nonzero() const;
  Tensor where(const Tensor& condition, const Tensor& other) const;
  Tensor masked_fill(const Tensor& mask, const Scalar& value) const;
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Scalar& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Tensor& value) const;
  Tensor masked_select(const Tensor& mask) const;
  Tensor nonzero() const;

  // ---- elementwise functions ----
#define TENGEN_UNARY_METHOD(name) \
  Tensor name() const;            \
  Tensor& name##_() const;
  TENGEN_UNARY_METHOD(abs)
  TENGEN_UNARY_METHOD(neg)
  TENGEN_UNARY_METHOD(sign)
  TENGEN_UNARY_METHOD(exp)
  TENGEN_UNARY_METHOD(expm1)
  TENGEN_UNARY_METHOD(log)
  TENGEN_UNARY_METHOD(log2)
  TENGEN_UNARY_METHOD(log10)
  TENGEN_UNARY_METHOD(log1p)
  TENGEN_UNARY_METHOD(sqrt)
  TENGEN_UNARY_METHOD(rsqrt)
  TENGEN_UNARY_METHOD(reciprocal)
  TENGEN_UNARY_METHOD(square)
  TENGEN_UNARY_METHOD(sin)
  TENGEN_UNARY_METHOD(cos)
  TENGEN_UNARY_METHOD(tan)
  TENGEN_UNARY_METHOD(asin)
  TENGEN_UNARY_METHOD(acos)
  TENGEN_UNARY_METHOD(atan)
  TENGEN_UNARY_METHOD(sinh)
  TENGEN_UNARY_METHOD(cosh)
  TENGEN_UNARY_METHOD(tanh)
  TENGEN_UNARY_METHOD(erf)
  TENGEN_UNARY_METHOD(erfc)
  TENGEN_UNARY_METHOD(sigmoid)
  TENGEN_UNARY_METHOD(relu)
  TENGEN_UNARY_METHOD(floor)
  TENGEN_UNARY_METHOD(ceil)
  TENGEN_UNARY_METHOD(round)
  TENGEN_UNARY_METHOD(trunc)
  TENGEN_UNARY_METHOD(frac)
#undef TENGEN_UNARY_METHOD
  Tensor clamp(const std::optional<Scalar>& min, const std::optional<Scalar>& max = std::nullopt) const;
  Tensor clamp(const std::optional<Tensor>& min, const std::optional<Tensor>& max = std::nullopt) const;
  Tensor& clamp_(const std::optional<Scalar>& min, const std::optional<Scalar>& max = std::nullopt) const;
  Tensor clamp_min(const Scalar& min) const;
  Tensor clamp_max(const Scalar& max) const;
  Tensor& clamp_min_(const Scalar& min) const;
  Tensor& clamp_max_(const Scalar& max) const;

  // ---- reductions ----
  Tensor sum(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor sum(IntArrayRef dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor sum_to_size(IntArrayRef size) const;
  Tensor mean(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor mean(IntArrayRef dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor var(IntArrayRef dim = {}, bool unbiased = true, bool keepdim = false) const;
  Tensor var(std::same_as<bool> auto unbiased) const { return var(IntArrayRef(), unbiased); }
  Tensor std(IntArrayRef dim = {}, bool unbiased = true, bool keepdim = false) const;
  Tensor std(std::same_as<bool> auto unbiased) const { return std(IntArrayRef(), unbiased); }
  Tensor prod(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor prod(int64_t dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor amax(IntArrayRef dim = {}, bool keepdim = false) const;
  Tensor amin(IntArrayRef dim = {}, bool keepdim = false) const;
  Tensor max() const;
  Tensor max(const Tensor& other) const;
  std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  Tensor min() const;
  Tensor min(const Tensor& other) const;
  std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  Tensor argmax(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  Tensor argmin(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  Tensor logsumexp(IntArrayRef dim, bool keepdim = false) const;
  Tensor norm(const Scalar& p = 2) const;
  Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim = false) const;
  Tensor cumsum(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor cumprod(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor any() const;
  Tensor any(int64_t dim, bool keepdim = false) const;
  Tensor all() const;
  Tensor all(int64_t dim, bool keepdim = false) const;
  Tensor count_nonzero(std::optional<int64_t> dim = std::nullopt) const;
  Tensor count_nonzero(int64_t dim) const { return count_nonzero(IntArrayRef(dim)); }
  Tensor count_nonzero(IntArrayRef dim) const;
  Tensor median() const;
  std::tuple<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;

  // ---- sorting ----
  std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
  std::tuple<Tensor, Tensor> sort(std::optional<bool> stable, int64_t dim = -1,
                                  bool descending = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false) const;
  Tensor argsort(std::same_as<bool> auto stable, int64_t dim = -1, bool descending = false) const {
    return std::get<1>(sort(std::optional<bool>(stable), dim, descending));
  }
  std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true) const;

  // ---- shape ----
  Tensor view(IntArrayRef size) const;
  Tensor view_as(const Tensor& other) const { return view(other.sizes()); }
  Tensor reshape(IntArrayRef shape) const;
  Tensor reshape_as(const Tensor& other) const { return reshape(other.sizes()); }
  Tensor permute(IntArrayRef dims) const;
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  Tensor swapaxes(int64_t dim0, int64_t dim1) const { return transpose(dim0, dim1); }
  Tensor movedim(int64_t source, int64_t destination) const;
  Tensor t() const;
  Tensor mT() const { return transpose(-2, -1); }
  Tensor expand(IntArrayRef size, bool implicit = false) const;
  Tensor expand_as(const Tensor& other) const { return expand(other.sizes()); }
  Tensor broadcast_to(IntArrayRef size) const { return expand(size); }
  Tensor repeat(IntArrayRef repeats) const;
  Tensor tile(IntArrayRef repeats) const;
  Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = std::nullopt) const;
  Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = std::nullopt) const;
  std::vector<Tensor> split(int64_t split_size, int64_t dim = 0) const;
  std::vector<Tensor> split(IntArrayRef split_sizes, int64_t dim = 0) const;
  std::vector<Tensor> split_with_sizes(IntArrayRef split_sizes, int64_t dim = 0) const;
  std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unbind(int64_t dim = 0) const;
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor select(int64_t dim, int64_t index) const;
  Tensor slice(int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
               std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  Tensor squeeze() const;
  Tensor squeeze(int64_t dim) const;
  Tensor squeeze(IntArrayRef dim) const;
  Tensor& squeeze_() const;
  Tensor& squeeze_(int64_t dim) const;
  Tensor unsqueeze(int64_t dim) const;
  Tensor& unsqueeze_(int64_t dim) const;
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  Tensor unflatten(int64_t dim, IntArrayRef sizes) const;
  Tensor ravel() const { return flatten(); }
  Tensor flip(IntArrayRef dims) const;
  Tensor roll(IntArrayRef shifts, IntArrayRef dims = {}) const;
  Tensor rot90(int64_t k = 1, IntArrayRef dims = {0, 1}) const;
  Tensor tril(int64_t diagonal = 0) const;
  Tensor triu(int64_t diagonal = 0) const;
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor diag(int64_t diagonal = 0) const;
  Tensor unfold(int64_t dimension, int64_t size, int64_t step) const;
  Tensor as_strided(IntArrayRef size, IntArrayRef stride,
                    std::optional<int64_t> storage_offset = std::nullopt) const;
  Tensor alias() const;

  // ---- gather and scatter ----
  Tensor gather(int64_t dim, const Tensor& index) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor index_select(int64_t dim, const Tensor& index) const;
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1) const;
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1) const;
  Tensor take(const Tensor& index) const;

  // ---- matrices and normalising functions ----
  Tensor matmul(const Tensor& other) const;
  Tensor mm(const Tensor& other) const;
  Tensor bmm(const Tensor& other) const;
  Tensor mv(const Tensor& vec) const;
  Tensor dot(const Tensor& other) const;
  Tensor outer(const Tensor& other) const;
  Tensor addmm(const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor log_softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;

  // ---- copies and conversions ----
  Tensor contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  Tensor clone(std::optional<MemoryFormat> format = std::nullopt) const;
  Tensor to(TensorOptions options, bool non_blocking = false, bool copy = false) const;
  Tensor to(ScalarType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(Device device, ScalarType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(const Tensor& other, bool non_blocking = false, bool copy = false) const;
  Tensor toType(ScalarType type) const { return to(type); }
  Tensor type_as(const Tensor& other) const { return to(other.dtype()); }
  Tensor cpu() const { return to(TensorOptions(kCPU)); }
  Tensor cuda() const { return to(TensorOptions(kCUDA)); }
  /// A copy in page-locked memory, which copies to and from a CUDA device with non_blocking need.
  Tensor pin_memory() const;
  bool is_pinned() const;
  Tensor& copy_(const Tensor& source, bool non_blocking = false) const;
  Tensor& fill_(const Scalar& value) const;
  Tensor& fill_(const Tensor& value) const;
  Tensor& zero_() const;
  /// Grows or shrinks a tensor that needs no gradient; new elements are uninitialised.
  const Tensor& resize_(IntArrayRef size) const;

  // ---- in-place random fill (random.h) ----
  Tensor& uniform_(double from = 0, double to = 1, std::optional<Generator> generator = std::nullopt) const;
  Tensor& normal_(double mean = 0, double std = 1, std::optional<Generator> generator = std::nullopt) const;
  Tensor& bernoulli_(double p = 0.5, std::optional<Generator> generator = std::nullopt) const;
  Tensor& bernoulli_(const Tensor& p, std::optional<Generator> generator = std::nullopt) const;
  Tensor bernoulli(std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(int64_t to, std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(int64_t from, std::optional<int64_t> to,
                  std::optional<Generator> generator = std::nullopt) const;
  Tensor& exponential_(double lambda = 1, std::optional<Generator> generator = std::nullopt) const;
  Tensor multinomial(int64_t num_samples, bool replacement = false,
                     std::optional<Generator> generator = std::nullopt) const;

  // ---- new tensors like this one ----
  Tensor new_empty(IntArrayRef size, TensorOptions options = {}) const;
  Tensor new_zeros(IntArrayRef size, TensorOptions options = {}) const;
  Tensor new_ones(IntArrayRef size, TensorOptions options = {}) const;
  Tensor new_full(IntArrayRef size, const Scalar& value, TensorOptions options = {}) const;

 private:
  const TensorImpl& impl() const {
    if (!impl_) [[unlikely]]
      undefined();
    return *impl_;
  }
  [[noreturn]] static void undefined();
  void require_dtype(ScalarType expected, const char* what) const;

  intrusive_ptr<TensorImpl> impl_;
};

/// a[i][j]...: N strided dimensions of T. The tensor must outlive it.
template <class T, size_t N>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const int64_t* sizes, const int64_t* strides)
      : data_(data), sizes_(sizes), strides_(strides) {}
  decltype(auto) operator[](int64_t i) const {
    if constexpr (N == 1)
      return (data_[i * strides_[0]]);
    else
      return TensorAccessor<T, N - 1>(data_ + i * strides_[0], sizes_ + 1, strides_ + 1);
  }
  int64_t size(int64_t dim) const { return sizes_[dim]; }
  int64_t stride(int64_t dim) const { return strides_[dim]; }
  IntArrayRef sizes() const { return {sizes_, N}; }
  T* data() const { return data_; }

 private:
  T* data_;
  const int64_t* sizes_;
  const int64_t* strides_;
};

template <class T, size_t N>
TensorAccessor<T, N> Tensor::accessor() const {
  static_assert(N > 0, "use item() on a 0-dim tensor");
  TENGEN_CHECK(is_cpu(), "accessor: expected a tensor on the host but this one is on ", device());
  TENGEN_CHECK(dim() == int64_t(N), "accessor: expected a tensor of ", N, " dimensions but this one has ",
               dim());
  return {data_ptr<T>(), sizes().data(), strides().data()};
}

/// As LibTorch prints it, with the type and shape on the last line.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace tengen
