// det: the determinant by expansion along the rows. Each minor is computed once, all minors of one size
// together.
#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

// The minors of `size` bottom rows, one for each choice of as many columns, from those of one row less.
struct Expansion {
  Tensor columns;    // (minors * size): the chosen columns, whose elements of the top row are the factors
  Tensor remainder;  // (minors * size): the smaller minor without that column, by its number
  Tensor signs;      // (size)
};

// For the sizes 2 to n. Sets of columns are bits of a number; the minors of one size are in its order.
std::vector<Expansion> expansions(int64_t n) {
  std::vector<int64_t> number(size_t(1) << n);
  std::vector<Expansion> result;
  for (int64_t size = 1; size <= n; ++size) {
    std::vector<int64_t> columns, remainder;
    int64_t count = 0;
    for (size_t set = 1; set < number.size(); ++set) {
      if (__builtin_popcountll(set) != size) continue;
      number[set] = count++;
      for (int64_t column = 0; column < n; ++column) {
        const size_t bit = size_t(1) << column;
        if (!(set & bit)) continue;
        columns.push_back(column);
        remainder.push_back(number[set ^ bit]);
      }
    }
    if (size == 1) continue;
    Tensor signs = torch::ones({size}, torch::kFloat64);
    for (int64_t i = 1; i < size; i += 2) signs[i] = -1;
    result.push_back({indices(columns), indices(remainder), signs});
  }
  return result;
}

Tensor determinant(const Tensor& a, const std::vector<Expansion>& expansions) {
  const std::vector<Tensor> rows = a.unbind(0);
  Tensor minors = rows.back();
  for (size_t i = 0; i < expansions.size(); ++i) {
    const auto& [columns, remainder, signs] = expansions[i];
    const Tensor factors =
        rows[rows.size() - 2 - i].index_select(0, columns).view({-1, signs.size(0)}) * signs;
    minors = (factors * minors.index_select(0, remainder).view_as(factors)).sum(1);
  }
  return minors;
}

}  // namespace

Functions det() {
  return {{"primal",
           [](const json& input) {
             const int64_t n = input.at("ell");
             const Tensor a = tensor(input.at("A")).view({n, n});
             const auto plan = expansions(n);
             return value_task([=] { return determinant(a, plan).sum(); });
           }},
          {"gradient", [](const json& input) {
             const int64_t n = input.at("ell");
             const Tensor a = tensor(input.at("A")).view({n, n}).requires_grad_();
             const auto plan = expansions(n);
             return task([=] { return gradient(determinant(a, plan), a).flatten(); });
           }}};
}

}  // namespace gradbench
