// Reading and writing elements at positions that tensors give. Adjoint pairs: gather and scatter_add,
// index_select and index_add, index and index_put with accumulation.
#include <algorithm>

#include <tengen/autograd/inplace.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::inline api {
using autograd::apart;
using autograd::assign_;
using autograd::Grads;
using autograd::Node;
using autograd::record;
using autograd::writes_directly;
using autograd::written;

namespace {

using MaybeTensors = ArrayRef<std::optional<Tensor>>;

Tensor copy_of(const Tensor& self) {
  Tensor out = empty(self.sizes(), self.options());
  kernels(out).copy(view_of(out), view_of(self));
  return out;
}

}  // namespace

// ---- gather and scatter: one index per element, along one dimension ----

namespace {

/// Indices on the host serve tensors of any device.
Tensor beside(const char* op, const Tensor& self, const Tensor& index) {
  if (index.is_cpu()) return index.to(self.device());
  check_same_device(op, {&self, &index});
  return index;
}

/// Checks `index` against the tensor it points into; sizes other than at `dim` may be smaller. Gives `dim`
/// wrapped. An index without elements may have any shape.
int64_t check_gather(const char* op, const Tensor& self, int64_t dim, const Tensor& index) {
  TENGEN_CHECK(index.dtype() == kLong, op, "(): Expected dtype int64 for index, found ", index.dtype());
  check_same_device(op, {&self, &index});
  dim = wrap_dim(dim, self.dim());
  if (index.numel() == 0) return dim;
  TENGEN_CHECK(std::max<int64_t>(index.dim(), 1) == std::max<int64_t>(self.dim(), 1), op,
               "(): Index tensor must have the same number of dimensions as self, found ", index.dim(),
               " and ", self.dim());
  for (int64_t d = 0; d < std::min(index.dim(), self.dim()); ++d)
    TENGEN_CHECK(d == dim || index.size(d) <= self.size(d), op, "(): Size does not match at dimension ", d,
                 " expected index ", index.sizes(), " to be smaller than self ", self.sizes(),
                 " apart from dimension ", dim);
  return dim;
}

/// A 0-dim tensor is treated as one with one element in one dimension.
Tensor at_least_1d(const Tensor& t) { return t.dim() == 0 ? t.detach().reshape(1) : t; }

/// What of `src` scatter uses: its first elements in every dimension.
Tensor used_part(const char* op, const Tensor& src, const Tensor& self, int64_t dim, const Tensor& index) {
  TENGEN_CHECK(src.dtype() == self.dtype(), op, "(): Expected self.dtype to be equal to src.dtype, found ",
               self.dtype(), " and ", src.dtype());
  check_same_device(op, {&self, &src});
  if (index.numel() == 0) return src.reshape({-1}).slice(0, 0, 0).reshape(index.sizes());
  bool fits = src.dim() == index.dim();
  for (int64_t d = 0; fits && d < src.dim(); ++d) fits = index.size(d) <= src.size(d);
  TENGEN_CHECK(fits || (src.numel() == 1 && index.numel() <= 1), op, "(): Expected index ", index.sizes(),
               " to be smaller than self ", self.sizes(), " apart from dimension ", dim,
               " and to be smaller size than src ", src.sizes());
  Tensor part = src.dim() == index.dim() ? src : src.reshape(index.sizes());
  for (int64_t d = 0; d < part.dim(); ++d)
    if (part.size(d) != index.size(d)) part = part.slice(d, 0, index.size(d));
  return part;
}

void scatter_into(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src, bool accumulate) {
  if (index.numel() == 0) return;
  Tensor to = at_least_1d(out), at = at_least_1d(index), from = at_least_1d(src);
  kernels(out).scatter(view_of(to), view_of(at), view_of(from), int(dim), accumulate);
}

Tensor value_like(const Tensor& self, const Tensor& index, const Scalar& value) {
  return full({}, value, self.options()).expand(index.sizes());
}

}  // namespace

