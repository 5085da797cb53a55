// The matrix of a convolution, without im2col.
//
// A convolution is the product W (M, channels*taps) * X (channels*taps, pixels), where the row of X that
// belongs to channel c and kernel tap (ty, tx) holds, for every pixel (qy, qx) of the result, the source at
//     (qy*step_y + offset_y[ty], qx*step_x + offset_x[tx]),  zero outside.
// im2col writes all of these rows. Here each source row is copied once for every *column* offset only,
// already stepped and with its zeros: rows of `results` pixels. Two taps that differ in ty then read the same
// copies, some whole rows apart, and since all copied rows have the length of a result row, the matrix row of
// a tap is one contiguous run through the copies, over the ends of image rows. A step in y is handled by
// laying the rows out by their residue: row qy*step + offset is row qy + floor(offset/step) among those with
// residue offset mod step. So a 3x3 convolution copies the image 3 times instead of 9, a 1x1 convolution not
// at all.
#pragma once

#include <tengen/tensor/cpu/product/gemm.h>
#include <tengen/tensor/cpu/product/transpose.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/kernels.h>

namespace tengen::cpu::TENGEN_ISA {

inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/// One dimension of a convolution: result q reads source[q*step + offset[t]] for every tap t < taps.
/// `kernel[t]` is the tap's index in the weights.
struct Axis {
  int64_t results = 0, source = 0, step = 1, taps = 0;
  int64_t *kernel = nullptr, *offset = nullptr;  // (taps)
  // Rows by residue r < step: taps with this residue begin in rows low[r]..high[r] (none: low > high); the
  // copied rows of smaller residues are `used_before` times the number of result rows plus `spread_before`.
  int64_t *low = nullptr, *high = nullptr, *used_before = nullptr, *spread_before = nullptr;
  int64_t used = 0, spread = 0;

  Axis(int64_t results, int64_t source, int64_t step, int64_t max_taps)
      : results(results), source(source), step(step) {
    kernel = memory_.get<int64_t>(2 * max_taps + 4 * step);
    offset = kernel + max_taps;
    low = offset + max_taps;
    high = low + step;
    used_before = high + step;
    spread_before = used_before + step;
    for (int64_t r = 0; r < step; ++r) low[r] = INT64_MAX, high[r] = INT64_MIN;
  }

  void add(int64_t kernel_index, int64_t source_offset) {
    kernel[taps] = kernel_index;
    offset[taps++] = source_offset;
    int64_t shift = floor_div(source_offset, step), r = source_offset - shift * step;
    low[r] = min(low[r], shift);
    high[r] = max(high[r], shift);
  }

  /// To be called after the last add().
  void finish() {
    for (int64_t r = 0; r < step; ++r) {
      used_before[r] = used;
      spread_before[r] = spread;
      if (low[r] <= high[r]) ++used, spread += high[r] - low[r];
    }
  }

  /// Copied rows for a band of `rows` result rows.
  int64_t copies(int64_t rows) const { return used * rows + spread; }
  /// The copied row where tap t of the band's first row is.
  int64_t first_copy(int64_t t, int64_t rows) const {
    int64_t shift = floor_div(offset[t], step), r = offset[t] - shift * step;
    return used_before[r] * rows + spread_before[r] + shift - low[r];
  }

 private:
  Buffer memory_;
};

/// A band of result rows [row, row+rows) of some images, and where the rows of its matrix are. Pixels are
/// ordered (y, image, x): a step in y is the same distance for all of them, and small images fill whole tiles
/// together.
struct Band {
  const Axis &y, &x;
  int64_t row, rows, images;

  int64_t line() const { return images * x.results; }
  int64_t pixels() const { return rows * line(); }
  /// The matrix is the source itself.
  bool direct() const {
    return images == 1 && y.taps == 1 && x.taps == 1 && y.step == 1 && x.step == 1 && x.offset[0] == 0 &&
           y.offset[0] == 0 && x.results == x.source && y.results <= y.source;
  }
  /// Elements from one copy (channel, tx) to the next. An odd number of cache lines: no two rows of a panel
  /// fall into the same set of the cache only because an image has a power of two of pixels.
  template <class T>
  int64_t copy_size() const {
    int64_t cache_line = 64 / int64_t(sizeof(T));
    return (divide_up(y.copies(rows) * line(), cache_line) | 1) * cache_line;
  }
  /// Distance of the matrix's rows: index[(c*y.taps + ty)*x.taps + tx] for c < channels.
  template <class T>
  void fill_index(int64_t channels, int64_t plane, int64_t* index) const {
    if (direct()) {
      for (int64_t c = 0; c < channels; ++c) index[c] = c * plane + row * x.results;
      return;
    }
    int64_t size = copy_size<T>();
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t ty = 0; ty < y.taps; ++ty) {
        int64_t shift = y.first_copy(ty, rows) * line();
        for (int64_t tx = 0; tx < x.taps; ++tx) *index++ = (c * x.taps + tx) * size + shift;
      }
  }
};

template <class T>
TENGEN_INLINE void set_zero(T* out, int64_t count) {
  for (int64_t i = 0; i < count; ++i) out[i] = 0;
}

