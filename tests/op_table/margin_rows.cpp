#include <cmath>
#include <numeric>

#include <tengen/autograd/ops/layers.h>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

constexpr int64_t kReductions[] = {Reduction::None, Reduction::Mean, Reduction::Sum};

Tensor reduce(const Tensor& loss, int64_t reduction) {
  if (reduction == Reduction::None) return loss;
  const std::vector<double> all = values(loss);
  const double sum = std::accumulate(all.begin(), all.end(), 0.0);
  return make({reduction == Reduction::Mean ? sum / double(all.size()) : sum}, {});
}

/// A row per reduction; call(inputs, reduction), losses(inputs) without reduction.
void add_loss(Rows& rows, const char* name, std::function<Tensor(const Tensors&, int64_t)> call,
              std::function<Tensor(const Tensors&)> losses, std::function<std::vector<Sample>()> samples,
              std::vector<ErrorSample> errors = {}) {
  for (const int64_t reduction : kReductions) {
    rows.push_back(
        {.name = name,
         .call = [=](const Tensors& in) -> Tensors { return {call(in, reduction)}; },
         .samples = samples,
         .reference = [=](const Tensors& in) -> Tensors { return {reduce(losses(in), reduction)}; },
         .errors = reduction == Reduction::None ? errors : std::vector<ErrorSample>{}});
  }
}

/// 1 and -1 in turn, as int64, which get no gradient.
Tensor signs(const Sizes& sizes) { return integers(sizes, 2, 5) * 2 - 1; }

/// Each row of scores (N,C) or (C) with a row or number of its target.
Tensor by_rows(const Tensor& self, const Tensor& target,
               const std::function<double(const std::vector<double>&, const std::vector<double>&)>& f) {
  const std::vector<double> x = values(self), y = values(target);
  const size_t classes = size_t(self.size(-1)), rows = x.size() / classes, per_row = y.size() / rows;
  std::vector<double> out;
  for (size_t i = 0; i < rows; ++i)
    out.push_back(
        f({x.begin() + std::ptrdiff_t(i * classes), x.begin() + std::ptrdiff_t((i + 1) * classes)},
          {y.begin() + std::ptrdiff_t(i * per_row), y.begin() + std::ptrdiff_t((i + 1) * per_row)}));
  Sizes sizes = sizes_of(self);
  sizes.pop_back();
  return make(out, sizes);
}

}  // namespace

