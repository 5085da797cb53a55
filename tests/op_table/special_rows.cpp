// Special functions, against sums, integrals and bisections.
#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

using V = std::vector<double>;

#define CALL(...) [](const Tensors& x) -> Tensor { return __VA_ARGS__; }
#define REFERENCE(...) [](const V& v) -> double { return __VA_ARGS__; }
#define IN_PLACE(...) \
  [](Tensor& self, [[maybe_unused]] const Tensors& x) -> Tensor& { return self.__VA_ARGS__; }

// ---- references
/// The logarithmic derivative of gamma by its recurrence, from far up.
double digamma_of(double x) {
  double sum = 0;
  for (int k = 0; k < 2000; ++k) sum -= 1 / (x + k);
  const double a = x + 2000;
  return sum + std::log(a) - 0.5 / a - 1 / (12 * a * a);
}
/// The sum, and the integral of what is left out of it.
double zeta_of(double s, double q) {
  double sum = 0;
  for (int k = 0; k < 1000; ++k) sum += std::pow(q + k, -s);
  const double a = q + 1000;
  return sum + std::pow(a, 1 - s) / (s - 1) + std::pow(a, -s) / 2 + s * std::pow(a, -s - 1) / 12;
}
double polygamma_of(int n, double x) { return (n % 2 ? 1 : -1) * std::tgamma(n + 1.0) * zeta_of(n + 1, x); }
/// Bessel's integral by the trapezoidal rule, which is exact to rounding for a periodic function.
double bessel_i(int order, double x) {
  double sum = 0;
  for (int k = 0; k < 64; ++k) sum += std::exp(x * std::cos(M_PI * k / 32)) * std::cos(order * M_PI * k / 32);
  return sum / 64;
}
/// The x in [lo, hi] with f(x) = y, for a growing f.
double inverse(double (*f)(double), double y, double lo, double hi) {
  for (int k = 0; k < 80; ++k) (f((lo + hi) / 2) < y ? lo : hi) = (lo + hi) / 2;
  return (lo + hi) / 2;
}
double normal(double x) { return 0.5 * std::erfc(-x * M_SQRT1_2); }
/// The sum of x^(a+k) e^-x / gamma(a + k + 1).
double igamma_of(double a, double x) {
  double sum = 0;
  for (int k = 0; k < 80; ++k) sum += std::exp((a + k) * std::log(x) - x - std::lgamma(a + k + 1));
  return sum;
}
double mvlgamma_of(double x) {  // of dimension 3
  return 1.5 * std::log(M_PI) + std::lgamma(x) + std::lgamma(x - 0.5) + std::lgamma(x - 1);
}

/// 0-d, empty, small and several chunks of the vector's width.
Row smaller(Row row, const std::vector<Range>& ranges) {
  row.samples = [ranges] {
    std::vector<Sample> all;
    for (std::vector<int64_t> sizes : {std::vector<int64_t>{}, {0, 3}, {3, 5}, {7, 31}}) {
      Sample sample{detail::str(IntArrayRef(sizes)), {}};
      for (size_t k = 0; k < ranges.size(); ++k) sample.inputs.push_back(ranges[k].values(sizes, 11 * k + 3));
      all.push_back(sample);
    }
    return all;
  };
  row.ulps16 = 2;
  row.gradient_ulps16 = 8;
  return row;
}
void add(Rows& rows, const char* name, std::function<Tensor(const Tensors&)> call,
         std::function<double(const V&)> reference, std::vector<Range> ranges,
         std::function<Tensor&(Tensor&, const Tensors&)> inplace = nullptr) {
  std::vector<std::string> also;
  if (inplace) also.push_back(std::string(name) + "_");
  rows.push_back(smaller(
      pointwise(name, std::move(call), std::move(reference), ranges, std::move(inplace), also), ranges));
}

