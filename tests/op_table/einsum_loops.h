// The reference of einsum and of matrix products.
#pragma once

#include <map>
#include <string>

#include "array.h"

namespace op_table {

/// Every label of `equation` (no ellipsis) takes all its values; products are added where the output's labels
/// point.
inline Tensor einsum_loops(const std::string& equation, const Tensors& inputs) {
  const size_t arrow = equation.find("->");
  const std::string left = equation.substr(0, arrow) + ",", output = equation.substr(arrow + 2);
  std::vector<std::string> operands;
  for (size_t begin = 0, comma; (comma = left.find(',', begin)) != std::string::npos; begin = comma + 1)
    operands.push_back(left.substr(begin, comma - begin));
  std::map<char, int64_t> size;
  std::vector<Array> arrays;
  for (size_t k = 0; k < operands.size(); ++k) {
    arrays.emplace_back(inputs[k]);
    for (size_t d = 0; d < operands[k].size(); ++d) {
      int64_t& n = size.try_emplace(operands[k][d], 1).first->second;
      if (arrays[k].sizes[d] != 1) n = arrays[k].sizes[d];
    }
  }
  Sizes all, shape;
  std::map<char, size_t> place;
  for (auto [label, n] : size) place[label] = all.size(), all.push_back(n);
  for (char label : output) shape.push_back(size[label]);
  Array result(shape);
  each_index(all, [&](const Sizes& index) {
    double product = 1;
    for (size_t k = 0; k < operands.size(); ++k) {
      int64_t at = 0;
      for (size_t d = 0; d < operands[k].size(); ++d) {
        const int64_t n = arrays[k].sizes[d];
        at = at * n + (n == 1 ? 0 : index[place[operands[k][d]]]);
      }
      product *= arrays[k].data[size_t(at)];
    }
    int64_t at = 0;
    for (size_t d = 0; d < output.size(); ++d) at = at * shape[d] + index[place[output[d]]];
    result.data[size_t(at)] += product;
  });
  return result.tensor();
}

}  // namespace op_table
