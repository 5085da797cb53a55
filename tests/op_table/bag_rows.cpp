#include <algorithm>

#include <tengen/autograd/ops/layers.h>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

/// weight (n,D), numbers (L), offsets (B), perhaps factors (L).
Tensors bag_loops(const Tensors& in, int64_t mode, bool last, int64_t padding) {
  const Array weight(in[0]);
  const std::vector<double> numbers = values(in[1]), offsets = values(in[2]);
  const std::vector<double> factors = in.size() > 3 ? values(in[3]) : std::vector<double>(numbers.size(), 1);
  const int64_t bags = int64_t(offsets.size()) - last, width = weight.sizes[1];
  Array out({bags, width}), rows({bags, width}, -1);
  std::vector<double> bag_of, counts;
  for (int64_t b = 0; b < bags; ++b) {
    const auto end =
        size_t(b + 1 < int64_t(offsets.size()) ? offsets[size_t(b) + 1] : double(numbers.size()));
    int64_t count = 0;
    for (auto i = size_t(offsets[size_t(b)]); i < end; ++i) {
      bag_of.push_back(double(b));
      const auto row = int64_t(numbers[i]);
      if (row == padding) continue;
      for (int64_t k = 0; k < width; ++k) {
        const double v = weight({row, k}) * factors[i];
        double& sum = out({b, k});
        if (mode == 2 && (count == 0 || v > sum)) rows({b, k}) = double(row);
        sum = mode != 2 ? sum + v : count == 0 ? v : std::max(sum, v);
      }
      ++count;
    }
    counts.push_back(double(count));
    for (int64_t k = 0; k < width; ++k)
      if (mode == 1 && count) out({b, k}) /= double(count);
  }
  return {out.tensor(), make(bag_of, {int64_t(bag_of.size())}), make(counts, {bags}),
          mode == 2 ? rows.tensor() : make({}, {0})};
}

}  // namespace

void add_bag(Rows& rows) {
  const auto row = [&](int64_t mode, bool last, std::optional<int64_t> padding, bool weighted) {
    rows.push_back(
        {.name = "embedding_bag",
         .call = [=](const Tensors& in) -> Tensors {
           auto [out, bags, counts, chosen] =
               embedding_bag(in[0], in[1], in[2], false, mode, false,
                             weighted ? std::optional<Tensor>(in[3]) : std::nullopt, last, padding);
           return {out, bags, counts, chosen};
         },
         .samples =
             [=] {
               std::vector<Sample> samples{
                   {"bags", {distinct({5, 3}), tensor({1, 2, 4, 4, 0, 3, 1}), tensor({0, 2, 2, 6})}},
                   {"one bag", {distinct({5, 1}), tensor({1, 0, 1}), tensor({0})}}};
               if (last) samples.pop_back();
               if (!last)
                 samples.push_back({"no numbers", {distinct({5, 3}), empty({0}, kLong), tensor({0, 0})}});
               if (weighted)
                 for (Sample& sample : samples) sample.inputs.push_back(uniform(sizes_of(sample.inputs[1])));
               return samples;
             },
         .reference = [=](const Tensors& in) { return bag_loops(in, mode, last, padding.value_or(-1)); }});
  };
  row(0, false, std::nullopt, false);
  const Tensor w = uniform({3, 2}), numbers = tensor({0, 2}), begin = tensor({0});
  rows.back().errors = {
      {"mode", [=] { embedding_bag(w, numbers, begin, false, 3); }, "mode has to be 0 (sum)"},
      {"sparse", [=] { embedding_bag(w, numbers, begin, false, 0, true); }, "set sparse to false"},
      {"offsets", [=] { embedding_bag(w, numbers, tensor({1})); }, "expected offsets to begin with 0"},
      {"last",
       [=] {
         embedding_bag(w, numbers, tensor({0, 3}));
       },
       "to ascend"},
      {"factors", [=] { embedding_bag(w, numbers, begin, false, 1, false, uniform({2})); },
       "only supported for mode 0"},
      {"row",
       [=] {
         embedding_bag(w, tensor({0, 3}), begin);
       },
       "out of bounds"},
      {"padding", [=] { embedding_bag(w, numbers, begin, false, 0, false, {}, false, 3); },
       "padding_idx must be within"}};
  row(0, false, 4, true);
  row(1, false, std::nullopt, false);
  row(1, true, 1, false);
  row(2, false, std::nullopt, false);
  row(2, false, 4, false);
}

OP_TABLE_TESTS(bag)

}  // namespace op_table
