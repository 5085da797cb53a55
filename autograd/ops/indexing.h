// PyTorch's indexing in C++: x.index({Slice(1, None), "...", mask, 3}).
#pragma once

#include <string>
#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::indexing {

struct NoneType {};
inline constexpr NoneType None{};
struct EllipsisType {};
inline constexpr EllipsisType Ellipsis{};

/// start:stop:step with Python's rules; None or std::nullopt leaves a bound open.
struct Slice {
  struct Bound : std::optional<int64_t> {
    Bound() = default;
    Bound(NoneType) {}
    Bound(std::nullopt_t) {}
    template <class T>
    requires std::is_integral_v<T> Bound(T position) : std::optional<int64_t>(int64_t(position)) {}
  };
  explicit Slice(Bound first = {}, Bound end = {}, Bound distance = {})
      : start(first), stop(end), step(distance.value_or(1)) {}
  Bound start, stop;
  int64_t step;
};

/// One place between the brackets.
struct TensorIndex {
  enum class Kind { None, Ellipsis, Integer, Boolean, Slice, Tensor };

  TensorIndex(NoneType) : kind(Kind::None) {}
  TensorIndex(std::nullopt_t) : kind(Kind::None) {}
  TensorIndex(EllipsisType) : kind(Kind::Ellipsis) {}
  TensorIndex(const char* text);  // "..."
  template <class T>
  requires std::is_integral_v<T> TensorIndex(T value)
      : kind(std::is_same_v<T, bool> ? Kind::Boolean : Kind::Integer), integer(int64_t(value)) {}
  TensorIndex(indexing::Slice range) : kind(Kind::Slice), slice(range) {}
  TensorIndex(tengen::Tensor indices) : kind(Kind::Tensor), tensor(std::move(indices)) {}

  Kind kind;
  int64_t integer = 0;
  indexing::Slice slice{};
  tengen::Tensor tensor;
};

/// The first half of indexing: applies integers, slices, None and Ellipsis as views. What index tensors there
/// are (bools became masks over a new dimension) is left in `tensors`, one entry per dimension or mask of the
/// result from the first on; std::nullopt takes a dimension whole. Errors are IndexErrors with PyTorch's
/// texts.
tengen::Tensor apply_views(const tengen::Tensor& self, ArrayRef<TensorIndex> indices,
                           std::vector<std::optional<tengen::Tensor>>& tensors);

}  // namespace tengen::indexing
