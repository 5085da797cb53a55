// The CUDA table.
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {

const Kernels& kernel_table() {
  static const Kernels table = [] {
    Kernels t{};
    t.name = "cuda";
    add_memory_kernels(t);
    add_pointwise_kernels(t);
    add_reduce_kernels(t);
    add_sort_kernels(t);
    add_index_kernels(t);
    add_random_kernels(t);
    add_matmul_kernels(t);
    add_conv_kernels(t);
    add_pool_kernels(t);
    add_resample_kernels(t);
    add_softmax_kernels(t);
    add_norm_kernels(t);
    add_optim_kernels(t);
    return t;
  }();
  return table;
}

}  // namespace tengen::cuda
