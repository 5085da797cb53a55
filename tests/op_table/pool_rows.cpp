#include <algorithm>
#include <cmath>

#include "checks.h"
#include "planes.h"

namespace op_table {

using namespace tengen;

namespace {

struct Window {
  Sizes kernel, stride, pad = {0, 0}, dilation = {1, 1};
  bool ceil_mode = false, count_pad = true;
  int64_t divisor = 0;
};

int64_t output_size(int64_t in, const Window& w, size_t d) {
  int64_t out =
      0;  // as many windows as begin inside the input or its left padding, and fit unless in ceil mode
  for (int64_t begin = -w.pad[d]; begin < in; begin += w.stride[d], ++out)
    if (begin + w.dilation[d] * (w.kernel[d] - 1) + 1 > in + w.pad[d]) {
      if (w.ceil_mode) ++out;
      break;
    }
  return out;
}

/// visit(output pixel, input pixel or -1 where there is padding); `begin` is called before each window.
template <class Begin, class Visit>
Array windows(const Array& x, const Window& w, Begin begin, Visit visit) {
  Array out({x.sizes[0], output_size(x.sizes[1], w, 0), output_size(x.sizes[2], w, 1)});
  each_index(out.sizes, [&](const Sizes& i) {
    double& value = out({i[0], i[1], i[2]});
    begin(value);
    for (int64_t ky = 0; ky < w.kernel[0]; ++ky)
      for (int64_t kx = 0; kx < w.kernel[1]; ++kx) {
        const int64_t y = i[1] * w.stride[0] - w.pad[0] + ky * w.dilation[0];
        const int64_t c = i[2] * w.stride[1] - w.pad[1] + kx * w.dilation[1];
        const bool inside = y >= 0 && c >= 0 && y < x.sizes[1] && c < x.sizes[2];
        visit(value, i, inside, y < x.sizes[1] + w.pad[0] && c < x.sizes[2] + w.pad[1],
              inside ? x({i[0], y, c}) : 0, y * x.sizes[2] + c);
      }
  });
  return out;
}

Tensors max_loops(const Tensor& input, const Window& w) {
  const Array x = planes_of(input);
  std::vector<double> indices;
  Array out = windows(
      x, w,
      [&](double& best) {
        best = -INFINITY;
        indices.push_back(-1);
      },
      [&](double& best, const Sizes&, bool inside, bool, double value, int64_t at) {
        if (!inside || !(value > best)) return;
        best = value;
        indices.back() = double(at);
      });
  Array positions = out;
  positions.data = indices;
  return {from_planes(out, input), from_planes(positions, input)};
}

Tensor avg_loops(const Tensor& input, const Window& w) {
  const Array x = planes_of(input);
  std::vector<int64_t> counts;
  Array out = windows(
      x, w,
      [&](double& sum) {
        sum = 0;
        counts.push_back(0);
      },
      [&](double& sum, const Sizes&, bool inside, bool padded, double value, int64_t) {
        if (inside) sum += value;
        counts.back() += w.count_pad ? padded : inside;
      });
  for (size_t i = 0; i < out.data.size(); ++i) out.data[i] /= double(w.divisor ? w.divisor : counts[i]);
  return from_planes(out, input);
}

Row max_row(Window w, std::vector<Sizes> cases) {
  return {.name = "max_pool2d_with_indices",
          .call = [=](const Tensors& in) -> Tensors {
            auto [out, at] =
                max_pool2d_with_indices(in[0], w.kernel, w.stride, w.pad, w.dilation, w.ceil_mode);
            return {out, at, max_pool2d(in[0], w.kernel, w.stride, w.pad, w.dilation, w.ceil_mode)};
          },
          .samples = [=] { return planes(cases); },
          .reference = [=](const Tensors& in) -> Tensors {
            Tensors found = max_loops(in[0], w);
            return {found[0], found[1], found[0]};
          },
          .also = {"max_pool2d"}};
}

Row avg_row(Window w, std::vector<Sizes> cases) {
  return {.name = "avg_pool2d",
          .call = [=](const Tensors& in) -> Tensors {
            return {avg_pool2d(in[0], w.kernel, w.stride, w.pad, w.ceil_mode, w.count_pad,
                               w.divisor ? std::optional(w.divisor) : std::nullopt)};
          },
          .samples = [=] { return planes(cases); },
          .reference = [=](const Tensors& in) -> Tensors { return {avg_loops(in[0], w)}; }};
}

Tensor adaptive_loops(const Tensor& input, int64_t h, int64_t w) {
  const Array x = planes_of(input);
  Array out({x.sizes[0], h, w});
  each_index(out.sizes, [&](const Sizes& i) {
    const int64_t top = i[1] * x.sizes[1] / h,
                  bottom = (i[1] + 1) * x.sizes[1] / h + ((i[1] + 1) * x.sizes[1] % h > 0);
    const int64_t left = i[2] * x.sizes[2] / w,
                  right = (i[2] + 1) * x.sizes[2] / w + ((i[2] + 1) * x.sizes[2] % w > 0);
    for (int64_t y = top; y < bottom; ++y)
      for (int64_t c = left; c < right; ++c)
        out({i[0], i[1], i[2]}) += x({i[0], y, c}) / double((bottom - top) * (right - left));
  });
  return from_planes(out, input);
}

Row adaptive_row(int64_t h, int64_t w, std::vector<Sizes> cases) {
  return {.name = "adaptive_avg_pool2d",
          .call = [=](const Tensors& in) -> Tensors {
            return {adaptive_avg_pool2d(in[0], {h, w})};
          },
          .samples = [=] { return planes(cases); },
          .reference = [=](const Tensors& in) -> Tensors { return {adaptive_loops(in[0], h, w)}; }};
}

}  // namespace

void add_pool(Rows& rows) {
  const Tensor x = uniform({1, 2, 4, 4});
  rows.push_back(max_row({{2, 2}, {2, 2}}, {{1, 2, 4, 5}, {2, 3, 3}, {0, 2, 4, 4}}));
  rows.back().errors = {{"dimensions",
                         [=] {
                           max_pool2d(uniform({4, 4}), 2);
                         },
                         "expected 3D or 4D"},
                        {"padding", [=] { max_pool2d(x, 2, 2, 2); }, "at most half of kernel size"},
                        {"stride", [=] { max_pool2d(x, 2, 0); }, "stride should be greater than zero"},
                        {"size", [=] { max_pool2d(x, 6); }, "Output size is too small"},
                        {"bool", [=] { max_pool2d(x > 0, 2); }, "not implemented for bool"}};
  rows.push_back(max_row({{5, 5}, {1, 1}, {2, 2}}, {{1, 1, 6, 7}, {1, 3, 20, 20}, {1, 1, 1, 2}}));
  rows.push_back(max_row({{3, 2}, {2, 3}, {1, 1}, {1, 1}, true}, {{1, 1, 6, 5}}));
  rows.push_back(max_row({{5, 5}, {2, 2}, {2, 2}}, {{1, 1, 7, 6}, {1, 2, 1, 1}}));
  rows.push_back(max_row({{2, 3}, {1, 2}, {1, 1}, {2, 2}}, {{1, 1, 7, 8}}));
  rows.push_back(max_row({{3, 3}, {3, 4}, {0, 1}, {1, 1}, true}, {{1, 1, 8, 9}, {40, 30, 31}}));
  rows.push_back({.name = "max_pool1d",
                  .call = [](const Tensors& in) -> Tensors { return {max_pool1d(in[0], 3, 2, 1)}; },
                  .samples =
                      [] {
                        return planes({{1, 2, 7}, {2, 6}});
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    const Window w{{1, 3}, {1, 2}, {0, 1}};
                    const Tensor out = max_loops(in[0].unsqueeze(-2), w)[0];
                    Sizes sizes = sizes_of(in[0]);
                    sizes.back() = out.size(-1);
                    return {make(values(out), sizes)};
                  },
                  .errors = {{"dimensions", [=] { max_pool1d(x, 2); }, "expected 2D or 3D"}}});

  rows.push_back(avg_row({{2, 2}, {2, 2}}, {{1, 2, 4, 5}, {2, 3, 3}, {0, 2, 4, 4}}));
  rows.back().errors = {
      {"dimensions",
       [=] {
         avg_pool2d(uniform({4, 4}), 2);
       },
       "expected 3D or 4D"},
      {"divisor", [=] { avg_pool2d(x, 2, 2, 0, false, true, 0); }, "divisor must be not zero"}};
  rows.push_back(avg_row({{3, 3}, {2, 1}, {1, 1}}, {{1, 1, 5, 4}, {1, 2, 1, 1}}));
  rows.push_back(avg_row({{3, 2}, {2, 2}, {1, 1}, {1, 1}, true, true}, {{1, 1, 6, 5}}));
  rows.push_back(avg_row({{3, 2}, {2, 2}, {1, 1}, {1, 1}, true, false}, {{1, 1, 6, 5}, {50, 30, 31}}));
  rows.push_back(avg_row({{2, 2}, {1, 1}, {0, 0}, {1, 1}, false, true, 3}, {{1, 1, 3, 3}}));
  rows.push_back(
      {.name = "avg_pool1d",
       .call = [](const Tensors& in) -> Tensors { return {avg_pool1d(in[0], 3, 2, 1, false, false)}; },
       .samples =
           [] {
             return planes({{1, 2, 7}, {2, 6}});
           },
       .reference = [](const Tensors& in) -> Tensors {
         const Tensor out = avg_loops(in[0].unsqueeze(-2), {{1, 3}, {1, 2}, {0, 1}, {1, 1}, false, false});
         Sizes sizes = sizes_of(in[0]);
         sizes.back() = out.size(-1);
         return {make(values(out), sizes)};
       }});
  rows.push_back(adaptive_row(1, 1, {{1, 2, 3, 4}, {2, 3, 3}}));
  rows.back().errors = {{"dimensions",
                         [=] {
                           adaptive_avg_pool2d(uniform({4, 4}), {1, 1});
                         },
                         "expected 3D or 4D"},
                        {"size",
                         [=] {
                           adaptive_avg_pool2d(x, {-1, 1});
                         },
                         "greater than or equal to 0"}};
  rows.push_back(adaptive_row(2, 3, {{1, 1, 4, 6}}));
  rows.push_back(adaptive_row(3, 5, {{1, 2, 7, 4}}));
  rows.push_back(
      {.name = "adaptive_avg_pool1d",
       .call = [](const Tensors& in) -> Tensors { return {adaptive_avg_pool1d(in[0], 3)}; },
       .samples =
           [] {
             return planes({{1, 2, 7}});
           },
       .reference = [](const Tensors& in) -> Tensors {
         return {make(values(adaptive_loops(in[0].unsqueeze(-2), 1, 3)), {in[0].size(0), in[0].size(1), 3})};
       }});
}

OP_TABLE_TESTS(pool)

}  // namespace op_table
