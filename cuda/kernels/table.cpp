// The CUDA table.
#include <tengen/cuda/kernels/fill.h>

namespace tengen::cuda {

const Kernels& kernel_table() {
  static const Kernels table = [] {
    Kernels t{};
    t.name = "cuda";
    fill_memory(t);
    fill_pointwise(t);
    fill_reduce(t);
    fill_sort(t);
    fill_index(t);
    fill_random(t);
    fill_matmul(t);
    fill_conv(t);
    fill_pool(t);
    fill_resample(t);
    fill_softmax(t);
    fill_norm(t);
    fill_optim(t);
    return t;
  }();
  return table;
}

}  // namespace tengen::cuda