Tensor gather(const Tensor& self, int64_t dim, const Tensor& index) {
  dim = check_gather("gather", self, dim, index);
  Tensor out = empty(index.sizes(), self.options());
  if (index.numel() > 0) {
    Tensor to = at_least_1d(out), from = at_least_1d(self), at = at_least_1d(index);
    kernels(self).gather(view_of(to), view_of(from), view_of(at), int(dim));
  }
  return record("gather", out, {self}, {index},
                [dim, sizes = DimVector(self.sizes())](Node& node, const Tensor& g) -> Grads {
                  return {zeros(sizes, g.options()).scatter_add_(dim, node.saved(0), g)};
                });
}

Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  dim = check_gather("scatter", self, dim, index);
  Tensor part = used_part("scatter", src, self, dim, index), out = copy_of(self);
  scatter_into(out, dim, index, part, false);
  return record("scatter", out, {self, part}, {index}, [dim](Node& node, const Tensor& g) -> Grads {
    return {node.needs(0) ? g.scatter(dim, node.saved(0), 0) : Tensor(),
            node.needs(1) ? g.gather(dim, node.saved(0)) : Tensor()};
  });
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  return scatter(self, dim, index, value_like(self, index, value));
}
Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Tensor& src) const {
  const bool directly = writes_directly("scatter_", *this, {src});
  Tensor at = apart("scatter_", *this, index), from = apart("scatter_", *this, src);
  if (!directly) return assign_("scatter_", *this, scatter(dim, index, src));
  dim = check_gather("scatter_", *this, dim, index);
  scatter_into(*this, dim, at, used_part("scatter_", from, *this, dim, index), false);
  return written("scatter_", *this);
}
Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Scalar& value) const {
  return scatter_(dim, index, value_like(*this, index, value));
}

Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  if (CastOperands cast = to_widest(Autocast::CUDA, {self, src}))
    return scatter_add(cast(self), dim, index, cast(src));
  dim = check_gather("scatter_add", self, dim, index);
  Tensor part = used_part("scatter_add", src, self, dim, index), out = copy_of(self);
  scatter_into(out, dim, index, part, true);
  return record("scatter_add", out, {self, part}, {index}, [dim](Node& node, const Tensor& g) -> Grads {
    return {g, node.needs(1) ? g.gather(dim, node.saved(0)) : Tensor()};
  });
}
Tensor& Tensor::scatter_add_(int64_t dim, const Tensor& index, const Tensor& src) const {
  const bool directly = writes_directly("scatter_add_", *this, {src});
  Tensor at = apart("scatter_add_", *this, index), from = apart("scatter_add_", *this, src);
  if (!directly) return assign_("scatter_add_", *this, scatter_add(dim, index, src));
  dim = check_gather("scatter_add_", *this, dim, index);
  scatter_into(*this, dim, at, used_part("scatter_add_", from, *this, dim, index), true);
  return written("scatter_add_", *this);
}

// ---- advanced indexing: index tensors stand for whole dimensions ----

namespace {

/// Index tensors of one shape I for dimensions of a tensor that has been permuted so that these are together:
/// sizes (B..., indexed..., A...) -> result (B..., I..., A...).
struct Plan {
  std::vector<Tensor> index;           // int64, expanded to I
  DimVector dims, sizes, strides;      // of the indexed dimensions
  DimVector result;                    // (B..., I..., A...)
  DimVector rest_sizes, rest_strides;  // (B..., A...)
  int before = 0;                      // dimensions B
  bool wrap = true;

