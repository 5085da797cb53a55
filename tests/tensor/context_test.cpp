// The switches that let a GPU round float32 products.
#include <doctest/doctest.h>

#include <tengen/tensor/context.h>
#include <tengen/tensor/error.h>

using namespace tengen;

TEST_CASE("precision: the global context") {
  Context& context = globalContext();
  CHECK(context.float32MatmulPrecision() == Float32MatmulPrecision::HIGHEST);
  CHECK(!context.allowTF32CuBLAS());
  CHECK(!context.allowTF32CuDNN());
  for (const char* name : {"high", "medium"}) {
    context.setFloat32MatmulPrecision(name);
    CHECK(context.allowTF32CuBLAS());
  }
  context.setFloat32MatmulPrecision("highest");
  CHECK(!context.allowTF32CuBLAS());
  context.setAllowTF32CuBLAS(true);
  CHECK(context.float32MatmulPrecision() == Float32MatmulPrecision::HIGH);
  context.setAllowTF32CuBLAS(false);
  CHECK_THROWS_WITH_AS(context.setFloat32MatmulPrecision("low"), doctest::Contains("but got \"low\""), Error);
}
