#include <cmath>
#include <numeric>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

constexpr int64_t kReductions[] = {Reduction::None, Reduction::Mean, Reduction::Sum};

Tensor reduce(const Tensor& loss, int64_t reduction, double divisor) {
  if (reduction == Reduction::None) return loss;
  const std::vector<double> all = values(loss);
  const double sum = std::accumulate(all.begin(), all.end(), 0.0);
  return make({reduction == Reduction::Mean ? sum / divisor : sum}, {});
}

using Formula = std::function<double(const std::vector<double>&)>;

/// A loss that is a function of the elements of its inputs; one row per reduction.
void add_elementwise(Rows& rows, const char* name, std::function<Tensor(const Tensors&, int64_t)> call,
                     Formula formula, std::function<std::vector<Sample>()> samples,
                     std::vector<ErrorSample> errors = {}) {
  for (int64_t reduction : kReductions) {
    rows.push_back({.name = name,
                    .call = [=](const Tensors& in) -> Tensors { return {call(in, reduction)}; },
                    .samples = samples,
                    .reference = [=](const Tensors& in) -> Tensors {
                      const Tensor loss = elementwise(in, formula)[0];
                      return {reduce(loss, reduction, double(loss.numel()))};
                    },
                    .errors = reduction == Reduction::None ? errors : std::vector<ErrorSample>{}});
  }
}

std::vector<Sample> two(double lo, double hi, std::vector<Sizes> cases) {
  std::vector<Sample> samples;
  for (const Sizes& sizes : cases)
    samples.push_back(
        {detail::str(IntArrayRef(sizes)), {uniform(sizes, lo, hi, 3), uniform(sizes, lo, hi, 4)}});
  return samples;
}

const std::vector<Sizes> kShapes = {{2, 3}, {}, {2, 0}, {70, 60}};

/// loss(n, position...) of class numbers: `input` (N,C,d...) or (C), with the weights that its mean divides
/// by.
struct Classes {
  Array loss;
  double weight = 0;
};
Classes class_loops(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t ignored,
                    double smoothing, bool logits) {
  // (N, C, rest)
  const int64_t classes = input.dim() == 1 ? input.size(0) : input.size(1),
                outer = input.dim() == 1 ? 1 : input.size(0);
  const int64_t rest = outer ? input.numel() / outer / classes : 0;
  const std::vector<double> x = values(input), t = values(target),
                            w = weight.defined() ? values(weight) : std::vector<double>(size_t(classes), 1);
  Classes result{Array(sizes_of(target))};
  for (int64_t n = 0; n < outer; ++n)
    for (int64_t r = 0; r < rest; ++r) {
      const auto at = [&](int64_t c) { return x[size_t((n * classes + c) * rest + r)]; };
      double norm = 0;
      for (int64_t c = 0; c < classes; ++c) norm += std::exp(at(c));
      const double shift = logits ? std::log(norm) : 0;
      const int64_t wanted = int64_t(t[size_t(n * rest + r)]);
      if (wanted == ignored) continue;
      double all = 0;
      for (int64_t c = 0; c < classes; ++c) all += w[size_t(c)] * (shift - at(c));
      result.loss.data[size_t(n * rest + r)] =
          (1 - smoothing) * w[size_t(wanted)] * (shift - at(wanted)) + smoothing / double(classes) * all;
      result.weight += w[size_t(wanted)];
    }
  return result;
}

Tensor indices(std::vector<int64_t> numbers, Sizes sizes) {
  std::vector<double> copy(numbers.begin(), numbers.end());
  return make(copy, sizes).to(kLong);
}

std::vector<Sample> class_samples() {
  return {{"(N,C)", {uniform({3, 4}), indices({1, 0, 3}, {3})}},
          {"ignored", {uniform({3, 4}), indices({2, -7, 2}, {3})}},
          {"(C)", {uniform({3}), indices({2}, {})}},
          {"(N,C,d)", {uniform({2, 3, 2}), indices({0, 2, 1, -7}, {2, 2})}},
          {"empty", {uniform({0, 3}), indices({}, {0})}}};
}

