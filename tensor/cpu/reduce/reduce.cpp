// Reductions and scans.
//
// A reduction is a state per output that takes elements in order: along a row (one state, many elements) or
// across columns (many states, an element each), whichever runs along memory. Work is cut into tiles of
// outputs and, where few outputs take many elements each, into parts of the reduced range, whose states are
// merged in order. Floats are summed in double.
#include <tengen/tensor/cpu/common.h>
#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/reduce/reducers.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/parallel/parallel.h>

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
void take_row(const Reducer& r, void* state, const StridedOperand& row, bool raw, int64_t first, int64_t last,
              int64_t origin) {
  if (row.direct()) return take_piece(r, state, last - first, row.at(first), row.item(), origin);
  int64_t inner = row.inner_size();
  if (raw && row.inner_stride() == 1 && inner >= 64) {  // long pieces, used where they lie
    for (int64_t i = first; i < last;) {
      int64_t n = min(inner - i % inner, last - i);
      take_piece(r, state, n, row.data() + row.offset(i) * row.item(), row.item(), origin + i - first);
      i += n;
    }
    return;
  }
  alignas(64) char buffer[kRun * 8];
  for (int64_t i = first; i < last; i += kRun) {
    int64_t n = min(kRun, last - i);
    row.load(i, n, buffer);
    r.row(n, state, buffer, origin + i - first);
  }
}

/// Tiles of outputs times parts of the reduced range; each pair is a task, with its own states.
class Reduction {
 public:
  Reduction(Reduce op, const View& out, const View& in, int reduced)
      : kept_(in, 0, in.dim - reduced), taken_(in, in.dim - reduced, in.dim) {
    const bool truth = op == Reduce::All || op == Reduce::Any;
    arg_ = op == Reduce::ArgMax || op == Reduce::ArgMin;
    if (truth && in.dtype != kBool) not_implemented_error("reduce", int(in.dtype));
    const Dtype as = truth ? in.dtype : computing_type(in.dtype);
    r_ = &find(op, as);
    raw_ = as == in.dtype;
    count_ = kept_.numel, length_ = taken_.numel;
    if (count_ == 0) return;
    kept_.follow(in);
    if (!arg_) taken_.follow(in);  // positions count in the given order
    outputs_.bind(in, kept_, as);
    row_.bind(in, taken_, as);
    target_.bind(out, kept_, truth ? out.dtype : computing_type(out.dtype));
    across_ =
        count_ > 1 && (absolute(outputs_.inner_stride()) < absolute(row_.inner_stride()) || length_ < 16);
    const bool in_place = outputs_.direct() && target_.direct();
    tile_ = across_ ? min(count_, in_place ? kColumns : kRun)
                    : min(max(kGrainSize / max(length_, 1), 1), min(count_, kRun));
    part_ = max(max(kGrainSize / tile_, 1), length_ / kParts);
    tiles_ = divide_up(count_, tile_), parts_ = max(divide_up(length_, part_), 1);
  }

  void run() {
    if (count_ == 0) return;
    if (parts_ > 1) partial_ = thread_buffers().partial.get<char>(tiles_ * parts_ * tile_ * r_->state_bytes);
    const int64_t group = max(kGrainSize / (tile_ * min(part_, max(length_, 1))), 1);
    parallel_ranges(tiles_ * parts_, group, [&](int64_t first, int64_t last) {
      alignas(64) char local[kColumns * kStateBytes];
      StridedOperand operand = across_ ? outputs_ : row_;
      for (int64_t task = first; task < last; ++task) run_task(task, operand, local);
    });
    if (partial_) merge_parts();
  }

 private:
  void run_task(int64_t task, StridedOperand& operand, char* local) const {
    const int64_t first = task / parts_ * tile_, n = min(tile_, count_ - first);
    const int64_t begin = task % parts_ * part_, end = min(begin + part_, length_);
    char* states = partial_ ? partial_ + task * tile_ * r_->state_bytes : local;
    r_->begin(n, states);
    if (across_)
      take_columns(operand, states, local, first, n, begin, end);
    else
      take_rows(operand, states, first, n, begin, end);
    if (!partial_) write(first, n, states);
  }

  // Every state takes an element of each row [begin, end).
  void take_columns(StridedOperand& operand, char* states, char* local, int64_t first, int64_t n,
                    int64_t begin, int64_t end) const {
    const bool narrow = !arg_ && outputs_.direct() && count_ <= kRun / 4 && row_.inner_stride() == count_ &&
                        row_.inner_size() == length_;
    if (narrow) {  // many rows as one wide row, whose parts are then brought together
      const int64_t many = kRun / count_, bytes = count_ * r_->state_bytes;
      r_->begin(many * count_, local);
      begin = take_wide_rows(operand, local, first, many * count_, many, begin, end);
      for (int64_t k = 1; k < many; ++k) r_->merge(count_, local, local + k * bytes);
      if (states != local) __builtin_memcpy(states, local, bytes);
    }
    take_wide_rows(operand, states, first, n, 1, begin, end);
  }

