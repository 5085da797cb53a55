// Convolution kernels against plain loops, for many shapes, and the same bits for one thread and for two.
#include <tengen/tests/kernels/conv_shapes.h>
#include <tengen/tests/kernels/reference.h>

using namespace tengen;
using namespace conv_shapes;
using namespace reference;

namespace {

/// The three results in T, computed into memory that held NaN.
template <class T>
struct Results {
  std::vector<T> output, grad_input, grad_weight;

  Results(const Conv2dShape& s, const Values& input, const Values& weight, const Values& bias,
          const Values& grad)
      : output(grad.size(), T(NAN)), grad_input(input.size(), T(NAN)), grad_weight(weight.size(), T(NAN)) {
    auto x = as<T>(input), w = as<T>(weight), b = as<T>(bias), g = as<T>(grad);
    const Kernels& table = kernels(kCPU);
    table.conv2d(dtype_of<T>, s, x.data(), w.data(), b.empty() ? nullptr : b.data(), output.data());
    table.conv2d_input_grad(dtype_of<T>, s, g.data(), w.data(), grad_input.data());
    table.conv2d_weight_grad(dtype_of<T>, s, g.data(), x.data(), grad_weight.data());
  }
  bool operator==(const Results& other) const {
    auto same = [](const std::vector<T>& a, const std::vector<T>& b) {
      return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
    };
    return same(output, other.output) && same(grad_input, other.grad_input) &&
           same(grad_weight, other.grad_weight);
  }
};

template <class T>
void check(const Conv2dShape& s, std::mt19937& random, bool with_bias) {
  INFO("shape " << describe(s) << " of " << sizeof(T) << " bytes");
  // Values that T holds exactly, so that only the kernel's own rounding is measured.
  auto rounded = [&](int64_t count) {
    Values v = random_values(count, random);
    for (double& x : v) x = double(T(x));
    return v;
  };
  Values input = rounded(s.batch * s.in_channels * s.in_h * s.in_w);
  Values weight = rounded(s.out_channels * s.in_channels / s.groups * s.kernel_h * s.kernel_w);
  Values bias = rounded(with_bias ? s.out_channels : 0),
         grad = rounded(s.batch * s.out_channels * s.out_h * s.out_w);
  Values output(grad.size()), grad_input(input.size()), grad_weight(weight.size());
  if (with_bias)
    for (size_t i = 0; i < output.size(); ++i)
      output[i] = bias[i / size_t(s.out_h * s.out_w) % size_t(s.out_channels)];
  each_product(s, [&](int64_t o, int64_t i, int64_t w) {
    output[size_t(o)] += input[size_t(i)] * weight[size_t(w)];
    grad_input[size_t(i)] += grad[size_t(o)] * weight[size_t(w)];
    grad_weight[size_t(w)] += grad[size_t(o)] * input[size_t(i)];
  });
  set_num_threads(1);
  Results<T> found(s, input, weight, bias, grad);
  const int64_t taps = s.kernel_h * s.kernel_w;
  // The transforms of Winograd's method round too; how much is measured in winograd.cpp.
  const bool transformed = sizeof(T) == 4 && s.kernel_h == 3 && s.kernel_w == 3 && s.groups == 1 &&
                           s.stride_h * s.stride_w * s.dilation_h * s.dilation_w == 1;
  const double limit = transformed ? 2 : 1;
  CHECK(error(found.output, output, s.in_channels / s.groups * taps) < limit);
  CHECK(error(found.grad_input, grad_input, s.out_channels / s.groups * taps) < limit);
  CHECK(error(found.grad_weight, grad_weight, s.batch * s.out_h * s.out_w) < limit);
  set_num_threads(2);
  CHECK(Results<T>(s, input, weight, bias, grad) == found);
}

}  // namespace

TEST_CASE("conv2d: random shapes") {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const Conv2dShape s = random_shape({5, 20, 23, 40, 5}, random);
    check<float>(s, random, i % 2);
    check<double>(s, random, i % 3);
  }
}

