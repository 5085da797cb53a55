// 2-d convolution and its gradient with respect to the input. Both are correlations of an image with small
// kernels: the gradient reads grad_output with the transposed weights. Where the convolution has a stride s,
// the input pixels fall into s*s phases; those of one phase see the same subset of kernel taps and form a
// stride-1 correlation.
#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/cpu/gemm.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/cpu/shift.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// Multiply-adds that are worth handing to another thread, chunks beyond which more of them help nobody, and
/// bytes that a chunk may use: part of a second-level cache.
constexpr int64_t kChunkWork = 1 << 20, kChunks = 16, kChunkBytes = 384 * 1024;

/// result (batch, groups, m, y, x) = bias + weights (groups, m, channels*taps) * matrix of source (batch,
/// groups, channels, ...). With steps, the result's pixels are interleaved from phases: phase (py, px) makes
/// the pixels (qy*step_y + py, qx*step_x + px) with its own taps and weights.
template <class T>
struct Correlation {
  int64_t batch, groups, m, channels;
  int64_t height, width, step_y, step_x;  // of the result
  const Axis *y, *x;                      // (step_y), (step_x)
  const T* const* weights;                // (step_y, step_x) -> (groups, m, channels*taps)
  const T *source, *bias;
  T* result;
};

/// out (m, band pixels) of one phase, for rows [first, first+m) of its weights.
template <class T>
void correlate_band(const Correlation<T>& c, const Band& band, const T* weights, const T* source,
                    int64_t first, int64_t m, const T* bias, T* out, int64_t out_pitch) {
  const int64_t taps = band.y.taps * band.x.taps, depth = c.channels * taps, pixels = band.pixels();
  if (depth == 0) {
    for (int64_t i = 0; i < m; ++i)
      for (int64_t p = 0; p < pixels; ++p) out[i * out_pitch + p] = bias ? bias[i] : 0;
    return;
  }
  const int64_t blocks = min(c.channels, divide_up(depth, kBlockDepth<T>));
  const int64_t channels = divide_up(c.channels, blocks), plane = band.y.source * band.x.source;
  const bool direct = band.direct();
  Scratch& my = scratch();
  T* copies = direct ? nullptr : my.columns.get<T>(channels * band.x.taps * band.copy_size<T>());
  int64_t* index = my.row.get<int64_t>(channels * taps);
  band.fill_index<T>(channels, plane, index);
  for (int64_t begin = 0; begin < c.channels; begin += channels) {
    const int64_t count = min(channels, c.channels - begin);
    if (!direct) copy_band(band, source + begin * plane, count, plane, copies);
    multiply<T>({.rows = m,
                 .cols = pixels,
                 .k = count * taps,
                 .a = weights + first * depth + begin * taps,
                 .a_pitch = depth,
                 .b = direct ? source + begin * plane : copies,
                 .b_row = index,
                 .out = out,
                 .out_pitch = out_pitch,
                 .bias = bias,
                 .accumulate = begin > 0});
  }
}

/// out[q*step + p] = phases[p][q]: one row of the result from its phases, `phase_size` apart.
template <class T>
void interleave_row(const T* phases, int64_t phase_size, int64_t step, int64_t width, T* out) {
  using S = Simd<T>;
  constexpr int L = S::lanes;
  int64_t done = 0;
  if (step == 2) {
    for (; done + 2 * L <= width; done += 2 * L) {
      auto even = S::load(phases + done / 2), odd = S::load(phases + phase_size + done / 2);
      S::store(out + done, interleave<T, false>(even, odd));
      S::store(out + done + L, interleave<T, true>(even, odd));
    }
  }
  for (; done < width; ++done) out[done] = phases[done % step * phase_size + done / step];
}

