// The gradient of a 2-d convolution with respect to its weights:
//     grad_weight[o, c, ky, kx] = sum over images and pixels q of grad_output[o, q] * input[c, q*stride +
//     tap].
// As a matrix product its inner dimension is the pixels. grad_output is the left matrix as it lies in memory.
// For the right one a band of some channels of the input is transposed to (y, x, channel) with its zero
// padding: row q then begins at pixel q*stride, and the kernel_w taps of one kernel row are kernel_w*channels
// contiguous columns of it. So every input pixel is copied once, not once for every tap. A band has no more
// channels than a tile has columns: its rows follow one another closely, and it is used while it is in the
// cache.
#include <utility>

#include <tengen/tensor/cpu/conv/shift.h>
#include <tengen/tensor/cpu/conv/winograd_weight_grad.h>
#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/product/gemm.h>
#include <tengen/tensor/cpu/product/panels.h>
#include <tengen/tensor/cpu/product/transpose.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// Multiply-adds that are worth handing to another thread, chunks beyond which more of them help nobody;
/// bytes of the sums and of the transposed band that a chunk works on: together they fit in a second-level
/// cache.
constexpr int64_t kChunkWork = 1 << 21, kChunks = 16, kSumBytes = 192 * 1024, kBandBytes = 96 * 1024;

/// How the work on one shape is cut.
struct Plan {
  int64_t m, m_blocks;               // output channels of a chunk
  int64_t channels, channel_blocks;  // input channels of a chunk
  int64_t rows, bands;               // rows of grad_output in a band; bands of all images
  int64_t slices;                    // chunks along the bands: each has its own sums
  int64_t band_height, band_width;   // of the transposed input
};

/// Calls body(begin, count) for the panels of `channels` channels: as few as possible, of whole vectors and
/// about the same width.
template <class T, class Body>
void each_panel(int64_t channels, const Body& body) {
  constexpr int64_t lanes = Simd<T>::lanes;
  const int64_t vecs = divide_up(channels, lanes), panels = divide_up(vecs, kTileVecs);
  for (int64_t i = 0; i < panels; ++i) {
    const int64_t begin = vecs * i / panels * lanes;
    body(begin, min(channels, vecs * (i + 1) / panels * lanes) - begin);
  }
}

template <class T>
Plan plan(const Conv2dShape& s) {
  constexpr int64_t size = sizeof(T), lanes = Simd<T>::lanes;
  const int64_t out = s.out_channels / s.groups, in = s.in_channels / s.groups,
                taps = s.kernel_h * s.kernel_w;
  Plan p{};
  p.m_blocks = divide_up(out, 128);
  p.m = divide_up(divide_up(out, p.m_blocks), kTileRows) * kTileRows;
  p.m_blocks = divide_up(out, p.m);
  p.channels = max(lanes, kSumBytes / size / (min(p.m, out) * taps) / lanes * lanes);
  p.band_width = (s.out_w - 1) * s.stride_w + (s.kernel_w - 1) * s.dilation_w + 1;
  const int64_t work = s.batch * s.out_channels * s.out_h * s.out_w * in * taps;
  const int64_t want = min(kChunks, work / kChunkWork);
  auto cut = [&] {
    p.channels = min(p.channels, in);
    p.channel_blocks = divide_up(in, p.channels);
    // A band has at most about kBandBytes, but two blocks of gemm.h where rows are short.
    const int64_t row_bytes = p.band_width * min(p.channels, kTileCols<T>) * size,
                  span = (s.kernel_h - 1) * s.dilation_h + 1;
    p.rows = max(1, min(s.out_h, (kBandBytes / max(1, row_bytes) - span) / s.stride_h + 1));
    p.rows = divide_up(s.out_h, divide_up(s.out_h, p.rows));
    p.band_height = (p.rows - 1) * s.stride_h + span;
    p.bands = s.batch * divide_up(s.out_h, p.rows);
    const int64_t blocks = s.groups * p.m_blocks * p.channel_blocks;
    p.slices = max(1, min(p.bands, divide_up(want, blocks)));
    p.slices = divide_up(p.bands, divide_up(p.bands, p.slices));  // of even size
    return blocks * p.slices;
  };
  // Few bands (small images): more blocks of channels instead.
  while (cut() < want && p.channels > kTileCols<T>)
    p.channels = divide_up(p.channels / 2, kTileCols<T>) * kTileCols<T>;
  return p;
}

