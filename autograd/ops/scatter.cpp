// Writing elements at positions that tensors give, and combining those for one place.
#include <tengen/autograd/ops/replace.h>
#include <tengen/tensor/shape.h>

namespace tengen::inline api {
namespace {

using autograd::replace_;

/// The index list that takes dimensions up to `dim` whole and `index` there.
std::vector<std::optional<Tensor>> at_dim(const char* name, const Tensor& self, int64_t dim,
                                          const Tensor& index) {
  TENGEN_CHECK(index.dim() <= 1, name, ": index is supposed to be a vector, but got shape ", index.sizes());
  TENGEN_CHECK(index.dtype() == kLong, name, ": expected dtype int64 for index, but got ", index.dtype());
  std::vector<std::optional<Tensor>> indices(size_t(wrap_dim(dim, self.dim())) + 1);
  indices.back() = index.reshape(-1);
  return indices;
}

}  // namespace

// ---- at indices of a dimension
Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  if (self.dim() == 0) return index_copy(self.reshape(1), dim, index, source.reshape(1)).reshape({});
  const auto indices = at_dim("index_copy", self, dim, index);
  dim = wrap_dim(dim, self.dim());
  TENGEN_CHECK(source.dim() == 0 ? index.numel() == 1
                                 : source.dim() == self.dim() && source.size(dim) == index.numel(),
               "index_copy: number of indices (", index.numel(),
               ") should be equal to source.size(dim), but got a source of shape ", source.sizes(),
               " for a tensor of shape ", self.sizes());
  return index_put(self, indices, source);
}
Tensor& Tensor::index_copy_(int64_t dim, const Tensor& index, const Tensor& source) const {
  return replace_("index_copy_", *this, {source},
                  [&](const Tensor& x) { return x.index_copy(dim, index, source); });
}

Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  TENGEN_CHECK(value.dim() == 0, "index_fill: only supports a 0-dimensional value tensor, but got one of ",
               value.dim(), " dimensions");
  if (self.dim() == 0) return index_fill(self.reshape(1), dim, index, value).reshape({});
  return index_put(self, at_dim("index_fill", self, dim, index), value.to(self.dtype()));
}
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  return index_fill(self, dim, index, full({}, value, self.options()));
}
Tensor& Tensor::index_fill_(int64_t dim, const Tensor& index, const Tensor& value) const {
  return replace_("index_fill_", *this, {value},
                  [&](const Tensor& x) { return x.index_fill(dim, index, value); });
}
Tensor& Tensor::index_fill_(int64_t dim, const Tensor& index, const Scalar& value) const {
  return replace_("index_fill_", *this, {}, [&](const Tensor& x) { return x.index_fill(dim, index, value); });
}

