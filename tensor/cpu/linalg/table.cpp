// The table of linear algebra of one instruction set.
#include <tengen/tensor/cpu/linalg/matrices.h>

namespace tengen::cpu::TENGEN_ISA {

const LinalgKernels& linalg_table() {
  static const LinalgKernels table = [] {
    LinalgKernels t{};
    add_factor_kernels(t);
    add_spectral_kernels(t);
    return t;
  }();
  return table;
}

}  // namespace tengen::cpu::TENGEN_ISA
