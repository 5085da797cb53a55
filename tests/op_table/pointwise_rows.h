// Samples that suit every elementwise operator, and short ways to write its row.
#pragma once

#include <cmath>
#include <utility>

#include "table.h"

namespace op_table {

/// Values of one operand: from a range, no nearer than `gap` to a kink.
struct Range {
  double lo = -2, hi = 2;
  std::vector<double> kinks = {};
  double gap = 0.05;

  Tensor values(std::vector<int64_t> sizes, uint64_t seed) const {
    Tensor out = uniform(std::move(sizes), lo, hi, seed);
    double* data = out.data_ptr<double>();
    for (int64_t i = 0; i < out.numel(); ++i)
      for (double kink : kinks)
        if (std::abs(data[i] - kink) < gap) data[i] = data[i] < kink ? kink - gap : kink + gap;
    return out;
  }
};

/// 0-d, empty, broadcast and large operands.
inline std::function<std::vector<Sample>()> samples(std::vector<Range> ranges) {
  return [ranges] {
    auto make = [&](const char* what, std::vector<std::vector<int64_t>> shapes) {
      Sample sample{what, {}};
      for (size_t k = 0; k < ranges.size(); ++k)
        sample.inputs.push_back(ranges[k].values(shapes[k % shapes.size()], 11 * k + 3));
      return sample;
    };
    std::vector<Sample> all = {make("0-d", {{}}), make("empty", {{0, 3}}), make("3x5", {{3, 5}}),
                               make("large", {{33, 1100}})};
    if (ranges.size() > 1) {
      all.push_back(make("broadcast", {{2, 3, 1}, {3, 4}, {4}}));
      all.push_back(make("0-d with dims", {{2, 3}, {}, {1, 3}}));
      all.push_back(make("dims with 0-d", {{}, {2, 3}, {3}}));
      all.push_back(make("many short rows", {{400, 2}, {400, 1}, {2}}));
    }
    return all;
  };
}

/// An operator of one tensor against a function of a double.
inline Row unary(std::string name, Tensor (*call)(const Tensor&), double (*reference)(double), Range range,
                 Tensor& (Tensor::*inplace)() const = nullptr) {
  Row row;
  row.name = name;
  row.call = [call](const Tensors& x) { return Tensors{call(x[0])}; };
  row.samples = samples({range});
  row.reference = [reference](const Tensors& x) {
    return elementwise(x, [reference](const std::vector<double>& v) { return reference(v[0]); });
  };
  if (inplace) {
    row.inplace = [inplace](Tensor& self, const Tensors&) -> Tensor& { return (self.*inplace)(); };
    row.also = {name + "_"};
  }
  return row;
}

/// An operator of several tensors against a function of as many doubles.
inline Row pointwise(std::string name, std::function<Tensor(const Tensors&)> call,
                     std::function<double(const std::vector<double>&)> reference, std::vector<Range> ranges,
                     std::function<Tensor&(Tensor&, const Tensors&)> inplace = nullptr,
                     std::vector<std::string> also = {}) {
  Row row;
  row.name = std::move(name);
  row.call = [call](const Tensors& x) { return Tensors{call(x)}; };
  row.samples = samples(std::move(ranges));
  row.reference = [reference](const Tensors& x) { return elementwise(x, reference); };
  row.inplace = std::move(inplace);
  row.also = std::move(also);
  return row;
}

}  // namespace op_table
