// AlphaGo Zero's network (Silver et al. 2017) with small towers: 17 planes, a stem, residual blocks, two
// heads.
#include <tengen/bench/settings.h>

namespace bench {
namespace {

namespace nn = torch::nn;

/// Convolution, batch norm, ReLU; folded into one convolution for inference.
struct ConvNormImpl : nn::Module {
  nn::Conv2d conv{nullptr};
  nn::BatchNorm2d norm{nullptr};

  ConvNormImpl(int64_t in, int64_t out, int64_t kernel)
      : conv(register_module("conv",
                             nn::Conv2d(nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false)))),
        norm(register_module("norm", nn::BatchNorm2d(out))) {}
  torch::Tensor forward(const torch::Tensor& x) {
    return norm ? norm->forward(conv->forward(x)) : conv->forward(x);
  }
  void fold() {
    torch::NoGradGuard guard;
    torch::Tensor scale = norm->weight / (norm->running_var + norm->options.eps()).sqrt();
    torch::Tensor weight = conv->weight * scale.reshape({-1, 1, 1, 1});
    conv->bias = norm->bias - norm->running_mean * scale;
    conv->weight.set_data(weight);
    norm = nullptr;
  }
};
TORCH_MODULE(ConvNorm);

struct TowerImpl : nn::Module {
  ConvNorm stem{nullptr}, policy_conv{nullptr}, value_conv{nullptr};
  std::vector<ConvNorm> first, second;
  nn::Linear policy{nullptr}, value_hidden{nullptr}, value{nullptr};

  TowerImpl(int64_t blocks, int64_t channels, int64_t size) {
    stem = register_module("stem", ConvNorm(17, channels, 3));
    for (int64_t i = 0; i < blocks; ++i) {
      first.push_back(register_module("first" + std::to_string(i), ConvNorm(channels, channels, 3)));
      second.push_back(register_module("second" + std::to_string(i), ConvNorm(channels, channels, 3)));
    }
    policy_conv = register_module("policy_conv", ConvNorm(channels, 2, 1));
    value_conv = register_module("value_conv", ConvNorm(channels, 1, 1));
    policy = register_module("policy", nn::Linear(2 * size * size, size * size + 1));
    value_hidden = register_module("value_hidden", nn::Linear(size * size, 256));
    value = register_module("value", nn::Linear(256, 1));
  }
  void fold() {
    for (auto* group : {&first, &second})
      for (ConvNorm& layer : *group) layer->fold();
    for (ConvNorm* layer : {&stem, &policy_conv, &value_conv}) (*layer)->fold();
  }
  std::pair<torch::Tensor, torch::Tensor> forward(const torch::Tensor& planes) {
    torch::Tensor x = torch::relu(stem->forward(planes));
    for (size_t i = 0; i < first.size(); ++i)
      x = torch::relu(second[i]->forward(torch::relu(first[i]->forward(x))) + x);
    torch::Tensor p = policy->forward(torch::relu(policy_conv->forward(x)).flatten(1));
    torch::Tensor v = torch::relu(value_hidden->forward(torch::relu(value_conv->forward(x)).flatten(1)));
    return {torch::log_softmax(p, 1), torch::tanh(value->forward(v)).squeeze(1)};
  }
};
TORCH_MODULE(Tower);

std::function<void()> inference(int64_t blocks, int64_t channels, int64_t size, int64_t batch) {
  Tower net(blocks, channels, size);
  net->eval();
  net->to(device());  // before folding, whose biases are no parameters
  net->fold();
  torch::Tensor planes = torch::rand({batch, 17, size, size}, options());
  return [=]() mutable {
    torch::NoGradGuard guard;
    Autocast autocast;
    net->forward(planes);
  };
}

std::function<void()> training_step(int64_t blocks, int64_t channels, int64_t size, int64_t batch) {
  Tower net(blocks, channels, size);
  net->train();
  net->to(device());
  torch::Tensor planes = torch::rand({batch, 17, size, size}, options());
  torch::Tensor winner = torch::rand({batch}, options()) * 2 - 1;
  torch::Tensor visits = torch::softmax(torch::randn({batch, size * size + 1}, options()), 1);
  auto optimizer =
      std::make_shared<torch::optim::SGD>(net->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
  return [=]() mutable {
    optimizer->zero_grad();
    torch::Tensor loss;
    {
      Autocast autocast;
      auto [log_policy, value] = net->forward(planes);
      loss = (winner - value).square().mean() - (visits * log_policy).sum(1).mean();
    }
    loss.backward();
    optimizer->step();
  };
}

}  // namespace

void go(Cases& cases, Scale scale) {
  struct Size {
    const char* name;
    int64_t blocks, channels;
  };
  std::vector<Size> towers{{"b4c32", 4, 32}, {"b6c64", 6, 64}, {"b6c96", 6, 96}};
  std::vector<int64_t> boards{9, 19}, batches{1, 16, 64};
  int64_t training_batch = 128;
  if (scale == Scale::gpu) {
    towers = {{"b6c96", 6, 96}, {"b10c128", 10, 128}};
    boards = {19}, batches = {1, 64, 1024}, training_batch = 1024;
  } else if (scale == Scale::tiny) {
    towers = {{"b1c8", 1, 8}}, boards = {5}, batches = {1}, training_batch = 2;
  }
  for (Size s : towers)
    for (int64_t size : boards) {
      const double convs = 18.0 * double(s.channels * (17 + 2 * s.blocks * s.channels) * size * size);
      const std::string name =
          std::string("go tower/") + s.name + " " + std::to_string(size) + "x" + std::to_string(size);
      for (int64_t batch : batches)
        cases.push_back({name + " inference b" + std::to_string(batch),
                         {convs * double(batch), 0},
                         [=] { return inference(s.blocks, s.channels, size, batch); },
                         Kind::network});
#ifdef TENGEN_BENCH_GRAPHS
      if (device().is_cuda())
        cases.push_back({name + " inference b1 as a CUDA graph",
                         {convs, 0},
                         [=] { return recorded(inference(s.blocks, s.channels, size, 1)); },
                         Kind::network});
#endif
      cases.push_back({name + " training step b" + std::to_string(training_batch),
                       {3 * convs * double(training_batch), 0},
                       [=] { return training_step(s.blocks, s.channels, size, training_batch); },
                       Kind::network});
    }
}

}  // namespace bench
