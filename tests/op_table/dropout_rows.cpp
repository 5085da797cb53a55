#include <cmath>

#include <tengen/autograd/ops/layers.h>

#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

using Drop = Tensor (*)(const Tensor&, double, bool);

/// An operator that draws one number per element or `by_channel`, and its in-place form; result(x, kept).
void add_drop(Rows& rows, const char* name, Drop drop, Tensor& (*drop_)(Tensor&, double, bool),
              bool by_channel, const std::function<double(double, double)>& result) {
  rows.push_back({.name = name,
                  .call = [=](const Tensors& x) -> Tensors {
                    manual_seed(5);  // the same mask at every call
                    return {drop(x[0], 0.3, true)};
                  },
                  .samples =
                      [=] {
                        std::vector<Sample> out{{"image", {uniform({2, 3, 2, 2})}},
                                                {"expanded", {uniform({3, 1}).expand({3, 4})}},
                                                {"large", {uniform({30, 40, 60})}}};
                        if (!by_channel) out.push_back({"0-d", {uniform({})}});
                        return out;
                      },
                  .reference = [=](const Tensors& x) -> Tensors {
                    manual_seed(5);
                    std::vector<int64_t> drawn = x[0].sizes().vec();
                    for (size_t d = 2; by_channel && d < drawn.size(); ++d) drawn[d] = 1;
                    std::vector<double> out = values(x[0]);
                    const std::vector<double> kept = values(empty(drawn, kDouble).bernoulli_(0.7));
                    for (size_t i = 0; i < out.size(); ++i)
                      out[i] = result(out[i], kept[i * kept.size() / out.size()]);
                    return {make(out, x[0].sizes().vec())};
                  },
                  .inplace = [=](Tensor& self, const Tensors&) -> Tensor& {
                    manual_seed(5);
                    return drop_(self, 0.3, true);
                  },
                  .errors = {{"probability",
                              [=] {
                                drop(uniform({2, 2}), -0.5, true);
                              },
                              "probability"}},
                  .random = true,
                  .also = {std::string(name) + "_"}});
}

}  // namespace

void add_dropout(Rows& rows) {
  const auto scaled = [](double x, double kept) { return kept ? x / 0.7 : 0; };
  // Klambauer et al. 2017: a and b of equation (in section 2, "new dropout technique").
  const auto alpha = [](double x, double kept) {
    const double least = -1.7580993408473766, a = 1 / std::sqrt(0.7 + 0.7 * 0.3 * least * least);
    return a * (kept ? x : least) - a * 0.3 * least;
  };
  add_drop(rows, "dropout", dropout, dropout_, false, scaled);
  add_drop(rows, "feature_dropout", feature_dropout, feature_dropout_, true, scaled);
  rows.back().errors.push_back(
      {"dimensions", [] { feature_dropout(uniform({2}), 0.5, true); }, "at least 2"});
  add_drop(rows, "alpha_dropout", alpha_dropout, alpha_dropout_, false, alpha);
  add_drop(rows, "feature_alpha_dropout", feature_alpha_dropout, feature_alpha_dropout_, true, alpha);

  auto samples = [] {
    return std::vector<Sample>{{"0-d", {uniform({})}},
                               {"empty", {uniform({2, 0})}},
                               {"matrix", {uniform({3, 4})}},
                               {"expanded", {uniform({3, 1}).expand({3, 4})}},
                               {"large", {uniform({70000})}}};
  };
  auto same = [](const Tensors& x) -> Tensors { return {make(values(x[0]), x[0].sizes().vec())}; };
  rows.push_back({.name = "dropout",
                  .call = [](const Tensors& x) -> Tensors { return {dropout(x[0], 0.3, false)}; },
                  .samples = samples,
                  .reference = same});
}

OP_TABLE_TESTS(dropout)

}  // namespace op_table
