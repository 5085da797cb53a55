#include "table.h"

#include <algorithm>
#include <numeric>

#include <tengen/tensor/kernel_view.h>

namespace op_table {

using namespace tengen;

std::vector<Family>& families() {
  static std::vector<Family> all;
  return all;
}

Tensor uniform(std::vector<int64_t> sizes, double lo, double hi, uint64_t seed) {
  Tensor out = empty(sizes, kDouble);
  Generator generator = make_generator(seed);
  for (int64_t i = 0; i < out.numel(); ++i)
    out.data_ptr<double>()[i] = lo + (hi - lo) * generator.uniform_double();
  return out;
}

Tensor distinct(std::vector<int64_t> sizes, double gap, uint64_t seed) {
  Tensor out = empty(sizes, kDouble);
  Generator generator = make_generator(seed);
  int64_t n = out.numel();
  double* data = out.data_ptr<double>();
  for (int64_t i = 0; i < n; ++i) data[i] = gap * (double(i) - double(n) / 2 + 0.3);
  for (int64_t i = n - 1; i > 0; --i) std::swap(data[i], data[generator.random64() % uint64_t(i + 1)]);
  return out;
}

Tensor integers(std::vector<int64_t> sizes, int64_t high, uint64_t seed) {
  Tensor out = empty(sizes, kLong);
  Generator generator = make_generator(seed);
  for (int64_t i = 0; i < out.numel(); ++i)
    out.data_ptr<int64_t>()[i] = int64_t(generator.random64() % uint64_t(high));
  return out;
}

Tensor noncontiguous(const Tensor& t) {
  // Reversed dimensions with a gap of one element between neighbours.
  std::vector<int64_t> sizes(t.sizes().begin(), t.sizes().end()), reversed(sizes.rbegin(), sizes.rend()),
      order;
  for (int64_t d = t.dim() - 1; d >= 0; --d) order.push_back(d);
  reversed.push_back(2);
  Tensor view = full(reversed, 0, t.options()).select(-1, 1).permute(order);
  kernels(view).copy(view_of(view), view_of(t));
  return view.detach();
}

std::vector<double> values(const Tensor& t) {
  Tensor flat = t.detach().to(kCPU, kDouble).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

Tensor make(const std::vector<double>& values, std::vector<int64_t> sizes) {
  Tensor out = empty(sizes, kDouble);
  TENGEN_CHECK(out.numel() == int64_t(values.size()), "make: ", values.size(), " values for shape ",
               out.sizes());
  std::copy(values.begin(), values.end(), out.data_ptr<double>());
  return out;
}

Tensors elementwise(const Tensors& inputs, const std::function<double(const std::vector<double>&)>& f) {
  DimVector sizes;
  for (const Tensor& x : inputs) sizes = broadcast_shapes(sizes, x.sizes());
  std::vector<std::vector<double>> columns;
  for (const Tensor& x : inputs) columns.push_back(values(x.expand(sizes)));
  Tensor out = empty(sizes, kDouble);
  std::vector<double> row(inputs.size());
  for (int64_t i = 0; i < out.numel(); ++i) {
    for (size_t k = 0; k < inputs.size(); ++k) row[k] = columns[k][i];
    out.data_ptr<double>()[i] = f(row);
  }
  return {out};
}

}  // namespace op_table
