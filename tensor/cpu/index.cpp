// Gather, scatter and advanced indexing, for any strides.
//
// Reads are spread over threads by elements. Writes are spread by the elements that no two indices share, and
// follow the order of the indices within each: what is written twice holds the last value, sums have one
// order.
#include <algorithm>

#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/low_precision.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/cpu/walk.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

Walk<1> walk(const View& v) {
  Walk<1> out;
  for (int d = 0; d < v.dim; ++d) out.add(v.sizes[d], {v.strides[d]});
  return out;
}

/// f with a number type of as many bytes, for moving elements whatever they mean.
template <class F>
auto visit_size(Dtype dtype, const F& f) {
  switch (item_size(dtype)) {
    case 1:
      return f(uint8_t{});
    case 2:
      return f(uint16_t{});
    case 4:
      return f(uint32_t{});
    default:
      return f(uint64_t{});
  }
}

/// The instance of a function template that overwrites elements (of a size) or adds to them (of a type).
#define TENGEN_PUT(function, dtype, add)                                               \
  ((add) ? visit_all(dtype, [](auto zero) { return &function<true, decltype(zero)>; }) \
         : visit_size(dtype, [](auto zero) { return &function<false, decltype(zero)>; }))

template <bool Add, class T>
void put(T& to, T from) {
  if constexpr (!Add)
    to = from;
  else if constexpr (is_reduced<T>)
    to = narrow<T>(widen(to) + widen(from));
  else if constexpr (std::is_same_v<T, bool>)
    to = to || from;
  else
    to = T(to + from);
}

/// Checks indices in two steps: a loop that becomes vector code, and the search for the one to blame.
void check_indices(const int64_t* index, int64_t step, int64_t count, int64_t dim, int64_t size) {
  bool outside = false;
  if (step == 1)
    for (int64_t k = 0; k < count; ++k) outside |= uint64_t(index[k]) >= uint64_t(size);
  else
    for (int64_t k = 0; k < count; ++k) outside |= uint64_t(index[k * step]) >= uint64_t(size);
  if (!outside) return;
  for (int64_t k = 0; k < count; ++k)
    if (uint64_t(index[k * step]) >= uint64_t(size)) index_out_of_bounds(index[k * step], dim, size);
}

// ---- gather and scatter ----

/// One piece of a gather: out[k] = in[k][index[k]].
struct Pick {
  int64_t out_step, index_step, in_step, in_stride;
};
template <class T>
void pick(const Pick& p, void* out, const int64_t* index, const void* in, int64_t count) {
  T* to = static_cast<T*>(out);
  const T* from = static_cast<const T*>(in);
  const auto [out_step, index_step, in_step, in_stride] = p;
  if (out_step == 1 && index_step == 1 && in_step == 0 && in_stride == 1)
    for (int64_t k = 0; k < count; ++k) to[k] = from[index[k]];
  else
    for (int64_t k = 0; k < count; ++k)
      to[k * out_step] = from[k * in_step + index[k * index_step] * in_stride];
}

void gather(const View& out, const View& in, const View& index, int dim) {
  Walk<3> all;
  for (int d = 0; d < index.dim; ++d)
    all.add(index.sizes[d], {out.strides[d], index.strides[d], d == dim ? 0 : in.strides[d]});
  Pick p{all.step(0), all.step(1), all.step(2), in.strides[dim]};
  auto move = visit_size(out.dtype, [](auto zero) { return &pick<decltype(zero)>; });
  int64_t item = int64_t(item_size(out.dtype));
  parallel_ranges(all.numel, kGrainSize / 4, [&](int64_t begin, int64_t end) {
    all.run(begin, end, [&](const int64_t* offsets, int64_t count) {
      const int64_t* at = static_cast<const int64_t*>(index.data) + offsets[1];
      check_indices(at, p.index_step, count, dim, in.sizes[dim]);
      move(p, static_cast<char*>(out.data) + offsets[0] * item, at,
           static_cast<const char*>(in.data) + offsets[2] * item, count);
    });
  });
}

/// Lines of a scatter: out[k][index[k][j]] = or += src[k][j] for j < length.
struct Lines {
  int64_t out_step, index_step, src_step;  // from line to line
  int64_t out_stride, index_stride, src_stride, length;
};
template <bool Add, class T>
void put_lines(const Lines& l, void* out, const int64_t* index, const void* src, int64_t count) {
  T* to = static_cast<T*>(out);
  const T* from = static_cast<const T*>(src);
  auto one = [to, from, index, l](int64_t k, int64_t j) {
    put<Add>(to[k * l.out_step + index[k * l.index_step + j * l.index_stride] * l.out_stride],
             from[k * l.src_step + j * l.src_stride]);
  };
  if (l.out_stride <= l.out_step || count == 1)
    for (int64_t k = 0; k < count; ++k)
      for (int64_t j = 0; j < l.length; ++j) one(k, j);
  else  // neighbours in memory are neighbouring lines
    for (int64_t j = 0; j < l.length; ++j)
      for (int64_t k = 0; k < count; ++k) one(k, j);
}

