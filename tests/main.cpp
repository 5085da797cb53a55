#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <tengen/tensor/allocator.h>

// Fresh memory is filled with NaN in all tests: a kernel that leaves a gap in its output is seen.
int main(int argc, char** argv) {
  tengen::set_poison_fresh_memory(true);
  return doctest::Context(argc, argv).run();
}
