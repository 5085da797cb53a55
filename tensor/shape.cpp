// Arithmetic on sizes and strides.
#include <algorithm>
#include <ostream>

#include <tengen/tensor/view_of.h>

namespace tengen {

std::ostream& operator<<(std::ostream& out, IntArrayRef values) {
  out << '[';
  for (size_t i = 0; i < values.size(); ++i) out << (i ? ", " : "") << values[i];
  return out << ']';
}

void index_out_of_bounds(int64_t index, int64_t dim, int64_t size) {
  fail<IndexError>("index ", index, " is out of bounds for dimension ", dim, " with size ", size);
}

void different_devices(const char* op, const Device& first, const Device& second) {
  fail(op, ": Expected all tensors to be on the same device, but found at least two devices, ", first,
       " and ", second, "!");
}

void check_same_device(const char* op, std::initializer_list<const Tensor*> tensors) {
  const Tensor* first = nullptr;
  for (const Tensor* t : tensors) {
    if (!t || !t->defined()) continue;
    if (!first) first = t;
    if (t->device().type() != first->device().type()) different_devices(op, first->device(), t->device());
  }
}

int64_t wrap_dim(int64_t dim, int64_t ndim) {
  int64_t n = std::max<int64_t>(ndim, 1);
  if (dim < -n || dim >= n)
    fail<IndexError>("Dimension out of range (expected to be in range of [", -n, ", ", n - 1, "], but got ",
                     dim, ")");
  return dim < 0 ? dim + n : dim;
}

DimVector broadcast_shapes(IntArrayRef a, IntArrayRef b, const char* op) {
  int64_t n = std::max(a.size(), b.size());
  DimVector out(n);
  for (int64_t i = 0; i < n; ++i) {  // from the back
    int64_t x = i < int64_t(a.size()) ? a[a.size() - 1 - i] : 1;
    int64_t y = i < int64_t(b.size()) ? b[b.size() - 1 - i] : 1;
    TENGEN_CHECK(x == y || x == 1 || y == 1, op, ": The size of tensor a (", x,
                 ") must match the size of tensor b (", y, ") at non-singleton dimension ", n - 1 - i,
                 "; the shapes are ", a, " and ", b);
    out[n - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

DimVector broadcast_strides(const Tensor& t, IntArrayRef sizes) {
  DimVector out(sizes.size(), 0);
  size_t lead = sizes.size() - t.dim();
  for (size_t i = 0; i < size_t(t.dim()); ++i)
    if (t.sizes()[i] == sizes[lead + i]) out[lead + i] = t.strides()[i];
  return out;
}

DimVector contiguous_strides(IntArrayRef sizes) {
  DimVector out(sizes.size());
  int64_t stride = 1;
  for (int64_t i = int64_t(sizes.size()) - 1; i >= 0; --i) {
    out[i] = stride;
    stride *= std::max<int64_t>(sizes[i], 1);
  }
  return out;
}

int64_t numel_of(IntArrayRef sizes) {
  int64_t n = 1;
  for (int64_t size : sizes) n *= size;
  return n;
}

DimVector infer_sizes(IntArrayRef shape, int64_t numel) {
  DimVector out(shape.begin(), shape.end());
  int64_t known = 1, open = -1;
  for (size_t i = 0; i < out.size(); ++i) {
    TENGEN_CHECK(out[i] >= -1, "invalid shape dimension ", out[i], " in ", shape);
    if (out[i] >= 0) {
      known *= out[i];
    } else {
      TENGEN_CHECK(open < 0, "only one dimension can be inferred, but the shape is ", shape);
      open = int64_t(i);
    }
  }
  if (open >= 0 && known > 0 && numel % known == 0) {
    out[open] = numel / known;
    return out;
  }
  TENGEN_CHECK(open < 0 || known > 0 || numel > 0, "cannot reshape tensor of 0 elements into shape ", shape,
               " because the unspecified dimension size -1 can be any value and is ambiguous");
  TENGEN_CHECK(open < 0 && known == numel, "shape '", shape, "' is invalid for input of size ", numel);
  return out;
}

std::optional<DimVector> view_strides(IntArrayRef sizes, IntArrayRef strides, IntArrayRef shape) {
  if (sizes == shape) return DimVector(strides.begin(), strides.end());
  if (numel_of(sizes) == 0) return contiguous_strides(shape);
  DimVector out(shape.size(), 1);
  // From the back: dimensions of self that are contiguous with each other form a block; each block must be
  // covered exactly by dimensions of `shape`.
  int64_t to = int64_t(shape.size()) - 1;
  int64_t block = 1, covered = 1, inner_stride = strides.empty() ? 1 : strides.back();
  for (int64_t i = int64_t(sizes.size()) - 1; i >= 0; --i) {
    block *= sizes[i];
    bool block_ends = i == 0 || (sizes[i - 1] != 1 && strides[i - 1] != block * inner_stride);
    if (!block_ends) continue;
    for (; to >= 0 && (covered < block || shape[to] == 1); --to) {
      out[to] = covered * inner_stride;
      covered *= shape[to];
    }
    if (covered != block) return std::nullopt;
    if (i > 0) block = covered = 1, inner_stride = strides[i - 1];
  }
  return out;
}

}  // namespace tengen
