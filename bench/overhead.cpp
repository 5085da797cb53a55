#include <tengen/bench/settings.h>

namespace bench {

void overhead(Cases& cases) {
  cases.push_back({"overhead/perceptron 16-32-32-1 step b8", {}, [] {
                     torch::nn::Sequential net(torch::nn::Linear(16, 32), torch::nn::ReLU(),
                                               torch::nn::Linear(32, 32), torch::nn::ReLU(),
                                               torch::nn::Linear(32, 1));
                     net->to(device());
                     auto optimizer = std::make_shared<torch::optim::SGD>(
                         net->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
                     torch::Tensor x = torch::randn({8, 16}, options()), y = torch::randn({8, 1}, options());
                     return [=]() mutable {
                       optimizer->zero_grad();
                       torch::mse_loss(net->forward(x), y).backward();
                       optimizer->step();
                     };
                   }});
  cases.push_back({"overhead/100 additions of 4", {}, [] {
                     torch::Tensor a = torch::randn({4}, options()), b = torch::randn({4}, options());
                     return [=] {
                       torch::NoGradGuard guard;
                       torch::Tensor sum = a;
                       for (int i = 0; i < 100; ++i) sum = sum + b;
                     };
                   }});
  cases.push_back({"overhead/100 multiplications fwd+bwd", {}, [] {
                     torch::Tensor x = torch::ones({4}, options().requires_grad(true)),
                                   factor = torch::full({4}, 1.01, options());
                     return [=]() mutable {
                       torch::Tensor y = x;
                       for (int i = 0; i < 100; ++i) y = y * factor;
                       y.sum().backward();
                       x.mutable_grad() = torch::Tensor();
                     };
                   }});
}

}  // namespace bench
