// Everything public, and LibTorch's names for it: torch::, at::, c10:: and the usual macros.
//
// A program written for LibTorch that keeps to what is here compiles when it includes this file. The
// namespaces below are real ones, so that a program may add to them; they take the names one by one, so that
// after `using namespace torch;` the word nn means torch::nn alone.
#pragma once

#include <iostream>  // programs rely on it
#include <iterator>

#include <tengen/autograd/autocast.h>
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/function.h>
#include <tengen/autograd/gradcheck.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/cuda/runtime/graph.h>
#include <tengen/cuda/runtime/stream.h>
#include <tengen/data/data.h>
#include <tengen/nn/nn.h>
#include <tengen/optim/optim.h>
#include <tengen/tensor/cuda.h>
#include <tengen/tensor/parallel/parallel.h>
#include <tengen/tensor/precision.h>
#include <tengen/tensor/version.h>
#include <tengen/tensor/warning.h>

// clang-format off
#define TENGEN_TORCH_NAMES(X) \
  /* types */ \
  X(ArrayRef) X(AutocastGuard) X(AutoGradMode) X(BFloat16) X(Device) X(DeviceIndex) X(DeviceType) X(DimVector) X(Dtype) \
  X(EnumType) X(Error) X(ExpandingArray) X(ExpandingArrayWithOptionalElem) X(Generator) X(GradMode) \
  X(Half) X(IndexError) X(IntArrayRef) X(intrusive_ptr) X(IValue) X(Layout) X(LinAlgError) X(make_intrusive) \
  X(MemoryFormat) X(NoGradGuard) X(NotImplementedError) X(OptionalIntArrayRef) X(OrderedDict) X(RefCounted) X(Scalar) \
  X(ScalarType) X(SmallVector) X(Storage) X(Tensor) X(TensorAccessor) X(TensorData) X(TensorList) \
  X(TensorOptions) X(ValueError) \
  /* constants */ \
  X(kArea) X(kBatchMean) X(kBFloat16) X(kBicubic) X(kBilinear) X(kBool) X(kByte) X(kChar) X(kCircular) \
  X(kConstant) X(kConv1D) X(kConv2D) X(kConv3D) X(kConvTranspose1D) X(kConvTranspose2D) \
  X(kConvTranspose3D) X(kCPU) X(kCUDA) X(kDouble) X(kFanIn) X(kFanOut) X(kFloat) X(kFloat16) X(kFloat32) \
  X(kFloat64) X(kGELU) X(kHalf) X(kInt) X(kInt16) X(kInt32) X(kInt64) X(kInt8) X(kLeakyReLU) X(kLinear) \
  X(kLong) X(kMax) X(kMean) X(kMish) X(kNearest) X(kNearestExact) X(kNone) X(kReflect) X(kReLU) \
  X(kReplicate) X(kSame) X(kShort) X(kSigmoid) X(kSiLU) X(kStrided) X(kSum) X(kTanh) X(kTrilinear) \
  X(kUInt8) X(kValid) X(kZeros) \
  /* making tensors */ \
  X(arange) X(bernoulli) X(empty) X(empty_like) X(empty_strided) X(eye) X(from_blob) X(full) X(full_like) \
  X(linspace) X(logspace) X(multinomial) X(normal) X(ones) X(ones_like) X(rand) X(rand_like) X(randint) \
  X(randint_like) X(randn) X(randn_like) X(randperm) X(scalar_tensor) X(tensor) X(zeros) X(zeros_like) \
  /* operators */ \
  X(_unique2) X(abs) X(acos) X(adaptive_avg_pool1d) X(adaptive_avg_pool2d) X(add) X(addcdiv) X(addcmul) \
  X(addmm) X(alias) X(all) X(allclose) X(amax) X(amin) X(any) X(argmax) X(argmin) X(argsort) X(as_strided) \
  X(asin) X(atan) X(atan2) X(avg_pool1d) X(avg_pool2d) X(baddbmm) X(batch_norm) X(binary_cross_entropy) \
  X(binary_cross_entropy_with_logits) X(bincount) X(bitwise_and) X(bitwise_not) X(bitwise_or) \
  X(bitwise_xor) X(bmm) X(broadcast_tensors) X(broadcast_to) X(cat) X(ceil) X(chunk) X(clamp) X(clamp_max) \
  X(clamp_min) X(clone) X(concat) X(constant_pad_nd) X(conv1d) X(conv2d) X(conv_transpose1d) \
  X(conv_transpose2d) X(cos) X(cosh) X(cosine_embedding_loss) X(cosine_similarity) X(count_nonzero) \
  X(cross_entropy_loss) X(cumprod) X(cumsum) X(detach) X(diag) X(diagonal) X(div) X(dot) X(dropout) \
  X(einsum) X(elu) X(embedding) X(eq) X(equal) X(erf) X(erfc) X(exp) X(expm1) X(flatten) X(flip) X(floor) \
  X(floor_divide) X(fmod) X(frac) X(gather) X(ge) X(gelu) X(group_norm) X(gt) X(hardtanh) X(hstack) \
  X(huber_loss) X(index) X(index_add) X(index_put) X(index_put_) X(index_select) X(is_floating_point) X(isclose) \
  X(isfinite) X(isinf) X(isnan) X(kl_div) X(l1_loss) X(layer_norm) X(le) X(leaky_relu) X(leaky_relu_) \
  X(lerp) X(linear) X(log) X(log10) X(log1p) X(log2) X(log_sigmoid) X(log_softmax) X(logical_and) \
  X(logical_not) X(logical_or) X(logical_xor) X(logsumexp) X(lt) X(masked_fill) X(masked_select) X(matmul) \
  X(max) X(max_pool1d) X(max_pool2d) X(max_pool2d_with_indices) X(maximum) X(mean) X(median) X(meshgrid) \
  X(min) X(minimum) X(mish) X(mm) X(movedim) X(mse_loss) X(mul) X(mv) X(narrow) X(ne) X(neg) X(nll_loss) \
  X(nonzero) X(norm) X(one_hot) X(outer) X(pad) X(pairwise_distance) X(permute) X(pow) X(prod) X(ravel) \
  X(reciprocal) X(relu) X(relu6) X(relu_) X(remainder) X(repeat_interleave) X(reshape) X(result_type) \
  X(roll) X(rot90) X(round) X(rsqrt) X(rsub) X(scatter) X(scatter_add) X(searchsorted) X(select) \
  X(sigmoid) X(sigmoid_) X(sign) X(silu) X(silu_) X(sin) X(sinh) X(slice) X(smooth_l1_loss) X(softmax) \
  X(softplus) X(sort) X(split) X(split_with_sizes) X(sqrt) X(square) X(squeeze) X(stack) X(std) X(sub) \
  X(sum) X(sum_to_size) X(swapaxes) X(t) X(take) X(tan) X(tanh) X(tile) X(topk) X(transpose) X(tril) \
  X(triplet_margin_loss) X(triu) X(trunc) X(unbind) X(unflatten) X(unsqueeze) X(upsample_bilinear2d) \
  X(upsample_nearest1d) X(upsample_nearest2d) X(var) X(var_mean) X(vstack) X(where) \
  /* linear algebra */ \
  X(chain_matmul) X(cholesky_inverse) X(cholesky_solve) X(cross) X(det) X(geqrf) X(inverse) X(kron) \
  X(linalg_cholesky) X(linalg_cholesky_ex) X(linalg_cond) X(linalg_cross) X(linalg_det) X(linalg_eigh) \
  X(linalg_eigvalsh) X(linalg_householder_product) X(linalg_inv) X(linalg_inv_ex) X(linalg_lstsq) \
  X(linalg_lu) X(linalg_lu_factor) X(linalg_lu_factor_ex) X(linalg_lu_solve) X(linalg_matrix_exp) \
  X(linalg_matrix_norm) X(linalg_matrix_power) X(linalg_matrix_rank) X(linalg_multi_dot) X(linalg_norm) \
  X(linalg_pinv) X(linalg_qr) X(linalg_slogdet) X(linalg_solve) X(linalg_solve_ex) \
  X(linalg_solve_triangular) X(linalg_svd) X(linalg_svdvals) X(linalg_tensorinv) X(linalg_tensorsolve) \
  X(linalg_vander) X(linalg_vector_norm) X(logdet) X(lu_solve) X(lu_unpack) X(matrix_exp) X(matrix_power) \
  X(pinverse) X(slogdet) X(svd) X(trace) X(triangular_solve) \
  /* the rest */ \
  X(can_cast) X(default_generator) X(device) X(dtype) X(get_default_dtype) X(get_num_threads) \
  X(InferenceMode) X(load) X(make_generator) X(manual_seed) X(promote_types) X(requires_grad) X(save) \
  X(set_default_dtype) X(set_num_threads) X(to_string)
