// Batch normalisation over (outer, channels, inner) data: the statistics of each channel, then one pass over
// all elements that applies them.
#include <tengen/cuda/kernels/families.h>
#include <tengen/cuda/kernels/norm/channels.h>
#include <tengen/cuda/kernels/norm/norm.h>

namespace tengen::cuda {
namespace {

template <class T>
__device__ T at(const T* values, int64_t i, T otherwise) {
  return values ? values[i] : otherwise;
}

// ---- mean and variance ---------------------------------------------------------------------------------
/// A thread's sums over differences to its first element: close enough to the mean that the variance does
/// not cancel (Chan, Golub, LeVeque 1983).
template <class T>
struct Deviations {
  T origin = 0, sum = 0, squares = 0;
  int count = 0;

  template <int kWidth>
  __device__ void add(const Vector<T, kWidth>& vector) {
    if (count == 0) origin = vector.values[0];
    count += kWidth;
#pragma unroll
    for (T value : vector.values) {
      const T d = value - origin;
      sum += d;
      squares = fused(d, d, squares);
    }
  }
  __device__ double total() const { return double(origin) * double(count) + double(sum); }
  /// The sum of squared differences to another mean.
  __device__ double squares_about(double mean) const {
    const double shift = double(origin) - mean;
    return double(squares) + shift * (2 * double(sum) + shift * double(count));
  }
};

/// The numbers of a part: how many elements, their mean and the sum of squared differences to it.
constexpr int kMoments = 3;

/// The results for channel c from its count, sum and sum of squared deviations.
template <class T>
struct Statistics {
  double eps;
  T *mean, *var, *invstd;

  __device__ void set(int64_t c, double count, double average, double squares) const {
    const double variance = squares / count;
    mean[c] = T(average);
    var[c] = T(variance);
    invstd[c] = variance + eps == 0 ? T(0) : T(1 / ::sqrt(variance + eps));
  }
};

/// sum(value) adds over the threads that share a channel; what is found goes to `moments`, or where there is
/// one part only to `results`.
template <class T, class Sum>
__device__ void finish_part(const Deviations<T>& own, const Sum& sum, int64_t c, int64_t part, int64_t parts,
                            bool writes, double* moments, const Statistics<T>& results) {
  const double count = sum(double(own.count));
  const double mean = sum(own.total()) / (count > 0 ? count : 1);
  const double squares = sum(own.squares_about(mean));
  if (!writes) return;
  if (parts == 1) return results.set(c, count, mean, squares);
  moments += (c * parts + part) * kMoments;
  moments[0] = count, moments[1] = mean, moments[2] = squares;
}

template <int kWidth, class T>
__global__ void plane_moments(ChannelShape s, Parts cut, const T* in, double* moments,
                              Statistics<T> results) {
  unsigned c = blockIdx.x;
  const unsigned part = cut.by_parts.split(c);
  Deviations<T> own;
  each_of_part<kWidth>(
      s, c, part, cut.size, [&](const Vector<T, kWidth>& vector) { own.add(vector); }, in);
  finish_part(
      own, [](double value) { return block_sum(value); }, c, part, cut.parts, threadIdx.x == 0, moments,
      results);
}

template <class T>
__global__ void column_moments(int64_t rows, int64_t columns, Parts cut, const T* in, double* moments,
                               Statistics<T> results) {
  const ColumnPart mine(rows, cut);
  Deviations<T> own;
  if (mine.column < columns)
#pragma unroll 4
    for (int64_t r = mine.begin; r < mine.end; r += kColumnRows)
      own.add(load_vector<1>(in + r * columns + mine.column));
  finish_part(
      own, [](double value) { return column_sum(value); }, mine.column, mine.part, cut.parts,
      threadIdx.x < kColumns && mine.column < columns, moments, results);
}

/// A warp for each channel.
template <class T>
__global__ void join_moments(int64_t channels, int64_t parts, const double* moments, Statistics<T> results) {
  const int64_t c = global_index() / kWarp;
  if (c >= channels) return;
  moments += c * parts * kMoments;
  double count = 0, total = 0, squares = 0;
  for (int64_t i = threadIdx.x % kWarp; i < parts; i += kWarp) {
    count += moments[i * kMoments];
    total += moments[i * kMoments] * moments[i * kMoments + 1];
  }
  count = warp_reduce(count, Add());
  const double mean = warp_reduce(total, Add()) / count;
  for (int64_t i = threadIdx.x % kWarp; i < parts; i += kWarp) {
    const double shift = moments[i * kMoments + 1] - mean;
    squares += moments[i * kMoments + 2] + moments[i * kMoments] * shift * shift;
  }
  squares = warp_reduce(squares, Add());
  if (threadIdx.x % kWarp == 0) results.set(c, count, mean, squares);
}

// ---- the pass over all elements ------------------------------------------------------------------------
/// out = fused(in - mean, scale, shift), of one channel.
template <class T>
struct Affine {
  T mean, scale, shift;
  __device__ T operator()(T x) const { return fused(x - mean, scale, shift); }
};
/// The Affine of every channel; weight and bias may be null.
template <class T>
struct Normalisation {
  const T *mean, *invstd, *weight, *bias;
  __device__ Affine<T> of(int64_t c) const {
    return {mean[c], invstd[c] * at<T>(weight, c, 1), at<T>(bias, c, 0)};
  }
};

/// The channels of a run of elements in the order of memory.
struct ChannelWalk {
  int64_t channels, inner, c, left;  // left: elements until the channel changes

