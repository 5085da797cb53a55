// One value for every spatial dimension, or one value each.
#pragma once

#include <array>
#include <concepts>
#include <optional>

#include <tengen/tensor/array_ref.h>
#include <tengen/tensor/error.h>

namespace tengen::inline api {

/// D values, written as one number for all of them or as D numbers: 3 or {3, 5}.
template <size_t D, class T = int64_t>
class ExpandingArray {
 public:
  template <std::integral I>
  ExpandingArray(I value) {
    values_.fill(T(value));
  }
  ExpandingArray(std::initializer_list<T> values) { assign(values.begin(), values.size()); }
  ExpandingArray(const std::vector<int64_t>& values) { assign(values.data(), values.size()); }
  ExpandingArray(IntArrayRef values) { assign(values.data(), values.size()); }
  ExpandingArray(const std::array<T, D>& values) : values_(values) {}

  std::array<T, D>& operator*() { return values_; }
  const std::array<T, D>& operator*() const { return values_; }
  std::array<T, D>* operator->() { return &values_; }
  const std::array<T, D>* operator->() const { return &values_; }
  operator ArrayRef<T>() const { return values_; }
  const T& operator[](size_t i) const { return values_[i]; }
  size_t size() const { return D; }

 private:
  template <class U>
  void assign(const U* values, size_t count) {
    TENGEN_CHECK(count == D, "Expected ", D, " values, but got ", count);
    for (size_t i = 0; i < D; ++i) values_[i] = values[i];
  }
  std::array<T, D> values_;
};

/// std::nullopt keeps the input's size in that dimension.
template <size_t D>
using ExpandingArrayWithOptionalElem = ExpandingArray<D, std::optional<int64_t>>;

/// "3" for one dimension, "[3, 5]" for more.
template <size_t D>
std::ostream& operator<<(std::ostream& out, const ExpandingArray<D>& values) {
  if constexpr (D == 1)
    return out << values[0];
  else
    return out << IntArrayRef(values);
}

}  // namespace tengen::inline api
