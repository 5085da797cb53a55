// Operators that put copies of their input's elements in new places.
#include <algorithm>

#include <tengen/autograd/ops/embed.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/ops/replace.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::inline api {
using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

/// Copies `piece` into `out` at position `start` of dimension `dim`.
void copy_into(const Tensor& out, const Tensor& piece, IntArrayRef sizes, IntArrayRef strides, int64_t dim,
               int64_t start) {
  View to = view_of(out),
       from{piece.data_ptr(), piece.dtype(), int(sizes.size()), sizes.data(), strides.data()};
  to.data = static_cast<char*>(to.data) + size_t(start * out.stride(dim)) * out.element_size();
  to.sizes = sizes.data();
  kernels(out).copy(to, from);
}

}  // namespace

// ---- several into one ----

Tensor cat(TensorList tensors, int64_t dim) {
  TENGEN_CHECK(!tensors.empty(), "cat(): expected a non-empty list of Tensors");
  // For history's sake a tensor of shape (0) goes with anything.
  auto skipped = [](const Tensor& t) { return t.dim() == 1 && t.numel() == 0; };
  const Tensor* first = nullptr;
  ScalarType dtype = tensors[0].dtype();
  for (size_t i = 0; i < tensors.size(); ++i) {
    check_same_device("cat", {&tensors[0], &tensors[i]});
    TENGEN_CHECK(tensors[i].dim() > 0, "cat: zero-dimensional tensor (at position ", i,
                 ") cannot be concatenated");
    dtype = promote_types(dtype, tensors[i].dtype());
    if (!first && !skipped(tensors[i])) first = &tensors[i];
  }
  if (!first) first = &tensors[0];
  dim = wrap_dim(dim, first->dim());
  DimVector sizes(first->sizes()), lengths;
  sizes[dim] = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    lengths.push_back(skipped(tensors[i]) ? 0 : tensors[i].size(dim));
    sizes[dim] = size_sum(sizes[dim], lengths.back());
    if (skipped(tensors[i])) continue;
    TENGEN_CHECK(tensors[i].dim() == first->dim(), "cat: Tensors must have same number of dimensions: got ",
                 first->dim(), " and ", tensors[i].dim());
    for (int64_t d = 0; d < first->dim(); ++d)
      TENGEN_CHECK(d == dim || tensors[i].size(d) == first->size(d),
                   "cat: Sizes of tensors must match except in dimension ", dim, ". Expected size ",
                   first->size(d), " but got size ", tensors[i].size(d), " for tensor number ", i,
                   " in the list.");
  }
  Tensor out = empty(sizes, TensorOptions(dtype).device(first->device()));
  int64_t start = 0;
  for (size_t i = 0; i < tensors.size(); start += lengths[i++])
    if (!skipped(tensors[i]))
      copy_into(out, tensors[i], tensors[i].sizes(), tensors[i].strides(), dim, start);
  return record("cat", out, tensors, {}, [dim, lengths](Node& node, const Tensor& g) -> Grads {
    Grads grads(lengths.size());
    int64_t start = 0;
    for (size_t i = 0; i < lengths.size(); start += lengths[i++])
      if (node.needs(i) && lengths[i] > 0) grads[i] = g.narrow(dim, start, lengths[i]);
    return grads;
  });
}
Tensor concat(TensorList tensors, int64_t dim) { return cat(tensors, dim); }

Tensor stack(TensorList tensors, int64_t dim) {
  TENGEN_CHECK(!tensors.empty(), "stack expects a non-empty TensorList");
  dim = wrap_dim(dim, tensors[0].dim() + 1);
  DimVector sizes(tensors[0].sizes());
  ScalarType dtype = tensors[0].dtype();
  for (size_t i = 0; i < tensors.size(); ++i) {
    TENGEN_CHECK(tensors[i].sizes() == tensors[0].sizes(),
                 "stack expects each tensor to be equal size, but got ", tensors[0].sizes(),
                 " at entry 0 and ", tensors[i].sizes(), " at entry ", i);
    dtype = promote_types(dtype, tensors[i].dtype());
  }
  sizes.insert(sizes.begin() + dim, int64_t(tensors.size()));
  Tensor out = empty(sizes, TensorOptions(dtype).device(tensors[0].device()));
  sizes[dim] = 1;
  for (size_t i = 0; i < tensors.size(); ++i) {
    DimVector strides(tensors[i].strides());
    strides.insert(strides.begin() + dim, 0);
    copy_into(out, tensors[i], sizes, strides, dim, int64_t(i));
  }
  return record("stack", out, tensors, {},
                [dim, count = tensors.size()](Node& node, const Tensor& g) -> Grads {
                  Grads grads(count);
                  for (size_t i = 0; i < count; ++i)
                    if (node.needs(i)) grads[i] = g.select(dim, int64_t(i));
                  return grads;
                });
}