void add_gamma(Rows& rows) {
  add(rows, "lgamma", CALL(lgamma(x[0])), REFERENCE(std::lgamma(v[0])), {{0.3, 5}}, IN_PLACE(lgamma_()));
  add(rows, "lgamma", CALL(x[0].lgamma()), REFERENCE(std::lgamma(v[0])), {{-2.9, -0.1, {-2, -1}, 0.2}});
  add(rows, "digamma", CALL(digamma(x[0])), REFERENCE(digamma_of(v[0])), {{0.3, 30}}, IN_PLACE(digamma_()));
  add(rows, "digamma", CALL(x[0].digamma()), REFERENCE(digamma_of(v[0])), {{-2.9, -0.1, {-2, -1}, 0.2}});
  add(rows, "polygamma", CALL(polygamma(0, x[0])), REFERENCE(digamma_of(v[0])), {{0.4, 5}},
      IN_PLACE(polygamma_(0)));
  add(rows, "polygamma", CALL(polygamma(1, x[0])), REFERENCE(polygamma_of(1, v[0])), {{0.4, 15}},
      IN_PLACE(polygamma_(1)));
  add(rows, "polygamma", CALL(x[0].polygamma(2)), REFERENCE(polygamma_of(2, v[0])), {{0.6, 5}});
  rows.back().errors = {
      {"negative", [] { polygamma(-1, ones({2})); }, "polygamma: does not support negative n"}};
  add(rows, "mvlgamma", CALL(mvlgamma(x[0], 3)), REFERENCE(mvlgamma_of(v[0])), {{1.3, 5}},
      IN_PLACE(mvlgamma_(3)));
  rows.back().errors = {{"dimension", [] { ones({2}).mvlgamma(0); }, "mvlgamma: p has to be greater"}};
  // Values of both arguments, and derivatives by the second one.
  const Range a = {0.5, 6}, x = {0.3, 9};
  add(rows, "igamma", CALL(igamma(x[0], x[1])), REFERENCE(igamma_of(v[0], v[1])), {a, x},
      IN_PLACE(igamma_(x[1])));
  rows.back().differentiable = false;
  rows.back().errors = {{"gradient",
                         [] {
                           const Tensor a = ones({2}, TensorOptions(kDouble).requires_grad(true));
                           igamma(a, ones({2}, kDouble)).sum().backward();
                         },
                         "igamma: the derivative with respect to the first argument is not implemented"}};
  add(rows, "igamma", CALL(full({}, 2.5, x[0].options()).igamma(x[0])), REFERENCE(igamma_of(2.5, v[0])), {x});
  add(rows, "igammac", CALL(igammac(x[0], x[1])), REFERENCE(1 - igamma_of(v[0], v[1])), {a, x},
      IN_PLACE(igammac_(x[1])));
  rows.back().differentiable = false;
  add(rows, "igammac", CALL(full({}, 2.5, x[0].options()).igammac(x[0])), REFERENCE(1 - igamma_of(2.5, v[0])),
      {x});
  add(rows, "special_zeta", CALL(special_zeta(x[0], x[1])), REFERENCE(zeta_of(v[0], v[1])),
      {{1.5, 8}, {0.5, 9}});
  rows.back().differentiable = false;
  add(rows, "special_zeta", CALL(special_zeta(2.5, x[0])), REFERENCE(zeta_of(2.5, v[0])), {{0.5, 9}});
  add(rows, "special_zeta", CALL(special_zeta(full({}, 2.5, x[0].options()), x[0])),
      REFERENCE(zeta_of(2.5, v[0])), {{0.5, 9}});
  add(rows, "special_zeta", CALL(special_zeta(x[0], 1.5)), REFERENCE(zeta_of(v[0], 1.5)), {{1.5, 8}});
  rows.back().differentiable = false;
}

void add_normal(Rows& rows) {
  add(rows, "erfinv", CALL(erfinv(x[0])),
      REFERENCE(inverse([](double t) { return std::erf(t); }, v[0], -4, 4)), {{-0.95, 0.95}},
      IN_PLACE(erfinv_()));
  add(rows, "special_erfcx", CALL(special_erfcx(x[0])), REFERENCE(std::exp(v[0] * v[0]) * std::erfc(v[0])),
      {{-1.5, 4}});
  add(rows, "special_ndtr", CALL(special_ndtr(x[0])), REFERENCE(normal(v[0])), {{-3, 3}});
  add(rows, "special_ndtri", CALL(special_ndtri(x[0])), REFERENCE(inverse(normal, v[0], -8, 8)),
      {{0.02, 0.98}});
  add(rows, "special_log_ndtr", CALL(special_log_ndtr(x[0])), REFERENCE(std::log(normal(v[0]))), {{-6, 2}});
  add(rows, "special_entr", CALL(special_entr(x[0])), REFERENCE(-v[0] * std::log(v[0])), {{0.1, 3}});
}