/// load(image, group, channel, count, first, height, width, out) writes a transposed band of the input:
/// `height` rows from `first` on, (y, x, channel). `exchanged`: the result is written as (in_channels,
/// out_channels); for kernels of one tap, without groups.
template <class T, class Load>
void weight_grad(const Conv2dShape& s, const T* grad_output, const Load& load, T* grad_weight,
                 bool exchanged) {
  const int64_t out = s.out_channels / s.groups, in = s.in_channels / s.groups;
  const int64_t taps = s.kernel_h * s.kernel_w, size = s.out_channels * in * taps;
  const int64_t out_plane = s.out_h * s.out_w;
  if (size == 0) return;
  if (s.batch * out_plane == 0) {
    for (int64_t i = 0; i < size; ++i) grad_weight[i] = 0;
    return;
  }
  const Plan p = plan<T>(s);
  // Sums of slice i, output channel o: (channel block, panel, ky, kx, channel) from sums + (i*out_channels +
  // o)*row.
  const int64_t row = in * taps;
  T* sums = thread_buffers().partial.get<T>(p.slices * size);

  parallel_for(p.slices * s.groups * p.m_blocks * p.channel_blocks, [&](int64_t chunk) {
    const int64_t slice = chunk % p.slices, channel = chunk / p.slices % p.channel_blocks * p.channels;
    const int64_t first = chunk / p.slices / p.channel_blocks % p.m_blocks * p.m;
    const int64_t group = chunk / p.slices / p.channel_blocks / p.m_blocks;
    const int64_t count = min(p.channels, in - channel), m = min(p.m, out - first);
    T* to = sums + (slice * s.out_channels + group * out + first) * row + channel * taps;

    ThreadBuffers& my = thread_buffers();
    T* band = my.columns.get<T>(p.band_height * p.band_width * min(count, kTileCols<T>));
    int64_t* pixel = my.row.get<int64_t>(p.rows * s.out_w);
    bool accumulate = false;
    for (int64_t b = p.bands * slice / p.slices; b < p.bands * (slice + 1) / p.slices;
         ++b, accumulate = true) {
      const int64_t bands_down = divide_up(s.out_h, p.rows), image = b / bands_down;
      const int64_t from = b % bands_down * p.rows, pixels = min(p.rows, s.out_h - from) * s.out_w;
      const T* grad = grad_output + ((image * s.groups + group) * out + first) * out_plane + from * s.out_w;
      const int64_t blocks = divide_up(pixels, kBlockDepth<T>), depth = divide_up(pixels, blocks);
      each_panel<T>(count, [&](int64_t begin, int64_t width) {
        load(image, group, channel + begin, width, from * s.stride_h - s.pad_h, p.band_height, p.band_width,
             band);
        for (int64_t y = 0, q = 0; q < pixels; ++y)
          for (int64_t x = 0; x < s.out_w; ++x)
            pixel[q++] = (y * s.stride_h * p.band_width + x * s.stride_w) * width;
        // Neighbouring taps are neighbouring columns unless the kernel is dilated.
        const int64_t runs = s.dilation_w == 1 ? 1 : s.kernel_w, run = s.kernel_w / runs * width;
        for (int64_t q = 0; q < pixels; q += depth)
          for (int64_t ky = 0; ky < s.kernel_h; ++ky)
            for (int64_t kx = 0; kx < runs; ++kx)
              multiply<T>({.rows = m,
                           .cols = run,
                           .k = min(depth, pixels - q),
                           .a = grad + q,
                           .a_pitch = out_plane,
                           .b = band + (ky * s.dilation_h * p.band_width + kx * s.dilation_w) * width,
                           .b_row = pixel + q,
                           .out = to + begin * taps + (ky * runs + kx) * run,
                           .out_pitch = row,
                           .accumulate = accumulate || q > 0});
      });
    }
  });

  // Adds the slices; (channel block, panel, ky, kx, channel) -> (channel, ky, kx).
  parallel_ranges(s.out_channels, divide_up(kChunkWork / 64, row * p.slices), [&](int64_t from, int64_t end) {
    for (int64_t o = from; o < end; ++o) {
      T* total = sums + o * row;
      for (int64_t slice = 1; slice < p.slices; ++slice)
        for (int64_t i = 0; i < row; ++i) total[i] += total[slice * size + i];
      for (int64_t c = 0; c < in && !exchanged; c += p.channels) {
        if (taps == 1) {
          copy(total + c, min(p.channels, in - c), grad_weight + o * row + c);
          continue;
        }
        each_panel<T>(min(p.channels, in - c), [&](int64_t begin, int64_t count) {
          transpose(total + (c + begin) * taps, count, taps, count,
                    grad_weight + o * row + (c + begin) * taps, taps);
        });
      }
    }
    if (exchanged) transpose(sums + from * row, row, end - from, row, grad_weight + from, s.out_channels);
  });
}

