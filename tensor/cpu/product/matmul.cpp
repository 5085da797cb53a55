// Matrix product: operands of any strides, batches, small and large. The work is cut by shape alone into
// chunks of the result. Panels of B that several chunks need are packed first, for all; a chunk packs for
// itself what else it needs packed, and runs gemm.h on blocks of k.
#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/product/gemm.h>
#include <tengen/tensor/cpu/product/transpose.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// Multiply-adds that are worth handing to another thread.
constexpr int64_t kChunkWork = 1 << 19;
/// Rows of A up to which B's rows are read where they are; more rows than these repay a packed panel.
constexpr int64_t kFewRows = 32;
/// With fewer rows than a tile each element of B is used once: blocks of few rows of B, read one after the
/// other.
constexpr int64_t kShallowDepth = 16;
/// Elements of B up to which it is packed as a whole: that memory stays with the thread.
constexpr int64_t kMostShared = 1 << 24;

/// out (m,1) = a (m,k) * b (k,1), rows of a and b contiguous.
template <class T>
void matrix_vector(int64_t m, int64_t k, const T* a, int64_t a_row, const T* b, T* out, int64_t out_row) {
  using S = Simd<T>;
  constexpr int L = S::lanes;
  auto mask = S::mask(int(k % L));
  for (int64_t i = 0; i < m; ++i) {
    const T* row = a + i * a_row;
    typename S::V sum[4] = {};
    int64_t p = 0;
    for (; p + 4 * L <= k; p += 4 * L) {
      TENGEN_UNROLL
      for (int u = 0; u < 4; ++u) sum[u] = S::fma(S::load(row + p + u * L), S::load(b + p + u * L), sum[u]);
    }
    for (; p + L <= k; p += L) sum[0] = S::fma(S::load(row + p), S::load(b + p), sum[0]);
    if (p < k) sum[1] = S::fma(S::load(row + p, mask), S::load(b + p, mask), sum[1]);
    out[i * out_row] = S::sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
}

/// Packs the block of k that begins at row p of b (k,cols), panel after panel: (panel, row, kTileCols).
template <class T>
void pack_block(const MatmulShape& s, const T* b, int64_t p, int64_t depth, int64_t cols, T* packed) {
  const Panels<T> panels{cols};
  for (int64_t i = 0; i < panels.count; ++i, packed += depth * kTileCols<T>) {
    const int64_t c = panels.begin(i), width = panels.begin(i + 1) - c;
    pack(b + p * s.b_row + c * s.b_col, s.b_row, s.b_col, depth, width, packed, kTileCols<T>);
  }
}

/// One chunk of a product: out (rows,cols) = a (rows,k) * b (k,cols), by blocks of k of this depth. packed:
/// the blocks of b, one after the other, or null: then the chunk packs panels for itself if they repay it.
template <class T>
void chunk(const MatmulShape& s, const T* a, const T* b, const T* packed, T* out, int64_t rows, int64_t cols,
           int64_t depth) {
  if (cols == 1 && (s.a_col == 1 || s.k == 1) && (s.b_row == 1 || s.k == 1))
    return matrix_vector(rows, s.k, a, s.a_row, b, out, s.out_row);

  ThreadBuffers& my = thread_buffers();
  const bool in_place = s.out_col == 1 || cols == 1;
  T* result = in_place ? out : my.result.get<T>(rows * cols);
  const int64_t pitch = in_place ? s.out_row : cols;

  // A block of rows of a row-major A is copied too, so that it lies in one piece in the second-level cache:
  // rows that are a power of two apart would drive each other out.
  const bool pack_a = s.a_col != 1 || (depth < s.k && rows >= kFewRows && cols > 4 * kTileCols<T>);
  const bool pack_b = !packed && (s.b_col != 1 || rows > kFewRows);
  T* packed_a = pack_a ? my.packed.get<T>(rows * depth) : nullptr;
  T* panel = pack_b ? my.panel.get<T>(depth * kTileCols<T>) : nullptr;
  int64_t* b_row = my.row.get<int64_t>(depth);
  for (int64_t p = 0; p < depth; ++p) b_row[p] = p * (packed || pack_b ? kTileCols<T> : s.b_row);

  if (s.k == 0)
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < cols; ++c) result[r * pitch + c] = 0;
  for (int64_t p = 0; p < s.k; p += depth) {
    Product<T> product{.rows = rows,
                       .cols = cols,
                       .k = min(depth, s.k - p),
                       .a = a + p * s.a_col,
                       .a_pitch = s.a_row,
                       .b = b + p * s.b_row,
                       .b_row = b_row,
                       .out = result,
                       .out_pitch = pitch,
                       .accumulate = p > 0};
    if (pack_a) {
      pack(product.a, s.a_row, s.a_col, rows, product.k, packed_a, depth);
      product.a = packed_a;
      product.a_pitch = depth;
    }
    if (!packed && !pack_b) {
      multiply(product);
      continue;
    }
    const Panels<T> panels{cols};
    for (int64_t i = 0; i < panels.count; ++i) {
      const int64_t c = panels.begin(i);
      product.cols = panels.begin(i + 1) - c;
      product.out = result + c;
      if (packed) {
        product.b = packed;
        packed += product.k * kTileCols<T>;
        multiply(product, {packed, 1, product.k * kTileCols<T>});
      } else {
        product.b = panel;
        pack(b + p * s.b_row + c * s.b_col, s.b_row, s.b_col, product.k, product.cols, panel, kTileCols<T>);
        multiply(product);
      }
    }
  }
  if (!in_place)
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < cols; ++c) out[r * s.out_row + c * s.out_col] = result[r * cols + c];
}

