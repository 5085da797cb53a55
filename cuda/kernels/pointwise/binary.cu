// Formulas of two numbers.
#include <tengen/cuda/kernels/common/elements.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

TENGEN_BINARY_ANY(TENGEN_FORMULA)
TENGEN_BINARY_MATH_ANY(TENGEN_MATH)
TENGEN_BINARY_INT(TENGEN_FORMULA)
TENGEN_BINARY_MATH(TENGEN_MATH)
TENGEN_BINARY_REAL(TENGEN_FORMULA)
TENGEN_BINARY_TEST(TENGEN_FORMULA)

}  // namespace

template <>
constexpr bool divides<div_trunc_> = true;
template <>
constexpr bool divides<div_floor_> = true;
template <>
constexpr bool divides<remainder_> = true;
template <>
constexpr bool divides<fmod_> = true;

namespace {

// In the order of the enum.
#define TENGEN_REAL(name) real_formula<name##_, 2>(#name),
#define TENGEN_INT(name) integer_formula<name##_, 2>(#name),
#define TENGEN_ANY(name) any_formula<name##_, 2>(#name),
const Formula<2> kBinary[] = {TENGEN_BINARY_ANY(TENGEN_ANY) TENGEN_BINARY_MATH_ANY(TENGEN_ANY)
                                  TENGEN_BINARY_INT(TENGEN_INT) TENGEN_BINARY_MATH(TENGEN_REAL)
                                      TENGEN_BINARY_REAL(TENGEN_REAL) TENGEN_BINARY_TEST(TENGEN_ANY)};

void binary(Binary op, const View& out, const View& a, const View& b, const double* params) {
  run<2>(kBinary[int(op)], a.host_number ? b.dtype : a.dtype, out, {&a, &b}, params);
}

// The terms, then their sum: both as fast as memory allows, without a kernel of its own per formula.
void binary_sum(Binary op, const View& out, const View& a, const View& b, const double* params) {
  if (a.dtype != kFloat && a.dtype != kDouble) not_implemented_error("binary_sum", int(a.dtype));
  int64_t numel = 1, strides[64];
  TENGEN_CHECK(a.dim <= 64, "cuda: found a tensor of more than 64 dimensions");
  for (int d = a.dim; d-- > 0;) {
    strides[d] = numel;
    numel *= a.sizes[d];
  }
  const DeviceScratch memory(size_t(numel) * item_size(a.dtype));
  const View terms{memory.data(), a.dtype, a.dim, a.sizes, strides};
  binary(op, terms, a, b, params);
  const int64_t flat_stride = 1;
  kernels(DeviceType::CUDA).reduce(Reduce::Sum, out, {memory.data(), a.dtype, 1, &numel, &flat_stride}, 1);
}

}  // namespace

void add_pointwise_kernels(Kernels& table) {
  add_unary_kernels(table);
  table.binary = binary;
  add_ternary_kernels(table);
  table.binary_sum = binary_sum;
}

}  // namespace tengen::cuda
