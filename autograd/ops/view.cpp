// Operators whose results share memory with their input.
#include <algorithm>

#include <tengen/autograd/inplace.h>
#include <tengen/autograd/ops/embed.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/primitives.h>
#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/raw.h>

namespace tengen::inline api {
using autograd::Grads;
using autograd::make_view;
using autograd::Node;
using autograd::record;
using autograd::record_part;

namespace {

/// Records a view that shows every element of self once: the gradient takes self's shape again.
Tensor reshaped(const char* name, const Tensor& self, DimVector sizes, DimVector strides) {
  Tensor out = make_view(self, {std::move(sizes), std::move(strides), self.storage_offset()});
  if (!autograd::must_record({self})) return out;
  return record(name, out, {self}, {}, [sizes = DimVector(self.sizes())](Node&, const Tensor& g) -> Grads {
    return {g.reshape(sizes)};
  });
}

Tensor view_as_sizes(const char* name, const Tensor& self, DimVector sizes) {
  auto strides = view_strides(self.sizes(), self.strides(), sizes);
  TENGEN_CHECK(strides.has_value(), "view: view size ", sizes, " is not compatible with input tensor's size ",
               self.sizes(), " and stride ", self.strides(),
               " (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.");
  return reshaped(name, self, std::move(sizes), std::move(*strides));
}

}  // namespace

// ---- the same elements in another shape ----

Tensor Tensor::view(IntArrayRef size) const {
  return view_as_sizes("view", *this, infer_sizes(size, numel()));
}

Tensor reshape(const Tensor& self, IntArrayRef shape) {
  DimVector sizes = infer_sizes(shape, self.numel());
  if (view_strides(self.sizes(), self.strides(), sizes))
    return view_as_sizes("reshape", self, std::move(sizes));
  return view_as_sizes("reshape", self.contiguous(), std::move(sizes));
}

Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim) {
  start_dim = wrap_dim(start_dim, self.dim());
  end_dim = wrap_dim(end_dim, self.dim());
  TENGEN_CHECK(start_dim <= end_dim, "flatten() has invalid args: start_dim cannot come after end_dim");
  if (self.dim() == 0) return self.reshape(1);
  if (start_dim == end_dim) return self;
  DimVector sizes;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d > start_dim && d <= end_dim)
      sizes.back() *= self.size(d);
    else
      sizes.push_back(self.size(d));
  }
  return self.reshape(sizes);
}
Tensor ravel(const Tensor& self) { return self.flatten(); }

Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes) {
  dim = wrap_dim(dim, self.dim());
  TENGEN_CHECK(!sizes.empty(), "unflatten: sizes must be non-empty");
  bool open = std::count(sizes.begin(), sizes.end(), -1) == 1;
  int64_t known = numel_of(sizes) * (open ? -1 : 1);
  TENGEN_CHECK(open ? known > 0 && self.size(dim) % known == 0 : known == self.size(dim),
               "unflatten: Provided sizes ", sizes, " don't multiply up to the size of dim ", dim, " (",
               self.size(dim), ") in the input tensor");
  DimVector inner = infer_sizes(sizes, self.size(dim)), all;
  for (int64_t d = 0; d < dim; ++d) all.push_back(self.size(d));
  for (int64_t size : inner) all.push_back(size);
  for (int64_t d = dim + 1; d < self.dim(); ++d) all.push_back(self.size(d));
  return self.view(all);
}

namespace {

/// self without the dimensions of size 1 for which drop(dim) holds.
template <class Drop>
Tensor squeezed(const Tensor& self, Drop drop) {
  DimVector sizes, strides;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (self.size(d) == 1 && drop(d)) continue;
    sizes.push_back(self.size(d));
    strides.push_back(self.stride(d));
  }
  return reshaped("squeeze", self, std::move(sizes), std::move(strides));
}