void scatter(const View& out, const View& index, const View& src, int dim, bool accumulate) {
  Walk<1> all = walk(index);
  all.run(0, all.numel, [&](const int64_t* offsets, int64_t count) {
    check_indices(static_cast<const int64_t*>(index.data) + offsets[0], all.step(0), count, dim,
                  out.sizes[dim]);
  });
  Walk<3> lines;  // everything but `dim`
  for (int d = 0; d < index.dim; ++d)
    if (d != dim) lines.add(index.sizes[d], {out.strides[d], index.strides[d], src.strides[d]});
  Lines l{lines.step(0),      lines.step(1),    lines.step(2),   out.strides[dim],
          index.strides[dim], src.strides[dim], index.sizes[dim]};
  auto move = TENGEN_PUT(put_lines, out.dtype, accumulate);
  int64_t item = int64_t(item_size(out.dtype));
  int64_t grain = std::max<int64_t>(64, kGrainSize / 4 / std::max<int64_t>(1, l.length));
  parallel_ranges(lines.numel, grain, [&](int64_t begin, int64_t end) {
    lines.run(begin, end, [&](const int64_t* offsets, int64_t count) {
      move(l, static_cast<char*>(out.data) + offsets[0] * item,
           static_cast<const int64_t*>(index.data) + offsets[1],
           static_cast<const char*>(src.data) + offsets[2] * item, count);
    });
  });
}

// ---- advanced indexing ----

/// By how much the indices displace: place[i] = sum over k of index_k[i] * stride_k.
void displacements(const Indices& indices, int64_t count, int64_t* place) {
  std::fill_n(place, count, int64_t{0});
  for (int n = 0; n < indices.count; ++n) {
    Walk<1> all = walk(indices.index[n]);
    int64_t size = indices.sizes[n], stride = indices.strides[n], step = all.step(0);
    int64_t* next = place;
    all.run(0, all.numel, [&](const int64_t* offsets, int64_t piece) {
      const int64_t* at = static_cast<const int64_t*>(indices.index[n].data) + offsets[0];
      for (int64_t k = 0; k < piece; ++k) {
        int64_t i = at[k * step];
        if (i < 0 && indices.wrap) i += size;
        if (uint64_t(i) >= uint64_t(size)) [[unlikely]]
          index_out_of_bounds(at[k * step], indices.dims[n], size);
        *next++ += i * stride;
      }
    });
  }
}

/// `count` rows of `size` elements, from[from_place[i]] to to[to_place[i]], one after another.
struct PutRows {
  int64_t to_step, from_step, size, count;
};
template <bool Add, class T>
void put_rows(const PutRows& r, void* to_data, const void* from_data, const int64_t* to_place,
              const int64_t* from_place) {
  T* to = static_cast<T*>(to_data);
  const T* from = static_cast<const T*>(from_data);
  const auto [to_step, from_step, size, count] = r;
  if (size == 1) {
    for (int64_t i = 0; i < count; ++i) put<Add>(to[to_place[i]], from[from_place[i]]);
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    T* t = to + to_place[i];
    const T* f = from + from_place[i];
    if (to_step == 1 && from_step == 1)
      for (int64_t k = 0; k < size; ++k) put<Add>(t[k], f[k]);
    else
      for (int64_t k = 0; k < size; ++k) put<Add>(t[k * to_step], f[k * from_step]);
  }
}

/// Moves elements between a tensor (B..., A...) displaced by one list of places and a tensor
/// (B..., I..., A...) whose element i of I lies where another list says.
struct Move {
  Walk<2> before, after;  // arrays: to, from
  int64_t count;          // of I
  const int64_t *to_place, *from_place;
  char* to;
  const char* from;
  int64_t item;
  void (*put)(const PutRows&, void*, const void*, const int64_t*, const int64_t*);

  void block(int64_t b0, int64_t b1, int64_t i0, int64_t i1, int64_t a0, int64_t a1) const {
    before.run(b0, b1, [&](const int64_t* outer, int64_t repeats) {
      for (int64_t b = 0; b < repeats; ++b)
        after.run(a0, a1, [&](const int64_t* inner, int64_t size) {
          int64_t t = outer[0] + b * before.step(0) + inner[0], f = outer[1] + b * before.step(1) + inner[1];
          put({after.step(0), after.step(1), size, i1 - i0}, to + t * item, from + f * item, to_place + i0,
              from_place + i0);
        });
    });
  }

  /// Rows (b, i) in any order: each writes elsewhere.
  void read() const {
    if (count * before.numel * after.numel == 0) return;
    int64_t grain = std::max<int64_t>(1, kGrainSize / after.numel);
    parallel_ranges(before.numel * count, grain, [&](int64_t begin, int64_t end) {
      while (begin < end) {
        int64_t b = begin / count, i = begin % count, whole = i == 0 ? (end - begin) / count : 0;
        int64_t n = whole > 0 ? count : std::min(end - begin, count - i);
        block(b, b + std::max<int64_t>(whole, 1), i, i + n, 0, after.numel);
        begin += n * std::max<int64_t>(whole, 1);
      }
    });
  }

