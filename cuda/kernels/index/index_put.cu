// Writing elements at positions that several index tensors give.
//
// Positions may occur more than once. Overwriting drops all but the last source of each destination and then
// moves the rest in any order. Adding keeps the order of the sources: a few are added one after another by a
// thread per column, many are sorted by destination (put.h).
#include <tengen/cuda/kernels/index/put.h>

#include <algorithm>

namespace tengen::cuda {
namespace {

/// Up to this many sources are compared pair by pair.
constexpr int64_t kFew = 1024;
/// Up to this many are added one after another.
constexpr int64_t kInOrder = 16;

/// kept[i] = places[i], or kNowhere where a later source has the same place.
__global__ void keep_last_of_few(int count, const int64_t* places, int64_t* kept) {
  const int i = int(global_index());
  if (i >= count) return;
  const int64_t place = places[i];
  bool last = true;
  for (int j = i + 1; j < count; ++j) last = last && places[j] != place;
  kept[i] = last ? place : kNowhere;
}

template <class Key>
__global__ void drop_all_but_last(int64_t count, const Key* keys, const uint32_t* positions,
                                  int64_t* places) {
  const int64_t t = global_index();
  if (t + 1 < count && keys[t] == keys[t + 1]) places[positions[t]] = kNowhere;
}

/// layout: columns; offsets in out and in src. places: of `count` sources, displacing out; source: their
/// offsets in src.
template <class T>
__global__ void add_in_order(Layout<2> columns, int count, Places places, Layout<1> source, const T* src,
                             T* out) {
  const int64_t t = global_index();
  if (t >= columns.numel) return;
  int64_t at[2];
  columns.offsets(t, at);
  for (int i = 0; i < count; ++i) {
    const int64_t place = places(i);
    if (place == kNowhere) continue;
    T& to = out[at[0] + place];
    to = plus(to, src[at[1] + source.offset(i)]);
  }
}

/// A writing of src (B..., I..., A...) to displaced out (B..., A...).
struct Put {
  const View &out, &src;
  const Indices& indices;
  int before, middle;
  int64_t item, count = 1;  // count: of I

  Put(const View& out, const View& src, const Indices& indices, int before)
      : out(out),
        src(src),
        indices(indices),
        before(before),
        middle(indices.index[0].dim),
        item(int64_t(item_size(out.dtype))) {
    for (int d = before; d < before + middle; ++d) count *= src.sizes[d];
  }

  /// Calls add(size, stride in out, stride in src) for the dimensions B, or A, from the innermost.
  template <class Add>
  void each_before(const Add& add) const {
    for (int d = before; d-- > 0;) add(src.sizes[d], out.strides[d], src.strides[d]);
  }
  template <class Add>
  void each_after(const Add& add) const {
    for (int d = src.dim; d-- > before + middle;) add(src.sizes[d], out.strides[d - middle], src.strides[d]);
  }
  int64_t columns() const {
    int64_t n = 1;
    const auto add = [&](int64_t size, int64_t, int64_t) { n *= size; };
    each_after(add), each_before(add);
    return n;
  }

  /// The offsets of sources in src.
  Layout<1> source() const {
    Layout<1> layout;
    for (int d = before + middle; d-- > before;) layout.add(src.sizes[d], {src.strides[d]});
    return layout;
  }
  /// The offsets of destinations in out: coordinates in the indexed dimensions are counted in order.
  Layout<1> target() const {
    Layout<1> layout;
    for (int n = indices.count; n-- > 0;) layout.add(indices.sizes[n], {indices.strides[n]});
    return layout;
  }

