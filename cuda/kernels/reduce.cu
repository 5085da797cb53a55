// Reductions: a state per output takes elements. Threads of a block share the elements of an output, or of
// several; where outputs are few, the reduced range is cut into parts, whose states a second pass merges. How
// work is cut follows from sizes alone, and states are merged in a fixed order.
#include <type_traits>

#include <tengen/cuda/kernels/common/elements.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

/// Elements that a thread loads at once.
constexpr int kRun = 8;

// ---- operations: V is the computing type. take(): a run of elements at positions first, first + step, ...
// below end; those beyond are neutral ---------------------------------------------------------------------
template <class V>
using Accumulator = std::conditional_t<std::is_same_v<V, int64_t>, int64_t, double>;

/// Floats are added as floats within a run and in double beyond: errors stay those of a few roundings.
template <class V, bool kSquares>
struct Sum {
  using State = Accumulator<V>;
  using Result = V;
  static constexpr V kNeutral = 0;
  static __device__ State begin() { return 0; }
  static __device__ void take(State& s, const V (&x)[kRun], int64_t, int64_t, int64_t) {
    V sum[kRun];
#pragma unroll
    for (int k = 0; k < kRun; ++k) sum[k] = kSquares ? x[k] * x[k] : x[k];
#pragma unroll
    for (int step = kRun / 2; step > 0; step /= 2)
#pragma unroll
      for (int k = 0; k < step; ++k) sum[k] += sum[k + step];
    s += State(sum[0]);
  }
  static __device__ void merge(State& s, State other) { s += other; }
  static __device__ Result finish(State s) { return Result(s); }
};
template <class V>
using PlainSum = Sum<V, false>;
template <class V>
using SumOfSquares = Sum<V, true>;

/// The sum of the squared distances of elements to their mean. Parts are brought together by the formula of
/// Chan, Golub and LeVeque, which loses nothing however far from zero they lie.
template <class V>
struct Distances {
  struct State {
    double count, mean, squares;
  };
  using Result = V;
  static constexpr V kNeutral = 0;
  static __device__ State begin() { return {0, 0, 0}; }
  static __device__ void take(State& s, const V (&x)[kRun], int64_t first, int64_t step, int64_t end) {
    State own = begin();
    double sum = 0;
#pragma unroll
    for (int k = 0; k < kRun; ++k)
      if (first + k * step < end) {
        const double distance = double(x[k]) - double(x[0]);
        own.count += 1;
        sum += distance;
        own.squares += distance * distance;
      }
    if (own.count == 0) return;
    own.mean = double(x[0]) + sum / own.count;
    own.squares -= sum * sum / own.count;
    merge(s, own);
  }
  static __device__ void merge(State& s, State other) {
    const double total = s.count + other.count, delta = other.mean - s.mean;
    if (total == 0) return;
    s.squares += other.squares + delta * delta * (s.count * other.count / total);
    s.mean += delta * (other.count / total);
    s.count = total;
  }
  static __device__ Result finish(State s) { return Result(s.squares); }
};

template <class V>
struct Product {
  using State = Accumulator<V>;
  using Result = V;
  static constexpr V kNeutral = 1;
  static __device__ State begin() { return 1; }
  static __device__ void take(State& s, const V (&x)[kRun], int64_t, int64_t, int64_t) {
#pragma unroll
    for (int k = 0; k < kRun; ++k) s *= State(x[k]);
  }
  static __device__ void merge(State& s, State other) { s *= other; }
  static __device__ Result finish(State s) { return Result(s); }
};

/// NaN is better than any number.
template <class V, bool kLargest>
struct Better {
  static constexpr V kWorst = std::is_same_v<V, int64_t> ? V(kLargest ? INT64_MIN : INT64_MAX)
                                                         : V(kLargest ? -__builtin_inf() : __builtin_inf());
  static __device__ bool than(V x, V other) { return (kLargest ? x > other : x < other) || x != x; }
};

template <class V, bool kLargest>
struct Extreme {
  using State = V;
  using Result = V;
  static constexpr V kNeutral = Better<V, kLargest>::kWorst;
  static __device__ State begin() { return kNeutral; }
  static __device__ void take(State& s, const V (&x)[kRun], int64_t, int64_t, int64_t) {
#pragma unroll
    for (int k = 0; k < kRun; ++k) merge(s, x[k]);
  }
  static __device__ void merge(State& s, State other) {
    if (Better<V, kLargest>::than(other, s)) s = other;
  }
  static __device__ Result finish(State s) { return s; }
};
template <class V>
using Largest = Extreme<V, true>;
template <class V>
using Smallest = Extreme<V, false>;