  /// All places in order, for columns (b, a) in parallel.
  void write() const {
    if (count * before.numel * after.numel == 0) return;
    int64_t width = std::clamp<int64_t>(kGrainSize / count, 16, std::max<int64_t>(16, after.numel));
    int64_t pieces = (after.numel + width - 1) / width;
    int64_t grain = std::max<int64_t>(1, kGrainSize / (count * std::min(width, after.numel)));
    parallel_ranges(before.numel * pieces, grain, [&](int64_t begin, int64_t end) {
      if (pieces == 1) return block(begin, end, 0, count, 0, after.numel);
      for (int64_t task = begin; task < end; ++task) {
        int64_t b = task / pieces, a = task % pieces * width;
        block(b, b + 1, 0, count, a, std::min(a + width, after.numel));
      }
    });
  }
};

/// Calls use(move) with the move between `thin` (B..., A...), displaced, and `full` (B..., I..., A...).
template <class Use>
void with_move(const View& thin, const View& full, bool to_thin, const Indices& indices, int before,
               const Use& use) {
  int middle = indices.index[0].dim;
  const View &to = to_thin ? thin : full, &from = to_thin ? full : thin;
  Move move;
  auto add = [&](Walk<2>& w, int f, int t) {
    w.add(full.sizes[f], {to.strides[to_thin ? t : f], from.strides[to_thin ? f : t]});
  };
  for (int d = 0; d < before; ++d) add(move.before, d, d);
  for (int d = before + middle; d < full.dim; ++d) add(move.after, d, d - middle);
  Walk<1> shape;
  for (int d = before; d < before + middle; ++d) shape.add(full.sizes[d], {full.strides[d]});
  Buffer memory;
  int64_t* place = memory.get<int64_t>(2 * shape.numel);
  int64_t *step = place + shape.numel, *next = step;
  displacements(indices, shape.numel, place);
  shape.run(0, shape.numel, [&](const int64_t* offsets, int64_t n) {
    for (int64_t k = 0; k < n; ++k) *next++ = offsets[0] + k * shape.step(0);
  });
  move.count = shape.numel;
  move.to_place = to_thin ? place : step;
  move.from_place = to_thin ? step : place;
  move.to = static_cast<char*>(to.data);
  move.from = static_cast<const char*>(from.data);
  move.item = int64_t(item_size(to.dtype));
  use(move);
}

void index(const View& out, const View& in, const Indices& indices, int before) {
  with_move(in, out, false, indices, before, [&](Move& move) {
    move.put = TENGEN_PUT(put_rows, out.dtype, false);
    move.read();
  });
}

void index_put(const View& out, const View& src, const Indices& indices, int before, bool accumulate) {
  with_move(out, src, true, indices, before, [&](Move& move) {
    move.put = TENGEN_PUT(put_rows, out.dtype, accumulate);
    move.write();
  });
}

// ---- nonzero ----

/// Positions of the nonzero elements among `count` ones, counted from `first`; gives how many there are.
template <class T>
int64_t find_nonzero(const void* data, int64_t step, int64_t count, int64_t first, int64_t* found) {
  const T* in = static_cast<const T*>(data);
  int64_t n = 0;
  auto is_set = [=](int64_t k) {
    if constexpr (is_reduced<T>)
      return (in[k * step].bits & 0x7fff) != 0;
    else
      return in[k * step] != T(0);
  };
  if (found)
    for (int64_t k = 0; k < count; ++k) found[n] = first + k, n += is_set(k);
  else
    for (int64_t k = 0; k < count; ++k) n += is_set(k);
  return n;
}

int64_t nonzero(const View& in, int64_t* positions) {
  Walk<1> all = walk(in);
  auto find = visit_all(in.dtype, [](auto zero) { return &find_nonzero<decltype(zero)>; });
  int64_t total = 0, seen = 0, item = int64_t(item_size(in.dtype));
  constexpr int64_t kPiece = 1024;
  int64_t found[kPiece];
  all.run(0, all.numel, [&](const int64_t* offsets, int64_t count) {
    for (int64_t begin = 0; begin < count; begin += kPiece) {
      const char* data = static_cast<const char*>(in.data) + (offsets[0] + begin * all.step(0)) * item;
      int64_t n =
          find(data, all.step(0), std::min(kPiece, count - begin), seen + begin, positions ? found : nullptr);
      for (int64_t k = 0; positions && k < n; ++k) {
        int64_t rest = found[k];
        int64_t* coordinates = positions + (total + k) * in.dim;
        for (int d = in.dim - 1; d > 0; rest /= in.sizes[d--]) coordinates[d] = rest % in.sizes[d];
        if (in.dim > 0) coordinates[0] = rest;
      }
      total += n;
    }
    seen += count;
  });
  return total;
}

}  // namespace

void add_index_kernels(Kernels& table) {
  table.gather = gather;
  table.scatter = scatter;
  table.index = index;
  table.index_put = index_put;
  table.nonzero = nonzero;
}

}  // namespace tengen::cpu::TENGEN_ISA
