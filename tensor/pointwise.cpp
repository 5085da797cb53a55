#include <tengen/tensor/pointwise.h>

#include <tengen/tensor/dtype.h>

namespace tengen {

void zero_division_error() { fail("ZeroDivisionError: integer division or modulo by zero"); }

void not_implemented_error(const char* op, int dtype) {
  fail<NotImplementedError>("\"", op, "\" not implemented for '", to_string(ScalarType(dtype)), "'");
}

}  // namespace tengen