void add_margin(Rows& rows) {
  const auto with_signs = [](size_t count) {
    return [=] {
      std::vector<Sample> out;
      for (const Sizes& sizes : std::vector<Sizes>{{3, 4}, {}, {0, 2}}) {
        Sample sample{tengen::detail::str(IntArrayRef(sizes)), {}};
        for (size_t i = 0; i < count; ++i) sample.inputs.push_back(uniform(sizes, -2, 2, i + 1));
        sample.inputs.push_back(signs(sizes));
        out.push_back(sample);
      }
      out.pop_back();  // the mean of no elements is NaN
      return out;
    };
  };
  add_loss(
      rows, "hinge_embedding_loss",
      [](const Tensors& x, int64_t r) { return hinge_embedding_loss(x[0], x[1], 0.7, r); },
      [](const Tensors& x) {
        return elementwise(x, [](const auto& v) { return v[1] == 1 ? v[0] : std::max(0.0, 0.7 - v[0]); })[0];
      },
      with_signs(1),
      {{"reduction", [] { hinge_embedding_loss(uniform({2}), uniform({2}), 1, 7); }, "is not a reduction"}});
  add_loss(
      rows, "margin_ranking_loss",
      [](const Tensors& x, int64_t r) { return margin_ranking_loss(x[0], x[1], x[2], 0.3, r); },
      [](const Tensors& x) {
        return elementwise(x, [](const auto& v) { return std::max(0.0, -v[2] * (v[0] - v[1]) + 0.3); })[0];
      },
      with_signs(2));
  add_loss(
      rows, "soft_margin_loss", [](const Tensors& x, int64_t r) { return soft_margin_loss(x[0], x[1], r); },
      [](const Tensors& x) {
        return elementwise(x, [](const auto& v) { return std::log1p(std::exp(-v[1] * v[0])); })[0];
      },
      with_signs(1));
  for (const bool log_input : {true, false}) {
    for (const bool full : {true, false}) {
      // Stirling's approximation begins beyond 1, at a jump: with `full` the counts are no input.
      const auto counts = [](const Tensor& like) {
        return (arange(like.numel(), kLong) % 6).reshape(like.sizes()).to(like.options());
      };
      rows.push_back(
          {.name = "poisson_nll_loss",
           .call = [=](const Tensors& x) -> Tensors {
             return {
                 poisson_nll_loss(x[0], full ? counts(x[0]) : x[1], log_input, full, 1e-8, Reduction::None)};
           },
           .samples =
               [=] {
                 const auto with_counts = [=](const Sizes& sizes) -> Tensors {
                   if (full) return {uniform(sizes, 0.2, 2)};
                   return {uniform(sizes, 0.2, 2), uniform(sizes, 0, 6, 3)};
                 };
                 return std::vector<Sample>{{"matrix", with_counts({3, 4})}, {"0-d", with_counts({})}};
               },
           .reference = [=](const Tensors& x) -> Tensors {
             return elementwise({x[0], full ? counts(x[0]) : x[1]}, [=](const auto& v) {
               const double stirling =
                   full && v[1] > 1 ? v[1] * std::log(v[1]) - v[1] + 0.5 * std::log(2 * M_PI * v[1]) : 0;
               return stirling +
                      (log_input ? std::exp(v[0]) - v[1] * v[0] : v[0] - v[1] * std::log(v[0] + 1e-8));
             });
           }});
    }
  }

  const auto margin = [](int64_t p) {
    return [p](const Tensors& x) {
      const std::vector<double> weight = x.size() > 2 ? values(x[2]) : std::vector<double>(4, 1);
      return by_rows(x[0], x[1], [&](const auto& scores, const auto& target) {
        const auto y = size_t(target[0]);
        double sum = 0;
        for (size_t i = 0; i < scores.size(); ++i)
          if (i != y) sum += weight[y] * std::pow(std::max(0.0, 0.8 - scores[y] + scores[i]), double(p));
        return sum / double(scores.size());
      });
    };
  };
  for (const int64_t p : {1, 2})
    add_loss(
        rows, "multi_margin_loss",
        [p](const Tensors& x, int64_t r) {
          return multi_margin_loss(x[0], x[1], p, 0.8,
                                   x.size() > 2 ? std::optional<Tensor>(x[2]) : std::nullopt, r);
        },
        margin(p),
        [] {
          return std::vector<Sample>{
              {"batch", {distinct({3, 4}, 0.17), integers({3}, 4)}},
              {"weight", {distinct({3, 4}, 0.17), integers({3}, 4), uniform({4}, 0.5, 2)}},
              {"one", {distinct({4}), integers({}, 4)}}};
        },
        {{"power",
          [] {
            multi_margin_loss(uniform({2, 3}), integers({2}, 3), 3);
          },
          "only p == 1 and p == 2"},
         {"target",
          [] {
            multi_margin_loss(uniform({2, 3}), integers({3}, 3));
          },
          "inconsistent target size"},
         {"class",
          [] {
            multi_margin_loss(uniform({2, 3}), integers({2}, 3) + 3);
          },
          "target out of range"},
         {"weight",
          [] {
            multi_margin_loss(uniform({2, 3}), integers({2}, 3), 1, 1, uniform({2}));
          },
          "inconsistent weight size, expected 3"}});
  add_loss(
      rows, "multilabel_margin_loss",
      [](const Tensors& x, int64_t r) { return multilabel_margin_loss(x[0], x[1], r); },
      [](const Tensors& x) {
        return by_rows(x[0], x[1], [](const auto& scores, const auto& target) {
          std::vector<bool> wanted(scores.size());
          double sum = 0;
          for (size_t j = 0; j < target.size() && target[j] >= 0; ++j) wanted[size_t(target[j])] = true;
          for (size_t j = 0; j < target.size() && target[j] >= 0; ++j)
            for (size_t i = 0; i < scores.size(); ++i)
              if (!wanted[i]) sum += std::max(0.0, 1 - scores[size_t(target[j])] + scores[i]);
          return sum / double(scores.size());
        });
      },
      [] {
        return std::vector<Sample>{
            {"batch", {distinct({2, 4}, 0.23), tensor({{3, 0, -1, 1}, {-1, 2, 2, 2}})}},
            {"all", {distinct({2, 3}, 0.23), tensor({{0, 1, 2}, {1, -1, 0}})}},
            {"one", {distinct({3}, 0.23), tensor({2, -1, 0})}}};
      },
      {{"shape",
        [] {
          multilabel_margin_loss(uniform({2, 3}), integers({2}, 3));
        },
        "inconsistent target size"},
       {"class",
        [] {
          multilabel_margin_loss(uniform({3}), tensor({0, 3, -1}));
        },
        "target out of range"}});
}

OP_TABLE_TESTS(margin)

}  // namespace op_table
