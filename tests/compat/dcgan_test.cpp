// A LibTorch program: a generator and a discriminator play against each other, and their state is saved and
// loaded.
#include <doctest/doctest.h>

#include <filesystem>

#include <tengen/torch.h>

using namespace torch;  // as the DCGAN tutorial writes it: nn:: must then be torch::nn

namespace {

struct GeneratorNetImpl : nn::Module {
  explicit GeneratorNetImpl(int noise_size)
      : conv1(nn::ConvTranspose2dOptions(noise_size, 16, 4).bias(false)),
        batch_norm1(16),
        conv2(nn::ConvTranspose2dOptions(16, 8, 3).stride(2).padding(1).bias(false)),
        batch_norm2(8),
        conv3(nn::ConvTranspose2dOptions(8, 1, 4).stride(2).padding(1).bias(false)) {
    register_module("conv1", conv1);
    register_module("conv2", conv2);
    register_module("conv3", conv3);
    register_module("batch_norm1", batch_norm1);
    register_module("batch_norm2", batch_norm2);
  }

  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(batch_norm1(conv1(x)));  // (N, 16, 4, 4)
    x = torch::relu(batch_norm2(conv2(x)));  // (N, 8, 7, 7)
    return torch::tanh(conv3(x));            // (N, 1, 14, 14)
  }

  nn::ConvTranspose2d conv1;
  nn::BatchNorm2d batch_norm1;
  nn::ConvTranspose2d conv2;
  nn::BatchNorm2d batch_norm2;
  nn::ConvTranspose2d conv3;
};
TORCH_MODULE(GeneratorNet);

nn::Sequential make_discriminator() {
  return nn::Sequential(
      nn::Conv2d(nn::Conv2dOptions(1, 8, 4).stride(2).padding(1).bias(false)),  // (N, 8, 7, 7)
      nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),
      nn::Conv2d(nn::Conv2dOptions(8, 16, 4).stride(2).padding(1).bias(false)),  // (N, 16, 3, 3)
      nn::BatchNorm2d(16), nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),
      nn::Conv2d(nn::Conv2dOptions(16, 1, 3).stride(1).padding(0).bias(false)),  // (N, 1, 1, 1)
      nn::Sigmoid());
}

// Bright discs on a dark ground, in [-1, 1].
torch::Tensor real_images(int64_t count) {
  auto y = torch::arange(14, torch::kFloat).view({1, 1, 14, 1}),
       x = torch::arange(14, torch::kFloat).view({1, 1, 1, 14});
  auto centre = 5 + 3 * torch::rand({count, 2, 1, 1});
  auto distance = (y - centre.index({indexing::Slice(), indexing::Slice(0, 1)})).square() +
                  (x - centre.index({indexing::Slice(), indexing::Slice(1, 2)})).square();
  return torch::where(distance < 16, torch::ones_like(distance), -torch::ones_like(distance));
}

}  // namespace

TEST_CASE("compat: a program in which two networks play") {
  torch::manual_seed(3);
  const int64_t noise_size = 8, batch_size = 16;
  GeneratorNet generator(noise_size);
  nn::Sequential discriminator = make_discriminator();
  torch::Device device = torch::kCPU;
  generator->to(device);
  discriminator->to(device);

  optim::Adam generator_optimizer(generator->parameters(),
                                  optim::AdamOptions(2e-3).betas(std::make_tuple(0.5, 0.999)));
  optim::Adam discriminator_optimizer(discriminator->parameters(),
                                      optim::AdamOptions(2e-3).betas(std::make_tuple(0.5, 0.999)));
  double first_fake_mean = 0, fake_mean = 0;
  for (int step = 0; step < 200; ++step) {
    discriminator->zero_grad();
    torch::Tensor real = real_images(batch_size).to(device);
    torch::Tensor real_labels = torch::empty(batch_size, device).uniform_(0.8, 1.0);
    torch::Tensor real_output = discriminator->forward(real).reshape(real_labels.sizes());
    torch::Tensor d_loss_real = torch::binary_cross_entropy(real_output, real_labels);
    d_loss_real.backward();

    torch::Tensor noise = torch::randn({batch_size, noise_size, 1, 1}, device);
    torch::Tensor fake = generator->forward(noise);
    CHECK(fake.sizes() == torch::IntArrayRef({batch_size, 1, 14, 14}));
    torch::Tensor fake_labels = torch::zeros(batch_size, device);
    torch::Tensor fake_output = discriminator->forward(fake.detach()).reshape(fake_labels.sizes());
    torch::Tensor d_loss_fake = torch::binary_cross_entropy(fake_output, fake_labels);
    d_loss_fake.backward();
    discriminator_optimizer.step();

    generator->zero_grad();
    fake_labels.fill_(1);
    fake_output = discriminator->forward(fake).reshape(fake_labels.sizes());
    torch::Tensor g_loss = torch::binary_cross_entropy(fake_output, fake_labels);
    g_loss.backward();
    generator_optimizer.step();
    REQUIRE(torch::isfinite(d_loss_real + d_loss_fake + g_loss).item<bool>());
    fake_mean = fake.mean().item<double>();
    if (step == 0) first_fake_mean = fake_mean;
  }
  // The same program with LibTorch 1.13: -0.162612 at first, from the same seed, and -0.354806 in the end.
  CHECK(first_fake_mean == doctest::Approx(-0.162612).epsilon(1e-4));
  CHECK(fake_mean == doctest::Approx(-0.354806).epsilon(0.05));

  const std::string path =
      (std::filesystem::temp_directory_path() / "tengen-compat-generator.safetensors").string();
  torch::save(generator, path);
  GeneratorNet loaded(noise_size);
  torch::load(loaded, path);
  std::filesystem::remove(path);
  generator->eval();
  loaded->eval();
  torch::Tensor noise = torch::randn({2, noise_size, 1, 1});
  CHECK(torch::equal(generator->forward(noise), loaded->forward(noise)));
}