  // From row `begin` on, `unit` rows that lie one after another as one of `width` elements; returns the first
  // row that is left.
  int64_t take_wide_rows(StridedOperand& operand, void* states, int64_t first, int64_t width, int64_t unit,
                         int64_t begin, int64_t end) const {
    alignas(64) char buffer[kRows][kRun * 8];
    const void* rows[kRows];
    int64_t i = begin;
    for (int64_t left; (left = (end - i) / unit) > 0;) {
      const int64_t apart = r_->rows ? max(left / kRows, 1) : 1, at_once = min(kRows, left);
      for (int64_t j = 0; j < apart; ++j) {
        for (int64_t k = 0; k < at_once; ++k) {
          operand.set_data(row_.data() + row_.offset(i + (j + k * apart) * unit) * row_.item());
          rows[k] = operand.direct() ? operand.at(first) : buffer[k];
          if (!operand.direct()) operand.load(first, width, buffer[k]);
        }
        r_->columns(width, states, rows, int(at_once), i);
      }
      i += apart * at_once * unit;
    }
    return i;
  }

  // Every state takes the elements [begin, end) of its own row.
  void take_rows(StridedOperand& operand, char* states, int64_t first, int64_t n, int64_t begin,
                 int64_t end) const {
    const auto start = [&](int64_t k) {
      return outputs_.data() + outputs_.offset(first + k) * outputs_.item();
    };
    int64_t k = 0;
    if (r_->rows && row_.direct()) {
      const int64_t apart = n / kRows;
      for (; k < apart; ++k) {
        void* to[kRows];
        const void* from[kRows];
        for (int j = 0; j < kRows; ++j) {
          to[j] = states + (k + j * apart) * r_->state_bytes;
          from[j] = start(k + j * apart) + begin * row_.item();
        }
        r_->rows(end - begin, to, from);
      }
      k *= kRows;
    }
    for (; k < n; ++k) {
      operand.set_data(start(k));
      take_row(*r_, states + k * r_->state_bytes, operand, raw_, begin, end, begin);
    }
  }

  void merge_parts() const {
    const int64_t slice = min(tile_, kSlice), slices = divide_up(tile_, slice);
    const int64_t group = max(kGrainSize / (slice * parts_), 1);
    parallel_ranges(tiles_ * slices, group, [&](int64_t from, int64_t to) {
      for (int64_t t = from; t < to; ++t) {
        const int64_t begin = t % slices * slice, first = t / slices * tile_ + begin;
        const int64_t n = min(min(slice, tile_ - begin), count_ - first);
        if (n <= 0) continue;
        char* states = partial_ + (t / slices * parts_ * tile_ + begin) * r_->state_bytes;
        for (int64_t p = 1; p < parts_; ++p) r_->merge(n, states, states + p * tile_ * r_->state_bytes);
        write(first, n, states);
      }
    });
  }

  void write(int64_t first, int64_t n, const void* states) const {
    if (target_.direct()) return r_->finish(n, states, target_.at(first));
    alignas(64) char buffer[kRun * 8];
    r_->finish(n, states, buffer);
    target_.store(first, n, buffer);
  }

  const Reducer* r_;
  Order kept_, taken_;
  StridedOperand outputs_, row_, target_;
  bool arg_, raw_, across_ = false;  // across: states side by side take elements of one row after another
  int64_t count_, length_;           // outputs, elements that each takes
  int64_t tile_ = 0, part_ = 0, tiles_ = 0, parts_ = 0;
  char* partial_ = nullptr;  // the states of all tasks, where several tasks share an output
};

void reduce(Reduce op, const View& out, const View& in, int reduced) {
  Reduction(op, out, in, reduced).run();
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
  StridedOperand from, to;
  from.bind(in, rows, in.dtype);
  to.bind(out, rows, out.dtype);
  int64_t blocks = (rows.numel + kScanRows - 1) / kScanRows;
  parallel_ranges(blocks, max(kGrainSize / (length * kScanRows), 1), [&](int64_t first, int64_t end) {
    ScanBlock block;
    block.length = length;
    block.in_stride = in.dim ? in.strides[last] : 0;
    block.out_stride = in.dim ? out.strides[last] : 0;
    for (int64_t row = first * kScanRows; row < min(end * kScanRows, rows.numel); row += kScanRows) {
      block.n = min(kScanRows, rows.numel - row);
      for (int64_t k = 0; k < block.n; ++k) {
        block.in[k] = from.data() + from.offset(row + k) * from.item();
        block.out[k] = to.data() + to.offset(row + k) * to.item();
      }
      kernel(block);
    }
  });
}

}  // namespace

void add_reduce_kernels(Kernels& table) {
  table.reduce = reduce;
  table.scan = scan;
}

}  // namespace tengen::cpu::TENGEN_ISA
