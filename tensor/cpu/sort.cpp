// Stable sorting along the last dimension, for any strides.
//
// Every element type is first mapped to unsigned keys whose order is the wanted one (NaN largest; inverted
// when descending), so there is one sort for keys of 32 and one for 64 bits. Keys carry their positions:
// sorted by both, any sort is stable. Long rows are sorted by digits (least significant first), in time
// proportional to their length.
#include <algorithm>
#include <bit>
#include <utility>

#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/low_precision.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

struct Narrow {  // types of at most 32 bits
  using Key = uint32_t;
  uint64_t bits;
  Narrow() = default;
  Narrow(Key key, int64_t position) : bits(uint64_t(key) << 32 | uint64_t(position)) {}
  Key key() const { return Key(bits >> 32); }
  int64_t position() const { return int64_t(bits & 0xffffffff); }
  bool operator<(const Narrow& other) const { return bits < other.bits; }
};

struct Wide {
  using Key = uint64_t;
  Key key_;
  int64_t position_;
  Wide() = default;
  Wide(Key key, int64_t position) : key_(key), position_(position) {}
  Key key() const { return key_; }
  int64_t position() const { return position_; }
  bool operator<(const Wide& other) const {
    return key_ != other.key_ ? key_ < other.key_ : position_ < other.position_;
  }
};

/// An unsigned number that is ordered as `value` is.
template <class Key, class T>
Key key_of(T value) {
  constexpr Key kSign = Key{1} << (8 * sizeof(Key) - 1);
  if constexpr (is_reduced<T>) {
    return key_of<Key>(widen(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    if (value != value) return ~Key{0};
    Key bits = std::bit_cast<Key>(value + T(0));  // -0 equals 0
    return bits & kSign ? ~bits : bits | kSign;
  } else {
    return Key(std::is_signed_v<T> ? Key(int64_t(value)) ^ kSign : Key(value));
  }
}

/// Sorts items by key, stably; `other` has room for as many. The result lies in one of the two.
template <class Item>
Item* sort_by_digits(Item* items, Item* other, int64_t n) {
  constexpr int kDigits = sizeof(typename Item::Key);
  typename Item::Key count[kDigits][256] = {};
  for (int64_t i = 0; i < n; ++i)
    for (int d = 0; d < kDigits; ++d) ++count[d][items[i].key() >> 8 * d & 255];
  for (int d = 0; d < kDigits; ++d) {
    if (int64_t(count[d][items[0].key() >> 8 * d & 255]) == n) continue;  // the same in all
    typename Item::Key next = 0;
    for (auto& c : count[d]) next += std::exchange(c, next);
    for (int64_t i = 0; i < n; ++i) other[count[d][items[i].key() >> 8 * d & 255]++] = items[i];
    std::swap(items, other);
  }
  return items;
}

/// The first k items in order.
template <class Item>
Item* sort_items(Item* items, Item* other, int64_t n, int64_t k) {
  constexpr int64_t kManyItems = 16 * sizeof(typename Item::Key);  // from where on digits are faster
  if (k == n && n >= kManyItems) return sort_by_digits(items, other, n);
  if (k * 64 <= n) {
    std::partial_sort(items, items + k, items + n);
    return items;
  }
  if (k < n) std::nth_element(items, items + k, items + n);
  std::sort(items, items + k);
  return items;
}

/// Rows of the last dimension, whatever the types.
struct Rows {
  const View &values, &indices, &in;
  int64_t n, k, count = 1;

  Rows(const View& values, const View& indices, const View& in)
      : values(values),
        indices(indices),
        in(in),
        n(in.dim ? in.sizes[in.dim - 1] : 1),
        k(in.dim ? values.sizes[in.dim - 1] : 1) {
    for (int d = 0; d + 1 < in.dim; ++d) count *= in.sizes[d];
  }
  int64_t stride(const View& v) const { return in.dim ? v.strides[in.dim - 1] : 1; }
  int64_t start(const View& v, int64_t row) const {
    int64_t offset = 0;
    for (int d = in.dim - 2; d >= 0; row /= in.sizes[d--]) offset += row % in.sizes[d] * v.strides[d];
    return offset;
  }
};

template <class Item, class T>
void sort_rows(const Rows& rows, bool descending) {
  using Key = typename Item::Key;
  int64_t n = rows.n, k = rows.k;
  parallel_ranges(rows.count, std::max<int64_t>(1, kGrainSize / 16 / n), [&](int64_t begin, int64_t end) {
    Buffer memory;
    Item* items = memory.get<Item>(2 * n);
    const Key flip = descending ? ~Key{0} : Key{0};
    for (int64_t row = begin; row < end; ++row) {
      const T* from = static_cast<const T*>(rows.in.data) + rows.start(rows.in, row);
      int64_t step = rows.stride(rows.in);
      for (int64_t i = 0; i < n; ++i) items[i] = Item(key_of<Key>(from[i * step]) ^ flip, i);
      const Item* sorted = sort_items(items, items + n, n, k);
      T* value = static_cast<T*>(rows.values.data) + rows.start(rows.values, row);
      int64_t* index = static_cast<int64_t*>(rows.indices.data) + rows.start(rows.indices, row);
      for (int64_t i = 0; i < k; ++i) {
        value[i * rows.stride(rows.values)] = from[sorted[i].position() * step];
        index[i * rows.stride(rows.indices)] = sorted[i].position();
      }
    }
  });
}

void sort(const View& values, const View& indices, const View& in, bool descending) {
  Rows rows(values, indices, in);
  if (rows.count == 0 || rows.k == 0) return;
  visit_all(in.dtype, [&](auto zero) {
    using T = decltype(zero);
    TENGEN_CHECK(sizeof(T) == 8 || rows.n <= int64_t{0xffffffff}, "sort: found a row of ", rows.n,
                 " elements; of this type at most 2^32 - 1 can be sorted");
    sort_rows<std::conditional_t<sizeof(T) == 8, Wide, Narrow>, T>(rows, descending);
  });
}

}  // namespace

void add_sort_kernels(Kernels& table) { table.sort = sort; }

}  // namespace tengen::cpu::TENGEN_ISA
