// The errors that kernels and their callers throw.
#include <tengen/tensor/kernel_view.h>

namespace tengen {

void zero_division_error() { fail("ZeroDivisionError: integer division or modulo by zero"); }

void not_implemented_error(const char* op, int dtype) {
  fail<NotImplementedError>("\"", op, "\" not implemented for '", to_string(ScalarType(dtype)), "'");
}

void index_out_of_bounds(int64_t index, int64_t dim, int64_t size) {
  fail<IndexError>("index ", index, " is out of bounds for dimension ", dim, " with size ", size);
}

void different_devices(const char* op, const Device& first, const Device& second) {
  fail(op, ": Expected all tensors to be on the same device, but got at least two devices, ", first, " and ",
       second, "!");
}

void check_same_device(const char* op, std::initializer_list<const Tensor*> tensors) {
  const Tensor* first = nullptr;
  for (const Tensor* t : tensors) {
    if (!t || !t->defined()) continue;
    if (!first) first = t;
    if (t->device().type() != first->device().type()) different_devices(op, first->device(), t->device());
  }
}

}  // namespace tengen
