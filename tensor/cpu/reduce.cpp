// Reductions and scans.
//
// A reduction is a state per output that takes elements in order: along a row (one state, many elements) or
// across columns (many states, an element each), whichever runs along memory. Work is cut into tiles of
// outputs and, where few outputs take many elements each, into parts of the reduced range, whose states are
// merged in order. Floats are summed in double.
#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/cpu/reducers.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// Rows taken at once. Across columns, states are loaded and stored once for all; and the processor fetches
/// several streams from far apart nearly twice as fast as a single one.
constexpr int kRows = 4;
/// Elements of a row that make it worth being read as so many streams.
constexpr int64_t kLongRow = 8192;
/// Parts of the reduced range, at most: enough for many threads, few enough that merging them costs nothing.
constexpr int64_t kParts = 128;
/// Outputs whose parts are merged together.
constexpr int64_t kSlice = 64;
/// Outputs in a tile across columns: their states, and a piece of each of the rows, stay in the first-level
/// cache.
constexpr int64_t kColumns = 1024;

/// Bytes of the largest state.
constexpr int64_t kStateBytes = 24;

/// Functions over arrays of states; `position` counts reduced elements.
struct Reducer {
  int64_t state_bytes;
  void (*begin)(int64_t n, void* states);
  void (*row)(int64_t n, void* state, const void* in, int64_t position);
  void (*rows)(int64_t n, void* const* states,
               const void* const* in);  // kRows of them; null where order matters
  void (*columns)(int64_t n, void* states, const void* const* rows, int count, int64_t position);
  void (*merge)(int64_t n, void* states, const void* others);
  void (*finish)(int64_t n, const void* states, void* out);
};

template <class R>
constexpr auto rows_function() -> decltype(Reducer::rows) {
  if constexpr (requires { R::row; })
    return nullptr;
  else
    return [](int64_t n, void* const* states, const void* const* rows) {
      typename R::State* s[kRows];
      const typename R::In* in[kRows];
      for (int k = 0; k < kRows; ++k) {
        s[k] = static_cast<typename R::State*>(states[k]);
        in[k] = static_cast<const typename R::In*>(rows[k]);
      }
      R::template rows<kRows>(n, s, in);
    };
}

template <class R>
constexpr Reducer reducer() {
  using State = typename R::State;
  static_assert(sizeof(State) <= kStateBytes);
  using In = typename R::In;
  using Out = typename R::Out;
  return {sizeof(State),
          [](int64_t n, void* states) {
            for (int64_t i = 0; i < n; ++i) R::begin(static_cast<State*>(states)[i]);
          },
          [](int64_t n, void* state, const void* in, int64_t position) {
            if constexpr (requires { R::row; }) {
              R::row(n, *static_cast<State*>(state), static_cast<const In*>(in), position);
            } else {
              State* s = static_cast<State*>(state);
              const In* row = static_cast<const In*>(in);
              R::template rows<1>(n, &s, &row);
            }
          },
          rows_function<R>(),
          [](int64_t n, void* states, const void* const* rows, int count, int64_t position) {
            State* s = static_cast<State*>(states);
            if constexpr (requires { R::columns; }) {
              const In* in[kRows];
              for (int k = 0; k < count; ++k) in[k] = static_cast<const In*>(rows[k]);
              return R::columns(n, s, in, count, position);
            } else {
              auto row = [&](int k) { return static_cast<const In*>(rows[k]); };
              if constexpr (requires { R::take_rows; }) {
                if (count == kRows) {
                  const In *a = row(0), *b = row(1), *c = row(2), *d = row(3);
                  int64_t i = 0;
                  if constexpr (requires { R::kVectors; } && !__is_same(In, int64_t)) {
                    using S = Simd<In>;
                    auto at = [&](const In* p) { return Vec<In>(S::load(p + i)); };
                    for (; i + S::lanes <= n; i += S::lanes)
                      S::store(s + i, R::take_rows(at(s), at(a), at(b), at(c), at(d)).raw);
                  }
                  for (; i < n; ++i) s[i] = R::take_rows(s[i], a[i], b[i], c[i], d[i]);
                  return;
                }
              }
              for (int k = 0; k < count; ++k)
                for (int64_t i = 0; i < n; ++i) R::take(s[i], row(k)[i], position + k);
            }
          },
          [](int64_t n, void* states, const void* others) {
            for (int64_t i = 0; i < n; ++i)
              R::merge(static_cast<State*>(states)[i], static_cast<const State*>(others)[i]);
          },
          [](int64_t n, const void* states, void* out) {
            for (int64_t i = 0; i < n; ++i)
              static_cast<Out*>(out)[i] = R::finish(static_cast<const State*>(states)[i]);
          }};
}