  __device__ ChannelWalk(const ChannelShape& s, int64_t at) : channels(s.channels), inner(s.inner) {
    left = inner - s.by_inner.split(at);
    c = s.by_channels.split(at);
  }
  /// Goes on by an element; whether the channel changed.
  __device__ bool step() {
    if (--left > 0) return false;
    left = inner;
    if (++c == channels) c = 0;
    return true;
  }
};

/// out[i] = map.of(channel of i)(in[i], others[i]...), a pack of kWidth elements per thread, whatever
/// channels it spans.
template <int kWidth, class T, class Map, class... Others>
__global__ void map_channels(ChannelShape s, int64_t total, Map map, T* out, const T* in,
                             const Others*... others) {
  const int64_t begin = global_index() * kWidth;
  if (begin >= total) return;
  ChannelWalk walk(s, begin);
  auto f = map.of(walk.c);
  if (begin + kWidth > total) {
    for (int64_t i = begin; i < total; ++i) {
      out[i] = f(in[i], others[i]...);
      if (walk.step()) f = map.of(walk.c);
    }
    return;
  }
  Vector<T, kWidth> result, x = load_vector<kWidth>(in + begin);
  const auto apply = [&](const auto&... ys) {
#pragma unroll
    for (int i = 0; i < kWidth; ++i) {
      result.values[i] = f(x.values[i], ys.values[i]...);
      if (walk.step() && i + 1 < kWidth) f = map.of(walk.c);
    }
  };
  apply(load_vector<kWidth>(others + begin)...);
  store_vector(out + begin, result);
}

template <class T, class Map, class... Others>
void run_map(const char* what, const ChannelShape& s, const Map& map, T* out, const T* in,
             const Others*... others) {
  const int64_t total = s.outer * s.channels * s.inner;
  with_width<T>(is_aligned(out) && is_aligned(in) && (is_aligned(others) && ...), [&](auto width) {
    constexpr int kWidth = decltype(width)::value;
    launch(what, map_channels<kWidth, T, Map, Others...>, grid_for(divide_up(total, kWidth)), kThreads, 0, s,
           total, map, out, in, others...);
  });
}

// ---- gradients -----------------------------------------------------------------------------------------
/// A gradient that has passed back through the activation behind, whose input is computed anew.
template <class T>
struct BeforeActivation {
  Activation activation;
  Affine<T> affine;
  __device__ T operator()(T grad, T x) const {
    const T* const no_params = nullptr;
    if (activation == Activation::ReLU) return formula::relu_grad(grad, affine(x), no_params);
    if (activation == Activation::SiLU) return formula::silu_grad(grad, affine(x), no_params);
    return grad;
  }
};

/// The gradient of the input is a*g + b*(x - mean) + d, which is w/std * (g - mean(g) - xhat * mean(g *
/// xhat)).
template <class T>
struct GradMap {
  Activation activation;
  Normalisation<T> normalisation;
  const T* factors;  // (channels, 3): a, b, d