TEST_CASE("conv2d: the layers of a detector and of a Go tower, made smaller") {
  std::mt19937 random(2);
  for (const Conv2dShape& s :
       {square(2, 3, 16, 64, 6, 2, 2), square(2, 16, 32, 40, 3, 2, 1), square(2, 16, 16, 80, 3, 1, 1),
        square(2, 32, 24, 40, 1, 1, 0), square(1, 64, 128, 20, 3, 2, 1), square(3, 128, 64, 10, 1, 1, 0),
        square(2, 64, 64, 19, 3, 1, 1), square(9, 32, 32, 9, 3, 1, 1), square(1, 17, 64, 9, 5, 1, 2)})
    check<float>(s, random, true);
}

TEST_CASE("conv2d: 3x3 kernels on many channels, any size and padding") {
  std::mt19937 random(5);
  auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < 40; ++i) {
    Conv2dShape s = square(pick(1, 9), pick(20, 70), pick(20, 70), 9, 3, 1, 0);
    s.in_h = pick(3, 25), s.in_w = pick(3, 45), s.pad_h = pick(0, 3), s.pad_w = pick(0, 3);
    s.out_h = outputs(s.in_h, 3, 1, s.pad_h, 1), s.out_w = outputs(s.in_w, 3, 1, s.pad_w, 1);
    check<float>(s, random, i % 2);
  }
}

TEST_CASE("conv2d: depthwise, dilated, long kernels, steps longer than the kernel, padding only") {
  std::mt19937 random(3);
  for (const Conv2dShape& s :
       {square(2, 24, 24, 17, 3, 1, 1, 24), square(2, 12, 24, 17, 3, 2, 1, 12),
        square(1, 8, 8, 33, 3, 1, 4, 1, 4), square(1, 4, 4, 30, 21, 1, 10), square(2, 5, 7, 29, 2, 5, 0),
        square(2, 5, 7, 29, 1, 2, 0), square(1, 3, 2, 1, 1, 1, 3), square(1, 2, 2, 2, 4, 3, 3),
        square(0, 4, 4, 8, 3, 1, 1)}) {
    check<float>(s, random, true);
    check<double>(s, random, false);
  }
  // Larger than one chunk in each of its three directions.
  check<float>(square(1, 300, 7, 12, 3, 1, 1), random, true);
  check<float>(square(1, 7, 520, 12, 1, 1, 0), random, true);
  check<float>(square(1, 2, 2, 300, 3, 1, 1), random, true);
}

TEST_CASE("conv2d: enough rows and channels that panels are copied") {
  std::mt19937 random(7);
  for (const Conv2dShape& s :
       {square(1, 70, 33, 40, 1, 1, 0), square(3, 67, 65, 9, 1, 1, 0), square(1, 30, 66, 41, 3, 2, 1),
        square(2, 140, 70, 7, 3, 2, 1), square(1, 40, 33, 30, 5, 1, 2)}) {
    check<float>(s, random, true);
    check<double>(s, random, false);
  }
}

TEST_CASE("conv2d: kernels that are a multiple of their stride") {
  std::mt19937 random(6);
  for (const Conv2dShape& s :
       {square(2, 3, 16, 37, 6, 2, 2), square(2, 1, 8, 21, 4, 4, 1), square(1, 1, 5, 20, 3, 3, 0),
        square(3, 5, 9, 26, 6, 3, 4), square(1, 2, 4, 9, 2, 2, 1)}) {
    check<float>(s, random, true);
    check<double>(s, random, false);
  }
}

TEST_CASE("conv2d: transposed convolutions ask for inputs that no output reads") {
  std::mt19937 random(4);
  Conv2dShape s = square(2, 3, 4, 11, 3, 2, 0);  // rows 0..10 are read
  s.in_h = s.in_w = 12;                          // output_padding = 1
  check<float>(s, random, false);
  check<double>(s, random, false);
}
