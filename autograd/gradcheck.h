// Checks gradients against finite differences, as torch.autograd.gradcheck does.
#pragma once

#include <functional>
#include <string>
#include <type_traits>

#include <tengen/autograd/autograd.h>

namespace tengen::autograd {

/// PyTorch's defaults; meant for float64 inputs (float32 has too few digits for eps = 1e-6).
struct GradcheckOptions {
  double eps = 1e-6;   // step of the central differences
  double atol = 1e-5;  // |analytical - numerical| <= atol + rtol * |numerical|
  double rtol = 1e-3;
  double nondet_tol = 0;             // two backward runs may differ by this much
  bool check_undefined_grad = true;  // an undefined cotangent must count as zero
  bool raise_exception = true;       // throw Error with the reason, else return false
  bool fast_mode =
      false;          // compare v^T J u for random u, v of norm 1: two forwards and one backward per pair
  uint64_t seed = 0;  // of u, v and of gradgradcheck's cotangents
};

using CheckedFunction = std::function<variable_list(const variable_list&)>;

/// Whether the gradients of `function` with respect to those `inputs` that require one agree with central
/// differences. In the normal mode the whole Jacobian is compared: inputs' elements times two evaluations,
/// outputs' elements times one backward pass. Inputs must not be expanded tensors; their data are restored.
bool gradcheck(const CheckedFunction& function, const variable_list& inputs,
               const GradcheckOptions& options = {});

/// The same for the gradients of the gradients: gradcheck of (inputs, cotangents) -> gradients, with random
/// cotangents unless `grad_outputs` are given.
bool gradgradcheck(const CheckedFunction& function, const variable_list& inputs,
                   const variable_list& grad_outputs = {}, const GradcheckOptions& options = {});

/// For functions that return one tensor.
template <class F>
requires std::is_convertible_v<std::invoke_result_t<F, const variable_list&>, Tensor>
bool gradcheck(F function, const variable_list& inputs, const GradcheckOptions& options = {}) {
  return gradcheck(CheckedFunction([&](const variable_list& x) { return variable_list{function(x)}; }),
                   inputs, options);
}
template <class F>
requires std::is_convertible_v<std::invoke_result_t<F, const variable_list&>, Tensor>
bool gradgradcheck(F function, const variable_list& inputs, const variable_list& grad_outputs = {},
                   const GradcheckOptions& options = {}) {
  return gradgradcheck(CheckedFunction([&](const variable_list& x) { return variable_list{function(x)}; }),
                       inputs, grad_outputs, options);
}

}  // namespace tengen::autograd
