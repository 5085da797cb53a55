// Optimizers, without modules.
#include <tengen/autograd/ops/ops.h>
#include <tengen/optim/optim.h>

using namespace tengen;

int main() {
  const Tensor x = tensor(3.0, TensorOptions(kDouble).requires_grad(true));
  optim::SGD optimizer({x}, optim::SGDOptions(0.5));
  (x * x).backward();
  optimizer.step();
  return x.item<double>() == 0 ? 0 : 1;
}
