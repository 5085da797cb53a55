// hello: the square of a number and its derivative.
#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {

Functions hello() {
  return {{"square",
           [](const json& input) {
             const Tensor x = tensor(input);
             return value_task([=] { return x * x; });
           }},
          {"double", [](const json& input) {
             const Tensor x = tensor(input).requires_grad_();
             return task([=] { return gradient(x * x, x); });
           }}};
}

}  // namespace gradbench
