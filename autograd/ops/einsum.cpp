// einsum: operands are permuted into one order of dimensions and contracted pair by pair as batched matrix
// products.
#include <algorithm>
#include <string>

#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/error.h>

namespace tengen {
namespace {

constexpr int kLetters = 52;  // labels 0-25: A-Z, 26-51: a-z; an ellipsis' dimensions follow

int label_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  fail("einsum(): subscripts must be in [a-zA-Z], '.' or ',', but found '", c, "'");
}

/// One operand's or the output's subscripts; an ellipsis is -1.
std::vector<int> parse(std::string_view text) {
  std::vector<int> labels;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (text[i] != '.') {
      labels.push_back(label_of(text[i]));
      continue;
    }
    TENGEN_CHECK(text.substr(i, 3) == "...", "einsum(): found '.' that is not part of any ellipsis in '",
                 text, "'");
    TENGEN_CHECK(std::count(labels.begin(), labels.end(), -1) == 0,
                 "einsum(): found more than one ellipsis in '", text, "'");
    labels.push_back(-1);
    i += 2;
  }
  return labels;
}

/// Sums a*b over the dimensions in `summed`, which stay with size 1. Both have the same number of dimensions;
/// those of size 1 are repeated.
Tensor contract(Tensor a, Tensor b, const std::vector<bool>& summed) {
  DimVector batch, left, both, right;
  for (int64_t d = 0; d < a.dim(); ++d) {
    const bool in_a = a.size(d) != 1, in_b = b.size(d) != 1;
    if (!summed[size_t(d)]) {
      (in_a && in_b ? batch : in_a ? left : right).push_back(d);
    } else if (in_a && in_b) {
      both.push_back(d);
    } else {
      if (in_a) a = a.sum({d}, true);
      if (in_b) b = b.sum({d}, true);
      right.push_back(d);
    }
  }
  const auto join = [](std::initializer_list<const DimVector*> groups) {
    DimVector all;
    for (const DimVector* group : groups)
      for (int64_t d : *group) all.push_back(d);
    return all;
  };
  const auto size = [](const Tensor& t, const DimVector& dims) {
    int64_t product = 1;
    for (int64_t d : dims) product *= t.size(d);
    return product;
  };
  const int64_t batches = size(a, batch), m = size(a, left), k = size(a, both), n = size(b, right);
  const Tensor product = bmm(a.permute(join({&batch, &left, &both, &right})).reshape({batches, m, k}),
                             b.permute(join({&batch, &both, &right, &left})).reshape({batches, k, n}));
  // (batches, m, n) -> (batch..., left..., right..., 1...) -> the order of the operands
  const DimVector order = join({&batch, &left, &right, &both});
  DimVector sizes, inverse(order.size(), 0);
  for (size_t i = 0; i < order.size(); ++i) {
    const bool is_summed = i >= order.size() - both.size();
    sizes.push_back(is_summed ? 1 : std::max(a.size(order[i]), b.size(order[i])));
    if (a.size(order[i]) == 0 || b.size(order[i]) == 0) sizes.back() = is_summed ? 1 : 0;
    inverse[size_t(order[i])] = int64_t(i);
  }
  return product.reshape(sizes).permute(inverse);
}

}  // namespace

