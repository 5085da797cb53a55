#include <tengen/tensor/linalg_kernels.h>

#include <string_view>

#include <tengen/tensor/cpu_backend.h>
#include <tengen/tensor/error.h>
#include <tengen/tensor/kernels.h>

namespace tengen {
namespace {

// The best of this build that goes no further than the set of the kernels, which the processor has.
const LinalgKernels& table_beside([[maybe_unused]] std::string_view kernels) {
#ifdef TENGEN_HAVE_avx512
  if (kernels == "cpu/avx512") return cpu::avx512::linalg_table();
#endif
#ifdef TENGEN_HAVE_avx2
  if (kernels == "cpu/avx512" || kernels == "cpu/avx2") return cpu::avx2::linalg_table();
#endif
#ifdef TENGEN_HAVE_baseline
  return cpu::baseline::linalg_table();
#else
  fail("this build has no linear algebra for the instruction set ", kernels);
#endif
}

}  // namespace

const LinalgKernels& linalg_kernels() {
  static const LinalgKernels& table = table_beside(kernels(kCPU).name);
  return table;
}

}  // namespace tengen
