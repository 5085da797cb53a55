// Reference arrays as tensors.
#pragma once

#include <cmath>
#include <limits>

#include <tengen/tests/detector/golden.h>
#include <tengen/torch.h>

namespace golden {

/// The array `name` of a case, converted to float32.
inline tengen::Tensor load(const Case& c, const std::string& name) {
  const auto values = c.values<float>(name);
  return tengen::tensor(values).view(c.shape(name));
}

inline std::vector<double> to_vector(const tengen::Tensor& t) {
  const tengen::Tensor flat = t.detach().to(tengen::kDouble).contiguous();
  const auto* data = flat.data_ptr<double>();
  return {data, data + flat.numel()};
}

/// The largest excess of |found - expected| over absolute + relative * |expected|; not above 0 when all
/// agree. Infinity when sizes differ or one side is NaN.
inline double excess(const std::vector<double>& found, const std::vector<double>& expected, double absolute,
                     double relative) {
  if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double worst = -absolute;
  for (size_t i = 0; i < found.size(); ++i) {
    const double e = std::abs(found[i] - expected[i]) - absolute - relative * std::abs(expected[i]);
    if (!(e <= worst)) worst = std::isnan(e) ? std::numeric_limits<double>::infinity() : e;
  }
  return worst;
}

inline double excess(const tengen::Tensor& found, const Case& c, const std::string& name, double absolute,
                     double relative) {
  return excess(to_vector(found), c.values<double>(name), absolute, relative);
}

}  // namespace golden
