#include <tengen/tensor/context.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <tengen/tensor/cuda.h>
#include <tengen/tensor/error.h>

namespace tengen::inline api {

Float32MatmulPrecision Context::float32MatmulPrecision() const { return matmul_; }
void Context::setFloat32MatmulPrecision(Float32MatmulPrecision precision) { matmul_ = precision; }
void Context::setFloat32MatmulPrecision(std::string_view name) {
  if (name == "highest")
    matmul_ = Float32MatmulPrecision::HIGHEST;
  else if (name == "high")
    matmul_ = Float32MatmulPrecision::HIGH;
  else if (name == "medium")
    matmul_ = Float32MatmulPrecision::MEDIUM;
  else
    fail("setFloat32MatmulPrecision: expected \"highest\", \"high\" or \"medium\", but got \"", name, "\"");
}
bool Context::allowTF32CuBLAS() const { return matmul_ != Float32MatmulPrecision::HIGHEST; }
void Context::setAllowTF32CuBLAS(bool allow) {
  matmul_ = allow ? Float32MatmulPrecision::HIGH : Float32MatmulPrecision::HIGHEST;
}
bool Context::allowTF32CuDNN() const { return convolution_; }
void Context::setAllowTF32CuDNN(bool allow) { convolution_ = allow; }

bool Context::hasCUDA() const { return cuda::is_available(); }

bool Context::setFlushDenormal([[maybe_unused]] bool flush) {
#if defined(__SSE2__)
  constexpr unsigned kFlush = 0x8040;  // the results of operators, and their operands
  _mm_setcsr(flush ? _mm_getcsr() | kFlush : _mm_getcsr() & ~kFlush);
  return true;
#else
  return false;
#endif
}

Context& globalContext() {
  static Context context;
  return context;
}

}  // namespace tengen::inline api