/// Few channels and a kernel that is a multiple of its stride f, as the first layer of a network has: the f*f
/// pixels of a stride become channels, and there is no stride any more.
template <class T>
bool folds(const Conv2dShape& s) {
  const int64_t f = s.stride_h;
  return f > 1 && s.stride_w == f && s.kernel_h % f == 0 && s.kernel_w % f == 0 && s.dilation_h == 1 &&
         s.dilation_w == 1 && s.groups == 1 && s.in_channels * f * f <= kTileCols<T>;
}

template <class T>
void folded_weight_grad(const Conv2dShape& s, const T* grad_output, const T* input, T* grad_weight) {
  const int64_t f = s.stride_h, plane = s.in_h * s.in_w, side = s.in_channels * f;
  Conv2dShape folded = s;
  folded.in_channels = side * f;
  folded.kernel_h /= f, folded.kernel_w /= f;
  folded.stride_h = folded.stride_w = 1;
  folded.pad_h = folded.pad_w = 0;
  folded.in_h = s.out_h + folded.kernel_h - 1, folded.in_w = s.out_w + folded.kernel_w - 1;
  Axis y(folded.in_h, s.in_h, f, f), x(folded.in_w, s.in_w, f, f);
  for (int64_t k = 0; k < f; ++k) y.add(k, k - s.pad_h), x.add(k, k - s.pad_w);
  y.finish();
  x.finish();
  auto load = [&](int64_t image, int64_t, int64_t, int64_t count, int64_t first, int64_t height,
                  int64_t width, T* out) {
    const Band band{y, x, first, height, 1};
    T* copies = thread_buffers().packed.get<T>(side * band.copy_size<T>());
    copy_band(band, input + image * s.in_channels * plane, s.in_channels, plane, 0, copies);
    for (int64_t k = 0; k < f; ++k)  // (c, x of f, pixel) -> (pixel, y of f, c, x of f)
      transpose(copies + y.first_copy(k, height) * width, band.copy_size<T>(), side, height * width,
                out + k * side, count);
  };
  Buffer memory;
  const int64_t size = s.out_channels * s.in_channels * s.kernel_h * s.kernel_w;
  T* result = memory.get<T>(size);
  // All channels are one panel.
  weight_grad(folded, grad_output, load, result, false);
  for (int64_t i = 0; i < size; ++i) {  // (o, y of f, c, x of f, ky, kx) -> (o, c, ky, y of f, kx, x of f)
    const int64_t kx = i % folded.kernel_w, ky = i / folded.kernel_w % folded.kernel_h;
    const int64_t in = i / (folded.kernel_w * folded.kernel_h), px = in % f, c = in / f % s.in_channels;
    const int64_t py = in / side % f, o = in / side / f;
    grad_weight[((o * s.in_channels + c) * s.kernel_h + ky * f + py) * s.kernel_w + kx * f + px] = result[i];
  }
}

template <class T>
void weight_grad(Conv2dShape s, const void* grad_output, const void* input, void* grad_weight) {
  const T *grad = static_cast<const T*>(grad_output), *source = static_cast<const T*>(input);
  T* result = static_cast<T*>(grad_weight);
  if (small_dense_kernel(s) && winograd_weight_grad_pays<T>(s))
    return winograd_weight_grad(s, grad, source, result);
  if (folds<T>(s)) return folded_weight_grad(s, grad, source, result);
  bool exchange = false;
  if (s.kernel_h * s.kernel_w * s.stride_h * s.stride_w == 1 && s.out_h == s.in_h && s.out_w == s.in_w) {
    // Pixels without neighbours: long rows are transposed faster, and so is the side with fewer channels.
    for (s.in_w *= s.in_h, s.in_h = 1; s.in_w > 512 && s.in_w % 2 == 0; s.in_w /= 2) s.in_h *= 2;
    s.out_h = s.in_h, s.out_w = s.in_w;
    exchange = s.groups == 1 && s.out_channels < s.in_channels && s.out_channels % Simd<T>::lanes == 0;
    if (exchange) {
      std::swap(s.in_channels, s.out_channels);
      std::swap(grad, source);
    }
  }
  const int64_t plane = s.in_h * s.in_w, in = s.in_channels / s.groups;
  auto load = [&](int64_t image, int64_t group, int64_t channel, int64_t count, int64_t first, int64_t height,
                  int64_t width, T* out) {
    transpose_band(s, source + ((image * s.groups + group) * in + channel) * plane, first, height, width,
                   count, out);
  };
  weight_grad(s, grad, load, result, exchange);
}

}  // namespace

void add_conv_weight_grad_kernels(Kernels& table) {
  table.conv2d_weight_grad = [](Dtype dtype, const Conv2dShape& shape, const void* grad_output,
                                const void* input, void* grad_weight) {
    dtype == kDouble ? weight_grad<double>(shape, grad_output, input, grad_weight)
                     : weight_grad<float>(shape, grad_output, input, grad_weight);
  };
}

}  // namespace tengen::cpu::TENGEN_ISA