template <template <class, class> class R, class Op>
const Reducer& by_type(Dtype computing) {
  static constexpr Reducer f32 = reducer<R<Op, float>>(), f64 = reducer<R<Op, double>>(),
                           i64 = reducer<R<Op, int64_t>>();
  return computing == kFloat ? f32 : computing == kDouble ? f64 : i64;
}

const Reducer& find(Reduce op, Dtype computing) {
  static constexpr Reducer all = reducer<Truth<true>>(), any = reducer<Truth<false>>(),
                           distances32 = reducer<Distances<float>>(),
                           distances64 = reducer<Distances<double>>();
  switch (op) {
    case Reduce::Sum:
      return by_type<Accumulate, Add>(computing);
    case Reduce::SumSquares:
      return by_type<Accumulate, AddSquare>(computing);
    case Reduce::Prod:
      return by_type<Accumulate, Multiply>(computing);
    case Reduce::Max:
      return by_type<Extreme, Greater>(computing);
    case Reduce::Min:
      return by_type<Extreme, Less>(computing);
    case Reduce::ArgMax:
      return by_type<ArgExtreme, Greater>(computing);
    case Reduce::ArgMin:
      return by_type<ArgExtreme, Less>(computing);
    case Reduce::SquaredDistances:
      return computing == kFloat ? distances32 : distances64;
    case Reduce::All:
      return all;
    default:
      return any;
  }
}

// ---- the walk
int64_t absolute(int64_t x) { return x < 0 ? -x : x; }
int64_t at_least_one(int64_t x) { return x < 1 ? 1 : x; }
int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
int64_t larger(int64_t a, int64_t b) { return a < b ? b : a; }

/// One state takes n elements that lie one after another: where there are many, from kRows places at once.
void take_piece(const Reducer& r, void* state, int64_t n, const char* in, int64_t item, int64_t position) {
  const int64_t length = n / (kRows * 16) * 16, done = length * kRows;
  if (!r.rows || n < kLongRow) return r.row(n, state, in, position);
  alignas(16) char parts[kRows * kStateBytes];
  void* states[kRows];
  const void* rows[kRows];
  for (int k = 0; k < kRows; ++k) {
    states[k] = parts + k * r.state_bytes;
    rows[k] = in + k * length * item;
  }
  r.begin(kRows, parts);
  r.rows(length, states, rows);
  for (void* part : states) r.merge(1, state, part);
  r.row(n - done, state, in + done * item, position + done);
}

/// One state takes elements [first, last) of `row`.
void take_row(const Reducer& r, void* state, const Run& row, bool raw, int64_t first, int64_t last,
              int64_t origin) {
  if (row.direct()) return take_piece(r, state, last - first, row.at(first), row.item(), origin);
  int64_t inner = row.inner_size();
  if (raw && row.inner_stride() == 1 && inner >= 64) {  // long pieces, used where they lie
    for (int64_t i = first; i < last;) {
      int64_t n = smaller(inner - i % inner, last - i);
      take_piece(r, state, n, row.data() + row.offset(i) * row.item(), row.item(), origin + i - first);
      i += n;
    }
    return;
  }
  alignas(64) char buffer[kRun * 8];
  for (int64_t i = first; i < last; i += kRun) {
    int64_t n = smaller(kRun, last - i);
    row.load(i, n, buffer);
    r.row(n, state, buffer, origin + i - first);
  }
}