template <class T>
void correlate(const Correlation<T>& c) {
  // Chunks: (image, group, block of m, phase in y, band of rows); all phases in x together.
  const Axis &y = c.y[0], &x = c.x[0];
  const bool phases = c.step_y > 1 || c.step_x > 1;
  int64_t m = min(c.m, 256), rows = y.results, taps = 0;
  for (int64_t py = 0; py < c.step_y; ++py)
    for (int64_t px = 0; px < c.step_x; ++px) taps = max(taps, c.y[py].taps * c.x[px].taps);
  const int64_t block = min(c.channels, divide_up(kBlockDepth<T>, max(taps, 1)));
  const int64_t pixel =
      m * (phases ? c.step_x : 1) + block * x.taps * y.used;  // elements per pixel of a band
  rows = max(1, min(rows, kChunkBytes / int64_t(sizeof(T)) / max(1, pixel * x.results)));
  const int64_t work = c.batch * c.groups * c.m * c.channels * taps * y.results * x.results * c.step_y;
  const int64_t want = min(kChunks, work / kChunkWork);
  auto bands = [&] { return divide_up(y.results, rows); };
  auto blocks = [&] { return divide_up(c.m, m); };
  while (c.batch * c.groups * c.step_y * bands() * blocks() < want) {
    if (rows > 1 && rows * x.results >= 8 * kTileCols<T>)
      rows = divide_up(rows, 2);
    else if (m >= 4 * kTileRows)
      m = divide_up(m / 2, kTileRows) * kTileRows;
    else
      break;
  }
  rows = divide_up(y.results, bands());  // bands of even size
  const int64_t count = bands(), m_blocks = blocks(), source_plane = y.source * x.source;

  parallel_for(c.batch * c.groups * m_blocks * c.step_y * count, [&](int64_t chunk) {
    const int64_t row = chunk % count * rows, py = chunk / count % c.step_y;
    const int64_t first = chunk / count / c.step_y % m_blocks * m,
                  image = chunk / count / c.step_y / m_blocks;
    const int64_t group = image % c.groups, my_m = min(m, c.m - first);
    const Axis& my_y = c.y[py];
    const int64_t my_rows = min(rows, divide_up(c.height - py, c.step_y) - row);
    if (my_rows <= 0) return;
    const T* source = c.source + image * c.channels * source_plane;
    T* out = c.result + (image * c.m + first) * c.height * c.width;
    const T* bias = c.bias ? c.bias + group * c.m + first : nullptr;
    auto run = [&](int64_t px, T* to, int64_t pitch) {
      const Axis& my_x = c.x[px];
      const T* weights = c.weights[py * c.step_x + px] + group * c.m * c.channels * my_y.taps * my_x.taps;
      correlate_band(c, Band{my_y, my_x, row, my_rows}, weights, source, first, my_m, bias, to, pitch);
    };
    if (!phases) return run(0, out + row * c.width, c.height * c.width);
    const int64_t band_width = x.results, phase_size = my_m * my_rows * band_width;
    T* parts = scratch().result.get<T>(c.step_x * phase_size);
    for (int64_t px = 0; px < c.step_x; ++px) run(px, parts + px * phase_size, my_rows * band_width);
    for (int64_t i = 0; i < my_m; ++i)
      for (int64_t r = 0; r < my_rows; ++r)
        interleave_row(parts + (i * my_rows + r) * band_width, phase_size, c.step_x, c.width,
                       out + (i * c.height + (row + r) * c.step_y + py) * c.width);
  });
}

template <class T>
void conv2d(const Conv2dShape& s, const T* input, const T* weight, const T* bias, T* output) {
  if (s.batch * s.out_channels * s.out_h * s.out_w == 0) return;
  Axis y(s.out_h, s.in_h, s.stride_h, s.kernel_h), x(s.out_w, s.in_w, s.stride_w, s.kernel_w);
  for (int64_t k = 0; k < s.kernel_h; ++k) y.add(k, k * s.dilation_h - s.pad_h);
  for (int64_t k = 0; k < s.kernel_w; ++k) x.add(k, k * s.dilation_w - s.pad_w);
  y.finish();
  x.finish();
  correlate<T>({.batch = s.batch,
                .groups = s.groups,
                .m = s.out_channels / s.groups,
                .channels = s.in_channels / s.groups,
                .height = s.out_h,
                .width = s.out_w,
                .step_y = 1,
                .step_x = 1,
                .y = &y,
                .x = &x,
                .weights = &weight,
                .source = input,
                .bias = bias,
                .result = output});
}

/// The phases of one dimension: input pixel q*stride + p gets weight k of output pixel q + (p + pad -
/// k*dilation)/ stride wherever that division leaves no rest. All phases have the same length, the last may
/// exceed the input.
struct Phases {
  Axis* axes;
  int64_t count;

