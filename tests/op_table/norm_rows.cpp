#include <algorithm>
#include <cmath>

#include <tengen/autograd/ops/layers.h>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

/// (x - mean) / sqrt(var + eps) within each group of elements that share group(index), then affine by
/// parameter(index).
template <class Group, class Parameter>
Tensor normalise_loops(const Tensor& input, const Tensor& weight, const Tensor& bias, double eps,
                       int64_t groups, Group group, Parameter parameter) {
  Array x(input);
  std::vector<double> count(size_t(groups), 0), mean(count), var(count);
  const auto each = [&](auto visit) {
    size_t at = 0;
    each_index(x.sizes, [&](const Sizes& i) { visit(x.data[at++], size_t(group(i)), i); });
  };
  each([&](double& v, size_t g, const Sizes&) { mean[g] += v, count[g] += 1; });
  each([&](double& v, size_t g, const Sizes&) { var[g] += std::pow(v - mean[g] / count[g], 2) / count[g]; });
  each([&](double& v, size_t g, const Sizes& i) {
    v = (v - mean[g] / count[g]) / std::sqrt(var[g] + eps);
    if (weight.defined()) v *= values(weight)[size_t(parameter(i))];
    if (bias.defined()) v += values(bias)[size_t(parameter(i))];
  });
  return x.tensor();
}

Tensor input_or_none(const Tensors& in, size_t i) { return i < in.size() ? in[i] : Tensor(); }

}  // namespace

