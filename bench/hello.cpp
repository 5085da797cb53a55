// The smallest useful program: its compile time, start and size are what a user of the library pays for
// everything.
#include <tengen/torch.h>

#include <iostream>

int main() {
  torch::Tensor x = torch::ones({2, 3});
  std::cout << x.sum().item<float>() << "\n";
}
