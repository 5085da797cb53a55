// The CPU table of one instruction set.
#include <tengen/tensor/cpu/families.h>

namespace tengen::cpu::TENGEN_ISA {

#define TENGEN_STRING_(x) #x
#define TENGEN_STRING(x) TENGEN_STRING_(x)

const Kernels& kernel_table() {
  static const Kernels table = [] {
    Kernels t{};
    t.name = "cpu/" TENGEN_STRING(TENGEN_ISA);
    add_memory_kernels(t);
    add_index_kernels(t);
    add_sort_kernels(t);
    add_random_kernels(t);
    add_matmul_kernels(t);
    add_conv_kernels(t);
    add_pool_kernels(t);
    add_norm_kernels(t);
    add_pointwise_kernels(t);
    add_reduce_kernels(t);
    add_optim_kernels(t);
    return t;
  }();
  return table;
}

}  // namespace tengen::cpu::TENGEN_ISA
