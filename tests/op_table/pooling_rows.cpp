// Pooling by plain loops: which elements each window sees.
#include <algorithm>
#include <cmath>

#include <tengen/autograd/ops/spatial.h>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

/// The places that window i of an axis sees, and how many it counts.
struct Seen {
  Sizes places;
  int64_t count;
};
using Axis = std::function<std::vector<Seen>(int64_t in)>;

struct Window {
  int64_t kernel, stride, pad = 0, dilation = 1;
  bool ceil_mode = false, count_pad = true;
};
Axis regular(const Window& w) {
  return [=](int64_t in) {
    std::vector<Seen> windows;
    for (int64_t begin = -w.pad; begin < in; begin += w.stride) {
      const int64_t end = begin + w.dilation * (w.kernel - 1) + 1;
      if (end > in + w.pad && !w.ceil_mode) break;
      Seen seen{{}, std::min(begin + w.kernel, in + w.pad) - begin};
      for (int64_t at = begin; at < end; at += w.dilation)
        if (at >= 0 && at < in) seen.places.push_back(at);
      if (!w.count_pad) seen.count = int64_t(seen.places.size());
      windows.push_back(seen);
      if (end > in + w.pad) break;
    }
    return windows;
  };
}
Axis adaptive(int64_t out) {
  return [=](int64_t in) {
    std::vector<Seen> windows;
    for (int64_t i = 0; i < out; ++i) {
      Seen seen{{}, 0};
      for (int64_t at = i * in / out; at < (i + 1) * in / out + ((i + 1) * in % out > 0); ++at)
        seen.places.push_back(at);
      seen.count = int64_t(seen.places.size());
      windows.push_back(seen);
    }
    return windows;
  };
}

/// t as (planes, D, H, W), 1 for dimensions that it lacks.
Array volumes(const Tensor& t, size_t dims) {
  Array x(t);
  Sizes sizes(4, 1);
  for (size_t d = 0; d < dims; ++d) sizes[3 - d] = t.size(-1 - int64_t(d));
  sizes[0] = int64_t(x.data.size()) / (sizes[1] * sizes[2] * sizes[3]);
  x.sizes = sizes;
  return x;
}

/// Maxima and where they were, or means; `axes` of the last dimensions. A divisor replaces the counts.
Tensors pooled(const Tensor& t, const std::vector<Axis>& axes, bool mean, int64_t divisor = 0) {
  const Array x = volumes(t, axes.size());
  std::vector<std::vector<Seen>> windows(3, {{{0}, 1}});
  Sizes sizes = sizes_of(t);
  for (size_t d = 0; d < axes.size(); ++d) {
    windows[3 - axes.size() + d] = axes[d](t.size(int64_t(d) - int64_t(axes.size())));
    sizes[sizes.size() - axes.size() + d] = int64_t(windows[3 - axes.size() + d].size());
  }
  std::vector<double> out, index;
  for (int64_t p = 0; p < x.sizes[0]; ++p)
    for (const Seen& depth : windows[0])
      for (const Seen& row : windows[1])
        for (const Seen& column : windows[2]) {
          double best = mean ? 0 : -INFINITY, where = 0;
          for (int64_t z : depth.places)
            for (int64_t y : row.places)
              for (int64_t c : column.places) {
                const double v = x({p, z, y, c});
                if (mean) best += v;
                if (mean || !(v > best)) continue;
                best = v;
                where = double((z * x.sizes[2] + y) * x.sizes[3] + c);
              }
          if (mean) best /= double(divisor ? divisor : depth.count * row.count * column.count);
          out.push_back(best);
          index.push_back(where);
        }
  if (mean) return {make(out, sizes)};
  return {make(out, sizes), make(index, sizes)};
}

std::vector<Sample> samples_of(std::vector<Sizes> cases) {
  std::vector<Sample> samples;
  for (const Sizes& sizes : cases)
    samples.push_back({tengen::detail::str(IntArrayRef(sizes)), {distinct(sizes, 0.1)}});
  return samples;
}

