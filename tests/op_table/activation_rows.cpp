#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

// Called with fixed arguments; `inplace` may be null.
void add(Rows& rows, const char* name, std::function<Tensor(const Tensor&)> call, double (*reference)(double),
         Range range, Tensor& (*inplace)(Tensor&) = nullptr) {
  rows.push_back(pointwise(
      name, [call](const Tensors& x) { return call(x[0]); },
      [reference](const std::vector<double>& v) { return reference(v[0]); }, {range}));
  if (!inplace) return;
  rows.back().inplace = [inplace](Tensor& self, const Tensors&) -> Tensor& { return inplace(self); };
  rows.back().also = {std::string(name) + "_"};
}

void whole_numbers_fail(Rows& rows, const char* name, std::function<void()> call) {
  rows.back().errors = {
      {"integers", std::move(call), std::string(name) + ": expected a floating-point tensor but got Long"}};
}

}  // namespace

void add_activation(Rows& rows) {
  const Tensor whole = tensor({1, 2});
  add(rows, "tanh", tengen::tanh, std::tanh, {-3, 3}, [](Tensor& x) -> Tensor& { return x.tanh_(); });
  add(rows, "sigmoid", sigmoid, sigmoid_of, {-6, 6}, sigmoid_);
  add(
      rows, "relu", relu, [](double x) { return x > 0 ? x : 0; }, {-2, 2, {0}}, relu_);
  rows.back().errors = {{"bool", [] { relu(tensor({true})); }, "relu: not implemented for bool"}};
  add(rows, "relu6", relu6, [](double x) { return std::fmin(std::fmax(x, 0), 6); }, {-3, 9, {0, 6}});
  add(
      rows, "leaky_relu", [](const Tensor& x) { return leaky_relu(x); },
      [](double x) { return x > 0 ? x : 0.01 * x; }, {-2, 2, {0}},
      [](Tensor& x) -> Tensor& { return leaky_relu_(x); });
  whole_numbers_fail(rows, "leaky_relu", [whole] { leaky_relu(whole); });
  add(
      rows, "leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.3); },
      [](double x) { return x > 0 ? x : 0.3 * x; }, {-2, 2, {0}},
      [](Tensor& x) -> Tensor& { return leaky_relu_(x, 0.3); });
  add(
      rows, "silu", silu, [](double x) { return x * sigmoid_of(x); }, {-6, 6}, silu_);
  whole_numbers_fail(rows, "silu", [whole] { silu(whole); });
  add(
      rows, "gelu", [](const Tensor& x) { return gelu(x); },
      [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }, {-4, 4});
  rows.back().errors = {
      {"approximate", [] { gelu(ones({2}), "none of these"); }, "gelu: approximate argument must be"}};
  add(
      rows, "gelu", [](const Tensor& x) { return gelu(x, "tanh"); },
      [](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); },
      {-4, 4});
  add(
      rows, "elu", [](const Tensor& x) { return elu(x); }, [](double x) { return x > 0 ? x : std::expm1(x); },
      {-3, 3, {0}});
  add(
      rows, "elu", [](const Tensor& x) { return elu(x, 1.7); },
      [](double x) { return x > 0 ? x : 1.7 * std::expm1(x); }, {-3, 3, {0}});
  add(
      rows, "softplus", [](const Tensor& x) { return softplus(x); },
      [](double x) { return std::log1p(std::exp(x)); }, {-4, 4});
  add(
      rows, "softplus", [](const Tensor& x) { return softplus(x, 3, 4); },
      [](double x) { return 3 * x > 4 ? x : std::log1p(std::exp(3 * x)) / 3; }, {-3, 3, {4.0 / 3}});
  add(
      rows, "hardtanh", [](const Tensor& x) { return hardtanh(x); },
      [](double x) { return std::fmin(std::fmax(x, -1), 1); }, {-2, 2, {-1, 1}});
  add(
      rows, "hardtanh", [](const Tensor& x) { return hardtanh(x, -0.5, 1.5); },
      [](double x) { return std::fmin(std::fmax(x, -0.5), 1.5); }, {-2, 2, {-0.5, 1.5}});
  add(rows, "mish", mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, {-5, 25});
  add(rows, "log_sigmoid", log_sigmoid, [](double x) { return -std::log1p(std::exp(-x)); }, {-6, 6});
}

OP_TABLE_TESTS(activation)

}  // namespace op_table
