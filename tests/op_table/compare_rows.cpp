// Comparisons, logic, bits.
#include "checks.h"
#include "pointwise_rows.h"

namespace op_table {

using namespace tengen;

namespace {

using V = std::vector<double>;

// Small whole numbers as doubles, so that equal elements and zeros occur; with NaN in some.
std::vector<Sample> small_numbers(size_t operands, bool special) {
  std::vector<Sample> all;
  std::vector<std::vector<std::vector<int64_t>>> shapes = {
      {{}, {}}, {{0, 3}, {3}}, {{3, 5}, {3, 5}}, {{2, 3, 1}, {4}}, {{2, 3}, {}}, {{33, 1100}, {1100}}};
  for (auto& shape : shapes) {
    Sample sample{detail::str(IntArrayRef(shape[0])), {}};
    for (size_t k = 0; k < operands; ++k) {
      Tensor t = integers(shape[k], 4, 5 * k + 1).to(kDouble);
      double* data = t.data_ptr<double>();
      for (int64_t i = 0; special && i < t.numel(); ++i)
        if (i % 7 == 3) data[i] = i % 2 ? NAN : (i % 4 ? -INFINITY : INFINITY);
      sample.inputs.push_back(t);
    }
    all.push_back(sample);
  }
  return all;
}

void add_test(Rows& rows, const char* name, std::function<Tensor(const Tensors&)> call,
              std::function<double(const V&)> reference, size_t operands = 2,
              std::vector<std::string> also = {}, bool special = true) {
  Row row = pointwise(name, std::move(call), std::move(reference), {{}});
  row.samples = [operands, special] { return small_numbers(operands, special); };
  row.differentiable = false;
  row.also = std::move(also);
  rows.push_back(row);
}

Tensor whole(const Tensor& x) { return x.to(kLong); }

void add_comparisons(Rows& rows) {
#define COMPARISON(name, symbol)                                                                             \
  add_test(                                                                                                  \
      rows, #name, [](const Tensors& x) { return name(x[0], x[1]); },                                        \
      [](const V& v) -> double { return v[0] symbol v[1]; }, 2, {"operator" #symbol, #name "_"});            \
  rows.back().inplace = [](Tensor& self, const Tensors& x) -> Tensor& { return self.name##_(x[1]); };        \
  rows.back().errors = {{"shapes", [] { name(ones({2}), ones({3})); }, #name ": The size of tensor a (2)"}}; \
  add_test(                                                                                                  \
      rows, #name, [](const Tensors& x) { return x[0] symbol 1; },                                           \
      [](const V& v) -> double { return v[0] symbol 1; }, 1);                                                \
  rows.back().inplace = [](Tensor& self, const Tensors&) -> Tensor& { return self.name##_(1); }
  COMPARISON(eq, ==);
  COMPARISON(ne, !=);
  COMPARISON(lt, <);
  COMPARISON(le, <=);
  COMPARISON(gt, >);
  COMPARISON(ge, >=);
#undef COMPARISON
#define BITS(name, symbol)                                                                            \
  add_test(                                                                                           \
      rows, #name, [](const Tensors& x) { return whole(x[0]) symbol whole(x[1]); },                   \
      [](const V& v) -> double { return double(int64_t(v[0]) symbol int64_t(v[1])); }, 2,             \
      {"operator" #symbol}, false);                                                                   \
  rows.back().errors = {                                                                              \
    {"reals", [] { name(ones({2}), ones({2})); }, #name ": expected integers or bools but got Float"} \
  }
  BITS(bitwise_and, &);
  BITS(bitwise_or, |);
  BITS(bitwise_xor, ^);
#undef BITS
  add_test(
      rows, "bitwise_not", [](const Tensors& x) { return ~whole(x[0]); },
      [](const V& v) -> double { return double(~int64_t(v[0])); }, 1, {"operator~"}, false);
  rows.back().errors = {
      {"reals", [] { ~ones({2}); }, "bitwise_not: expected integers or bools but got Float"}};
}

void add_logic(Rows& rows) {
  add_test(
      rows, "logical_and", [](const Tensors& x) { return x[0] && x[1]; },
      [](const V& v) -> double { return v[0] && v[1]; }, 2, {"operator&&"});
  rows.back().inplace = [](Tensor& self, const Tensors& x) -> Tensor& { return self.logical_and_(x[1]); };
  add_test(
      rows, "logical_or", [](const Tensors& x) { return x[0] || x[1]; },
      [](const V& v) -> double { return v[0] || v[1]; }, 2, {"operator||"});
  rows.back().inplace = [](Tensor& self, const Tensors& x) -> Tensor& { return self.logical_or_(x[1]); };
  add_test(
      rows, "logical_xor", [](const Tensors& x) { return logical_xor(x[0], x[1]); },
      [](const V& v) -> double { return bool(v[0]) != bool(v[1]); });
  rows.back().inplace = [](Tensor& self, const Tensors& x) -> Tensor& { return self.logical_xor_(x[1]); };
  add_test(
      rows, "logical_not", [](const Tensors& x) { return !x[0]; }, [](const V& v) -> double { return !v[0]; },
      1, {"operator!"});
  rows.back().inplace = [](Tensor& self, const Tensors&) -> Tensor& { return self.logical_not_(); };
  add_test(
      rows, "isnan", [](const Tensors& x) { return isnan(x[0]); },
      [](const V& v) -> double { return std::isnan(v[0]); }, 1);
  add_test(
      rows, "isinf", [](const Tensors& x) { return isinf(x[0]); },
      [](const V& v) -> double { return std::isinf(v[0]); }, 1);
  add_test(
      rows, "isfinite", [](const Tensors& x) { return isfinite(x[0]); },
      [](const V& v) -> double { return std::isfinite(v[0]); }, 1);
  add_test(
      rows, "isclose", [](const Tensors& x) { return isclose(x[0], x[1], 0.5, 0.6); },
      [](const V& v) -> double {
        return v[0] == v[1] ||
               (std::isfinite(v[0] - v[1]) && std::abs(v[0] - v[1]) <= 0.6 + 0.5 * std::abs(v[1]));
      });
  add_test(
      rows, "isclose", [](const Tensors& x) { return isclose(x[0], x[1], 0, 0, true); },
      [](const V& v) -> double { return v[0] == v[1] || (std::isnan(v[0]) && std::isnan(v[1])); });
  auto add_verdict = [&](const char* name, bool (*call)(const Tensor&, const Tensor&),
                         bool (*holds)(double, double)) {
    add_test(
        rows, name,
        [call](const Tensors& x) { return full({}, call(x[0], x[1]), x[0].options().dtype(kBool)); },
        nullptr);
    rows.back().samples = [] {
      Tensor a = uniform({3, 4}), b = a.clone();
      b.data_ptr<double>()[5] += 1e-7;
      return std::vector<Sample>{{"same", {a, a}},
                                 {"nearly", {a, b}},
                                 {"different", {a, -a}},
                                 {"empty", {uniform({0}), uniform({0})}}};
    };
    rows.back().float32 = false;
    rows.back().reference = [holds](const Tensors& x) {
      bool all = true;
      V a = values(x[0]), b = values(x[1]);
      for (size_t i = 0; i < a.size(); ++i) all &= holds(a[i], b[i]);
      return Tensors{make({double(all)}, {})};
    };
  };
  add_verdict(
      "equal", [](const Tensor& a, const Tensor& b) { return equal(a, b); },
      [](double a, double b) { return a == b; });
  add_verdict(
      "allclose", [](const Tensor& a, const Tensor& b) { return allclose(a, b); },
      [](double a, double b) { return std::abs(a - b) <= 1e-8 + 1e-5 * std::abs(b); });
}

}  // namespace

void add_compare(Rows& rows) {
  add_comparisons(rows);
  add_logic(rows);
}

OP_TABLE_TESTS(compare)

}  // namespace op_table
