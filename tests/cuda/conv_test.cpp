// Convolution kernels against the CPU's in double precision: every tile, splits of the depth, several
// launches, 16-bit types and TF32.
#include <algorithm>
#include <set>
#include <string>

#include <tengen/cuda/kernels/conv/conv_plan.h>
#include <tengen/tensor/context.h>
#include <tengen/tests/cuda/device_data.h>
#include <tengen/tests/kernels/conv_shapes.h>

using namespace tengen;
using namespace tengen::cuda;
using namespace conv_shapes;
using namespace device_data;

namespace {

/// For the length of a test.
struct Tuning {
  explicit Tuning(int multiprocessors, int64_t most_elements = int64_t{1} << 30) {
    conv_tuning() = {multiprocessors, most_elements};
  }
  ~Tuning() { conv_tuning() = {}; }
};
struct AllowTf32 {
  AllowTf32() { globalContext().setAllowTF32CuDNN(true); }
  ~AllowTf32() { globalContext().setAllowTF32CuDNN(false); }
};

struct Data {
  Values input, weight, bias, grad;
};
template <class T>
Data make_data(const Conv2dShape& s, bool with_bias, std::mt19937& random) {
  return {random_values<T>(s.batch * s.in_channels * s.in_h * s.in_w, random),
          random_values<T>(s.out_channels * s.in_channels / s.groups * s.kernel_h * s.kernel_w, random),
          random_values<T>(with_bias ? s.out_channels : 0, random),
          random_values<T>(s.batch * s.out_channels * s.out_h * s.out_w, random)};
}

struct Results {
  Values output, input_grad, weight_grad;
};
Results on_cpu(const Conv2dShape& s, const Data& d) {
  Results r{Values(d.grad.size()), Values(d.input.size()), Values(d.weight.size())};
  const Kernels& table = kernels(kCPU);
  table.conv2d(kDouble, s, d.input.data(), d.weight.data(), d.bias.empty() ? nullptr : d.bias.data(),
               r.output.data());
  table.conv2d_input_grad(kDouble, s, d.grad.data(), d.weight.data(), r.input_grad.data());
  table.conv2d_weight_grad(kDouble, s, d.grad.data(), d.input.data(), r.weight_grad.data());
  return r;
}
template <class T>
Results on_device(const Conv2dShape& s, const Data& d, int64_t offset = 0) {
  const Array<T> input(d.input, offset), weight(d.weight, offset), bias(d.bias, offset), grad(d.grad, offset);
  const Array<T> output(Values(d.grad.size(), NAN), offset), input_grad(Values(d.input.size(), NAN), offset),
      weight_grad(Values(d.weight.size(), NAN), offset);
  const Kernels& table = kernels(kCUDA);
  table.conv2d(dtype_of<T>, s, input.data(), weight.data(), d.bias.empty() ? nullptr : bias.data(),
               output.data());
  table.conv2d_input_grad(dtype_of<T>, s, grad.data(), weight.data(), input_grad.data());
  table.conv2d_weight_grad(dtype_of<T>, s, grad.data(), input.data(), weight_grad.data());
  return {output.values(), input_grad.values(), weight_grad.values()};
}

/// Half a unit in the last place of a T near 1.
template <class T>
constexpr double kUnit = std::is_same_v<T, double>     ? 1.2e-16
                         : std::is_same_v<T, float>    ? 6e-8
                         : std::is_same_v<T, BFloat16> ? 1.0 / 256
                                                       : 1.0 / 2048;

/// Sums are made in double, or in float: their error grows with the number of terms. Results are rounded to
/// T.
template <class T>
void compare(const Results& found, const Results& expected, const Conv2dShape& s) {
  const double unit = std::is_same_v<T, double> ? 2.4e-16 : 1.2e-7;
  const int64_t taps = s.kernel_h * s.kernel_w;
  const auto check = [&](const Values& a, const Values& b, int64_t terms) {
    CHECK(error(a, b, unit * double(4 + terms), kUnit<T>) < 1);
  };
  check(found.output, expected.output, s.in_channels / s.groups * taps);
  check(found.input_grad, expected.input_grad, s.out_channels / s.groups * taps);
  check(found.weight_grad, expected.weight_grad, s.batch * s.out_h * s.out_w);
}

/// Inputs are numbers that Exact holds.
template <class T, class Exact = T>
void check(const Conv2dShape& s, std::mt19937& random, bool with_bias, int64_t offset = 0) {
  INFO("shape " << describe(s) << " of " << sizeof(T) << " bytes, offset " << offset);
  const Data data = make_data<Exact>(s, with_bias, random);
  const Results found = on_device<T>(s, data, offset);
  compare<T>(found, on_cpu(s, data), s);
}

/// What plan_conv makes of the three products: "large", "small/splits"...
std::string plans(ConvMath math, const Conv2dShape& s, int multiprocessors) {
  std::string text;
  for (const ConvProblem& problem :
       {output_problem(s, s.batch), input_grad_problem(s, s.batch, 0, 0), weight_grad_problem(s, s.batch)}) {
    const ConvPlan plan = plan_conv(math, problem, multiprocessors);
    const char* const names[] = {"large", "small", "flat"};
    text += std::string(text.empty() ? "" : " ") + names[plan.tile] + (plan.splits > 1 ? "/splits" : "");
  }
  return text;
}

}  // namespace