/// self becomes its own view `result`: the same handle, other sizes and strides.
Tensor& become(const char* name, const Tensor& self, const Tensor& result) {
  if (autograd::must_record({self})) autograd::check_history(name, self);
  TensorImpl& impl = *self.unsafeGetTensorImpl();
  const TensorImpl& from = *result.unsafeGetTensorImpl();
  impl.sizes = from.sizes;
  impl.strides = from.strides;
  impl.contiguous = from.contiguous;
  if (auto node = result.grad_fn()) autograd::set_gradient_edge(self, node, uint32_t(result.output_nr()));
  return autograd::written(name, self);
}

}  // namespace

Tensor squeeze(const Tensor& self) {
  return squeezed(self, [](int64_t) { return true; });
}
Tensor squeeze(const Tensor& self, int64_t dim) {
  dim = wrap_dim(dim, self.dim());
  return squeezed(self, [dim](int64_t d) { return d == dim; });
}
Tensor squeeze(const Tensor& self, IntArrayRef dim) {
  SmallVector<bool, 8> listed(size_t(self.dim()), false);
  for (int64_t d : dim)
    if (self.dim() > 0) listed[wrap_dim(d, self.dim())] = true;
  return squeezed(self, [&](int64_t d) { return listed[d]; });
}
Tensor& Tensor::squeeze_() const { return become("squeeze_", *this, squeeze()); }
Tensor& Tensor::squeeze_(int64_t dim) const { return become("squeeze_", *this, squeeze(dim)); }
Tensor& Tensor::squeeze_(IntArrayRef dim) const { return become("squeeze_", *this, squeeze(dim)); }

Tensor unsqueeze(const Tensor& self, int64_t dim) {
  Geometry result = raw::unsqueeze(self, dim);
  return reshaped("unsqueeze", self, std::move(result.sizes), std::move(result.strides));
}
Tensor& Tensor::unsqueeze_(int64_t dim) const { return become("unsqueeze_", *this, unsqueeze(dim)); }

Tensor alias(const Tensor& self) { return autograd::alias(self); }

// ---- the same elements in another order of dimensions ----

Tensor permute(const Tensor& self, IntArrayRef dims) {
  Geometry result = raw::permute(self, dims);
  DimVector inverse(dims.size());
  for (size_t i = 0; i < dims.size(); ++i) inverse[wrap_dim(dims[i], self.dim())] = int64_t(i);
  return record("permute", make_view(self, std::move(result)), {self}, {},
                [inverse](Node&, const Tensor& g) -> Grads { return {g.permute(inverse)}; });
}

Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  dim0 = wrap_dim(dim0, self.dim());
  dim1 = wrap_dim(dim1, self.dim());
  Geometry result = raw::geometry(self);
  if (self.dim() > 0) {
    std::swap(result.sizes[dim0], result.sizes[dim1]);
    std::swap(result.strides[dim0], result.strides[dim1]);
  }
  return record("transpose", make_view(self, std::move(result)), {self}, {},
                [dim0, dim1](Node&, const Tensor& g) -> Grads { return {g.transpose(dim0, dim1)}; });
}
Tensor swapaxes(const Tensor& self, int64_t dim0, int64_t dim1) { return self.transpose(dim0, dim1); }

Tensor t(const Tensor& self) {
  TENGEN_CHECK(self.dim() <= 2, "t() expects a tensor with <= 2 dimensions, but self is ", self.dim(), "D");
  return self.transpose(0, self.dim() < 2 ? 0 : 1);
}
Tensor& Tensor::transpose_(int64_t dim0, int64_t dim1) const {
  return become("transpose_", *this, transpose(dim0, dim1));
}
Tensor& Tensor::t_() const { return become("t_", *this, t()); }

Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  TENGEN_CHECK(source.size() == destination.size(),
               "movedim: expected as many dims in source as in destination, but got ", source, " and ",
               destination);
  DimVector dims(size_t(self.dim()), -1);  // of self, at each position of the result
  SmallVector<bool, 8> moved(size_t(self.dim()), false);
  for (size_t i = 0; i < source.size(); ++i) {
    const int64_t from = wrap_dim(source[i], self.dim()), to = wrap_dim(destination[i], self.dim());
    if (self.dim() == 0) continue;
    TENGEN_CHECK(!moved[from], "movedim: repeated dim in source: ", source);
    TENGEN_CHECK(dims[to] == -1, "movedim: repeated dim in destination: ", destination);
    moved[from] = true;
    dims[to] = from;
  }
  int64_t next = 0;  // the others keep their order
  for (int64_t& dim : dims) {
    if (dim != -1) continue;
    while (moved[next]) ++next;
    dim = next++;
  }
  return self.permute(dims);
}
Tensor movedim(const Tensor& self, int64_t source, int64_t destination) {
  return movedim(self, IntArrayRef(source), IntArrayRef(destination));
}

