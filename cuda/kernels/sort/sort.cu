// Stable sorting along the last dimension, for any strides and element types.
//
// Elements become unsigned keys whose order is the wanted one (NaN largest; inverted when descending), so
// there is one sort for keys of 32 and one for 64 bits, and values are fetched by position in the end. Short
// rows are sorted by a warp, middling ones by a block in shared memory, long ones all together by passes over
// memory.
#include <tengen/cuda/kernels/common/layout.h>
#include <tengen/cuda/kernels/families.h>
#include <tengen/cuda/kernels/sort/block_radix.h>
#include <tengen/cuda/kernels/sort/radix_sort.h>

#include <algorithm>

namespace tengen::cuda {
namespace {

// ---- keys ----
/// Floating bits in the order of their values; -0 equals 0.
template <class Bits>
__device__ Bits ordered_float(Bits bits, Bits infinity) {
  constexpr Bits kSign = Bits(Bits(1) << (8 * sizeof(Bits) - 1));
  const Bits magnitude = bits & Bits(~kSign);
  if (magnitude > infinity) return Bits(~Bits(0));
  if (magnitude == 0) return kSign;
  return bits & kSign ? Bits(~bits) : Bits(bits | kSign);
}

/// `in` of a sort: keys have as many bits as the elements.
struct Source {
  const void* data;
  Dtype dtype;
  uint64_t flip;  // all ones of a key to sort in descending order

  template <class Key>
  __device__ Key key(int64_t offset) const {
    return ordered<Key>(offset) ^ Key(flip);
  }

 private:
  template <class Bits>
  __device__ Bits at(int64_t offset) const {
    return static_cast<const Bits*>(data)[offset];
  }
  template <class Key>
  __device__ Key ordered(int64_t offset) const {
    if constexpr (sizeof(Key) == 8) {
      const uint64_t bits = at<uint64_t>(offset);
      return dtype == kLong ? bits ^ uint64_t { 1 } << 63 : ordered_float(bits, uint64_t{0x7ff} << 52);
    } else {
      switch (dtype) {
        case kChar:
          return at<uint8_t>(offset) ^ 0x80u;
        case kShort:
          return at<uint16_t>(offset) ^ 0x8000u;
        case kInt:
          return at<uint32_t>(offset) ^ 0x80000000u;
        case kFloat:
          return ordered_float(at<uint32_t>(offset), 0x7f800000u);
        case kHalf:
          return ordered_float(at<uint16_t>(offset), uint16_t(0x7c00));
        case kBFloat16:
          return ordered_float(at<uint16_t>(offset), uint16_t(0x7f80));
        default:  // kByte, kBool
          return at<uint8_t>(offset);
      }
    }
  }
};

/// What a sort reads and writes. Offsets of a row: in values, indices and in.
struct Rows {
  Source source;
  void* values;
  int64_t* indices;
  int item;
  int64_t n, k;
  Layout<3> starts;
  int64_t values_step, indices_step, in_step;

  /// in[position] becomes number `rank` of the row.
  __device__ void write(const int64_t (&row)[3], int64_t rank, int64_t position) const {
    const int64_t to = row[0] + rank * values_step, from = row[2] + position * in_step;
    indices[row[1] + rank * indices_step] = position;
    switch (item) {
      case 1:
        return copy<uint8_t>(to, from);
      case 2:
        return copy<uint16_t>(to, from);
      case 4:
        return copy<uint32_t>(to, from);
      default:
        return copy<uint64_t>(to, from);
    }
  }