void add_classes(Rows& rows, bool logits, bool weighted, double smoothing) {
  for (int64_t reduction : kReductions) {
    const auto weight = [=](const Tensors& in) {
      return weighted
                 ? uniform({in[0].dim() == 1 ? in[0].size(0) : in[0].size(1)}, 0.5, 2, 9).to(in[0].options())
                 : Tensor();
    };
    rows.push_back({.name = logits ? "cross_entropy_loss" : "nll_loss",
                    .call = [=](const Tensors& in) -> Tensors {
                      if (logits)
                        return {cross_entropy_loss(in[0], in[1], weight(in), reduction, -7, smoothing)};
                      return {nll_loss(in[0], in[1], weight(in), reduction, -7)};
                    },
                    .samples = class_samples,
                    .reference = [=](const Tensors& in) -> Tensors {
                      const Classes found = class_loops(in[0], in[1], weight(in), -7, smoothing, logits);
                      return {reduce(found.loss.tensor(), reduction, found.weight)};
                    }});
  }
}

void add_soft_targets(Rows& rows, bool weighted, double smoothing) {
  for (int64_t reduction : kReductions) {
    const auto weight = [=](const Tensors& in) {
      return weighted ? uniform({in[0].size(1)}, 0.5, 2, 9).to(in[0].options()) : Tensor();
    };
    rows.push_back({.name = "cross_entropy_loss",
                    .call = [=](const Tensors& in) -> Tensors {
                      return {cross_entropy_loss(in[0], in[1], weight(in), reduction, -100, smoothing)};
                    },
                    .samples = []() -> std::vector<Sample> {
                      return {{"(N,C)", {uniform({3, 4}), uniform({3, 4}, 0, 1, 5)}},
                              {"(N,C,d)", {uniform({2, 3, 2}), uniform({2, 3, 2}, 0, 1, 5)}}};
                    },
                    .reference = [=](const Tensors& in) -> Tensors {
                      const int64_t classes = in[0].size(1), rest = in[0].numel() / in[0].size(0) / classes;
                      const auto x = values(in[0]), t = values(in[1]);
                      const auto w = weighted ? values(weight(in)) : std::vector<double>(size_t(classes), 1);
                      Sizes sizes = sizes_of(in[0]);
                      sizes.erase(sizes.begin() + 1);
                      Array loss(sizes);
                      for (int64_t n = 0; n < in[0].size(0); ++n)
                        for (int64_t r = 0; r < rest; ++r) {
                          double norm = 0;
                          for (int64_t c = 0; c < classes; ++c)
                            norm += std::exp(x[size_t((n * classes + c) * rest + r)]);
                          for (int64_t c = 0; c < classes; ++c) {
                            const size_t at = size_t((n * classes + c) * rest + r);
                            loss.data[size_t(n * rest + r)] +=
                                w[size_t(c)] * (t[at] * (1 - smoothing) + smoothing / double(classes)) *
                                (std::log(norm) - x[at]);
                          }
                        }
                      return {reduce(loss.tensor(), reduction, double(loss.data.size()))};
                    }});
  }
}

/// A loss of rows: f gets the rows of each input.
void add_rowwise(Rows& rows, const char* name, std::function<Tensor(const Tensors&, int64_t)> call,
                 std::function<double(const std::vector<std::vector<double>>&)> f,
                 std::function<std::vector<Sample>()> samples, std::vector<ErrorSample> errors = {},
                 bool reductions = true) {
  for (int64_t reduction : kReductions) {
    if (!reductions && reduction != Reduction::None) continue;
    rows.push_back({.name = name,
                    .call = [=](const Tensors& in) -> Tensors { return {call(in, reduction)}; },
                    .samples = samples,
                    .reference = [=](const Tensors& in) -> Tensors {
                      const int64_t count = in[0].numel() / in[0].size(-1);
                      std::vector<double> out;
                      for (int64_t n = 0; n < count; ++n) {
                        std::vector<std::vector<double>> parts;
                        for (const Tensor& t : in) {
                          const std::vector<double> all = values(t);
                          const size_t width = all.size() / size_t(count);
                          parts.emplace_back(all.begin() + int64_t(width) * n,
                                             all.begin() + int64_t(width) * (n + 1));
                        }
                        out.push_back(f(parts));
                      }
                      Sizes sizes = sizes_of(in[0]);
                      sizes.pop_back();
                      return {reduce(make(out, sizes), reduction, double(count))};
                    },
                    .errors = reduction == Reduction::None ? errors : std::vector<ErrorSample>{}});
  }
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}
double distance(const std::vector<double>& a, const std::vector<double>& b, double p, double eps) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::pow(std::abs(a[i] - b[i] + eps), p);
  return std::pow(sum, 1 / p);
}

