// Functions of two numbers.
#include <numeric>

#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

using V = std::vector<double>;
const Range kAny = {-2, 2}, kPositive = {0.4, 2.5}, kSigned = {-2, 2, {0}};

#define CALL(...) [](const Tensors& x) -> Tensor { return __VA_ARGS__; }
#define REFERENCE(...) [](const V& v) -> double { return __VA_ARGS__; }
#define IN_PLACE(...) \
  [](Tensor& self, [[maybe_unused]] const Tensors& x) -> Tensor& { return self.__VA_ARGS__; }

// Integers as doubles in [-half, half], among them 0.
Range whole_range(double half) { return {-half, half}; }
Row of_integers(const char* name, std::function<Tensor(const Tensors&)> call,
                std::function<double(const V&)> reference, size_t operands = 2) {
  Row row =
      pointwise(name, std::move(call), std::move(reference), std::vector<Range>(operands, whole_range(9)));
  row.samples = [samples = row.samples] {
    std::vector<Sample> all = samples();
    for (Sample& sample : all)
      for (Tensor& t : sample.inputs) t = t.round();
    return all;
  };
  row.differentiable = false;
  return row;
}
Tensor whole(const Tensor& x) { return x.to(kLong); }

double shifted_left(double a, double b) { return b < 0 ? 0 : std::ldexp(a, int(b)); }
double shifted_right(double a, double b) {
  return b < 0 ? (a < 0 ? -1 : 0) : std::floor(std::ldexp(a, -int(b)));
}

void add_integers(Rows& rows) {
  rows.push_back(of_integers("gcd", CALL(gcd(whole(x[0]), whole(x[1]))),
                             REFERENCE(double(std::gcd(int64_t(v[0]), int64_t(v[1]))))));
  rows.back().errors = {{"reals", [] { gcd(ones({2}), ones({2})); }, "gcd: expected integers but got Float"}};
  rows.push_back(of_integers("lcm", CALL(whole(x[0]).lcm(whole(x[1]))),
                             REFERENCE(double(std::lcm(int64_t(v[0]), int64_t(v[1]))))));
  rows.push_back(of_integers("bitwise_left_shift", CALL(bitwise_left_shift(whole(x[0]), whole(x[1]))),
                             REFERENCE(shifted_left(v[0], v[1]))));
  rows.push_back(
      of_integers("bitwise_left_shift", CALL(whole(x[0]).bitwise_left_shift(3)), REFERENCE(v[0] * 8), 1));
  rows.push_back(of_integers("bitwise_left_shift", CALL(bitwise_left_shift(5, whole(x[0]))),
                             REFERENCE(shifted_left(5, v[0])), 1));
  rows.back().errors = {
      {"reals", [] { bitwise_left_shift(ones({2}), 1); }, "bitwise_left_shift: expected integers"}};
  rows.push_back(of_integers("bitwise_right_shift", CALL(bitwise_right_shift(whole(x[0]), whole(x[1]))),
                             REFERENCE(shifted_right(v[0], v[1]))));
  rows.push_back(of_integers("bitwise_right_shift", CALL(whole(x[0]).bitwise_right_shift(2)),
                             REFERENCE(shifted_right(v[0], 2)), 1));
  rows.push_back(of_integers("bitwise_right_shift", CALL(bitwise_right_shift(-500, whole(x[0]))),
                             REFERENCE(shifted_right(-500, v[0])), 1));
}

void add_extremes(Rows& rows) {
  // Operands that are far from each other, some of them NaN where no derivative is asked for.
  for (bool largest : {true, false}) {
    Row row = pointwise(
        largest ? "fmax" : "fmin",
        [=](const Tensors& x) { return largest ? fmax(x[0], x[1]) : x[0].fmin(x[1]); },
        [=](const V& v) { return largest ? std::fmax(v[0], v[1]) : std::fmin(v[0], v[1]); }, {kAny, kAny});
    row.samples = [] {
      const Tensor all = distinct({2, 30}, 0.3);
      return std::vector<Sample>{{"same", {all.select(0, 0), all.select(0, 1)}},
                                 {"broadcast", {distinct({4}, 0.3), distinct({3, 1}, 0.37, 5)}}};
    };
    rows.push_back(row);
    row.samples = [] {
      return std::vector<Sample>{{"NaN", {make({1, NAN, NAN, 2}, {4}), make({NAN, 2, NAN, 1}, {4})}}};
    };
    row.differentiable = false;
    rows.push_back(row);
  }
  Row step = of_integers("heaviside", CALL(heaviside(x[0], x[1])),
                         REFERENCE(v[0] == 0  ? v[1]
                                   : v[0] > 0 ? 1
                                              : 0));
  step.inplace = IN_PLACE(heaviside_(x[1]));
  step.also = {"heaviside_"};
  step.errors = {
      {"types", [] { heaviside(ones({2}), tensor({1})); }, "heaviside: expected tensors of one dtype"}};
  rows.push_back(step);
  Row next = pointwise("nextafter", CALL(nextafter(x[0], x[1])), REFERENCE(std::nextafter(v[0], v[1])),
                       {kAny, kAny}, IN_PLACE(nextafter_(x[1])), {"nextafter_"});
  next.differentiable = false;
  next.tolerance = 0;
  next.ulps16 = 0;  // refused
  next.errors = {
      {"integers", [] { nextafter(tensor({1}), tensor({2})); }, "nextafter: expected float32 or float64"}};
  rows.push_back(next);
}

}  // namespace

