// Pooling of volumes, and pooling whose windows adapt: compositions. Windows are boxes, so a volume is pooled
// in its planes first and then along its depth.
#include <algorithm>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/spatial.h>
#include <tengen/autograd/record.h>

namespace tengen::inline api {

namespace {

/// Three numbers as those of planes and of the depth.
struct Parts {
  DimVector plane, depth;
};

Parts parts(const char* op, const char* what, IntArrayRef values, int64_t rest) {
  TENGEN_CHECK(values.size() == 1 || values.size() == 3, op, ": ", what,
               " must either be a single int, or a tuple of three ints, but got ", values);
  return {{values[values.size() == 3], values.back()}, {values[0], rest}};
}

void check_volume(const char* op, const Tensor& x) {
  TENGEN_CHECK(x.dim() == 4 || x.dim() == 5, op,
               ": expected 4D or 5D (batch mode) tensor, but got input of size ", x.sizes());
}

/// (..., D, H, W) -> (planes, D, H, W)
Tensor as_volumes(const Tensor& x) { return x.dim() == 5 ? x.flatten(0, 1) : x; }
Tensor from_volumes(const Tensor& volumes, const Tensor& like) {
  return like.dim() == 5 ? volumes.unflatten(0, {like.size(0), like.size(1)}) : volumes;
}

struct Found {
  Tensor value, index;
};

/// Both steps of max_pool3d; `index` only if wanted.
Found max_pool(const char* op, const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
               IntArrayRef padding, IntArrayRef dilation, bool ceil_mode, bool with_index) {
  check_volume(op, self);
  const Parts kernel = parts(op, "kernel_size", kernel_size, 1);
  const Parts step = stride.empty() ? kernel : parts(op, "stride", stride, 1);
  const Parts pad = parts(op, "padding", padding, 0), spread = parts(op, "dilation", dilation, 1);
  const Tensor x = as_volumes(self);  // (P,D,H,W)
  if (!with_index) {
    const Tensor planes = max_pool2d(x, kernel.plane, step.plane, pad.plane, spread.plane, ceil_mode);
    const Tensor out =
        max_pool2d(planes.flatten(2), kernel.depth, step.depth, pad.depth, spread.depth, ceil_mode);
    return {from_volumes(out.unflatten(2, {planes.size(2), planes.size(3)}), self), {}};
  }
  const auto [planes, in_plane] =
      max_pool2d_with_indices(x, kernel.plane, step.plane, pad.plane, spread.plane, ceil_mode);
  const auto [out, place] = max_pool2d_with_indices(planes.flatten(2), kernel.depth, step.depth, pad.depth,
                                                    spread.depth, ceil_mode);  // (P,D',H'*W')
  // `place` counts in (D,H'*W'): its depth, and there the place in the plane that was pooled first.
  const Tensor chosen = in_plane.flatten(1).gather(1, place.flatten(1)).view(place.sizes());
  const int64_t pooled = planes.size(2) * planes.size(3);
  const Tensor index = place.div(pooled, "floor") * (x.size(2) * x.size(3)) + chosen;
  const DimVector plane{planes.size(2), planes.size(3)};
  return {from_volumes(out.unflatten(2, plane), self), from_volumes(index.unflatten(2, plane), self)};
}

// ---- maxima over windows of any places

/// x (P, S1, ..., Sd), places[d] (P or 1, out, K): the elements of axis d + 1 that each window sees. Values
/// and indices are (P, out1, ..., outd).
Found maxima(const Tensor& x, const std::vector<Tensor>& places) {
  Found found{x, {}};
  int64_t stride = 1;
  for (int64_t d = int64_t(places.size()); d > 0; --d) {
    const Tensor& place = places[size_t(d) - 1];
    const int64_t out = place.size(1), window = place.size(2);
    DimVector shape(size_t(x.dim()), 1), sizes(found.value.sizes());
    shape[0] = place.size(0), shape[size_t(d)] = sizes[size_t(d)] = out * window;
    const Tensor at = place.reshape(shape).expand(sizes);
    const auto [value, which] = found.value.gather(d, at).unflatten(d, {out, window}).max(d + 1);
    // Axes behind this one are pooled already: the window's choice takes its index there along.
    const Tensor along = at.unflatten(d, {out, window}).gather(d + 1, which.unsqueeze(d + 1)).squeeze(d + 1);
    found = {value, found.index.defined() ? found.index.gather(d, along) + along * stride : along * stride};
    stride *= x.size(d);
  }
  return found;
}

/// An operator on (N,C,S1,...,Sd) or (C,S1,...,Sd), as one on (P,S1,...,Sd).
template <class Pool>
std::tuple<Tensor, Tensor> by_planes(const char* op, const Tensor& self, size_t dims, IntArrayRef output_size,
                                     const Pool& pool) {
  const auto spatial = int64_t(dims);
  TENGEN_CHECK(self.dim() == spatial + 1 || self.dim() == spatial + 2, op, ": expected ", spatial + 1,
               "D or ", spatial + 2, "D (batch mode) tensor, but got ", self.sizes());
  TENGEN_CHECK(output_size.size() == dims, op, ": output_size must have ", dims, " elements, but got ",
               output_size);
  for (int64_t d = 0; d < spatial; ++d)
    TENGEN_CHECK(self.size(-1 - d) > 0 && output_size[size_t(d)] > 0, op,
                 ": expected input and output with non-zero sizes for non-batch dimensions, but got input ",
                 self.sizes(), " and output_size ", output_size);
  const bool batched = self.dim() == spatial + 2;
  const Tensor x = autograd::with_constant_gradient(self);
  const Found found = pool(batched ? x.flatten(0, 1) : x);
  const auto back = [&](const Tensor& t) {
    return batched ? t.unflatten(0, {self.size(0), self.size(1)}) : t;
  };
  return {back(found.value), back(found.index)};
}

/// The windows that divide `in` elements as evenly as possible: (1,out,K). Shorter ones repeat their last.
Tensor adaptive_windows(int64_t in, int64_t out, const Tensor& like) {
  const int64_t longest = std::min(in, (in + out - 1) / out + 1);
  std::vector<int64_t> places;
  for (int64_t i = 0; i < out; ++i) {
    const int64_t begin = i * in / out, end = ((i + 1) * in + out - 1) / out;
    for (int64_t k = 0; k < longest; ++k) places.push_back(std::min(begin + k, end - 1));
  }
  return tensor(places).to(like.device()).view({1, out, longest});
}

std::tuple<Tensor, Tensor> adaptive_max_pool(const char* op, const Tensor& self, size_t dims,
                                             IntArrayRef output_size) {
  return by_planes(op, self, dims, output_size, [&](const Tensor& x) {
    std::vector<Tensor> places;
    for (size_t d = 0; d < dims; ++d)
      places.push_back(adaptive_windows(x.size(int64_t(d) + 1), output_size[d], x));
    return maxima(x, places);
  });
}

/// Graham 2014, pseudorandom: window i begins at floor(alpha * (i + u)) - floor(alpha * u), the last one at
/// the end. u (P) -> (P,out,K).
Tensor fractional_windows(const Tensor& u, int64_t in, int64_t out, int64_t kernel) {
  const double alpha = out > 1 ? double(in - kernel) / double(out - 1) : 0;
  const Tensor i = arange(out, u.options());
  const Tensor begin = (((i + u.unsqueeze(1)) * alpha).trunc() - (u.unsqueeze(1) * alpha).trunc()).to(kLong);
  const Tensor last = (i == out - 1).unsqueeze(0);
  return begin.masked_fill(last, in - kernel).unsqueeze(2) + arange(kernel, begin.options());
}

std::tuple<Tensor, Tensor> fractional_max_pool(const char* op, const Tensor& self, size_t dims,
                                               IntArrayRef kernel_size, IntArrayRef output_size,
                                               const Tensor& random_samples) {
  TENGEN_CHECK(kernel_size.size() == dims, op, ": kernel_size must have ", dims, " elements, but got ",
               kernel_size);
  return by_planes(op, self, dims, output_size, [&](const Tensor& x) {
    TENGEN_CHECK(random_samples.numel() == x.size(0) * int64_t(dims) &&
                     random_samples.size(-1) == int64_t(dims) && is_floating_point(random_samples.dtype()),
                 op, ": expected _random_samples (N,C,", dims, ") of floating type for input ", self.sizes(),
                 ", but got ", random_samples.sizes(), " of ", random_samples.dtype());
    const Tensor samples = random_samples.detach().reshape({-1, int64_t(dims)});
    std::vector<Tensor> places;
    for (size_t d = 0; d < dims; ++d) {
      const int64_t in = x.size(int64_t(d) + 1), out = output_size[d], kernel = kernel_size[d];
      TENGEN_CHECK(kernel > 0 && out + kernel - 1 <= in, op, ": pool size ", kernel_size,
                   " too large relative to input ", self.sizes(), " for output_size ", output_size);
      // In two dimensions the first sample is the width's.
      const auto sample = int64_t(dims == 2 ? 1 - d : d);
      places.push_back(fractional_windows(samples.select(1, sample), in, out, kernel));
    }
    return maxima(x, places);
  });
}

Tensor max_unpool(const char* op, const Tensor& self, const Tensor& indices, size_t dims,
                  IntArrayRef output_size) {
  const auto spatial = int64_t(dims);
  TENGEN_CHECK(self.dim() == spatial + 1 || self.dim() == spatial + 2, op, ": expected ", spatial + 1,
               "D or ", spatial + 2, "D (batch mode) tensor, but got ", self.sizes());
  TENGEN_CHECK(indices.dtype() == kLong, op,
               ": elements in indices should be type int64 but got: ", indices.dtype());
  TENGEN_CHECK(indices.sizes().equals(self.sizes()), op,
               ": expected shape of indices to be same as that of the input tensor (", self.sizes(),
               ") but got indices tensor with shape: ", indices.sizes());
  TENGEN_CHECK(output_size.size() == dims, op, ": there should be exactly ", dims,
               " elements in output_size, but got ", output_size);
  int64_t places = 1;
  for (int64_t size : output_size) {
    TENGEN_CHECK(size >= 0, op, ": output_size must not be negative, but got ", output_size);
    places *= size;
  }
  DimVector sizes(self.sizes().slice(0, size_t(self.dim()) - dims));
  int64_t planes = 1;
  for (int64_t size : sizes) planes *= size;
  for (int64_t size : output_size) sizes.push_back(size);
  if (self.numel() > 0) {
    const int64_t low = indices.min().item<int64_t>(), high = indices.max().item<int64_t>();
    TENGEN_CHECK(low >= 0 && high < places, op, ": found an invalid max index: ", low < 0 ? low : high,
                 " (output volumes are of size ", output_size, ")");
  }
  return zeros({planes, places}, self.options())
      .scatter(1, indices.reshape({planes, -1}), self.reshape({planes, -1}))
      .view(sizes);
}

}  // namespace

std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  const char* op = "max_pool1d";
  TENGEN_CHECK(self.dim() == 2 || self.dim() == 3, op,
               ": expected 2D or 3D (batch mode) tensor, but got input of size ", self.sizes());
  const auto two = [&](const char* what, IntArrayRef values, int64_t first) {
    TENGEN_CHECK(values.size() == 1, op, ": ", what, " must be one int, but got ", values);
    return DimVector{first, values[0]};
  };
  const DimVector kernel = two("kernel_size", kernel_size, 1);
  const auto [value, index] =
      max_pool2d_with_indices(self.unsqueeze(-2), kernel, stride.empty() ? kernel : two("stride", stride, 1),
                              two("padding", padding, 0), two("dilation", dilation, 1), ceil_mode);
  return {value.squeeze(-2), index.squeeze(-2)};
}