  bool empty() const { return numel_of(result) == 0; }
  View rest(const Tensor& t) const {
    return {t.data_ptr(), t.dtype(), int(rest_sizes.size()), rest_sizes.data(), rest_strides.data()};
  }
  template <class Use>
  void use(const Use& use) const {
    SmallVector<View, 4> views;
    for (const Tensor& t : index) views.push_back(view_of(t));
    use(Indices{int(views.size()), views.data(), dims.data(), sizes.data(), strides.data(), wrap});
  }
};

/// Masks become the coordinates of their true elements, int32 becomes int64; one entry per dimension from the
/// first on.
std::vector<Tensor> integer_indices(const Tensor& self, MaybeTensors indices) {
  std::vector<Tensor> out;
  for (const auto& index : indices) {
    if (!index || !index->defined()) {
      out.emplace_back();
    } else if (index->dtype() == kBool || index->dtype() == kByte) {
      int64_t at = int64_t(out.size());
      bool fits = at + index->dim() <= self.dim();
      for (int64_t d = 0; fits && d < index->dim(); ++d) fits = index->size(d) == self.size(at + d);
      if (!fits)
        fail<IndexError>("The shape of the mask ", index->sizes(), " at index ", at,
                         " does not match the shape of the indexed tensor ", self.sizes(), " at index ", at);
      for (Tensor& column : beside("index", self, index->nonzero()).unbind(1)) out.push_back(column);
    } else {
      if (index->dtype() != kLong && index->dtype() != kInt)
        fail<IndexError>("tensors used as indices must be long, int, byte or bool tensors, found ",
                         index->dtype());
      out.push_back(beside("index", self, index->to(kLong)));
    }
  }
  if (int64_t(out.size()) > self.dim())
    fail<IndexError>("too many indices for tensor of dimension ", self.dim(), " (got ", out.size(), ")");
  return out;
}

Plan plan(const Tensor& self, const std::vector<Tensor>& indices) {
  Plan p;
  DimVector shape;
  bool first = true;
  for (const Tensor& t : indices) {
    if (!t.defined()) continue;
    try {
      shape = first ? DimVector(t.sizes()) : broadcast_shapes(shape, t.sizes());
    } catch (const Error&) {
      std::string shapes;
      for (const Tensor& u : indices)
        if (u.defined()) shapes += detail::str(shapes.empty() ? "" : ", ", u.sizes());
      fail<IndexError>("shape mismatch: indexing tensors could not be broadcast together with shapes ",
                       shapes);
    }
    first = false;
  }
  TENGEN_CHECK(!first, "index: expected at least one index tensor");
  // Indexed dimensions that are not next to each other: the result has I in front.
  bool adjacent = true, ended = false;
  for (size_t d = 0; d < indices.size(); ++d) {
    if (indices[d].defined()) {
      adjacent = adjacent && !ended;
      p.index.push_back(indices[d].detach().expand(shape));
      p.dims.push_back(int64_t(d));
      p.sizes.push_back(self.size(int64_t(d)));
      p.strides.push_back(self.stride(int64_t(d)));
    } else {
      ended = !p.index.empty();
    }
  }
  int64_t before = adjacent ? p.dims[0] : 0;
  p.before = int(before);
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (size_t(d) < indices.size() && indices[d].defined()) continue;
    p.rest_sizes.push_back(self.size(d));
    p.rest_strides.push_back(self.stride(d));
  }
  for (int64_t d = 0; d < before; ++d) p.result.push_back(p.rest_sizes[d]);
  for (int64_t size : shape) p.result.push_back(size);
  for (size_t d = size_t(before); d < p.rest_sizes.size(); ++d) p.result.push_back(p.rest_sizes[d]);
  return p;
}

/// The plan for one vector of indices along `dim`; negative ones are errors.
Plan plan_select(const char* op, const Tensor& self, int64_t dim, const Tensor& index) {
  if (index.dim() > 1)
    fail<IndexError>(op, "(): Index is supposed to be a vector, found shape ", index.sizes());
  TENGEN_CHECK(index.dtype() == kLong || index.dtype() == kInt, op,
               "(): Expected dtype int32 or int64 for index, found ", index.dtype());
  std::vector<Tensor> indices(size_t(dim) + 1);
  indices.back() = beside(op, self, index.detach().to(kLong)).reshape(-1);
  Plan p = plan(self, indices);
  p.wrap = false;
  return p;
}

Tensor read(const Tensor& self, const Plan& p) {
  Tensor out = empty(p.result, self.options());
  if (out.numel() > 0)
    p.use(
        [&](const Indices& indices) { kernels(self).index(view_of(out), p.rest(self), indices, p.before); });
  return out;
}

void write(const Tensor& self, const Plan& p, const Tensor& values, bool accumulate) {
  if (p.empty()) return;
  Tensor from = values.detach().expand(p.result);
  p.use([&](const Indices& indices) {
    kernels(self).index_put(p.rest(self), view_of(from), indices, p.before, accumulate);
  });
}

/// Saves the index tensors on the node of `out`, if it has got one.
Tensor with_saved(Tensor out, const std::vector<Tensor>& indices) {
  if (auto node = out.grad_fn())
    for (const Tensor& t : indices) node->save(t);
  return out;
}
std::vector<std::optional<Tensor>> saved_indices(const Node& node, size_t count) {
  std::vector<std::optional<Tensor>> out(count);
  for (size_t i = 0; i < count; ++i)
    if (Tensor t = node.saved(i); t.defined()) out[i] = std::move(t);
  return out;
}

void check_values(const Tensor& self, const Plan& p, const Tensor& values) {
  TENGEN_CHECK(values.dtype() == self.dtype(),
               "Index put requires the source and destination dtypes match, got ", self.dtype(),
               " for the destination and ", values.dtype(), " for the source.");
  check_same_device("index_put", {&self, &values});
  bool fits = size_t(values.dim()) <= p.result.size();
  for (int64_t d = 1; fits && d <= values.dim(); ++d)
    fits = values.size(-d) == 1 || values.size(-d) == p.result[p.result.size() - size_t(d)];
  TENGEN_CHECK(fits, "shape mismatch: value tensor of shape ", values.sizes(),
               " cannot be broadcast to indexing result of shape ", IntArrayRef(p.result));
}

}  // namespace