Tensor hstack(TensorList tensors) {
  TENGEN_CHECK(!tensors.empty(), "hstack expects a non-empty TensorList");
  std::vector<Tensor> rows;
  for (const Tensor& t : tensors) rows.push_back(t.dim() == 0 ? t.reshape(1) : t);
  return cat(rows, rows[0].dim() == 1 ? 0 : 1);
}

Tensor vstack(TensorList tensors) {
  TENGEN_CHECK(!tensors.empty(), "vstack expects a non-empty TensorList");
  std::vector<Tensor> rows;
  for (const Tensor& t : tensors) rows.push_back(t.dim() < 2 ? t.reshape({1, t.numel()}) : t);
  return cat(rows, 0);
}

// ---- repetition ----

Tensor Tensor::repeat(IntArrayRef repeats) const {
  TENGEN_CHECK(int64_t(repeats.size()) >= dim(), "repeat: Number of dimensions of repeat dims ", repeats,
               " can not be smaller than number of dimensions of tensor ", sizes());
  // (s0, s1) repeated (r0, r1) times: (1, s0, 1, s1) -> (r0, s0, r1, s1) -> (r0*s0, r1*s1)
  DimVector apart, wide, whole, copies;
  for (size_t i = 0; i < repeats.size(); ++i) {
    int64_t d = int64_t(i) - int64_t(repeats.size()) + dim(), size = d < 0 ? 1 : sizes()[d];
    TENGEN_CHECK(repeats[i] >= 0, "repeat: Trying to create tensor with negative dimension ",
                 repeats[i] * size, ": a dimension of size ", size, " repeated ", repeats[i], " times");
    copies.push_back(int64_t(apart.size()));
    for (int64_t n : {int64_t{1}, size}) apart.push_back(n);
    for (int64_t n : {repeats[i], size}) wide.push_back(n);
    whole.push_back(size_product(repeats[i], size));
  }
  Tensor out;
  {
    NoGradGuard no_grad;
    out = reshape(apart).expand(wide).clone(MemoryFormat::Contiguous).detach().view(whole).detach();
  }
  return record("repeat", out, {*this}, {},
                [wide, copies, shape = DimVector(sizes())](Node&, const Tensor& g) -> Grads {
                  return {copies.empty() ? g : g.reshape(wide).sum(copies).reshape(shape)};
                });
}

Tensor tile(const Tensor& self, IntArrayRef repeats) {
  DimVector all(std::max<int64_t>(self.dim() - int64_t(repeats.size()), 0), 1);
  for (int64_t n : repeats) all.push_back(n);
  return self.repeat(all);
}

Tensor repeat_interleave(const Tensor& self, int64_t repeats, std::optional<int64_t> dim) {
  TENGEN_CHECK(repeats >= 0, "repeat_interleave: repeats can not be negative, found ", repeats);
  if (!dim || self.dim() == 0) return self.reshape({-1, 1}).expand({-1, repeats}).clone().flatten();
  int64_t d = wrap_dim(*dim, self.dim());
  DimVector sizes(self.sizes());  // (..., s, ...) -> (..., s, r, ...) -> (..., s*r, ...)
  sizes.insert(sizes.begin() + d + 1, repeats);
  return self.unsqueeze(d + 1).expand(sizes).clone().flatten(d, d + 1);
}

