#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

using V = std::vector<double>;
const Range kAny = {-2, 2}, kPositive = {0.4, 2.5};

double python_remainder(double a, double b) {
  double r = std::fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

// Sums of two operands must not fall on a kink: these are far from each other in every sample.
Range away(double lo, double hi) { return {lo, hi}; }

std::vector<ErrorSample> bad_shapes(const char* name,
                                    std::function<void(const Tensor&, const Tensor&)> call) {
  return {
      {"shapes",
       [call] {
         call(ones({2, 3}), ones({4}));
       },
       std::string(name) +
           ": The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"}};
}

#define IN_PLACE(...) \
  [](Tensor& self, [[maybe_unused]] const Tensors& x) -> Tensor& { return self.__VA_ARGS__; }
#define CALL(...) [](const Tensors& x) { return __VA_ARGS__; }
#define REFERENCE(...) [](const V& v) -> double { return __VA_ARGS__; }

void add_sums(Rows& rows) {
  rows.push_back(pointwise("add", CALL(add(x[0], x[1])), REFERENCE(v[0] + v[1]), {kAny, kAny},
                           IN_PLACE(add_(x[1])), {"add_", "operator+", "operator+="}));
  rows.back().errors = bad_shapes("add", [](const Tensor& a, const Tensor& b) { a + b; });
  rows.push_back(pointwise("add", CALL(add(x[0], x[1], 2.5)), REFERENCE(v[0] + 2.5 * v[1]), {kAny, kAny},
                           IN_PLACE(add_(x[1], 2.5))));
  rows.back().errors = {{"integers with a fraction", [] { tensor({1}).add(tensor({2}), 1.5); },
                         "add: for integral input tensors"}};
  rows.push_back(pointwise("add", CALL(2 + x[0] + 1.5), REFERENCE(v[0] + 3.5), {kAny}, IN_PLACE(add_(3.5))));
  rows.push_back(pointwise("sub", CALL(sub(x[0], x[1])), REFERENCE(v[0] - v[1]), {kAny, kAny},
                           IN_PLACE(sub_(x[1])), {"sub_", "operator-", "operator-="}));
  rows.back().errors = {
      {"bools", [] { tensor({true}) - tensor({true}); }, "sub: subtraction of two bool tensors"}};
  rows.push_back(pointwise("sub", CALL(sub(x[0], x[1], 2)), REFERENCE(v[0] - 2 * v[1]), {kAny, kAny},
                           IN_PLACE(sub_(x[1], 2))));
  rows.push_back(pointwise("sub", CALL(x[0] - 1.5), REFERENCE(v[0] - 1.5), {kAny}, IN_PLACE(sub_(1.5))));
  rows.push_back(pointwise("rsub", CALL(3 - x[0]), REFERENCE(3 - v[0]), {kAny}));
  rows.push_back(pointwise("rsub", CALL(rsub(x[0], 3, 2)), REFERENCE(3 - 2 * v[0]), {kAny}));
}

void add_products(Rows& rows) {
  rows.push_back(pointwise("mul", CALL(mul(x[0], x[1])), REFERENCE(v[0] * v[1]), {kAny, kAny},
                           IN_PLACE(mul_(x[1])), {"mul_", "operator*", "operator*="}));
  rows.back().errors = bad_shapes("mul", [](const Tensor& a, const Tensor& b) { a* b; });
  rows.push_back(pointwise("mul", CALL(2.5 * x[0]), REFERENCE(v[0] * 2.5), {kAny}, IN_PLACE(mul_(2.5))));
  rows.push_back(pointwise("mul", CALL(x[0] * x[0]), REFERENCE(v[0] * v[0]), {kAny}));
  rows.push_back(pointwise("div", CALL(div(x[0], x[1])), REFERENCE(v[0] / v[1]), {kAny, kPositive},
                           IN_PLACE(div_(x[1])), {"div_", "operator/", "operator/="}));
  rows.back().errors = bad_shapes("div", [](const Tensor& a, const Tensor& b) { a / b; });
  rows.back().gradient_ulps16 = 6;  // sums of hundreds of products of rounded quotients that cancel
  rows.push_back(pointwise("div", CALL(x[0] / 2.5), REFERENCE(v[0] / 2.5), {kAny}, IN_PLACE(div_(2.5))));
  rows.push_back(pointwise("div", CALL(2.5 / x[0]), REFERENCE(2.5 / v[0]), {kPositive}));
  // Quotients between 1.2 and 1.8 and between -1.8 and -1.2: never a whole number.
  Range a = away(3.1, 3.4), b = away(2, 2.4), negative = away(-2.4, -2);
  rows.push_back(pointwise("div", CALL(div(x[0], x[1], "trunc")), REFERENCE(std::trunc(v[0] / v[1])),
                           {a, negative}, IN_PLACE(div_(x[1], "trunc"))));
  rows.back().errors = {
      {"mode", [] { div(ones({1}), 1, "round"); }, "div: expected rounding_mode to be one of"}};
  rows.push_back(pointwise("div", CALL(div(x[0], x[1], "floor")), REFERENCE(std::floor(v[0] / v[1])),
                           {a, negative}, IN_PLACE(div_(x[1], "floor"))));
  rows.push_back(pointwise("div", CALL(div(x[0], -2.2, "floor")), REFERENCE(std::floor(v[0] / -2.2)), {a},
                           IN_PLACE(div_(-2.2, "floor"))));
  rows.push_back(pointwise("floor_divide", CALL(floor_divide(x[0], x[1])), REFERENCE(std::floor(v[0] / v[1])),
                           {a, b}, IN_PLACE(floor_divide_(x[1])), {"floor_divide_"}));
  rows.push_back(pointwise("floor_divide", CALL(floor_divide(x[0], 2.1)), REFERENCE(std::floor(v[0] / 2.1)),
                           {a}, IN_PLACE(floor_divide_(2.1))));
  rows.push_back(pointwise("remainder", CALL(remainder(x[0], x[1])), REFERENCE(python_remainder(v[0], v[1])),
                           {a, negative}, IN_PLACE(remainder_(x[1])), {"remainder_", "operator%"}));
  rows.push_back(pointwise("remainder", CALL(x[0] % 2.2), REFERENCE(python_remainder(v[0], 2.2)),
                           {away(-3.4, -3.1)}, IN_PLACE(remainder_(2.2))));
  rows.push_back(pointwise("fmod", CALL(fmod(x[0], x[1])), REFERENCE(std::fmod(v[0], v[1])), {a, negative},
                           IN_PLACE(fmod_(x[1])), {"fmod_"}));
  rows.push_back(pointwise("fmod", CALL(fmod(x[0], 2.2)), REFERENCE(std::fmod(v[0], 2.2)), {away(-3.4, -3.1)},
                           IN_PLACE(fmod_(2.2))));
}

void add_powers(Rows& rows) {
  rows.push_back(pointwise("pow", CALL(pow(x[0], x[1])), REFERENCE(std::pow(v[0], v[1])), {kPositive, kAny},
                           IN_PLACE(pow_(x[1])), {"pow_"}));
  rows.push_back(pointwise("pow", CALL(pow(2.5, x[0])), REFERENCE(std::pow(2.5, v[0])), {kAny}));
#define POWER(p)  \
  rows.push_back( \
      pointwise("pow", CALL(pow(x[0], p)), REFERENCE(std::pow(v[0], p)), {kPositive}, IN_PLACE(pow_(p))))
  POWER(2);
  rows.back().errors = {
      {"negative", [] { tensor({2}).pow(-1); }, "pow: integers to negative integer powers"}};
  POWER(3);
  POWER(0.5);
  POWER(-0.5);
  POWER(-1);
  POWER(0);
  POWER(1);
  POWER(-2.7);
#undef POWER
  rows.push_back(pointwise("pow", CALL(pow(x[0], 3)), REFERENCE(v[0] * v[0] * v[0]), {kAny}));
  rows.push_back(pointwise("atan2", CALL(atan2(x[0], x[1])), REFERENCE(std::atan2(v[0], v[1])),
                           {{-2, 2, {0}}, {-2, 2, {0}}}, IN_PLACE(atan2_(x[1])), {"atan2_"}));
}

void add_choices(Rows& rows) {
  // Operands that overlap but are never equal: multiples of 0.1 against multiples of 0.1 and a half.
  Range grid = {-2, 2}, shifted = {-2, 2};
  auto separate = [](Row row) {
    row.samples = [inner = row.samples] {
      std::vector<Sample> all = inner();
      for (Sample& sample : all)
        for (size_t k = 0; k < sample.inputs.size(); ++k)
          for (int64_t i = 0; i < sample.inputs[k].numel(); ++i) {
            double& x = sample.inputs[k].data_ptr<double>()[i];
            x = 0.1 * std::round(x * 10) + 0.033 * double(k);
          }
      return all;
    };
    return row;
  };
  rows.push_back(separate(
      pointwise("maximum", CALL(maximum(x[0], x[1])), REFERENCE(std::fmax(v[0], v[1])), {grid, shifted})));
  rows.push_back(separate(
      pointwise("minimum", CALL(minimum(x[0], x[1])), REFERENCE(std::fmin(v[0], v[1])), {grid, shifted})));
  rows.push_back(pointwise("clamp", CALL(clamp(x[0], -0.5, 1)),
                           REFERENCE(std::fmin(std::fmax(v[0], -0.5), 1)), {{-2, 2, {-0.5, 1}}},
                           IN_PLACE(clamp_(-0.5, 1)), {"clamp_"}));
  rows.back().errors = {{"no bounds", [] { clamp(ones({2}), std::optional<Scalar>()); },
                         "clamp: at least one of 'min' or 'max'"}};
  rows.push_back(
      separate(pointwise("clamp", CALL(clamp(x[0], std::optional<Tensor>(x[1]), std::optional<Tensor>(x[2]))),
                         REFERENCE(std::fmin(std::fmax(v[0], v[1]), v[2])), {{-2, 2}, {-2, 0}, {0.2, 2}},
                         IN_PLACE(clamp_(std::optional<Tensor>(x[1]), std::optional<Tensor>(x[2]))))));
  rows.push_back(separate(pointwise("clamp", CALL(clamp(x[0], std::nullopt, std::optional<Tensor>(x[1]))),
                                    REFERENCE(std::fmin(v[0], v[1])), {{-2, 2}, {-2, 2}})));
  rows.push_back(pointwise("clamp_min", CALL(clamp_min(x[0], 0.2)), REFERENCE(std::fmax(v[0], 0.2)),
                           {{-2, 2, {0.2}}}, IN_PLACE(clamp_min_(0.2)), {"clamp_min_"}));
  rows.push_back(pointwise("clamp_max", CALL(clamp_max(x[0], 0.2)), REFERENCE(std::fmin(v[0], 0.2)),
                           {{-2, 2, {0.2}}}, IN_PLACE(clamp_max_(0.2)), {"clamp_max_"}));
}

void add_threes(Rows& rows) {
  rows.push_back(pointwise("lerp", CALL(lerp(x[0], x[1], 0.3)), REFERENCE(v[0] + 0.3 * (v[1] - v[0])),
                           {kAny, kAny}, IN_PLACE(lerp_(x[1], 0.3)), {"lerp_"}));
  rows.push_back(pointwise("lerp", CALL(lerp(x[0], x[1], x[2])), REFERENCE(v[0] + v[2] * (v[1] - v[0])),
                           {kAny, kAny, kAny}, IN_PLACE(lerp_(x[1], x[2]))));
  rows.push_back(pointwise("addcmul", CALL(addcmul(x[0], x[1], x[2], 0.7)),
                           REFERENCE(v[0] + 0.7 * v[1] * v[2]), {kAny, kAny, kAny},
                           IN_PLACE(addcmul_(x[1], x[2], 0.7)), {"addcmul_"}));
  rows.push_back(pointwise("addcdiv", CALL(addcdiv(x[0], x[1], x[2], 0.7)),
                           REFERENCE(v[0] + 0.7 * v[1] / v[2]), {kAny, kAny, kPositive},
                           IN_PLACE(addcdiv_(x[1], x[2], 0.7)), {"addcdiv_"}));
  rows.back().errors = {
      {"integers", [] { addcdiv(tensor({1}), tensor({2}), tensor({3})); }, "addcdiv: integer division"}};
}

}  // namespace

void add_arithmetic(Rows& rows) {
  add_sums(rows);
  add_products(rows);
  add_powers(rows);
  add_choices(rows);
  add_threes(rows);
}

OP_TABLE_TESTS(arithmetic)

}  // namespace op_table
