// The gradient of a 2-d convolution with respect to its weights:
//     grad_weight[o, k] = sum over images and pixels of grad_output[o, pixel] * X[k, pixel],   k = (channel,
//     ty, tx),
// X as in shift.h. Pixels are contiguous on both sides, so this product needs no packing: a tile of kDotRows
// x kDotCols dot products is kept in registers, each as one vector of partial sums.
#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/cpu/shift.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

constexpr int kDotRows = 4, kDotCols = kVecRegisters == 32 ? 6 : 3;
/// Pixels of a band: kDotCols rows of so many stay in the L1 cache while grad_output streams past.
constexpr int64_t kBandBytes = 4096;
/// Rows of grad_output and channels of the input that a chunk works on: its bands stay in L2.
constexpr int64_t kChunkRows = 64, kChunkDepth = 144;
constexpr int64_t kChunkWork = 1 << 20, kChunks = 32;

/// out[r*out_pitch + c] += sum over images and pixels of a[image][r][pixel] * b[image][b_row[c]][pixel], r <
/// rows, c < cols.
template <class T>
struct Dots {
  int64_t images, pixels;
  const T* a;
  int64_t a_image, a_pitch;
  const T* b;
  int64_t b_image;
  const int64_t* b_row;
  int rows, cols;
  T* out;
  int64_t out_pitch;
};

template <class T>
void dot_tile(const Dots<T>& d) {
  using S = Simd<T>;
  using V = typename S::V;
  constexpr int L = S::lanes;
  const T *a[kDotRows], *b[kDotCols];  // rows beyond the last repeat the last; their sums are dropped
  for (int r = 0; r < kDotRows; ++r) a[r] = d.a + (r < d.rows ? r : d.rows - 1) * d.a_pitch;
  for (int c = 0; c < kDotCols; ++c) b[c] = d.b + d.b_row[c < d.cols ? c : d.cols - 1];
  V sum[kDotRows][kDotCols] = {};
  const int64_t whole = d.pixels / L * L;
  const auto mask = S::mask(int(d.pixels - whole));
  for (int64_t image = 0; image < d.images; ++image) {
    const int64_t a_from = image * d.a_image, b_from = image * d.b_image;
    auto step = [&](auto load, int64_t p) __attribute__((always_inline)) {
      V x[kDotCols];
      TENGEN_UNROLL
      for (int c = 0; c < kDotCols; ++c) x[c] = load(b[c] + b_from + p);
      TENGEN_UNROLL
      for (int r = 0; r < kDotRows; ++r) {
        V g = load(a[r] + a_from + p);
        TENGEN_UNROLL
        for (int c = 0; c < kDotCols; ++c) sum[r][c] = S::fma(g, x[c], sum[r][c]);
      }
    };
    for (int64_t p = 0; p < whole; p += L)
      step(
          [](const T* from) __attribute__((always_inline)) { return S::load(from); }, p);
    if (whole < d.pixels)
      step(
          [&](const T* from) __attribute__((always_inline)) { return S::load(from, mask); }, whole);
  }
  T sums[kDotRows][kDotCols];
  TENGEN_UNROLL
  for (int r = 0; r < kDotRows; ++r) {
    TENGEN_UNROLL
    for (int c = 0; c < kDotCols; ++c) sums[r][c] = S::sum(sum[r][c]);
  }
  for (int r = 0; r < d.rows; ++r)
    for (int c = 0; c < d.cols; ++c) d.out[r * d.out_pitch + c] += sums[r][c];
}

