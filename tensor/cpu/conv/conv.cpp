// 2-d convolution and its gradient with respect to the input. Both are correlations of an image with small
// kernels: the gradient reads grad_output with the transposed weights. Where the convolution has a stride s,
// the input pixels fall into s*s phases; those of one phase see the same subset of kernel taps and form a
// stride-1 correlation.
#include <tengen/tensor/cpu/conv/shift.h>
#include <tengen/tensor/cpu/conv/winograd.h>
#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/product/gemm.h>
#include <tengen/tensor/cpu/product/panels.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/parallel/parallel.h>

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

/// out (m, band pixels) of one phase, for rows [first, first+m) of its weights. `next_rows` rows of the
/// result follow.
template <class T>
void correlate_band(const Correlation<T>& c, const Band& band, int64_t next_rows, const T* weights,
                    const T* source, int64_t first, int64_t m, const T* bias, T* out, int64_t out_pitch) {
  const int64_t taps = band.y.taps * band.x.taps, depth = c.channels * taps, pixels = band.pixels();
  if (depth == 0) {
    for (int64_t i = 0; i < m; ++i)
      for (int64_t p = 0; p < pixels; ++p) out[i * out_pitch + p] = bias ? bias[i] : 0;
    return;
  }
  const int64_t blocks = min(c.channels, divide_up(depth, kBlockDepth<T>));
  const int64_t channels = divide_up(c.channels, blocks), plane = band.y.source * band.x.source;
  const int64_t image_stride = c.groups * c.channels * plane;
  const bool direct = band.direct();
  ThreadBuffers& my = thread_buffers();
  T* copies = direct ? nullptr : my.columns.get<T>(channels * band.x.taps * band.copy_size<T>());
  int64_t* index = my.row.get<int64_t>(channels * taps);
  band.fill_index<T>(channels, plane, index);
  // The source rows of the band, and of the one below it.
  const int64_t top = min(band.row * band.y.step, band.y.source);
  const int64_t bottom = min((band.row + band.rows) * band.y.step, band.y.source);
  const int64_t end = min((band.row + band.rows + next_rows) * band.y.step, band.y.source);
  for (int64_t begin = 0; begin < c.channels; begin += channels) {
    const int64_t count = min(channels, c.channels - begin), next = begin + count;
    if (!direct) copy_band(band, source + begin * plane, count, plane, image_stride, copies);
    Ahead<T> ahead{source + bottom * band.x.source, channels, (end - bottom) * band.x.source, plane, 0};
    if (next < c.channels)
      ahead = {source + next * plane + top * band.x.source, min(channels, c.channels - next),
               (bottom - top) * band.x.source, plane, 0};
    if (band.images > 1)
      ahead = {source + next * plane, band.images, min(channels, c.channels - next) * plane, image_stride, 0};
    multiply_panels<T>({.rows = m,
                        .cols = pixels,
                        .k = count * taps,
                        .a = weights + first * depth + begin * taps,
                        .a_pitch = depth,
                        .b = direct ? source + begin * plane : copies,
                        .b_row = index,
                        .out = out,
                        .out_pitch = out_pitch,
                        .bias = bias,
                        .accumulate = begin > 0},
                       direct ? Ahead<T>() : ahead);
  }
}

/// How a correlation is cut: into chunks of images, of rows of one phase's result, and of m rows of the
/// weights.
template <class T>
struct Tiling {
  int64_t images, rows, m;
  int64_t image_blocks, row_blocks, m_blocks;  // how many of each
  int64_t band;                                // rows that are worked on at once