// clang-format on

namespace tengen {

/// Nothing is recorded in its scope (LibTorch saves some bookkeeping more).
class InferenceMode : public AutoGradMode {
 public:
  explicit InferenceMode(bool enabled = true) : AutoGradMode(!enabled) {}
};

namespace detail {
// What a check says that was given no words.
template <class... Args>
std::string check_message(const char* condition, const Args&... args) {
  if constexpr (sizeof...(Args) == 0)
    return str("Expected ", condition, " to be true, but got false.");
  else
    return str(args...);
}
}  // namespace detail
}  // namespace tengen

#define TENGEN_TORCH_USING(name) using ::tengen::name;

namespace c10 {
TENGEN_TORCH_NAMES(TENGEN_TORCH_USING)
using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;
using std::string_view;
// Here, not in tengen: argument-dependent lookup shall not find them.
inline const char* toString(ScalarType type) { return to_string(type); }
inline size_t elementSize(ScalarType type) { return ::tengen::item_size(type); }
inline bool isFloatingType(ScalarType type) { return ::tengen::is_floating_point(type); }
inline bool isIntegralType(ScalarType type, bool include_bool) {
  return ::tengen::is_integral(type, include_bool);
}
using ::tengen::Warning;
using ::tengen::WarningHandler;
namespace WarningUtils = ::tengen::WarningUtils;

/// The arguments, one behind the other, as a stream prints them.
template <class... Args>
std::string str(const Args&... args) {
  return ::tengen::detail::str(args...);
}
/// The elements of a container with a text between them.
template <class Container>
std::string Join(const std::string& delimiter, const Container& values) {
  std::string joined;
  for (auto it = std::begin(values); it != std::end(values); ++it)
    joined += str(it == std::begin(values) ? std::string() : delimiter, *it);
  return joined;
}
/// The integers from `begin` to `end - 1` for a range-for; none where end is not above begin.
template <class T>
class IntegerRange {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = T*;
    using reference = T;