  template <class Key>
  void number_destinations(int64_t space, Key* keys) const {
    int64_t factor = space;
    for (int n = 0; n < indices.count; ++n) {
      if (indices.sizes[n] > 0) factor /= indices.sizes[n];
      AddKeys step;
      const View& index = indices.index[n];
      for (int d = index.dim; d-- > 0;) step.layout.add(index.sizes[d], {0, index.strides[d]});
      step.index = {static_cast<const int64_t*>(index.data),
                    1,
                    indices.sizes[n],
                    indices.strides[n],
                    indices.dims[n],
                    indices.wrap};
      step.factor = factor;
      step.nowhere = space;
      step.first = n == 0;
      add_keys("index_put", step, keys);
    }
  }
};

bool is_one_number(const View& v) {
  for (int d = 0; d < v.dim; ++d)
    if (v.sizes[d] != 1 && v.strides[d] != 0) return false;
  return true;
}

SortedSum sorted_sum(const Put& put) {
  SortedSum sum;
  sum.count = put.count;
  sum.target = put.target();
  sum.space = sum.target.numel;
  sum.source = put.source();
  const auto add = [&](int64_t size, int64_t to, int64_t from) { sum.layout.add(size, {to, from, 0}); };
  put.each_after(add);
  sum.layout.add(put.count, {0, 0, 1});
  put.each_before(add);
  sum.wide = alignment(16, put.indices);
  for (int d = 0; d < sum.source.dim; ++d) sum.wide = alignment(sum.wide, sum.source.strides[d][0]);
  return sum;
}

void put_sums(const Put& put) {
  if (put.count <= kInOrder && fits_places(put.indices)) {
    Layout<2> columns;
    const auto add = [&](int64_t size, int64_t to, int64_t from) { columns.add(size, {to, from}); };
    put.each_after(add), put.each_before(add);
    return with_sum_type(put.out.dtype, [&](auto zero) {
      using T = decltype(zero);
      launch("index_put", add_in_order<T>, grid_for(columns.numel), kThreads, 0, columns, int(put.count),
             places_of(put.indices), put.source(), static_cast<const T*>(put.src.data),
             static_cast<T*>(put.out.data));
    });
  }
  const SortedSum sum = sorted_sum(put);
  with_key_type(sum.space, [&](auto zero) {
    using Key = decltype(zero);
    DeviceScratch memory(sum.bytes<Key>());
    put.number_destinations(sum.space, memory.as<Key>());
    sum.add("index_put", put.out.dtype, sum.sort<Key>("index_put", memory), put.src.data, put.out.data);
  });
}

void put_last(const Put& put) {
  Move move;
  const auto add = [&](int64_t size, int64_t to, int64_t from) { move.layout.add(size, {to, from, 0}); };
  put.each_after(add);
  int64_t step = 1;
  for (int d = put.before + put.middle; d-- > put.before; step *= put.src.sizes[d])
    move.layout.add(put.src.sizes[d], {0, put.src.strides[d], step});
  put.each_before(add);
  const auto run = [&] {
    move_elements("index_put", move, put.item, alignment(16, put.indices), put.out.data, put.src.data);
  };
  if ((put.count == 1 || is_one_number(put.src)) && fits_places(put.indices)) {  // no matter who is last
    move.to = places_of(put.indices);
    return run();
  }
  DeviceScratch memory(size_t(put.count) * 2 * sizeof(int64_t));
  int64_t *places = memory.as<int64_t>(), *kept = places + put.count;
  list_places("index_put", put.indices, put.count, places);
  move.to.list = places;
  if (put.count <= kFew) {
    launch("index_put", keep_last_of_few, grid_for(put.count, 64), 64, 0, int(put.count), places, kept);
    move.to.list = kept;
    return run();
  }
  const SortedSum sources = sorted_sum(put);
  with_key_type(sources.space, [&](auto zero) {
    using Key = decltype(zero);
    DeviceScratch sort_memory(sources.bytes<Key>());
    put.number_destinations(sources.space, sort_memory.as<Key>());
    const SortBuffers<Key> sorted = sources.sort<Key>("index_put", sort_memory);
    launch("index_put", drop_all_but_last<Key>, grid_for(put.count), kThreads, 0, put.count, sorted.keys,
           sorted.positions, places);
  });
  run();
}

}  // namespace

void index_put(const View& out, const View& src, const Indices& indices, int before, bool accumulate) {
  const Put put(out, src, indices, before);
  if (put.count == 0 || put.columns() == 0) return;
  TENGEN_CHECK(put.count < int64_t{1} << 32, "index_put: found ", put.count,
               " positions; at most 2^32 - 1 can be written at once");
  if (accumulate)
    put_sums(put);
  else
    put_last(put);
}

}  // namespace tengen::cuda
