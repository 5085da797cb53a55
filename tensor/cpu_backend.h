// Private: not installed; no public header includes it.
// The tables of all instruction sets. A build has some of them, those for which TENGEN_HAVE_... is defined.
#pragma once

namespace tengen {

struct Kernels;
struct LinalgKernels;

namespace cpu {

namespace baseline {
const Kernels& kernel_table();
const LinalgKernels& linalg_table();
}  // namespace baseline
namespace avx2 {
const Kernels& kernel_table();
const LinalgKernels& linalg_table();
}  // namespace avx2
namespace avx512 {
const Kernels& kernel_table();
const LinalgKernels& linalg_table();
}  // namespace avx512

}  // namespace cpu
}  // namespace tengen
