// Activations that write into their input have the gradients of those that do not.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <functional>

namespace {

namespace F = torch::nn::functional;

struct Case {
  const char* name;
  std::function<torch::Tensor(torch::Tensor, bool inplace)> run;
};

const Case kCases[] = {
    {"relu", [](auto x, bool inplace) { return F::relu(x, F::ReLUFuncOptions(inplace)); }},
    {"relu6", [](auto x, bool inplace) { return F::relu6(x, F::ReLU6FuncOptions(inplace)); }},
    {"elu", [](auto x, bool inplace) { return F::elu(x, F::ELUFuncOptions().alpha(0.7).inplace(inplace)); }},
    {"selu", [](auto x, bool inplace) { return F::selu(x, F::SELUFuncOptions(inplace)); }},
    {"celu",
     [](auto x, bool inplace) { return F::celu(x, F::CELUFuncOptions().alpha(0.7).inplace(inplace)); }},
    {"leaky_relu",
     [](auto x, bool inplace) { return F::leaky_relu(x, F::LeakyReLUFuncOptions().inplace(inplace)); }},
    {"hardtanh",
     [](auto x, bool inplace) { return F::hardtanh(x, F::HardtanhFuncOptions().inplace(inplace)); }},
    {"threshold",
     [](auto x, bool inplace) { return F::threshold(x, F::ThresholdFuncOptions(0.1, 2).inplace(inplace)); }},
};

}  // namespace

TEST_CASE("activations in place: values, first and second derivatives") {
  torch::manual_seed(1);
  const torch::Tensor values = torch::randn({64}, torch::kDouble),
                      cotangent = torch::randn({64}, torch::kDouble);
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    torch::Tensor found[2], first[2], second[2];
    for (const bool inplace : {false, true}) {
      const torch::Tensor x = values.clone().requires_grad_();
      const torch::Tensor y = c.run(x * 1.5, inplace);
      found[inplace] = y.detach();
      first[inplace] = torch::autograd::grad({y}, {x}, {cotangent}, true, true)[0];
      if (first[inplace].requires_grad())
        second[inplace] =
            torch::autograd::grad({(first[inplace] * cotangent).sum()}, {x}, {}, {}, false, true)[0];
    }
    CHECK(found[1].equal(found[0]));
    CHECK(first[1].equal(first[0]));
    CHECK(second[1].defined() == second[0].defined());
    if (second[0].defined()) CHECK(second[1].equal(second[0]));
  }
}

TEST_CASE("activations in place: without gradients they write into their input's memory") {
  torch::NoGradGuard no_grad;
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    const torch::Tensor x = torch::linspace(-2, 8, 21), expected = c.run(x.clone(), false);
    CHECK(c.run(x, true).data_ptr() == x.data_ptr());
    CHECK(x.equal(expected));
  }
}