void add_bessel(Rows& rows) {
  add(rows, "i0", CALL(i0(x[0])), REFERENCE(bessel_i(0, v[0])), {{-3, 3}}, IN_PLACE(i0_()));
  add(rows, "special_i0e", CALL(special_i0e(x[0])), REFERENCE(std::exp(-std::abs(v[0])) * bessel_i(0, v[0])),
      {{-12, 12, {0}}});
  add(rows, "special_i1", CALL(special_i1(x[0])), REFERENCE(bessel_i(1, v[0])), {{-3, 3}});
  add(rows, "special_i1e", CALL(special_i1e(x[0])), REFERENCE(std::exp(-std::abs(v[0])) * bessel_i(1, v[0])),
      {{-12, 12, {0}}});
}

void add_logarithms(Rows& rows) {
  add(rows, "special_xlog1py", CALL(special_xlog1py(x[0], x[1])), REFERENCE(v[0] * std::log1p(v[1])),
      {{-2, 2}, {-0.6, 2}});
  add(rows, "special_xlog1py", CALL(special_xlog1py(1.5, x[0])), REFERENCE(1.5 * std::log1p(v[0])),
      {{-0.6, 2}});
  add(rows, "special_xlog1py", CALL(special_xlog1py(x[0], 1.5)), REFERENCE(v[0] * std::log1p(1.5)),
      {{-2, 2}});
}

/// Names that stand for other operators, which have rows of their own, and the short ones of both.
void add_names(Rows& rows) {
  auto alias = [&](const char* name, std::function<Tensors(const Tensors&)> call,
                   std::function<Tensor(const Tensors&)> original, Tensors inputs) {
    Row row;
    row.name = name;
    row.call = std::move(call);
    row.reference = [original](const Tensors& x) { return Tensors{original(x), original(x)}; };
    row.samples = [inputs] { return std::vector<Sample>{{"some", inputs}}; };
    row.ulps16 = 0;  // the original's row compares them
    rows.push_back(row);
  };
  const Tensor in = uniform({2, 3}, 0.2, 0.8), other = uniform({2, 3}, 0.3, 2, 2);
#define ALIAS(name, original)                                        \
  alias("special_" #name,                                            \
        [](const Tensors& x) {                                       \
          return Tensors{special_##name(x[0]), special::name(x[0])}; \
        },                                                           \
        CALL(original(x[0])), {in})
  ALIAS(gammaln, lgamma);
  ALIAS(digamma, digamma);
  ALIAS(psi, digamma);
  ALIAS(i0, i0);
  ALIAS(erf, erf);
  ALIAS(erfc, erfc);
  ALIAS(erfinv, erfinv);
  ALIAS(exp2, exp2);
  ALIAS(expm1, expm1);
  ALIAS(expit, sigmoid);
  ALIAS(log1p, log1p);
  ALIAS(logit, logit);
  ALIAS(round, round);
  ALIAS(sinc, sinc);
#undef ALIAS
#define ALIAS(name, original, ...)                                                 \
  alias("special_" #name,                                                          \
        [](const Tensors& x) {                                                     \
          return Tensors{special_##name(__VA_ARGS__), special::name(__VA_ARGS__)}; \
        },                                                                         \
        CALL(original(__VA_ARGS__)), {in, other})
  ALIAS(xlogy, xlogy, x[0], x[1]);
  ALIAS(xlogy, xlogy, 2, x[1]);
  ALIAS(xlogy, xlogy, x[0], 2);
  ALIAS(gammainc, igamma, x[0], x[1]);
  rows.back().differentiable = false;
  ALIAS(gammaincc, igammac, x[0], x[1]);
  rows.back().differentiable = false;
  ALIAS(polygamma, polygamma, 1, x[1]);
  ALIAS(multigammaln, mvlgamma, x[1] + 1, 2);
  ALIAS(logsumexp, logsumexp, x[0], 1);
  ALIAS(softmax, softmax, x[0], 1);
  ALIAS(log_softmax, log_softmax, x[0], 1);
#undef ALIAS
}

}  // namespace

void add_special(Rows& rows) {
  add_gamma(rows);
  add_normal(rows);
  add_bessel(rows);
  add_logarithms(rows);
  add_names(rows);
}

OP_TABLE_TESTS(special)

}  // namespace op_table
