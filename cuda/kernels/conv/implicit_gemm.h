// The kernel behind convolutions: a tiled matrix product whose operands are gathered (conv_problem.h). Tiles
// go through a ring of buffers in shared memory, so that some are on their way while one is multiplied. Where
// there are too few tiles for the device, K is cut into splits whose sums are added in order by a second
// kernel.
#pragma once

#include <tengen/cuda/kernels/common/async_copy.h>
#include <tengen/cuda/kernels/conv/conv_launch.h>
#include <tengen/cuda/kernels/conv/conv_tile.h>

namespace tengen::cuda {

/// One operand's share of a tile: which (word of depth, row) each thread fetches: (first_word + j *
/// kWordStep, first_row + i * kRowStep). kDepthLanes lanes of a warp lie along the depth, the others along
/// the rows (m or n).
template <int kRowsOfTile, int kWords, int kThreads, int kDepthLanes>
struct Share {
  static constexpr int kWarps = kThreads / kWarp, kRowLanes = kWarp / kDepthLanes;
  static constexpr int kRowPieces = kRowsOfTile / kRowLanes, kWordPieces = kWords / kDepthLanes;
  static constexpr int kWarpsAlongRows = kRowPieces < kWarps ? kRowPieces : kWarps;
  static constexpr int kWarpsAlongDepth = kWarps / kWarpsAlongRows;
  static constexpr int kRows = kRowPieces / kWarpsAlongRows, kDepth = kWordPieces / kWarpsAlongDepth;
  static constexpr int kRowStep = kWarpsAlongRows * kRowLanes, kWordStep = kWarpsAlongDepth * kDepthLanes;
  static_assert(kRows * kWarpsAlongRows == kRowPieces && kDepth * kWarpsAlongDepth == kWordPieces);

  __device__ static int first_row() {
    const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
    return warp % kWarpsAlongRows * kRowLanes + lane / kDepthLanes;
  }
  __device__ static int first_word() {
    const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
    return warp / kWarpsAlongRows * kDepthLanes + lane % kDepthLanes;
  }
};

/// The compiler keeps the value instead of computing it anew in each turn of a loop.
template <class T>
__device__ T keep(T value) {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(T) == 8)
    asm volatile("" : "+l"(value));
  else
    asm volatile("" : "+r"(value));
#endif
  return value;
}

/// The block's shared memory.
template <class Tile>
struct GemmMemory {
  static constexpr int kDepth = Tile::kWords * Tile::kPerWord;  // of a tile, in elements
  static constexpr int kPitchA = Tile::kM + Tile::kPad, kPitchB = Tile::kN + Tile::kPad;
  static constexpr int kStage = Tile::kWords * (kPitchA + kPitchB);
  static constexpr int kBytes =
      Tile::kStages * (kStage * int(sizeof(typename Tile::Word)) + kDepth * int(sizeof(int4)));
};

/// kDepthLanesB: how many lanes read b along k rather than along n.
template <class Tile, int kDepthLanesB>
struct GemmFetch {
  using T = typename Tile::Element;
  using Word = typename Tile::Word;
  using Memory = GemmMemory<Tile>;
  using ShareA = Share<Tile::kM, Tile::kWords, Tile::kThreads, Tile::kDepthLanes>;
  using ShareB = Share<Tile::kN, Tile::kWords, Tile::kThreads, kDepthLanesB>;
  static constexpr bool kPairs = Tile::kPerWord == 2;

  const T *a, *b;
  unsigned height, width;
  int place_a, place_b;      // of the thread's first words in a tile...
  int word_a, word_b;        // ...and their depth
  int row_a[ShareA::kRows];  // offset of each row, or kOutside
  int offset_b[ShareB::kRows], y_b[ShareB::kRows], x_b[ShareB::kRows];
  AsyncCopies copies;                                             // whole words...
  uint32_t pairs_a[kPairs ? ShareA::kRows * ShareA::kDepth : 1];  // ...or pairs, held in registers
  uint32_t pairs_b[kPairs ? ShareB::kRows * ShareB::kDepth : 1];

  __device__ GemmFetch(const ConvProblem& p, const T* a, const T* b, int first_m, int first_n)
      : a(keep(a)), b(keep(b)), height(unsigned(p.height)), width(unsigned(p.width)) {
    const int begin_a = ShareA::first_row(), begin_b = ShareB::first_row();
    word_a = keep(ShareA::first_word()), word_b = keep(ShareB::first_word());
    place_a = keep(word_a * Memory::kPitchA + begin_a);
    place_b = keep(Tile::kWords * Memory::kPitchA + word_b * Memory::kPitchB + begin_b);
#pragma unroll
    for (int i = 0; i < ShareA::kRows; ++i) {
      const int m = first_m + begin_a + i * ShareA::kRowStep;
      row_a[i] = m < p.m ? m * p.a_row : kOutside;
    }
#pragma unroll
    for (int i = 0; i < ShareB::kRows; ++i) {
      const int n = first_n + begin_b + i * ShareB::kRowStep;
      const Axis::Point point = p.n.point(n < p.n.size ? n : 0);
      offset_b[i] = point.offset, y_b[i] = n < p.n.size ? point.y : kOutside, x_b[i] = point.x;
    }
  }

