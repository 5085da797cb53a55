// A custom loss out of differentiable primitives differentiates itself, to any order: nobody writes a
// backward rule.
#include <tengen/autograd/gradcheck.h>
#include <tengen/torch.h>

#include <cstdio>

// Focal loss (Lin et al. 2017, arXiv:1708.02002) on logits.
torch::Tensor focal_loss(const torch::Tensor& logits, const torch::Tensor& targets, double gamma = 2,
                         double alpha = 0.25) {
  torch::Tensor p = logits.sigmoid();
  torch::Tensor pt = targets * p + (1 - targets) * (1 - p);
  torch::Tensor weight = targets * alpha + (1 - targets) * (1 - alpha);
  return -(weight * (1 - pt).pow(gamma) * pt.log()).mean();
}

int main() {
  torch::manual_seed(0);
  torch::Tensor logits = torch::randn({4, 5}, torch::dtype(torch::kFloat64).requires_grad(true));
  torch::Tensor targets = (torch::rand({4, 5}, torch::kFloat64) > 0.5).to(torch::kFloat64);

  torch::Tensor loss = focal_loss(logits, targets);
  loss.backward();
  std::printf("loss %.6f, norm of its gradient %.6f\n", loss.item<double>(),
              logits.grad().norm().item<double>());

  auto function = [&](const torch::autograd::variable_list& x) { return focal_loss(x[0], targets); };
  bool first = torch::autograd::gradcheck(function, {logits}),
       second = torch::autograd::gradgradcheck(function, {logits});
  std::printf("gradcheck %s, gradgradcheck %s\n", first ? "passed" : "failed", second ? "passed" : "failed");
}
