#include <tengen/autograd/ops/indexing.h>

#include <string_view>

#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/factories.h>

namespace tengen::indexing {
namespace {

bool is_mask(const tengen::Tensor& t) { return t.dtype() == kBool || t.dtype() == kByte; }

/// A 0-dim tensor of integers counts as the integer.
bool is_integer(const TensorIndex& index) {
  return index.kind == TensorIndex::Kind::Integer ||
         (index.kind == TensorIndex::Kind::Tensor && index.tensor.dim() == 0 && !is_mask(index.tensor) &&
          is_integral(index.tensor.dtype(), false));
}

/// How many of the indexed tensor's dimensions an entry stands for.
int64_t dims_taken(const TensorIndex& index) {
  switch (index.kind) {
    case TensorIndex::Kind::Integer:
    case TensorIndex::Kind::Slice:
      return 1;
    case TensorIndex::Kind::Tensor:
      return is_mask(index.tensor) ? index.tensor.dim() : 1;
    default:
      return 0;
  }
}

tengen::Tensor select(const tengen::Tensor& self, int64_t dim, int64_t index, int64_t real_dim) {
  if (self.dim() == 0)
    fail<IndexError>(
        "invalid index of a 0-dim tensor. Use `tensor.item<T>()` to convert a 0-dim tensor to a number");
  int64_t size = self.size(dim);
  if (index < -size || index >= size)
    fail<IndexError>("index ", index, " is out of bounds for dimension ", real_dim, " with size ", size);
  return self.select(dim, index);
}

}  // namespace

TensorIndex::TensorIndex(const char* text) : kind(Kind::Ellipsis) {
  TENGEN_CHECK(std::string_view(text) == "...",
               "index: expected \"...\" to represent an ellipsis index, but got \"", text, "\"");
}

tengen::Tensor apply_views(const tengen::Tensor& self, ArrayRef<TensorIndex> indices,
                           std::vector<std::optional<tengen::Tensor>>& tensors) {
  int64_t taken = 0, ellipses = 0, real_dim = 0;
  for (const TensorIndex& index : indices) {
    taken += dims_taken(index);
    ellipses += index.kind == TensorIndex::Kind::Ellipsis;
  }
  if (ellipses > 1) fail<IndexError>("an index can only have a single ellipsis ('...')");
  if (taken > self.dim()) {
    if (self.dim() == 0 && is_integer(indices[0])) select(self, 0, 0, 0);
    fail<IndexError>("too many indices for tensor of dimension ", self.dim());
  }
  tengen::Tensor result = self;
  int64_t dim = 0;  // of result, next to be indexed
  auto keep = [&](std::optional<tengen::Tensor> index, int64_t dims) {
    tensors.push_back(std::move(index));
    dim += dims;
  };
  bool any = false;
  for (const TensorIndex& index : indices) {
    switch (index.kind) {
      case TensorIndex::Kind::None:
        result = result.unsqueeze(dim);
        keep(std::nullopt, 1);
        break;
      case TensorIndex::Kind::Ellipsis:
        for (int64_t skipped = self.dim() - taken; skipped > 0; --skipped, ++real_dim) keep(std::nullopt, 1);
        break;
      case TensorIndex::Kind::Slice:
        result = result.slice(dim, index.slice.start, index.slice.stop, index.slice.step);
        keep(std::nullopt, 1);
        break;
      case TensorIndex::Kind::Integer:
        result = select(result, dim, index.integer, real_dim);
        break;
      case TensorIndex::Kind::Boolean:
        result = result.unsqueeze(dim);
        keep(full({1}, index.integer != 0, TensorOptions(kBool).device(self.device())), 1);
        any = true;
        break;
      case TensorIndex::Kind::Tensor:
        if (is_integer(index)) {
          result = select(result, dim, index.tensor.item<int64_t>(), real_dim);
        } else if (is_mask(index.tensor) && index.tensor.dim() == 0) {
          result = result.unsqueeze(dim);
          keep(index.tensor.reshape(1), 1);
          any = true;
        } else {
          keep(index.tensor, is_mask(index.tensor) ? index.tensor.dim() : 1);
          any = true;
        }
        break;
    }
    real_dim += dims_taken(index);
  }
  if (!any) tensors.clear();
  return result;
}

}  // namespace tengen::indexing
