// Writing elements at positions along one dimension. A line (everything but that dimension fixed) has its own
// destinations. Where there are lines enough or they are short, a thread follows each in order. Else
// overwriting finds the last source of each destination with a table of all destinations, and adding sorts
// them (put.h).
#include <tengen/cuda/kernels/index/put.h>

namespace tengen::cuda {
namespace {

constexpr int64_t kShortLine = 8, kManyLines = 16384;

template <class T>
struct Overwrite {
  using Type = T;
  __device__ T operator()(T, T from) const { return from; }
};
template <class T>
struct Accumulate {
  using Type = T;
  __device__ T operator()(T to, T from) const { return plus(to, from); }
};

/// out[line][index[line][j]] = op(the same, src[line][j]) for j < length, in order. Operands of the layout:
/// out, index, src.
template <class Op, class T = typename Op::Type>
__global__ void put_lines(Layout<3> lines, int64_t length, CheckedIndex index, int64_t src_step,
                          DeviceFault* record, const T* src, T* out) {
  const int64_t t = global_index();
  if (t >= lines.numel) return;
  int64_t at[3];
  lines.offsets(t, at);
  for (int64_t j = 0; j < length; ++j) {
    int64_t i;
    if (!index.read(at[1] + j * index.step, i, record)) continue;
    T& to = out[at[0] + i * index.stride];
    to = Op()(to, src[at[2] + j * src_step]);
  }
}

/// All sources, in the order of the index. Arrays: offsets in out, index and src; the number of the line's
/// first destination, and j.
using Sources = Layout<5>;

/// last[destination] = 1 + the last j that writes there.
__global__ void claim_destinations(Sources sources, CheckedIndex index, DeviceFault* record, unsigned* last) {
  const int64_t t = global_index();
  if (t >= sources.numel) return;
  int64_t at[5];
  sources.offsets(t, at);
  int64_t i;
  if (index.read(at[1], i, record)) atomicMax(&last[at[3] + i], unsigned(at[4]) + 1);
}

template <class T>
__global__ void put_last_sources(Sources sources, CheckedIndex index, DeviceFault* record,
                                 const unsigned* last, const T* src, T* out) {
  const int64_t t = global_index();
  if (t >= sources.numel) return;
  int64_t at[5];
  sources.offsets(t, at);
  int64_t i;
  if (index.read(at[1], i, record) && last[at[3] + i] == unsigned(at[4]) + 1)
    out[at[0] + i * index.stride] = src[at[2]];
}

/// A scatter's dimensions.
struct Scatter {
  const View &out, &index, &src;
  int dim;
  int64_t length, space;  // of a line: sources, and destinations
  CheckedIndex checked;
  Layout<3> lines;

  Scatter(const View& out, const View& index, const View& src, int dim)
      : out(out), index(index), src(src), dim(dim), length(index.sizes[dim]), space(out.sizes[dim]) {
    checked = {
        static_cast<const int64_t*>(index.data), index.strides[dim], space, out.strides[dim], dim, false};
    for (int d = index.dim; d-- > 0;)
      if (d != dim) lines.add(index.sizes[d], {out.strides[d], index.strides[d], src.strides[d]});
  }

  /// Calls f(d, the number of the first destination of a line that is one further in dimension d), from the
  /// innermost dimension.
  template <class F>
  void each_dim(const F& f) const {
    int64_t destinations = space;
    for (int d = index.dim; d-- > 0;) {
      f(d, d == dim ? 0 : destinations);
      if (d != dim) destinations *= index.sizes[d];
    }
  }

  template <class Op>
  void put_in_order() const {
    using T = typename Op::Type;
    launch("scatter", put_lines<Op>, grid_for(lines.numel), kThreads, 0, lines, length, checked,
           src.strides[dim], device_fault(), static_cast<const T*>(src.data), static_cast<T*>(out.data));
  }

  void put_last() const {
    Sources sources;
    each_dim([&](int d, int64_t destinations) {
      sources.add(index.sizes[d], {d == dim ? 0 : out.strides[d], index.strides[d], src.strides[d],
                                   destinations, d == dim ? 1 : 0});
    });
    const size_t bytes = size_t(lines.numel * space) * sizeof(unsigned);
    DeviceScratch memory(bytes);
    check(cudaMemsetAsync(memory.data(), 0, bytes, current_stream()), "scatter");
    const dim3 grid = grid_for(sources.numel);
    launch("scatter", claim_destinations, grid, kThreads, 0, sources, checked, device_fault(),
           memory.as<unsigned>());
    with_word(int64_t(item_size(out.dtype)), [&](auto zero) {
      using T = decltype(zero);
      launch("scatter", put_last_sources<T>, grid, kThreads, 0, sources, checked, device_fault(),
             memory.as<unsigned>(), static_cast<const T*>(src.data), static_cast<T*>(out.data));
    });
  }

  void put_sums() const {
    SortedSum sum;
    sum.count = lines.numel * length;
    sum.space = lines.numel * space;
    TENGEN_CHECK(sum.count < int64_t{1} << 32, "scatter: found ", sum.count,
                 " positions in long lines; at most 2^32 - 1 can be added at once");
    AddKeys step;
    step.index = checked;
    step.factor = 1;
    step.nowhere = sum.space;
    step.first = true;
    sum.target.add(space, {out.strides[dim]});
    each_dim([&](int d, int64_t destinations) {
      step.layout.add(index.sizes[d], {destinations, index.strides[d]});
      sum.source.add(index.sizes[d], {src.strides[d]});
      if (d != dim) sum.target.add(index.sizes[d], {out.strides[d]});
    });
    sum.layout.add(sum.count, {0, 0, 1});
    sum.wide = 1;
    with_key_type(sum.space, [&](auto zero) {
      using Key = decltype(zero);
      DeviceScratch memory(sum.bytes<Key>());
      add_keys("scatter", step, memory.as<Key>());
      sum.add("scatter", out.dtype, sum.sort<Key>("scatter", memory), src.data, out.data);
    });
  }
};

}  // namespace

void scatter(const View& out, const View& index, const View& src, int dim, bool accumulate) {
  const Scatter s(out, index, src, dim);
  if (s.lines.numel * s.length == 0) return;
  const bool many = s.lines.numel >= kManyLines;
  if (accumulate) {
    if (s.length > kShortLine && !many) return s.put_sums();
    return with_sum_type(out.dtype, [&](auto zero) { s.put_in_order<Accumulate<decltype(zero)>>(); });
  }
  // Threads that follow long lines side by side should also read side by side.
  if (s.length > kShortLine && !(many && s.lines.strides[0][1] == 1)) return s.put_last();
  with_word(int64_t(item_size(out.dtype)), [&](auto zero) { s.put_in_order<Overwrite<decltype(zero)>>(); });
}

}  // namespace tengen::cuda
