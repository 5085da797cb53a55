// The graph without any operator but those that it has itself: a rule, and a backward pass.
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/record.h>
#include <tengen/tensor/factories.h>

using namespace tengen;

namespace {

Tensor twice(const Tensor& x) {
  return autograd::record(
      "twice", compute(Binary::mul, x, Scalar(2)), {x}, {},
      [](autograd::Node&, const Tensor& grad) -> autograd::Grads { return {twice(grad)}; });
}

}  // namespace

int main() {
  const Tensor x = tensor(3.0, TensorOptions(kDouble).requires_grad(true));
  twice(twice(x)).backward();
  twice(x).backward();
  return x.grad().item<double>() == 6 ? 0 : 1;
}