Tensor repeat_interleave(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim) {
  if (!dim) return repeat_interleave(self.flatten(), repeats, 0);
  TENGEN_CHECK(repeats.dim() <= 1 && (repeats.dtype() == kLong || repeats.dtype() == kInt),
               "repeat_interleave: repeats must be 0-dim or 1-dim tensor of integers, found ",
               repeats.dtype(), " of shape ", repeats.sizes());
  if (repeats.numel() == 1) return repeat_interleave(self, repeats.item<int64_t>(), dim);
  int64_t n = self.size(*dim);
  TENGEN_CHECK(repeats.numel() == n,
               "repeat_interleave: repeats must have the same size as input along dim, found ",
               repeats.numel(), " and ", n);
  Tensor counts = repeats.cpu().to(kLong).contiguous();
  const int64_t* count = counts.data_ptr<int64_t>();
  std::vector<int64_t> from;
  for (int64_t i = 0; i < n; ++i) {
    TENGEN_CHECK(count[i] >= 0, "repeat_interleave: repeats can not be negative, found ", count[i]);
    from.insert(from.end(), size_t(count[i]), i);
  }
  return self.index_select(*dim, tensor(from, kLong).to(TensorOptions(self.device())));
}

// ---- another order ----

Tensor flip(const Tensor& self, IntArrayRef dims) {
  // Read backwards: from the last element with negative strides.
  DimVector strides(self.strides());
  std::vector<bool> seen(self.dim());
  int64_t first = 0;
  for (int64_t d : dims) {
    d = wrap_dim(d, self.dim());
    if (self.dim() == 0) continue;
    TENGEN_CHECK(!seen[d], "flip: dim ", d, " appears multiple times in the list of dims");
    seen[d] = true;
    first += (self.size(d) - 1) * strides[d];
    strides[d] = -strides[d];
  }
  Tensor out = empty(self.sizes(), self.options());
  if (out.numel() > 0) {
    View from = view_of(self);
    from.data = static_cast<char*>(from.data) + first * int64_t(self.element_size());
    from.strides = strides.data();
    kernels(self).copy(view_of(out), from);
  }
  return record("flip", out, {self}, {},
                [dims = DimVector(dims)](Node&, const Tensor& g) -> Grads { return {g.flip(dims)}; });
}

Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims) {
  if (dims.empty() && shifts.size() == 1) return self.flatten().roll(shifts, 0).view(self.sizes());
  TENGEN_CHECK(shifts.size() == dims.size() && !shifts.empty(),
               "roll: shifts and dimensions must align. shifts: ", shifts.size(), ", dims:", dims.size());
  Tensor out = self.detach();
  DimVector back;
  for (size_t i = 0; i < dims.size(); ++i) {
    back.push_back(-shifts[i]);
    int64_t size = out.size(dims[i]);
    if (self.numel() == 0) continue;
    int64_t tail = (shifts[i] % size + size) % size;  // elements that come round to the front
    out = cat({out.narrow(dims[i], size - tail, tail), out.narrow(dims[i], 0, size - tail)}, dims[i]);
  }
  if (self.numel() == 0) out = empty(self.sizes(), self.options());
  return record("roll", out, {self}, {}, [back, dims = DimVector(dims)](Node&, const Tensor& g) -> Grads {
    return {g.roll(back, dims)};
  });
}

Tensor rot90(const Tensor& self, int64_t k, IntArrayRef dims) {
  TENGEN_CHECK(dims.size() == 2, "rot90: expected total rotation dims == 2, but got dims = ", dims.size());
  TENGEN_CHECK(self.dim() >= 2, "rot90: expected total dims >= 2, but got total dims = ", self.dim());
  int64_t a = wrap_dim(dims[0], self.dim()), b = wrap_dim(dims[1], self.dim());
  TENGEN_CHECK(a != b, "rot90: expected rotation dims to be different, but got dim0 = ", dims[0],
               " and dim1 = ", dims[1]);
  switch ((k % 4 + 4) % 4) {
    case 1:
      return self.flip(b).transpose(a, b);
    case 2:
      return self.flip({a, b});
    case 3:
      return self.flip(a).transpose(a, b);
    default:
      return self.clone();
  }
}

// ---- triangles and diagonals ----

namespace {

/// Which elements of (rows, columns) matrices lie above diagonal number `diagonal`, which may be any number.
Tensor above(const Tensor& self, int64_t diagonal) {
  TENGEN_CHECK(self.dim() >= 2, "tril and triu: input tensor must have at least 2 dimensions, found ",
               self.sizes());
  TensorOptions options = TensorOptions(kLong).device(self.device());
  diagonal = std::clamp(diagonal, -self.size(-2) - 1, self.size(-1));
  return arange(self.size(-1), options) > arange(self.size(-2), options).unsqueeze(-1) + diagonal;
}

}  // namespace

