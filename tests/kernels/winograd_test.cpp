// The error of float32 convolutions with 3x3 kernels, which use Winograd's method, against direct sums.
#include <tengen/tests/kernels/reference.h>

using namespace tengen;
using namespace reference;

namespace {

/// Sums of products three ways: exact, in float32 one after the other, and the sum of their squares.
struct Sums {
  Values exact, squares;
  std::vector<float> direct;

  explicit Sums(size_t size) : exact(size), squares(size), direct(size) {}
  void add(int64_t at, double a, double b) {
    const auto i = size_t(at);
    exact[i] += a * b;
    squares[i] += a * b * a * b;
    direct[i] += float(a) * float(b);
  }
  /// Root of the mean square error, each in units of the root of its squares.
  double error(const std::vector<float>& found) const {
    double sum = 0;
    for (size_t i = 0; i < exact.size(); ++i) {
      const double difference = double(found[i]) - exact[i];
      sum += squares[i] > 0 ? difference * difference / squares[i] : 0;
    }
    return std::sqrt(sum / double(exact.size()));
  }
  void check(const std::vector<float>& found) const {
    INFO("error " << error(found) << ", of direct sums " << error(direct));
    CHECK(error(found) < 4 * error(direct));
    CHECK(error(found) < 2e-6);
  }
};

}  // namespace

TEST_CASE("conv2d: the error of Winograd's method is of the size of that of direct sums") {
  std::mt19937 random(7);
  // Tiles of 3 (9, 6) and of 4 (20, 19, 8), few channels and many.
  for (auto [channels, size] :
       {std::pair<int64_t, int64_t>{16, 9}, {96, 9}, {16, 20}, {64, 19}, {130, 8}, {33, 6}}) {
    INFO(channels << " channels, " << size << " x " << size);
    const Conv2dShape s{2, channels, size, size, channels, size, size, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    auto values = [&](int64_t count) { return as<float>(random_values(count, random)); };
    const int64_t count = s.batch * channels * size * size;
    const auto x = values(count), w = values(channels * channels * 9), g = values(count);
    Sums output(x.size()), grad_input(x.size()), grad_weight(w.size());
    each_product(s, [&](int64_t o, int64_t i, int64_t k) {
      const double a = double(x[size_t(i)]), b = double(w[size_t(k)]), c = double(g[size_t(o)]);
      output.add(o, a, b);
      grad_input.add(i, c, b);
      grad_weight.add(k, c, a);
    });
    const Kernels& table = kernels(kCPU);
    std::vector<float> y(x.size()), dx(x.size()), dw(w.size());
    table.conv2d(kFloat, s, x.data(), w.data(), nullptr, y.data());
    table.conv2d_input_grad(kFloat, s, g.data(), w.data(), dx.data());
    table.conv2d_weight_grad(kFloat, s, g.data(), x.data(), dw.data());
    output.check(y);
    grad_input.check(dx);
    grad_weight.check(dw);
  }
}

TEST_CASE("conv2d: an image gives the same bits alone and in a batch") {
  std::mt19937 random(8);
  for (int64_t size : {9, 19}) {
    Conv2dShape s{7, 48, size, size, 40, size, size, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    const auto x = as<float>(random_values(7 * 48 * size * size, random)),
               w = as<float>(random_values(40 * 48 * 9, random));
    std::vector<float> all(size_t(7 * 40 * size * size)), one(size_t(40 * size * size));
    kernels(kCPU).conv2d(kFloat, s, x.data(), w.data(), nullptr, all.data());
    s.batch = 1;
    for (size_t n = 0; n < 7; ++n) {
      kernels(kCPU).conv2d(kFloat, s, x.data() + n * size_t(48 * size * size), w.data(), nullptr, one.data());
      CHECK(std::memcmp(one.data(), all.data() + n * one.size(), one.size() * sizeof(float)) == 0);
    }
  }
}
