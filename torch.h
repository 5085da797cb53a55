// Everything public, and LibTorch's names for it: torch::, at::, c10:: and the usual macros.
//
// A program written for LibTorch that keeps to what is here compiles when it includes this file. The
// namespaces below are real ones, so that a program may add to them. What LibTorch has in them stands in the
// inline namespace tengen::api, which knows no nn: after `using namespace torch;` the word means torch::nn
// alone.
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
#include <tengen/tensor/context.h>
#include <tengen/tensor/cuda.h>
#include <tengen/tensor/parallel/parallel.h>
#include <tengen/tensor/version.h>
#include <tengen/tensor/warning.h>

// The version of LibTorch whose API this is.
#define TORCH_VERSION_MAJOR 2
#define TORCH_VERSION_MINOR 15
#define TORCH_VERSION_PATCH 0
#define TORCH_VERSION TENGEN_VERSION_JOIN(TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH)

namespace tengen::inline api {

/// Nothing is recorded in its scope (LibTorch saves some bookkeeping more).
class InferenceMode : public AutoGradMode {
 public:
  explicit InferenceMode(bool enabled = true) : AutoGradMode(!enabled) {}
};

}  // namespace tengen::inline api

namespace tengen::detail {
// What a check says that was given no words.
template <class... Args>
std::string check_message(const char* condition, const Args&... args) {
  if constexpr (sizeof...(Args) == 0)
    return str("Expected ", condition, " to be true, but got false.");
  else
    return str(args...);
}
}  // namespace tengen::detail

namespace c10 {
using namespace ::tengen::api;
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
using namespace ::tengen::api;
using c10::elementSize;
inline bool hasCUDA() { return globalContext().hasCUDA(); }
inline size_t getNumGPUs() { return size_t(::tengen::cuda::device_count()); }
using c10::isFloatingType;
using c10::isIntegralType;
using c10::toString;
using std::nullopt;
using std::optional;
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
using namespace ::tengen::api;
using at::getNumGPUs;
using at::hasCUDA;
using c10::elementSize;
using c10::isFloatingType;
using c10::isIntegralType;
using c10::str;
using c10::toString;
using std::nullopt;
using std::optional;
namespace autocast {
using namespace at::autocast;
}
namespace autograd {
using namespace ::tengen::autograd;
using ::tengen::AutoGradMode;
using ::tengen::GradMode;
using Variable = ::tengen::Tensor;
using tensor_list = variable_list;
}  // namespace autograd
namespace cuda {
using namespace ::tengen::cuda;
inline bool cudnn_is_available() { return false; }
}  // namespace cuda
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
namespace special {
using namespace ::tengen::special;
}
namespace nn {
using namespace ::tengen::nn;
}
namespace optim {
using namespace ::tengen::optim;
}
}  // namespace torch

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
#define AT_CHECK TORCH_CHECK
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