  struct Of {
    BeforeActivation<T> before;
    T a, b, d;
    __device__ T operator()(T x, T grad) const {
      return fused(before(grad, x), a, fused(x - before.affine.mean, b, d));
    }
  };
  __device__ Of of(int64_t c) const {
    return {{activation, normalisation.of(c)}, factors[3 * c], factors[3 * c + 1], factors[3 * c + 2]};
  }
};

/// What becomes of a channel's sums over g and over g * (x - mean).
template <class T>
struct GradResults {
  double count;
  Normalisation<T> normalisation;
  T *grad_weight, *grad_bias, *factors;

  __device__ void set(int64_t c, double g, double gx) const {
    const double invstd = normalisation.invstd[c], weight = at<T>(normalisation.weight, c, 1);
    if (grad_weight) grad_weight[c] = T(gx * invstd);
    if (grad_bias) grad_bias[c] = T(g);
    if (!factors) return;
    factors[3 * c] = T(weight * invstd);
    factors[3 * c + 1] = T(-weight * invstd * invstd * invstd * gx / count);
    factors[3 * c + 2] = T(-weight * invstd * g / count);
  }
};
/// The numbers of a part: the two sums.
constexpr int kGradSums = 2;

template <class T>
__device__ void finish_grad_part(double g, double gx, int64_t c, int64_t part, int64_t parts, double* sums,
                                 const GradResults<T>& results) {
  if (parts == 1) return results.set(c, g, gx);
  sums += (c * parts + part) * kGradSums;
  sums[0] = g, sums[1] = gx;
}

template <int kWidth, class T>
__global__ void plane_grad_sums(ChannelShape s, Parts cut, Activation activation, const T* grad_out,
                                const T* in, double* sums, GradResults<T> results) {
  unsigned c = blockIdx.x;
  const unsigned part = cut.by_parts.split(c);
  const BeforeActivation<T> before{activation, results.normalisation.of(c)};
  T g = 0, gx = 0;
  each_of_part<kWidth>(
      s, c, part, cut.size,
      [&](const Vector<T, kWidth>& x, const Vector<T, kWidth>& grad) {
        for (int i = 0; i < kWidth; ++i) {
          const T value = before(grad.values[i], x.values[i]);
          g += value;
          gx = fused(value, x.values[i] - before.affine.mean, gx);
        }
      },
      in, grad_out);
  const double all_g = block_sum(double(g)), all_gx = block_sum(double(gx));
  if (threadIdx.x == 0) finish_grad_part(all_g, all_gx, c, part, cut.parts, sums, results);
}

template <class T>
__global__ void column_grad_sums(int64_t rows, int64_t columns, Parts cut, const T* grad_out, const T* in,
                                 double* sums, GradResults<T> results) {
  const ColumnPart mine(rows, cut);
  T g = 0, gx = 0;
  if (mine.column < columns) {
    const T mean = results.normalisation.mean[mine.column];
#pragma unroll 4
    for (int64_t r = mine.begin; r < mine.end; r += kColumnRows) {
      const T value = grad_out[r * columns + mine.column];
      g += value;
      gx = fused(value, in[r * columns + mine.column] - mean, gx);
    }
  }
  const double all_g = column_sum(double(g)), all_gx = column_sum(double(gx));
  if (threadIdx.x < kColumns && mine.column < columns)
    finish_grad_part(all_g, all_gx, mine.column, mine.part, cut.parts, sums, results);
}

template <class T>
__global__ void join_grad_sums(int64_t channels, int64_t parts, const double* sums, GradResults<T> results) {
  const int64_t c = global_index() / kWarp;
  if (c >= channels) return;
  sums += c * parts * kGradSums;
  const double g = sum_parts(sums, parts, kGradSums), gx = sum_parts(sums + 1, parts, kGradSums);
  if (threadIdx.x % kWarp == 0) results.set(c, g, gx);
}

// ---- the table's functions -----------------------------------------------------------------------------
template <class T>
void statistics(const ChannelShape& s, const T* in, const Statistics<T>& results) {
  const bool columns = s.inner == 1;
  const Parts cut = columns ? cut_columns(s.outer) : cut_planes(s);
  const DeviceScratch scratch(cut.parts > 1 ? size_t(s.channels * cut.parts) * kMoments * sizeof(double) : 0);
  double* moments = scratch.as<double>();
  if (columns)
    launch("batch_norm", column_moments<T>, grid_of_columns(s.channels, cut.parts), kThreads, 0, s.outer,
           s.channels, cut, in, moments, results);
  else
    with_width<T>(rows_in_packs<T>(s.inner, in), [&](auto width) {
      launch("batch_norm", plane_moments<decltype(width)::value, T>, dim3(unsigned(s.channels * cut.parts)),
             kThreads, 0, s, cut, in, moments, results);
    });
  if (cut.parts > 1)
    launch("batch_norm", join_moments<T>, grid_for(s.channels * kWarp), kThreads, 0, s.channels, cut.parts,
           moments, results);
}

template <class T>
void grad_sums(const ChannelShape& s, Activation activation, const T* grad_out, const T* in,
               const GradResults<T>& results) {
  const char* what = "batch_norm_grad";
  const bool columns = s.inner == 1 && activation == Activation::None;
  const Parts cut = columns ? cut_columns(s.outer) : cut_planes(s);
  const DeviceScratch scratch(cut.parts > 1 ? size_t(s.channels * cut.parts) * kGradSums * sizeof(double)
                                            : 0);
  double* sums = scratch.as<double>();
  if (columns)
    launch(what, column_grad_sums<T>, grid_of_columns(s.channels, cut.parts), kThreads, 0, s.outer,
           s.channels, cut, grad_out, in, sums, results);
  else
    with_width<T>(rows_in_packs<T>(s.inner, in, grad_out), [&](auto width) {
      launch(what, plane_grad_sums<decltype(width)::value, T>, dim3(unsigned(s.channels * cut.parts)),
             kThreads, 0, s, cut, activation, grad_out, in, sums, results);
    });
  if (cut.parts > 1)
    launch(what, join_grad_sums<T>, grid_for(s.channels * kWarp), kThreads, 0, s.channels, cut.parts, sums,
           results);
}

template <class T>
Normalisation<T> normalisation(const void* mean, const void* invstd, const void* weight, const void* bias) {
  return {static_cast<const T*>(mean), static_cast<const T*>(invstd), static_cast<const T*>(weight),
          static_cast<const T*>(bias)};
}

void batch_norm_apply(Dtype dtype, const NormShape& shape, const void* in, const void* mean,
                      const void* invstd, const void* weight, const void* bias, void* out) {
  with_real_type(dtype, "batch_norm", [&](auto zero) {
    using T = decltype(zero);
    run_map("batch_norm", ChannelShape(shape), normalisation<T>(mean, invstd, weight, bias),
            static_cast<T*>(out), static_cast<const T*>(in));
  });
}

void batch_norm(Dtype dtype, const NormShape& s, const void* in, const void* weight, const void* bias,
                double eps, void* out, void* mean, void* var, void* invstd) {
  with_real_type(dtype, "batch_norm", [&](auto zero) {
    using T = decltype(zero);
    statistics(ChannelShape(s), static_cast<const T*>(in),
               Statistics<T>{eps, static_cast<T*>(mean), static_cast<T*>(var), static_cast<T*>(invstd)});
  });
  batch_norm_apply(dtype, s, in, mean, invstd, weight, bias, out);
}

void batch_norm_grad(Dtype dtype, const NormShape& shape, Activation activation, const void* grad_out,
                     const void* in, const void* mean, const void* invstd, const void* weight,
                     const void* bias, void* grad_in, void* grad_weight, void* grad_bias) {
  with_real_type(dtype, "batch_norm_grad", [&](auto zero) {
    using T = decltype(zero);
    const ChannelShape s(shape);
    const DeviceScratch factors(grad_in ? size_t(3 * s.channels) * sizeof(T) : 0);
    const auto norm = normalisation<T>(mean, invstd, weight, bias);
    const T *g = static_cast<const T*>(grad_out), *x = static_cast<const T*>(in);
    grad_sums(s, activation, g, x,
              GradResults<T>{double(s.outer * s.inner), norm, static_cast<T*>(grad_weight),
                             static_cast<T*>(grad_bias), grad_in ? factors.as<T>() : nullptr});
    if (grad_in)
      run_map("batch_norm_grad", s, GradMap<T>{activation, norm, factors.as<T>()}, static_cast<T*>(grad_in),
              x, g);
  });
}

}  // namespace

void add_norm_kernels(Kernels& table) {
  table.batch_norm = batch_norm;
  table.batch_norm_apply = batch_norm_apply;
  table.batch_norm_grad = batch_norm_grad;
  table.layer_norm = layer_norm;
  table.layer_norm_grad = layer_norm_grad;
}

}  // namespace tengen::cuda
