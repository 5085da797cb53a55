#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

#define UNARY(name, lo, hi, ...) \
  rows.push_back(unary(          \
      #name, name, [](double x) -> double { return __VA_ARGS__; }, {lo, hi}, &Tensor::name##_))
#define KINKED(name, lo, hi, kinks, ...) \
  rows.push_back(unary(                  \
      #name, name, [](double x) -> double { return __VA_ARGS__; }, {lo, hi, kinks}, &Tensor::name##_))

void add_math(Rows& rows) {
  const std::vector<double> zero = {0}, whole = {-2, -1, 0, 1, 2}, half = {-1.5, -0.5, 0.5, 1.5};
  KINKED(abs, -2, 2, zero, std::fabs(x));
  rows.back().errors = {{"bool", [] { tensor({true}).abs(); }, "abs: not implemented for bool"}};
  UNARY(neg, -2, 2, -x);
  rows.back().also.push_back("operator-");
  rows.back().errors = {{"bool", [] { tensor({true}).neg(); }, "neg: negation of a bool tensor"}};
  KINKED(sign, -2, 2, zero, x > 0 ? 1 : -1);
  UNARY(exp, -4, 4, std::exp(x));
  UNARY(expm1, -4, 4, std::expm1(x));
  UNARY(log, 0.1, 4, std::log(x));
  UNARY(log2, 0.1, 4, std::log2(x));
  UNARY(log10, 0.1, 4, std::log10(x));
  UNARY(log1p, -0.8, 4, std::log1p(x));
  UNARY(sqrt, 0.1, 4, std::sqrt(x));
  UNARY(rsqrt, 0.1, 4, 1 / std::sqrt(x));
  UNARY(reciprocal, 0.3, 4, 1 / x);
  UNARY(square, -2, 2, x * x);
  UNARY(sin, -9, 9, std::sin(x));
  UNARY(cos, -9, 9, std::cos(x));
  UNARY(tan, -1.2, 1.2, std::tan(x));
  UNARY(asin, -0.9, 0.9, std::asin(x));
  UNARY(acos, -0.9, 0.9, std::acos(x));
  UNARY(atan, -3, 3, std::atan(x));
  UNARY(sinh, -3, 3, std::sinh(x));
  UNARY(cosh, -3, 3, std::cosh(x));
  UNARY(exp2, -4, 4, std::exp2(x));
  UNARY(asinh, -3, 3, std::asinh(x));
  UNARY(acosh, 1.2, 4, std::acosh(x));
  UNARY(atanh, -0.9, 0.9, std::atanh(x));
  KINKED(sinc, -3, 3, zero, std::sin(M_PI * x) / (M_PI * x));
  UNARY(erf, -3, 3, std::erf(x));
  UNARY(erfc, -3, 3, std::erfc(x));
  KINKED(floor, -2, 2, whole, std::floor(x));
  rows.back().errors = {{"bool", [] { tensor({true}).floor(); }, "floor: not implemented for bool"}};
  KINKED(ceil, -2, 2, whole, std::ceil(x));
  KINKED(round, -2, 2, half, std::nearbyint(x));
  KINKED(trunc, -2, 2, whole, std::trunc(x));
  KINKED(frac, -2, 2, whole, x - std::trunc(x));
}

OP_TABLE_TESTS(math)

}  // namespace op_table