// ---- several elements for one place
namespace {

/// The first elements of src, as many as index has in every dimension.
Tensor used_part(const Tensor& src, const Tensor& index) {
  TENGEN_CHECK(src.dim() == index.dim(),
               "scatter_reduce: expected index and src of as many dimensions, but got ", index.sizes(),
               " and ", src.sizes());
  Tensor part = src;
  for (int64_t d = 0; d < src.dim(); ++d) part = part.narrow(d, 0, index.size(d));
  return part;
}

/// Whether an index names the place, as numbers: how many do.
Tensor count_at(const Tensor& self, int64_t dim, const Tensor& index) {
  return zeros_like(self.detach()).scatter_add_(dim, index, ones_like(index, self.dtype()));
}

/// combine(a, b) of all elements for one place, 0 where there is none. Sorted by place, elements for one
/// place stand side by side; after k steps each has taken in 2^k of those before it.
template <class Combine>
Tensor combined(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, Combine combine) {
  const auto [place, order] = index.sort(dim);
  Tensor value = src.gather(dim, order), last = ones_like(place, kBool);
  const int64_t n = place.dim() == 0 ? 1 : place.size(dim);
  for (int64_t step = 1; step < n; step *= 2) {
    const auto early = [&](const Tensor& t) { return t.narrow(dim, 0, n - step); };
    const auto late = [&](const Tensor& t) { return t.narrow(dim, step, n - step); };
    const Tensor same = early(place) == late(place);
    value =
        cat({value.narrow(dim, 0, step), where(same, combine(early(value), late(value)), late(value))}, dim);
  }
  if (n > 1) last.narrow(dim, 0, n - 1).copy_(place.narrow(dim, 0, n - 1) != place.narrow(dim, 1, n - 1));
  return zeros_like(self.detach()).scatter_add(dim, place, where(last, value, 0));
}

template <class Combine>
Tensor reduce_by(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, bool include_self,
                 Combine combine) {
  const Tensor value = combined(self, dim, index, src, combine);
  return where(count_at(self, dim, index) > 0, include_self ? combine(self, value) : value, self);
}

}  // namespace

Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self) {
  TENGEN_CHECK(self.dtype() == src.dtype(),
               "scatter_reduce: expected self.dtype to be equal to src.dtype, but got ", self.dtype(),
               " and ", src.dtype());
  if (index.numel() == 0) return self.clone();
  const Tensor part = used_part(src, index);
  if (reduce == "sum" || reduce == "mean") {
    const Tensor sum = (include_self ? self : self.scatter(dim, index, 0)).scatter_add(dim, index, part);
    if (reduce == "sum") return sum;
    const Tensor count = (count_at(self, dim, index) + (include_self ? 1 : 0)).clamp_min(1);
    return self.is_floating_point() ? sum / count : sum.floor_divide(count);
  }
  if (reduce == "prod")
    return reduce_by(self, dim, index, part, include_self,
                     [](const Tensor& a, const Tensor& b) { return a * b; });
  if (reduce == "amax") return reduce_by(self, dim, index, part, include_self, maximum);
  TENGEN_CHECK(reduce == "amin",
               "scatter_reduce: reduce argument must be either sum, prod, mean, amax or amin, got ", reduce,
               ".");
  return reduce_by(self, dim, index, part, include_self, minimum);
}
Tensor& Tensor::scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                                bool include_self) const {
  return replace_("scatter_reduce_", *this, {src},
                  [&](const Tensor& x) { return x.scatter_reduce(dim, index, src, reduce, include_self); });
}

Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
               std::string_view reduce) {
  TENGEN_CHECK(reduce == "add" || reduce == "multiply",
               "scatter: reduce argument must be either add or multiply, but got ", reduce, ".");
  return scatter_reduce(self, dim, index, src, reduce == "add" ? "sum" : "prod");
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
               std::string_view reduce) {
  return scatter(self, dim, index, full({}, value, self.options()).expand(index.sizes()), reduce);
}
Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) const {
  return replace_("scatter_", *this, {src},
                  [&](const Tensor& x) { return x.scatter(dim, index, src, reduce); });
}
Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Scalar& value,
                         std::string_view reduce) const {
  return replace_("scatter_", *this, {},
                  [&](const Tensor& x) { return x.scatter(dim, index, value, reduce); });
}

Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                    std::string_view reduce, bool include_self) {
  TENGEN_CHECK(reduce == "prod" || reduce == "mean" || reduce == "amax" || reduce == "amin",
               "index_reduce: expected reduce to be one of prod, mean, amax or amin but got ", reduce, ".");
  TENGEN_CHECK(
      index.dim() <= 1 && source.dim() == self.dim() &&
          (self.dim() == 0 || source.size(dim) == index.numel()),
      "index_reduce: expected a vector of as many indices as source has parts, but got indices of shape ",
      index.sizes(), " and a source of shape ", source.sizes());
  DimVector shape(size_t(self.dim()), 1);
  if (self.dim() > 0) shape[wrap_dim(dim, self.dim())] = index.numel();
  return scatter_reduce(self, dim, index.reshape(shape).expand(source.sizes()), source, reduce, include_self);
}
Tensor& Tensor::index_reduce_(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                              bool include_self) const {
  return replace_("index_reduce_", *this, {source},
                  [&](const Tensor& x) { return x.index_reduce(dim, index, source, reduce, include_self); });
}

