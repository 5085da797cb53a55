// Sampling at given places: elements are gathered and weighed by functions of their distance to the place,
// through which the places get their gradient.
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/sampling.h>

#include "cubic.h"

namespace tengen::inline api {

namespace {

enum Interpolation { kBilinearTaps, kNearestTap, kCubicTaps };
enum Padding { kZerosOutside, kBorderOutside, kReflected };

/// One element of an axis that takes part, for all places (N,Q).
struct Tap {
  Tensor index;   // int64, inside of the axis
  Tensor weight;  // 0 for what lies outside of it
};

struct Sampler {
  int64_t interpolation, padding;
  bool align_corners;

  /// Mirrored at the ends as often as it takes to lie between them.
  Tensor reflected(const Tensor& x, int64_t size) const {
    const double low = align_corners ? 0 : -0.5, span = align_corners ? double(size - 1) : double(size);
    if (span == 0) return x * 0;
    const Tensor distance = where(x < low, low - x, x - low), rest = distance.fmod(span);
    const Tensor odd = (distance.detach() / span).floor().remainder(2) == 1;
    return where(odd, span - rest, rest) + low;
  }
  /// What lies outside moved to where its element comes from; no gradient at the ends and beyond.
  Tensor padded(const Tensor& x, int64_t size) const {
    if (padding == kZerosOutside) return x;
    return hardtanh(padding == kReflected ? reflected(x, size) : x, 0, size - 1);
  }
  Tap tap(const Tensor& whole, const Tensor& weight, int64_t size) const {
    const Tensor inside = (whole >= 0) & (whole <= size - 1);
    return {where(inside, whole.detach(), 0).to(kLong), where(inside, weight, 0)};
  }

  /// The taps of an axis for places in [-1, 1].
  std::vector<Tap> taps(const Tensor& place, int64_t size) const {
    const Tensor x =
        align_corners ? (place + 1) * (0.5 * double(size - 1)) : ((place + 1) * double(size) - 1) * 0.5;
    std::vector<Tap> out;
    if (interpolation == kCubicTaps) {
      const Tensor floor = x.detach().floor(), t = x - floor;
      for (int64_t k = -1; k <= 2; ++k) {
        const Tensor distance = k <= 0 ? t - k : k - t;
        out.push_back(tap(padded(floor + k, size), cubic_weight(distance, k == 0 || k == 1), size));
      }
      return out;
    }
    const Tensor moved = padded(x, size);
    if (interpolation == kNearestTap) {
      const Tensor whole = moved.round();  // whose gradient is 0
      return {tap(whole, where(whole.isfinite(), whole, 0) * 0 + 1, size)};
    }
    const Tensor floor = moved.detach().floor(), t = moved - floor;
    return {tap(floor, 1 - t, size), tap(floor + 1, t, size)};
  }

