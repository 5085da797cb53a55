#include <tengen/bench/conv_shapes.h>
#include <tengen/bench/settings.h>

namespace bench {
namespace {

void add(Cases& cases, const std::string& network, const ConvShape& s, bool first_layer) {
  auto inputs = [s] {
    return std::pair(torch::randn({s.batch, s.in, s.size, s.size}, operands()),
                     torch::randn({s.out, s.in, s.kernel, s.kernel}, operands()) * 0.1);
  };
  cases.push_back({"conv " + network + " fwd/" + s.name(),
                   {s.flops(), 0},
                   [=] {
                     auto [x, w] = inputs();
                     return [=, x = x, w = w] {
                       torch::NoGradGuard guard;
                       torch::Tensor y = torch::conv2d(x, w, {}, s.stride, s.pad());
                     };
                   },
                   Kind::products});
  // Nobody needs the gradient of the pictures.
  cases.push_back(
      {"conv " + network + " fwd+bwd/" + s.name(),
       {(first_layer ? 2 : 3) * s.flops(), 0},
       [=] {
         auto [x, w] = inputs();
         x.set_requires_grad(!first_layer), w.set_requires_grad(true);
         torch::Tensor grad = torch::randn({s.batch, s.out, s.out_size(), s.out_size()}, operands());
         return [=, x = x, w = w]() mutable {
           torch::conv2d(x, w, {}, s.stride, s.pad()).backward(grad);
           x.mutable_grad() = torch::Tensor(), w.mutable_grad() = torch::Tensor();
         };
       },
       Kind::products});
}

}  // namespace

void conv(Cases& cases, Scale scale) {
  std::vector<ConvShape> yolov5n, go;
  switch (scale) {
    case Scale::processor:
      yolov5n = yolov5n_shapes(8, 320), go = go_shapes({9, 19}, {1, 8, 64}, {32, 64, 128});
      break;
    case Scale::gpu:
      yolov5n = yolov5n_shapes(64, 640), go = go_shapes({19}, {1, 64, 1024}, {96, 128});
      break;
    case Scale::tiny:
      yolov5n = {{1, 3, 4, 8, 6, 2}}, go = go_shapes({5}, {1}, {8});
      break;
  }
  for (const ConvShape& shape : yolov5n) add(cases, "yolov5n", shape, shape.in == 3);
  for (const ConvShape& shape : go) add(cases, "go", shape, false);
}

}  // namespace bench
