// Arithmetic on sizes and strides.
#include <algorithm>
#include <ostream>

#include <tengen/tensor/shape.h>

namespace tengen {

std::ostream& api::operator<<(std::ostream& out, IntArrayRef values) {
  plain_text::ClassicGuard guard(out);
  out << '[';
  for (size_t i = 0; i < values.size(); ++i) out << (i ? ", " : "") << values[i];
  return out << ']';
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
    // It may wrap in a tensor without elements, where it does not matter.
    (void)__builtin_mul_overflow(stride, std::max<int64_t>(sizes[i], 1), &stride);
  }
  return out;
}

int64_t numel_of(IntArrayRef sizes) {
  int64_t n = 1;
  bool overflow = false;
  for (int64_t size : sizes) overflow |= __builtin_mul_overflow(n, size, &n);
  if (overflow && std::find(sizes.begin(), sizes.end(), 0) != sizes.end()) return 0;
  TENGEN_CHECK(!overflow, "numel: integer multiplication overflow: a tensor of sizes ", sizes,
               " has too many elements");
  return n;
}

int64_t extent_of(const char* op, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  TENGEN_CHECK(sizes.size() == strides.size(), op, ": mismatch in length of strides ", strides, " and shape ",
               sizes);
  for (int64_t size : sizes)
    TENGEN_CHECK(size >= 0, op, ": Trying to create tensor with negative dimension ", size, ": ", sizes);
  for (int64_t stride : strides)
    TENGEN_CHECK(stride >= 0, op,
                 ": Negative strides are not supported at the moment, got strides: ", strides);
  TENGEN_CHECK(offset >= 0, op, ": Tensor: invalid storage offset ", offset);
  if (numel_of(sizes) == 0) return 0;
  int64_t extent = offset;
  bool overflow = __builtin_add_overflow(extent, int64_t{1}, &extent);
  for (size_t i = 0; i < sizes.size(); ++i) {
    int64_t reach;
    overflow |= __builtin_mul_overflow(sizes[i] - 1, strides[i], &reach);
    overflow |= __builtin_add_overflow(extent, reach, &extent);
  }
  TENGEN_CHECK(!overflow, op, ": Storage size calculation overflowed with sizes=", sizes,
               " and strides=", strides);
  return extent;
}

size_t storage_bytes(int64_t count, ScalarType dtype, IntArrayRef sizes) {
  int64_t bytes;
  TENGEN_CHECK(!__builtin_mul_overflow(count, int64_t(item_size(dtype)), &bytes),
               "Storage size calculation overflowed with sizes=", sizes);
  return size_t(bytes);
}

int64_t size_sum(int64_t a, int64_t b) {
  int64_t sum;
  TENGEN_CHECK(!__builtin_add_overflow(a, b, &sum), "the size ", a, " + ", b, " of a dimension is too large");
  return sum;
}

int64_t size_product(int64_t a, int64_t b) {
  int64_t product;
  TENGEN_CHECK(!__builtin_mul_overflow(a, b, &product), "the size ", a, " * ", b,
               " of a dimension is too large");
  return product;
}

DimVector infer_sizes(IntArrayRef shape, int64_t numel) {
  DimVector out(shape);
  int64_t known = 1, open = -1;
  bool overflow = false;
  for (size_t i = 0; i < out.size(); ++i) {
    TENGEN_CHECK(out[i] >= -1, "invalid shape dimension ", out[i], " in ", shape);
    if (out[i] >= 0) {
      overflow |= __builtin_mul_overflow(known, out[i], &known);
    } else {
      TENGEN_CHECK(open < 0, "only one dimension can be inferred, but the shape is ", shape);
      open = int64_t(i);
    }
  }
  TENGEN_CHECK(!overflow, "shape '", shape, "' is invalid for input of size ", numel);
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
  if (sizes == shape) return DimVector(strides);
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