 private:
  template <class T>
  __device__ void copy(int64_t to, int64_t from) const {
    static_cast<T*>(values)[to] = static_cast<const T*>(source.data)[from];
  }
};

// ---- rows of at most 32: one per warp, ranked by counting what comes before ----
template <class Key>
__global__ void sort_in_warp(Rows rows) {
  const int64_t row = global_index() / kWarp;
  if (row >= rows.starts.numel) return;
  int64_t start[3];
  rows.starts.offsets(row, start);
  const int lane = threadIdx.x % kWarp, n = int(rows.n);
  const Key key = lane < n ? rows.source.key<Key>(start[2] + lane * rows.in_step) : ~Key(0);
  int rank = 0;
  for (int j = 0; j < n; ++j) {
    const Key other = __shfl_sync(kWholeWarp, key, j);
    rank += other < key || (other == key && j < lane);
  }
  if (lane < n && rank < rows.k) rows.write(start, rank, lane);
}

// ---- rows of at most kTile: one per block ----
template <class Key>
size_t block_memory(int rounds) {
  return sizeof(DigitCounts) + size_t(rounds) * kDigits * (sizeof(Key) + sizeof(uint16_t));
}

template <class Key>
__global__ void __launch_bounds__(kDigits, sizeof(Key) == 4 ? 3 : 2)
    sort_in_block(Rows rows, int rounds, int bits) {
  auto& counts = *dynamic_shared<DigitCounts>();
  Key* sorted = reinterpret_cast<Key*>(&counts + 1);
  uint16_t* places = reinterpret_cast<uint16_t*>(sorted + rounds * kDigits);
  int64_t start[3];
  rows.starts.offsets(blockIdx.x, start);
  const int n = int(rows.n);
  Key keys[kSortItems];
  uint16_t positions[kSortItems];
  uint32_t rank[kSortItems];
#pragma unroll
  for (int r = 0; r < kSortItems; ++r) {
    const int i = tile_place(r, rounds);
    keys[r] = r < rounds && i < n ? rows.source.key<Key>(start[2] + i * rows.in_step) : ~Key(0);
    positions[r] = uint16_t(i);
  }
  for (int shift = 0; shift < bits; shift += kDigitBits) {
    rank_by_digit(keys, rounds, shift, rank, counts);
#pragma unroll
    for (int r = 0; r < kSortItems; ++r)
      if (r < rounds) sorted[rank[r]] = keys[r], places[rank[r]] = positions[r];
    __syncthreads();
#pragma unroll
    for (int r = 0; r < kSortItems; ++r)
      if (r < rounds) keys[r] = sorted[tile_place(r, rounds)], positions[r] = places[tile_place(r, rounds)];
  }
#pragma unroll
  for (int r = 0; r < kSortItems; ++r) {
    const int i = tile_place(r, rounds);
    if (r < rounds && i < rows.k) rows.write(start, i, positions[r]);
  }
}

// ---- longer rows ----
template <class Key>
__global__ void make_keys(Rows rows, Divisor n, int64_t first_row, int64_t items, Key* keys) {
  const int64_t t = global_index();
  if (t >= items) return;
  int64_t row = t, start[3];
  const int64_t i = n.split(row);
  rows.starts.offsets(first_row + row, start);
  keys[t] = rows.source.key<Key>(start[2] + i * rows.in_step);
}

__global__ void write_rows(Rows rows, Divisor k, int64_t first_row, int64_t items,
                           const uint32_t* positions) {
  const int64_t t = global_index();
  if (t >= items) return;
  int64_t row = t, start[3];
  const int64_t rank = k.split(row);
  rows.starts.offsets(first_row + row, start);
  rows.write(start, rank, positions[row * rows.n + rank]);
}

template <class Key>
void sort_rows(const Rows& rows, int bits) {
  const int64_t count = rows.starts.numel, n = rows.n;
  if (n <= kWarp) return launch("sort", sort_in_warp<Key>, grid_for(count * kWarp), kThreads, 0, rows);
  if (n <= kTile) {
    const int rounds = int(divide_up(n, kDigits));
    return launch("sort", sort_in_block<Key>, unsigned(count), kDigits, block_memory<Key>(rounds), rows,
                  rounds, bits);
  }
  constexpr int64_t kAtOnce = int64_t{1} << 26;  // elements, or one row: bounds the working memory
  const int64_t group = std::clamp<int64_t>(kAtOnce / n, 1, count);
  DeviceScratch memory(size_t(group * n) * 2 * (sizeof(Key) + sizeof(uint32_t)));
  Key* keys = memory.as<Key>();
  uint32_t* positions = reinterpret_cast<uint32_t*>(keys + 2 * group * n);
  for (int64_t row = 0; row < count; row += group) {
    const int64_t now = std::min(group, count - row), items = now * n;
    SortBuffers<Key> buffers{keys, keys + group * n, positions, positions + group * n};
    launch("sort", make_keys<Key>, grid_for(items), kThreads, 0, rows, Divisor(n), row, items, buffers.keys);
    radix_sort("sort", now, n, bits, buffers);
    launch("sort", write_rows, grid_for(now * rows.k), kThreads, 0, rows, Divisor(rows.k), row, now * rows.k,
           buffers.positions);
  }
}

void sort(const View& values, const View& indices, const View& in, bool descending) {
  const int last = in.dim - 1, item = int(item_size(in.dtype)), bits = in.dtype == kBool ? 1 : 8 * item;
  Rows rows;
  rows.source = {in.data, in.dtype, descending ? ~uint64_t{0} >> (64 - 8 * item) : 0};
  rows.values = values.data;
  rows.indices = static_cast<int64_t*>(indices.data);
  rows.item = item;
  rows.n = last < 0 ? 1 : in.sizes[last];
  rows.k = last < 0 ? 1 : values.sizes[last];
  for (int d = last; d-- > 0;)
    rows.starts.add(in.sizes[d], {values.strides[d], indices.strides[d], in.strides[d]});
  const auto step = [last](const View& v) { return last < 0 ? 1 : v.strides[last]; };
  rows.values_step = step(values), rows.indices_step = step(indices), rows.in_step = step(in);
  if (rows.starts.numel == 0 || rows.k == 0) return;
  TENGEN_CHECK(rows.n < int64_t{1} << 32, "sort: found a row of ", rows.n,
               " elements; at most 2^32 - 1 can be sorted");
  if (item == 8)
    sort_rows<uint64_t>(rows, bits);
  else
    sort_rows<uint32_t>(rows, bits);
}

}  // namespace

void add_sort_kernels(Kernels& table) { table.sort = sort; }

}  // namespace tengen::cuda
