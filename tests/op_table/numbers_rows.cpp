// Tests, scalings and replacements of one number.
#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

using V = std::vector<double>;

#define CALL(...) [](const Tensors& x) -> Tensor { return __VA_ARGS__; }
#define REFERENCE(...) [](const V& v) -> double { return __VA_ARGS__; }
#define IN_PLACE(...) [](Tensor& self, const Tensors&) -> Tensor& { return self.__VA_ARGS__; }

// Zeros of both signs, infinities and NaN among other numbers.
std::vector<Sample> special() {
  Tensor t = uniform({3, 50});
  const double values[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1, -1};
  for (int64_t i = 0; i < t.numel(); ++i)
    if (i % 3 == 0) t.data_ptr<double>()[i] = values[i / 3 % 7];
  return {{"special", {t}}, {"empty", {zeros({0, 2}, kDouble)}}};
}

Row test(const char* name, std::function<Tensor(const Tensors&)> call,
         std::function<double(const V&)> reference) {
  Row row = pointwise(name, std::move(call), std::move(reference), {{}});
  row.samples = special;
  row.differentiable = false;
  return row;
}

}  // namespace

void add_numbers(Rows& rows) {
  rows.push_back(pointwise("logit", CALL(logit(x[0])), REFERENCE(std::log(v[0] / (1 - v[0]))), {{0.1, 0.9}},
                           IN_PLACE(logit_()), {"logit_"}));
  rows.push_back(pointwise(
      "logit", CALL(x[0].logit(0.2)),
      [](const V& v) {
        const double z = std::fmin(std::fmax(v[0], 0.2), 0.8);
        return std::log(z / (1 - z));
      },
      {{-0.5, 1.5, {0.2, 0.8}}}, IN_PLACE(logit_(0.2))));
  rows.push_back(pointwise("nan_to_num", CALL(nan_to_num(x[0])), REFERENCE(v[0]), {{}},
                           IN_PLACE(nan_to_num_()), {"nan_to_num_"}));
  Row replaced = test("nan_to_num", CALL(x[0].nan_to_num(1, 2, 3)),
                      REFERENCE(std::isnan(v[0])   ? 1
                                : std::isinf(v[0]) ? (v[0] > 0 ? 2 : 3)
                                                   : v[0]));
  replaced.inplace = IN_PLACE(nan_to_num_(1, 2, 3));
  rows.push_back(replaced);
  rows.push_back(
      pointwise("deg2rad", CALL(deg2rad(x[0]) + x[0].deg2rad()), REFERENCE(v[0] * M_PI / 90), {{-200, 200}}));
  rows.push_back(pointwise("deg2rad", CALL(deg2rad(x[0])), REFERENCE(v[0] * M_PI / 180), {{-200, 200}},
                           IN_PLACE(deg2rad_()), {"deg2rad_"}));
  rows.push_back(pointwise("rad2deg", CALL(rad2deg(x[0])), REFERENCE(v[0] * 180 / M_PI), {{-2, 2}},
                           IN_PLACE(rad2deg_()), {"rad2deg_"}));
  rows.push_back(pointwise("sgn", CALL(sgn(x[0])), REFERENCE(v[0] > 0 ? 1 : -1), {{-2, 2, {0}}},
                           IN_PLACE(sgn_()), {"sgn_"}));
  rows.push_back(pointwise("positive", CALL(positive(x[0])), REFERENCE(v[0]), {{}}));
  rows.back().errors = {{"bool", [] { tensor({true}).positive(); }, "positive: the `+` operator on a bool"}};
  rows.push_back(test("signbit", CALL(signbit(x[0])), REFERENCE(std::signbit(v[0]))));
  rows.push_back(test("isposinf", CALL(isposinf(x[0])), REFERENCE(v[0] == INFINITY)));
  rows.push_back(test("isneginf", CALL(x[0].isneginf()), REFERENCE(v[0] == -INFINITY)));
  rows.push_back(test("isreal", CALL(isreal(x[0])), REFERENCE(v[0] == v[0] || true)));
}

OP_TABLE_TESTS(numbers)

}  // namespace op_table
