// The CPU table of one instruction set.
#include <tengen/tensor/cpu/fill.h>

namespace tengen::cpu::TENGEN_ISA {

#define TENGEN_STRING_(x) #x
#define TENGEN_STRING(x) TENGEN_STRING_(x)

const Kernels& kernel_table() {
  static const Kernels table = [] {
    Kernels t{};
    t.name = "cpu/" TENGEN_STRING(TENGEN_ISA);
    fill_memory(t);
    fill_index(t);
    fill_sort(t);
    fill_random(t);
    fill_matmul(t);
    fill_conv(t);
    fill_pool(t);
    fill_norm(t);
    fill_pointwise(t);
    fill_reduce(t);
    fill_optim(t);
    return t;
  }();
  return table;
}

}  // namespace tengen::cpu::TENGEN_ISA
