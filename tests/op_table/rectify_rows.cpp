// Activation functions that are compositions.
#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

using V = std::vector<double>;

void add(Rows& rows, const char* name, std::function<Tensor(const Tensor&)> call, double (*reference)(double),
         Range range, Tensor& (*inplace)(Tensor&) = nullptr) {
  rows.push_back(pointwise(
      name, [call](const Tensors& x) { return call(x[0]); },
      [reference](const V& v) { return reference(v[0]); }, {range}));
  rows.back().ulps16 = 4;  // compositions round more than once
  rows.back().gradient_ulps16 = 6;
  if (!inplace) return;
  rows.back().inplace = [inplace](Tensor& self, const Tensors&) -> Tensor& { return inplace(self); };
  rows.back().also = {std::string(name) + "_"};
}

double hard_sigmoid(double x) { return std::fmin(std::fmax(x + 3, 0), 6) / 6; }
double leaky(double x, double slope) { return x > 0 ? x : slope * x; }

}  // namespace

void add_rectify(Rows& rows) {
  add(
      rows, "selu", selu,
      [](double x) { return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x)); },
      {-3, 3, {0}}, selu_);
  add(
      rows, "celu", [](const Tensor& x) { return celu(x, 1.5); },
      [](double x) { return x > 0 ? x : 1.5 * std::expm1(x / 1.5); }, {-3, 3, {0}},
      [](Tensor& x) -> Tensor& { return celu_(x, 1.5); });
  rows.back().errors = {{"alpha", [] { celu(ones({2}), 0); }, "celu: alpha must not be 0"}};
  add(
      rows, "elu_", [](const Tensor& x) { return elu(x, 0.7); },
      [](double x) { return x > 0 ? x : 0.7 * std::expm1(x); }, {-3, 3, {0}},
      [](Tensor& x) -> Tensor& { return elu_(x, 0.7); });
  add(
      rows, "hardtanh_", [](const Tensor& x) { return hardtanh(x); },
      [](double x) { return std::fmin(std::fmax(x, -1), 1); }, {-2, 2, {-1, 1}},
      [](Tensor& x) -> Tensor& { return hardtanh_(x); });
  add(rows, "hardsigmoid", hardsigmoid, hard_sigmoid, {-5, 5, {-3, 3}}, hardsigmoid_);
  add(
      rows, "hardswish", hardswish, [](double x) { return x * hard_sigmoid(x); }, {-5, 5, {-3, 3}},
      hardswish_);
  add(
      rows, "hardshrink", [](const Tensor& x) { return hardshrink(x); },
      [](double x) { return std::fabs(x) <= 0.5 ? 0 : x; }, {-2, 2, {-0.5, 0.5}});
  add(
      rows, "softshrink", [](const Tensor& x) { return softshrink(x, 0.3); },
      [](double x) { return std::fabs(x) <= 0.3 ? 0 : x - std::copysign(0.3, x); }, {-2, 2, {-0.3, 0.3}});
  rows.back().errors = {
      {"lambda", [] { softshrink(ones({2}), -1); }, "softshrink: lambda must be at least 0"}};
  add(
      rows, "threshold", [](const Tensor& x) { return threshold(x, 0.4, -2); },
      [](double x) { return x <= 0.4 ? -2 : x; }, {-2, 2, {0.4}},
      [](Tensor& x) -> Tensor& { return threshold_(x, 0.4, -2); });
  add(
      rows, "rrelu", [](const Tensor& x) { return rrelu(x, 0.1, 0.5); },
      [](double x) { return leaky(x, 0.3); }, {-2, 2, {0}},
      [](Tensor& x) -> Tensor& { return rrelu_(x, 0.1, 0.5); });
  rows.back().errors = {{"bounds", [] { rrelu(ones({2}), 2, 1); }, "rrelu: lower bound should be less"}};
  // Training with one slope for all.
  add(
      rows, "rrelu", [](const Tensor& x) { return rrelu(x, 0.25, 0.25, true); },
      [](double x) { return leaky(x, 0.25); }, {-2, 2, {0}},
      [](Tensor& x) -> Tensor& { return rrelu_(x, 0.25, 0.25, true); });

  rows.push_back(
      {.name = "glu",
       .call = [](const Tensors& x) -> Tensors {
         return {glu(x[0]), glu(x[0], 0)};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"matrix", {uniform({4, 6})}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         const V v = values(x[0]);
         V last, first;
         auto gated = [](double a, double b) { return a / (1 + std::exp(-b)); };
         for (size_t i = 0; i < 4; ++i)
           for (size_t j = 0; j < 3; ++j) last.push_back(gated(v[i * 6 + j], v[i * 6 + j + 3]));
         for (size_t i = 0; i < 12; ++i) first.push_back(gated(v[i], v[i + 12]));
         return {make(last, {4, 3}), make(first, {2, 6})};
       },
       .errors = {{"odd", [] { glu(ones({3})); }, "glu: dimension -1 must have an even size, but got 3"}},
       .ulps16 = 2,
       .gradient_ulps16 = 4});
  rows.push_back({.name = "prelu",
                  .call = [](const Tensors& x) -> Tensors { return {prelu(x[0], x[1])}; },
                  .samples =
                      [] {
                        const Range kinked = {-2, 2, {0}};
                        return std::vector<Sample>{{"channels", {kinked.values({2, 3, 4}, 1), uniform({3})}},
                                                   {"one weight", {kinked.values({2, 3}, 1), uniform({1})}},
                                                   {"vector", {kinked.values({5}, 1), uniform({1})}}};
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    V v = values(x[0]);
                    const V w = values(x[1]);
                    const size_t inner = x[0].dim() == 3 ? 4 : 1;
                    for (size_t i = 0; i < v.size(); ++i)
                      if (v[i] < 0) v[i] *= w[i / inner % w.size()];
                    return {make(v, std::vector<int64_t>(x[0].sizes().begin(), x[0].sizes().end()))};
                  },
                  .errors = {{"channels",
                              [] {
                                prelu(ones({2, 3}), ones({2}));
                              },
                              "prelu: weight has 2 elements"}},
                  .gradient_ulps16 = 4});
}

OP_TABLE_TESTS(rectify)

}  // namespace op_table
