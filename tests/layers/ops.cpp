// Operators, differentiated.
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/ops/ops.h>

using namespace tengen;

int main() {
  const Tensor x = tensor({1., 2.}, TensorOptions(kDouble).requires_grad(true));
  (x * x).sum().backward();
  return x.grad().equal(tensor({2., 4.}, kDouble)) ? 0 : 1;
}
