// What programs do with LibTorch's autograd: graphs, higher derivatives, functions of one's own.
#include <doctest/doctest.h>

#include <tengen/torch.h>

using namespace torch::autograd;

namespace {

// x * W^T + b with a rule written by hand.
class LinearFunction : public Function<LinearFunction> {
 public:
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor input, torch::Tensor weight,
                               torch::Tensor bias = torch::Tensor()) {
    ctx->save_for_backward({input, weight, bias});
    auto output = input.mm(weight.t());
    if (bias.defined()) output += bias.unsqueeze(0).expand_as(output);
    return output;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grad_outputs) {
    auto saved = ctx->get_saved_variables();
    auto input = saved[0], weight = saved[1], bias = saved[2];
    auto grad_output = grad_outputs[0];
    auto grad_bias = torch::Tensor();
    if (bias.defined()) grad_bias = grad_output.sum(0);
    return {grad_output.mm(weight), grad_output.t().mm(input), grad_bias};
  }
};

class MulConstant : public Function<MulConstant> {
 public:
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor tensor, double constant) {
    ctx->saved_data["constant"] = constant;
    return tensor * constant;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grad_outputs) {
    return {grad_outputs[0] * ctx->saved_data["constant"].toDouble(), torch::Tensor()};
  }
};

}  // namespace

TEST_CASE("compat: a graph, its leaves and its gradients") {
  auto x = torch::ones({2, 2}, torch::requires_grad());
  auto y = x + 2;
  CHECK(y.grad_fn()->name().substr(0, 3) == "Add");
  auto z = y * y * 3;
  auto out = z.mean();
  out.backward();
  CHECK(torch::equal(x.grad(), torch::full({2, 2}, 4.5)));

  auto a = torch::randn({2, 2});
  CHECK_FALSE(a.requires_grad());
  a.requires_grad_(true);
  CHECK((a * a).sum().requires_grad());

  // A vector-Jacobian product.
  x = torch::randn(3, torch::requires_grad());
  y = x * 2;
  while (y.norm().item<double>() < 1000) y = y * 2;
  auto v = torch::tensor({0.1, 1.0, 0.0001}, torch::kFloat);
  y.backward(v);
  CHECK(torch::allclose(x.grad(), v * (y / x).detach()));

  CHECK(x.pow(2).requires_grad());
  {
    torch::NoGradGuard no_grad;
    CHECK_FALSE(x.pow(2).requires_grad());
  }
  {
    c10::InferenceMode guard;
    CHECK_FALSE(x.pow(2).requires_grad());
  }
  y = x.detach();
  CHECK_FALSE(y.requires_grad());
  CHECK(x.eq(y).all().item<bool>());
}

TEST_CASE("compat: a gradient penalty needs the gradient of a gradient") {
  torch::manual_seed(0);
  auto model = torch::nn::Linear(4, 3);
  auto input = torch::randn({3, 4}).requires_grad_(true);
  auto target = torch::randn({3, 3});
  auto loss = torch::nn::MSELoss()(model(input), target);
  auto grad_output = torch::ones_like(loss);
  auto gradient =
      torch::autograd::grad({loss}, {input}, {grad_output}, /*retain_graph=*/true, /*create_graph=*/true)[0];
  auto gradient_penalty = torch::pow((gradient.norm(2, /*dim=*/1) - 1), 2).mean();
  (loss + gradient_penalty).backward();
  CHECK(input.grad().sizes() == input.sizes());
  CHECK(model->weight.grad().abs().sum().item<float>() > 0);
}

TEST_CASE("compat: functions of one's own") {
  auto x = torch::randn({2, 3}).requires_grad_();
  auto weight = torch::randn({4, 3}).requires_grad_();
  auto bias = torch::randn({4}).requires_grad_();
  auto y = LinearFunction::apply(x, weight, bias);
  y.sum().backward();
  CHECK(torch::allclose(x.grad(), torch::ones({2, 4}).mm(weight)));
  CHECK(torch::allclose(weight.grad(), torch::ones({4, 2}).mm(x)));
  CHECK(torch::allclose(bias.grad(), torch::full({4}, 2.0)));

  auto w = torch::randn({2}).requires_grad_();
  MulConstant::apply(w, 5.5).sum().backward();
  CHECK(torch::allclose(w.grad(), torch::full({2}, 5.5)));
}

TEST_CASE("compat: hooks") {
  auto v = torch::tensor({0., 0., 0.}, torch::requires_grad());
  auto h = v.register_hook([](torch::Tensor grad) { return grad * 2; });
  v.backward(torch::tensor({1., 2., 3.}));
  CHECK(torch::equal(v.grad(), torch::tensor({2., 4., 6.})));
  v.remove_hook(h);
}