template <class T>
void matmul(MatmulShape s, const T* a, const T* b, T* out) {
  if (s.batch == 0 || s.m == 0 || s.n == 0) return;
  if ((s.out_col != 1 && s.out_row == 1) || (s.m == 1 && s.n > 1 && s.b_row == 1) ||
      (s.n == 1 && s.m > 1 && s.a_row == 1)) {
    // out^T = b^T a^T: the result's contiguous dimension becomes its columns. And of vector times matrix and
    // matrix times vector the one is taken that reads the matrix along its rows.
    s = {.batch = s.batch,
         .m = s.n,
         .n = s.m,
         .k = s.k,
         .a_batch = s.b_batch,
         .a_row = s.b_col,
         .a_col = s.b_row,
         .b_batch = s.a_batch,
         .b_row = s.a_col,
         .b_col = s.a_row,
         .out_batch = s.out_batch,
         .out_row = s.out_col,
         .out_col = s.out_row};
    const T* t = a;
    a = b;
    b = t;
  }
  // Chunks of the result: at most 256 rows, whose block of A takes half of a 512 KB second-level cache, and
  // 22 panels of columns; smaller where that gives threads more to do. Up to eight chunks they need not be
  // worth much more than the hand-over, beyond that eight times as much: large ones are faster.
  const Panels<T> panels{s.n};
  int64_t rows = min(s.m, 256), wide = min(panels.count, 22);
  const int64_t worth = s.batch * s.m * s.n * s.k / (2 * kChunkWork);
  const int64_t want = min(16, max(min(8, worth), worth / 8));
  while (s.batch * divide_up(s.m, rows) * divide_up(panels.count, wide) < want) {
    if (rows > 2 * kTileRows && rows * 4 >= wide * kTileCols<T>)
      rows = divide_up(rows / 2, kTileRows) * kTileRows;
    else if (wide > 1)
      wide = divide_up(wide, 2);
    else if (rows > 2 * kTileRows)
      rows = divide_up(rows / 2, kTileRows) * kTileRows;
    else
      break;
  }
  const int64_t down = divide_up(s.m, rows), across = divide_up(panels.count, wide);
  const int64_t blocks = divide_up(s.k, rows < kTileRows ? kShallowDepth : kBlockDepth<T>);
  const int64_t depth = blocks ? divide_up(s.k, blocks) : 0;
  auto column = [&](int64_t c) { return panels.begin(min(c * wide, panels.count)); };

  // Chunks of the same columns share these, packed: (column of chunks, block of k, panel, row, kTileCols).
  const bool share = s.batch == 1 && down > 1 && s.m > kFewRows && s.k > 0 && s.k * s.n <= kMostShared;
  T* shared = share ? thread_buffers().weights.get<T>(s.k * panels.count * kTileCols<T>) : nullptr;
  auto packed = [&](int64_t c) { return share ? shared + s.k * c * wide * kTileCols<T> : nullptr; };
  auto pack_shared = [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const int64_t c = index / blocks, p = index % blocks * depth, j = column(c);
      pack_block(s, b + j * s.b_col, p, min(depth, s.k - p), column(c + 1) - j,
                 packed(c) + p * min(wide, panels.count - c * wide) * kTileCols<T>);
    }
  };
  if (share)
    parallel_ranges(across * blocks, divide_up(kGrainSize, depth * wide * kTileCols<T>), pack_shared);

  const int64_t work = rows * wide * kTileCols<T> * (s.k + 8);
  const int64_t grain = work >= kChunkWork ? 1 : divide_up(kChunkWork, work);
  parallel_ranges(s.batch * down * across, grain, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const int64_t c = index % across, i = index / across % down * rows, n = index / across / down;
      const int64_t j = column(c);
      chunk(s, a + n * s.a_batch + i * s.a_row, b + n * s.b_batch + j * s.b_col, packed(c),
            out + n * s.out_batch + i * s.out_row + j * s.out_col, min(rows, s.m - i), column(c + 1) - j,
            depth);
    }
  });
}

template <class T>
void matmul(const MatmulShape& shape, const void* a, const void* b, void* out) {
  matmul(shape, static_cast<const T*>(a), static_cast<const T*>(b), static_cast<T*>(out));
}

void matmul_any(Dtype dtype, const MatmulShape& shape, const void* a, const void* b, void* out) {
  dtype == kDouble ? matmul<double>(shape, a, b, out) : matmul<float>(shape, a, b, out);
}

}  // namespace

void add_matmul_kernels(Kernels& table) { table.matmul = matmul_any; }

}  // namespace tengen::cpu::TENGEN_ISA