    explicit Iterator(T value) : value_(value) {}
    T operator*() const { return value_; }
    Iterator& operator++() {
      ++value_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++value_;
      return before;
    }
    bool operator==(const Iterator& other) const = default;

   private:
    T value_;
  };
  IntegerRange(T begin, T end) : begin_(begin), end_(end < begin ? begin : end) {}
  Iterator begin() const { return Iterator(begin_); }
  Iterator end() const { return Iterator(end_); }

 private:
  T begin_, end_;
};
template <class First, class Last>
requires(std::is_integral_v<First>&& std::is_integral_v<Last>) IntegerRange<Last> irange(First begin,
                                                                                         Last end) {
  return {Last(begin), end};
}
template <class Last>
requires std::is_integral_v<Last> IntegerRange<Last> irange(Last end) { return {Last(0), end}; }

namespace cuda {
using ::tengen::cuda::CUDAStream;
using ::tengen::cuda::CUDAStreamGuard;
using ::tengen::cuda::device_count;
using ::tengen::cuda::getCurrentCUDAStream;
using ::tengen::cuda::getDefaultCUDAStream;
using ::tengen::cuda::getStreamFromPool;
using ::tengen::cuda::setCurrentCUDAStream;
}  // namespace cuda
}  // namespace c10

namespace at {
TENGEN_TORCH_NAMES(TENGEN_TORCH_USING)
using c10::elementSize;
using c10::isFloatingType;
using c10::isIntegralType;
using c10::toString;
using std::nullopt;
using std::optional;
using ::tengen::Context;
using ::tengen::Float32MatmulPrecision;
using ::tengen::globalContext;
namespace Reduction = ::tengen::Reduction;
namespace autocast {
using namespace ::tengen::autocast;
}
namespace indexing {
using namespace ::tengen::indexing;
}
namespace detail {
inline Generator createCPUGenerator(uint64_t seed = ::tengen::kDefaultSeed) { return make_generator(seed); }
inline Generator getDefaultCPUGenerator() { return default_generator(); }
}  // namespace detail
namespace cuda {
using namespace c10::cuda;
using ::tengen::cuda::CUDAEvent;
using ::tengen::cuda::CUDAGraph;
using ::tengen::cuda::is_available;
namespace detail {
inline Generator createCUDAGenerator(DeviceIndex index = -1) {
  return make_generator(::tengen::kDefaultSeed, Device(kCUDA, index));
}
inline Generator getDefaultCUDAGenerator(DeviceIndex index = -1) {
  return default_generator(Device(kCUDA, index));
}
}  // namespace detail
}  // namespace cuda
/// body(first, last) for consecutive ranges of at most `grain` that cover [begin, end), on several threads.
template <class Body>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body& body) {
  ::tengen::parallel_ranges(end - begin, grain > 0 ? grain : 1,
                            [&](int64_t first, int64_t last) { body(begin + first, begin + last); });
}
}  // namespace at

