// Second names: each gives what the operator that it stands for gives, which has a row of its own.
#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

using Call = std::function<Tensor(const Tensors&)>;
using InPlace = std::function<Tensor&(Tensor&, const Tensors&)>;

void add_alias(Rows& rows, const char* name, const Call& call, const Call& original,
               std::vector<Tensor> inputs, InPlace inplace = nullptr, bool differentiable = true) {
  Row row;
  row.name = name;
  row.call = [call](const Tensors& x) { return Tensors{call(x)}; };
  row.reference = [original](const Tensors& x) { return Tensors{original(x)}; };
  row.samples = [inputs] { return std::vector<Sample>{{"some", inputs}}; };
  row.inplace = std::move(inplace);
  row.differentiable = differentiable;
  row.ulps16 = 0;  // the original's row compares them
  rows.push_back(row);
}

#define CALL(...) [](const Tensors& x) -> Tensor { return __VA_ARGS__; }
#define IN_PLACE(...) [](Tensor& self, const Tensors& x) -> Tensor& { return self.__VA_ARGS__; }

// Functions, methods and in-place methods of one tensor.
#define UNARY_ALIAS(name, original, lo, hi)                                                 \
  add_alias(rows, #name, CALL(name(x[0])), CALL(original(x[0])), {uniform({2, 3}, lo, hi)}, \
            [](Tensor& self, const Tensors&) -> Tensor& { return self.name##_(); });        \
  add_alias(rows, #name, CALL(x[0].name()), CALL(original(x[0])), {uniform({2, 3}, lo, hi)})
// Functions, methods and in-place methods of a tensor and a second operand, which is a tensor or a number.
#define BINARY_ALIAS(name, original, differentiable)                                                  \
  add_alias(rows, #name, CALL(name(x[0], x[1])), CALL(original(x[0], x[1])), pair(),                  \
            IN_PLACE(name##_(x[1])), differentiable);                                                 \
  add_alias(                                                                                          \
      rows, #name, CALL(x[0].name(x[1])), CALL(original(x[0], x[1])), pair(),                         \
      [](Tensor& self, const Tensors& x) -> Tensor& { return self.name##_(x[1]); }, differentiable);  \
  add_alias(                                                                                          \
      rows, #name, CALL(name(x[0], 1.5)), CALL(original(x[0], 1.5)), {uniform({2, 3})},               \
      [](Tensor& self, const Tensors&) -> Tensor& { return self.name##_(1.5); }, differentiable);     \
  add_alias(rows, #name, CALL(x[0].name(1.5)), CALL(original(x[0], 1.5)), {uniform({2, 3})}, nullptr, \
            differentiable)

Tensors pair() { return {uniform({2, 3}), uniform({3}, 0.5, 2, 2)}; }

}  // namespace

void add_aliases(Rows& rows) {
  UNARY_ALIAS(absolute, abs, 0.5, 2);
  UNARY_ALIAS(negative, neg, -2, 2);
  UNARY_ALIAS(fix, trunc, 1.1, 1.9);
  UNARY_ALIAS(arcsin, asin, -0.9, 0.9);
  UNARY_ALIAS(arccos, acos, -0.9, 0.9);
  UNARY_ALIAS(arctan, atan, -2, 2);
  UNARY_ALIAS(arcsinh, asinh, -2, 2);
  UNARY_ALIAS(arccosh, acosh, 1.2, 3);
  UNARY_ALIAS(arctanh, atanh, -0.9, 0.9);
  add_alias(rows, "arctan2", CALL(arctan2(x[0], x[1])), CALL(atan2(x[0], x[1])), pair(),
            IN_PLACE(arctan2_(x[1])));
  add_alias(rows, "arctan2", CALL(x[0].arctan2(x[1])), CALL(atan2(x[0], x[1])), pair());
  BINARY_ALIAS(subtract, sub, true);
  BINARY_ALIAS(multiply, mul, true);
  BINARY_ALIAS(divide, div, true);
  BINARY_ALIAS(true_divide, div, true);
  add_alias(rows, "divide", CALL(divide(x[0], x[1], "floor")), CALL(div(x[0], x[1], "floor")), pair(),
            IN_PLACE(divide_(x[1], "floor")));
  add_alias(rows, "divide", CALL(divide(x[0], 0.3, "trunc")), CALL(div(x[0], 0.3, "trunc")), {uniform({4})},
            [](Tensor& self, const Tensors&) -> Tensor& { return self.divide_(0.3, "trunc"); });
  BINARY_ALIAS(greater, gt, false);
  BINARY_ALIAS(greater_equal, ge, false);
  BINARY_ALIAS(less, lt, false);
  BINARY_ALIAS(less_equal, le, false);
  BINARY_ALIAS(not_equal, ne, false);
  add_alias(rows, "clip", CALL(clip(x[0], 0.1, 1)), CALL(clamp(x[0], 0.1, 1)), {uniform({5}, 0.2, 0.9)},
            [](Tensor& self, const Tensors&) -> Tensor& { return self.clip_(0.1, 1); });
  const auto bound = [](const Tensor& t) { return std::optional<Tensor>(t); };
  add_alias(
      rows, "clip", [bound](const Tensors& x) { return clip(x[0], bound(x[1])); },
      [bound](const Tensors& x) { return clamp(x[0], bound(x[1])); }, pair(),
      [bound](Tensor& self, const Tensors& x) -> Tensor& { return self.clip_(bound(x[1])); });
  add_alias(rows, "ger", CALL(ger(x[0], x[1])), CALL(outer(x[0], x[1])), {uniform({2}), uniform({3})});
  add_alias(rows, "ger", CALL(x[0].ger(x[1])), CALL(outer(x[0], x[1])), {uniform({2}), uniform({3})});
  add_alias(rows, "swapdims", CALL(swapdims(x[0], 0, 2)), CALL(transpose(x[0], 0, 2)), {uniform({2, 1, 3})});
  add_alias(rows, "moveaxis", CALL(moveaxis(x[0], 0, 2)), CALL(movedim(x[0], 0, 2)), {uniform({2, 1, 3})});
  add_alias(rows, "moveaxis", CALL(moveaxis(x[0], {0, 1}, {1, 2})), CALL(movedim(x[0], {0, 1}, {1, 2})),
            {uniform({2, 1, 3})});
  add_alias(rows, "concatenate", CALL(concatenate(x, 1)), CALL(cat(x, 1)),
            {uniform({2, 1}), uniform({2, 3})});
  add_alias(rows, "row_stack", CALL(row_stack(x)), CALL(vstack(x)), {uniform({2}), uniform({2})});
}

OP_TABLE_TESTS(aliases)

}  // namespace op_table