/// Position of the first best element.
template <class V, bool kLargest>
struct ArgExtreme {
  struct State {
    V value;
    int64_t position;  // -1: none yet
  };
  using Result = int64_t;
  static constexpr V kNeutral = 0;
  static __device__ State begin() { return {Better<V, kLargest>::kWorst, -1}; }
  static __device__ void take(State& s, const V (&x)[kRun], int64_t first, int64_t step, int64_t end) {
#pragma unroll
    for (int k = 0; k < kRun; ++k)
      if (first + k * step < end) merge(s, {x[k], first + k * step});
  }
  static __device__ void merge(State& s, State other) {
    if (other.position < 0) return;
    const bool other_nan = other.value != other.value, nan = s.value != s.value;
    const bool equal = other.value == s.value || (other_nan && nan);
    const bool better =
        equal ? other.position < s.position : !nan && Better<V, kLargest>::than(other.value, s.value);
    if (s.position < 0 || better) s = other;
  }
  static __device__ Result finish(State s) { return s.position < 0 ? 0 : s.position; }
};
template <class V>
using ArgLargest = ArgExtreme<V, true>;
template <class V>
using ArgSmallest = ArgExtreme<V, false>;

/// Whether all, or any, of bools are true; they are read as integers.
template <bool kAll>
struct Truth {
  using State = int;
  using Result = int64_t;
  static constexpr int64_t kNeutral = kAll;
  static __device__ State begin() { return kAll; }
  static __device__ void take(State& s, const int64_t (&x)[kRun], int64_t, int64_t, int64_t) {
#pragma unroll
    for (int k = 0; k < kRun; ++k) merge(s, x[k] != 0);
  }
  static __device__ void merge(State& s, State other) { s = kAll ? s & other : s | other; }
  static __device__ Result finish(State s) { return s; }
};

// ---- one pass -------------------------------------------------------------------------------------------
struct Pass {
  Layout<2> kept;   // outputs: places in out and in
  Layout<1> taken;  // the reduced elements of each
  void* out;
  const void* in;
  Dtype out_dtype, in_dtype;
  // A block: outputs * lanes = kThreads, powers of 2. Across: neighbours have neighbouring outputs; else they
  // have neighbouring elements of the same output.
  int lanes;
  bool across;
  int64_t length, part, parts;
  void* partial;  // states (parts, outputs) that are left by the first pass of two, or taken by the second
};

/// The states of a block, each output's brought together in its first lane.
template <class Op>
__device__ void merge_lanes(typename Op::State* states, typename Op::State& s, int lane, int lanes,
                            int apart) {
  states[threadIdx.x] = s;
  for (int step = lanes / 2; step > 0; step /= 2) {
    __syncthreads();
    if (lane < step) {
      Op::merge(s, states[threadIdx.x + step * apart]);
      states[threadIdx.x] = s;
    }
  }
}

/// What a pass takes: elements an equal distance apart, elements of any layout, states of an earlier pass.
enum class Source { kRow, kLayout, kStates };

template <class Op, class V, Source kSource>
__global__ void __launch_bounds__(kThreads) reduce_kernel(const Pass pass) {
  using State = typename Op::State;
  __shared__ State states[kThreads];
  const int outputs = kThreads / pass.lanes, thread = threadIdx.x;
  const int slot = pass.across ? thread % outputs : thread / pass.lanes;
  const int lane = pass.across ? thread / outputs : thread % pass.lanes;
  const int64_t count = pass.kept.numel, tile = blockIdx.x / unsigned(pass.parts);
  const int64_t part = blockIdx.x - tile * pass.parts, output = tile * outputs + slot;
  const int64_t begin = part * pass.part, end = min(begin + pass.part, pass.length);
  State s = Op::begin();
  int64_t place[2] = {};
  if (output < count) {
    pass.kept.offsets(output, place);
    for (int64_t i = begin + lane; i < end; i += pass.lanes * kRun) {
      if constexpr (kSource == Source::kStates) {
        const State* from = static_cast<const State*>(pass.partial) + output;
        State x[kRun];
#pragma unroll
        for (int k = 0; k < kRun; ++k) {
          const int64_t at = i + k * pass.lanes;
          x[k] = at < end ? from[at * count] : Op::begin();
        }
#pragma unroll
        for (int k = 0; k < kRun; ++k) Op::merge(s, x[k]);
      } else {
        V x[kRun];
        int64_t at[kRun][1];
#pragma unroll
        for (int k = 0; k < kRun; ++k)
          if constexpr (kSource == Source::kLayout)
            pass.taken.offsets(min(i + k * pass.lanes, end - 1), at[k]);
          else
            at[k][0] = (i + k * pass.lanes) * pass.taken.strides[0][0];
        with_stored_type<V>(pass.in_dtype, [&](auto zero) {
          const auto* in = static_cast<const decltype(zero)*>(pass.in) + place[1];
#pragma unroll
          for (int k = 0; k < kRun; ++k)
            x[k] = i + k * pass.lanes < end ? V(widen(in[at[k][0]])) : Op::kNeutral;
        });
        Op::take(s, x, i, pass.lanes, end);
      }
    }
  }
  merge_lanes<Op>(states, s, lane, pass.lanes, pass.across ? outputs : 1);
  if (lane != 0 || output >= count) return;
  if (pass.parts > 1) {
    static_cast<State*>(pass.partial)[part * count + output] = s;
  } else {
    with_stored_type<typename Op::Result>(pass.out_dtype, [&](auto zero) {
      using T = decltype(zero);
      static_cast<T*>(pass.out)[place[0]] = narrow<T>(Op::finish(s));
    });
  }
}

