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

#include <tengen/tensor/cpu/gemm.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/cpu/transpose.h>

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

/// A band of result rows [row, row+rows) of one image, and where the rows of its matrix are.
struct Band {
  const Axis &y, &x;
  int64_t row, rows;

  int64_t pixels() const { return rows * x.results; }
  /// The matrix is the source itself.
  bool direct() const {
    return y.taps == 1 && x.taps == 1 && y.step == 1 && x.step == 1 && x.offset[0] == 0 && y.offset[0] == 0 &&
           x.results == x.source && y.results <= y.source;
  }
  /// Elements from one copy (channel, tx) to the next. An odd number of cache lines: no two rows of a panel
  /// fall into the same set of the cache only because an image has a power of two of pixels.
  template <class T>
  int64_t copy_size() const {
    int64_t line = 64 / int64_t(sizeof(T));
    return (divide_up(y.copies(rows) * x.results, line) | 1) * line;
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
        int64_t shift = y.first_copy(ty, rows) * x.results;
        for (int64_t tx = 0; tx < x.taps; ++tx) *index++ = (c * x.taps + tx) * size + shift;
      }
  }
};

/// The results q in [first, last) whose source q*step + offset is inside.
struct Inside {
  int64_t first, last;
  Inside(const Axis& axis, int64_t offset)
      : first(offset >= 0 ? 0 : min(axis.results, divide_up(-offset, axis.step))),
        last(axis.source <= offset ? first : max(first, min(axis.results, divide_up(axis.source - offset, axis.step)))) {}
};

/// out[q] = in[q*step], q < count.
template <class T>
TENGEN_INLINE void copy_stepped(const T* in, int64_t step, int64_t count, T* out) {
  using S = Simd<T>;
  constexpr int L = S::lanes;
  if (step == 1) return copy(in, count, out);
  if (step != 2) {
    for (int64_t q = 0; q < count; ++q) out[q] = in[q * step];
    return;
  }
  int64_t q = 0;
  for (; q + L < count; q += L) S::store(out + q, even_lanes<T>(S::load(in + 2 * q), S::load(in + 2 * q + L)));
  if (q < count) {  // the last element that is read is in[2*count - 2]
    const int left = int(count - q), reads = 2 * left - 1;
    S::store(out + q,
             even_lanes<T>(S::load(in + 2 * q, S::mask(reads < L ? reads : L)),
                           S::load(in + 2 * q + L, S::mask(reads < L ? 0 : reads - L))),
             S::mask(left));
  }
}

/// Writes the copies of `channels` source planes, `plane` elements apart.
template <class T>
void copy_band(const Band& band, const T* source, int64_t channels, int64_t plane, T* out) {
  const Axis &y = band.y, &x = band.x;
  const int64_t size = band.copy_size<T>(), width = x.results;
  const bool same_width = x.step == 1 && y.step == 1 && width == x.source;
  for (int64_t c = 0; c < channels; ++c, source += plane)
    for (int64_t tx = 0; tx < x.taps; ++tx, out += size) {
      const int64_t offset = x.offset[tx];
      const Inside inside(x, offset);
      T* row = out;
      for (int64_t r = 0; r < y.step; ++r) {
        if (y.low[r] > y.high[r]) continue;
        const int64_t begin = band.row + y.low[r], end = band.row + band.rows + y.high[r];
        int64_t from = begin, to = end;  // those of them that exist
        while (from < to && from * y.step + r < 0) ++from;
        while (to > from && (to - 1) * y.step + r >= y.source) --to;
        for (T* zero = row; zero < row + (from - begin) * width; ++zero) *zero = 0;
        row += (from - begin) * width;
        if (same_width && inside.first < inside.last) {
          // All rows at once, moved by `offset`; the source pixels beyond the ends of rows are then set to zero.
          copy(source + from * width + inside.first + offset, (to - from) * width - inside.first - (width - inside.last),
               row + inside.first);
          for (int64_t q = from; q < to; ++q, row += width) {
            for (int64_t i = 0; i < inside.first; ++i) row[i] = 0;
            for (int64_t i = inside.last; i < width; ++i) row[i] = 0;
          }
        } else {
          for (int64_t q = from; q < to; ++q, row += width) {
            for (int64_t i = 0; i < inside.first; ++i) row[i] = 0;
            copy_stepped(source + (q * y.step + r) * x.source + inside.first * x.step + offset, x.step,
                         inside.last - inside.first, row + inside.first);
            for (int64_t i = inside.last; i < width; ++i) row[i] = 0;
          }
        }
        for (T* zero = row; zero < row + (end - to) * width; ++zero) *zero = 0;
        row += (end - to) * width;
      }
    }
}

}  // namespace tengen::cpu::TENGEN_ISA
