// The tensor: a small handle to an n-dimensional strided view of reference-counted memory.
//
// The methods below are those of LibTorch's at::Tensor. This header knows nothing of gradients but that a
// tensor may carry some state for them. Copying a handle shares the tensor. Reading a tensor from several
// threads is safe; writing needs the caller's own lock.
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
#include <tengen/tensor/random/generator.h>
#include <tengen/tensor/scalar.h>
#include <tengen/tensor/storage.h>

namespace tengen::inline api {
class Tensor;
using TensorList = ArrayRef<Tensor>;
template <class T, size_t N>
class TensorAccessor;
}  // namespace tengen::inline api
namespace tengen::autograd {
class Node;
}
namespace tengen::indexing {
struct TensorIndex;
}

namespace tengen {

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

}  // namespace tengen

namespace tengen::inline api {

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
  /// The number of the CUDA device; -1 on the CPU.
  int64_t get_device() const { return is_cuda() ? 0 : -1; }
  TensorOptions options() const { return TensorOptions(dtype()).device(device()); }
  bool is_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  bool is_floating_point() const { return tengen::is_floating_point(dtype()); }
  bool is_complex() const { return false; }
  bool is_quantized() const { return false; }
  bool is_sparse() const { return false; }
  bool is_signed() const { return dtype() != kByte && dtype() != kBool; }
  /// Whether some order of the dimensions makes the tensor contiguous.
  bool is_non_overlapping_and_dense() const;
  bool has_storage() const { return defined(); }
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

  // ---- operators ----
  //
  // Documented beside the free functions of the same names in autograd/ops/ops.h. What is inline here is
  // defined there, so a file that calls it includes ops.h; the compiler says "used but never defined"
  // otherwise. Methods that are no free functions are described here. All are defined in autograd/ops, by the
  // family's name.

