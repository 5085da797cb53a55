// Sorting by digits, the least significant first. A pass over one digit counts it in every tile, sums the
// counts in the order (row, digit, tile), which gives where each tile's items of each digit go, and moves
// them; tiles are put in order in shared memory first, so that neighbours are written together. Tiles do not
// cross rows, so rows are sorted at once. Nothing depends on the order in which blocks run.
#include <tengen/cuda/kernels/common/divide.h>
#include <tengen/cuda/kernels/sort/block_radix.h>
#include <tengen/cuda/kernels/sort/radix_sort.h>

#include <utility>

namespace tengen::cuda {
namespace {

// ---- running sums ----
constexpr int kSumItems = 16, kSumTile = kThreads * kSumItems;

template <class T>
__global__ void sum_tiles(int64_t n, const T* counts, T* sums) {
  const int64_t begin = int64_t(blockIdx.x) * kSumTile;
  T sum = 0;
  for (int k = 0; k < kSumItems; ++k) {
    const int64_t i = begin + k * kThreads + threadIdx.x;
    if (i < n) sum += counts[i];
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

/// sums: what stands before each tile; null for a single tile.
template <class T>
__global__ void sum_before(int64_t n, T* counts, const T* sums) {
  const int64_t begin = int64_t(blockIdx.x) * kSumTile + threadIdx.x * kSumItems;
  T count[kSumItems], sum = 0, total;
#pragma unroll
  for (int k = 0; k < kSumItems; ++k) {
    count[k] = begin + k < n ? counts[begin + k] : T(0);
    sum += count[k];
  }
  T before = block_exclusive_sum(sum, total) + (sums ? sums[blockIdx.x] : T(0));
#pragma unroll
  for (int k = 0; k < kSumItems; ++k) {
    if (begin + k < n) counts[begin + k] = before;
    before += count[k];
    if (begin + k == n - 1) counts[n] = before;
  }
}

// ---- passes ----
/// The rows of a sort and their tiles: block b has tile b % tiles of row b / tiles.
struct Tiles {
  int64_t n;
  Divisor tiles;

  struct Tile {
    int64_t row, begin, number;  // begin: in all keys
    int size;
  };
  __device__ Tile mine() const {
    int64_t row = blockIdx.x;
    const int64_t number = tiles.split(row), rest = n - number * kTile;
    return {row, row * n + number * kTile, number, int(rest < kTile ? rest : kTile)};
  }
  __device__ int64_t slot(const Tile& tile, int digit) const {
    return (tile.row * kDigits + digit) * tiles.value() + tile.number;
  }
};

template <class Key>
__global__ void count_digits(Tiles tiles, const Key* keys, int shift, uint32_t* counts) {
  __shared__ uint32_t count[kDigits];
  const Tiles::Tile tile = tiles.mine();
  count[threadIdx.x] = 0;
  __syncthreads();
  for (int i = threadIdx.x; i < tile.size; i += kDigits)
    atomicAdd(&count[keys[tile.begin + i] >> shift & (kDigits - 1)], 1u);
  __syncthreads();
  counts[tiles.slot(tile, threadIdx.x)] = count[threadIdx.x];
}

template <class Key>
struct MoveMemory {
  Key keys[kTile];
  uint32_t positions[kTile];
  DigitCounts counts;
  uint32_t target[kDigits];  // where the tile's items of a digit go, less their start in the tile
};

/// starts: counts after summing. positions_in is null in the first pass: items stand in their places.
template <class Key>
__global__ void __launch_bounds__(kDigits)
    move_by_digit(Tiles tiles, int shift, const uint32_t* starts, const Key* keys_in,
                  const uint32_t* positions_in, Key* keys_out, uint32_t* positions_out) {
  auto& memory = *dynamic_shared<MoveMemory<Key>>();
  const Tiles::Tile tile = tiles.mine();
  Key keys[kSortItems];
  uint32_t rank[kSortItems];
#pragma unroll
  for (int r = 0; r < kSortItems; ++r) {
    const int i = tile_place(r, kSortItems);
    keys[r] = i < tile.size ? keys_in[tile.begin + i] : ~Key(0);  // what fills a tile up stays behind
  }
  rank_by_digit(keys, kSortItems, shift, rank, memory.counts);
  memory.target[threadIdx.x] = starts[tiles.slot(tile, threadIdx.x)] - memory.counts.start[threadIdx.x];
#pragma unroll
  for (int r = 0; r < kSortItems; ++r) {
    const int i = tile_place(r, kSortItems);
    memory.keys[rank[r]] = keys[r];
    if (i < tile.size)
      memory.positions[rank[r]] =
          positions_in ? positions_in[tile.begin + i] : uint32_t(tile.number * kTile + i);
  }
  __syncthreads();
  for (int i = threadIdx.x; i < tile.size; i += kDigits) {
    const Key key = memory.keys[i];
    const uint32_t to = memory.target[key >> shift & (kDigits - 1)] + uint32_t(i);
    keys_out[to] = key;
    positions_out[to] = memory.positions[i];
  }
}

}  // namespace

template <class T>
void exclusive_sums(const char* op, int64_t n, T* counts) {
  if (n == 0) return check(cudaMemsetAsync(counts, 0, sizeof(T), current_stream()), op);
  const int64_t tiles = divide_up(n, kSumTile);
  if (tiles == 1) return launch(op, sum_before<T>, 1, kThreads, 0, n, counts, nullptr);
  DeviceScratch memory(size_t(tiles + 1) * sizeof(T));
  T* sums = memory.as<T>();
  launch(op, sum_tiles<T>, unsigned(tiles), kThreads, 0, n, counts, sums);
  exclusive_sums(op, tiles, sums);
  launch(op, sum_before<T>, unsigned(tiles), kThreads, 0, n, counts, sums);
}

template <class Key>
void radix_sort(const char* op, int64_t rows, int64_t n, int bits, SortBuffers<Key>& b) {
  if (rows * n == 0) return;
  const Tiles tiles{n, Divisor(divide_up(n, kTile))};
  const int64_t blocks = rows * tiles.tiles.value();
  DeviceScratch memory(size_t(blocks * kDigits + 1) * sizeof(uint32_t));
  uint32_t* counts = memory.as<uint32_t>();
  for (int shift = 0; shift == 0 || shift < bits; shift += kDigitBits) {
    launch(op, count_digits<Key>, unsigned(blocks), kDigits, 0, tiles, b.keys, shift, counts);
    exclusive_sums(op, blocks * kDigits, counts);
    launch(op, move_by_digit<Key>, unsigned(blocks), kDigits, sizeof(MoveMemory<Key>), tiles, shift, counts,
           b.keys, shift == 0 ? nullptr : b.positions, b.other_keys, b.other_positions);
    std::swap(b.keys, b.other_keys);
    std::swap(b.positions, b.other_positions);
  }
}

template void exclusive_sums(const char*, int64_t, uint32_t*);
template void exclusive_sums(const char*, int64_t, int64_t*);
template void radix_sort(const char*, int64_t, int64_t, int, SortBuffers<uint32_t>&);
template void radix_sort(const char*, int64_t, int64_t, int, SortBuffers<uint64_t>&);

}  // namespace tengen::cuda