Tensor max_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                  IntArrayRef dilation, bool ceil_mode) {
  return max_pool("max_pool3d", self, kernel_size, stride, padding, dilation, ceil_mode, false).value;
}

std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  const Found found =
      max_pool("max_pool3d_with_indices", self, kernel_size, stride, padding, dilation, ceil_mode, true);
  return {found.value, found.index};
}

Tensor avg_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                  bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor_override) {
  const char* op = "avg_pool3d";
  check_volume(op, self);
  check_floating(op, self.dtype());
  TENGEN_CHECK(divisor_override.value_or(1) != 0, op, ": divisor must be not zero");
  const Parts kernel = parts(op, "kernel_size", kernel_size, 1);
  const Parts step = stride.empty() ? kernel : parts(op, "stride", stride, 1);
  const Parts pad = parts(op, "padding", padding, 0);
  // A window's size is the product of its plane's and its depth.
  const std::optional<int64_t> once = divisor_override ? std::optional<int64_t>(1) : std::nullopt;
  const Tensor planes = avg_pool2d(as_volumes(self), kernel.plane, step.plane, pad.plane, ceil_mode,
                                   count_include_pad, divisor_override);
  const Tensor out =
      avg_pool2d(planes.flatten(2), kernel.depth, step.depth, pad.depth, ceil_mode, count_include_pad, once);
  return from_volumes(out.unflatten(2, {planes.size(2), planes.size(3)}), self);
}

