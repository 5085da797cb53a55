// Modules with weights that a formula gives, and numbers to compare with.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/module.h>

/// Element i is sin(0.7 * i + phase) / 2; float64.
inline tengen::Tensor ramp(tengen::IntArrayRef sizes, double phase = 0) {
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  return ((tengen::arange(count, tengen::kDouble) * 0.7 + phase).sin() / 2).reshape(sizes);
}

/// The module in float64, its parameter number k a ramp with phase k.
template <class Holder>
Holder filled(Holder module) {
  tengen::NoGradGuard no_grad;
  module->to(tengen::kDouble);
  double phase = 0;
  for (const tengen::Tensor& parameter : module->parameters())
    parameter.copy_(ramp(parameter.sizes(), phase++));
  return module;
}

inline void check_values(const tengen::Tensor& found, const std::vector<double>& expected,
                         double tolerance = 1e-9) {
  const tengen::Tensor flat = found.detach().reshape(-1).to(tengen::kDouble);
  REQUIRE(flat.numel() == int64_t(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(flat[int64_t(i)].item<double>() - expected[i]) <= tolerance * (1 + std::abs(expected[i])));
  }
}
