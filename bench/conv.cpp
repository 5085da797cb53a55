#include <tengen/bench/bench.h>
#include <tengen/bench/conv_shapes.h>
#include <tengen/torch.h>

namespace bench {
namespace {

void add(Cases& cases, const std::string& network, const ConvShape& s, bool first_layer) {
  auto inputs = [s] {
    return std::pair(torch::randn({s.batch, s.in, s.size, s.size}),
                     torch::randn({s.out, s.in, s.kernel, s.kernel}) * 0.1);
  };
  cases.push_back({"conv " + network + " fwd/" + s.name(), {s.flops(), 0}, [=] {
                     auto [x, w] = inputs();
                     return [=, x = x, w = w] {
                       torch::NoGradGuard guard;
                       torch::Tensor y = torch::conv2d(x, w, {}, s.stride, s.pad());
                     };
                   }});
  // Nobody needs the gradient of the pictures.
  cases.push_back({"conv " + network + " fwd+bwd/" + s.name(), {(first_layer ? 2 : 3) * s.flops(), 0}, [=] {
                     auto [x, w] = inputs();
                     x.set_requires_grad(!first_layer), w.set_requires_grad(true);
                     torch::Tensor grad = torch::randn({s.batch, s.out, s.out_size(), s.out_size()});
                     return [=, x = x, w = w]() mutable {
                       torch::conv2d(x, w, {}, s.stride, s.pad()).backward(grad);
                       x.mutable_grad() = torch::Tensor(), w.mutable_grad() = torch::Tensor();
                     };
                   }});
}

}  // namespace

void conv(Cases& cases) {
  for (const ConvShape& shape : yolov5n_shapes()) add(cases, "yolov5n", shape, shape.in == 3);
  for (const ConvShape& shape : go_shapes()) add(cases, "go", shape, false);
}

}  // namespace bench