void reduce(Reduce op, const View& out, const View& in, int reduced) {
  bool truth = op == Reduce::All || op == Reduce::Any, arg = op == Reduce::ArgMax || op == Reduce::ArgMin;
  Dtype as = truth ? in.dtype : computing_type(in.dtype),
        out_as = truth ? out.dtype : computing_type(out.dtype);
  if (truth && in.dtype != kBool) not_implemented_error("reduce", int(in.dtype));
  const Reducer& r = find(op, as);

  Order kept(in, 0, in.dim - reduced), taken(in, in.dim - reduced, in.dim);
  if (kept.numel == 0) return;
  kept.follow(in);
  if (!arg) taken.follow(in);  // positions count in the given order
  Run outputs, row, target;
  outputs.bind(in, kept, as);
  row.bind(in, taken, as);
  target.bind(out, kept, out_as);
  const int64_t count = kept.numel, length = taken.numel;
  const bool across =
      count > 1 && (absolute(outputs.inner_stride()) < absolute(row.inner_stride()) || length < 16);

  const bool narrow = across && !arg && outputs.direct() && count <= kRun / 4 &&
                      row.inner_stride() == count && row.inner_size() == length;

  // Tiles of outputs, parts of the reduced range.
  const int64_t tile = across
                           ? smaller(count, outputs.direct() && target.direct() ? kColumns : kRun)
                           : smaller(at_least_one(kGrainSize / at_least_one(length)), smaller(count, kRun));
  const int64_t part = larger(at_least_one(kGrainSize / tile), length / kParts);
  const int64_t tiles = (count + tile - 1) / tile, parts = at_least_one((length + part - 1) / part);
  char* partial = nullptr;
  if (parts > 1) partial = scratch().partial.get<char>(tiles * parts * tile * r.state_bytes);

  auto write = [&](int64_t first, int64_t n, const void* states) {
    if (target.direct()) return r.finish(n, states, target.at(first));
    alignas(64) char buffer[kRun * 8];
    r.finish(n, states, buffer);
    target.store(first, n, buffer);
  };
  const bool raw = as == in.dtype;
  int64_t tasks = tiles * parts,
          group = at_least_one(kGrainSize / (tile * smaller(part, at_least_one(length))));
  parallel_ranges(tasks, group, [&](int64_t first_task, int64_t last_task) {
    alignas(64) char local[kColumns * kStateBytes], buffer[kRows][kRun * 8];
    Run run = across ? outputs : row;
    for (int64_t task = first_task; task < last_task; ++task) {
      int64_t first = task / parts * tile, n = smaller(tile, count - first);
      int64_t begin = task % parts * part, end = smaller(begin + part, length);
      char* states = partial ? partial + task * tile * r.state_bytes : local;
      r.begin(n, states);
      if (across) {
        // From row i on, `unit` rows that lie one after another as one; returns the first row that is left.
        auto take = [&](int64_t i, int64_t unit, int64_t width, void* into) {
          const void* rows[kRows];
          for (int64_t left; (left = (end - i) / unit) > 0;) {
            const int64_t apart = r.rows ? at_least_one(left / kRows) : 1, at_once = smaller(kRows, left);
            for (int64_t j = 0; j < apart; ++j) {
              for (int64_t k = 0; k < at_once; ++k) {
                run.set_data(row.data() + row.offset(i + (j + k * apart) * unit) * row.item());
                rows[k] = run.direct() ? run.at(first) : buffer[k];
                if (!run.direct()) run.load(first, width, buffer[k]);
              }
              r.columns(width, into, rows, int(at_once), i);
            }
            i += apart * at_once * unit;
          }
          return i;
        };
        int64_t i = begin;
        if (narrow) {  // many rows as one wide row, whose parts are then brought together
          const int64_t many = kRun / count, bytes = count * r.state_bytes;
          r.begin(many * count, local);
          i = take(begin, many, many * count, local);
          for (int64_t k = 1; k < many; ++k) r.merge(count, local, local + k * bytes);
          if (states != local) __builtin_memcpy(states, local, bytes);
        }
        take(i, 1, n, states);
      } else {
        auto start = [&](int64_t k) { return outputs.data() + outputs.offset(first + k) * outputs.item(); };
        int64_t k = 0;
        if (r.rows && row.direct()) {
          const int64_t apart = n / kRows;
          for (; k < apart; ++k) {
            void* to[kRows];
            const void* from[kRows];
            for (int j = 0; j < kRows; ++j) {
              to[j] = states + (k + j * apart) * r.state_bytes;
              from[j] = start(k + j * apart) + begin * row.item();
            }
            r.rows(end - begin, to, from);
          }
          k *= kRows;
        }
        for (; k < n; ++k) {
          run.set_data(start(k));
          take_row(r, states + k * r.state_bytes, run, raw, begin, end, begin);
        }
      }
      if (!partial) write(first, n, states);
    }
  });
  if (!partial) return;
  const int64_t slice = smaller(tile, kSlice), slices = (tile + slice - 1) / slice;
  parallel_ranges(tiles * slices, at_least_one(kGrainSize / (slice * parts)), [&](int64_t from, int64_t to) {
    for (int64_t t = from; t < to; ++t) {
      const int64_t begin = t % slices * slice, first = t / slices * tile + begin;
      const int64_t n = smaller(smaller(slice, tile - begin), count - first);
      if (n <= 0) continue;
      char* states = partial + (t / slices * parts * tile + begin) * r.state_bytes;
      for (int64_t p = 1; p < parts; ++p) r.merge(n, states, states + p * tile * r.state_bytes);
      write(first, n, states);
    }
  });
}

