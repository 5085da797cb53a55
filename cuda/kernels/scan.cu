// Running sums and products along the last dimension. Floats are carried in double.
#include <type_traits>

#include <tengen/cuda/kernels/common/elements.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

struct Multiply {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a * b;
  }
};
template <class Op>
constexpr int kIdentity = std::is_same_v<Op, Multiply> ? 1 : 0;

template <class T>
using State = std::conditional_t<std::is_same_v<T, int64_t>, int64_t, double>;

/// A call: rows (outer places in out and in) of `length` elements, in parts of `part`.
struct Scan {
  Layout<2> rows;
  int64_t length, out_stride, in_stride, part, parts;
  void* out;
  const void* in;
};

constexpr int kEach = 4, kChunk = kThreads * kEach;
/// Places of a chunk in shared memory, spread so that threads that read kEach in turn use all banks.
__device__ int spread(int i) { return i + i / 32; }

/// The threads' values -> what precedes each of them; `total`: all of them.
template <class Op, class S>
__device__ S exclusive_scan(S value, S& total) {
  __shared__ S sums[kThreads / kWarp];
  const Op op;
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  S upto = value;
#pragma unroll
  for (int step = 1; step < kWarp; step *= 2) {
    const S other = __shfl_up_sync(kWholeWarp, upto, step);
    if (lane >= step) upto = op(other, upto);
  }
  __syncthreads();  // the last call's sums have been read
  if (lane == kWarp - 1) sums[warp] = upto;
  __syncthreads();
  S before = S(kIdentity<Op>);
  total = S(kIdentity<Op>);
#pragma unroll
  for (int w = 0; w < kThreads / kWarp; ++w) {
    if (w == warp) before = total;
    total = op(total, sums[w]);
  }
  const S previous = __shfl_up_sync(kWholeWarp, upto, 1);
  return lane > 0 ? op(before, previous) : before;
}

/// A block per part of a row, chunk by chunk. carries (rows, parts): what precedes each part; null where rows
/// have one part.
template <class T, class Op>
__global__ void __launch_bounds__(kThreads) scan_kernel(const Scan scan, const State<T>* carries) {
  using S = State<T>;
  const Op op;
  __shared__ T chunk[kChunk + kChunk / 32];
  const int64_t row = blockIdx.x / unsigned(scan.parts), part = blockIdx.x - row * scan.parts;
  const int64_t end = min((part + 1) * scan.part, scan.length);
  int64_t at[2];
  scan.rows.offsets(row, at);
  const T* in = static_cast<const T*>(scan.in) + at[1];
  T* out = static_cast<T*>(scan.out) + at[0];
  S carry = carries ? carries[blockIdx.x] : S(kIdentity<Op>);
  for (int64_t start = part * scan.part; start < end; start += kChunk) {
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      const int place = threadIdx.x + k * kThreads;
      chunk[spread(place)] = start + place < end ? in[(start + place) * scan.in_stride] : T(kIdentity<Op>);
    }
    __syncthreads();
    S running[kEach];
    S sum = S(kIdentity<Op>);
#pragma unroll
    for (int k = 0; k < kEach; ++k) running[k] = sum = op(sum, S(chunk[spread(threadIdx.x * kEach + k)]));
    S total;
    const S before = op(carry, exclusive_scan<Op>(sum, total));
#pragma unroll
    for (int k = 0; k < kEach; ++k) chunk[spread(threadIdx.x * kEach + k)] = T(op(before, running[k]));
    carry = op(carry, total);
    __syncthreads();
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      const int place = threadIdx.x + k * kThreads;
      if (start + place < end) out[(start + place) * scan.out_stride] = chunk[spread(place)];
    }
    __syncthreads();
  }
}

/// carries[row][part] = that part's sum or product.
template <class T, class Op>
__global__ void __launch_bounds__(kThreads) total_kernel(const Scan scan, State<T>* carries) {
  using S = State<T>;
  const Op op;
  const int64_t row = blockIdx.x / unsigned(scan.parts), part = blockIdx.x - row * scan.parts;
  const int64_t end = min((part + 1) * scan.part, scan.length);
  int64_t at[2];
  scan.rows.offsets(row, at);
  const T* in = static_cast<const T*>(scan.in) + at[1];
  S sum = S(kIdentity<Op>);
#pragma unroll 4
  for (int64_t i = part * scan.part + threadIdx.x; i < end; i += kThreads)
    sum = op(sum, S(in[i * scan.in_stride]));
  sum = block_reduce(sum, op, S(kIdentity<Op>));
  if (threadIdx.x == 0) carries[blockIdx.x] = sum;
}