  Phases(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation)
      : count(stride) {
    axes = static_cast<Axis*>(::operator new(size_t(stride) * sizeof(Axis)));
    for (int64_t p = 0; p < stride; ++p) {
      Axis& axis = *new (&axes[p]) Axis(divide_up(in, stride), out, 1, kernel);
      for (int64_t k = 0; k < kernel; ++k)
        if ((p + pad - k * dilation) % stride == 0) axis.add(k, (p + pad - k * dilation) / stride);
      axis.finish();
    }
  }
  ~Phases() {
    for (int64_t p = 0; p < count; ++p) axes[p].~Axis();
    ::operator delete(axes);
  }
  Phases(const Phases&) = delete;
  Phases& operator=(const Phases&) = delete;
};

template <class T>
void conv2d_input_grad(const Conv2dShape& s, const T* grad_output, const T* weight, T* grad_input) {
  if (s.batch * s.in_channels * s.in_h * s.in_w == 0) return;
  const Phases y(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.pad_h, s.dilation_h);
  const Phases x(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.pad_w, s.dilation_w);
  const int64_t in = s.in_channels / s.groups, out = s.out_channels / s.groups,
                taps = s.kernel_h * s.kernel_w;

  // weight (groups, out, in, kernel_h, kernel_w) -> for each phase (groups, in, out, its taps)
  T* turned = scratch().weights.get<T>(s.out_channels * in * taps);
  Buffer pointers;
  const T** begin = pointers.get<const T*>(y.count * x.count);
  int64_t used = 0;
  for (int64_t p = 0; p < y.count * x.count; ++p) {
    begin[p] = turned + used;
    used += s.groups * in * out * y.axes[p / x.count].taps * x.axes[p % x.count].taps;
  }
  parallel_ranges(
      s.groups * in, divide_up(kChunkWork / 32, max(1, out * taps)), [&](int64_t from, int64_t to) {
        for (int64_t row = from; row < to; ++row) {
          const T* kernels = weight + (row / in * out * in + row % in) * taps;  // of the first output channel
          for (int64_t p = 0; p < y.count * x.count; ++p) {
            const Axis &ay = y.axes[p / x.count], &ax = x.axes[p % x.count];
            T* to_phase = const_cast<T*>(begin[p]) + row * out * ay.taps * ax.taps;
            for (int64_t o = 0; o < out; ++o) {
              const T* kernel = kernels + o * in * taps;
              if (ay.taps * ax.taps == taps) {
                copy(kernel, taps, to_phase);
                to_phase += taps;
                continue;
              }
              for (int64_t ty = 0; ty < ay.taps; ++ty)
                for (int64_t tx = 0; tx < ax.taps; ++tx)
                  *to_phase++ = kernel[ay.kernel[ty] * s.kernel_w + ax.kernel[tx]];
            }
          }
        }
      });
  correlate<T>({.batch = s.batch,
                .groups = s.groups,
                .m = in,
                .channels = out,
                .height = s.in_h,
                .width = s.in_w,
                .step_y = s.stride_h,
                .step_x = s.stride_w,
                .y = y.axes,
                .x = x.axes,
                .weights = begin,
                .source = grad_output,
                .bias = nullptr,
                .result = grad_input});
}

template <class T>
void conv2d(const Conv2dShape& s, const void* input, const void* weight, const void* bias, void* output) {
  conv2d(s, static_cast<const T*>(input), static_cast<const T*>(weight), static_cast<const T*>(bias),
         static_cast<T*>(output));
}

template <class T>
void conv2d_input_grad(const Conv2dShape& s, const void* grad_output, const void* weight, void* grad_input) {
  conv2d_input_grad(s, static_cast<const T*>(grad_output), static_cast<const T*>(weight),
                    static_cast<T*>(grad_input));
}

}  // namespace

void fill_conv(Kernels& table) {
  table.conv2d = [](Dtype dtype, const Conv2dShape& shape, const void* input, const void* weight,
                    const void* bias, void* output) {
    dtype == kDouble ? conv2d<double>(shape, input, weight, bias, output)
                     : conv2d<float>(shape, input, weight, bias, output);
  };
  fill_conv_weight_grad(table);
  table.conv2d_input_grad = [](Dtype dtype, const Conv2dShape& shape, const void* grad_output,
                               const void* weight, void* grad_input) {
    dtype == kDouble ? conv2d_input_grad<double>(shape, grad_output, weight, grad_input)
                     : conv2d_input_grad<float>(shape, grad_output, weight, grad_input);
  };
}

}  // namespace tengen::cpu::TENGEN_ISA
