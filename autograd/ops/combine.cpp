// Ways to take elements together, and channels and pixels in another order.
#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

Tensor cartesian_prod(TensorList tensors) {
  TENGEN_CHECK(!tensors.empty(), "cartesian_prod: expected a non-empty list of tensors");
  for (const Tensor& t : tensors)
    TENGEN_CHECK(t.dim() == 1, "cartesian_prod: expected vectors, but got shape ", t.sizes());
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns;
  for (const Tensor& t : meshgrid(tensors)) columns.push_back(t.flatten());
  return stack(columns, 1);
}

Tensor combinations(const Tensor& self, int64_t r, bool with_replacement) {
  TENGEN_CHECK(self.dim() == 1, "combinations: expect a 1D vector, but got shape ", self.sizes());
  TENGEN_CHECK(r >= 0, "combinations: expect a non-negative number, but got ", r);
  if (r == 0) return empty({0}, self.options());
  const Tensor positions = arange(self.size(0), self.options().dtype(kLong));
  const std::vector<Tensor> grids = meshgrid(std::vector<Tensor>(size_t(r), positions));
  Tensor ordered = ones_like(grids[0], kBool);
  for (size_t i = 1; i < grids.size(); ++i)
    ordered = ordered & (with_replacement ? grids[i - 1] <= grids[i] : grids[i - 1] < grids[i]);
  std::vector<Tensor> columns;
  for (const Tensor& grid : grids) columns.push_back(self.index_select(0, grid.masked_select(ordered)));
  return stack(columns, 1);
}

Tensor vander(const Tensor& x, std::optional<int64_t> N, bool increasing) {
  TENGEN_CHECK(x.dim() == 1, "vander: x must be a one-dimensional tensor, but got shape ", x.sizes());
  const int64_t rows = x.size(0), n = N.value_or(rows);
  TENGEN_CHECK(n >= 0, "vander: N must be non-negative, but got ", n);
  if (n == 0) return empty({rows, 0}, x.options());
  const Tensor column = x.unsqueeze(1);
  const Tensor powers = cat({ones_like(column), column.expand({rows, n - 1}).cumprod(1)}, 1);
  return increasing ? powers : powers.flip(1);
}

Tensor channel_shuffle(const Tensor& self, int64_t groups) {
  TENGEN_CHECK(self.dim() > 2, "channel_shuffle: expected an input of more than 2 dimensions, but got shape ",
               self.sizes());
  TENGEN_CHECK(groups > 0 && self.size(1) % groups == 0,
               "channel_shuffle: number of channels must be divisible by groups, but got ", self.size(1),
               " channels and ", groups, " groups");
  return self.unflatten(1, {groups, self.size(1) / groups}).transpose(1, 2).flatten(1, 2);
}

Tensor pixel_shuffle(const Tensor& self, int64_t r) {
  TENGEN_CHECK(self.dim() >= 3 && r > 0 && self.size(-3) % (r * r) == 0,
               "pixel_shuffle: expected (N,C*r*r,H,W) with r = ", r, ", but got shape ", self.sizes());
  const int64_t c = self.size(-3) / (r * r), h = self.size(-2), w = self.size(-1);
  DimVector sizes(self.sizes().slice(0, size_t(self.dim()) - 3));
  for (int64_t n : {c, h * r, w * r}) sizes.push_back(n);
  const Tensor pixels = self.reshape({-1, c, r, r, h, w});  // (N,C,r,r,H,W) -> (N,C,H,r,W,r)
  return pixels.permute({0, 1, 4, 2, 5, 3}).reshape(sizes);
}

Tensor pixel_unshuffle(const Tensor& self, int64_t r) {
  TENGEN_CHECK(self.dim() >= 3 && r > 0 && self.size(-2) % r == 0 && self.size(-1) % r == 0,
               "pixel_unshuffle: expected (N,C,H*r,W*r) with r = ", r, ", but got shape ", self.sizes());
  const int64_t c = self.size(-3), h = self.size(-2) / r, w = self.size(-1) / r;
  DimVector sizes(self.sizes().slice(0, size_t(self.dim()) - 3));
  for (int64_t n : {c * r * r, h, w}) sizes.push_back(n);
  const Tensor pixels = self.reshape({-1, c, h, r, w, r});
  return pixels.permute({0, 1, 3, 5, 2, 4}).reshape(sizes);
}

}  // namespace tengen::inline api