void add_pairs(Rows& rows) {
  rows.push_back(pointwise("copysign", CALL(copysign(x[0], x[1])), REFERENCE(std::copysign(v[0], v[1])),
                           {kSigned, kSigned}, IN_PLACE(copysign_(x[1])), {"copysign_"}));
  rows.push_back(pointwise("copysign", CALL(x[0].copysign(-0.0)), REFERENCE(-std::abs(v[0])), {kSigned},
                           IN_PLACE(copysign_(-0.0))));
  rows.push_back(pointwise("hypot", CALL(hypot(x[0], x[1])), REFERENCE(std::hypot(v[0], v[1])),
                           {kPositive, kAny}, IN_PLACE(hypot_(x[1])), {"hypot_"}));
  rows.back().errors = {
      {"integers", [] { hypot(tensor({1}), tensor({2})); }, "hypot: expected a floating-point tensor"}};
  rows.push_back(pointwise("float_power", CALL(float_power(x[0], x[1])), REFERENCE(std::pow(v[0], v[1])),
                           {kPositive, kAny}, IN_PLACE(float_power_(x[1])), {"float_power_"}));
  rows.back().ulps16 = 0;  // gives float64
  rows.back().errors = {
      {"type", [] { ones({2}).float_power_(2); }, "the operation's result requires dtype Double"}};
  rows.push_back(pointwise("float_power", CALL(x[0].float_power(3)), REFERENCE(std::pow(v[0], 3)), {kAny},
                           IN_PLACE(float_power_(3))));
  rows.back().ulps16 = 0;
  rows.push_back(pointwise("float_power", CALL(float_power(2, x[0])), REFERENCE(std::exp2(v[0])), {kAny}));
  rows.back().ulps16 = 0;
  rows.push_back(pointwise("ldexp", CALL(ldexp(x[0], x[1])), REFERENCE(v[0] * std::exp2(v[1])), {kAny, kAny},
                           IN_PLACE(ldexp_(x[1])), {"ldexp_"}));
  rows.back().ulps16 = 4;
  rows.back().gradient_ulps16 = 8;
  rows.push_back(pointwise("logaddexp", CALL(logaddexp(x[0], x[1])),
                           REFERENCE(std::log(std::exp(v[0]) + std::exp(v[1]))), {kAny, kAny}));
  rows.push_back(pointwise("logaddexp2", CALL(x[0].logaddexp2(x[1])),
                           REFERENCE(std::log2(std::exp2(v[0]) + std::exp2(v[1]))), {kAny, kAny}));
  rows.push_back(pointwise("xlogy", CALL(xlogy(x[0], x[1])), REFERENCE(v[0] * std::log(v[1])),
                           {kAny, kPositive}, IN_PLACE(xlogy_(x[1])), {"xlogy_"}));
  rows.push_back(pointwise("xlogy", CALL(x[0].xlogy(2.5)), REFERENCE(v[0] * std::log(2.5)), {kAny},
                           IN_PLACE(xlogy_(2.5))));
  rows.push_back(pointwise("xlogy", CALL(xlogy(2.5, x[0])), REFERENCE(2.5 * std::log(v[0])), {kPositive}));
  for (Row& row : rows)
    if (row.gradient_ulps16 == 2) row.gradient_ulps16 = 4;  // gradients are compositions
  add_extremes(rows);
  add_integers(rows);
}

OP_TABLE_TESTS(pairs)

}  // namespace op_table
