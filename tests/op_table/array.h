// Values with a shape, for references written as plain loops.
#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

#include "table.h"

namespace op_table {

using Sizes = std::vector<int64_t>;

inline Sizes sizes_of(const Tensor& t) { return {t.sizes().begin(), t.sizes().end()}; }

struct Array {
  Sizes sizes;
  std::vector<double> data;

  explicit Array(const Tensor& t) : sizes(sizes_of(t)), data(values(t)) {}
  explicit Array(Sizes shape, double value = 0) : sizes(std::move(shape)) {
    int64_t count = 1;
    for (int64_t n : sizes) count *= n;
    data.assign(size_t(count), value);
  }
  size_t offset(std::initializer_list<int64_t> at) const {
    int64_t position = 0;
    size_t d = 0;
    for (int64_t i : at) position = position * sizes[d++] + i;
    return size_t(position);
  }
  double& operator()(std::initializer_list<int64_t> at) { return data[offset(at)]; }
  double operator()(std::initializer_list<int64_t> at) const { return data[offset(at)]; }
  Tensor tensor() const { return make(data, sizes); }
};

/// A sample per list of input shapes, of numbers in [lo, hi).
inline std::vector<Sample> shapes(std::vector<std::vector<Sizes>> cases, double lo = -1, double hi = 1) {
  std::vector<Sample> samples;
  for (const auto& inputs : cases) {
    Sample sample;
    for (const Sizes& sizes : inputs) {
      sample.inputs.push_back(uniform(sizes, lo, hi, sample.inputs.size() + 1));
      sample.what += tengen::detail::str(tengen::IntArrayRef(sizes), " ");
    }
    samples.push_back(sample);
  }
  return samples;
}

/// f of each row of t, its last dimension; the results are the rows of the new tensor.
inline Tensor rows_to(const Tensor& t,
                      const std::function<std::vector<double>(const std::vector<double>&)>& f) {
  const std::vector<double> v = values(t);
  Sizes sizes = sizes_of(t);
  const size_t n = size_t(sizes.back());
  std::vector<double> out;
  for (size_t i = 0; i < v.size(); i += n) {
    const std::vector<double> row = f({v.begin() + i, v.begin() + i + n});
    sizes.back() = int64_t(row.size());
    out.insert(out.end(), row.begin(), row.end());
  }
  return make(out, sizes);
}

/// Calls visit(index) for every index of a tensor of this shape, in order.
template <class Visit>
void each_index(const Sizes& sizes, Visit visit) {
  Sizes index(sizes.size(), 0);
  for (int64_t n : sizes)
    if (n == 0) return;
  for (;;) {
    visit(index);
    size_t d = sizes.size();
    while (d > 0 && ++index[d - 1] == sizes[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

}  // namespace op_table