Tensor einsum(std::string_view equation, TensorList operands) {
  TENGEN_CHECK(!operands.empty(), "einsum(): must provide at least one operand");
  if (CastOperands cast = to_autocast_type(operands[0], Autocast::CUDA))
    return einsum(equation, cast(operands));
  const size_t arrow = equation.find("->");
  std::vector<std::vector<int>> inputs;
  std::string_view left = equation.substr(0, arrow);
  for (;;) {
    const size_t comma = left.find(',');
    inputs.push_back(parse(left.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  TENGEN_CHECK(inputs.size() == operands.size(), "einsum(): the equation '", equation, "' has ",
               inputs.size(), " operands, but ", operands.size(), " tensors were given");

  int64_t ellipsis = 0;  // dimensions that it stands for, at most
  bool any_ellipsis = false;
  std::vector<int> count(kLetters, 0);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool has = std::count(inputs[i].begin(), inputs[i].end(), -1) > 0;
    const int64_t named = int64_t(inputs[i].size()) - has, rest = operands[i].dim() - named;
    TENGEN_CHECK(has ? rest >= 0 : rest == 0, "einsum(): operand ", i, " has ", operands[i].dim(),
                 " dimensions, but its subscripts name ", named);
    if (has) ellipsis = std::max(ellipsis, rest);
    any_ellipsis = any_ellipsis || has;
    for (int label : inputs[i])
      if (label >= 0) ++count[size_t(label)];
  }

  std::vector<int> output;
  if (arrow != std::string_view::npos) {
    output = parse(equation.substr(arrow + 2));
    TENGEN_CHECK(any_ellipsis || std::count(output.begin(), output.end(), -1) == 0,
                 "einsum(): the output has an ellipsis, but no operand has");
  } else {  // the ellipsis, then what occurs once, in alphabetical order
    if (any_ellipsis) output.push_back(-1);
    for (int label = 0; label < kLetters; ++label)
      if (count[size_t(label)] == 1) output.push_back(label);
  }

  // Positions of labels in the common order: the output's first, then those that are summed.
  std::vector<int> position(size_t(kLetters + ellipsis), -1);
  int dims = 0;
  const auto place = [&](int label) { position[size_t(label)] = dims++; };
  bool ellipsis_kept = false;
  for (int label : output) {
    if (label < 0) {
      for (int64_t e = 0; e < ellipsis; ++e) place(int(kLetters + e));
      ellipsis_kept = true;
      continue;
    }
    TENGEN_CHECK(position[size_t(label)] < 0,
                 "einsum(): a subscript appears more than once in the output of '", equation, "'");
    TENGEN_CHECK(count[size_t(label)] > 0, "einsum(): a subscript of the output appears in no operand of '",
                 equation, "'");
    place(label);
  }
  const int kept = dims;
  if (!ellipsis_kept)
    for (int64_t e = 0; e < ellipsis; ++e) place(int(kLetters + e));
  for (int label = 0; label < kLetters; ++label)
    if (count[size_t(label)] && position[size_t(label)] < 0) place(label);

  std::vector<int64_t> size(size_t(dims), 1);
  std::vector<size_t> last(size_t(dims), 0);  // the last operand with this dimension
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Tensor t = operands[i];
    std::vector<int64_t> source(size_t(dims), -1);  // position -> dimension of t
    int64_t d = 0;
    const auto take = [&](int label) {
      const size_t p = size_t(position[size_t(label)]);
      if (source[p] >= 0) {  // repeated within the operand: its diagonal
        TENGEN_CHECK(t.size(source[p]) == t.size(d), "einsum(): a subscript is repeated for operand ", i,
                     " but the sizes don't match, ", t.size(d), " != ", t.size(source[p]));
        t = t.diagonal(0, source[p], d).movedim(-1, source[p]);
        return;
      }
      TENGEN_CHECK(t.size(d) == size[p] || t.size(d) == 1 || size[p] == 1, "einsum(): dimension ", d,
                   " of operand ", i, " has size ", t.size(d),
                   " which does not broadcast with previously seen size ", size[p]);
      if (size[p] == 1) size[p] = t.size(d);
      last[p] = i;
      source[p] = d++;
    };
    const int64_t covered =
        operands[i].dim() - (int64_t(inputs[i].size()) - 1);  // by the ellipsis, if there is one
    for (int label : inputs[i]) {
      if (label >= 0)
        take(label);
      else
        for (int64_t e = ellipsis - covered; e < ellipsis; ++e) take(int(kLetters + e));
    }
    DimVector order;
    for (int64_t from : source)
      if (from >= 0) order.push_back(from);
    t = t.permute(order);
    for (size_t p = 0; p < size_t(dims); ++p)
      if (source[p] < 0) t = t.unsqueeze(int64_t(p));
    tensors.push_back(t);
  }

  Tensor result = tensors[0];
  const auto summed_by = [&](size_t operand) {
    std::vector<bool> summed(size_t(dims), false);
    for (size_t p = size_t(kept); p < size_t(dims); ++p) summed[p] = last[p] <= operand;
    return summed;
  };
  for (size_t i = 1; i < tensors.size(); ++i) result = contract(result, tensors[i], summed_by(i));
  if (tensors.size() == 1 && kept < dims) {
    DimVector all;
    for (int d = kept; d < dims; ++d) all.push_back(d);
    result = result.sum(all, true);
  }
  return result.reshape(result.sizes().slice(0, size_t(kept)));
}

}  // namespace tengen