  explicit Tiling(const Correlation<T>& c) {
    const Axis &y = c.y[0], &x = c.x[0];
    int64_t taps = 0;
    for (int64_t p = 0; p < c.step_y * c.step_x; ++p)
      taps = max(taps, c.y[p / c.step_x].taps * c.x[p % c.step_x].taps);
    m = min(c.m, 256);
    // Elements per pixel of a chunk: copies of a block of channels, results of all phases in x.
    const int64_t block = min(c.channels, divide_up(kBlockDepth<T>, max(taps, 1)));
    const int64_t pixel = m * c.step_x + block * x.taps * y.used;
    band = max(1, min(y.results, kChunkBytes / int64_t(sizeof(T)) / max(1, pixel * x.results)));
    // Small images go together where more than an eighth of their last vectors would be wasted.
    const int64_t pixels = y.results * x.results, filled = divide_up(pixels, Simd<T>::lanes) * Simd<T>::lanes;
    const bool wasteful = band == y.results && filled - pixels > pixels / 8;
    images = wasteful ? max(1, min(c.batch, 8 * kTileCols<T> / pixels)) : 1;
    rows = y.results;
    const int64_t work = c.batch * c.groups * c.m * c.channels * taps * y.results * x.results * c.step_y;
    const int64_t want = min(kChunks, work / kChunkWork);
    auto chunks = [&] {
      row_blocks = divide_up(y.results, rows);
      m_blocks = divide_up(c.m, m);
      image_blocks = divide_up(c.batch, images);
      return image_blocks * c.groups * c.step_y * row_blocks * m_blocks;
    };
    while (chunks() < want) {
      if (rows > 1 && images * rows * x.results >= 16 * kTileCols<T>)
        rows = divide_up(rows, 2);
      else if (chunks() < kChunks / 2 && m > (chunks() < 4 ? 2 * kTileRows : 64))  // each m copies the source
        m = divide_up(m / 2, kTileRows) * kTileRows;
      else
        break;
    }
    rows = divide_up(y.results, row_blocks);  // of even size
    images = divide_up(c.batch, image_blocks);
    chunks();
    band = divide_up(rows, divide_up(rows, band));
  }
};

template <class T>
void correlate(const Correlation<T>& c) {
  const Tiling<T> tiling(c);
  const int64_t source_plane = c.y[0].source * c.x[0].source, plane = c.height * c.width;
  parallel_for(
      tiling.image_blocks * c.groups * tiling.m_blocks * c.step_y * tiling.row_blocks, [&](int64_t chunk) {
        const int64_t top = chunk % tiling.row_blocks * tiling.rows,
                      py = (chunk /= tiling.row_blocks) % c.step_y;
        const int64_t first = (chunk /= c.step_y) % tiling.m_blocks * tiling.m;
        const int64_t group = (chunk /= tiling.m_blocks) % c.groups, image = chunk / c.groups * tiling.images;
        const int64_t images = min(tiling.images, c.batch - image), m = min(tiling.m, c.m - first);
        const int64_t bottom = min(top + tiling.rows, divide_up(c.height - py, c.step_y));
        if (m <= 0 || images <= 0) return;
        const T* source = c.source + (image * c.groups + group) * c.channels * source_plane;
        const T* bias = c.bias ? c.bias + group * c.m + first : nullptr;
        T* out = c.result + ((image * c.groups + group) * c.m + first) * plane;
        for (int64_t row = top, rows; row < bottom; row += rows) {
          rows = min(tiling.band, bottom - row);
          auto run = [&](int64_t px, T* to, int64_t pitch) {
            const Axis &y = c.y[py], &x = c.x[px];
            const T* weights = c.weights[py * c.step_x + px] + group * c.m * c.channels * y.taps * x.taps;
            correlate_band(c, Band{y, x, row, rows, images}, min(rows, bottom - row - rows), weights, source,
                           first, m, bias, to, pitch);
          };
          if (images == 1 && c.step_y == 1 && c.step_x == 1) {
            run(0, out + row * c.width, plane);
            continue;
          }
          // (phase in x, m, y, image, x) -> (image, m, y, x with its phases)
          const int64_t width = c.x[0].results, line = images * width, phase_size = m * rows * line;
          T* parts = thread_buffers().result.get<T>(c.step_x * phase_size);
          for (int64_t px = 0; px < c.step_x; ++px) run(px, parts + px * phase_size, rows * line);
          for (int64_t n = 0; n < images; ++n)
            for (int64_t i = 0; i < m; ++i)
              for (int64_t r = 0; r < rows; ++r)
                interleave_row(
                    parts + (i * rows + r) * line + n * width, phase_size, c.step_x, c.width,
                    out + (n * c.groups * c.m + i) * plane + ((row + r) * c.step_y + py) * c.width);
        }
      });
}

