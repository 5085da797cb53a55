// Layer normalisation over the rows of (rows, size) data. The variance is taken about the mean in a second
// pass over the row, which registers or shared memory hold.
#include <tengen/cuda/kernels/norm/channels.h>
#include <tengen/cuda/kernels/norm/norm.h>

namespace tengen::cuda {
namespace {

/// The row's (x - mean) * invstd * weight + bias; weight and bias (size) may be null.
template <int kWidth, class T>
__device__ void normalise(Vector<T, kWidth>& x, int64_t place, T mean, T invstd, const T* weight,
                          const T* bias) {
  for (T& value : x.values) value = (value - mean) * invstd;
  if (weight) {
    const auto w = load_vector<kWidth>(weight + place);
    for (int i = 0; i < kWidth; ++i) x.values[i] *= w.values[i];
  }
  if (bias) {
    const auto b = load_vector<kWidth>(bias + place);
    for (int i = 0; i < kWidth; ++i) x.values[i] += b.values[i];
  }
}

template <class T>
__device__ T invstd_of(T squares, int64_t size, double eps) {
  return T(1 / ::sqrt(double(squares) / double(size) + eps));
}

/// The gradient of a row's input is a*g + b*(x - mean) + d, where g is the gradient times the weight.
template <class T>
struct RowGrad {
  T mean, a, b, d;
  __device__ RowGrad(T mean, T invstd, T sum_g, T sum_gx, int64_t size)
      : mean(mean),
        a(invstd),
        b(-invstd * invstd * invstd * sum_gx / T(size)),
        d(-invstd * sum_g / T(size)) {}
  __device__ T operator()(T g, T x) const { return fused(g, a, fused(x - mean, b, d)); }
};

// ---- short rows: registers -----------------------------------------------------------------------------
template <class Shape, class T>
__global__ void layer_norm_short(int64_t rows, int size, const T* in, const T* weight, const T* bias,
                                 double eps, T* out, T* mean, T* invstd) {
  const int64_t row = Shape::row();
  const bool real = row < rows;
  if (!real) size = 0;  // the lanes of a warp stay together
  T x[Shape::kCount], total = 0, rest = 0, squares = 0;
  Shape::load(x, in + row * size, size, T(0));
#pragma unroll
  for (T value : x) total += value;
  T m = Shape::sum(total) / T(size);
#pragma unroll
  for (int k = 0; k < Shape::kCount; ++k)
    if (Shape::holds(k, size)) {
      const T d = x[k] - m;
      rest += d;
      squares = fused(d, d, squares);
    }
  rest = Shape::sum(rest) / T(size);
  m += rest;
  const T inverse = invstd_of(Shape::sum(squares) - rest * rest * T(size), size, eps);
  if (real && Shape::lane() == 0) mean[row] = m, invstd[row] = inverse;
  Shape::each(size, [&](int k, int place) {
    Vector<T, Shape::kWidth> vector;
    for (int j = 0; j < Shape::kWidth; ++j) vector.values[j] = x[k + j];
    normalise(vector, place, m, inverse, weight, bias);
    store_vector(out + row * size + place, vector);
  });
}

template <class Shape, class T>
__global__ void layer_norm_grad_short(int64_t rows, int size, const T* grad_out, const T* in, const T* mean,
                                      const T* invstd, const T* weight, T* grad_in) {
  const int64_t row = Shape::row();
  const bool real = row < rows;
  if (!real) size = 0;
  T g[Shape::kCount], x[Shape::kCount], sum_g = 0, sum_gx = 0;
  const T m = real ? mean[row] : 0, inverse = real ? invstd[row] : 0;
  Shape::load(g, grad_out + row * size, size, T(0));
  Shape::load(x, in + row * size, size, m);
  if (weight)
    Shape::each(size, [&](int k, int place) {
      const auto w = load_vector<Shape::kWidth>(weight + place);
      for (int j = 0; j < Shape::kWidth; ++j) g[k + j] *= w.values[j];
    });
#pragma unroll
  for (int k = 0; k < Shape::kCount; ++k) {
    sum_g += g[k];
    sum_gx = fused(g[k], x[k] - m, sum_gx);
  }
  const T all_g = Shape::sum(sum_g), all_gx = Shape::sum(sum_gx);
  const RowGrad<T> map(m, inverse, all_g, all_gx, size);
#pragma unroll
  for (int k = 0; k < Shape::kCount; ++k) g[k] = map(g[k], x[k]);
  Shape::store(grad_in + row * size, g, size);
}

// ---- long rows: a block each ---------------------------------------------------------------------------
template <int kWidth, class T>
__global__ void layer_norm_long(int64_t size, const T* in, const T* weight, const T* bias, double eps, T* out,
                                T* mean, T* invstd, bool keep) {
  using Values = Vector<T, kWidth>;
  const T* x = in + blockIdx.x * size;
  T *y = out + blockIdx.x * size, *kept = dynamic_shared<T>(), total = 0, rest = 0, squares = 0;
  each_of_row<kWidth>(
      size,
      [&](int64_t place, const Values& vector) {
        if (keep) store_vector(kept + place, vector);
        for (T value : vector.values) total += value;
      },
      x);
  T m = T(block_sum(double(total)) / double(size));
  const T* again = keep ? kept : x;  // a thread reads of the kept row what it stored itself
  each_of_row<kWidth>(
      size,
      [&](int64_t, const Values& vector) {
        for (T value : vector.values) {
          const T d = value - m;
          rest += d;
          squares = fused(d, d, squares);
        }
      },
      again);
  const double about = block_sum(double(rest)) / double(size);
  m = T(double(m) + about);
  const T inverse = invstd_of(T(block_sum(double(squares)) - about * about * double(size)), size, eps);
  if (threadIdx.x == 0) mean[blockIdx.x] = m, invstd[blockIdx.x] = inverse;
  each_of_row<kWidth>(
      size,
      [&](int64_t place, Values vector) {
        normalise(vector, place, m, inverse, weight, bias);
        store_vector(y + place, vector);
      },
      again);
}

template <int kWidth, class T>
__global__ void layer_norm_grad_long(int64_t size, const T* grad_out, const T* in, const T* mean,
                                     const T* invstd, const T* weight, T* grad_in, bool keep) {
  using Values = Vector<T, kWidth>;
  const T *g = grad_out + blockIdx.x * size, *x = in + blockIdx.x * size, m = mean[blockIdx.x];
  T *dx = grad_in + blockIdx.x * size, *kept = dynamic_shared<T>(), sum_g = 0, sum_gx = 0;
  const auto weighted = [&](Values grad, int64_t place) {
    if (weight) {
      const auto w = load_vector<kWidth>(weight + place);
      for (int i = 0; i < kWidth; ++i) grad.values[i] *= w.values[i];
    }
    return grad;
  };
  each_of_row<kWidth>(
      size,
      [&](int64_t place, const Values& given, const Values& value) {
        const Values grad = weighted(given, place);
        if (keep) store_vector(kept + place, grad), store_vector(kept + size + place, value);
        for (int i = 0; i < kWidth; ++i) {
          sum_g += grad.values[i];
          sum_gx = fused(grad.values[i], value.values[i] - m, sum_gx);
        }
      },
      g, x);
  const T all_g = T(block_sum(double(sum_g))), all_gx = T(block_sum(double(sum_gx)));
  const RowGrad<T> map(m, invstd[blockIdx.x], all_g, all_gx, size);
  each_of_row<kWidth>(
      size,
      [&](int64_t place, Values grad, const Values& value) {
        if (!keep) grad = weighted(grad, place);
        for (int i = 0; i < kWidth; ++i) grad.values[i] = map(grad.values[i], value.values[i]);
        store_vector(dx + place, grad);
      },
      keep ? kept : g, keep ? kept + size : x);
}

// ---- the gradients of weight and bias: sums over the columns -------------------------------------------
template <class T>
__global__ void parameter_sums(int64_t rows, int64_t columns, Parts cut, const T* grad_out, const T* in,
                               const T* mean, const T* invstd, double* sums /* (columns, parts, 2) */) {
  const ColumnPart mine(rows, cut);
  T g = 0, gx = 0;
  if (mine.column < columns)
#pragma unroll 4
    for (int64_t r = mine.begin; r < mine.end; r += kColumnRows) {
      const T value = grad_out[r * columns + mine.column];
      g += value;
      gx = fused(value, (in[r * columns + mine.column] - mean[r]) * invstd[r], gx);
    }
  const double all_g = column_sum(double(g)), all_gx = column_sum(double(gx));
  if (threadIdx.x >= kColumns || mine.column >= columns) return;
  sums += (mine.column * cut.parts + mine.part) * 2;
  sums[0] = all_g, sums[1] = all_gx;
}

template <class T>
__global__ void join_parameter_sums(int64_t columns, int64_t parts, const double* sums, T* grad_weight,
                                    T* grad_bias) {
  const int64_t c = global_index() / kWarp;
  if (c >= columns) return;
  sums += c * parts * 2;
  const double g = sum_parts(sums, parts, 2), gx = sum_parts(sums + 1, parts, 2);
  if (threadIdx.x % kWarp != 0) return;
  if (grad_weight) grad_weight[c] = T(gx);
  if (grad_bias) grad_bias[c] = T(g);
}

template <class T>
void run(int64_t rows, int64_t size, const T* in, const T* weight, const T* bias, double eps, T* out, T* mean,
         T* invstd) {
  const char* what = "layer_norm";
  const bool packs = rows_in_packs<T>(size, in, weight, bias, out);
  if (with_row_shape<T>(size, packs, [&](auto shape) {
        using Shape = decltype(shape);
        launch(what, layer_norm_short<Shape, T>, grid_of_rows<Shape>(rows), kThreads, 0, rows, int(size), in,
               weight, bias, eps, out, mean, invstd);
      }))
    return;
  const BlockRow block = block_row(size_t(size) * sizeof(T));
  with_width<T>(packs, [&](auto width) {
    launch(what, layer_norm_long<decltype(width)::value, T>, dim3(unsigned(rows)), block.threads,
           block.shared, size, in, weight, bias, eps, out, mean, invstd, block.shared > 0);
  });
}

template <class T>
void run_grad(int64_t rows, int64_t size, const T* grad_out, const T* in, const T* mean, const T* invstd,
              const T* weight, T* grad_in) {
  const char* what = "layer_norm_grad";
  const bool packs = rows_in_packs<T>(size, grad_out, in, weight, grad_in);
  if (with_row_shape<T>(size, packs, [&](auto shape) {
        using Shape = decltype(shape);
        launch(what, layer_norm_grad_short<Shape, T>, grid_of_rows<Shape>(rows), kThreads, 0, rows, int(size),
               grad_out, in, mean, invstd, weight, grad_in);
      }))
    return;
  const BlockRow block = block_row(2 * size_t(size) * sizeof(T));
  with_width<T>(packs, [&](auto width) {
    launch(what, layer_norm_grad_long<decltype(width)::value, T>, dim3(unsigned(rows)), block.threads,
           block.shared, size, grad_out, in, mean, invstd, weight, grad_in, block.shared > 0);
  });
}

}  // namespace

void layer_norm(Dtype dtype, int64_t rows, int64_t size, const void* in, const void* weight, const void* bias,
                double eps, void* out, void* mean, void* invstd) {
  if (rows == 0 || size == 0) return;
  with_real_type(dtype, "layer_norm", [&](auto zero) {
    using T = decltype(zero);
    run(rows, size, static_cast<const T*>(in), static_cast<const T*>(weight), static_cast<const T*>(bias),
        eps, static_cast<T*>(out), static_cast<T*>(mean), static_cast<T*>(invstd));
  });
}

void layer_norm_grad(Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* in,
                     const void* mean, const void* invstd, const void* weight, void* grad_in,
                     void* grad_weight, void* grad_bias) {
  if (size == 0) return;
  with_real_type(dtype, "layer_norm_grad", [&](auto zero) {
    using T = decltype(zero);
    const T *g = static_cast<const T*>(grad_out), *x = static_cast<const T*>(in);
    const T *m = static_cast<const T*>(mean), *inverse = static_cast<const T*>(invstd);
    if (grad_in && rows > 0)
      run_grad(rows, size, g, x, m, inverse, static_cast<const T*>(weight), static_cast<T*>(grad_in));
    if (!grad_weight && !grad_bias) return;
    const Parts cut = cut_columns(rows);
    const DeviceScratch sums(size_t(size * cut.parts) * 2 * sizeof(double));
    launch("layer_norm_grad", parameter_sums<T>, grid_of_columns(size, cut.parts), kThreads, 0, rows, size,
           cut, g, x, m, inverse, sums.as<double>());
    launch("layer_norm_grad", join_parameter_sums<T>, grid_for(size * kWarp), kThreads, 0, size, cut.parts,
           sums.as<double>(), static_cast<T*>(grad_weight), static_cast<T*>(grad_bias));
  });
}

}  // namespace tengen::cuda
