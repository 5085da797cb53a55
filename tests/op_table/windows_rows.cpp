// Windows, against their formulas.
#include <cmath>

#include "checks.h"

using namespace tengen;

namespace op_table {

void add_windows(Rows& rows) {
  auto add = [&](const char* name, std::function<Tensors(const TensorOptions&)> call,
                 std::function<double(double i, double last)> formula, std::vector<ErrorSample> errors = {}) {
    Row row;
    row.name = name;
    row.call = [call](const Tensors& x) { return call(x[0].options()); };
    row.samples = [] { return std::vector<Sample>{{"options", {make({0}, {1})}}}; };
    row.reference = [formula](const Tensors&) -> Tensors {
      Tensors out;
      for (int64_t last : {7, 6}) {  // seven elements of a window of eight, and a window of seven
        std::vector<double> v;
        for (int64_t i = 0; i < 7; ++i) v.push_back(formula(double(i), double(last)));
        out.push_back(make(v, {7}));
      }
      out.push_back(make({1}, {1}));
      return out;
    };
    row.differentiable = false;
    row.ulps16 = 16;  // angles of 16 bits
    row.errors = std::move(errors);
    rows.push_back(row);
  };
  auto cosine = [](double i, double last) { return std::cos(2 * M_PI * i / last); };
  add(
      "bartlett_window",
      [](auto o) {
        return Tensors{bartlett_window(7, o), bartlett_window(7, false, o), bartlett_window(1, o)};
      },
      [](double i, double last) { return 1 - std::abs(2 * i / last - 1); },
      {{"length", [] { bartlett_window(-1); }, "bartlett_window: expected a non-negative window_length"}});
  add(
      "blackman_window",
      [](auto o) {
        return Tensors{blackman_window(7, o), blackman_window(7, false, o), blackman_window(1, o)};
      },
      [cosine](double i, double last) { return 0.42 - 0.5 * cosine(i, last) + 0.08 * cosine(2 * i, last); });
  add(
      "hamming_window",
      [](auto o) {
        return Tensors{hamming_window(7, o), hamming_window(7, false, o), hamming_window(1, o)};
      },
      [cosine](double i, double last) { return 0.54 - 0.46 * cosine(i, last); },
      {{"type", [] { hamming_window(3, kLong); }, "hamming_window: expected a floating-point tensor"}});
  add(
      "hamming_window",
      [](auto o) {
        return Tensors{hamming_window(7, true, 0.6, 0.3, o), hamming_window(7, false, 0.6, 0.3, o),
                       hamming_window(1, true, 0.6, o)};
      },
      [cosine](double i, double last) { return 0.6 - 0.3 * cosine(i, last); });
  add(
      "hann_window",
      [](auto o) {
        return Tensors{hann_window(7, o), hann_window(7, false, o), hann_window(1, o)};
      },
      [cosine](double i, double last) { return 0.5 - 0.5 * cosine(i, last); });
  // The integral of Bessel's function, whose trapezoidal sum is exact.
  auto bessel = [](double x) {
    double sum = 0;
    for (int k = 0; k < 64; ++k) sum += std::exp(x * std::cos(M_PI * k / 32));
    return sum / 64;
  };
  add(
      "kaiser_window",
      [](auto o) {
        return Tensors{kaiser_window(7, true, 5, o), kaiser_window(7, false, 5, o),
                       kaiser_window(1, true, o)};
      },
      [bessel](double i, double last) {
        const double place = 2 * i / last - 1;
        return bessel(5 * std::sqrt(std::fmax(1 - place * place, 0))) / bessel(5);
      });
  add(
      "kaiser_window",
      [](auto o) {
        return Tensors{kaiser_window(7, o), kaiser_window(7, false, o), kaiser_window(1, o)};
      },
      [bessel](double i, double last) {
        const double place = 2 * i / last - 1;
        return bessel(12 * std::sqrt(std::fmax(1 - place * place, 0))) / bessel(12);
      });
}

OP_TABLE_TESTS(windows)

}  // namespace op_table
