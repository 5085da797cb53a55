#include <tengen/torch.h>

#include <cstdio>

int main() {
  torch::manual_seed(0);
  torch::Tensor x = torch::rand({4, 3}), w = torch::rand({3, 2}, torch::requires_grad());
  torch::Tensor loss = x.mm(w).pow(2).sum();
  loss.backward();
  bool good = torch::allclose(w.grad(), 2 * x.t().mm(x.mm(w)));
  std::printf("%s\n", good ? "gradient agrees" : "gradient differs");
  return good ? 0 : 1;
}
