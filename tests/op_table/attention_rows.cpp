#include <cmath>
#include <limits>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

/// One head after the other: query (heads,L,E), key (heads,S,E), value (heads,S,V). `bias` is what is added
/// to the score of query i and key j of a head.
template <class Bias>
Tensor attention_loops(const Tensor& query, const Tensor& key, const Tensor& value, double scale,
                       const Bias& bias) {
  const Array q(query), k(key), v(value);
  Array out({q.sizes[0], q.sizes[1], v.sizes[2]});
  for (int64_t h = 0; h < q.sizes[0]; ++h)
    for (int64_t i = 0; i < q.sizes[1]; ++i) {
      std::vector<double> weight;
      double total = 0;
      for (int64_t j = 0; j < k.sizes[1]; ++j) {
        double score = bias(h, i, j);
        for (int64_t e = 0; e < q.sizes[2]; ++e) score += q({h, i, e}) * k({h, j, e}) * scale;
        weight.push_back(std::exp(score));
        total += weight.back();
      }
      for (int64_t j = 0; total > 0 && j < k.sizes[1]; ++j)
        for (int64_t d = 0; d < v.sizes[2]; ++d) out({h, i, d}) += weight[size_t(j)] / total * v({h, j, d});
    }
  return out.tensor();
}

Tensor heads(const Tensor& t) { return t.reshape({-1, t.size(-2), t.size(-1)}); }

/// The sizes of query with the last one of value.
Sizes result_sizes(const Tensors& in) {
  Sizes sizes = sizes_of(in[0]);
  sizes.back() = in[2].size(-1);
  return sizes;
}

}  // namespace

void add_attention(Rows& rows) {
  const Tensor q = uniform({2, 3, 4}), k = uniform({2, 5, 4}), v = uniform({2, 5, 3});
  const auto none = [](int64_t, int64_t, int64_t) { return 0.0; };
  rows.push_back({.name = "scaled_dot_product_attention",
                  .call = [](const Tensors& in) -> Tensors {
                    return {scaled_dot_product_attention(in[0], in[1], in[2])};
                  },
                  .samples =
                      [] {
                        return shapes({{{2, 3, 4}, {2, 5, 4}, {2, 5, 3}},
                                       {{3, 2}, {2, 2}, {2, 1}},
                                       {{1, 2, 3, 2}, {1, 2, 2, 2}, {1, 2, 2, 2}},
                                       {{0, 3, 2}, {0, 2, 2}, {0, 2, 2}},
                                       {{1, 20, 4}, {1, 30, 4}, {1, 30, 4}}});
                      },
                  .reference = [=](const Tensors& in) -> Tensors {
                    if (in[0].numel() == 0) return {zeros(result_sizes(in), kDouble)};
                    return {attention_loops(heads(in[0]), heads(in[1]), heads(in[2]),
                                            1 / std::sqrt(in[0].size(-1)), none)
                                .reshape(result_sizes(in))};
                  },
                  .errors = {{"features",
                              [=] {
                                scaled_dot_product_attention(q, uniform({2, 5, 3}), v);
                              },
                              "expected query (...,L,E), key (...,S,E) and value (...,S,V)"},
                             {"dimensions", [=] { scaled_dot_product_attention(uniform({3}), k, v); },
                              "at least 2 dimensions"},
                             {"two masks",
                              [=] {
                                scaled_dot_product_attention(q, k, v, uniform({3, 5}), 0, /*is_causal=*/true);
                              },
                              "Explicit attn_mask should not be set when is_causal=True"},
                             {"mask's type",
                              [=] {
                                scaled_dot_product_attention(q, k, v, integers({3, 5}, 2));
                              },
                              "Expected attn_mask dtype to be bool or to match query dtype"},
                             {"probability", [=] { scaled_dot_product_attention(q, k, v, {}, 2); },
                              "has to be between 0 and 1"}}});
  rows.push_back({.name = "scaled_dot_product_attention",  // causal, with a scale
                  .call = [](const Tensors& in) -> Tensors {
                    return {scaled_dot_product_attention(in[0], in[1], in[2], {}, 0, true, -0.5)};
                  },
                  .samples =
                      [] {
                        return shapes({{{2, 4, 2}, {2, 3, 2}, {2, 3, 2}}, {{1, 2, 3}, {1, 4, 3}, {1, 4, 1}}});
                      },
                  .reference = [=](const Tensors& in) -> Tensors {
                    return {attention_loops(in[0], in[1], in[2], -0.5, [](int64_t, int64_t i, int64_t j) {
                      return j <= i ? 0.0 : kNever;
                    })};
                  }});
  rows.push_back(
      {.name = "scaled_dot_product_attention",  // numbers added to the scores of all heads
       .call = [](const Tensors& in) -> Tensors {
         return {scaled_dot_product_attention(in[0], in[1], in[2], in[3])};
       },
       .samples =
           [] {
             return shapes({{{2, 3, 2}, {2, 4, 2}, {2, 4, 2}, {3, 4}}});
           },
       .reference = [](const Tensors& in) -> Tensors {
         const Array mask(in[3]);
         return {attention_loops(in[0], in[1], in[2], 1 / std::sqrt(2.0), [&](int64_t, int64_t i, int64_t j) {
           return mask({i, j});
         })};
       }});
  // The first query of the second head attends to nothing.
  const auto attends = [](int64_t h, int64_t i, int64_t j) {
    return h == 1 && i == 0 ? false : (i + j) % 3 != 1;
  };
  rows.push_back({.name = "scaled_dot_product_attention",
                  .call = [=](const Tensors& in) -> Tensors {
                    std::vector<uint8_t> mask;
                    for (int64_t n = 0; n < 24; ++n) mask.push_back(attends(n / 12, n / 4 % 3, n % 4));
                    return {scaled_dot_product_attention(
                        in[0], in[1], in[2], tensor(mask).reshape({2, 3, 4}).to(kBool).to(in[0].device()))};
                  },
                  .samples =
                      [] {
                        return shapes({{{2, 3, 2}, {2, 4, 2}, {2, 4, 2}}});
                      },
                  .reference = [=](const Tensors& in) -> Tensors {
                    return {attention_loops(
                        in[0], in[1], in[2], 1 / std::sqrt(2.0),
                        [&](int64_t h, int64_t i, int64_t j) { return attends(h, i, j) ? 0 : kNever; })};
                  }});
  rows.push_back(
      {.name = "scaled_dot_product_attention",  // two queries' heads per head of key and value
       .call = [](const Tensors& in) -> Tensors {
         return {scaled_dot_product_attention(in[0], in[1], in[2], {}, 0, false, {}, true)};
       },
       .samples =
           [] {
             return shapes({{{4, 3, 2}, {2, 2, 2}, {2, 2, 2}}});
           },
       .reference = [=](const Tensors& in) -> Tensors {
         const Tensor twice = tensor({0, 0, 1, 1});
         return {attention_loops(in[0], in[1].index_select(0, twice), in[2].index_select(0, twice),
                                 1 / std::sqrt(2.0), none)};
       },
       .errors = {{"heads",
                   [=] {
                     scaled_dot_product_attention(uniform({3, 3, 4}), k, v, {}, 0, false, {}, true);
                   },
                   "the number of heads of query must be a multiple"}}});
}

OP_TABLE_TESTS(attention)

}  // namespace op_table
