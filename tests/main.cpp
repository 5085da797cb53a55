#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <tengen/tensor/allocator.h>

// As without sanitizers: who asks for too much memory gets none, and the process goes on.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }

// Fresh memory is filled with NaN in all tests: a kernel that leaves a gap in its output is seen.
int main(int argc, char** argv) {
  tengen::set_poison_fresh_memory(true);
  return doctest::Context(argc, argv).run();
}
