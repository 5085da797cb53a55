// Modules, without optimizers.
#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/nn.h>

using namespace tengen;

int main() {
  nn::Sequential net(nn::Linear(4, 3), nn::ReLU(), nn::Linear(3, 2));
  net->forward(ones({5, 4})).sum().backward();
  return net->parameters().size() == 4 && net->parameters()[0].grad().defined() ? 0 : 1;
}