template <class T>
void weight_grad(const Conv2dShape& s, const T* grad_output, const T* input, T* grad_weight) {
  const int64_t m = s.out_channels / s.groups, channels = s.in_channels / s.groups;
  const int64_t taps = s.kernel_h * s.kernel_w, depth = channels * taps, size = s.out_channels * depth;
  if (size == 0) return;
  Axis y(s.out_h, s.in_h, s.stride_h, s.kernel_h), x(s.out_w, s.in_w, s.stride_w, s.kernel_w);
  for (int64_t k = 0; k < s.kernel_h; ++k) y.add(k, k * s.dilation_h - s.pad_h);
  for (int64_t k = 0; k < s.kernel_w; ++k) x.add(k, k * s.dilation_w - s.pad_w);
  y.finish();
  x.finish();

  // Bands of pixels: some rows of an image, or some whole images.
  const int64_t target = kBandBytes / int64_t(sizeof(T)), out_plane = s.out_h * s.out_w,
                in_plane = s.in_h * s.in_w;
  const int64_t row_bands = min(s.out_h, divide_up(out_plane, target));
  const int64_t rows = row_bands ? divide_up(s.out_h, row_bands) : 0;
  const int64_t images = rows == s.out_h ? max(1, min(s.batch, target / max(1, out_plane))) : 1;
  const int64_t bands = rows ? divide_up(s.batch, images) * divide_up(s.out_h, rows) : 0;

  // Chunks: (group, block of m, block of channels, slice of the bands). Each slice has its own sums.
  const int64_t m_blocks = divide_up(m, kChunkRows),
                my_m = divide_up(divide_up(m, m_blocks), kDotRows) * kDotRows;
  const int64_t channel_blocks = min(channels, divide_up(depth, kChunkDepth));
  const int64_t my_channels = divide_up(channels, channel_blocks);
  const int64_t blocks = s.groups * m_blocks * channel_blocks;
  const int64_t want = min(kChunks, size * s.batch * out_plane / kChunkWork);
  const int64_t slices = max(1, min(bands, divide_up(want, blocks)));
  T* sums = slices == 1 ? grad_weight : scratch().partial.get<T>(slices * size);

  parallel_for(blocks * slices, [&](int64_t chunk) {
    const int64_t slice = chunk % slices, first_channel = chunk / slices % channel_blocks * my_channels;
    const int64_t first = chunk / slices / channel_blocks % m_blocks * my_m;
    const int64_t group = chunk / slices / channel_blocks / m_blocks;
    const int64_t count = min(my_channels, channels - first_channel), height = min(my_m, m - first);
    if (count <= 0 || height <= 0) return;
    T* out = sums + slice * size + (group * m + first) * depth + first_channel * taps;
    for (int64_t i = 0; i < height; ++i)
      for (int64_t k = 0; k < count * taps; ++k) out[i * depth + k] = 0;

    Scratch& my = scratch();
    int64_t* index = my.row.get<int64_t>(count * taps);
    for (int64_t b = bands * slice / slices; b < bands * (slice + 1) / slices; ++b) {
      const int64_t bands_down = divide_up(s.out_h, rows), image = b / bands_down * images;
      const int64_t row = b % bands_down * rows, my_images = min(images, s.batch - image);
      const Band band{y, x, row, min(rows, s.out_h - row)};
      const T* source = input + (image * s.groups + group) * channels * in_plane + first_channel * in_plane;
      const int64_t copies = count * x.taps * band.copy_size<T>();
      T* columns = band.direct() ? nullptr : my.columns.get<T>(my_images * copies);
      if (columns)
        for (int64_t i = 0; i < my_images; ++i)
          copy_band(band, source + i * s.in_channels * in_plane, count, in_plane, columns + i * copies);
      band.fill_index<T>(count, in_plane, index);
      Dots<T> dots{.images = my_images,
                   .pixels = band.pixels(),
                   .a = nullptr,
                   .a_image = s.out_channels * out_plane,
                   .a_pitch = out_plane,
                   .b = columns ? columns : source,
                   .b_image = columns ? copies : s.in_channels * in_plane,
                   .b_row = nullptr,
                   .rows = 0,
                   .cols = 0,
                   .out = nullptr,
                   .out_pitch = depth};
      const T* grad = grad_output + (image * s.out_channels + group * m + first) * out_plane + row * s.out_w;
      for (int64_t k = 0; k < count * taps; k += kDotCols)
        for (int64_t i = 0; i < height; i += kDotRows) {
          dots.a = grad + i * out_plane;
          dots.b_row = index + k;
          dots.rows = int(min(kDotRows, height - i));
          dots.cols = int(min(kDotCols, count * taps - k));
          dots.out = out + i * depth + k;
          dot_tile(dots);
        }
    }
  });
  if (slices > 1)
    parallel_ranges(size, 4096, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) grad_weight[i] = sums[i];
      for (int64_t slice = 1; slice < slices; ++slice)
        for (int64_t i = from; i < to; ++i) grad_weight[i] += sums[slice * size + i];
    });
}

template <class T>
void weight_grad(const Conv2dShape& s, const void* grad_output, const void* input, void* grad_weight) {
  weight_grad(s, static_cast<const T*>(grad_output), static_cast<const T*>(input),
              static_cast<T*>(grad_weight));
}

}  // namespace

void fill_conv_weight_grad(Kernels& table) {
  table.conv2d_weight_grad = [](Dtype dtype, const Conv2dShape& shape, const void* grad_output,
                                const void* input, void* grad_weight) {
    dtype == kDouble ? weight_grad<double>(shape, grad_output, input, grad_weight)
                     : weight_grad<float>(shape, grad_output, input, grad_weight);
  };
}

}  // namespace tengen::cpu::TENGEN_ISA
