// Convolution, pooling, resampling.
#include "peer.h"

namespace F = torch::nn::functional;

namespace peer {
namespace {

using Maybe = torch::optional<Tensor>;
const Types some{torch::kFloat, torch::kDouble, torch::kHalf, torch::kBFloat16, torch::kLong, torch::kByte};

Maybe given(const Tensor& x) { return x.defined() ? Maybe(x) : Maybe(); }

/// One number for all dimensions or one for each.
Sizes numbers(Case& c, const char* what, int dims, const Sizes& list) {
  Sizes chosen{c.pick(list)};
  if (c.chance(40))
    while (int(chosen.size()) < dims) chosen.push_back(c.pick(list));
  if (c.chance(1)) chosen.push_back(1), chosen.push_back(1);
  return c.list(what, chosen);
}

Sizes image(Case& c, int dims, int64_t channels) {
  Sizes sizes;
  if (c.chance(85)) sizes.push_back(c.pick(Sizes{1, 2, 3, 2, 0}));
  sizes.push_back(c.chance(97) ? channels : channels + 1);
  for (int i = 0; i < dims; ++i) sizes.push_back(c.pick(Sizes{5, 8, 1, 3, 4, 7, 12, 0, 2, 9}));
  if (c.chance(2)) sizes.push_back(3);
  return sizes;
}

void pool(Rows& rows, const std::string& name, int dims, int times,
          const std::function<std::function<Tensors(const Tensor&)>(Case&)>& draw,
          const Types& types = some) {
  rows.push_back({name, types, times, [=](Case& c, ScalarType type) {
                    c.input(type, image(c, dims, c.pick(Sizes{1, 2, 3, 0, 2})));
                    const auto function = draw(c);
                    c.run = [=](Tensors& x) { return function(x[0]); };
                  }});
}

}  // namespace

void add_window_rows(Rows& rows) {
  using Function = std::function<Tensors(const Tensor&)>;
  for (const int dims : {1, 2})
    for (const bool transposed : {false, true})
      rows.push_back(
          {std::string(transposed ? "conv_transpose" : "conv") + std::to_string(dims) + "d", some, 24,
           [=](Case& c, ScalarType type) {
             const int64_t groups = c.number("groups", {1, 1, 1, 2, 4, 0, -1, 1, 2});
             const int64_t per = c.pick(Sizes{1, 2, 3, 16}), out = c.pick(Sizes{1, 2, 3, 8, 16}),
                           g = std::max<int64_t>(groups, 1);
             c.input(type, image(c, dims, per * g), Values::any);
             Sizes weight = transposed ? Sizes{per * g, out} : Sizes{out * g, per};
             for (int i = 0; i < dims; ++i) weight.push_back(c.pick(Sizes{1, 3, 2, 3, 5, 3, 1}));
             c.input(c.chance(97) ? type : c.pick(all_types), weight);
             c.input(type, {c.chance(97) ? out * g : out * g + 1});
             c.maybe(50);
             const Sizes stride = numbers(c, "stride", dims, {1, 2, 1, 3, 1, 0, 1, 1}),
                         padding = numbers(c, "padding", dims, {0, 1, 2, 0, 1, 3, 1, -1, 0}),
                         dilation = numbers(c, "dilation", dims, {1, 1, 2, 1, 1, 1, 0, 1, 3}),
                         output = numbers(c, "output_padding", dims, {0, 0, 1, 0, 2, -1, 0, 0});
             c.run = [=](Tensors& x) {
               if (transposed)
                 return Tensors{dims == 1 ? torch::conv_transpose1d(x[0], x[1], given(x[2]), stride, padding,
                                                                    output, groups, dilation)
                                          : torch::conv_transpose2d(x[0], x[1], given(x[2]), stride, padding,
                                                                    output, groups, dilation)};
               return Tensors{
                   dims == 1 ? torch::conv1d(x[0], x[1], given(x[2]), stride, padding, dilation, groups)
                             : torch::conv2d(x[0], x[1], given(x[2]), stride, padding, dilation, groups)};
             };
           }});
  for (const int dims : {1, 2})
    rows.push_back(
        {"F.conv" + std::to_string(dims) + "d.same", float_double, 12, [=](Case& c, ScalarType type) {
           c.input(type, image(c, dims, 2));
           Sizes weight{3, 2};
           for (int i = 0; i < dims; ++i) weight.push_back(c.pick(Sizes{1, 3, 2, 4, 5}));
           c.input(type, weight);
           const int64_t stride = c.number("stride", {1, 1, 2}), dilation = c.number("dilation", {1, 2, 3});
           c.run = [=](Tensors& x) {
             return Tensors{
                 dims == 1
                     ? F::conv1d(
                           x[0], x[1],
                           F::Conv1dFuncOptions().stride(stride).padding(torch::kSame).dilation(dilation))
                     : F::conv2d(
                           x[0], x[1],
                           F::Conv2dFuncOptions().stride(stride).padding(torch::kSame).dilation(dilation))};
           };
         }});
  const Sizes kernels{1, 2, 3, 2, 3, 5, 0, 2}, strides{1, 2, 3, 1, 2, 0}, paddings{0, 0, 1, 0, 1, 2, -1},
      dilations{1, 1, 1, 2, 3, 0};
  for (const int dims : {1, 2}) {
    const std::string end = std::to_string(dims) + "d";
    pool(rows, "max_pool" + end, dims, 16, [=](Case& c) -> Function {
      const Sizes kernel = numbers(c, "kernel", dims, kernels),
                  stride = c.flag("stride?") ? numbers(c, "stride", dims, strides) : Sizes{},
                  padding = numbers(c, "padding", dims, paddings),
                  dilation = numbers(c, "dilation", dims, dilations);
      const bool ceil = c.flag("ceil");
      return [=](const Tensor& x) {
        if (dims == 1) return Tensors{torch::max_pool1d(x, kernel, stride, padding, dilation, ceil)};
        const auto found = torch::max_pool2d_with_indices(x, kernel, stride, padding, dilation, ceil);
        return Tensors{torch::max_pool2d(x, kernel, stride, padding, dilation, ceil), std::get<0>(found),
                       std::get<1>(found)};
      };
    });
    pool(rows, "avg_pool" + end, dims, 16, [=](Case& c) -> Function {
      const Sizes kernel = numbers(c, "kernel", dims, kernels),
                  stride = c.flag("stride?") ? numbers(c, "stride", dims, strides) : Sizes{},
                  padding = numbers(c, "padding", dims, paddings);
      const bool ceil = c.flag("ceil"), include = c.flag("include_pad"), divide = c.chance(15);
      const int64_t divisor = c.number("divisor", {3, 1, -2, 0});
      return [=](const Tensor& x) {
        if (dims == 1) return Tensors{torch::avg_pool1d(x, kernel, stride, padding, ceil, include)};
        return Tensors{torch::avg_pool2d(x, kernel, stride, padding, ceil, include,
                                         divide ? torch::optional<int64_t>(divisor) : torch::nullopt)};
      };
    });
    pool(rows, "adaptive_avg_pool" + end, dims, 12, [=](Case& c) -> Function {
      Sizes size;
      for (int i = 0; i < dims; ++i) size.push_back(c.pick(Sizes{1, 2, 3, 5, 7, 0, 13, 1, -1}));
      c.list("size", size);
      return [=](const Tensor& x) {
        return Tensors{dims == 1 ? torch::adaptive_avg_pool1d(x, size) : torch::adaptive_avg_pool2d(x, size)};
      };
    });
    pool(rows, "upsample_nearest" + end, dims, 12, [=](Case& c) -> Function {
      Sizes size;
      for (int i = 0; i < dims; ++i) size.push_back(c.pick(Sizes{1, 2, 3, 5, 7, 0, 13, 16, -1}));
      c.list("size", size);
      const double scale = c.real("scale", {0, 0, 2, 1.5, 0.3});
      const auto maybe = scale > 0 ? torch::optional<double>(scale) : torch::nullopt;
      return [=](const Tensor& x) {
        return Tensors{dims == 1 ? torch::upsample_nearest1d(x, size, maybe)
                                 : torch::upsample_nearest2d(x, size, maybe, maybe)};
      };
    });
  }
  pool(rows, "upsample_bilinear2d", 2, 16, [](Case& c) -> Function {
    Sizes size;
    for (int i = 0; i < 2; ++i) size.push_back(c.pick(Sizes{1, 2, 3, 5, 7, 0, 13, 16, -1}));
    c.list("size", size);
    const bool corners = c.flag("corners");
    const double scale = c.real("scale", {0, 0, 2, 1.5, 0.3});
    const auto maybe = scale > 0 ? torch::optional<double>(scale) : torch::nullopt;
    return
        [=](const Tensor& x) { return Tensors{torch::upsample_bilinear2d(x, size, corners, maybe, maybe)}; };
  });
  for (const int dims : {1, 2})
    pool(
        rows, "F.interpolate" + std::to_string(dims), dims, 16,
        [=](Case& c) -> Function {
          const bool scaled = c.flag("scaled"), bilinear = dims == 2 && c.flag("bilinear"),
                     corners = bilinear && c.flag("corners");
          std::vector<int64_t> size;
          std::vector<double> scale;
          for (int i = 0; i < dims; ++i)
            size.push_back(c.pick(Sizes{1, 2, 3, 5, 16})),
                scale.push_back(c.pick(std::vector<double>{2, 0.5, 1.3, 0.7, 0.1, 3}));
          if (scaled)
            for (double s : scale) c.real("scale", {s});
          else
            c.list("size", size);
          return [=](const Tensor& x) {
            F::InterpolateFuncOptions options;
            scaled ? (void)options.scale_factor(scale) : (void)options.size(size);
            if (bilinear) options.mode(torch::kBilinear).align_corners(corners);
            return Tensors{F::interpolate(x, options)};
          };
        },
        float_double);
}

}  // namespace peer