Tensor index(const Tensor& self, MaybeTensors indices) {
  std::vector<Tensor> at = integer_indices(self, indices);
  Tensor out =
      record("index", read(self, plan(self, at)), {self}, {},
             [count = at.size(), sizes = DimVector(self.sizes())](Node& node, const Tensor& g) -> Grads {
               Tensor zero = zeros(sizes, g.options());
               return {index_put_(zero, saved_indices(node, count), g, true)};
             });
  return with_saved(out, at);
}

Tensor index_put(const Tensor& self, MaybeTensors indices, const Tensor& values, bool accumulate) {
  if (CastOperands cast = to_widest(Autocast::CUDA, {self, values}))
    return index_put(cast(self), indices, cast(values), accumulate);
  std::vector<Tensor> at = integer_indices(self, indices);
  Tensor out = copy_of(self);
  Plan p = plan(out, at);
  check_values(self, p, values);
  write(out, p, values, accumulate);
  out = record("index_put", out, {self, values}, {},
               [count = at.size(), accumulate](Node& node, const Tensor& g) -> Grads {
                 auto indices = saved_indices(node, count);
                 Tensor kept = !node.needs(0) ? Tensor()
                               : accumulate   ? g
                                              : index_put(g, indices, zeros({}, g.options()));
                 return {kept, node.needs(1) ? index(g, indices) : Tensor()};
               });
  return with_saved(out, at);
}

Tensor& index_put_(Tensor& self, MaybeTensors indices, const Tensor& values, bool accumulate) {
  const bool directly = writes_directly("index_put_", self, {values});
  Tensor from = apart("index_put_", self, values);
  std::vector<std::optional<Tensor>> at(indices.begin(), indices.end());
  for (std::optional<Tensor>& index : at)
    if (index && index->defined()) index = apart("index_put_", self, *index);
  if (!directly) return assign_("index_put_", self, index_put(self, at, values, accumulate));
  Plan p = plan(self, integer_indices(self, at));
  check_values(self, p, from);
  write(self, p, from, accumulate);
  return written("index_put_", self);
}

Tensor Tensor::index(ArrayRef<indexing::TensorIndex> indices) const {
  if (indices.empty()) fail<IndexError>("Passing an empty index list to Tensor::index() is not valid syntax");
  std::vector<std::optional<Tensor>> tensors;
  Tensor view = indexing::apply_views(*this, indices, tensors);
  if (!tensors.empty()) return tengen::index(view, tensors);
  return view.is_same(*this) ? alias() : view;
}
Tensor Tensor::index(std::initializer_list<indexing::TensorIndex> indices) const {
  return index(ArrayRef<indexing::TensorIndex>(indices));
}

Tensor& Tensor::index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& values,
                           bool accumulate) const {
  if (indices.empty())
    fail<IndexError>("Passing an empty index list to Tensor::index_put_() is not valid syntax");
  std::vector<std::optional<Tensor>> tensors;
  Tensor view = indexing::apply_views(*this, indices, tensors);
  Tensor fitting = values;  // leading dimensions of size 1 do not count
  while (fitting.dim() > 0 && fitting.size(0) == 1) fitting = fitting.select(0, 0);
  if (!tensors.empty())
    tengen::index_put_(view, tensors, fitting, accumulate);
  else if (accumulate)
    view.add_(fitting);
  else
    view.copy_(fitting);
  return const_cast<Tensor&>(*this);
}
Tensor& Tensor::index_put_(std::initializer_list<indexing::TensorIndex> indices, const Tensor& values,
                           bool accumulate) const {
  return index_put_(ArrayRef<indexing::TensorIndex>(indices), values, accumulate);
}
Tensor& Tensor::index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& value) const {
  return index_put_(indices, full({}, value, options()));
}
Tensor& Tensor::index_put_(std::initializer_list<indexing::TensorIndex> indices, const Scalar& value) const {
  return index_put_(ArrayRef<indexing::TensorIndex>(indices), value);
}

// ---- one vector of indices along one dimension ----

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  dim = wrap_dim(dim, self.dim());
  if (self.dim() == 0) return self.reshape(1).index_select(0, index).reshape({});
  Plan p = plan_select("index_select", self, dim, index);
  return record("index_select", read(self, p), {self}, {index},
                [dim, sizes = DimVector(self.sizes())](Node& node, const Tensor& g) -> Grads {
                  return {zeros(sizes, g.options()).index_add_(dim, node.saved(0), g)};
                });
}

