// A view of consecutive elements that somebody else owns; lives no longer than the call it is passed to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <vector>

#include <tengen/tensor/small_vector.h>

namespace tengen::inline api {

template <class T>
class ArrayRef {
 public:
  using value_type = T;
  using iterator = const T*;
  using const_iterator = const T*;

  constexpr ArrayRef() = default;
  constexpr ArrayRef(const T& one) : data_(&one), size_(1) {}
  constexpr ArrayRef(const T* data, size_t size) : data_(data), size_(size) {}
  constexpr ArrayRef(const T* first, const T* last) : data_(first), size_(last - first) {}
  ArrayRef(const std::vector<T>& v) : data_(v.data()), size_(v.size()) {}
  template <size_t N>
  constexpr ArrayRef(const std::array<T, N>& a) : data_(a.data()), size_(N) {}
  template <size_t N>
  constexpr ArrayRef(const T (&a)[N]) : data_(a), size_(N) {}
  template <size_t N>
  constexpr ArrayRef(const SmallVector<T, N>& v) : data_(v.data()), size_(v.size()) {}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"  // the list outlives the call, as documented above
#endif
  constexpr ArrayRef(const std::initializer_list<T>& list)
      : data_(list.size() ? list.begin() : nullptr), size_(list.size()) {}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

  constexpr const T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
  constexpr const T& operator[](size_t i) const { return data_[i]; }
  constexpr const T& at(size_t i) const { return data_[i]; }
  constexpr const T& front() const { return data_[0]; }
  constexpr const T& back() const { return data_[size_ - 1]; }
  constexpr ArrayRef slice(size_t first, size_t count) const { return {data_ + first, count}; }
  constexpr ArrayRef slice(size_t first) const { return slice(first, size_ - first); }
  std::vector<T> vec() const { return {begin(), end()}; }
  constexpr bool equals(ArrayRef other) const {
    if (size_ != other.size_) return false;
    for (size_t i = 0; i < size_; ++i)
      if (!(data_[i] == other.data_[i])) return false;
    return true;
  }
  friend constexpr bool operator==(ArrayRef a, ArrayRef b) { return a.equals(b); }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};

using IntArrayRef = ArrayRef<int64_t>;
/// Dimension numbers that a caller may leave out, which is not the same as giving none.
class OptionalIntArrayRef : public std::optional<IntArrayRef> {
 public:
  OptionalIntArrayRef(std::nullopt_t = std::nullopt) {}
  OptionalIntArrayRef(const int64_t& one) : optional(IntArrayRef(one)) {}
  OptionalIntArrayRef(const std::initializer_list<int64_t>& list) : optional(IntArrayRef(list)) {}
  template <class Numbers>
  requires requires(const Numbers& numbers) { numbers.begin(); }
  OptionalIntArrayRef(const Numbers& numbers) : optional(IntArrayRef(numbers)) {}
};
/// Sizes, strides or dimension numbers that own their memory.
using DimVector = SmallVector<int64_t, 6>;

/// "[2, 3]"
std::ostream& operator<<(std::ostream& out, IntArrayRef values);

}  // namespace tengen::inline api