  // arithmetic.cpp
  inline Tensor add(const Tensor& other, const Scalar& alpha = 1) const;
  inline Tensor add(const Scalar& other, const Scalar& alpha = 1) const;
  inline Tensor sub(const Tensor& other, const Scalar& alpha = 1) const;
  inline Tensor sub(const Scalar& other, const Scalar& alpha = 1) const;
  inline Tensor mul(const Tensor& other) const;
  inline Tensor mul(const Scalar& other) const;
  inline Tensor div(const Tensor& other) const;
  inline Tensor div(const Scalar& other) const;
  inline Tensor div(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  inline Tensor div(const Scalar& other, std::optional<std::string_view> rounding_mode) const;
  inline Tensor floor_divide(const Tensor& other) const;
  inline Tensor floor_divide(const Scalar& other) const;
  inline Tensor remainder(const Tensor& other) const;
  inline Tensor remainder(const Scalar& other) const;
  inline Tensor fmod(const Tensor& other) const;
  inline Tensor fmod(const Scalar& other) const;
  inline Tensor pow(const Tensor& exponent) const;
  inline Tensor pow(const Scalar& exponent) const;
  inline Tensor atan2(const Tensor& other) const;
  inline Tensor maximum(const Tensor& other) const;
  inline Tensor minimum(const Tensor& other) const;
  inline Tensor lerp(const Tensor& end, const Scalar& weight) const;
  inline Tensor lerp(const Tensor& end, const Tensor& weight) const;
  inline Tensor addcmul(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  inline Tensor addcdiv(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  inline Tensor clamp(const std::optional<Scalar>& min,
                      const std::optional<Scalar>& max = std::nullopt) const;
  inline Tensor clamp(const std::optional<Tensor>& min,
                      const std::optional<Tensor>& max = std::nullopt) const;
  inline Tensor clamp_min(const Scalar& min) const;
  inline Tensor clamp_max(const Scalar& max) const;
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator+=(const Scalar& other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator-=(const Scalar& other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator*=(const Scalar& other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }
  Tensor& operator/=(const Scalar& other) { return div_(other); }
  Tensor& add_(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor& add_(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor& sub_(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor& sub_(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor& mul_(const Tensor& other) const;
  Tensor& mul_(const Scalar& other) const;
  Tensor& div_(const Tensor& other) const;
  Tensor& div_(const Scalar& other) const;
  Tensor& div_(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  Tensor& div_(const Scalar& other, std::optional<std::string_view> rounding_mode) const;
  Tensor& floor_divide_(const Tensor& other) const;
  Tensor& floor_divide_(const Scalar& other) const;
  Tensor& remainder_(const Tensor& other) const;
  Tensor& remainder_(const Scalar& other) const;
  Tensor& fmod_(const Tensor& other) const;
  Tensor& fmod_(const Scalar& other) const;
  Tensor& pow_(const Tensor& exponent) const;
  Tensor& pow_(const Scalar& exponent) const;
  Tensor& atan2_(const Tensor& other) const;
  Tensor& lerp_(const Tensor& end, const Scalar& weight) const;
  Tensor& lerp_(const Tensor& end, const Tensor& weight) const;
  Tensor& addcmul_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  Tensor& addcdiv_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  Tensor& clamp_(const std::optional<Scalar>& min, const std::optional<Scalar>& max = std::nullopt) const;
  Tensor& clamp_(const std::optional<Tensor>& min, const std::optional<Tensor>& max = std::nullopt) const;
  Tensor& clamp_min_(const Scalar& min) const;
  Tensor& clamp_max_(const Scalar& max) const;

  // compare.cpp
  inline Tensor eq(const Tensor& other) const;
  inline Tensor eq(const Scalar& other) const;
  inline Tensor ne(const Tensor& other) const;
  inline Tensor ne(const Scalar& other) const;
  inline Tensor lt(const Tensor& other) const;
  inline Tensor lt(const Scalar& other) const;
  inline Tensor le(const Tensor& other) const;
  inline Tensor le(const Scalar& other) const;
  inline Tensor gt(const Tensor& other) const;
  inline Tensor gt(const Scalar& other) const;
  inline Tensor ge(const Tensor& other) const;
  inline Tensor ge(const Scalar& other) const;
  inline Tensor bitwise_and(const Tensor& other) const;
  inline Tensor bitwise_and(const Scalar& other) const;
  inline Tensor bitwise_or(const Tensor& other) const;
  inline Tensor bitwise_or(const Scalar& other) const;
  inline Tensor bitwise_xor(const Tensor& other) const;
  inline Tensor bitwise_xor(const Scalar& other) const;
  inline Tensor bitwise_not() const;
  inline Tensor operator~() const;
  inline Tensor logical_and(const Tensor& other) const;
  inline Tensor logical_or(const Tensor& other) const;
  inline Tensor logical_xor(const Tensor& other) const;
  inline Tensor logical_not() const;
  inline Tensor isnan() const;
  inline Tensor isinf() const;
  inline Tensor isfinite() const;
  inline Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                        bool equal_nan = false) const;
  inline bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                       bool equal_nan = false) const;
  inline bool equal(const Tensor& other) const;
  Tensor& eq_(const Tensor& other) const;
  Tensor& eq_(const Scalar& other) const;
  Tensor& ne_(const Tensor& other) const;
  Tensor& ne_(const Scalar& other) const;
  Tensor& lt_(const Tensor& other) const;
  Tensor& lt_(const Scalar& other) const;
  Tensor& le_(const Tensor& other) const;
  Tensor& le_(const Scalar& other) const;
  Tensor& gt_(const Tensor& other) const;
  Tensor& gt_(const Scalar& other) const;
  Tensor& ge_(const Tensor& other) const;
  Tensor& ge_(const Scalar& other) const;
  Tensor& bitwise_and_(const Tensor& other) const;
  Tensor& bitwise_and_(const Scalar& other) const;
  Tensor& bitwise_or_(const Tensor& other) const;
  Tensor& bitwise_or_(const Scalar& other) const;
  Tensor& bitwise_xor_(const Tensor& other) const;
  Tensor& bitwise_xor_(const Scalar& other) const;
  Tensor& bitwise_not_() const;
  Tensor& logical_and_(const Tensor& other) const;
  Tensor& logical_or_(const Tensor& other) const;
  Tensor& logical_xor_(const Tensor& other) const;
  Tensor& logical_not_() const;
  Tensor& operator&=(const Tensor& other) { return bitwise_and_(other); }
  Tensor& operator|=(const Tensor& other) { return bitwise_or_(other); }
  Tensor& operator^=(const Tensor& other) { return bitwise_xor_(other); }
  /// The only element as a condition; an error where there are none or several.
  bool is_nonzero() const;

  // select.cpp
  inline Tensor where(const Tensor& condition, const Tensor& other) const;
  inline Tensor masked_fill(const Tensor& mask, const Scalar& value) const;
  inline Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Scalar& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Tensor& value) const;

  // math.cpp
  inline Tensor abs() const;
  inline Tensor neg() const;
  inline Tensor operator-() const;
  inline Tensor sign() const;
  inline Tensor exp() const;
  inline Tensor expm1() const;
  inline Tensor log() const;
  inline Tensor log2() const;
  inline Tensor log10() const;
  inline Tensor log1p() const;
  inline Tensor sqrt() const;
  inline Tensor rsqrt() const;
  inline Tensor reciprocal() const;
  inline Tensor square() const;
  inline Tensor sin() const;
  inline Tensor cos() const;
  inline Tensor tan() const;
  inline Tensor asin() const;
  inline Tensor acos() const;
  inline Tensor atan() const;
  inline Tensor sinh() const;
  inline Tensor cosh() const;
  inline Tensor erf() const;
  inline Tensor erfc() const;
  inline Tensor floor() const;
  inline Tensor ceil() const;
  inline Tensor round() const;
  inline Tensor trunc() const;
  inline Tensor frac() const;
  Tensor& abs_() const;
  Tensor& neg_() const;
  Tensor& sign_() const;
  Tensor& exp_() const;
  Tensor& expm1_() const;
  Tensor& log_() const;
  Tensor& log2_() const;
  Tensor& log10_() const;
  Tensor& log1p_() const;
  Tensor& sqrt_() const;
  Tensor& rsqrt_() const;
  Tensor& reciprocal_() const;
  Tensor& square_() const;
  Tensor& sin_() const;
  Tensor& cos_() const;
  Tensor& tan_() const;
  Tensor& asin_() const;
  Tensor& acos_() const;
  Tensor& atan_() const;
  Tensor& sinh_() const;
  Tensor& cosh_() const;
  Tensor& erf_() const;
  Tensor& erfc_() const;
  Tensor& floor_() const;
  Tensor& ceil_() const;
  Tensor& round_() const;
  Tensor& trunc_() const;
  Tensor& frac_() const;

  // activation.cpp
  inline Tensor tanh() const;
  inline Tensor sigmoid() const;
  inline Tensor relu() const;
  Tensor& tanh_() const;
  Tensor& sigmoid_() const;
  Tensor& relu_() const;

  // softmax.cpp
  inline Tensor softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor log_softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;

  // reduce.cpp
  inline Tensor sum(std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor sum(IntArrayRef dim, bool keepdim = false,
                    std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor sum_to_size(IntArrayRef size) const;
  inline Tensor mean(std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor mean(IntArrayRef dim, bool keepdim = false,
                     std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor var(IntArrayRef dim = {}, bool unbiased = true, bool keepdim = false) const;
  inline Tensor var(std::same_as<bool> auto unbiased) const;
  inline Tensor std(IntArrayRef dim = {}, bool unbiased = true, bool keepdim = false) const;
  inline Tensor std(std::same_as<bool> auto unbiased) const;
  inline Tensor prod(std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor prod(int64_t dim, bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor amax(IntArrayRef dim = {}, bool keepdim = false) const;
  inline Tensor amin(IntArrayRef dim = {}, bool keepdim = false) const;
  inline Tensor max() const;
  inline Tensor max(const Tensor& other) const;
  inline std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  inline Tensor min() const;
  inline Tensor min(const Tensor& other) const;
  inline std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  inline Tensor argmax(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  inline Tensor argmin(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  inline Tensor logsumexp(IntArrayRef dim, bool keepdim = false) const;
  inline Tensor norm(const Scalar& p = 2) const;
  inline Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim = false) const;
  inline Tensor any() const;
  inline Tensor any(int64_t dim, bool keepdim = false) const;
  inline Tensor all() const;
  inline Tensor all(int64_t dim, bool keepdim = false) const;
  inline Tensor count_nonzero(std::optional<int64_t> dim = std::nullopt) const;
  inline Tensor count_nonzero(IntArrayRef dim) const;
  inline Tensor count_nonzero(int64_t dim) const;
  inline Tensor median() const;
  inline std::tuple<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;

  // scan.cpp
  inline Tensor cumsum(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor cumprod(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor& cumsum_(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor& cumprod_(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;

  // sort.cpp
  inline std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
  inline std::tuple<Tensor, Tensor> sort(std::optional<bool> stable, int64_t dim = -1,
                                         bool descending = false) const;
  inline Tensor argsort(int64_t dim = -1, bool descending = false) const;
  inline Tensor argsort(std::same_as<bool> auto stable, int64_t dim = -1, bool descending = false) const;
  inline std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true,
                                         bool sorted = true) const;

  // view.cpp
  inline Tensor reshape(IntArrayRef shape) const;
  inline Tensor reshape_as(const Tensor& other) const;
  inline Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  inline Tensor ravel() const;
  inline Tensor unflatten(int64_t dim, IntArrayRef sizes) const;
  inline Tensor squeeze() const;
  inline Tensor squeeze(int64_t dim) const;
  inline Tensor squeeze(IntArrayRef dim) const;
  inline Tensor unsqueeze(int64_t dim) const;
  inline Tensor alias() const;
  inline Tensor permute(IntArrayRef dims) const;
  inline Tensor transpose(int64_t dim0, int64_t dim1) const;
  inline Tensor mT() const;
  inline Tensor swapaxes(int64_t dim0, int64_t dim1) const;
  inline Tensor t() const;
  inline Tensor movedim(int64_t source, int64_t destination) const;
  inline Tensor movedim(IntArrayRef source, IntArrayRef destination) const;
  inline Tensor broadcast_to(IntArrayRef size) const;
  inline Tensor select(int64_t dim, int64_t index) const;
  inline Tensor operator[](int64_t index) const;
  inline Tensor slice(int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
                      std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  inline Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  inline Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  inline std::vector<Tensor> split(int64_t split_size, int64_t dim = 0) const;
  inline std::vector<Tensor> split(IntArrayRef split_sizes, int64_t dim = 0) const;
  inline std::vector<Tensor> split_with_sizes(IntArrayRef split_sizes, int64_t dim = 0) const;
  inline std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  inline std::vector<Tensor> unbind(int64_t dim = 0) const;
  Tensor& squeeze_() const;
  Tensor& squeeze_(int64_t dim) const;
  Tensor& squeeze_(IntArrayRef dim) const;
  Tensor& unsqueeze_(int64_t dim) const;
  Tensor& transpose_(int64_t dim0, int64_t dim1) const;
  Tensor& t_() const;
  /// The same elements as another shape, one size of which may be -1; an error where strides cannot express
  /// it.
  Tensor view(IntArrayRef size) const;
  Tensor view_as(const Tensor& other) const { return view(other.sizes()); }
  /// Dimensions of size 1, and new ones in front, repeated to `size` without copying; -1 keeps a size.
  Tensor expand(IntArrayRef size, bool implicit = false) const;
  Tensor expand_as(const Tensor& other) const { return expand(other.sizes()); }

  // strided.cpp
  inline Tensor as_strided(IntArrayRef size, IntArrayRef stride,
                           std::optional<int64_t> storage_offset = std::nullopt) const;
  /// Windows of `size` elements, `step` apart: (..., n, ...) -> (..., (n - size) / step + 1, ..., size).
  Tensor unfold(int64_t dimension, int64_t size, int64_t step) const;

  // copy.cpp
  inline Tensor clone(std::optional<MemoryFormat> format = std::nullopt) const;
  /// The tensor itself if its elements are in row-major order without gaps, else a copy that is.
  Tensor contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  /// Another type or device: the tensor itself if it has them, unless `copy`. The gradient comes back in its
  /// own.
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
  /// The elements of `source`, broadcast and converted; source gets the gradient.
  Tensor& copy_(const Tensor& source, bool non_blocking = false) const;
  /// A tensor as value has 0 dimensions.
  Tensor& fill_(const Scalar& value) const;
  Tensor& fill_(const Tensor& value) const;
  Tensor& zero_() const;
  /// Grows or shrinks a tensor that needs no gradient; new elements are uninitialised.
  const Tensor& resize_(IntArrayRef size) const;

  // assemble.cpp
  inline Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = std::nullopt) const;
  inline Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = std::nullopt) const;
  inline Tensor tile(IntArrayRef repeats) const;
  inline Tensor flip(IntArrayRef dims) const;
  inline Tensor roll(IntArrayRef shifts, IntArrayRef dims = {}) const;
  inline Tensor rot90(int64_t k = 1, IntArrayRef dims = {0, 1}) const;
  inline Tensor tril(int64_t diagonal = 0) const;
  inline Tensor triu(int64_t diagonal = 0) const;
  inline Tensor diag(int64_t diagonal = 0) const;
  Tensor& tril_(int64_t diagonal = 0) const;
  Tensor& triu_(int64_t diagonal = 0) const;
  /// The whole tensor repeated along each dimension, at least one count per dimension; tile fills up with 1.
  Tensor repeat(IntArrayRef repeats) const;

  // index.cpp
  inline Tensor operator[](const Tensor& at) const;
  inline Tensor gather(int64_t dim, const Tensor& index) const;
  inline Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src) const;
  inline Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value) const;
  inline Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const;
  inline Tensor index_select(int64_t dim, const Tensor& index) const;
  inline Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source,
                          const Scalar& alpha = 1) const;
  inline Tensor take(const Tensor& index) const;
  inline Tensor nonzero() const;
  inline Tensor masked_select(const Tensor& mask) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1) const;
  /// Python's indexing (indexing.h): x.index({Slice(1, None), "...", mask, 3}). Without index tensors a view.
  Tensor index(ArrayRef<indexing::TensorIndex> indices) const;
  Tensor index(std::initializer_list<indexing::TensorIndex> indices) const;
  /// Writes to what index would read; `accumulate` adds.
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& values,
                     bool accumulate = false) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Tensor& values,
                     bool accumulate = false) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& value) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Scalar& value) const;

  // linalg.cpp
  inline Tensor matmul(const Tensor& other) const;
  inline Tensor mm(const Tensor& other) const;
  inline Tensor bmm(const Tensor& other) const;
  inline Tensor mv(const Tensor& vec) const;
  inline Tensor dot(const Tensor& other) const;
  inline Tensor outer(const Tensor& other) const;
  inline Tensor addmm(const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1,
                      const Scalar& alpha = 1) const;
  inline Tensor baddbmm(const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
                        const Scalar& alpha = 1) const;
  inline Tensor addbmm(const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
                       const Scalar& alpha = 1) const;
  inline Tensor addmv(const Tensor& mat, const Tensor& vec, const Scalar& beta = 1,
                      const Scalar& alpha = 1) const;
  inline Tensor addr(const Tensor& vec1, const Tensor& vec2, const Scalar& beta = 1,
                     const Scalar& alpha = 1) const;
  Tensor& addmm_(const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1,
                 const Scalar& alpha = 1) const;
  Tensor& baddbmm_(const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
                   const Scalar& alpha = 1) const;
  Tensor& addbmm_(const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
                  const Scalar& alpha = 1) const;
  Tensor& addmv_(const Tensor& mat, const Tensor& vec, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor& addr_(const Tensor& vec1, const Tensor& vec2, const Scalar& beta = 1,
                const Scalar& alpha = 1) const;

  // linalg.h
  inline std::tuple<Tensor, Tensor> triangular_solve(const Tensor& A, bool upper = true,
                                                     bool transpose = false,
                                                     bool unitriangular = false) const;
  inline Tensor inverse() const;
  inline Tensor det() const;
  inline std::tuple<Tensor, Tensor> slogdet() const;
  inline Tensor logdet() const;
  inline Tensor lu_solve(const Tensor& LU_data, const Tensor& LU_pivots) const;
  inline Tensor cholesky_solve(const Tensor& input2, bool upper = false) const;
  inline Tensor cholesky_inverse(bool upper = false) const;
  inline std::tuple<Tensor, Tensor> qr(bool some = true) const;
  inline std::tuple<Tensor, Tensor> geqrf() const;
  inline std::tuple<Tensor, Tensor, Tensor> svd(bool some = true, bool compute_uv = true) const;
  inline Tensor pinverse(double rcond = 1e-15) const;
  inline Tensor trace() const;
  inline Tensor kron(const Tensor& other) const;
  inline Tensor cross(const Tensor& other, std::optional<int64_t> dim = std::nullopt) const;
  inline Tensor matrix_power(int64_t n) const;
  inline Tensor matrix_exp() const;

  // aliases.h
  inline Tensor absolute() const;
  inline Tensor& absolute_() const;
  inline Tensor negative() const;
  inline Tensor& negative_() const;
  inline Tensor fix() const;
  inline Tensor& fix_() const;
  inline Tensor arcsin() const;
  inline Tensor& arcsin_() const;
  inline Tensor arccos() const;
  inline Tensor& arccos_() const;
  inline Tensor arctan() const;
  inline Tensor& arctan_() const;
  inline Tensor arcsinh() const;
  inline Tensor& arcsinh_() const;
  inline Tensor arccosh() const;
  inline Tensor& arccosh_() const;
  inline Tensor arctanh() const;
  inline Tensor& arctanh_() const;
  inline Tensor arctan2(const Tensor& other) const;
  inline Tensor& arctan2_(const Tensor& other) const;
  inline Tensor subtract(const Tensor& other, const Scalar& alpha = 1) const;
  inline Tensor& subtract_(const Tensor& other, const Scalar& alpha = 1) const;
  inline Tensor subtract(const Scalar& other, const Scalar& alpha = 1) const;
  inline Tensor& subtract_(const Scalar& other, const Scalar& alpha = 1) const;
  inline Tensor multiply(const Tensor& other) const;
  inline Tensor& multiply_(const Tensor& other) const;
  inline Tensor multiply(const Scalar& other) const;
  inline Tensor& multiply_(const Scalar& other) const;
  inline Tensor divide(const Tensor& other) const;
  inline Tensor& divide_(const Tensor& other) const;
  inline Tensor divide(const Scalar& other) const;
  inline Tensor& divide_(const Scalar& other) const;
  inline Tensor true_divide(const Tensor& other) const;
  inline Tensor& true_divide_(const Tensor& other) const;
  inline Tensor true_divide(const Scalar& other) const;
  inline Tensor& true_divide_(const Scalar& other) const;
  inline Tensor greater(const Tensor& other) const;
  inline Tensor& greater_(const Tensor& other) const;
  inline Tensor greater(const Scalar& other) const;
  inline Tensor& greater_(const Scalar& other) const;
  inline Tensor greater_equal(const Tensor& other) const;
  inline Tensor& greater_equal_(const Tensor& other) const;
  inline Tensor greater_equal(const Scalar& other) const;
  inline Tensor& greater_equal_(const Scalar& other) const;
  inline Tensor less(const Tensor& other) const;
  inline Tensor& less_(const Tensor& other) const;
  inline Tensor less(const Scalar& other) const;
  inline Tensor& less_(const Scalar& other) const;
  inline Tensor less_equal(const Tensor& other) const;
  inline Tensor& less_equal_(const Tensor& other) const;
  inline Tensor less_equal(const Scalar& other) const;
  inline Tensor& less_equal_(const Scalar& other) const;
  inline Tensor not_equal(const Tensor& other) const;
  inline Tensor& not_equal_(const Tensor& other) const;
  inline Tensor not_equal(const Scalar& other) const;
  inline Tensor& not_equal_(const Scalar& other) const;
  inline Tensor divide(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  inline Tensor& divide_(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  inline Tensor divide(const Scalar& other, std::optional<std::string_view> rounding_mode) const;
  inline Tensor& divide_(const Scalar& other, std::optional<std::string_view> rounding_mode) const;
  inline Tensor clip(const std::optional<Tensor>& min, const std::optional<Tensor>& max = std::nullopt) const;
  inline Tensor& clip_(const std::optional<Tensor>& min,
                       const std::optional<Tensor>& max = std::nullopt) const;
  inline Tensor clip(const std::optional<Scalar>& min, const std::optional<Scalar>& max = std::nullopt) const;
  inline Tensor& clip_(const std::optional<Scalar>& min,
                       const std::optional<Scalar>& max = std::nullopt) const;
  inline Tensor ger(const Tensor& vec2) const;
  inline Tensor swapdims(int64_t dim0, int64_t dim1) const;
  inline Tensor& swapdims_(int64_t dim0, int64_t dim1) const;
  inline Tensor& swapaxes_(int64_t dim0, int64_t dim1) const;
  inline Tensor moveaxis(int64_t source, int64_t destination) const;
  inline Tensor moveaxis(IntArrayRef source, IntArrayRef destination) const;

  // pieces.h
  inline std::vector<Tensor> tensor_split(int64_t sections, int64_t dim = 0) const;
  inline std::vector<Tensor> tensor_split(IntArrayRef indices, int64_t dim = 0) const;
  inline std::vector<Tensor> tensor_split(const Tensor& indices_or_sections, int64_t dim = 0) const;
  inline std::vector<Tensor> hsplit(int64_t sections) const;
  inline std::vector<Tensor> hsplit(IntArrayRef indices) const;
  inline std::vector<Tensor> vsplit(int64_t sections) const;
  inline std::vector<Tensor> vsplit(IntArrayRef indices) const;
  inline std::vector<Tensor> dsplit(int64_t sections) const;
  inline std::vector<Tensor> dsplit(IntArrayRef indices) const;
  inline Tensor fliplr() const;
  inline Tensor flipud() const;

  // elementary.h
  inline Tensor exp2() const;
  Tensor& exp2_() const;
  inline Tensor asinh() const;
  Tensor& asinh_() const;
  inline Tensor acosh() const;
  Tensor& acosh_() const;
  inline Tensor atanh() const;
  Tensor& atanh_() const;
  inline Tensor sinc() const;
  Tensor& sinc_() const;
  inline Tensor deg2rad() const;
  Tensor& deg2rad_() const;
  inline Tensor rad2deg() const;
  Tensor& rad2deg_() const;
  inline Tensor sgn() const;
  Tensor& sgn_() const;
  inline Tensor positive() const;
  inline Tensor signbit() const;
  inline Tensor isposinf() const;
  inline Tensor isneginf() const;
  inline Tensor isreal() const;
  inline Tensor logit(std::optional<double> eps = std::nullopt) const;
  Tensor& logit_(std::optional<double> eps = std::nullopt) const;
  inline Tensor nan_to_num(std::optional<double> nan = std::nullopt,
                           std::optional<double> posinf = std::nullopt,
                           std::optional<double> neginf = std::nullopt) const;
  Tensor& nan_to_num_(std::optional<double> nan = std::nullopt, std::optional<double> posinf = std::nullopt,
                      std::optional<double> neginf = std::nullopt) const;
  inline Tensor hypot(const Tensor& other) const;
  Tensor& hypot_(const Tensor& other) const;
  inline Tensor heaviside(const Tensor& other) const;
  Tensor& heaviside_(const Tensor& other) const;
  inline Tensor nextafter(const Tensor& other) const;
  Tensor& nextafter_(const Tensor& other) const;
  inline Tensor ldexp(const Tensor& other) const;
  Tensor& ldexp_(const Tensor& other) const;
  inline Tensor gcd(const Tensor& other) const;
  Tensor& gcd_(const Tensor& other) const;
  inline Tensor lcm(const Tensor& other) const;
  Tensor& lcm_(const Tensor& other) const;
  inline Tensor fmax(const Tensor& other) const;
  inline Tensor fmin(const Tensor& other) const;
  inline Tensor logaddexp(const Tensor& other) const;
  inline Tensor logaddexp2(const Tensor& other) const;
  inline Tensor copysign(const Tensor& other) const;
  Tensor& copysign_(const Tensor& other) const;
  inline Tensor copysign(const Scalar& other) const;
  Tensor& copysign_(const Scalar& other) const;
  inline Tensor xlogy(const Tensor& other) const;
  Tensor& xlogy_(const Tensor& other) const;
  inline Tensor xlogy(const Scalar& other) const;
  Tensor& xlogy_(const Scalar& other) const;
  inline Tensor float_power(const Tensor& other) const;
  Tensor& float_power_(const Tensor& other) const;
  inline Tensor float_power(const Scalar& other) const;
  Tensor& float_power_(const Scalar& other) const;
  inline Tensor bitwise_left_shift(const Tensor& other) const;
  Tensor& bitwise_left_shift_(const Tensor& other) const;
  inline Tensor bitwise_left_shift(const Scalar& other) const;
  Tensor& bitwise_left_shift_(const Scalar& other) const;
  inline Tensor bitwise_right_shift(const Tensor& other) const;
  Tensor& bitwise_right_shift_(const Tensor& other) const;
  inline Tensor bitwise_right_shift(const Scalar& other) const;
  Tensor& bitwise_right_shift_(const Scalar& other) const;
  inline Tensor prelu(const Tensor& weight) const;
  inline Tensor hardshrink(const Scalar& lambd = 0.5) const;

  // statistics.h
  inline std::tuple<Tensor, Tensor> aminmax(std::optional<int64_t> dim = std::nullopt,
                                            bool keepdim = false) const;
  inline Tensor nanmedian() const;
  inline std::tuple<Tensor, Tensor> nanmedian(int64_t dim, bool keepdim = false) const;
  inline std::tuple<Tensor, Tensor> cummax(int64_t dim) const;
  inline std::tuple<Tensor, Tensor> cummin(int64_t dim) const;
  inline Tensor logcumsumexp(int64_t dim) const;
  inline Tensor msort() const;
  inline std::tuple<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;
  inline std::tuple<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const;
  inline Tensor nansum(OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                       std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor nanmean(OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                        std::optional<ScalarType> dtype = std::nullopt) const;
  inline Tensor quantile(const Tensor& q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                         std::string_view interpolation = "linear") const;
  inline Tensor quantile(double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                         std::string_view interpolation = "linear") const;
  inline Tensor nanquantile(const Tensor& q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                            std::string_view interpolation = "linear") const;
  inline Tensor nanquantile(double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                            std::string_view interpolation = "linear") const;
  inline Tensor histc(int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0) const;
  inline Tensor cov(int64_t correction = 1, const std::optional<Tensor>& fweights = std::nullopt,
                    const std::optional<Tensor>& aweights = std::nullopt) const;
  inline Tensor corrcoef() const;
  inline Tensor dist(const Tensor& other, const Scalar& p = 2) const;
  inline Tensor renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  Tensor& renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  inline Tensor diff(int64_t n = 1, int64_t dim = -1, const std::optional<Tensor>& prepend = std::nullopt,
                     const std::optional<Tensor>& append = std::nullopt) const;

  // scatter.h
  inline Tensor index_copy(int64_t dim, const Tensor& index, const Tensor& source) const;
  inline Tensor index_fill(int64_t dim, const Tensor& index, const Scalar& value) const;
  inline Tensor index_fill(int64_t dim, const Tensor& index, const Tensor& value) const;
  inline Tensor scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                               bool include_self = true) const;
  inline Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) const;
  inline Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value, std::string_view reduce) const;
  inline Tensor index_reduce(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                             bool include_self = true) const;
  inline Tensor masked_scatter(const Tensor& mask, const Tensor& source) const;
  inline Tensor put(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  inline Tensor take_along_dim(const Tensor& indices, std::optional<int64_t> dim = std::nullopt) const;
  inline Tensor select_scatter(const Tensor& src, int64_t dim, int64_t index) const;
  inline Tensor slice_scatter(const Tensor& src, int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
                              std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  inline Tensor diagonal_scatter(const Tensor& src, int64_t offset = 0, int64_t dim1 = 0,
                                 int64_t dim2 = 1) const;
  inline Tensor argwhere() const;
  inline std::vector<Tensor> nonzero_numpy() const;
  Tensor& index_copy_(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor& index_fill_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor& index_fill_(int64_t dim, const Tensor& index, const Tensor& value) const;
  Tensor& scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                          bool include_self = true) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value, std::string_view reduce) const;
  Tensor& index_reduce_(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                        bool include_self = true) const;
  Tensor& masked_scatter_(const Tensor& mask, const Tensor& source) const;
  Tensor& put_(const Tensor& index, const Tensor& source, bool accumulate = false) const;

  // rearrange.h and products.h
  inline Tensor diag_embed(int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) const;
  inline Tensor diagflat(int64_t offset = 0) const;
  /// Writes `value` on the main diagonal; of tensors of more than 2 dimensions, which have all the same size,
  /// where all coordinates are equal. `wrap` goes on with the next diagonal below a matrix that is tall.
  Tensor& fill_diagonal_(const Scalar& value, bool wrap = false) const;
  inline Tensor inner(const Tensor& other) const;
  inline Tensor vdot(const Tensor& other) const;

  // special.h
  inline Tensor lgamma() const;
  Tensor& lgamma_() const;
  inline Tensor digamma() const;
  Tensor& digamma_() const;
  inline Tensor erfinv() const;
  Tensor& erfinv_() const;
  inline Tensor i0() const;
  Tensor& i0_() const;
  inline Tensor igamma(const Tensor& other) const;
  Tensor& igamma_(const Tensor& other) const;
  inline Tensor igammac(const Tensor& other) const;
  Tensor& igammac_(const Tensor& other) const;
  inline Tensor polygamma(int64_t n) const;
  Tensor& polygamma_(int64_t n) const;
  inline Tensor mvlgamma(int64_t p) const;
  Tensor& mvlgamma_(int64_t p) const;

  // random.cpp: fills with numbers of the given generator (random/generator.h), else of the device's default
  /// Numbers in [from, to), all alike.
  Tensor& uniform_(double from = 0, double to = 1, std::optional<Generator> generator = std::nullopt) const;
  /// A normal distribution.
  Tensor& normal_(double mean = 0, double std = 1, std::optional<Generator> generator = std::nullopt) const;
  /// 1 with probability p, else 0.
  Tensor& bernoulli_(double p = 0.5, std::optional<Generator> generator = std::nullopt) const;
  Tensor& bernoulli_(const Tensor& p, std::optional<Generator> generator = std::nullopt) const;
  /// Integers in [from, to), from 0 if not given; without bounds up to the largest that the type holds
  /// exactly.
  Tensor& random_(std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(int64_t to, std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(int64_t from, std::optional<int64_t> to,
                  std::optional<Generator> generator = std::nullopt) const;
  /// The density lambda * exp(-lambda * x).
  Tensor& exponential_(double lambda = 1, std::optional<Generator> generator = std::nullopt) const;

  // ---- defined in factories.h, beside the functions of the same names ----
  inline Tensor bernoulli(std::optional<Generator> generator = std::nullopt) const;
  inline Tensor multinomial(int64_t num_samples, bool replacement = false,
                            std::optional<Generator> generator = std::nullopt) const;

  /// New tensors of this one's type and device unless `options` say otherwise.
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

}  // namespace tengen::inline api
