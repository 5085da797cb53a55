// Writing at positions that may occur more than once: what index_put.cu and scatter.cu share. Such positions
// become numbers (a destination's coordinates counted in order), which a stable sort brings together.
#pragma once

#include <tengen/cuda/kernels/index/indexing.h>
#include <tengen/cuda/kernels/sort/radix_sort.h>

#include <bit>

namespace tengen::cuda {

/// Calls f(T{}) with the type that elements of `dtype` are added in: unsigned integers stand for signed ones,
/// whose sums have the same bits.
template <class F>
void with_sum_type(Dtype dtype, const F& f) {
  switch (dtype) {
    case kByte:
    case kChar:
      return f(uint8_t{});
    case kShort:
      return f(uint16_t{});
    case kInt:
      return f(uint32_t{});
    case kLong:
      return f(uint64_t{});
    case kHalf:
      return f(Half{});
    case kFloat:
      return f(float{});
    case kDouble:
      return f(double{});
    case kBool:
      return f(bool{});
    default:
      return f(BFloat16{});
  }
}

/// a + b as the CPU adds: 16-bit floating numbers are rounded after each addition, bools are joined by or.
template <class T>
__device__ T plus(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a || b;
  else
    return narrow<T>(widen(a) + widen(b));
}

/// Calls f with a number of the type that destinations 0 to `space` (which stands for none) need.
template <class F>
void with_key_type(int64_t space, const F& f) {
  if (uint64_t(space) < ~uint32_t{0}) return f(uint32_t{});
  return f(uint64_t{});
}

/// Adds elements of `dtype` to destinations that numbers name, in the order of the sources.
struct SortedSum {
  int64_t count;     // of the sources; less than 2^32
  int64_t space;     // how many destinations there are: numbers are less, or equal for none
  Layout<1> target;  // offset of a destination in `out`
  Layout<1> source;  // offset of a source in `src`
  Layout<3> layout;  // everything: dimensions A, sources (0, 0, 1), dimensions B; offsets in out and src
  int64_t wide;      // all offsets of destinations and sources are multiples of this

  /// Working memory, with the numbers first.
  template <class Key>
  size_t bytes() const {
    return size_t(count) * 2 * (sizeof(Key) + sizeof(uint32_t));
  }
  template <class Key>
  SortBuffers<Key> sort(const char* op, const DeviceScratch& memory) const {
    Key* keys = memory.as<Key>();
    uint32_t* positions = reinterpret_cast<uint32_t*>(keys + 2 * count);
    SortBuffers<Key> buffers{keys, keys + count, positions, positions + count};
    radix_sort(op, 1, count, std::bit_width(uint64_t(space)), buffers);
    return buffers;
  }
  template <class Key>
  void add(const char* op, Dtype dtype, const SortBuffers<Key>& sorted, const void* src, void* out) const;
};

/// keys[i] = or += factor * the index, plus what the layout says; `nowhere` where an index is out of bounds.
/// Operands of the layout: what to begin with, and the offset in the index.
struct AddKeys {
  Layout<2> layout;
  CheckedIndex index;
  int64_t factor, nowhere;
  bool first;
};
template <class Key>
void add_keys(const char* op, const AddKeys& step, Key* keys);

}  // namespace tengen::cuda