/// Rows of some images: out[(r*images + n)*x.results + q] = in[n*image_stride + r*in_pitch + q*x.step +
/// offset] for r < rows, n < images, q < x.results; zero where that column is outside of the source.
template <class T>
void copy_rows(const T* in, int64_t in_pitch, int64_t image_stride, int64_t images, const Axis& x,
               int64_t offset, int64_t rows, T* out) {
  using S = Simd<T>;
  constexpr int L = S::lanes;
  const int64_t width = x.results, out_pitch = images * width;
  if (rows <= 0 || x.source == 0) return set_zero(out, rows * out_pitch);
  if (x.step == 1 && images == 1 && width == x.source && width == in_pitch) {
    // All rows at once; what came from the ends of neighbouring rows is then set to zero.
    const int64_t low = min(width, max(0, -offset)), high = max(low, min(width, width - offset));
    copy(in + low + offset, (rows - 1) * width + high - low, out + low);
    for (T* row = out; row < out + rows * width; row += width) {
      for (int64_t q = 0; q < low; ++q) row[q] = 0;
      for (int64_t q = high; q < width; ++q) row[q] = 0;
    }
    return;
  }
  for (int64_t q = 0; q < x.results; q += L) {
    const int count = int(min(L, x.results - q));
    const int64_t first = offset + q * x.step;  // source of lane 0
    auto each_row = [&](auto body) __attribute__((always_inline)) {
      for (int64_t n = 0; n < images; ++n) {
        const T* from = in + n * image_stride + first;
        T* to = out + n * x.results + q;
        for (int64_t r = 0; r < rows; ++r, from += in_pitch, to += out_pitch) body(from, to);
      }
    };
    // The lanes of L source pixels from `begin` on that exist.
    auto exists = [&](int64_t begin) {
      int low = int(max(0, min(L, -begin)));
      return S::mask(low, int(max(low, min(L, x.source - begin))));
    };
    const auto written = S::mask(count), low = exists(first), high = exists(first + L);
    // Whole vectors apart: a processor may be slow to write part of one.
    if (x.step == 1 && count == L && first >= 0 && first + L <= x.source) {
      each_row([](const T* from, T* to) __attribute__((always_inline)) { S::store(to, S::load(from)); });
    } else if (x.step == 1 && count == L) {
      each_row([&](const T* from, T* to)
                   __attribute__((always_inline)) { S::store(to, S::load(from, low)); });
    } else if (x.step == 1) {
      each_row([&](const T* from, T* to)
                   __attribute__((always_inline)) { S::store(to, S::load(from, low), written); });
    } else if (x.step == 2 && count == L && first >= 0 && first + 2 * L <= x.source) {
      each_row([](const T* from, T* to) __attribute__((always_inline)) {
        S::store(to, even_lanes<T>(S::load(from), S::load(from + L)));
      });
    } else if (x.step == 2 && count == L) {
      each_row([&](const T* from, T* to) __attribute__((always_inline)) {
        S::store(to, even_lanes<T>(S::load(from, low), S::load(from + L, high)));
      });
    } else if (x.step == 2) {
      each_row([&](const T* from, T* to) __attribute__((always_inline)) {
        S::store(to, even_lanes<T>(S::load(from, low), S::load(from + L, high)), written);
      });
    } else {
      each_row([&](const T* from, T* to) {
        for (int64_t i = 0; i < count; ++i) {
          const int64_t at = first + i * x.step;
          to[i] = at >= 0 && at < x.source ? from[i * x.step] : T(0);
        }
      });
    }
  }
}

/// Writes the copies of `channels` source planes, `plane` elements apart; images are image_stride apart.
template <class T>
void copy_band(const Band& band, const T* source, int64_t channels, int64_t plane, int64_t image_stride,
               T* out) {
  const Axis &y = band.y, &x = band.x;
  const int64_t size = band.copy_size<T>(), line = band.line(), cache_line = 64 / int64_t(sizeof(T));
  const int64_t top = max(0, band.row * y.step), bottom = min(y.source, (band.row + band.rows) * y.step);
  for (int64_t c = 0; c < channels; ++c, source += plane) {
    // The next channel comes from far memory while this one is copied.
    for (int64_t n = 0; n < band.images && c + 1 < channels; ++n)
      for (int64_t i = top * x.source; i < bottom * x.source; i += cache_line)
        __builtin_prefetch(source + plane + n * image_stride + i);
    for (int64_t tx = 0; tx < x.taps; ++tx, out += size) {
      T* row = out;
      for (int64_t r = 0; r < y.step; ++r) {
        if (y.low[r] > y.high[r]) continue;
        const int64_t begin = band.row + y.low[r], end = band.row + band.rows + y.high[r];
        // The rows [from, to) exist among these: 0 <= q*step + r < y.source.
        const int64_t from = max(begin, min(end, 0)),
                      to = max(from, min(end, divide_up(y.source - r, y.step)));
        set_zero(row, (from - begin) * line);
        row += (from - begin) * line;
        copy_rows(source + (from * y.step + r) * x.source, y.step * x.source, image_stride, band.images, x,
                  x.offset[tx], to - from, row);
        row += (to - from) * line;
        set_zero(row, (end - to) * line);
        row += (end - to) * line;
      }
    }
  }
}

/// The input rows [first, first+height) of `count` channels -> (y, x, channel), columns from -pad_w on; zero
/// outside.
template <class T>
void transpose_band(const Conv2dShape& s, const T* input, int64_t first, int64_t height, int64_t width,
                    int64_t count, T* out) {
  const int64_t left = min(s.pad_w, width), inside = max(0, min(s.in_w, width - left));
  for (int64_t r = 0; r < height; ++r, out += width * count) {
    const int64_t y = first + r;
    if (y < 0 || y >= s.in_h) {
      set_zero(out, width * count);
      continue;
    }
    set_zero(out, left * count);
    transpose(input + y * s.in_w, s.in_h * s.in_w, count, inside, out + left * count, count);
    set_zero(out + (left + inside) * count, (width - left - inside) * count);
  }
}

}  // namespace tengen::cpu::TENGEN_ISA