namespace torch {
TENGEN_TORCH_NAMES(TENGEN_TORCH_USING)
using c10::elementSize;
using c10::isFloatingType;
using c10::isIntegralType;
using c10::toString;
using std::nullopt;
using std::optional;
namespace Reduction = ::tengen::Reduction;
namespace autocast {
using namespace at::autocast;
}
namespace autograd {
using namespace ::tengen::autograd;
using Variable = ::tengen::Tensor;
using tensor_list = variable_list;
}  // namespace autograd
namespace cuda {
using namespace ::tengen::cuda;
}
namespace data {
using ::tengen::data::DataLoaderOptions;
using ::tengen::data::Example;
using ::tengen::data::make_data_loader;
using ::tengen::data::StatelessDataLoader;
using ::tengen::data::TensorExample;
using ::tengen::data::WorkerException;
namespace example = ::tengen::data::example;
namespace datasets {
using namespace ::tengen::data::datasets;
}
namespace samplers {
using namespace ::tengen::data::samplers;
}
namespace transforms {
using namespace ::tengen::data::transforms;
}
}  // namespace data
namespace indexing {
using namespace ::tengen::indexing;
}
namespace linalg {
using namespace ::tengen::linalg;
}
namespace nn {
using namespace ::tengen::nn;
}
namespace optim {
using namespace ::tengen::optim;
}
}  // namespace torch

#undef TENGEN_TORCH_USING

#define TENGEN_TORCH_CHECK(kind, condition, ...)                                                    \
  do {                                                                                              \
    if (!(condition)) [[unlikely]]                                                                  \
      ::tengen::fail<kind>(::tengen::detail::check_message(#condition __VA_OPT__(, ) __VA_ARGS__)); \
  } while (false)
#define TORCH_CHECK(condition, ...) TENGEN_TORCH_CHECK(::tengen::Error, condition __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_CHECK_INDEX(condition, ...) \
  TENGEN_TORCH_CHECK(::tengen::IndexError, condition __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_CHECK_VALUE(condition, ...) \
  TENGEN_TORCH_CHECK(::tengen::ValueError, condition __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(condition, ...) \
  TENGEN_TORCH_CHECK(::tengen::NotImplementedError, condition __VA_OPT__(, ) __VA_ARGS__)
#define TORCH_INTERNAL_ASSERT TORCH_CHECK
#define AT_ASSERT TORCH_CHECK
#define AT_ASSERTM TORCH_CHECK
#define AT_ERROR(...) ::tengen::fail(__VA_ARGS__)
#define TORCH_WARN(...) \
  ::tengen::warn({::tengen::detail::str(__VA_ARGS__), {__func__, __FILE__, uint32_t(__LINE__)}})
#define TORCH_WARN_ONCE(...)                                                            \
  do {                                                                                  \
    [[maybe_unused]] static const bool tengen_warned = (TORCH_WARN(__VA_ARGS__), true); \
  } while (false)

#define TORCH_MODULE TENGEN_MODULE
#define TORCH_MODULE_IMPL TENGEN_MODULE_IMPL
#define TORCH_ARG TENGEN_ARG
#define FORWARD_HAS_DEFAULT_ARGS TENGEN_FORWARD_HAS_DEFAULT_ARGS
/// Calls the function object in the last argument with `scalar_t` standing for the C++ type of `type`.
#define AT_DISPATCH_FLOATING_TYPES(type, name, ...)            \
  ::tengen::visit_floating(type, name, [&](auto tengen_zero) { \
    using scalar_t [[maybe_unused]] = decltype(tengen_zero);   \
    return __VA_ARGS__();                                      \
  })
#define AT_DISPATCH_ALL_TYPES(type, name, ...)                \
  ::tengen::visit_compute(type, name, [&](auto tengen_zero) { \
    using scalar_t [[maybe_unused]] = decltype(tengen_zero);  \
    return __VA_ARGS__();                                     \
  })
