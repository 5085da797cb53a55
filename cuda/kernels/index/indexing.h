// What reading and writing by indices share: checked indices, places, and moves of elements between them.
#pragma once

#include <tengen/cuda/kernels/common/common.h>
#include <tengen/cuda/kernels/common/layout.h>

namespace tengen::cuda {

/// index.cu reads (gather, index), index_put.cu and scatter.cu write, nonzero.cu counts.
void scatter(const View& out, const View& index, const View& src, int dim, bool accumulate);
void index_put(const View& out, const View& src, const Indices& indices, int before, bool accumulate);
int64_t nonzero(const View& in, int64_t* positions);

/// The place of what an index out of bounds points to.
constexpr int64_t kNowhere = INT64_MIN;

/// One index tensor and the dimension it stands for; elements are `step` apart.
struct CheckedIndex {
  const int64_t* data;
  int64_t step, size, stride, dim;
  bool wrap;

  /// index: of data[offset], wrapped. False, and noted, if it is out of bounds.
  __device__ bool read(int64_t offset, int64_t& index, DeviceFault* record) const {
    const int64_t found = data[offset];
    index = found < 0 && wrap ? found + size : found;
    if (uint64_t(index) < uint64_t(size)) return true;
    report_index(record, found, dim, size);
    return false;
  }
};

/// By how much element i of I is displaced: what a list says, or the sum over up to three index tensors;
/// neither displaces nothing.
struct Places {
  static constexpr int kMaxIndices = 3;
  const int64_t* list = nullptr;
  int count = 0;
  CheckedIndex indices[kMaxIndices];
  DeviceFault* record = nullptr;

  __device__ int64_t operator()(int64_t i) const {
    if (list) return list[i];
    int64_t place = 0, index;
#pragma unroll
    for (int k = 0; k < kMaxIndices; ++k) {
      if (k >= count) break;
      if (!indices[k].read(i * indices[k].step, index, record)) return kNowhere;
      place += index * indices[k].stride;
    }
    return place;
  }
};

/// Writes the place that `indices` give to each of the `count` elements of I.
void list_places(const char* op, const Indices& indices, int64_t count, int64_t* list);
/// Whether Places can hold `indices`, and these Places.
bool fits_places(const Indices& indices);
Places places_of(const Indices& indices);

/// The elements that a tensor (B..., A...), displaced, and a tensor (B..., I..., A...) have in common. Arrays
/// of the layout: offsets in `to`, in `from`, and the number in I.
struct Move {
  Layout<3> layout;
  Places to, from;
};
/// Copies elements of `item` bytes from their places to their places, as they are; as many as `wide`
/// neighbours at once, where the layout is contiguous. All places are multiples of `wide` elements.
void move_elements(const char* op, Move move, int64_t item, int64_t wide, void* to, const void* from);

/// The greatest power of two up to `wide` that divides the number, and all displacements by `indices`.
int64_t alignment(int64_t wide, int64_t number);
int64_t alignment(int64_t wide, const Indices& indices);
/// Changes the innermost dimension to go in steps of `wide` elements, for kernels that treat as many at once,
/// if it is contiguous in the first two operands of the layout and everything starts at a multiple of `wide`.
bool widen_layout(Layout<3>& layout, int64_t wide);

}  // namespace tengen::cuda