Tensors both(std::tuple<Tensor, Tensor> found) { return {std::get<0>(found), std::get<1>(found)}; }

Row max_row(std::vector<Window> w, std::vector<Sizes> cases) {
  const auto numbers = [w](int64_t Window::*member) {
    DimVector out;
    for (const Window& axis : w) out.push_back(axis.*member);
    return out;
  };
  const DimVector kernel = numbers(&Window::kernel), stride = numbers(&Window::stride),
                  pad = numbers(&Window::pad), dilation = numbers(&Window::dilation);
  const bool ceil = w[0].ceil_mode, line = w.size() == 1;
  return {.name = line ? "max_pool1d_with_indices" : "max_pool3d_with_indices",
          .call = [=](const Tensors& in) -> Tensors {
            if (line) return both(max_pool1d_with_indices(in[0], kernel, stride, pad, dilation, ceil));
            Tensors out = both(max_pool3d_with_indices(in[0], kernel, stride, pad, dilation, ceil));
            out.push_back(max_pool3d(in[0], kernel, stride, pad, dilation, ceil));
            return out;
          },
          .samples = [=] { return samples_of(cases); },
          .reference = [=](const Tensors& in) -> Tensors {
            std::vector<Axis> axes;
            for (const Window& axis : w) axes.push_back(regular(axis));
            Tensors out = pooled(in[0], axes, false);
            if (!line) out.push_back(out[0]);
            return out;
          },
          .also = {line ? "max_pool1d_with_indices" : "max_pool3d"}};
}

Row avg_row(std::vector<Window> w, int64_t divisor, std::vector<Sizes> cases) {
  return {
      .name = "avg_pool3d",
      .call = [=](const Tensors& in) -> Tensors {
        return {avg_pool3d(in[0], {w[0].kernel, w[1].kernel, w[2].kernel},
                           {w[0].stride, w[1].stride, w[2].stride}, {w[0].pad, w[1].pad, w[2].pad},
                           w[0].ceil_mode, w[0].count_pad, divisor ? std::optional(divisor) : std::nullopt)};
      },
      .samples = [=] { return samples_of(cases); },
      .reference = [=](const Tensors& in) -> Tensors {
        return pooled(in[0], {regular(w[0]), regular(w[1]), regular(w[2])}, true, divisor);
      }};
}

using Adaptive = std::tuple<Tensor, Tensor> (*)(const Tensor&, IntArrayRef);

Row adaptive_row(const char* name, Adaptive pool, Sizes out, std::vector<Sizes> cases) {
  return {.name = name,
          .call = [=](const Tensors& in) -> Tensors { return both(pool(in[0], out)); },
          .samples = [=] { return samples_of(cases); },
          .reference = [=](const Tensors& in) -> Tensors {
            std::vector<Axis> axes;
            for (int64_t size : out) axes.push_back(adaptive(size));
            return pooled(in[0], axes, false);
          },
          .errors = {{"dimensions", [=] { pool(uniform({3}), out); }, "(batch mode) tensor, but got"},
                     {"size",
                      [=] {
                        pool(uniform(cases[0]), {1, 1, 1, 1});
                      },
                      "output_size must have"}}};
}

/// Windows at floor(alpha * (i + u)) - floor(alpha * u), one set per channel.
Axis fractional(double u, int64_t out, int64_t kernel) {
  return [=](int64_t in) {
    std::vector<Seen> windows;
    const double alpha = double(in - kernel) / double(out - 1);
    for (int64_t i = 0; i < out; ++i) {
      const int64_t begin =
          i == out - 1 ? in - kernel : int64_t((double(i) + u) * alpha) - int64_t(u * alpha);
      Seen seen{{}, kernel};
      for (int64_t k = 0; k < kernel; ++k) seen.places.push_back(begin + k);
      windows.push_back(seen);
    }
    return windows;
  };
}

