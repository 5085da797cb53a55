// Reductions and scans.
//
// A reduction is a state per output that takes elements in order: along a row (one state, many elements) or
// across columns (many states, an element each), whichever runs along memory. Work is cut into tiles of
// outputs and, where few outputs take many elements each, into parts of the reduced range, whose states are
// merged in order. Floats are summed in double.
#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/cpu/loops.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/cpu/vec_math.h>
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

int64_t absolute(int64_t x) { return x < 0 ? -x : x; }
int64_t at_least_one(int64_t x) { return x < 1 ? 1 : x; }
int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
int64_t larger(int64_t a, int64_t b) { return a < b ? b : a; }

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

// ---- sums and products
struct Add {
  static constexpr int kIdentity = 0;
  template <class T>
  static TENGEN_INLINE T take(T state, T x) {
    return state + x;
  }
  template <class T>
  static TENGEN_INLINE T merge(T a, T b) {
    return a + b;
  }
};
struct AddSquare : Add {
  template <class T>
  static TENGEN_INLINE T take(T state, T x) {
    return state + x * x;
  }
};
struct Multiply {
  static constexpr int kIdentity = 1;
  template <class T>
  static TENGEN_INLINE T take(T state, T x) {
    return state * x;
  }
  template <class T>
  static TENGEN_INLINE T merge(T a, T b) {
    return a * b;
  }
};

template <class T>
struct Accumulator {
  using type = double;
};
template <>
struct Accumulator<int64_t> {
  using type = int64_t;
};

template <class Op, class T>
struct Accumulate {
  using In = T;
  using Out = T;
  using State = typename Accumulator<T>::type;
  static void begin(State& s) { s = Op::kIdentity; }
  static void take(State& s, T x, int64_t) { s = Op::take(s, State(x)); }
  static void merge(State& s, State other) { s = Op::merge(s, other); }
  static T finish(State s) { return T(s); }
  /// Floats are added in pairs of pairs before they become doubles: half the work, two roundings.
  static constexpr bool kPairs = __is_same(Op, Add) && __is_same(T, float);
  static TENGEN_INLINE State take_rows(State s, T a, T b, T c, T d) {
    if constexpr (kPairs)
      return s + State((a + b) + (c + d));
    else
      return Op::take(Op::take(Op::take(Op::take(s, State(a)), State(b)), State(c)), State(d));
  }
  /// n elements of each of kCount rows, a state per row.
  template <int kCount>
  static void rows(int64_t n, State* const* states, const T* const* in) {
    int64_t i = 0;
    if constexpr (!__is_same(T, int64_t)) {
      using S = Simd<T>;
      using D = Simd<double>;
      constexpr int L = S::lanes, kHalves = L / D::lanes;
      constexpr int kVecs = kCount == 1 ? 4 / kHalves : 1, kTerms = kPairs ? 4 : 1,
                    kStep = kVecs * kTerms * L;
      typename D::V acc[kCount][kVecs * kHalves];
      for (auto& row : acc)
        for (auto& a : row) a = D::broadcast(Op::kIdentity);
      for (; i + kStep <= n; i += kStep) {
        TENGEN_UNROLL
        for (int r = 0; r < kCount; ++r) TENGEN_UNROLL
        for (int k = 0; k < kVecs; ++k) {
          const T* at = in[r] + i + k * kTerms * L;
          typename S::V x = S::load(at);
          if constexpr (kPairs) x = (x + S::load(at + L)) + (S::load(at + 2 * L) + S::load(at + 3 * L));
          typedef T Part __attribute__((vector_size(D::lanes * sizeof(T))));
          Part parts[kHalves];
          __builtin_memcpy(parts, &x, sizeof x);
          TENGEN_UNROLL
          for (int h = 0; h < kHalves; ++h) {
            auto& a = acc[r][k * kHalves + h];
            a = Op::take(a, __builtin_convertvector(parts[h], typename D::V));
          }
        }
      }
      if (i > 0)
        for (int r = 0; r < kCount; ++r) {
          typename D::V all = acc[r][0];
          for (int k = 1; k < kVecs * kHalves; ++k) all = Op::merge(all, acc[r][k]);
          for (int k = 0; k < D::lanes; ++k) *states[r] = Op::merge(*states[r], all[k]);
        }
    }
    for (int r = 0; r < kCount; ++r)
      for (int64_t j = i; j < n; ++j) *states[r] = Op::take(*states[r], State(in[r][j]));
  }
};