Tensor adaptive_avg_pool3d(const Tensor& self, IntArrayRef output_size) {
  const char* op = "adaptive_avg_pool3d";
  check_volume(op, self);
  TENGEN_CHECK(output_size.size() == 3, op, ": output_size must be three ints, but got ", output_size);
  const Tensor planes = adaptive_avg_pool2d(as_volumes(self), output_size.slice(1));  // (P,D,H',W')
  const Tensor by_depth = planes.permute({0, 2, 3, 1}).flatten(1, 2);                 // (P,H'*W',D)
  const Tensor out =
      adaptive_avg_pool1d(by_depth, output_size[0]).unflatten(1, {planes.size(2), planes.size(3)});
  return from_volumes(out.permute({0, 3, 1, 2}).contiguous(), self);
}

std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_max_pool("adaptive_max_pool1d", self, 1, output_size);
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_max_pool("adaptive_max_pool2d", self, 2, output_size);
}
std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_max_pool("adaptive_max_pool3d", self, 3, output_size);
}

std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size, const Tensor& random_samples) {
  return fractional_max_pool("fractional_max_pool2d", self, 2, kernel_size, output_size, random_samples);
}
std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size, const Tensor& random_samples) {
  return fractional_max_pool("fractional_max_pool3d", self, 3, kernel_size, output_size, random_samples);
}

Tensor max_unpool2d(const Tensor& self, const Tensor& indices, IntArrayRef output_size) {
  return max_unpool("max_unpool2d", self, indices, 2, output_size);
}
Tensor max_unpool3d(const Tensor& self, const Tensor& indices, IntArrayRef output_size, IntArrayRef,
                    IntArrayRef) {
  return max_unpool("max_unpool3d", self, indices, 3, output_size);
}

}  // namespace tengen::inline api