template <class T>
void conv2d(const Conv2dShape& s, const T* input, const T* weight, const T* bias, T* output) {
  if (s.batch * s.out_channels * s.out_h * s.out_w == 0) return;
  const Winograd<T> fast{.batch = s.batch,
                         .m = s.out_channels,
                         .channels = s.in_channels,
                         .in_h = s.in_h,
                         .in_w = s.in_w,
                         .out_h = s.out_h,
                         .out_w = s.out_w,
                         .pad_h = s.pad_h,
                         .pad_w = s.pad_w,
                         .weight = weight,
                         .kernel_m = s.in_channels * 9,
                         .kernel_c = 9,
                         .turned = false,
                         .source = input,
                         .bias = bias,
                         .result = output};
  if (small_dense_kernel(s) && fast.pays()) return winograd(fast);
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
  const Winograd<T> fast{.batch = s.batch,
                         .m = s.in_channels,
                         .channels = s.out_channels,
                         .in_h = s.out_h,
                         .in_w = s.out_w,
                         .out_h = s.in_h,
                         .out_w = s.in_w,
                         .pad_h = 2 - s.pad_h,
                         .pad_w = 2 - s.pad_w,
                         .weight = weight,
                         .kernel_m = 9,
                         .kernel_c = s.in_channels * 9,
                         .turned = true,
                         .source = grad_output,
                         .bias = nullptr,
                         .result = grad_input};
  if (small_dense_kernel(s) && fast.pays()) return winograd(fast);
  const Phases y(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.pad_h, s.dilation_h);
  const Phases x(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.pad_w, s.dilation_w);
  const int64_t in = s.in_channels / s.groups, out = s.out_channels / s.groups,
                taps = s.kernel_h * s.kernel_w;

  // weight (groups, out, in, kernel_h, kernel_w) -> for each phase (groups, in, out, its taps)
  T* turned = thread_buffers().weights.get<T>(s.out_channels * in * taps);
  Buffer phase_memory, tap_memory;
  const T** phase = phase_memory.get<const T*>(y.count * x.count);
  int64_t* tap = tap_memory.get<int64_t>(taps);  // of all phases, one after the other
  int64_t known = 0;
  for (int64_t p = 0; p < y.count * x.count; ++p) {
    const Axis &ay = y.axes[p / x.count], &ax = x.axes[p % x.count];
    phase[p] = turned + known * s.out_channels * in;
    for (int64_t ty = 0; ty < ay.taps; ++ty)
      for (int64_t tx = 0; tx < ax.taps; ++tx) tap[known++] = ay.kernel[ty] * s.kernel_w + ax.kernel[tx];
  }
  parallel_ranges(s.groups * in, divide_up(kChunkWork / 64, max(1, out * taps)),
                  [&](int64_t from, int64_t to) {
                    if (taps == 1 && s.groups == 1)
                      return transpose(weight + from, in, out, to - from, turned + from * out, out);
                    for (int64_t row = from; row < to; ++row) {
                      const T* kernels = weight + (row / in * out * in + row % in) * taps;
                      const int64_t* taken = tap;
                      for (int64_t p = 0; p < y.count * x.count; ++p) {
                        const int64_t n = y.axes[p / x.count].taps * x.axes[p % x.count].taps;
                        T* kernel = const_cast<T*>(phase[p]) + row * out * n;
                        for (int64_t o = 0; o < out; ++o, kernel += n)
                          for (int64_t t = 0; t < n; ++t) kernel[t] = kernels[o * in * taps + taken[t]];
                        taken += n;
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
                .weights = phase,
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

void add_conv_kernels(Kernels& table) {
  table.conv2d = [](Dtype dtype, const Conv2dShape& shape, const void* input, const void* weight,
                    const void* bias, void* output) {
    dtype == kDouble ? conv2d<double>(shape, input, weight, bias, output)
                     : conv2d<float>(shape, input, weight, bias, output);
  };
  add_conv_weight_grad_kernels(table);
  table.conv2d_input_grad = [](Dtype dtype, const Conv2dShape& shape, const void* grad_output,
                               const void* weight, void* grad_input) {
    dtype == kDouble ? conv2d_input_grad<double>(shape, grad_output, weight, grad_input)
                     : conv2d_input_grad<float>(shape, grad_output, weight, grad_input);
  };
}

}  // namespace tengen::cpu::TENGEN_ISA