/// `order`: which sample belongs to which axis.
Row fractional_row(Sizes kernel, Sizes out, std::vector<size_t> order, Sizes input) {
  const size_t dims = kernel.size();
  const int64_t planes = input[0] * input[1];
  const Tensor samples = uniform({input[0], input[1], int64_t(dims)}, 0, 1, 9);
  const auto pool = dims == 2 ? fractional_max_pool2d : fractional_max_pool3d;
  return {.name = dims == 2 ? "fractional_max_pool2d" : "fractional_max_pool3d",
          .call = [=](const Tensors& in) -> Tensors {
            return both(pool(in[0], kernel, out, samples.to(in[0].device())));
          },
          .samples = [=] { return samples_of({input}); },
          .reference = [=](const Tensors& in) -> Tensors {
            const std::vector<double> u = values(samples);
            Tensors value, index;
            for (int64_t p = 0; p < planes; ++p) {
              std::vector<Axis> axes;
              for (size_t d = 0; d < dims; ++d)
                axes.push_back(fractional(u[size_t(p) * dims + order[d]], out[d], kernel[d]));
              const Tensors found = pooled(in[0].flatten(0, 1)[p], axes, false);
              value.push_back(found[0]);
              index.push_back(found[1]);
            }
            return {stack(value).unflatten(0, {input[0], input[1]}),
                    stack(index).unflatten(0, {input[0], input[1]})};
          },
          .errors = {{"samples",
                      [=] {
                        pool(uniform(input), kernel, out, uniform({1, 2}));
                      },
                      "expected _random_samples"},
                     {"size", [=] { pool(uniform(input), Sizes(dims, 9), out, samples); },
                      "too large relative"}}};
}

Row unpool_row(Sizes out, Sizes input) {
  const size_t dims = out.size();
  int64_t places = 1, planes = 1;
  for (int64_t size : out) places *= size;
  for (size_t d = 0; d < input.size() - dims; ++d) planes *= input[d];
  return {.name = dims == 2 ? "max_unpool2d" : "max_unpool3d",
          .call = [=](const Tensors& in) -> Tensors {
            if (dims == 2) return {max_unpool2d(in[0], in[1], out)};
            return {max_unpool3d(in[0], in[1], out, {2, 2, 2}, {0, 0, 0})};
          },
          .samples =
              [=] {
                Tensor at =
                    arange(uniform(input).numel(), kLong).reshape(input) * 7;  // all different: 7 is prime
                return std::vector<Sample>{{"some", {uniform(input), at.remainder(places)}}};
              },
          .reference = [=](const Tensors& in) -> Tensors {
            const std::vector<double> v = values(in[0]), at = values(in[1]);
            std::vector<double> result(size_t(planes * places));
            for (size_t i = 0; i < v.size(); ++i)
              result[i / (v.size() / size_t(planes)) * size_t(places) + size_t(at[i])] = v[i];
            Sizes sizes(input.begin(), input.end() - std::ptrdiff_t(dims));
            sizes.insert(sizes.end(), out.begin(), out.end());
            return {make(result, sizes)};
          }};
}

}  // namespace