TEST_CASE("division by a number that the host knows, in 32 and in 64 bits") {
  constexpr int64_t kLast = INT64_MAX - 3;
  int64_t wrong = 0;
  for (int64_t by : {int64_t{1}, int64_t{2}, int64_t{3}, int64_t{7}, int64_t{9}, int64_t{19}, int64_t{361},
                     int64_t{641}, int64_t{65535}, int64_t{65536}, int64_t{1000003}, int64_t{INT32_MAX},
                     int64_t{1} << 31, (int64_t{1} << 32) + 1, int64_t{1000000007} * 998244353, kLast}) {
    const Divisor divisor(by);
    for (int64_t base : {int64_t{0}, by, by / 2, int64_t{12345}, INT32_MAX / by * by, int64_t{INT32_MAX},
                         int64_t{1} << 32, kLast / by * by, kLast})
      for (int64_t n = base - 2; n <= base + 2; ++n) {
        if (n < 0) continue;
        int64_t quotient = n;
        const int64_t rest = divisor.split(quotient);
        wrong += quotient != n / by || rest != n % by;
        if (n > INT32_MAX || by > INT32_MAX) continue;
        int small = int(n);
        const int small_rest = divisor.split(small);
        wrong += divisor.quotient(int(n)) != n / by || small != n / by || small_rest != n % by;
      }
  }
  CHECK(wrong == 0);
}

TEST_CASE("conv2d on a device: random shapes, launches and splits") {
  if (no_device()) return;
  std::mt19937 random(1);
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < 60; ++i) {
    const Conv2dShape s = random_shape({4, 12, 15, 20, 4}, random);
    const int64_t image = std::max({s.in_channels * s.in_h * s.in_w, s.out_channels * s.out_h * s.out_w,
                                    s.out_channels * s.in_channels * s.kernel_h * s.kernel_w});
    const Tuning tuning(int(pick(1, 60)), image * pick(1, 3));
    check<float>(s, random, i % 2, i % 4 == 3);
    check<double>(s, random, i % 3);
    if (i % 3 == 0) check<BFloat16>(s, random, i % 2, i % 4 == 3);
    if (i % 3 == 1) check<Half>(s, random, i % 2);
    if (i % 3 == 2) {
      const AllowTf32 allow;
      check<float, BFloat16>(s, random, i % 2);
    }
  }
}

TEST_CASE("conv2d on a device: each tile, with and without splits") {
  if (no_device()) return;
  std::mt19937 random(2);
  struct Case {
    ConvMath math;
    Conv2dShape shape;
    int multiprocessors;
    const char* plans;  // of output, input gradient, weight gradient
  };
  const Conv2dShape wide = square(1, 120, 125, 15, 3, 1, 1), go = square(1, 64, 64, 9, 3, 1, 1),
                    flat = square(2, 20, 17, 24, 3, 1, 1), step = square(1, 48, 72, 17, 3, 2, 1);
  for (const Case& c : {Case{ConvMath::kFloat, wide, 4, "large/splits large/splits large"},
                        {ConvMath::kFloat, wide, 1, "large large large"},
                        {ConvMath::kFloat, go, 8, "small/splits small/splits small"},
                        {ConvMath::kFloat, flat, 2, "flat flat flat"},
                        {ConvMath::kFloat, flat, 40, "flat/splits small/splits flat/splits"},
                        {ConvMath::kFloat, step, 2, "large/splits small large"},
                        {ConvMath::kDouble, go, 1, "small small small"},
                        {ConvMath::kDouble, flat, 40, "small/splits small/splits small/splits"},
                        {ConvMath::kTf32, wide, 4, "large/splits large/splits large"},
                        {ConvMath::kTf32, go, 20, "small/splits small/splits small"},
                        {ConvMath::kTf32, flat, 2, "small small small/splits"},
                        {ConvMath::kTf32, step, 1, "large large large"},
                        {ConvMath::kSixteenBit, wide, 4, "large/splits large/splits large"},
                        {ConvMath::kSixteenBit, go, 20, "small/splits small/splits small"},
                        {ConvMath::kSixteenBit, flat, 2, "small small small/splits"},
                        {ConvMath::kSixteenBit, step, 1, "large large large"}}) {
    const Tuning tuning(c.multiprocessors);
    CHECK(plans(c.math, c.shape, c.multiprocessors) == c.plans);
    switch (c.math) {
      case ConvMath::kFloat:
        check<float>(c.shape, random, true);
        break;
      case ConvMath::kDouble:
        check<double>(c.shape, random, true);
        break;
      case ConvMath::kTf32: {
        const AllowTf32 allow;
        check<float, BFloat16>(c.shape, random, true);
        break;
      }
      case ConvMath::kSixteenBit:
        check<BFloat16>(c.shape, random, true);
        check<Half>(c.shape, random, false);
    }
  }
}