Tensor tril(const Tensor& self, int64_t diagonal) {
  Tensor out = self.detach().masked_fill(above(self, diagonal), 0);
  return record("tril", out, {self}, {},
                [diagonal](Node&, const Tensor& g) -> Grads { return {g.tril(diagonal)}; });
}

Tensor triu(const Tensor& self, int64_t diagonal) {
  Tensor out = self.detach().masked_fill(above(self, std::max(diagonal, INT64_MIN + 1) - 1).logical_not(), 0);
  return record("triu", out, {self}, {},
                [diagonal](Node&, const Tensor& g) -> Grads { return {g.triu(diagonal)}; });
}

Tensor& Tensor::tril_(int64_t diagonal) const {
  return autograd::replace_("tril_", *this, {}, [&](const Tensor& x) { return x.tril(diagonal); });
}
Tensor& Tensor::triu_(int64_t diagonal) const {
  return autograd::replace_("triu_", *this, {}, [&](const Tensor& x) { return x.triu(diagonal); });
}

Tensor diag(const Tensor& self, int64_t diagonal) {
  TENGEN_CHECK(self.dim() == 1 || self.dim() == 2, "diag: matrix or a vector expected, found ", self.sizes());
  if (self.dim() == 2) return self.diagonal(diagonal).clone();
  int64_t n = self.size(0) + std::abs(diagonal);
  return autograd::embed(self, {n, n}, [diagonal](const Tensor& t) { return t.diagonal(diagonal); });
}

// ---- margins ----

Tensor constant_pad_nd(const Tensor& self, IntArrayRef pad, const Scalar& value) {
  TENGEN_CHECK(pad.size() % 2 == 0, "pad: Padding length must be divisible by 2, found ", pad);
  TENGEN_CHECK(int64_t(pad.size()) <= 2 * self.dim(), "pad: Padding length too large: ", pad,
               " for a tensor of shape ", self.sizes());
  DimVector sizes(self.sizes()), back;
  Tensor kept = self.detach();
  for (int64_t amount : pad) back.push_back(-amount);
  auto of = [&](IntArrayRef amounts, int64_t d) { return amounts.begin() + 2 * (self.dim() - 1 - d); };
  for (int64_t d = self.dim() - int64_t(pad.size()) / 2; d < self.dim(); ++d) {
    const int64_t* amount = of(pad, d);
    sizes[d] = size_sum(size_sum(sizes[d], amount[0]), amount[1]);
    int64_t first = std::max<int64_t>(-amount[0], 0),
            last = std::min(self.size(d), size_sum(self.size(d), amount[1]));
    TENGEN_CHECK(sizes[d] >= 0 && first <= last, "pad: The input size ", self.size(d),
                 ", plus negative padding ", amount[0], " and ", amount[1],
                 ", resulted in a negative output size at dimension ", d);
    kept = kept.slice(d, first, last);
  }
  Tensor out = full(sizes, value, self.options());
  Tensor inner = out;
  for (int64_t d = self.dim() - int64_t(pad.size()) / 2; d < self.dim(); ++d)
    inner = inner.narrow(d, std::max<int64_t>(of(pad, d)[0], 0), kept.size(d));
  kernels(out).copy(view_of(inner), view_of(kept));
  // Cropping what was padded and padding what was cropped: the same operator with opposite amounts.
  return record("constant_pad_nd", out, {self}, {},
                [back](Node&, const Tensor& g) -> Grads { return {constant_pad_nd(g, back, 0)}; });
}

Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode, std::optional<double> value) {
  if (mode == "constant") return constant_pad_nd(self, pad, value.value_or(0));
  TENGEN_CHECK(mode == "reflect" || mode == "replicate" || mode == "circular",
               "pad: Unrecognised padding mode ", mode,
               ", expected constant, reflect, replicate or circular");
  if (mode != "circular")
    if (CastOperands cast = to_float32(Autocast::CPU, {self}))
      return tengen::pad(cast(self), pad, mode, value);
  TENGEN_CHECK(!value || *value == 0, "pad: Padding mode \"", mode, "\" doesn't take in value argument");
  TENGEN_CHECK(pad.size() % 2 == 0 && int64_t(pad.size()) <= 2 * self.dim(), "pad: found ", pad.size(),
               " amounts, expected two for each of at most ", self.dim(), " dimensions");
  const Tensor source = mode == "circular" ? self : autograd::with_constant_gradient(self);
  Tensor out = source;
  for (size_t k = 0; k < pad.size() / 2; ++k) {
    int64_t d = self.dim() - 1 - int64_t(k), before = pad[2 * k], after = pad[2 * k + 1], n = self.size(d);
    if (before == 0 && after == 0) continue;
    int64_t most = mode == "reflect" ? n - 1 : mode == "circular" ? n : n > 0 ? std::max(before, after) : 0;
    TENGEN_CHECK(
        before <= most && after <= most,
        "pad: Padding size should be less than the corresponding input dimension, but got: padding (", before,
        ", ", after, ") at dimension ", d, " of input ", self.sizes());
    const int64_t size = size_sum(size_sum(n, before), after);
    TENGEN_CHECK(size >= 0 && before >= -n && after >= -n, "pad: negative padding (", before, ", ", after,
                 ") leaves less than nothing of dimension ", d, " of input ", self.sizes());
    const Tensor from = empty({size}, kLong);  // the position in self of every position in the result
    int64_t* position = from.data_ptr<int64_t>();
    for (int64_t i = -before; i < n + after; ++i) {
      if (mode == "reflect")
        *position++ = i < 0 ? -i : i < n ? i : 2 * (n - 1) - i;
      else if (mode == "replicate")
        *position++ = std::clamp<int64_t>(i, 0, n - 1);
      else
        *position++ = (i + n) % n;
    }
    out = out.index_select(d, from.to(TensorOptions(self.device())));
  }
  return out.is_same(source) ? self.clone() : out;
}