// ---- squared distances from the mean
/// Of `count` elements, their mean and the sum of squares of what they are away from it. Runs and handfuls of
/// elements are brought together by the formula of Chan, Golub and LeVeque, so that nothing is lost however
/// far from zero they lie.
template <class T>
struct Distances {
  using In = T;
  using Out = T;
  struct State {
    double count, mean, squares;
  };
  static void begin(State& s) { s = {0, 0, 0}; }
  static void merge(State& s, State other) {
    const double total = s.count + other.count, delta = other.mean - s.mean;
    if (total == 0) return;
    s.squares += other.squares + delta * delta * (s.count * other.count / total);
    s.mean += delta * (other.count / total);
    s.count = total;
  }
  static T finish(State s) { return T(s.squares); }

  /// A run in two passes: its mean, then distances from that, which need not be exact.
  static void row(int64_t n, State& s, const T* in, int64_t) {
    for (int64_t i = 0; i < n; i += kRun) {
      const int64_t count = smaller(kRun, n - i);
      double total = 0;
      double* state = &total;
      const T* run = in + i;
      Accumulate<Add, T>::template rows<1>(count, &state, &run);
      const T centre = T(total / double(count));
      double sum = 0, squares = 0;
      distances(count, run, centre, sum, squares);
      merge(s, {double(count), double(centre) + sum / double(count), squares - sum * sum / double(count)});
    }
  }
  /// The sum of in - centre, and of its squares.
  static void distances(int64_t n, const T* in, T centre, double& sum, double& squares) {
    using S = Simd<T>;
    using D = Simd<double>;
    constexpr int L = S::lanes, kHalves = L / D::lanes;
    typename D::V sums[kHalves] = {}, powers[kHalves] = {};
    int64_t i = 0;
    for (; i + L <= n; i += L) {
      const typename S::V x = S::load(in + i) - S::broadcast(centre);
      typedef T Part __attribute__((vector_size(D::lanes * sizeof(T))));
      Part parts[kHalves];
      __builtin_memcpy(parts, &x, sizeof x);
      TENGEN_UNROLL
      for (int h = 0; h < kHalves; ++h) {
        const typename D::V d = __builtin_convertvector(parts[h], typename D::V);
        sums[h] += d;
        powers[h] += d * d;
      }
    }
    for (int h = 0; h < kHalves; ++h) sum += D::sum(sums[h]), squares += D::sum(powers[h]);
    for (; i < n; ++i) {
      const double d = in[i] - centre;
      sum += d;
      squares += d * d;
    }
  }

  /// Of all states the same number of elements is known: no division but two for all.
  static void columns(int64_t n, State* s, const T* const* rows, int count, int64_t) {
    if (n == 0) return;
    const double before = s[0].count, total = before + count, share = count / total;
    const double one = 1. / count, weight = before * share;
    for (int64_t i = 0; i < n; ++i) {
      const double first = rows[0][i];
      double sum = 0, squares = 0;
      for (int k = 1; k < count; ++k) {
        const double d = rows[k][i] - first;
        sum += d;
        squares += d * d;
      }
      const double delta = first + sum * one - s[i].mean;
      s[i].squares += squares - sum * sum * one + delta * delta * weight;
      s[i].mean += delta * share;
      s[i].count = total;
    }
  }
};

// ---- largest and smallest; NaN wins
struct Greater {
  template <class T>
  static TENGEN_INLINE auto better(T x, T than) {
    return (x > than) | (x != x);
  }
  template <class T>
  static constexpr T kWorst = __is_same(T, int64_t) ? T(INT64_MIN) : T(-__builtin_inf());
};
struct Less {
  template <class T>
  static TENGEN_INLINE auto better(T x, T than) {
    return (x < than) | (x != x);
  }
  template <class T>
  static constexpr T kWorst = __is_same(T, int64_t) ? T(INT64_MAX) : T(__builtin_inf());
};