void add_pooling(Rows& rows) {
  const Tensor x = uniform({1, 2, 4, 4, 4});
  rows.push_back(max_row({{3, 2, 1, 1}}, {{1, 2, 7}, {2, 6}}));
  rows.back().errors = {{"dimensions", [=] { max_pool1d_with_indices(x, 2); }, "expected 2D or 3D"}};
  rows.push_back(max_row({{2, 2}, {2, 2}, {2, 2}}, {{1, 2, 4, 4, 5}, {2, 2, 3, 3}}));
  rows.back().errors = {{"dimensions", [=] { max_pool3d(x[0][0], 2); }, "expected 4D or 5D"},
                        {"kernel",
                         [=] {
                           max_pool3d(x, {2, 2});
                         },
                         "tuple of three ints"},
                        {"size", [=] { max_pool3d(x, 5); }, "Output size is too small"}};
  rows.push_back(max_row({{3, 2, 1, 1}, {2, 1, 1, 2}, {2, 3, 0, 1}}, {{1, 1, 5, 4, 4}}));
  rows.push_back(max_row({{3, 2, 0, 1, true}, {3, 2, 1, 1, true}, {2, 2, 0, 1, true}}, {{2, 1, 4, 6, 3}}));
  rows.push_back(avg_row({{2, 2}, {2, 1}, {2, 2}}, 0, {{1, 2, 4, 3, 5}, {2, 2, 3, 3}}));
  rows.back().errors = {{"dimensions", [=] { avg_pool3d(x[0][0], 2); }, "expected 4D or 5D"},
                        {"divisor", [=] { avg_pool3d(x, 2, 2, 0, false, true, 0); }, "must be not zero"}};
  rows.push_back(avg_row({{3, 2, 1, 1, true, true}, {2, 2, 1, 1, true, true}, {3, 2, 1, 1, true, true}}, 0,
                         {{1, 1, 4, 4, 6}}));
  rows.push_back(avg_row({{3, 2, 1, 1, true, false}, {2, 2, 1, 1, true, false}, {3, 2, 1, 1, true, false}}, 0,
                         {{1, 1, 4, 4, 6}}));
  rows.push_back(avg_row({{2, 1}, {2, 1}, {2, 1}}, 3, {{1, 1, 3, 2, 3}}));
  rows.push_back({.name = "adaptive_avg_pool3d",
                  .call = [](const Tensors& in) -> Tensors {
                    return {adaptive_avg_pool3d(in[0], {2, 1, 3})};
                  },
                  .samples =
                      [] {
                        return samples_of({{1, 2, 4, 2, 3}, {2, 3, 3, 4}});
                      },
                  .reference =
                      [](const Tensors& in) {
                        return pooled(in[0], {adaptive(2), adaptive(1), adaptive(3)}, true);
                      },
                  .errors = {{"size",
                              [=] {
                                adaptive_avg_pool3d(x, {1, 1});
                              },
                              "must be three ints"}}});
  rows.push_back(adaptive_row("adaptive_max_pool1d", adaptive_max_pool1d, {3}, {{1, 2, 7}, {2, 4}}));
  rows.push_back(adaptive_row("adaptive_max_pool2d", adaptive_max_pool2d, {2, 3}, {{1, 2, 5, 4}, {2, 4, 6}}));
  rows.push_back(
      adaptive_row("adaptive_max_pool3d", adaptive_max_pool3d, {2, 1, 3}, {{1, 2, 3, 2, 4}, {1, 4, 3, 3}}));
  rows.push_back(fractional_row({2, 3}, {3, 2}, {1, 0}, {2, 2, 6, 5}));
  rows.push_back(fractional_row({2, 2, 1}, {2, 3, 2}, {0, 1, 2}, {1, 2, 4, 5, 3}));
  rows.push_back(unpool_row({4, 5}, {2, 2, 2, 2}));
  rows.back().errors = {{"index",
                         [] {
                           max_unpool2d(uniform({1, 1, 2}), tensor({0, 9}).view({1, 1, 2}), {3, 3});
                         },
                         "invalid max index: 9"},
                        {"type",
                         [] {
                           max_unpool2d(uniform({1, 1, 2}), uniform({1, 1, 2}), {3, 3});
                         },
                         "should be type int64"},
                        {"shape",
                         [] {
                           max_unpool2d(uniform({1, 1, 2}), integers({1, 2, 1}, 2), {3, 3});
                         },
                         "to be same as that"}};
  rows.push_back(unpool_row({3, 4, 3}, {2, 2, 2, 2}));
}

OP_TABLE_TESTS(pooling)

}  // namespace op_table