namespace {

void index_add_into(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& source) {
  TENGEN_CHECK(source.dtype() == out.dtype(), "index_add(): self (", out.dtype(), ") and source (",
               source.dtype(), ") must have the same scalar type");
  bool scalars = out.dim() == 0;
  Plan p = plan_select("index_add", at_least_1d(out), dim, index);
  TENGEN_CHECK(index.numel() == (source.dim() == 0 ? 1 : source.size(dim)),
               "index_add(): Number of indices (", index.numel(),
               ") should be equal to source.size(dim), found source of shape ", source.sizes(),
               ", for dim: ", dim);
  TENGEN_CHECK(
      (scalars && source.numel() == 1) || source.sizes() == IntArrayRef(p.result),
      "index_add(): source tensor shape must match self tensor shape, excluding the specified dimension. Got "
      "self.shape = ",
      out.sizes(), " source.shape = ", source.sizes());
  write(at_least_1d(out), p, at_least_1d(source), true);
}

Tensor scaled(const Tensor& source, const Scalar& alpha) {
  alpha.require_fits(source.dtype());
  return alpha.equal(1) ? source : source.mul(alpha);
}

}  // namespace

Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 const Scalar& alpha) {
  dim = wrap_dim(dim, self.dim());
  Tensor added = scaled(source, alpha), out = copy_of(self);
  index_add_into(out, dim, index, added);
  return record("index_add", out, {self, added}, {index}, [dim](Node& node, const Tensor& g) -> Grads {
    return {g, node.needs(1) ? g.index_select(dim, node.saved(0)) : Tensor()};
  });
}
Tensor& Tensor::index_add_(int64_t dim, const Tensor& index, const Tensor& source,
                           const Scalar& alpha) const {
  const bool directly = writes_directly("index_add_", *this, {source});
  Tensor at = apart("index_add_", *this, index), from = apart("index_add_", *this, source);
  if (!directly) return assign_("index_add_", *this, index_add(dim, index, source, alpha));
  index_add_into(*this, wrap_dim(dim, this->dim()), at, scaled(from, alpha));
  return written("index_add_", *this);
}

Tensor take(const Tensor& self, const Tensor& index) {
  TENGEN_CHECK(index.dtype() == kLong, "take(): Expected a long tensor for index, but got ", index.dtype());
  return tengen::index(self.reshape(-1), std::optional<Tensor>(index));
}

Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx) {
  TENGEN_CHECK(weight.dim() == 2, "embedding: 'weight' must be 2-D, found shape ", weight.sizes());
  TENGEN_CHECK(indices.dtype() == kLong || indices.dtype() == kInt,
               "embedding: Expected dtype int32 or int64 for indices, found ", indices.dtype());
  Tensor flat = indices.detach().reshape(-1);
  DimVector sizes(indices.sizes());  // (I...) -> (I..., features)
  sizes.push_back(weight.size(1));
  Tensor out = read(weight, plan_select("embedding", weight, 0, flat)).view(sizes).detach();
  return record("embedding", out, {weight}, {flat},
                [padding_idx, shape = DimVector(weight.sizes())](Node& node, const Tensor& g) -> Grads {
                  Tensor at = node.saved(0), rows = g.reshape({at.numel(), shape[1]});
                  if (padding_idx >= 0) rows = rows.masked_fill(at.eq(padding_idx).unsqueeze(-1), 0);
                  return {zeros(shape, g.options()).index_add_(0, at, rows)};
                });
}

// ---- by condition ----

Tensor nonzero(const Tensor& self) {
  int64_t count = kernels(self).nonzero(view_of(self), nullptr);
  Tensor out = empty({count, self.dim()}, TensorOptions(kLong).device(self.device()));
  if (count > 0) kernels(self).nonzero(view_of(self), out.data_ptr<int64_t>());
  return out;
}

Tensor masked_select(const Tensor& self, const Tensor& mask) {
  TENGEN_CHECK(mask.dtype() == kBool || mask.dtype() == kByte,
               "masked_select: expected BoolTensor or ByteTensor for mask, found ", mask.dtype());
  DimVector sizes = broadcast_shapes(self.sizes(), mask.sizes(), "masked_select");
  if (sizes.empty()) return masked_select(self.reshape(1), mask);
  return index(self.expand(sizes), std::optional<Tensor>(mask.expand(sizes)));
}

}  // namespace tengen::inline api
