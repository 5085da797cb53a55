// What the states of reductions take and become: sums and products, squared distances from the mean, extremes
// and where they are, truth. reduce.cpp walks over the elements.
#pragma once

#include <tengen/tensor/cpu/loops.h>
#include <tengen/tensor/cpu/pointwise/vec_math.h>

namespace tengen::cpu::TENGEN_ISA {
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
/// The mean of `count` elements and the sum of their squared distances from it. Runs and handfuls of elements
/// are brought together by the formula of Chan, Golub and LeVeque, so that nothing is lost however
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
      const int64_t count = n - i < kRun ? n - i : kRun;
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

  /// All states hold the same number of elements, so two divisions serve them all.
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

}  // namespace tengen::cpu::TENGEN_ISA
