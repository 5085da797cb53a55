// How a block multiplies two tiles in shared memory: a (depth, m) and b (depth, n), in words that are numbers
// or pairs of 16-bit numbers along the depth. Each thread keeps sums of kRows x kCols elements of the block's
// result.
#pragma once

#include <tengen/cuda/kernels/conv/mma.h>

namespace tengen::cuda {

/// By fused multiply-add. A warp makes kWarpM x kWarpN elements with 4 x 8 lanes; a lane's rows and columns
/// come in groups that are 16 bytes wide and that neighbours take in turns, so that shared memory is read
/// without conflicts.
template <class T, int kM_, int kN_, int kWarpM, int kWarpN, int kMinBlocks_>
struct FmaTile {
  using Element = T;  // of the tensors
  using Sum = T;
  using Word = T;
  static constexpr int kM = kM_, kN = kN_, kMinBlocks = kMinBlocks_;
  static constexpr int kWords = 16, kPerWord = 1, kStages = 3;
  static constexpr int kThreads = kM / kWarpM * (kN / kWarpN) * kWarp;
  static constexpr int kPad = 4;  // words between the rows of a tile: 8 (depth) x 4 are stored at once...
  static constexpr int kDepthLanes = 8;  // ...by this many lanes along the depth, without conflicts
  static constexpr int kGroup = 16 / sizeof(T);
  static constexpr int kRows = kWarpM / 4, kCols = kWarpN / 8;

  T sums[kRows][kCols] = {};
  int first_m, first_n;

  __device__ FmaTile() {
    const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
    first_m = warp / (kN / kWarpN) * kWarpM + lane / 8 * kGroup;
    first_n = warp % (kN / kWarpN) * kWarpN + lane % 8 * kGroup;
  }
  __device__ int m(int row) const { return first_m + row / kGroup * (4 * kGroup) + row % kGroup; }
  __device__ int n(int col) const { return first_n + col / kGroup * (8 * kGroup) + col % kGroup; }
  __device__ T sum(int row, int col) const { return sums[row][col]; }

  __device__ void multiply(const T* a, const T* b) {
#pragma unroll
    for (int k = 0; k < kWords; ++k) {
      Pack<T> rows[kRows / kGroup], cols[kCols / kGroup];
#pragma unroll
      for (int i = 0; i < kRows / kGroup; ++i)
        rows[i] = load_vector<kGroup>(a + k * (kM + kPad) + m(i * kGroup));
#pragma unroll
      for (int i = 0; i < kCols / kGroup; ++i)
        cols[i] = load_vector<kGroup>(b + k * (kN + kPad) + n(i * kGroup));
#pragma unroll
      for (int i = 0; i < kRows; ++i)
#pragma unroll
        for (int j = 0; j < kCols; ++j)
          sums[i][j] += rows[i / kGroup].values[i % kGroup] * cols[j / kGroup].values[j % kGroup];
    }
  }
};

/// By tensor cores. T: Tf32, Half or BFloat16.
template <class T, int kM_, int kN_, int kWarpM, int kWarpN, int kMinBlocks_>
struct TensorTile {
  static constexpr bool kTf32 = std::is_same_v<T, Tf32>;
  using Element = std::conditional_t<kTf32, float, T>;
  using Sum = float;
  using Word = std::conditional_t<kTf32, float, uint32_t>;
  static constexpr int kM = kM_, kN = kN_, kMinBlocks = kMinBlocks_;
  static constexpr int kWords = 16, kPerWord = kTf32 ? 1 : 2;
  static constexpr int kStages = kTf32 ? 4 : 2;
  static constexpr int kThreads = kM / kWarpM * (kN / kWarpN) * kWarp;
  static constexpr int kPad = 8;  // fragments are read without conflicts: 4 words of depth x 8 rows at once
  static constexpr int kDepthLanes = 4;
  static constexpr int kGroup = 2;
  static constexpr int kRowTiles = kWarpM / 16, kColTiles = kWarpN / 8;
  static constexpr int kRows = 2 * kRowTiles, kCols = 2 * kColTiles;

  float sums[kRowTiles][kColTiles][4] = {};
  int lane, warp_m, warp_n;

  __device__ TensorTile() {
    const int warp = threadIdx.x / kWarp;
    lane = threadIdx.x % kWarp;
    warp_m = warp / (kN / kWarpN) * kWarpM;
    warp_n = warp % (kN / kWarpN) * kWarpN;
  }
  __device__ int m(int row) const { return warp_m + row * 8 + lane / 4; }
  __device__ int n(int col) const { return warp_n + col / 2 * 8 + lane % 4 * 2 + col % 2; }
  __device__ float sum(int row, int col) const { return sums[row / 2][col / 2][row % 2 * 2 + col % 2]; }

  __device__ static uint32_t operand(float word) { return round_to_tf32(word); }
  __device__ static uint32_t operand(uint32_t word) { return word; }

  __device__ void multiply(const Word* a, const Word* b) {
    a += lane % 4 * (kM + kPad) + warp_m + lane / 4;
    b += lane % 4 * (kN + kPad) + warp_n + lane / 4;
#pragma unroll
    for (int k = 0; k < kWords; k += 8) {
      uint32_t cols[kColTiles][2];
#pragma unroll
      for (int j = 0; j < kColTiles; ++j)
#pragma unroll
        for (int part = 0; part < 2; ++part) cols[j][part] = operand(b[(k + 4 * part) * (kN + kPad) + 8 * j]);
#pragma unroll
      for (int i = 0; i < kRowTiles; ++i) {
        uint32_t rows[4];
#pragma unroll
        for (int part = 0; part < 4; ++part)
          rows[part] = operand(a[(k + part / 2 * 4) * (kM + kPad) + 16 * i + part % 2 * 8]);
#pragma unroll
        for (int j = 0; j < kColTiles; ++j) mma<T>(sums[i][j], rows, cols[j]);
      }
    }
  }
};

}  // namespace tengen::cuda