TEST_CASE("conv2d on a device: depthwise, dilated, 1x1, long steps, padding only, nothing to do") {
  if (no_device()) return;
  std::mt19937 random(3);
  for (const Conv2dShape& s :
       {square(2, 24, 24, 17, 3, 1, 1, 24), square(2, 12, 24, 17, 3, 2, 1, 12),
        square(1, 5, 15, 9, 5, 3, 2, 5, 2), square(1, 8, 8, 33, 3, 1, 4, 1, 4),
        square(1, 4, 4, 30, 21, 1, 10), square(2, 5, 7, 29, 2, 5, 0), square(2, 5, 7, 29, 1, 2, 0),
        square(2, 30, 20, 11, 1, 1, 0), square(1, 3, 2, 1, 1, 1, 3), square(1, 2, 2, 2, 4, 3, 3),
        square(0, 4, 4, 8, 3, 1, 1), square(2, 6, 9, 8, 2, 4, 1, 3, 2)}) {
    check<float>(s, random, true);
    check<double>(s, random, false);
    check<Half>(s, random, false);
  }
  Conv2dShape s = square(2, 3, 4, 11, 3, 2, 0);
  s.in_h = s.in_w = 12;  // a row and a column that no output reads
  check<float>(s, random, false);
}

TEST_CASE("conv2d on a device: TF32 rounds its inputs, and only when asked") {
  if (no_device()) return;
  std::mt19937 random(4);
  const Conv2dShape s = square(1, 40, 40, 9, 3, 1, 1);
  const Data data = make_data<float>(s, true, random);
  const Results exact = on_cpu(s, data);
  compare<float>(on_device<float>(s, data), exact, s);
  const AllowTf32 allow;
  const Results rounded = on_device<float>(s, data);
  CHECK(error(rounded.output, exact.output, 1e-3 * std::sqrt(40 * 9), 0) < 1);
  CHECK(error(rounded.output, exact.output, 1e-4, 0) > 1);
  CHECK(error(rounded.input_grad, exact.input_grad, 1e-3 * std::sqrt(40 * 9), 0) < 1);
  CHECK(error(rounded.weight_grad, exact.weight_grad, 1e-3 * std::sqrt(81), 0) < 1);
}

TEST_CASE("conv2d on a device: the same bits again") {
  if (no_device()) return;
  std::mt19937 random(5);
  const Tuning tuning(50);
  const Conv2dShape s = square(3, 32, 40, 9, 3, 1, 1);
  const Data data = make_data<float>(s, true, random);
  const Results first = on_device<float>(s, data), second = on_device<float>(s, data);
  CHECK(first.output == second.output);
  CHECK(first.input_grad == second.input_grad);
  CHECK(first.weight_grad == second.weight_grad);
}

TEST_CASE("conv2d on a device: what it refuses") {
  if (no_device()) return;
  const Conv2dShape s = square(1, 4, 4, 8, 3, 1, 1);
  const Array<float> some(1000);
  const auto run = [&](Dtype dtype) {
    kernels(kCUDA).conv2d(dtype, s, some.data(), some.data(), nullptr, some.data());
  };
  CHECK_THROWS_WITH_AS(run(kLong), doctest::Contains("conv2d"), NotImplementedError);
  const Tuning tuning(0, 100);
  CHECK_THROWS_WITH_AS(run(kFloat), doctest::Contains("conv2d: images and weights of more than 100 elements"),
                       Error);
}
