// einsum: operands are permuted into one order of dimensions and contracted pair by pair as batched matrix
// products.
#include <algorithm>
#include <string>

#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/error.h>

namespace tengen::inline api {
namespace {

constexpr int kLetters = 52;  // labels 0-25: A-Z, 26-51: a-z; an ellipsis' dimensions follow

int label_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  fail("einsum(): subscripts must be in [a-zA-Z], '.' or ',', but got '", c, "'");
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

/// The subscripts of a call, an ellipsis as -1.
struct Equation {
  std::string_view text;
  std::vector<std::vector<int>> inputs;
  std::vector<int> output;
  std::vector<int> count;  // by label: how often it stands in the inputs
  int64_t ellipsis = 0;    // dimensions that an ellipsis stands for, at most
  bool any_ellipsis = false;

  Equation(std::string_view equation, TensorList operands) : text(equation), count(kLetters, 0) {
    const size_t arrow = equation.find("->");
    std::string_view left = equation.substr(0, arrow);
    for (;;) {
      const size_t comma = left.find(',');
      inputs.push_back(parse(left.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      left.remove_prefix(comma + 1);
    }
    TENGEN_CHECK(inputs.size() == operands.size(), "einsum(): the equation '", equation, "' has ",
                 inputs.size(), " operands, but ", operands.size(), " tensors were given");
    count_labels(operands);
    if (arrow != std::string_view::npos) {
      output = parse(equation.substr(arrow + 2));
      TENGEN_CHECK(any_ellipsis || std::count(output.begin(), output.end(), -1) == 0,
                   "einsum(): the output has an ellipsis, but no operand has");
    } else {  // the ellipsis, then what occurs once, in alphabetical order
      if (any_ellipsis) output.push_back(-1);
      for (int label = 0; label < kLetters; ++label)
        if (count[size_t(label)] == 1) output.push_back(label);
    }
  }

 private:
  void count_labels(TensorList operands) {
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
  }
};

/// The common order of dimensions: the output's first, then those that are summed.
struct DimensionOrder {
  std::vector<int> position;  // by label; -1 for labels that do not occur
  int dims = 0, kept = 0;

  explicit DimensionOrder(const Equation& equation) : position(size_t(kLetters + equation.ellipsis), -1) {
    const auto place_ellipsis = [&] {
      for (int64_t e = 0; e < equation.ellipsis; ++e) position[size_t(kLetters + e)] = dims++;
    };
    bool ellipsis_kept = false;
    for (int label : equation.output) {
      if (label < 0) {
        place_ellipsis();
        ellipsis_kept = true;
        continue;
      }
      TENGEN_CHECK(position[size_t(label)] < 0,
                   "einsum(): a subscript appears more than once in the output of '", equation.text, "'");
      TENGEN_CHECK(equation.count[size_t(label)] > 0,
                   "einsum(): a subscript of the output appears in no operand of '", equation.text, "'");
      position[size_t(label)] = dims++;
    }
    kept = dims;
    if (!ellipsis_kept) place_ellipsis();
    for (int label = 0; label < kLetters; ++label)
      if (equation.count[size_t(label)] && position[size_t(label)] < 0) position[size_t(label)] = dims++;
  }
};

/// Operands in the common order, with size 1 where they lack a dimension.
struct AlignedOperands {
  std::vector<Tensor> tensors;
  std::vector<int64_t> size;  // by position
  std::vector<size_t> last;   // by position: the last operand with this dimension

  AlignedOperands(const Equation& equation, const DimensionOrder& order, TensorList operands)
      : size(size_t(order.dims), 1), last(size_t(order.dims), 0) {
    for (size_t i = 0; i < operands.size(); ++i) tensors.push_back(align(equation, order, operands[i], i));
  }

 private:
  Tensor align(const Equation& equation, const DimensionOrder& order, Tensor t, size_t operand) {
    std::vector<int64_t> source(size.size(), -1);  // position -> dimension of t
    int64_t d = 0;
    const auto take = [&](int label) {
      const size_t p = size_t(order.position[size_t(label)]);
      if (source[p] >= 0) {  // repeated within the operand: its diagonal
        TENGEN_CHECK(t.size(source[p]) == t.size(d), "einsum(): a subscript is repeated for operand ",
                     operand, " but the sizes don't match, ", t.size(d), " != ", t.size(source[p]));
        t = t.diagonal(0, source[p], d).movedim(-1, source[p]);
        return;
      }
      TENGEN_CHECK(t.size(d) == size[p] || t.size(d) == 1 || size[p] == 1, "einsum(): dimension ", d,
                   " of operand ", operand, " has size ", t.size(d),
                   " which does not broadcast with previously seen size ", size[p]);
      if (size[p] == 1) size[p] = t.size(d);
      last[p] = operand;
      source[p] = d++;
    };
    const std::vector<int>& labels = equation.inputs[operand];
    const int64_t covered = t.dim() - (int64_t(labels.size()) - 1);  // by the ellipsis, if there is one
    for (int label : labels) {
      if (label >= 0)
        take(label);
      else
        for (int64_t e = equation.ellipsis - covered; e < equation.ellipsis; ++e) take(int(kLetters + e));
    }
    DimVector dims;
    for (int64_t from : source)
      if (from >= 0) dims.push_back(from);
    t = t.permute(dims);
    for (size_t p = 0; p < source.size(); ++p)
      if (source[p] < 0) t = t.unsqueeze(int64_t(p));
    return t;
  }
};

}  // namespace

Tensor einsum(std::string_view text, TensorList operands) {
  TENGEN_CHECK(!operands.empty(), "einsum(): must provide at least one operand");
  if (CastOperands cast = to_autocast_type(operands[0], Autocast::CUDA)) return einsum(text, cast(operands));
  const Equation equation(text, operands);
  const DimensionOrder order(equation);
  const AlignedOperands aligned(equation, order, operands);

  Tensor result = aligned.tensors[0];
  for (size_t i = 1; i < aligned.tensors.size(); ++i) {
    std::vector<bool> summed(size_t(order.dims), false);  // what no later operand has
    for (size_t p = size_t(order.kept); p < summed.size(); ++p) summed[p] = aligned.last[p] <= i;
    result = contract(result, aligned.tensors[i], summed);
  }
  if (aligned.tensors.size() == 1 && order.kept < order.dims) {
    DimVector summed;
    for (int d = order.kept; d < order.dims; ++d) summed.push_back(d);
    result = result.sum(summed, true);
  }
  return result.reshape(result.sizes().slice(0, size_t(order.kept)));
}

}  // namespace tengen::inline api
