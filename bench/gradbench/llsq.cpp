// llsq: the least squares objective of a polynomial that is fitted to the sign function at n points of [-1,
// 1].
#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

Tensor objective(const Tensor& x, int64_t n) {
  const int64_t m = x.size(0);
  const Tensor t = torch::arange(n, torch::kFloat64) * 2 / (n - 1) - 1;
  const Tensor one = torch::ones({n, 1}, torch::kFloat64);
  const Tensor powers = torch::cat({one, t.unsqueeze(1).expand({n, m - 1})}, 1).cumprod(1);  // (n, m)
  return (t.sign() - powers.mv(x)).square().sum() / 2;
}

}  // namespace

Functions llsq() {
  return {{"primal",
           [](const json& input) {
             const Tensor x = tensor(input.at("x"));
             const int64_t n = input.at("n");
             return value_task([=] { return objective(x, n); });
           }},
          {"gradient", [](const json& input) {
             const Tensor x = tensor(input.at("x")).requires_grad_();
             const int64_t n = input.at("n");
             return task([=] { return gradient(objective(x, n), x); });
           }}};
}

}  // namespace gradbench