// ---- by mask and by position
Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  TENGEN_CHECK(mask.dtype() == kBool, "masked_scatter: expected a bool tensor for mask, but got ",
               mask.dtype());
  TENGEN_CHECK(self.dtype() == source.dtype(),
               "masked_scatter: expected self and source to have same dtypes but got ", self.dtype(), " and ",
               source.dtype());
  const DimVector sizes = broadcast_shapes(self.sizes(), mask.sizes(), "masked_scatter");
  const Tensor marked = mask.expand(sizes).reshape(-1);
  const int64_t count = marked.sum().item<int64_t>();
  TENGEN_CHECK(source.numel() >= count, "masked_scatter: expected source to have at least ", count,
               " elements, as many as mask has true ones, but got ", source.numel());
  return index_put(self.expand(sizes).reshape(-1), std::optional<Tensor>(marked),
                   source.reshape(-1).narrow(0, 0, count))
      .view(sizes);
}
Tensor& Tensor::masked_scatter_(const Tensor& mask, const Tensor& source) const {
  return replace_("masked_scatter_", *this, {source},
                  [&](const Tensor& x) { return x.masked_scatter(mask, source); });
}

Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
  TENGEN_CHECK(index.dtype() == kLong, "put: expected a long tensor for index, but got ", index.dtype());
  TENGEN_CHECK(index.numel() == source.numel(),
               "put: expected source and index to have the same number of elements, but got ", source.numel(),
               " and ", index.numel());
  return index_put(self.reshape(-1), std::optional<Tensor>(index.reshape(-1)), source.reshape(-1), accumulate)
      .view(self.sizes());
}
Tensor& Tensor::put_(const Tensor& index, const Tensor& source, bool accumulate) const {
  return replace_("put_", *this, {source}, [&](const Tensor& x) { return x.put(index, source, accumulate); });
}

Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim) {
  TENGEN_CHECK(indices.dtype() == kLong, "take_along_dim: expected indices of dtype int64, but got ",
               indices.dtype());
  if (!dim) return self.reshape(-1).gather(0, indices.reshape(-1));
  TENGEN_CHECK(self.dim() == indices.dim(),
               "take_along_dim: input and indices should have the same number of dimensions, but got ",
               self.dim(), " dimensions for input, and ", indices.dim(), " dimensions for indices");
  const int64_t d = wrap_dim(*dim, self.dim());
  DimVector own(self.sizes()), wanted(indices.sizes());
  if (self.dim() > 0) own[d] = wanted[d] = 1;
  DimVector sizes = broadcast_shapes(own, wanted, "take_along_dim"), source = sizes;
  if (self.dim() > 0) sizes[d] = indices.size(d), source[d] = self.size(d);
  return self.expand(source).gather(d, indices.expand(sizes));
}

// ---- in the place of a view
namespace {

template <class Part>
Tensor with_part(const char* name, const Tensor& self, const Tensor& src, Part part) {
  Tensor out = self.clone();
  const Tensor place = part(out);
  TENGEN_CHECK(src.sizes() == place.sizes(), name,
               ": expected src to have a size equal to the part of self, ", place.sizes(), ", but got ",
               src.sizes());
  place.copy_(src);
  return out;
}

}  // namespace

Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index) {
  return with_part("select_scatter", self, src, [&](const Tensor& x) { return x.select(dim, index); });
}
Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim, std::optional<int64_t> start,
                     std::optional<int64_t> end, int64_t step) {
  return with_part("slice_scatter", self, src,
                   [&](const Tensor& x) { return x.slice(dim, start, end, step); });
}
Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) {
  return with_part("diagonal_scatter", self, src,
                   [&](const Tensor& x) { return x.diagonal(offset, dim1, dim2); });
}

Tensor argwhere(const Tensor& self) { return self.nonzero(); }
std::vector<Tensor> nonzero_numpy(const Tensor& self) {
  return (self.dim() == 0 ? self.reshape(1) : self).nonzero().unbind(1);
}

}  // namespace tengen::inline api
