#include "mylib.h"

#include <tengen/torch.h>

bool gradient_agrees() {
  torch::manual_seed(0);
  torch::Tensor x = torch::rand({4, 3}), w = torch::rand({3, 2}, torch::requires_grad());
  torch::Tensor loss = x.mm(w).pow(2).sum();
  loss.backward();
  return torch::allclose(w.grad(), 2 * x.t().mm(x.mm(w)));
}