std::vector<Sample> vectors(size_t count, std::vector<Sizes> cases, Tensor last = {}) {
  std::vector<Sample> samples;
  for (const Sizes& sizes : cases) {
    Sample sample{detail::str(IntArrayRef(sizes)), {}};
    for (size_t k = 0; k < count; ++k) sample.inputs.push_back(uniform(sizes, -2, 2, 20 + k));
    if (last.defined()) sample.inputs.push_back(last);
    samples.push_back(sample);
  }
  return samples;
}

}  // namespace

void add_loss(Rows& rows) {
  const Tensor x = uniform({2, 3}), y = uniform({3, 2});
  add_elementwise(
      rows, "mse_loss", [](const Tensors& in, int64_t r) { return mse_loss(in[0], in[1], r); },
      [](const std::vector<double>& v) { return (v[0] - v[1]) * (v[0] - v[1]); },
      [] { return two(-2, 2, kShapes); },
      {{"reduction", [=] { mse_loss(x, x, 3); }, "is not a reduction"},
       {"shapes", [=] { mse_loss(x, y); }, "2, 3"}});
  add_elementwise(
      rows, "l1_loss", [](const Tensors& in, int64_t r) { return l1_loss(in[0], in[1], r); },
      [](const std::vector<double>& v) { return std::abs(v[0] - v[1]); }, [] { return two(-2, 2, kShapes); });
  add_elementwise(
      rows, "smooth_l1_loss",
      [](const Tensors& in, int64_t r) { return smooth_l1_loss(in[0], in[1], r, 0.7); },
      [](const std::vector<double>& v) {
        const double d = std::abs(v[0] - v[1]);
        return d < 0.7 ? 0.5 * d * d / 0.7 : d - 0.35;
      },
      [] { return two(-2, 2, kShapes); },
      {{"beta", [=] { smooth_l1_loss(x, x, 1, -1); }, "negative values for beta"}});
  add_elementwise(
      rows, "huber_loss", [](const Tensors& in, int64_t r) { return huber_loss(in[0], in[1], r, 0.7); },
      [](const std::vector<double>& v) {
        const double d = std::abs(v[0] - v[1]);
        return d < 0.7 ? 0.5 * d * d : 0.7 * (d - 0.35);
      },
      [] { return two(-2, 2, kShapes); },
      {{"delta", [=] { huber_loss(x, x, 1, 0); }, "non-positive values for delta"}});
  add_elementwise(
      rows, "binary_cross_entropy",
      [](const Tensors& in, int64_t r) { return binary_cross_entropy(in[0], in[1], {}, r); },
      [](const std::vector<double>& v) { return -v[1] * std::log(v[0]) - (1 - v[1]) * std::log(1 - v[0]); },
      [] { return two(0.1, 0.9, kShapes); },
      {{"range", [=] { binary_cross_entropy(x * 0 + 1.5, x); }, "between 0 and 1"},
       {"shapes", [=] { binary_cross_entropy(y, x); }, "must be the same as input size"}});
  add_elementwise(
      rows, "binary_cross_entropy",
      [](const Tensors& in, int64_t r) { return binary_cross_entropy(in[0], in[1], in[2], r); },
      [](const std::vector<double>& v) {
        return v[2] * (-v[1] * std::log(v[0]) - (1 - v[1]) * std::log(1 - v[0]));
      },
      [] {
        std::vector<Sample> samples = two(0.1, 0.9, {{2, 3}});
        samples[0].inputs.push_back(uniform({3}, 0.5, 2, 8));
        return samples;
      });
  const auto logistic = [](double x, double t, double positive) {
    return positive * t * std::log1p(std::exp(-x)) + (1 - t) * std::log1p(std::exp(x));
  };
  add_elementwise(
      rows, "binary_cross_entropy_with_logits",
      [](const Tensors& in, int64_t r) { return binary_cross_entropy_with_logits(in[0], in[1], {}, {}, r); },
      [=](const std::vector<double>& v) { return logistic(v[0], v[1], 1); },
      [] { return two(-2, 2, kShapes); },
      {{"shapes", [=] { binary_cross_entropy_with_logits(y, x); }, "must be the same as input size"}});
  add_elementwise(
      rows, "binary_cross_entropy_with_logits",
      [](const Tensors& in, int64_t r) {
        return binary_cross_entropy_with_logits(in[0], in[1], in[2], in[3], r);
      },
      [=](const std::vector<double>& v) { return v[2] * logistic(v[0], v[1], v[3]); },
      [] {
        std::vector<Sample> samples = two(-2, 2, {{2, 3}});
        samples[0].inputs.push_back(uniform({2, 1}, 0.5, 2, 8));
        samples[0].inputs.push_back(uniform({3}, 0.5, 2, 9));
        return samples;
      });

  add_classes(rows, false, false, 0);
  rows.back().errors = {{"range",
                         [=] {
                           nll_loss(x, indices({0, 3}, {2}));
                         },
                         "target 3 is out of bounds, expected a class in [0, 3)"},
                        {"negative",
                         [=] {
                           nll_loss(x, indices({0, -1}, {2}));
                         },
                         "target -1 is out of bounds"},
                        {"shape",
                         [=] {
                           nll_loss(x, indices({0, 1, 2}, {3}));
                         },
                         "expected target size [2]"},
                        {"type", [=] { nll_loss(x, uniform({2})); }, "expected target of type Long"},
                        {"weight",
                         [=] {
                           nll_loss(x, indices({0, 1}, {2}), uniform({2}));
                         },
                         "defined for all 3 classes or none"}};
  add_classes(rows, false, true, 0);
  add_classes(rows, true, false, 0);
  rows.back().errors = {{"smoothing",
                         [=] {
                           cross_entropy_loss(x, indices({0, 1}, {2}), {}, 1, -100, 1.5);
                         },
                         "between 0.0 and 1.0"},
                        {"soft ignore", [=] { cross_entropy_loss(x, x, {}, 1, 0); },
                         "not supported for floating point target"}};
  add_classes(rows, true, true, 0);
  add_classes(rows, true, false, 0.2);
  add_classes(rows, true, true, 0.2);
  add_soft_targets(rows, false, 0);
  add_soft_targets(rows, true, 0.2);

  add_elementwise(
      rows, "kl_div", [](const Tensors& in, int64_t r) { return kl_div(in[0], in[1], r); },
      [](const std::vector<double>& v) { return v[1] * (std::log(v[1]) - v[0]); },
      [] { return two(0.1, 2, kShapes); });
  add_elementwise(
      rows, "kl_div", [](const Tensors& in, int64_t r) { return kl_div(in[0], in[1], r, true); },
      [](const std::vector<double>& v) { return std::exp(v[1]) * (v[1] - v[0]); },
      [] { return two(-2, 1, kShapes); });

  const auto cosine = [](const std::vector<double>& a, const std::vector<double>& b) {
    return product(a, b) / std::sqrt(product(a, a) * product(b, b));
  };
  add_rowwise(
      rows, "cosine_similarity",
      [](const Tensors& in, int64_t) { return cosine_similarity(in[0], in[1], -1); },
      [=](const std::vector<std::vector<double>>& v) { return cosine(v[0], v[1]); },
      [] {
        return vectors(2, {{3}, {2, 3}, {2, 2, 2}});
      },
      {}, false);
  for (double p : {1.0, 2.0, 3.0})
    add_rowwise(
        rows, "pairwise_distance",
        [=](const Tensors& in, int64_t) { return pairwise_distance(in[0], in[1], p); },
        [=](const std::vector<std::vector<double>>& v) { return distance(v[0], v[1], p, 1e-6); },
        [] {
          return vectors(2, {{3}, {2, 3}});
        },
        {}, false);
  add_rowwise(
      rows, "cosine_embedding_loss",
      [](const Tensors& in, int64_t r) { return cosine_embedding_loss(in[0], in[1], in[2], -0.2, r); },
      [=](const std::vector<std::vector<double>>& v) {
        return v[2][0] > 0 ? 1 - cosine(v[0], v[1]) : std::max(0.0, cosine(v[0], v[1]) + 0.2);
      },
      [] {
        return vectors(2, {{4, 3}}, indices({1, -1, -1, 1}, {4}));
      },
      {{"shapes", [=] { cosine_embedding_loss(x, x, x); }, "expected inputs (N,D) with a target (N)"}});
  for (bool swap : {false, true})
    add_rowwise(
        rows, "triplet_margin_loss",
        [=](const Tensors& in, int64_t r) {
          return triplet_margin_loss(in[0], in[1], in[2], 1, 2, 1e-6, swap, r);
        },
        [=](const std::vector<std::vector<double>>& v) {
          double far = distance(v[0], v[2], 2, 1e-6);
          if (swap) far = std::min(far, distance(v[1], v[2], 2, 1e-6));
          return std::max(0.0, 1 + distance(v[0], v[1], 2, 1e-6) - far);
        },
        [] {
          return vectors(3, {{4, 3}});
        },
        {{"dimensions", [=] { triplet_margin_loss(x, x, uniform({3})); }, "the same number of dimensions"}});
}

OP_TABLE_TESTS(loss)

}  // namespace op_table
