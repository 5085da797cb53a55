// What operators on planes (..., H, W) have in common.
#pragma once

#include "array.h"

namespace op_table {

/// Collapses all but the last two dimensions.
inline Array planes_of(const Tensor& t) {
  Array x(t);
  const int64_t h = t.size(-2), w = t.size(-1);
  x.sizes = {h > 0 && w > 0 ? int64_t(x.data.size()) / (h * w) : 0, h, w};
  return x;
}
inline Tensor from_planes(const Array& a, const Tensor& like) {
  Sizes sizes = sizes_of(like);
  sizes[sizes.size() - 2] = a.sizes[1];
  sizes[sizes.size() - 1] = a.sizes[2];
  return make(a.data, sizes);
}

inline std::vector<Sample> planes(std::vector<Sizes> cases) {
  std::vector<Sample> samples;
  for (const Sizes& sizes : cases)
    samples.push_back({tengen::detail::str(tengen::IntArrayRef(sizes)), {distinct(sizes, 0.1)}});
  return samples;
}

}  // namespace op_table