// ---- repeated without copying ----

Tensor Tensor::expand(IntArrayRef size, bool) const { return autograd::expand(*this, size); }

Tensor broadcast_to(const Tensor& self, IntArrayRef size) { return self.expand(size); }

std::vector<Tensor> broadcast_tensors(TensorList tensors) {
  DimVector sizes;
  for (const Tensor& t : tensors) sizes = broadcast_shapes(sizes, t.sizes(), "broadcast_tensors");
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(t.expand(sizes));
  return out;
}

std::vector<Tensor> meshgrid(TensorList tensors) { return meshgrid(tensors, "ij"); }

std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing) {
  TENGEN_CHECK(indexing == "ij" || indexing == "xy",
               "torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: ", indexing);
  TENGEN_CHECK(!tensors.empty(), "meshgrid expects a non-empty TensorList");
  DimVector sizes;
  for (const Tensor& t : tensors) {
    TENGEN_CHECK(t.dim() <= 1,
                 "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ", t.sizes());
    sizes.push_back(t.numel());
  }
  std::vector<Tensor> out;
  for (size_t i = 0; i < tensors.size(); ++i) {
    DimVector own(tensors.size(), 1);
    own[i] = sizes[i];
    out.push_back(tensors[i].reshape(own).expand(sizes));
    if (indexing == "xy" && tensors.size() > 1) out.back() = out.back().transpose(0, 1);
  }
  return out;
}

// ---- parts ----

Tensor select(const Tensor& self, int64_t dim, int64_t index) {
  return record_part("select", make_view(self, raw::select(self, dim, index)), self,
                     [dim, index](const Tensor& t) { return t.select(dim, index); });
}

Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
             int64_t step) {
  TENGEN_CHECK(self.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, self.dim());
  TENGEN_CHECK(step > 0, "slice step must be positive, found ", step);
  int64_t size = self.size(dim);
  auto bound = [size](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size); };
  int64_t first = bound(start.value_or(0)), last = std::max(first, bound(end.value_or(size)));
  Geometry result = raw::geometry(self);
  result.offset += first * result.strides[dim];
  result.sizes[dim] = (last - first + step - 1) / step;
  result.strides[dim] *= step;
  return record_part("slice", make_view(self, std::move(result)), self,
                     [=](const Tensor& t) { return t.slice(dim, first, last, step); });
}

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  TENGEN_CHECK(self.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
  int64_t size = self.size(dim);
  if (start < -size || start > size)
    fail<IndexError>("narrow: start ", start, " is out of range for dimension ", dim, " of size ", size);
  if (start < 0) start += size;
  TENGEN_CHECK(length >= 0 && start + length <= size, "start (", start, ") + length (", length,
               ") exceeds dimension size (", size, ").");
  return self.slice(dim, start, start + length);
}

Tensor diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  dim1 = wrap_dim(dim1, self.dim());
  dim2 = wrap_dim(dim2, self.dim());
  TENGEN_CHECK(dim1 != dim2, "diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  int64_t row = std::max<int64_t>(-offset, 0), column = std::max<int64_t>(offset, 0);
  int64_t length = std::max<int64_t>(std::min(self.size(dim1) - row, self.size(dim2) - column), 0);
  DimVector sizes, strides;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d == dim1 || d == dim2) continue;
    sizes.push_back(self.size(d));
    strides.push_back(self.stride(d));
  }
  sizes.push_back(length);
  strides.push_back(self.stride(dim1) + self.stride(dim2));
  int64_t first =
      self.storage_offset() + (length > 0 ? row * self.stride(dim1) + column * self.stride(dim2) : 0);
  return record_part("diagonal", make_view(self, {std::move(sizes), std::move(strides), first}), self,
                     [=](const Tensor& t) { return t.diagonal(offset, dim1, dim2); });
}

