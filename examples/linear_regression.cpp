// Twenty lines of LibTorch that compile against tengen unchanged.
#include <tengen/torch.h>

#include <cstdio>

int main() {
  torch::manual_seed(1);
  torch::Tensor x = torch::randn({256, 3});
  torch::Tensor y =
      x.matmul(torch::tensor({2.0f, -1.0f, 0.5f})).unsqueeze(1) + 0.3 + 0.01 * torch::randn({256, 1});

  torch::nn::Linear model(3, 1);
  torch::optim::SGD optimizer(model->parameters(), torch::optim::SGDOptions(0.1).momentum(0.9));
  for (int step = 1; step <= 100; ++step) {
    optimizer.zero_grad();
    torch::Tensor loss = torch::mse_loss(model->forward(x), y);
    loss.backward();
    optimizer.step();
    if (step % 25 == 0) std::printf("step %3d  loss %.6f\n", step, loss.item<float>());
  }
  torch::Tensor w = model->weight.detach();
  std::printf("weights %.2f %.2f %.2f  bias %.2f\n", w[0][0].item<float>(), w[0][1].item<float>(),
              w[0][2].item<float>(), model->bias.item<float>());
}
