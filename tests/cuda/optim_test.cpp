// Optimizers on parameters of a device do what they do on the CPU.
#include "compare.h"

#include <functional>
#include <memory>

#include <tengen/autograd/ops/ops.h>
#include <tengen/optim/optim.h>

using namespace cuda_test;
using namespace tengen::optim;

namespace {

using MakeOptimizer = std::function<std::unique_ptr<Optimizer>(std::vector<Tensor>)>;

template <class Opt, class Options>
MakeOptimizer with(Options options) {
  return [options](std::vector<Tensor> parameters) {
    return std::unique_ptr<Optimizer>(new Opt(std::move(parameters), options));
  };
}

// Six steps over parameters of sizes with and without a remainder, contiguous or not.
void check_steps(const MakeOptimizer& make, ScalarType dtype) {
  manual_seed(5);
  const std::vector<Tensor> start{randn({1000, 3}, dtype), randn({7}, dtype), randn({1}, dtype),
                                  randn({5, 6}, dtype).t()};
  std::vector<Tensor> here, there;
  for (const Tensor& t : start) {
    here.push_back(t.clone().requires_grad_());
    there.push_back(t.to(TensorOptions(kCUDA), false, true).requires_grad_());
  }
  auto a = make(here), b = make(there);
  for (int step = 0; step < 6; ++step) {
    for (size_t i = 0; i < here.size(); ++i) {
      const Tensor grad = randn(here[i].sizes(), dtype);
      here[i].mutable_grad() = grad;
      there[i].mutable_grad() = grad.to(kCUDA);
    }
    a->step(), b->step();
    CAPTURE(step);
    for (size_t i = 0; i < here.size(); ++i) {
      CAPTURE(i);
      CHECK(there[i].is_cuda());
      CHECK(difference(there[i], here[i], dtype == kFloat ? 1e-5 : 1e-12) == "");
    }
  }
}

void check(const MakeOptimizer& make) {
  check_steps(make, kFloat);
  check_steps(make, kDouble);
}

}  // namespace

TEST_CASE("optimizers: SGD") {
  check(with<SGD>(SGDOptions(0.1).weight_decay(0.01)));
  check(with<SGD>(SGDOptions(0.1).momentum(0.9).dampening(0.1)));
  check(with<SGD>(SGDOptions(0.1).momentum(0.9).nesterov(true).weight_decay(0.01)));
}
TEST_CASE("optimizers: Adam and AdamW") {
  check(with<Adam>(AdamOptions(0.01).weight_decay(0.1)));
  check(with<Adam>(AdamOptions(0.01).amsgrad(true)));
  check(with<AdamW>(AdamWOptions(0.01).weight_decay(0.1)));
}
TEST_CASE("optimizers: RMSprop") {
  check(with<RMSprop>(RMSpropOptions(0.01).weight_decay(0.1)));
  check(with<RMSprop>(RMSpropOptions(0.01).centered(true).momentum(0.9)));
}
TEST_CASE("optimizers: Adagrad") {
  check(with<Adagrad>(AdagradOptions(0.1).lr_decay(0.1).weight_decay(0.1)));
}

TEST_CASE("optimizer steps: more parameters than one launch takes, some of which join later") {
  for (const MakeOptimizer& make : {with<SGD>(SGDOptions(0.1).momentum(0.9).weight_decay(0.01)),
                                    with<Adam>(AdamOptions(0.01)), with<AdamW>(AdamWOptions(0.01))}) {
    manual_seed(7);
    std::vector<Tensor> here, there;
    for (int64_t i = 0; i < 130; ++i) {
      const int64_t size = i == 50 ? 0 : i == 20 || i == 129 ? 9001 : i % 37 + 1;
      // Every seventh is the transpose of what lies in memory, every fifth begins between two packs.
      const Tensor start = i % 7 == 0 ? randn({3, size}) : randn({size});
      const auto as_it_lies = [&](const Tensor& t) { return i % 7 == 0 ? t.t() : t; };
      here.push_back(as_it_lies(start.clone()).requires_grad_());
      there.push_back(as_it_lies(on_device(start, i % 5 == 0)).requires_grad_());
      CHECK(there.back().strides().equals(here.back().strides()));
    }
    auto a = make(here), b = make(there);
    for (int step = 0; step < 4; ++step) {
      for (size_t i = 0; i < here.size(); ++i) {
        here[i].mutable_grad() = there[i].mutable_grad() = Tensor();
        if (i % 11 == 3 || (i % 11 == 5 && step < 2)) continue;
        const Tensor grad = randn(here[i].sizes());
        here[i].mutable_grad() = grad;
        there[i].mutable_grad() = i % 3 ? grad.to(kCUDA) : on_device(grad, 1);
      }
      a->step(), b->step();
    }
    for (size_t i = 0; i < here.size(); ++i) {
      CAPTURE(i);
      CHECK(difference(there[i], here[i], 1e-5) == "");
    }
  }
}

TEST_CASE("optimizer steps: memory that is not aligned") {
  manual_seed(6);
  const Tensor p = randn({1003}), g = randn({1003}), m = zeros({1003}), v = zeros({1003}),
               most = zeros({1003});
  const Tensor dp = on_device(p, 1), dg = on_device(g, 1), dm = on_device(m, 1), dv = on_device(v, 1),
               dmost = on_device(most, 1);
  AdamStep adam{0.1, 0.9, 0.99, 0.3, 1e-8, 0.01, 0.99};
  const auto adam_step = [&](DeviceType device, const Tensor& p, const Tensor& g, const Tensor& m,
                             const Tensor& v, const Tensor& most) {
    const AdamTensors tensors{1003, p.data_ptr(), g.data_ptr(), m.data_ptr(), v.data_ptr(), most.data_ptr()};
    kernels(device).adam_step(kFloat, adam, 1, &tensors);
  };
  adam_step(kCPU, p, g, m, v, most);
  adam_step(kCUDA, dp, dg, dm, dv, dmost);
  CHECK(difference(dp, p, 1e-6) == "");
  CHECK(difference(dmost, most, 1e-6) == "");
  SgdStep sgd{0.1, 0.9, 0, 0.01, true, false};
  const auto sgd_step = [&](DeviceType device, const Tensor& p, const Tensor& g, const Tensor& m) {
    const SgdTensors tensors{1003, p.data_ptr(), g.data_ptr(), m.data_ptr()};
    kernels(device).sgd_step(kFloat, sgd, 1, &tensors);
  };
  sgd_step(kCPU, p, g, m);
  sgd_step(kCUDA, dp, dg, dm);
  CHECK(difference(dp, p, 1e-6) == "");
  CHECK(difference(dm, m, 1e-6) == "");
}
