// What the threads of one block do together to count and to sort: running sums, and ranks by one digit.
#pragma once

#include <tengen/cuda/kernels/common/common.h>

namespace tengen::cuda {

/// Sorting is by digits of 8 bits, in blocks of one thread per digit; a tile is what a block sorts at once.
constexpr int kDigits = 256, kDigitBits = 8, kSortWarps = kDigits / kWarp, kSortItems = 16;
constexpr int kTile = kDigits * kSortItems;

/// The sum of `value` over the threads before this one; `total` becomes that over the whole block. For blocks
/// of any multiple of 32 threads.
template <class T>
__device__ T block_exclusive_sum(T value, T& total) {
  __shared__ T sums[kWarp];
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  T inclusive = value;
#pragma unroll
  for (int step = 1; step < kWarp; step *= 2) {
    const T before = __shfl_up_sync(kWholeWarp, inclusive, step);
    if (lane >= step) inclusive += before;
  }
  __syncthreads();  // the last call's sums have been read
  if (lane == kWarp - 1) sums[warp] = inclusive;
  __syncthreads();
  T before = 0;
  total = 0;
  for (int w = 0; w < int(blockDim.x) / kWarp; ++w) {
    if (w < warp) before += sums[w];
    total += sums[w];
  }
  return before + inclusive - value;
}

/// The items of a tile are dealt so that each warp has a stretch of them and reads 32 neighbours at once:
/// where item r of this thread stands, of `rounds` per thread.
__device__ inline int tile_place(int r, int rounds) {
  return int(threadIdx.x) / kWarp * kWarp * rounds + r * kWarp + int(threadIdx.x) % kWarp;
}

struct DigitCounts {
  uint32_t of_warp[kSortWarps][kDigits];
  uint32_t start[kDigits];  // the first place in the order that each digit has
};

/// Gives each item its place in the order of one digit, stably: items with equal digits stay in order. Only
/// the first `rounds` items of each thread count. Blocks of kDigits threads; counts are shared memory.
template <class Key>
__device__ void rank_by_digit(const Key (&keys)[kSortItems], int rounds, int shift,
                              uint32_t (&rank)[kSortItems], DigitCounts& counts) {
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  for (int w = 0; w < kSortWarps; ++w) counts.of_warp[w][threadIdx.x] = 0;
  __syncthreads();
  uint32_t* seen = counts.of_warp[warp];
#pragma unroll
  for (int r = 0; r < kSortItems; ++r) {
    if (r >= rounds) break;
    const int digit = int(keys[r] >> shift & (kDigits - 1));
    unsigned equal = kWholeWarp;  // the lanes with this digit: found bit by bit
#pragma unroll
    for (int bit = 0; bit < kDigitBits; ++bit) {
      const bool set = digit >> bit & 1;
      const unsigned votes = __ballot_sync(kWholeWarp, set);
      equal &= set ? votes : ~votes;
    }
    const uint32_t before = seen[digit], among = __popc(equal & ((1u << lane) - 1));
    __syncwarp();
    if (among == 0) seen[digit] = before + __popc(equal);
    __syncwarp();
    rank[r] = before + among;
  }
  __syncthreads();
  uint32_t sum = 0, total;
  for (int w = 0; w < kSortWarps; ++w) {
    const uint32_t count = counts.of_warp[w][threadIdx.x];
    counts.of_warp[w][threadIdx.x] = sum;
    sum += count;
  }
  counts.start[threadIdx.x] = block_exclusive_sum(sum, total);
  __syncthreads();
#pragma unroll
  for (int r = 0; r < kSortItems; ++r) {
    if (r >= rounds) break;
    const int digit = int(keys[r] >> shift & (kDigits - 1));
    rank[r] += counts.start[digit] + counts.of_warp[warp][digit];
  }
}

}  // namespace tengen::cuda