  /// What index k of the depth stands for; the point of an index at or beyond `end` is outside.
  __device__ static int4 entry(const ConvProblem& p, int k, int end) {
    const Axis::Point point = p.k.point(k < end ? k : 0);
    return make_int4(point.other, point.offset, k < end ? point.y : kOutside, point.x);
  }

  __device__ bool in_a(const int4& k, int i) const { return row_a[i] != kOutside && k.z != kOutside; }
  __device__ bool in_b(const int4& k, int i) const {
    return unsigned(y_b[i] + k.z) < height && unsigned(x_b[i] + k.w) < width;
  }
  __device__ static uint32_t load(const T* from) {
    if constexpr (kPairs) return __ldg(&from->bits);
    return 0;
  }
  __device__ uint32_t value_a(const int4& k, int i) const {
    return in_a(k, i) ? load(a + (row_a[i] + k.x)) : 0;
  }
  __device__ uint32_t value_b(const int4& k, int i) const {
    return in_b(k, i) ? load(b + (offset_b[i] + k.y)) : 0;
  }

  __device__ static int step_a(int i, int j) {
    return j * ShareA::kWordStep * Memory::kPitchA + i * ShareA::kRowStep;
  }
  __device__ static int step_b(int i, int j) {
    return j * ShareB::kWordStep * Memory::kPitchB + i * ShareB::kRowStep;
  }

  /// Begins to fetch the tile whose depth `table` describes.
  __device__ void begin(const int4* table, Word* tile) {
    const int4* entries = table + word_a * Tile::kPerWord;
#pragma unroll
    for (int j = 0; j < ShareA::kDepth; ++j) {
      const int4 k = entries[j * ShareA::kWordStep * Tile::kPerWord];
#pragma unroll
      for (int i = 0; i < ShareA::kRows; ++i)
        if constexpr (kPairs)
          pairs_a[j * ShareA::kRows + i] = value_a(k, i) | value_a(entries[j * ShareA::kWordStep * 2 + 1], i)
                                                               << 16;
        else
          copies.copy(tile + place_a + step_a(i, j), a, row_a[i] + k.x, in_a(k, i));
    }
    entries = table + word_b * Tile::kPerWord;
#pragma unroll
    for (int j = 0; j < ShareB::kDepth; ++j) {
      const int4 k = entries[j * ShareB::kWordStep * Tile::kPerWord];
#pragma unroll
      for (int i = 0; i < ShareB::kRows; ++i)
        if constexpr (kPairs)
          pairs_b[j * ShareB::kRows + i] = value_b(k, i) | value_b(entries[j * ShareB::kWordStep * 2 + 1], i)
                                                               << 16;
        else
          copies.copy(tile + place_b + step_b(i, j), b, offset_b[i] + k.y, in_b(k, i));
    }
  }

  /// Stores what begin() left in registers.
  __device__ void finish(Word* tile) {
    if constexpr (kPairs) {
#pragma unroll
      for (int j = 0; j < ShareA::kDepth; ++j)
#pragma unroll
        for (int i = 0; i < ShareA::kRows; ++i) tile[place_a + step_a(i, j)] = pairs_a[j * ShareA::kRows + i];
#pragma unroll
      for (int j = 0; j < ShareB::kDepth; ++j)
#pragma unroll
        for (int i = 0; i < ShareB::kRows; ++i) tile[place_b + step_b(i, j)] = pairs_b[j * ShareB::kRows + i];
    }
  }
};

