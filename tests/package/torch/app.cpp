#include <torch/torch.h>

int main() {
  torch::manual_seed(0);
  torch::nn::Linear net(4, 2);
  torch::optim::SGD optimizer(net->parameters(), 0.1);
  const torch::Tensor x = torch::randn({8, 4}), y = torch::randn({8, 2});
  std::vector<double> losses;
  for (int step = 0; step < 10; ++step) {
    optimizer.zero_grad();
    torch::Tensor loss = torch::mse_loss(net(x), y);
    loss.backward();
    optimizer.step();
    losses.push_back(loss.item<double>());
  }
  std::cout << losses << std::endl;
  return losses.back() < losses.front() ? 0 : 1;
}
