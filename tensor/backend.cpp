#include <tengen/tensor/kernels.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/tensor/cpu_backend.h>
#include <tengen/tensor/cuda_backend.h>

namespace tengen {
namespace {

// A set of CPU kernels that this build has, and whether the processor can run it.
struct InstructionSet {
  const char* name;
  bool runs;
  const Kernels& (*table)();
};

// The best first.
std::vector<InstructionSet> instruction_sets() {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  return {
#ifdef TENGEN_HAVE_avx512
      {"avx512",
       __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"),
       cpu::avx512::kernel_table},
#endif
#ifdef TENGEN_HAVE_avx2
      {"avx2", __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), cpu::avx2::kernel_table},
#endif
#ifdef TENGEN_HAVE_baseline
      {"baseline", true, cpu::baseline::kernel_table},
#endif
  };
}

// The best that the processor can run, or the one that TENGEN_CPU asks for.
const Kernels& choose_cpu_table() {
  const char* variable = std::getenv("TENGEN_CPU");
  const std::string_view wish = variable ? variable : "";
  std::string choice;
  for (const InstructionSet& set : instruction_sets()) {
    if (set.runs && (wish.empty() || wish == set.name)) return set.table();
    if (set.runs) choice += choice.empty() ? set.name : std::string(", ") + set.name;
  }
  if (!choice.empty())
    fail("TENGEN_CPU is '", wish,
         "': this build has no such instruction set that this processor runs; it can be ", choice,
         ", or unset for the first of these");
  fail("this build has no CPU kernels for this processor; build without TENGEN_NATIVE_ONLY");
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