  /// input (N,C,S1,...,Sd), grid (N,O1,...,Od,d) -> (N,C,O1,...,Od)
  Tensor operator()(const Tensor& input, const Tensor& grid) const {
    const int64_t dims = input.dim() - 2, batch = input.size(0), channels = input.size(1);
    const Tensor elements = input.flatten(2), places = grid.flatten(1, -2);  // (N,C,P), (N,Q,d)
    const int64_t count = places.size(1);
    std::vector<Tap> all{{}};  // the taps of the axes so far, combined
    for (int64_t d = 0; d < dims; ++d) {
      const int64_t size = input.size(d + 2);
      std::vector<Tap> combined;
      for (const Tap& before : all)
        for (const Tap& here : taps(places.select(2, dims - 1 - d), size))
          combined.push_back(before.index.defined()
                                 ? Tap{before.index * size + here.index, before.weight * here.weight}
                                 : here);
      all = std::move(combined);
    }
    Tensor out;
    for (const Tap& tap : all) {
      const Tensor value = elements.gather(2, tap.index.unsqueeze(1).expand({batch, channels, count}));
      const Tensor part = value * tap.weight.unsqueeze(1);
      out = out.defined() ? out + part : part;
    }
    DimVector sizes{batch, channels};
    for (int64_t d = 0; d < dims; ++d) sizes.push_back(grid.size(d + 1));
    return out.reshape(sizes);
  }
};

Tensor sampled(const char* op, const Tensor& input, const Tensor& grid, int64_t interpolation,
               int64_t padding, bool align_corners, int64_t dims) {
  check_same_device(op, {&input, &grid});
  TENGEN_CHECK(input.dtype() == grid.dtype() && is_floating_point(input.dtype()), op,
               ": expected input and grid of the same floating type, but got ", input.dtype(), " and ",
               grid.dtype());
  TENGEN_CHECK(input.dim() == dims && grid.dim() == dims, op, ": expected ", dims,
               "D input and grid with same number of dimensions, but got input with sizes ", input.sizes(),
               " and grid with sizes ", grid.sizes());
  TENGEN_CHECK(input.size(0) == grid.size(0), op,
               ": expected grid and input to have same batch size, but got ", input.sizes(), " and ",
               grid.sizes());
  TENGEN_CHECK(grid.size(-1) == dims - 2, op, ": expected grid to have size ", dims - 2,
               " in last dimension, but got grid with sizes ", grid.sizes());
  for (int64_t d = 2; d < dims; ++d)
    TENGEN_CHECK(input.size(d) > 0, op, ": expected input to have non-empty spatial dimensions, but got ",
                 input.sizes());
  TENGEN_CHECK(interpolation >= 0 && interpolation <= 2 && padding >= 0 && padding <= 2, op,
               ": expected interpolation_mode and padding_mode from 0 to 2, but got ", interpolation, " and ",
               padding);
  TENGEN_CHECK(interpolation != kCubicTaps || dims == 4, op,
               ": bicubic interpolation only supports 4D input");
  return Sampler{interpolation, padding, align_corners}(input, grid);
}

}  // namespace

Tensor grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation_mode, int64_t padding_mode,
                    bool align_corners) {
  if (CastOperands cast = to_widest(Autocast::CUDA, {input, grid}))
    return grid_sampler(cast(input), cast(grid), interpolation_mode, padding_mode, align_corners);
  if (CastOperands cast = with_float_kernels(Autocast::CPU, {input, grid}))
    return cast.back(grid_sampler(cast(input), cast(grid), interpolation_mode, padding_mode, align_corners));
  TENGEN_CHECK(input.dim() == 4 || input.dim() == 5, "grid_sampler: expected 4D or 5D input, but got ",
               input.sizes());
  return sampled("grid_sampler", input, grid, interpolation_mode, padding_mode, align_corners, input.dim());
}

Tensor grid_sampler_2d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                       int64_t padding_mode, bool align_corners) {
  TENGEN_CHECK(input.dim() == 4, "grid_sampler_2d: expected 4D input, but got ", input.sizes());
  return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners);
}

Tensor grid_sampler_3d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                       int64_t padding_mode, bool align_corners) {
  TENGEN_CHECK(input.dim() == 5, "grid_sampler_3d: expected 5D input, but got ", input.sizes());
  return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners);
}

Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners) {
  const char* op = "affine_grid_generator";
  const auto dims = int64_t(size.size()) - 2;
  TENGEN_CHECK(dims == 2 || dims == 3, op, ": expected 4D or 5D size, but got ", size);
  TENGEN_CHECK(is_floating_point(theta.dtype()) && theta.dim() == 3 && theta.size(0) == size[0] &&
                   theta.size(1) == dims && theta.size(2) == dims + 1,
               op, ": expected ", size[0], " affine matrices of floating type, of shape ", dims, "x",
               dims + 1, ", for size ", size, ", but got ", theta.sizes(), " of ", theta.dtype());
  const IntArrayRef spatial = size.slice(2);
  std::vector<Tensor> columns;  // x, y(, z), 1 of every place
  for (int64_t d = dims - 1; d >= 0; --d) {
    const int64_t n = spatial[size_t(d)];
    TENGEN_CHECK(n > 0, op, ": expected non-zero, positive output size, but got ", size);
    Tensor line = n == 1 ? zeros({1}, theta.options().requires_grad(false))
                         : linspace(-1, 1, n, theta.options().requires_grad(false));
    if (!align_corners) line = line * (double(n - 1) / double(n));
    DimVector shape(size_t(dims), 1);
    shape[size_t(d)] = n;
    columns.push_back(line.view(shape).expand(spatial));
  }
  columns.push_back(ones_like(columns[0]));
  const Tensor places = stack(columns, -1).reshape({1, -1, dims + 1});  // (1,P,d+1)
  const Tensor grid = places.matmul(theta.transpose(1, 2));             // (N,P,d)
  DimVector shape{size[0]};
  for (int64_t n : spatial) shape.push_back(n);
  shape.push_back(dims);
  return grid.reshape(shape);
}

}  // namespace tengen::inline api