void add_norm(Rows& rows) {
  const Tensor x = uniform({3, 2, 2});

  const auto channel = [](const Sizes& i) { return i[1]; };
  const auto batch_samples = [] {
    return shapes({{{5, 2}, {2}, {2}},
                   {{2, 2, 3}, {2}, {2}},
                   {{2, 2, 2, 3}, {2}, {2}},
                   {{3, 2, 2}},
                   {{3, 2, 2}, {2}},
                   {{3, 40, 21}, {40}, {40}},
                   {{2, 3, 90, 110}, {3}, {3}}},
                  -1, 2);
  };
  rows.push_back(
      {.name = "batch_norm",
       .call = [](const Tensors& in) -> Tensors {
         return {batch_norm(in[0], input_or_none(in, 1), input_or_none(in, 2), {}, {}, true, 0.1, 1e-3)};
       },
       .samples = batch_samples,
       .reference = [=](const Tensors& in) -> Tensors {
         return {normalise_loops(in[0], input_or_none(in, 1), input_or_none(in, 2), 1e-3, in[0].size(1),
                                 channel, channel)};
       },
       .errors = {{"dimensions", [=] { batch_norm(uniform({3}), {}, {}, {}, {}, true, 0.1, 1e-5); },
                   "at least 2 dimensions"},
                  {"weight", [=] { batch_norm(x, uniform({3}), {}, {}, {}, true, 0.1, 1e-5); },
                   "weight should contain 2 elements not 3"},
                  {"running", [=] { batch_norm(x, {}, {}, uniform({3}), uniform({2}), true, 0.1, 1e-5); },
                   "running_mean should contain 2 elements not 3"},
                  {"evaluation", [=] { batch_norm(x, {}, {}, {}, {}, false, 0.1, 1e-5); },
                   "must be defined in evaluation mode"}}});
  for (bool smooth : {false, true})
    rows.push_back(
        {.name = smooth ? "silu" : "relu",  // of a batch norm that nobody else sees: one rule for both
         .call = [=](const Tensors& in) -> Tensors {
           const Tensor w = input_or_none(in, 1), b = input_or_none(in, 2);
           const auto norm = [&] { return batch_norm(in[0], w, b, {}, {}, true, 0.1, 1e-3); };
           return {smooth ? silu(norm()) : relu(norm())};
         },
         .samples = batch_samples,
         .reference = [=](const Tensors& in) -> Tensors {
           Array out(normalise_loops(in[0], input_or_none(in, 1), input_or_none(in, 2), 1e-3, in[0].size(1),
                                     channel, channel));
           for (double& v : out.data) v = smooth ? v / (1 + std::exp(-v)) : std::max(v, 0.0);
           return {out.tensor()};
         }});
  rows.push_back(
      {.name = "batch_norm",  // evaluation: the running statistics are constants
       .call = [](const Tensors& in) -> Tensors {
         const Tensor mean = uniform({2}, -1, 1, 5), var = uniform({2}, 0.5, 2, 6);
         return {batch_norm(in[0], input_or_none(in, 1), input_or_none(in, 2), mean.to(in[0].options()),
                            var.to(in[0].options()), false, 0.1, 1e-3)};
       },
       .samples =
           [] {
             return shapes(
                 {{{3, 2}, {2}, {2}}, {{2, 2, 2, 2}, {2}, {2}}, {{2, 2, 3}}, {{0, 2, 3}, {2}, {2}}});
           },
       .reference = [](const Tensors& in) -> Tensors {
         const auto mean = values(uniform({2}, -1, 1, 5)), var = values(uniform({2}, 0.5, 2, 6));
         Array out(in[0]);
         size_t at = 0;
         each_index(out.sizes, [&](const Sizes& i) {
           const size_t c = size_t(i[1]);
           double& v = out.data[at++];
           v = (v - mean[c]) / std::sqrt(var[c] + 1e-3);
           if (in.size() > 1) v = v * values(in[1])[c] + values(in[2])[c];
         });
         return {out.tensor()};
       }});
  rows.push_back(
      {.name = "layer_norm",
       .call = [](const Tensors& in) -> Tensors {
         return {layer_norm(in[0], {in[0].size(-1)}, input_or_none(in, 1), input_or_none(in, 2), 1e-3)};
       },
       .samples =
           [] {
             return shapes({{{5}, {5}, {5}},
                            {{2, 5}, {5}, {5}},
                            {{2, 2, 3}},
                            {{0, 3}, {3}, {3}},
                            {{2, 4}, {4}},
                            {{700, 100}, {100}, {100}}},
                           -1, 2);
           },
       .reference = [](const Tensors& in) -> Tensors {
         const int64_t n = in[0].size(-1);
         Tensor flat = make(values(in[0]), {in[0].numel() / n, n});
         Tensor out = normalise_loops(
             flat, input_or_none(in, 1), input_or_none(in, 2), 1e-3, flat.size(0),
             [](const Sizes& i) { return i[0]; }, [](const Sizes& i) { return i[1]; });
         return {make(values(out), sizes_of(in[0]))};
       },
       .errors = {{"shape", [=] { layer_norm(x, {3}); }, "expected input with shape [*, then these]"},
                  {"weight", [=] { layer_norm(x, {2}, uniform({3})); }, "weight to be of same shape"}}});
  rows.push_back({.name = "layer_norm",  // over two dimensions
                  .call = [](const Tensors& in) -> Tensors {
                    return {layer_norm(in[0], {2, 3}, in[1], in[2])};
                  },
                  .samples =
                      [] {
                        return shapes({{{2, 2, 3}, {2, 3}, {2, 3}}}, -1, 2);
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    return {normalise_loops(
                        in[0], in[1], in[2], 1e-5, in[0].size(0), [](const Sizes& i) { return i[0]; },
                        [](const Sizes& i) { return i[1] * 3 + i[2]; })};
                  }});
  rows.push_back(
      {.name = "group_norm",
       .call = [](const Tensors& in) -> Tensors {
         return {group_norm(in[0], 2, input_or_none(in, 1), input_or_none(in, 2), 1e-3)};
       },
       .samples =
           [] {
             return shapes(
                 {{{2, 4, 2}, {4}, {4}}, {{1, 2, 2, 3}, {2}, {2}}, {{2, 4}, {4}, {4}}, {{2, 2, 3}}});
           },
       .reference = [=](const Tensors& in) -> Tensors {
         const int64_t per_group = in[0].size(1) / 2;
         return {normalise_loops(
             in[0], input_or_none(in, 1), input_or_none(in, 2), 1e-3, in[0].size(0) * 2,
             [=](const Sizes& i) { return i[0] * 2 + i[1] / per_group; }, channel)};
       },
       .errors = {{"groups", [=] { group_norm(x, 3); }, "divisible by num_groups"}}});
  rows.push_back(
      {.name = "instance_norm",
       .call = [](const Tensors& in) -> Tensors {
         const Tensor mean = full({2}, 0.5, in[0].options()), var = full({2}, 2, in[0].options());
         const Tensor out =
             instance_norm(in[0], input_or_none(in, 1), input_or_none(in, 2), mean, var, true, 0.1, 1e-3);
         return {out, mean, var};
       },
       .samples =
           [] {
             return shapes({{{2, 2, 3}, {2}, {2}}, {{1, 2, 2, 2}}, {{3, 2, 2, 1, 2}, {2}}});
           },
       .reference = [=](const Tensors& in) -> Tensors {
         const Tensor out = normalise_loops(
             in[0], input_or_none(in, 1), input_or_none(in, 2), 1e-3, in[0].size(0) * 2,
             [=](const Sizes& i) { return i[0] * 2 + i[1]; }, channel);
         const Array x(in[0].reshape({in[0].size(0), 2, -1}));
         std::vector<double> means, vars;
         for (int64_t c = 0; c < 2; ++c) {
           double mean = 0, var = 0;  // of all samples, each by itself
           for (int64_t n = 0; n < x.sizes[0]; ++n) {
             double sum = 0, square = 0;
             for (int64_t i = 0; i < x.sizes[2]; ++i) sum += x({n, c, i});
             for (int64_t i = 0; i < x.sizes[2]; ++i)
               square += std::pow(x({n, c, i}) - sum / double(x.sizes[2]), 2);
             mean += sum / double(x.sizes[2] * x.sizes[0]);
             var += square / double((x.sizes[2] - 1) * x.sizes[0]);
           }
           means.push_back(0.9 * 0.5 + 0.1 * mean);
           vars.push_back(0.9 * 2 + 0.1 * var);
         }
         return {out, make(means, {2}), make(vars, {2})};
       },
       .errors = {{"dimensions", [=] { instance_norm(uniform({3}), {}, {}, {}, {}, true, 0.1, 1e-5); },
                   "at least 2 dimensions"},
                  {"weight", [=] { instance_norm(x, uniform({3}), {}, {}, {}, true, 0.1, 1e-5); },
                   "of 2 elements, but got 3"},
                  {"statistics", [=] { instance_norm(x, {}, {}, {}, {}, false, 0.1, 1e-5); },
                   "to be defined when use_input_stats is false"}}});
}

OP_TABLE_TESTS(norm)

}  // namespace op_table
