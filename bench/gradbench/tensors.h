// What the evals share: tensors from JSON and back, and derivatives as values.
#pragma once

#include <utility>

#include <nlohmann/json.hpp>

#include <tengen/bench/gradbench/protocol.h>
#include <tengen/torch.h>

namespace gradbench {

using torch::Tensor;

/// A number, or lists nested to any depth, as float64.
Tensor tensor(const json& values);
/// A list of whole numbers, as int64.
Tensor indices(const std::vector<int64_t>& values);
json values(const Tensor& tensor);

/// A task whose result is one tensor.
template <class Function>
Task task(Function function) {
  return task(std::move(function), [](const Tensor& result) { return values(result); });
}

/// The value alone: nothing is recorded.
template <class Function>
Task value_task(Function function) {
  return task([function] {
    torch::NoGradGuard guard;
    return function();
  });
}

/// The gradient of the sum of `of`.
Tensor gradient(const Tensor& of, const Tensor& input, bool create_graph = false);

/// The derivative of `of` with `input` moving along `tangent`, shaped like `of`: forward mode by two backward
/// passes. The first one is linear in its cotangent, and the second differentiates it by that.
Tensor derivative_along(const Tensor& tangent, const Tensor& of, const Tensor& input,
                        bool create_graph = false);

}  // namespace gradbench
