// Files of tensors, without gradients.
#include <cstdio>
#include <string>

#include <tengen/io/numpy.h>
#include <tengen/tensor/factories.h>

using namespace tengen;

int main(int, char** arguments) {
  const std::string path = std::string(arguments[0]) + ".npy";
  io::save_npy(path, arange(5));
  const Tensor x = io::load_npy(path);
  std::remove(path.c_str());
  return x.numel() == 5 && x.data_ptr<int64_t>()[4] == 4 ? 0 : 1;
}
