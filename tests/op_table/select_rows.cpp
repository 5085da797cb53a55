// Choice by condition.
#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

using V = std::vector<double>;

// Samples of (condition, tensors...): shapes that broadcast.
Row conditional(const char* name, std::function<Tensor(const Tensors&)> call,
                std::function<double(const V&)> reference, size_t operands) {
  Row row = pointwise(name, std::move(call), std::move(reference), {{}});
  row.samples = [operands] {
    std::vector<Sample> all;
    std::vector<std::vector<std::vector<int64_t>>> shapes = {
        {{}, {}, {}},          {{0, 3}, {0, 3}, {3}}, {{3, 5}, {3, 5}, {3, 5}},
        {{4}, {2, 3, 4}, {1}}, {{2, 3}, {}, {3}},     {{33, 1100}, {33, 1}, {1100}}};
    for (auto& shape : shapes) {
      Sample sample{detail::str(IntArrayRef(shape[0])), {integers(shape[0], 2).to(kBool)}};
      for (size_t k = 1; k <= operands; ++k) sample.inputs.push_back(uniform(shape[k], -2, 2, k));
      all.push_back(sample);
    }
    return all;
  };
  return row;
}

}  // namespace

void add_select(Rows& rows) {
  rows.push_back(conditional(
      "where", [](const Tensors& x) { return where(x[0], x[1], x[2]); },
      [](const V& v) { return v[0] ? v[1] : v[2]; }, 2));
  rows.back().errors = {{"condition", [] { where(ones({2}), ones({2}), ones({2})); },
                         "where: expected the condition to be a bool tensor"}};
  rows.push_back(conditional(
      "where", [](const Tensors& x) { return where(x[0], x[1], 2.5); },
      [](const V& v) { return v[0] ? v[1] : 2.5; }, 1));
  rows.push_back(conditional(
      "where", [](const Tensors& x) { return where(x[0], 2.5, x[1]); },
      [](const V& v) { return v[0] ? 2.5 : v[1]; }, 1));
  rows.push_back(conditional(
      "where", [](const Tensors& x) { return where(x[0], 2.5, 1.5).to(kDouble) * x[1]; },
      [](const V& v) { return (v[0] ? 2.5 : 1.5) * v[1]; }, 1));

  // masked_fill: the tensor first, then its mask.
  auto masked = [](const char* what, std::vector<int64_t> sizes, std::vector<int64_t> mask) {
    return Sample{what, {uniform(sizes), integers(mask, 2).to(kBool), uniform({}, -2, 2, 9)}};
  };
  Row fill = pointwise(
      "masked_fill", [](const Tensors& x) { return masked_fill(x[0], x[1], 0.5) + x[2] * 0; },
      [](const V& v) { return v[1] ? 0.5 : v[0]; }, {{}});
  fill.samples = [masked] {
    return std::vector<Sample>{masked("0-d", {}, {}),
                               masked("empty", {0, 3}, {3}),
                               masked("3x5", {3, 5}, {3, 5}),
                               masked("broadcast mask", {2, 3, 4}, {3, 1}),
                               masked("broadcast self", {4}, {3, 1}),
                               masked("large", {33, 1100}, {1100})};
  };
  fill.inplace = [](Tensor& self, const Tensors& x) -> Tensor& { return self.masked_fill_(x[1], 0.5); };
  fill.also = {"masked_fill_"};
  fill.errors = {{"mask", [] { masked_fill(ones({2}), ones({2}), 1); },
                  "masked_fill: expected the condition to be a bool tensor"},
                 {"value", [] { masked_fill(ones({2}), ones({2}) > 0, ones({2})); },
                  "masked_fill: expected a 0-dim value tensor"}};
  rows.push_back(fill);
  fill.call = [](const Tensors& x) { return Tensors{masked_fill(x[0], x[1], x[2])}; };
  fill.reference = [](const Tensors& x) {
    return elementwise(x, [](const V& v) { return v[1] ? v[2] : v[0]; });
  };
  fill.inplace = [](Tensor& self, const Tensors& x) -> Tensor& { return self.masked_fill_(x[1], x[2]); };
  fill.errors = {};
  rows.push_back(fill);
}

OP_TABLE_TESTS(select)

}  // namespace op_table
