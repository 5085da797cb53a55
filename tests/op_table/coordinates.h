// References of operators that move elements: which element of the input stands at which place of the output.
#pragma once

#include <string>
#include <utility>

#include "table.h"

namespace op_table {

using Coordinates = std::vector<int64_t>;

/// A tensor's elements by coordinates.
struct Plain {
  std::vector<double> data;
  Coordinates sizes;

  explicit Plain(const Tensor& t) : data(values(t)), sizes(t.sizes().begin(), t.sizes().end()) {}
  double operator()(const Coordinates& at) const {
    int64_t position = 0;
    for (size_t d = 0; d < sizes.size(); ++d) position = position * sizes[d] + at.at(d);
    return data.at(size_t(position));
  }
};

/// One shape per name; the values do not matter.
inline auto shapes(std::vector<std::pair<std::string, Coordinates>> list) {
  return [list] {
    std::vector<Sample> out;
    for (const auto& [what, sizes] : list) out.push_back({what, {uniform(sizes)}});
    return out;
  };
}

/// Calls visit(coordinates) for all places of `sizes` in order.
template <class Visit>
void for_each_place(const Coordinates& sizes, const Visit& visit) {
  int64_t count = 1;
  for (int64_t size : sizes) count *= size;
  Coordinates at(sizes.size());
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i;
    for (size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) at[d] = rest % sizes[d];
    visit(at);
  }
}

/// The tensor of `sizes` with element(coordinates) everywhere.
template <class Element>
Tensor build(const Coordinates& sizes, const Element& element) {
  std::vector<double> out;
  for_each_place(sizes, [&](const Coordinates& at) { out.push_back(element(at)); });
  return make(out, sizes);
}

}  // namespace op_table
