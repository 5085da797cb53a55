// Formulas of one number.
#include <tengen/cuda/kernels/common/elements.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

TENGEN_UNARY_MATH(TENGEN_MATH)
TENGEN_UNARY_REAL(TENGEN_FORMULA)
TENGEN_UNARY_ANY(TENGEN_FORMULA)
TENGEN_UNARY_INT(TENGEN_FORMULA)
TENGEN_UNARY_TEST(TENGEN_FORMULA)

// In the order of the enum.
#define TENGEN_REAL(name) real_formula<name##_, 1>(#name),
#define TENGEN_INT(name) integer_formula<name##_, 1>(#name),
#define TENGEN_ANY(name) any_formula<name##_, 1>(#name),
const Formula<1> kUnary[] = {TENGEN_UNARY_MATH(TENGEN_REAL) TENGEN_UNARY_REAL(TENGEN_REAL) TENGEN_UNARY_ANY(
    TENGEN_ANY) TENGEN_UNARY_INT(TENGEN_INT) TENGEN_UNARY_TEST(TENGEN_ANY)};

void unary(Unary op, const View& out, const View& in, const double* params) {
  run<1>(kUnary[int(op)], in.dtype, out, {&in}, params);
}

}  // namespace

void add_unary_kernels(Kernels& table) { table.unary = unary; }

}  // namespace tengen::cuda