/// out = a * b + bias, or, where `partial` is given, each split's sums in a copy of the result of its own,
/// which are `partial_stride` elements apart.
template <class Tile, int kDepthLanesB>
__global__ void __launch_bounds__(Tile::kThreads, Tile::kMinBlocks)
    implicit_gemm(const ConvProblem p, const Cut cut, const typename Tile::Element* a,
                  const typename Tile::Element* b, const typename Tile::Element* bias,
                  typename Tile::Element* out, typename Tile::Sum* partial, int64_t partial_stride) {
  using Sum = typename Tile::Sum;
  using Word = typename Tile::Word;
  using Memory = GemmMemory<Tile>;
  using Fetch = GemmFetch<Tile, kDepthLanesB>;
  constexpr int kStages = Tile::kStages, kDepth = Memory::kDepth;

  Word* tiles = dynamic_shared<Word>();
  int4* table = reinterpret_cast<int4*>(tiles + kStages * Memory::kStage);
  // Blocks that share a part of b follow each other.
  int block = int(blockIdx.x);
  const int first_m = block % cut.m_tiles * Tile::kM;
  block /= cut.m_tiles;
  const int first_n = block % cut.n_tiles * Tile::kN;
  block /= cut.n_tiles;
  const int split = block % cut.splits, group = block / cut.splits;
  const int first_k = split * cut.depth;
  const int last_k = min(p.k.size, first_k + cut.depth);
  const int steps = last_k > first_k ? (last_k - first_k + kDepth - 1) / kDepth : 0;

  Fetch fetch(p, a + group * p.a_group, b + group * p.b_group, first_m, first_n);
  Tile tile;
  for (int i = threadIdx.x; i < kStages * kDepth; i += Tile::kThreads)
    table[i] = Fetch::entry(p, first_k + i, last_k);
  __syncthreads();
#pragma unroll
  for (int slot = 0; slot < kStages - 1; ++slot) {
    if (slot < steps) {
      fetch.begin(table + slot * kDepth, tiles + slot * Memory::kStage);
      fetch.finish(tiles + slot * Memory::kStage);
    }
    fetch.copies.commit();
  }
  for (int step = 0, now = 0, free = kStages - 1; step < steps; ++step) {
    fetch.copies.template wait<kStages - 2>();
    __syncthreads();  // this step's tile has arrived, the last one's has been read
    const bool more = step + kStages - 1 < steps;
    if (more) fetch.begin(table + free * kDepth, tiles + free * Memory::kStage);
    fetch.copies.commit();
    if (int(threadIdx.x) < kDepth)
      table[now * kDepth + int(threadIdx.x)] =
          Fetch::entry(p, first_k + (step + kStages) * kDepth + int(threadIdx.x), last_k);
    tile.multiply(tiles + now * Memory::kStage,
                  tiles + now * Memory::kStage + Tile::kWords * Memory::kPitchA);
    if (more) fetch.finish(tiles + free * Memory::kStage);
    free = now;
    now = now + 1 < kStages ? now + 1 : 0;
  }

  const int64_t begin = group * p.out_group;
  if (partial) partial += split * partial_stride + begin;
  out += begin;
#pragma unroll
  for (int col = 0; col < Tile::kCols; col += Tile::kGroup) {
    int where[Tile::kGroup];
#pragma unroll
    for (int i = 0; i < Tile::kGroup; ++i) {
      const int n = first_n + tile.n(col + i);
      where[i] = n < p.n.size ? p.n.other_offset(n) : -1;
    }
    if (where[0] < 0) continue;
#pragma unroll
    for (int row = 0; row < Tile::kRows; ++row) {
      const int m = first_m + tile.m(row);
      if (m >= p.m) continue;
      const auto store = [&](auto* to, Sum more) {
        using Out = std::remove_reference_t<decltype(*to)>;
        struct alignas(sizeof(Out) * Tile::kGroup) Values {
          Out values[Tile::kGroup];
        } values;
        to += int64_t(m) * p.out_row;
#pragma unroll
        for (int i = 0; i < Tile::kGroup; ++i) values.values[i] = narrow<Out>(tile.sum(row, col + i) + more);
        if (p.dense_rows) {
          *reinterpret_cast<Values*>(to + where[0]) = values;
        } else {
#pragma unroll
          for (int i = 0; i < Tile::kGroup; ++i)
            if (where[i] >= 0) to[where[i]] = values.values[i];
        }
      };
      if (partial)
        store(partial, Sum(0));
      else
        store(out, bias ? Sum(widen(bias[group * p.m + m])) : Sum(0));
    }
  }
}

/// Launches the kernel for one tile.
template <class Tile>
void launch_tile(const ConvLaunch& l, const ConvProblem& problem, const Cut& cut) {
  using T = typename Tile::Element;
  using Sum = typename Tile::Sum;
  const auto kernel = l.depth_is_dense ? implicit_gemm<Tile, Tile::kDepthLanes> : implicit_gemm<Tile, 1>;
  const int64_t blocks = int64_t(cut.m_tiles) * cut.n_tiles * cut.splits * problem.groups;
  launch(l.what, kernel, dim3(unsigned(blocks)), dim3(Tile::kThreads), GemmMemory<Tile>::kBytes, problem, cut,
         static_cast<const T*>(l.a), static_cast<const T*>(l.b), static_cast<const T*>(l.bias),
         static_cast<T*>(l.out), static_cast<Sum*>(l.partial), l.partial_stride);
}

/// The same for a tile of the planner's table, whose sizes it must have.
template <ConvMath kMath, ConvTileKind kKind, class Tile>
void launch_planned(const ConvLaunch& l, const ConvProblem& problem, const Cut& cut) {
  constexpr ConvTile kPlanned = kConvTiles[int(kMath)][kKind];
  static_assert(kPlanned.m == Tile::kM && kPlanned.n == Tile::kN &&
                kPlanned.depth == Tile::kWords * Tile::kPerWord);
  launch_tile<Tile>(l, problem, cut);
}

}  // namespace tengen::cuda