template <class Op, class T>
struct Extreme {
  static constexpr bool kVectors = true;
  using In = T;
  using Out = T;
  using State = T;
  static void begin(State& s) { s = Op::template kWorst<T>; }
  static void take(State& s, T x, int64_t) { s = Op::better(x, s) ? x : s; }
  static void merge(State& s, State other) { take(s, other, 0); }
  static T finish(State s) { return s; }
  template <class V>
  static TENGEN_INLINE V best(V x, V s) {
    using pw::select;
    return select(Op::better(x, s), x, s);
  }
  template <class V>
  static TENGEN_INLINE V take_rows(V s, V a, V b, V c, V d) {
    return best(best(a, b), best(best(c, d), s));
  }
  template <int kCount>
  static void rows(int64_t n, State* const* states, const T* const* in) {
    int64_t i = 0;
    if constexpr (!__is_same(T, int64_t)) {
      using V = Vec<T>;
      constexpr int kVecs = 4 / kCount, kStep = kVecs * V::lanes;
      V best[kCount][kVecs];
      for (int r = 0; r < kCount; ++r)
        for (V& b : best[r]) b = V(*states[r]);
      for (; i + kStep <= n; i += kStep) {
        TENGEN_UNROLL
        for (int k = 0; k < kCount * kVecs; ++k) {
          V& b = best[k / kVecs][k % kVecs];
          b = Extreme::best(V(Simd<T>::load(in[k / kVecs] + i + k % kVecs * V::lanes)), b);
        }
      }
      for (int r = 0; r < kCount; ++r) {
        T each[kStep];
        __builtin_memcpy(each, best[r], sizeof each);
        for (T x : each) take(*states[r], x, 0);
      }
    }
    for (int r = 0; r < kCount; ++r)
      for (int64_t j = i; j < n; ++j) take(*states[r], in[r][j], 0);
  }
};

/// Position of the first best element.
template <class Op, class T>
struct ArgExtreme {
  using In = T;
  using Out = int64_t;
  struct State {
    T value;
    int64_t position;
  };
  static void begin(State& s) { s = {Op::template kWorst<T>, -1}; }
  static bool improves(const State& s, T x) {
    return bool(s.position < 0) | (bool(s.value == s.value) & bool(Op::better(x, s.value)));
  }
  static void take(State& s, T x, int64_t position) {  // without branches: they would be guesses
    bool better = improves(s, x);
    s.value = better ? x : s.value;
    s.position = better ? position : s.position;
  }
  static void merge(State& s, State other) {
    if (other.position >= 0) take(s, other.value, other.position);
  }
  static int64_t finish(State s) { return s.position < 0 ? 0 : s.position; }
  static void row(int64_t n, State& s, const T* in, int64_t position) {
    for (int64_t i = 0; i < n; i += kRun) {  // find the best of a run fast, then where it was if it matters
      int64_t count = n - i < kRun ? n - i : kRun;
      T best = Op::template kWorst<T>;
      T* state = &best;
      const T* run = in + i;
      Extreme<Op, T>::template rows<1>(count, &state, &run);
      if (!improves(s, best)) continue;
      int64_t at = 0;
      while (!(in[i + at] == best || in[i + at] != in[i + at])) ++at;
      s = {best, position + i + at};
    }
  }
};

// ---- truth
template <bool kAll>
struct Truth {
  using In = uint8_t;
  using Out = uint8_t;
  using State = uint8_t;
  static void begin(State& s) { s = kAll; }
  static void take(State& s, uint8_t x, int64_t) { s = kAll ? s & x : s | x; }
  static void merge(State& s, State other) { take(s, other, 0); }
  static uint8_t finish(State s) { return s; }
  static void row(int64_t n, State& s, const uint8_t* in, int64_t) {
    uint8_t state = s;
    for (int64_t i = 0; i < n; ++i) take(state, in[i], 0);
    s = state;
  }
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
