// Softmax and its logarithm over the rows of (rows, size) data. All are bound by memory: a row is read once
// where registers or shared memory hold it.
#include <tengen/cuda/kernels/common/rows.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

// ---- short rows: registers -----------------------------------------------------------------------------
template <class Shape, class T>
__global__ void softmax_short(int64_t rows, int size, const T* in, T* out, bool log) {
  const int64_t row = Shape::row();
  if (row >= rows) size = 0;  // the lanes of a warp stay together
  T x[Shape::kCount];
  Shape::load(x, in + row * size, size, T(-INFINITY));
  T most = T(-INFINITY);
#pragma unroll
  for (T value : x) most = Larger()(most, value);
  most = Shape::reduce(most, Larger());
  // All -inf: NaN, as (-inf) - (-inf) is. A NaN comes back in the sum.
  T total = 0;
#pragma unroll
  for (int k = 0; k < Shape::kCount; ++k) {
    x[k] -= most;
    const T power = pw::exp(x[k]);
    if (Shape::holds(k, size)) total += power;
    if (!log) x[k] = power;
  }
  total = Shape::sum(total);
  const T all = pw::log(total), share = 1 / total;
#pragma unroll
  for (T& value : x) value = log ? value - all : value * share;
  Shape::store(out + row * size, x, size);
}

template <class Shape, class T>
__global__ void softmax_grad_short(int64_t rows, int size, const T* grad_out, const T* out, T* grad_in,
                                   bool log) {
  const int64_t row = Shape::row();
  if (row >= rows) size = 0;
  T g[Shape::kCount], y[Shape::kCount], total = 0;
  Shape::load(g, grad_out + row * size, size, T(0));
  Shape::load(y, out + row * size, size, T(0));
#pragma unroll
  for (int k = 0; k < Shape::kCount; ++k) total += log ? g[k] : g[k] * y[k];
  total = Shape::sum(total);
#pragma unroll
  for (int k = 0; k < Shape::kCount; ++k) g[k] = log ? g[k] - pw::exp(y[k]) * total : y[k] * (g[k] - total);
  Shape::store(grad_in + row * size, g, size);
}

// ---- long rows: a block each ---------------------------------------------------------------------------
// Maximum and sum of exponentials in one pass: the sum is rescaled when the maximum grows (Milakov and
// Gimelshein 2018, "Online normalizer calculation for softmax").
template <int kWidth, class T>
__global__ void softmax_long(int64_t size, const T* in, T* out, bool log, bool keep) {
  const T* x = in + blockIdx.x * size;
  T* y = out + blockIdx.x * size;
  T *kept = dynamic_shared<T>(), most = T(-INFINITY), total = 0;
  each_of_row<kWidth>(
      size,
      [&](int64_t at, const Vector<T, kWidth>& vector) {
        if (keep) store_vector(kept + at, vector);
        T now = most;
        for (T value : vector.values) now = Larger()(now, value);
        if (now > most) total *= pw::exp(most - now), most = now;
        for (T value : vector.values)
          if (value != T(-INFINITY)) total += pw::exp(value - most);
      },
      x);
  const T top = block_reduce(most, Larger(), T(-INFINITY));
  if (most < top) total *= pw::exp(most - top);
  total = block_sum(total);
  const T all = pw::log(total), share = 1 / total;
  // A thread reads of the kept row what it stored itself.
  each_of_row<kWidth>(
      size,
      [&](int64_t at, Vector<T, kWidth> vector) {
        for (T& value : vector.values) value = log ? value - top - all : pw::exp(value - top) * share;
        store_vector(y + at, vector);
      },
      keep ? kept : x);
}

template <int kWidth, class T>
__global__ void softmax_grad_long(int64_t size, const T* grad_out, const T* out, T* grad_in, bool log,
                                  bool keep) {
  const T *g = grad_out + blockIdx.x * size, *y = out + blockIdx.x * size;
  T *dx = grad_in + blockIdx.x * size, *kept = dynamic_shared<T>(), total = 0;
  using Values = Vector<T, kWidth>;
  each_of_row<kWidth>(
      size,
      [&](int64_t at, const Values& grad, const Values& value) {
        if (keep) store_vector(kept + at, grad), store_vector(kept + size + at, value);
        for (int k = 0; k < kWidth; ++k) total += log ? grad.values[k] : grad.values[k] * value.values[k];
      },
      g, y);
  total = block_sum(total);
  each_of_row<kWidth>(
      size,
      [&](int64_t at, Values grad, const Values& value) {
        for (int k = 0; k < kWidth; ++k)
          grad.values[k] = log ? grad.values[k] - pw::exp(value.values[k]) * total
                               : value.values[k] * (grad.values[k] - total);
        store_vector(dx + at, grad);
      },
      keep ? kept : g, keep ? kept + size : y);
}

// ---- the table's functions -----------------------------------------------------------------------------
template <class T>
void run(int64_t rows, int64_t size, const T* in, T* out, bool log) {
  const bool packs = rows_in_packs<T>(size, in, out);
  if (with_row_shape<T>(size, packs, [&](auto shape) {
        using Shape = decltype(shape);
        launch("softmax", softmax_short<Shape, T>, grid_of_rows<Shape>(rows), kThreads, 0, rows, int(size),
               in, out, log);
      }))
    return;
  const BlockRow block = block_row(size_t(size) * sizeof(T));
  with_width<T>(packs, [&](auto width) {
    launch("softmax", softmax_long<decltype(width)::value, T>, dim3(unsigned(rows)), block.threads,
           block.shared, size, in, out, log, block.shared > 0);
  });
}

template <class T>
void run_grad(int64_t rows, int64_t size, const T* grad_out, const T* out, T* grad_in, bool log) {
  const bool packs = rows_in_packs<T>(size, grad_out, out, grad_in);
  if (with_row_shape<T>(size, packs, [&](auto shape) {
        using Shape = decltype(shape);
        launch("softmax_grad", softmax_grad_short<Shape, T>, grid_of_rows<Shape>(rows), kThreads, 0, rows,
               int(size), grad_out, out, grad_in, log);
      }))
    return;
  const BlockRow block = block_row(2 * size_t(size) * sizeof(T));
  with_width<T>(packs, [&](auto width) {
    launch("softmax_grad", softmax_grad_long<decltype(width)::value, T>, dim3(unsigned(rows)), block.threads,
           block.shared, size, grad_out, out, grad_in, log, block.shared > 0);
  });
}

}  // namespace

void add_softmax_kernels(Kernels& table) {
  table.softmax = [](Dtype dtype, int64_t rows, int64_t size, const void* in, void* out, bool log) {
    if (rows == 0 || size == 0) return;
    with_real_type(dtype, "softmax", [&](auto zero) {
      using T = decltype(zero);
      run(rows, size, static_cast<const T*>(in), static_cast<T*>(out), log);
    });
  };
  table.softmax_grad = [](Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* out,
                          void* grad_in, bool log) {
    if (rows == 0 || size == 0) return;
    with_real_type(dtype, "softmax_grad", [&](auto zero) {
      using T = decltype(zero);
      run_grad(rows, size, static_cast<const T*>(grad_out), static_cast<const T*>(out),
               static_cast<T*>(grad_in), log);
    });
  };
}

}  // namespace tengen::cuda
