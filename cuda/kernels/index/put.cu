// Sums in order over sources that share destinations: one thread follows a run of equal destinations, for
// each element of a row or 16 bytes of it.
#include <tengen/cuda/kernels/index/put.h>

#include <algorithm>

namespace tengen::cuda {
namespace {

template <class Key>
__global__ void add_keys_kernel(AddKeys step, DeviceFault* record, Key* keys) {
  const int64_t t = global_index();
  if (t >= step.layout.numel) return;
  int64_t at[2];
  step.layout.offsets(t, at);
  const Key nowhere = Key(step.nowhere), before = step.first ? Key(at[0]) : keys[t];
  int64_t i;
  const bool inside = step.index.read(at[1], i, record);
  keys[t] = inside && before != nowhere ? before + Key(i * step.factor) : nowhere;
}

/// Numbers of destinations and of sources become offsets.
template <class Key>
__global__ void resolve(int64_t count, Key nowhere, Layout<1> target, Layout<1> source, const Key* keys,
                        const uint32_t* positions, int64_t* to, int64_t* from) {
  const int64_t t = global_index();
  if (t >= count) return;
  to[t] = keys[t] == nowhere ? kNowhere : target.offset(keys[t]);
  from[t] = source.offset(positions[t]);
}

/// to, from: places of the sources, sorted by `to`. The thread of a run's first source adds the whole run;
/// reads go ahead of the sums by kAhead.
template <class T, int kWide>
__global__ void add_runs(Layout<3> layout, int64_t count, const int64_t* to, const int64_t* from,
                         const T* src, T* out) {
  constexpr int kAhead = 4;
  const int64_t t = global_index();
  if (t >= layout.numel) return;
  int64_t at[3];
  layout.offsets(t, at);
  int64_t j = at[2];
  const int64_t place = to[j];
  if (place == kNowhere || (j > 0 && to[j - 1] == place)) return;
  const auto load = [&](int64_t source) { return load_vector<kWide>(src + (at[1] + from[source])); };
  T* target = out + (at[0] + place);
  Vector<T, kWide> sum = load_vector<kWide>(target);
  for (bool more = true; more; j += kAhead) {
    Vector<T, kWide> next[kAhead] = {};
    int found = 0;
#pragma unroll
    for (int k = 0; k < kAhead; ++k)
      if (found == k && j + k < count && to[j + k] == place) {
        next[k] = load(j + k);
        found = k + 1;
      }
#pragma unroll
    for (int k = 0; k < kAhead; ++k)
      if (k < found)
#pragma unroll
        for (int i = 0; i < kWide; ++i) sum.values[i] = plus(sum.values[i], next[k].values[i]);
    more = found == kAhead;
  }
  store_vector(target, sum);
}

}  // namespace

template <class Key>
void add_keys(const char* op, const AddKeys& step, Key* keys) {
  launch(op, add_keys_kernel<Key>, grid_for(step.layout.numel), kThreads, 0, step, device_fault(), keys);
}

template <class Key>
void SortedSum::add(const char* op, Dtype dtype, const SortBuffers<Key>& sorted, const void* src,
                    void* out) const {
  DeviceScratch places(size_t(count) * 2 * sizeof(int64_t));
  int64_t *to = places.as<int64_t>(), *from = to + count;
  launch(op, resolve<Key>, grid_for(count), kThreads, 0, count, Key(space), target, source, sorted.keys,
         sorted.positions, to, from);
  with_sum_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto run = [&](auto kernel, const Layout<3>& all) {
      launch(op, kernel, grid_for(all.numel), kThreads, 0, all, count, to, from, static_cast<const T*>(src),
             static_cast<T*>(out));
    };
    if constexpr (!std::is_integral_v<T>) {
      constexpr int kWide = 16 / sizeof(T);
      Layout<3> all = layout;
      if (wide % kWide == 0 && is_aligned(src) && is_aligned(out) && widen_layout(all, kWide))
        return run(add_runs<T, kWide>, all);
    }
    run(add_runs<T, 1>, layout);
  });
}

template void add_keys(const char*, const AddKeys&, uint32_t*);
template void add_keys(const char*, const AddKeys&, uint64_t*);
template void SortedSum::add(const char*, Dtype, const SortBuffers<uint32_t>&, const void*, void*) const;
template void SortedSum::add(const char*, Dtype, const SortBuffers<uint64_t>&, const void*, void*) const;

}  // namespace tengen::cuda