namespace {

Tensor pad_last(const Tensor& self, IntArrayRef padding, int64_t dims, const char* mode, const char* name) {
  TENGEN_CHECK(int64_t(padding.size()) == 2 * dims, name, ": padding size is expected to be ", 2 * dims,
               ", but got: ", padding.size());
  TENGEN_CHECK(self.dim() == dims + 1 || self.dim() == dims + 2, name, ": Expected ", dims + 1, "D or ",
               dims + 2, "D (batch mode) tensor, but got input of size: ", self.sizes());
  return pad(self, padding, mode);
}

}  // namespace

Tensor reflection_pad1d(const Tensor& self, IntArrayRef padding) {
  return pad_last(self, padding, 1, "reflect", "reflection_pad1d");
}
Tensor reflection_pad2d(const Tensor& self, IntArrayRef padding) {
  return pad_last(self, padding, 2, "reflect", "reflection_pad2d");
}
Tensor reflection_pad3d(const Tensor& self, IntArrayRef padding) {
  return pad_last(self, padding, 3, "reflect", "reflection_pad3d");
}
Tensor replication_pad1d(const Tensor& self, IntArrayRef padding) {
  return pad_last(self, padding, 1, "replicate", "replication_pad1d");
}
Tensor replication_pad2d(const Tensor& self, IntArrayRef padding) {
  return pad_last(self, padding, 2, "replicate", "replication_pad2d");
}
Tensor replication_pad3d(const Tensor& self, IntArrayRef padding) {
  return pad_last(self, padding, 3, "replicate", "replication_pad3d");
}

Tensor one_hot(const Tensor& self, int64_t num_classes) {
  TENGEN_CHECK(self.dtype() == kLong, "one_hot is only applicable to index tensor (int64), found ",
               self.dtype());
  DimVector sizes(self.sizes());
  if (self.numel() == 0) {
    TENGEN_CHECK(num_classes > 0, "one_hot: Can not infer total number of classes from empty tensor.");
    sizes.push_back(num_classes);
    return empty(sizes, self.options());
  }
  int64_t largest = self.max().item<int64_t>();
  TENGEN_CHECK(self.min().item<int64_t>() >= 0, "one_hot: Class values must be non-negative.");
  TENGEN_CHECK(num_classes == -1 || largest < num_classes,
               "one_hot: Class values must be smaller than num_classes.");
  sizes.push_back(num_classes < 0 ? largest + 1 : num_classes);
  Tensor out = zeros(sizes, self.options());
  return out.scatter_(-1, self.unsqueeze(-1), 1);
}

}  // namespace tengen::inline api
