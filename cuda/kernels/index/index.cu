// Reading elements at positions that tensors give: gather, and advanced indexing. One thread per element, or
// per 16 bytes where rows are contiguous.
#include <tengen/cuda/kernels/families.h>
#include <tengen/cuda/kernels/index/indexing.h>

#include <algorithm>
#include <optional>

namespace tengen::cuda {
namespace {

constexpr int kAtOnce = 4;  // elements per thread: several loads are under way at a time

inline dim3 grid_at_once(int64_t items) { return grid_for(divide_up(items, kAtOnce)); }

/// Element k of the thread, which are a block's width apart.
__device__ inline int64_t item_of(int k) {
  return (int64_t(blockIdx.x) * kAtOnce + k) * blockDim.x + threadIdx.x;
}

template <class Unit>
__global__ void move_units(Move move, int64_t item, char* to, const char* from) {
  Unit unit[kAtOnce];
  int64_t target[kAtOnce];
#pragma unroll
  for (int k = 0; k < kAtOnce; ++k) {
    target[k] = kNowhere;
    const int64_t t = item_of(k);
    if (t >= move.layout.numel) continue;
    int64_t at[3];
    move.layout.offsets(t, at);
    const int64_t to_place = move.to(at[2]), from_place = move.from(at[2]);
    if (to_place == kNowhere || from_place == kNowhere) continue;
    target[k] = at[0] + to_place;
    unit[k] = *reinterpret_cast<const Unit*>(from + (at[1] + from_place) * item);
  }
#pragma unroll
  for (int k = 0; k < kAtOnce; ++k)
    if (target[k] != kNowhere) *reinterpret_cast<Unit*>(to + target[k] * item) = unit[k];
}

/// out[i][j][k] = in[i][index[i][j][k]][k]; operands of the layout: out, in without the dimension, index.
template <class T>
__global__ void gather_elements(Layout<3> layout, CheckedIndex index, DeviceFault* record, T* out,
                                const T* in) {
  T value[kAtOnce];
  int64_t target[kAtOnce];
#pragma unroll
  for (int k = 0; k < kAtOnce; ++k) {
    target[k] = kNowhere;
    const int64_t t = item_of(k);
    if (t >= layout.numel) continue;
    int64_t at[3];
    layout.offsets(t, at);
    int64_t i;
    if (!index.read(at[2], i, record)) continue;
    target[k] = at[0];
    value[k] = in[at[1] + i * index.stride];
  }
#pragma unroll
  for (int k = 0; k < kAtOnce; ++k)
    if (target[k] != kNowhere) out[target[k]] = value[k];
}

void gather(const View& out, const View& in, const View& index, int dim) {
  Layout<3> layout;
  for (int d = index.dim; d-- > 0;)
    layout.add(index.sizes[d], {out.strides[d], d == dim ? 0 : in.strides[d], index.strides[d]});
  const CheckedIndex checked{
      static_cast<const int64_t*>(index.data), 1, in.sizes[dim], in.strides[dim], dim, false};
  with_unit(int64_t(item_size(out.dtype)), [&](auto unit) {
    using T = decltype(unit);
    if constexpr (sizeof(T) <= 8)
      launch("gather", gather_elements<T>, grid_at_once(layout.numel), kThreads, 0, layout, checked,
             device_fault(), static_cast<T*>(out.data), static_cast<const T*>(in.data));
  });
}

/// out (B..., I..., A...) = in (B..., A...) displaced.
void index(const View& out, const View& in, const Indices& indices, int before) {
  const int middle = indices.index[0].dim;
  int64_t count = 1;
  for (int d = before + middle - 1; d >= before; --d) count *= out.sizes[d];
  Move move;
  for (int d = out.dim; d-- > before + middle;)
    move.layout.add(out.sizes[d], {out.strides[d], in.strides[d - middle], 0});
  int64_t step = 1;
  for (int d = before + middle; d-- > before; step *= out.sizes[d])
    move.layout.add(out.sizes[d], {out.strides[d], 0, step});
  for (int d = before; d-- > 0;) move.layout.add(out.sizes[d], {out.strides[d], in.strides[d], 0});
  if (move.layout.numel == 0) return;

  std::optional<DeviceScratch> list;
  if (fits_places(indices)) {
    move.from = places_of(indices);
  } else {
    list.emplace(size_t(count) * sizeof(int64_t));
    list_places("index", indices, count, list->as<int64_t>());
    move.from.list = list->as<int64_t>();
  }
  const int64_t item = int64_t(item_size(out.dtype));
  move_elements("index", move, item, alignment(16, indices), out.data, in.data);
}

/// list[i] = or += what one more index tensor displaces element i of I by.
__global__ void add_places(Layout<1> layout, CheckedIndex index, bool first, DeviceFault* record,
                           int64_t* list) {
  const int64_t t = global_index();
  if (t >= layout.numel) return;
  int64_t i;
  if (!index.read(layout.offset(t), i, record))
    list[t] = kNowhere;
  else if (first)
    list[t] = i * index.stride;
  else if (list[t] != kNowhere)
    list[t] += i * index.stride;
}

CheckedIndex checked_index(const Indices& indices, int n) {
  return {static_cast<const int64_t*>(indices.index[n].data),
          layout_of(indices.index[n]).strides[0][0],
          indices.sizes[n],
          indices.strides[n],
          indices.dims[n],
          indices.wrap};
}

}  // namespace

void list_places(const char* op, const Indices& indices, int64_t count, int64_t* list) {
  for (int n = 0; n < indices.count; ++n)
    launch(op, add_places, grid_for(count), kThreads, 0, layout_of(indices.index[n]),
           checked_index(indices, n), n == 0, device_fault(), list);
}

bool fits_places(const Indices& indices) {
  if (indices.count > Places::kMaxIndices) return false;
  for (int n = 0; n < indices.count; ++n)
    if (layout_of(indices.index[n]).dim > 1) return false;
  return true;
}

Places places_of(const Indices& indices) {
  Places places;
  places.count = indices.count;
  places.record = device_fault();
  for (int n = 0; n < indices.count; ++n) places.indices[n] = checked_index(indices, n);
  return places;
}

int64_t alignment(int64_t wide, int64_t number) {
  while (number % wide != 0) wide /= 2;
  return wide;
}
int64_t alignment(int64_t wide, const Indices& indices) {
  for (int n = 0; n < indices.count; ++n) wide = alignment(wide, indices.strides[n]);
  return wide;
}

bool widen_layout(Layout<3>& layout, int64_t wide) {
  const auto* steps = layout.strides[0];
  if (layout.sizes[0].value() % wide != 0 || steps[0] != 1 || steps[1] != 1 || steps[2] != 0) return false;
  for (int d = 1; d < layout.dim; ++d)
    if (layout.strides[d][0] % wide != 0 || layout.strides[d][1] % wide != 0) return false;
  layout.group(wide);
  return true;
}

void move_elements(const char* op, Move move, int64_t item, int64_t wide, void* to, const void* from) {
  wide = std::min(wide, 16 / item);
  const auto aligned = [&] { return (uintptr_t(to) | uintptr_t(from)) % uintptr_t(wide * item) == 0; };
  while (wide > 1 && !(aligned() && widen_layout(move.layout, wide))) wide /= 2;
  with_unit(wide * item, [&](auto unit) {
    launch(op, move_units<decltype(unit)>, grid_at_once(move.layout.numel), kThreads, 0, move, item,
           static_cast<char*>(to), static_cast<const char*>(from));
  });
}

void add_index_kernels(Kernels& table) {
  table.gather = gather;
  table.scatter = scatter;
  table.index = index;
  table.index_put = index_put;
  table.nonzero = nonzero;
}

}  // namespace tengen::cuda