/// A block per row: the parts' totals -> what precedes each part.
template <class S, class Op>
__global__ void __launch_bounds__(kThreads) carry_kernel(int64_t parts, S* carries) {
  const Op op;
  S* row = carries + blockIdx.x * parts;
  S carry = S(kIdentity<Op>);
  for (int64_t start = 0; start < parts; start += kThreads) {
    const int64_t part = start + threadIdx.x;
    S total;
    const S before = exclusive_scan<Op>(part < parts ? row[part] : S(kIdentity<Op>), total);
    if (part < parts) row[part] = op(carry, before);
    carry = op(carry, total);
  }
}

/// A thread per row, where rows are short, or lie side by side and are many.
template <class T, class Op>
__global__ void __launch_bounds__(kThreads) row_kernel(const Scan scan) {
  const Op op;
  const int64_t row = global_index();
  if (row >= scan.rows.numel) return;
  int64_t at[2];
  scan.rows.offsets(row, at);
  const T* in = static_cast<const T*>(scan.in) + at[1];
  T* out = static_cast<T*>(scan.out) + at[0];
  State<T> sum = State<T>(kIdentity<Op>);
  constexpr int kAhead = 8;
  for (int64_t start = 0; start < scan.length; start += kAhead) {
    T x[kAhead];
#pragma unroll
    for (int k = 0; k < kAhead; ++k)
      if (start + k < scan.length) x[k] = in[(start + k) * scan.in_stride];
#pragma unroll
    for (int k = 0; k < kAhead; ++k)
      if (start + k < scan.length) {
        sum = op(sum, State<T>(x[k]));
        out[(start + k) * scan.out_stride] = T(sum);
      }
  }
}

template <class T, class Op>
void run(const char* name, const Scan& scan, bool serial) {
  if (serial)
    return launch(name, row_kernel<T, Op>, grid_for(scan.rows.numel, kWarp * 2), kWarp * 2, 0, scan);
  const dim3 grid(unsigned(scan.rows.numel * scan.parts));
  if (scan.parts == 1) return launch(name, scan_kernel<T, Op>, grid, kThreads, 0, scan, nullptr);
  using S = State<T>;
  const DeviceScratch carries(size_t(scan.rows.numel * scan.parts) * sizeof(S));
  launch(name, total_kernel<T, Op>, grid, kThreads, 0, scan, carries.as<S>());
  launch(name, carry_kernel<S, Op>, dim3(unsigned(scan.rows.numel)), kThreads, 0, scan.parts,
         carries.as<S>());
  launch(name, scan_kernel<T, Op>, grid, kThreads, 0, scan, carries.as<S>());
}

/// Elements of a part where rows are too few to keep a device busy, and rows that are enough: with a block
/// each, with a thread each.
constexpr int64_t kPart = 8 * kChunk, kEnoughRows = 512, kManyRows = 1 << 15;
constexpr int64_t kShort = 32;

void scan(Reduce op, const View& out, const View& in) {
  const bool sum = op == Reduce::Sum;
  const char* name = sum ? "cumsum" : "cumprod";
  if (in.dtype != kFloat && in.dtype != kDouble && in.dtype != kLong)
    not_implemented_error(name, int(in.dtype));
  const int last = in.dim - 1;
  Scan scan{layout_of<2>({&out, &in}, 0, last < 0 ? 0 : last, &in),
            last < 0 ? 1 : in.sizes[last],
            last < 0 ? 1 : out.strides[last],
            last < 0 ? 1 : in.strides[last],
            0,
            1,
            out.data,
            in.data};
  const int64_t rows = scan.rows.numel;
  if (rows == 0 || scan.length == 0) return;
  auto distance = [](int64_t stride) { return stride < 0 ? -stride : stride; };
  const bool across = distance(scan.rows.strides[0][1]) < distance(scan.in_stride);
  const bool serial = scan.length <= kShort || (across && rows >= kManyRows);
  scan.part = rows >= kEnoughRows ? scan.length : kPart;
  scan.parts = divide_up(scan.length, scan.part);
  auto run_type = [&](auto zero) {
    using T = decltype(zero);
    if (sum)
      run<T, Add>(name, scan, serial);
    else
      run<T, Multiply>(name, scan, serial);
  };
  if (in.dtype == kFloat)
    run_type(float{});
  else if (in.dtype == kDouble)
    run_type(double{});
  else
    run_type(int64_t{});
}

}  // namespace

void add_scan_kernels(Kernels& table) { table.scan = scan; }

}  // namespace tengen::cuda
