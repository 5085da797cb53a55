// The layer tensor/ alone: arrays, their memory and their text, without any gradient.
#include <iostream>
#include <sstream>

#include <tengen/tensor/compute.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/raw.h>

using namespace tengen;

int main() {
  const Tensor x = arange(6, kFloat), matrix = raw::view(x, {{2, 3}, {3, 1}, 0});
  const Tensor transposed = raw::contiguous(raw::view(matrix, raw::permute(matrix, {1, 0})));
  const Tensor sum = compute(Binary::add, transposed, Scalar(1));
  std::ostringstream text;
  text << sum;
  const Tensor expected = tensor({1, 4, 2, 5, 3, 6}, kFloat);
  for (int64_t i = 0; i < 6; ++i)
    if (sum.data_ptr<float>()[i] != expected.data_ptr<float>()[i]) return 1;
  return text.str().find("CPUFloatType{3,2}") == std::string::npos;
}
