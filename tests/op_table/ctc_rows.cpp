// CTC by enumeration of all paths.
#include <cmath>
#include <numeric>

#include <tengen/autograd/ops/ops.h>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

struct Case {
  Sizes input_lengths, target_lengths;
  int64_t blank = 0;
  bool zero_infinity = false;
};

/// log_probs (T,N,C), the target of sample n.
double path_loss(const Array& lp, int64_t n, int64_t time, const std::vector<int64_t>& target,
                 const Case& c) {
  double probability = 0;
  each_index(Sizes(size_t(time), lp.sizes[2]), [&](const Sizes& path) {
    std::vector<int64_t> read;
    double sum = 0;
    for (size_t t = 0; t < path.size(); ++t) {
      sum += lp({int64_t(t), n, path[t]});
      if (path[t] != c.blank && (t == 0 || path[t] != path[t - 1])) read.push_back(path[t]);
    }
    if (read == target) probability += std::exp(sum);
  });
  if (time == 0) probability = target.empty() ? 1 : 0;
  return probability > 0 ? -std::log(probability) : c.zero_infinity ? 0 : INFINITY;
}

Tensors losses(const Tensors& in, const Case& c) {
  const bool batched = in[0].dim() == 3;
  const Array lp(batched ? in[0] : in[0].unsqueeze(1));
  const std::vector<double> targets = values(in[1]);
  std::vector<double> loss;
  double sum = 0, mean = 0;
  size_t begin = 0;
  for (size_t n = 0; n < size_t(lp.sizes[1]); ++n) {
    if (in[1].dim() == 2) begin = n * size_t(in[1].size(1));
    std::vector<int64_t> target;
    for (int64_t i = 0; i < c.target_lengths[n]; ++i) target.push_back(int64_t(targets[begin++]));
    loss.push_back(path_loss(lp, int64_t(n), c.input_lengths[n], target, c));
    sum += loss.back();
    mean += loss.back() / double(std::max<int64_t>(c.target_lengths[n], 1)) / double(lp.sizes[1]);
  }
  return {batched ? make(loss, {int64_t(loss.size())}) : make(loss, {}), make({sum}, {}), make({mean}, {})};
}

}  // namespace

void add_ctc(Rows& rows) {
  const auto row = [&](const Case& c, std::vector<Sample> samples) {
    rows.push_back({.name = "ctc_loss",
                    .call = [=](const Tensors& in) -> Tensors {
                      const auto loss = [&](int64_t reduction) {
                        return ctc_loss(in[0], in[1], IntArrayRef(c.input_lengths),
                                        IntArrayRef(c.target_lengths), c.blank, reduction, c.zero_infinity);
                      };
                      const Tensor mean =
                          ctc_loss(in[0], in[1], tensor(c.input_lengths), tensor(c.target_lengths), c.blank,
                                   Reduction::Mean, c.zero_infinity);
                      return {loss(Reduction::None), loss(Reduction::Sum), mean};
                    },
                    .samples = [=] { return samples; },
                    .reference = [=](const Tensors& in) { return losses(in, c); },
                    .ulps16 = 3,
                    .gradient_ulps16 = 4});
  };
  row({{4, 3}, {2, 1}}, {{"padded", {uniform({4, 2, 3}, -2, 0), tensor({{1, 2}, {2, 0}})}},
                         {"concatenated", {uniform({4, 2, 3}, -2, 0), tensor({1, 1, 2})}}});
  row({{3, 4, 0}, {0, 3, 0}, 1}, {{"empty targets", {uniform({4, 3, 3}, -2, 0), tensor({0, 2, 0})}}});
  row({{5}, {2}, 2}, {{"no batch", {uniform({5, 3}, -2, 0), tensor({0, 1})}}});
  row({{2, 3, 0}, {2, 1, 1}, 0, true}, {{"too long", {uniform({3, 3, 3}, -2, 0), tensor({1, 1, 2, 1})}}});
  const Tensor lp = uniform({3, 1, 3}, -2, 0), target = tensor({1});
  rows.back().errors = {
      {"blank", [=] { ctc_loss(lp, target, IntArrayRef({3}), IntArrayRef({1}), 3); },
       "blank must be in label range"},
      {"length", [=] { ctc_loss(lp, target, IntArrayRef({4}), IntArrayRef({1})); },
       "value at most 3, but got value 4"},
      {"batch",
       [=] {
         ctc_loss(lp, target, IntArrayRef({3, 3}), IntArrayRef({1}));
       },
       "of size batch_size"},
      {"targets", [=] { ctc_loss(lp, target, IntArrayRef({3}), IntArrayRef({2})); }, "1D targets of size 2"},
      {"labels", [=] { ctc_loss(lp, target + 2, IntArrayRef({3}), IntArrayRef({1})); },
       "in label range, [0, 3)"}};
}

OP_TABLE_TESTS(ctc)

}  // namespace op_table
