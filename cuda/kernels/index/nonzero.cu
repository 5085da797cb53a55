// Positions of elements that are not zero, in order: blocks count theirs, the counts are summed, and each
// block writes from its own sum on.
#include <tengen/cuda/kernels/index/indexing.h>
#include <tengen/cuda/kernels/sort/block_radix.h>
#include <tengen/cuda/kernels/sort/radix_sort.h>

namespace tengen::cuda {
namespace {

constexpr int kItems = 16, kPiece = kThreads * kItems;

/// A warp has a stretch of kItems * 32 elements and looks at 32 neighbours at a time: this lane's first.
__device__ inline int64_t first_item() {
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  return int64_t(blockIdx.x) * kPiece + warp * kWarp * kItems + lane;
}

/// What to read: `mask` leaves out the sign of floating numbers, as -0 is zero too.
template <class Bits>
struct Elements {
  const Bits* data;
  Bits mask;
  Layout<1> layout;
  __device__ bool is_set(int64_t i) const { return i < layout.numel && data[layout.offset(i)] & mask; }
};

template <class Bits>
__global__ void count_set(Elements<Bits> in, int64_t* counts) {
  const int64_t first = first_item();
  int count = 0;
#pragma unroll
  for (int k = 0; k < kItems; ++k) count += in.is_set(first + k * kWarp);
  count = block_sum(count);
  if (threadIdx.x == 0) counts[blockIdx.x] = count;
}

/// Sizes of the tensor, to make coordinates of positions.
struct Coordinates {
  static constexpr int kMaxDim = 64;
  int dim;
  Divisor sizes[kMaxDim];
  __device__ void write(int64_t position, int64_t* to) const {
    for (int d = dim - 1; d > 0; --d) to[d] = sizes[d].split(position);
    if (dim > 0) to[0] = position;
  }
};

/// before: how many are set before each block's elements.
template <class Bits>
__global__ void write_set(Elements<Bits> in, Coordinates coordinates, const int64_t* before,
                          int64_t* positions) {
  __shared__ int warp_counts[kThreads / kWarp];
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  const int64_t first = first_item();
  unsigned set[kItems];
  int count = 0;
#pragma unroll
  for (int k = 0; k < kItems; ++k) {
    set[k] = __ballot_sync(kWholeWarp, in.is_set(first + k * kWarp));
    count += __popc(set[k]);
  }
  if (lane == 0) warp_counts[warp] = count;
  __syncthreads();
  int64_t next = before[blockIdx.x];
  for (int w = 0; w < warp; ++w) next += warp_counts[w];
#pragma unroll
  for (int k = 0; k < kItems; ++k) {
    if (set[k] >> lane & 1)
      coordinates.write(first + k * kWarp,
                        positions + (next + __popc(set[k] & ((1u << lane) - 1))) * coordinates.dim);
    next += __popc(set[k]);
  }
}

template <class Bits>
int64_t nonzero_of(const View& view, const Layout<1>& layout, int64_t* positions) {
  const Bits mask = is_floating_point(view.dtype) ? Bits(Bits(~Bits(0)) >> 1) : Bits(~Bits(0));
  const Elements<Bits> in{static_cast<const Bits*>(view.data), mask, layout};
  const int64_t blocks = divide_up(layout.numel, kPiece);
  DeviceScratch memory(size_t(blocks + 1) * sizeof(int64_t));
  int64_t* counts = memory.as<int64_t>();
  launch("nonzero", count_set<Bits>, unsigned(blocks), kThreads, 0, in, counts);
  exclusive_sums("nonzero", blocks, counts);
  if (positions) {
    Coordinates coordinates;
    coordinates.dim = view.dim;
    TENGEN_CHECK(view.dim <= Coordinates::kMaxDim, "nonzero: found a tensor of more than ",
                 Coordinates::kMaxDim, " dimensions");
    for (int d = 0; d < view.dim; ++d) coordinates.sizes[d] = Divisor(view.sizes[d]);
    launch("nonzero", write_set<Bits>, unsigned(blocks), kThreads, 0, in, coordinates, counts, positions);
  }
  int64_t total = 0;
  check(cudaMemcpyAsync(&total, counts + blocks, sizeof total, cudaMemcpyDeviceToHost, current_stream()),
        "nonzero");
  check(cudaStreamSynchronize(current_stream()), "nonzero");
  throw_device_fault();
  return total;
}

}  // namespace

int64_t nonzero(const View& in, int64_t* positions) {
  const Layout<1> layout = layout_of(in);
  if (layout.numel == 0) return 0;
  switch (item_size(in.dtype)) {
    case 1:
      return nonzero_of<uint8_t>(in, layout, positions);
    case 2:
      return nonzero_of<uint16_t>(in, layout, positions);
    case 4:
      return nonzero_of<uint32_t>(in, layout, positions);
    default:
      return nonzero_of<uint64_t>(in, layout, positions);
  }
}

}  // namespace tengen::cuda
