// 2-d convolution and its gradients: as a matrix product of cuBLASLt's where they are one, by direct kernels
// where they are depthwise, and as implicit GEMM otherwise (conv_problem.h, implicit_gemm.h).
#include <tengen/cuda/kernels/conv/conv_launch.h>
#include <tengen/cuda/kernels/conv/depthwise.h>
#include <tengen/cuda/kernels/families.h>
#include <tengen/cuda/kernels/matmul.h>
#include <tengen/tensor/context.h>

#include <algorithm>
#include <vector>

namespace tengen::cuda {
namespace {

/// out[i] = the splits' sums in order, plus bias[i / plane % channels]. blockDim.y threads share an element.
template <class T, class Sum>
__global__ void add_splits(int64_t size, int splits, const Sum* partial, const T* bias, Divisor plane,
                           Divisor channels, T* out) {
  __shared__ Sum sums[kThreads];
  const int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  Sum sum = 0;
  if (i < size)
#pragma unroll 4
    for (int split = threadIdx.y; split < splits; split += blockDim.y) sum += partial[split * size + i];
  if (blockDim.y > 1) {
    sums[threadIdx.y * blockDim.x + threadIdx.x] = sum;
    __syncthreads();
    for (int j = 1; j < int(blockDim.y) && threadIdx.y == 0; ++j) sum += sums[j * blockDim.x + threadIdx.x];
  }
  if (i >= size || threadIdx.y > 0) return;
  if (bias) {
    int channel = plane.quotient(int(i));
    sum += widen(bias[channels.split(channel)]);
  }
  out[i] = narrow<T>(sum);
}

template <class F>
void with_type(Dtype dtype, const char* what, const F& f) {
  if (dtype == kHalf) return f(Half{});
  if (dtype == kBFloat16) return f(BFloat16{});
  with_real_type(dtype, what, f);
}

const char* advance(const void* data, int64_t elements, Dtype dtype) {
  return static_cast<const char*>(data) + elements * int64_t(item_size(dtype));
}
char* advance(void* data, int64_t elements, Dtype dtype) {
  return static_cast<char*>(data) + elements * int64_t(item_size(dtype));
}

int64_t input_image(const Conv2dShape& s) { return s.in_channels * s.in_h * s.in_w; }
int64_t output_image(const Conv2dShape& s) { return s.out_channels * s.out_h * s.out_w; }
int64_t weights(const Conv2dShape& s) {
  return s.out_channels * (s.in_channels / s.groups) * s.kernel_h * s.kernel_w;
}

/// How many images one launch may take.
int64_t images_at_once(const Conv2dShape& s, const char* what) {
  const int64_t most = conv_tuning().most_elements, image = std::max(input_image(s), output_image(s));
  TENGEN_CHECK(std::max(image, weights(s)) <= most, what, ": images and weights of more than ", most,
               " elements are not supported");
  return image ? most / image : std::max<int64_t>(s.batch, 1);
}
/// run(first, images) for launches that cover the batch.
template <class Run>
void each_launch(const Conv2dShape& s, const char* what, const Run& run) {
  const int64_t most = images_at_once(s, what);
  for (int64_t first = 0; first < s.batch; first += most) run(first, std::min(most, s.batch - first));
}

/// A product whose result, or part of it, a launch makes.
struct Product {
  ConvProblem problem;
  const void *a, *b;
};
struct Result {
  const char* what;
  Dtype dtype;
  void* data;
  int64_t size, plane, channels;
  const void* bias;
};

/// The products make disjoint parts of the result, or, with `add`, are added in order.
void multiply(const Result& result, std::vector<Product>& products, bool add, bool depth_is_dense) {
  if (!is_floating_point(result.dtype)) not_implemented_error(result.what, int(result.dtype));
  ConvMath math = ConvMath::kSixteenBit;
  if (result.dtype == kDouble) math = ConvMath::kDouble;
  if (result.dtype == kFloat)
    math = globalContext().allowTF32CuDNN() && device_limits().capability >= 80 ? ConvMath::kTf32
                                                                                : ConvMath::kFloat;
  const ConvTuning& tuning = conv_tuning();
  const auto work = [](const Product& p) { return double(p.problem.n.size) * (p.problem.k.size + 1); };
  const Product& largest =
      *std::max_element(products.begin(), products.end(),
                        [&](const Product& p, const Product& q) { return work(p) < work(q); });
  const ConvPlan plan =
      plan_conv(math, largest.problem,
                tuning.multiprocessors ? tuning.multiprocessors : device_limits().multiprocessors);
  const ConvTile& tile = *conv_tile(math, plan.tile);
  const int splits = plan.splits * (add ? int(products.size()) : 1);
  const Dtype sum_type = math == ConvMath::kDouble ? kDouble : kFloat;
  const DeviceScratch partial(splits > 1 ? size_t(splits * result.size) * item_size(sum_type) : 0);
  char* sums = splits > 1 ? partial.as<char>() : nullptr;
  for (Product& p : products) {
    if (p.problem.n.size == 0) continue;
    if (!is_aligned(result.data)) p.problem.dense_rows = false;
    const int64_t depth = divide_up(divide_up(p.problem.k.size, plan.splits), tile.depth) * tile.depth;
    const Cut cut{int(divide_up(p.problem.m, tile.m)), int(divide_up(p.problem.n.size, tile.n)), plan.splits,
                  int(depth)};
    const ConvLaunch launch{result.what, result.dtype, math,        plan.tile, depth_is_dense, p.a,
                            p.b,         result.bias,  result.data, sums,      result.size};
    math == ConvMath::kFloat || math == ConvMath::kDouble ? launch_conv_fma(launch, p.problem, cut)
                                                          : launch_conv_tensor(launch, p.problem, cut);
    if (add && sums) sums = advance(static_cast<void*>(sums), plan.splits * result.size, sum_type);
  }
  if (splits == 1) return;
  with_type(result.dtype, result.what, [&](auto zero) {
    using T = decltype(zero);
    using Sum = SumOf<T>;
    const unsigned sharing = splits >= 16 ? 8 : 1;  // threads
    const dim3 block(kThreads / sharing, sharing);
    launch(result.what, add_splits<T, Sum>, grid_for(result.size, int(block.x)), block, 0, result.size,
           splits, partial.as<const Sum>(), static_cast<const T*>(result.bias), Divisor(result.plane),
           Divisor(result.channels), static_cast<T*>(result.data));
  });
}

bool is_depthwise(const Conv2dShape& s) { return s.groups > 1 && s.groups == s.in_channels; }
/// Each image is a matrix (channels, pixels), which the weights multiply.
bool is_matrix_product(const Conv2dShape& s) {
  return s.kernel_h == 1 && s.kernel_w == 1 && s.stride_h == 1 && s.stride_w == 1 && s.pad_h == 0 &&
         s.pad_w == 0 && s.groups == 1;
}

void conv2d(Dtype dtype, const Conv2dShape& s, const void* input, const void* weight, const void* bias,
            void* output) {
  constexpr const char* kWhat = "conv2d";
  const int64_t in = input_image(s), out = output_image(s), plane = s.out_h * s.out_w;
  if (s.batch * out == 0) return;
  if (is_matrix_product(s) && !bias)
    return matmul(dtype,
                  {.batch = s.batch,
                   .m = s.out_channels,
                   .n = plane,
                   .k = s.in_channels,
                   .a_batch = 0,
                   .a_row = s.in_channels,
                   .a_col = 1,
                   .b_batch = in,
                   .b_row = plane,
                   .b_col = 1,
                   .out_batch = out,
                   .out_row = plane,
                   .out_col = 1},
                  weight, input, output, globalContext().allowTF32CuDNN());
  each_launch(s, kWhat, [&](int64_t first, int64_t images) {
    const void* from = advance(input, first * in, dtype);
    void* to = advance(output, first * out, dtype);
    if (is_depthwise(s))
      return with_type(dtype, kWhat, [&](auto zero) {
        using T = decltype(zero);
        launch(kWhat, depthwise_output<T>, grid_for(images * out), dim3(kThreads), 0, Depthwise(s),
               int(images * out), static_cast<const T*>(from), static_cast<const T*>(weight),
               static_cast<const T*>(bias), static_cast<T*>(to));
      });
    std::vector<Product> products{{output_problem(s, images), weight, from}};
    multiply({kWhat, dtype, to, images * out, plane, s.out_channels, bias}, products, false, false);
  });
}

void conv2d_input_grad(Dtype dtype, const Conv2dShape& s, const void* grad_output, const void* weight,
                       void* grad_input) {
  constexpr const char* kWhat = "conv2d_input_grad";
  const int64_t in = input_image(s), out = output_image(s), plane = s.in_h * s.in_w;
  if (s.batch * in == 0) return;
  if (is_matrix_product(s))
    return matmul(dtype,
                  {.batch = s.batch,
                   .m = s.in_channels,
                   .n = plane,
                   .k = s.out_channels,
                   .a_batch = 0,
                   .a_row = 1,
                   .a_col = s.in_channels,
                   .b_batch = out,
                   .b_row = plane,
                   .b_col = 1,
                   .out_batch = in,
                   .out_row = plane,
                   .out_col = 1},
                  weight, grad_output, grad_input, globalContext().allowTF32CuDNN());
  each_launch(s, kWhat, [&](int64_t first, int64_t images) {
    const void* from = advance(grad_output, first * out, dtype);
    void* to = advance(grad_input, first * in, dtype);
    if (is_depthwise(s) && out > 0)
      return with_type(dtype, kWhat, [&](auto zero) {
        using T = decltype(zero);
        launch(kWhat, depthwise_input_grad<T>, grid_for(images * in), dim3(kThreads), 0, Depthwise(s),
               int(images * in), static_cast<const T*>(from), static_cast<const T*>(weight),
               static_cast<T*>(to));
      });
    std::vector<Product> products;
    for (int64_t y = 0; y < std::min(s.stride_h, s.in_h); ++y)
      for (int64_t x = 0; x < std::min(s.stride_w, s.in_w); ++x)
        products.push_back({input_grad_problem(s, images, y, x), weight, from});
    multiply({kWhat, dtype, to, images * in, plane, s.in_channels, nullptr}, products, false, false);
  });
}

void conv2d_weight_grad(Dtype dtype, const Conv2dShape& s, const void* grad_output, const void* input,
                        void* grad_weight) {
  constexpr const char* kWhat = "conv2d_weight_grad";
  const int64_t in = input_image(s), out = output_image(s), size = weights(s);
  if (size == 0) return;
  if (is_depthwise(s) && in > 0 && out > 0)
    return with_type(dtype, kWhat, [&](auto zero) {
      using T = decltype(zero);
      launch(kWhat, depthwise_weight_grad<T>, dim3(unsigned(size)), dim3(kThreads), 0, Depthwise(s), s.batch,
             static_cast<const T*>(grad_output), static_cast<const T*>(input), static_cast<T*>(grad_weight));
    });
  std::vector<Product> products;
  each_launch(s, kWhat, [&](int64_t first, int64_t images) {
    products.push_back({weight_grad_problem(s, images), advance(grad_output, first * out, dtype),
                        advance(input, first * in, dtype)});
  });
  if (products.empty()) products.push_back({weight_grad_problem(s, 0), grad_output, input});  // zeros
  multiply({kWhat, dtype, grad_weight, size, 1, 1, nullptr}, products, true, true);
}

}  // namespace

void add_conv_kernels(Kernels& table) {
  table.conv2d = conv2d;
  table.conv2d_input_grad = conv2d_input_grad;
  table.conv2d_weight_grad = conv2d_weight_grad;
}

}  // namespace tengen::cuda
