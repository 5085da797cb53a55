#include <tengen/tensor/kernels.h>

#include <cstdlib>
#include <string_view>

#include <tengen/tensor/cuda_backend.h>

namespace tengen {

#define TENGEN_TABLE(isa)        \
  namespace cpu::isa {           \
  const Kernels& kernel_table(); \
  }
#ifdef TENGEN_HAVE_baseline
TENGEN_TABLE(baseline)
#endif
#ifdef TENGEN_HAVE_avx2
TENGEN_TABLE(avx2)
#endif
#ifdef TENGEN_HAVE_avx512
TENGEN_TABLE(avx512)
#endif
#undef TENGEN_TABLE

namespace {

// The best table that this processor can run; TENGEN_CPU=baseline|avx2|avx512 asks for a lesser one.
const Kernels& choose_cpu_table() {
  const char* wish = std::getenv("TENGEN_CPU");
  [[maybe_unused]] auto wanted = [&](std::string_view isa) { return !wish || wish == isa; };
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
#ifdef TENGEN_HAVE_avx512
  if (wanted("avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return cpu::avx512::kernel_table();
#endif
#ifdef TENGEN_HAVE_avx2
  if ((wanted("avx2") || wanted("avx512")) && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return cpu::avx2::kernel_table();
#endif
#ifdef TENGEN_HAVE_baseline
  return cpu::baseline::kernel_table();
#else
  fail("this build has no CPU kernels for this processor (", wish ? wish : "any",
       "); build without TENGEN_NATIVE_ONLY");
#endif
}

}  // namespace

const Kernels& kernels(DeviceType type) {
  if (type == kCPU) [[likely]] {
    static const Kernels& table = choose_cpu_table();
    return table;
  }
  return cuda::kernel_table();
}

}  // namespace tengen
