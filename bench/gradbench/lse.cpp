// lse: log of the sum of exponentials, from maximum, exp, sum and log.
#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

Tensor log_sum_exp(const Tensor& x) {
  const Tensor highest = x.max();
  return (x - highest).exp().sum().log() + highest;
}

}  // namespace

Functions lse() {
  return {{"primal",
           [](const json& input) {
             const Tensor x = tensor(input.at("x"));
             return value_task([=] { return log_sum_exp(x); });
           }},
          {"gradient", [](const json& input) {
             const Tensor x = tensor(input.at("x")).requires_grad_();
             return task([=] { return gradient(log_sum_exp(x), x); });
           }}};
}

}  // namespace gradbench