// ---- scans
constexpr int64_t kScanRows = 16;  // side by side, so that rows across memory share cache lines

/// A block of n rows.
struct ScanBlock {
  int64_t n, length, in_stride, out_stride;
  const void* in[kScanRows];
  void* out[kScanRows];
};
template <class T, class Op>
void scan_block(const ScanBlock& b) {
  typename Accumulator<T>::type state[kScanRows];
  for (int64_t k = 0; k < b.n; ++k) state[k] = Op::kIdentity;
  for (int64_t i = 0; i < b.length; ++i)
    for (int64_t k = 0; k < b.n; ++k) {
      state[k] = Op::merge(state[k], decltype(+state[k])(static_cast<const T*>(b.in[k])[i * b.in_stride]));
      static_cast<T*>(b.out[k])[i * b.out_stride] = T(state[k]);
    }
}

void scan(Reduce op, const View& out, const View& in) {
  bool sum = op == Reduce::Sum;
  void (*kernel)(const ScanBlock&) =
      in.dtype == kFloat    ? (sum ? scan_block<float, Add> : scan_block<float, Multiply>)
      : in.dtype == kDouble ? (sum ? scan_block<double, Add> : scan_block<double, Multiply>)
      : in.dtype == kLong   ? (sum ? scan_block<int64_t, Add> : scan_block<int64_t, Multiply>)
                            : nullptr;
  if (!kernel) not_implemented_error(sum ? "cumsum" : "cumprod", int(in.dtype));
  int last = in.dim - 1;
  int64_t length = in.dim ? in.sizes[last] : 1;
  Order rows(in, 0, last);
  if (rows.numel == 0 || length == 0) return;
  rows.follow(in);
  Run from, to;
  from.bind(in, rows, in.dtype);
  to.bind(out, rows, out.dtype);
  int64_t blocks = (rows.numel + kScanRows - 1) / kScanRows;
  parallel_ranges(blocks, at_least_one(kGrainSize / (length * kScanRows)), [&](int64_t first, int64_t end) {
    ScanBlock block;
    block.length = length;
    block.in_stride = in.dim ? in.strides[last] : 0;
    block.out_stride = in.dim ? out.strides[last] : 0;
    for (int64_t row = first * kScanRows; row < smaller(end * kScanRows, rows.numel); row += kScanRows) {
      block.n = smaller(kScanRows, rows.numel - row);
      for (int64_t k = 0; k < block.n; ++k) {
        block.in[k] = from.data() + from.offset(row + k) * from.item();
        block.out[k] = to.data() + to.offset(row + k) * to.item();
      }
      kernel(block);
    }
  });
}

}  // namespace

void fill_reduce(Kernels& table) {
  table.reduce = reduce;
  table.scan = scan;
}

}  // namespace tengen::cpu::TENGEN_ISA
