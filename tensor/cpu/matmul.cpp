// Matrix product: operands of any strides, batches, small and large. The work is cut by shape alone into
// chunks of the result; each chunk packs what it needs of operands that are not row-major and runs gemm.h on
// blocks of k.
#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/cpu/gemm.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/cpu/transpose.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// Multiply-adds that are worth handing to another thread.
constexpr int64_t kChunkWork = 1 << 19;
/// Rows of A up to which B's rows are read where they are; more rows than these repay a packed panel.
constexpr int64_t kFewRows = 32;
/// With fewer rows than a tile each element of B is used once: blocks of few rows of B, read one after the
/// other.
constexpr int64_t kShallowDepth = 16;

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

/// The chunk (i, j) of rows x cols of one product.
template <class T>
void chunk(const MatmulShape& s, const T* a, const T* b, T* out, int64_t i, int64_t rows, int64_t j,
           int64_t cols) {
  a += i * s.a_row;
  b += j * s.b_col;
  out += i * s.out_row + j * s.out_col;
  if (cols == 1 && (s.a_col == 1 || s.k == 1) && (s.b_row == 1 || s.k == 1))
    return matrix_vector(rows, s.k, a, s.a_row, b, out, s.out_row);

  Scratch& my = scratch();
  const bool in_place = s.out_col == 1 || cols == 1;
  T* result = in_place ? out : my.result.get<T>(rows * cols);
  const int64_t pitch = in_place ? s.out_row : cols;

  const bool pack_a = s.a_col != 1, pack_b = s.b_col != 1 || rows > kFewRows;
  const int64_t blocks = divide_up(s.k, rows < kTileRows ? kShallowDepth : kBlockDepth<T>);
  const int64_t depth = blocks ? divide_up(s.k, blocks) : 0;
  const int64_t panel = kTileCols<T>;
  T* packed_a = pack_a ? my.packed.get<T>(rows * depth) : nullptr;
  T* packed_b = pack_b ? my.panel.get<T>(depth * panel) : nullptr;
  int64_t* b_row = my.row.get<int64_t>(depth);
  for (int64_t p = 0; p < depth; ++p) b_row[p] = p * (pack_b ? panel : s.b_row);

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
    if (!pack_b) {
      multiply(product);
      continue;
    }
    product.b = packed_b;
    for (int64_t c = 0; c < cols; c += panel) {
      product.cols = min(panel, cols - c);
      product.out = result + c;
      pack(b + p * s.b_row + c * s.b_col, s.b_row, s.b_col, product.k, product.cols, packed_b, panel);
      multiply(product);
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
  // Chunks of the result: at most 256 rows and ten panels of columns, smaller where that gives threads more
  // to do.
  int64_t rows = min(s.m, 256), cols = min(s.n, 10 * kTileCols<T>);
  const int64_t want = min(32, s.batch * s.m * s.n * s.k / (2 * kChunkWork));
  while (s.batch * divide_up(s.m, rows) * divide_up(s.n, cols) < want) {
    if (rows > 2 * kTileRows && rows * 4 >= cols)
      rows = divide_up(rows / 2, kTileRows) * kTileRows;
    else if (cols > kTileCols<T>)
      cols = divide_up(cols / 2, kTileCols<T>) * kTileCols<T>;
    else if (rows > 2 * kTileRows)
      rows = divide_up(rows / 2, kTileRows) * kTileRows;
    else
      break;
  }
  const int64_t down = divide_up(s.m, rows), across = divide_up(s.n, cols);
  const int64_t work = rows * cols * (s.k + 8), grain = work >= kChunkWork ? 1 : divide_up(kChunkWork, work);
  parallel_ranges(s.batch * down * across, grain, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      int64_t j = index % across * cols, i = index / across % down * rows, n = index / across / down;
      chunk(s, a + n * s.a_batch, b + n * s.b_batch, out + n * s.out_batch, i, min(rows, s.m - i), j,
            min(cols, s.n - j));
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

void fill_matmul(Kernels& table) { table.matmul = matmul_any; }

}  // namespace tengen::cpu::TENGEN_ISA