// ---- how work is cut ------------------------------------------------------------------------------------
/// Blocks that keep any device busy.
constexpr int64_t kBlocks = 4096;

int64_t power_of_2(int64_t at_least, int64_t at_most) {
  int64_t p = 1;
  while (p < at_least && p < at_most) p *= 2;
  return p;
}

/// Sets lanes, parts and the number of blocks.
int64_t cut(Pass& pass, bool may_split) {
  const int64_t count = pass.kept.numel;
  if (pass.across) {
    constexpr int64_t kWidth = kThreads / kWarp;
    pass.lanes = int(power_of_2(divide_up(pass.length, kRun), kWidth));
    const int64_t outputs = power_of_2(count, kThreads / pass.lanes);
    pass.lanes = int(kThreads / outputs);
  } else {
    pass.lanes = int(power_of_2(divide_up(pass.length, 4), kThreads));
  }
  const int64_t tiles = divide_up(count, kThreads / pass.lanes);
  const int64_t most = may_split ? min(kBlocks / tiles, pass.length / (int64_t(pass.lanes) * 2 * kRun)) : 1;
  pass.part = max(divide_up(pass.length, max(most, int64_t(1))), int64_t(1));
  pass.parts = max(divide_up(pass.length, pass.part), int64_t(1));
  return tiles * pass.parts;
}

template <class Op, class V>
void run(Pass& pass) {
  auto pass_over = [&](auto kernel, int64_t blocks) {
    launch("reduce", kernel, dim3(unsigned(blocks)), kThreads, 0, pass);
  };
  auto take_elements = [&](int64_t blocks) {
    if (pass.taken.dim == 1)
      pass_over(reduce_kernel<Op, V, Source::kRow>, blocks);
    else
      pass_over(reduce_kernel<Op, V, Source::kLayout>, blocks);
  };
  const int64_t blocks = cut(pass, true);
  if (pass.parts == 1) return take_elements(blocks);
  const int64_t count = pass.kept.numel;
  const DeviceScratch memory(size_t(count * pass.parts) * sizeof(typename Op::State));
  pass.partial = memory.data();
  take_elements(blocks);
  pass.length = pass.parts;
  pass.across = count > 1;
  const int64_t merging_blocks = cut(pass, false);
  pass_over(reduce_kernel<Op, V, Source::kStates>, merging_blocks);
}

template <template <class> class Op>
void run_any(Pass& pass) {
  const Dtype computing = computing_type(pass.in_dtype);
  if (computing == kFloat)
    run<Op<float>, float>(pass);
  else if (computing == kDouble)
    run<Op<double>, double>(pass);
  else
    run<Op<int64_t>, int64_t>(pass);
}

void reduce(Reduce op, const View& out, const View& in, int reduced) {
  const bool truth = op == Reduce::All || op == Reduce::Any;
  if (truth && in.dtype != kBool) not_implemented_error("reduce", int(in.dtype));
  const int kept = in.dim - reduced;
  for (int d = 0; d < kept; ++d)
    if (in.sizes[d] == 0) return;
  const bool arg = op == Reduce::ArgMax || op == Reduce::ArgMin;  // positions count in the given order
  Pass pass{layout_of<2>({&out, &in}, 0, kept, &in),
            layout_of<1>({&in}, kept, in.dim, arg ? nullptr : &in),
            out.data,
            in.data,
            out.dtype,
            in.dtype,
            0,
            false,
            0,
            0,
            0,
            nullptr};
  pass.length = pass.taken.numel;
  auto distance = [](int64_t stride) { return stride < 0 ? -stride : stride; };
  pass.across = pass.kept.numel > 1 && distance(pass.kept.strides[0][1]) < distance(pass.taken.strides[0][0]);
  switch (op) {
    case Reduce::Sum:
      return run_any<PlainSum>(pass);
    case Reduce::SumSquares:
      return run_any<SumOfSquares>(pass);
    case Reduce::SquaredDistances:
      return computing_type(in.dtype) == kFloat ? run<Distances<float>, float>(pass)
                                                : run<Distances<double>, double>(pass);
    case Reduce::Prod:
      return run_any<Product>(pass);
    case Reduce::Max:
      return run_any<Largest>(pass);
    case Reduce::Min:
      return run_any<Smallest>(pass);
    case Reduce::ArgMax:
      return run_any<ArgLargest>(pass);
    case Reduce::ArgMin:
      return run_any<ArgSmallest>(pass);
    case Reduce::All:
      return run<Truth<true>, int64_t>(pass);
    default:
      return run<Truth<false>, int64_t>(pass);
  }
}

}  // namespace

void add_reduce_kernels(Kernels& table) {
  table.reduce = reduce;
  add_scan_kernels(table);
}

}  // namespace tengen::cuda