// ---- several parts at once: one node, whose rule puts the gradients together again ----

namespace {

/// gradients[i], or zeros that take no memory where nobody sent one.
std::vector<Tensor> defined(const Grads& gradients, const std::vector<DimVector>& sizes) {
  const Tensor& some =
      *std::find_if(gradients.begin(), gradients.end(), [](const Tensor& g) { return g.defined(); });
  std::vector<Tensor> out;
  for (size_t i = 0; i < sizes.size(); ++i)
    out.push_back(gradients[i].defined() ? gradients[i] : zeros({}, some.options()).expand(sizes[i]));
  return out;
}

}  // namespace

std::vector<Tensor> split(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  TENGEN_CHECK(self.dim() > 0, "split expects at least a 1-dimensional tensor");
  dim = wrap_dim(dim, self.dim());
  int64_t total = 0;
  for (int64_t size : split_sizes) {
    TENGEN_CHECK(size >= 0,
                 "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=",
                 split_sizes);
    total += size;
  }
  TENGEN_CHECK(total == self.size(dim), "split_with_sizes expects split_sizes to sum exactly to ",
               self.size(dim), " (input tensor's size at dimension ", dim,
               "), but got split_sizes=", split_sizes);
  std::vector<Tensor> out;
  std::vector<DimVector> shapes;
  Geometry part = raw::geometry(self);
  for (int64_t size : split_sizes) {
    part.sizes[dim] = size;
    shapes.push_back(part.sizes);
    out.push_back(make_view(self, part, ViewOrigin::several_views));
    part.offset += size * part.strides[dim];
  }
  return autograd::record_all("split", std::move(out), {self}, {},
                              [dim, shapes = std::move(shapes)](Node&, const Grads& g) -> Grads {
                                return {cat(defined(g, shapes), dim)};
                              });
}
std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim) {
  TENGEN_CHECK(self.dim() > 0, "split expects at least a 1-dimensional tensor");
  int64_t size = self.size(dim);
  TENGEN_CHECK(split_size >= 0, "split expects split_size be non-negative, but got split_size=", split_size);
  TENGEN_CHECK(split_size > 0 || size == 0,
               "split_size can only be 0 if dimension size is 0, but got dimension size of ", size);
  DimVector sizes;
  for (int64_t rest = size; rest > 0; rest -= split_size) sizes.push_back(std::min(rest, split_size));
  if (sizes.empty()) sizes.push_back(0);
  return split(self, sizes, dim);
}
std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  return split(self, split_sizes, dim);
}

std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  TENGEN_CHECK(self.dim() > 0, "chunk expects at least a 1-dimensional tensor");
  TENGEN_CHECK(chunks > 0, "chunk expects `chunks` to be greater than 0, got: ", chunks);
  int64_t size = self.size(dim);
  if (size == 0) return split(self, DimVector(chunks, 0), dim);
  return split(self, (size + chunks - 1) / chunks, dim);
}

std::vector<Tensor> unbind(const Tensor& self, int64_t dim) {
  if (self.dim() == 0)
    fail<IndexError>("unbind: Dimension specified as ", dim, " but tensor has no dimensions");
  dim = wrap_dim(dim, self.dim());
  Geometry part = raw::geometry(self);
  part.sizes.erase(part.sizes.begin() + dim);
  part.strides.erase(part.strides.begin() + dim);
  std::vector<Tensor> out;
  for (int64_t i = 0; i < self.size(dim); ++i) {
    out.push_back(make_view(self, part, ViewOrigin::several_views));
    part.offset += self.stride(dim);
  }
  if (out.empty()) return out;
  return autograd::record_all(
      "unbind", std::move(out), {self}, {},
      [dim, shapes = std::vector<DimVector>(self.size(dim), part.sizes)](Node&, const Grads& g) -> Grads {
        return {stack(defined(g, shapes), dim)};
      });
}

}  // namespace tengen::inline api
