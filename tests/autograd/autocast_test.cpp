// Autocasting: which operator computes in which type, gradients, the cache, training.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <cmath>
#include <thread>

using namespace tengen;
namespace F = nn::functional;

namespace {

std::vector<Device> devices() {
  std::vector<Device> all = {kCPU};
  if (cuda::is_available()) all.push_back(kCUDA);
  return all;
}

// Two groups of points around (1, 1) and (-1, -1), hard to tell apart.
struct Points {
  Tensor x = randn({256, 8}), target = randint(0, 2, {256});
  Points() { x = x + (target * 2 - 1).unsqueeze(1) * 0.7; }
};

// The loss after some steps of training, the mean of the last ones.
double train(Device device, std::optional<ScalarType> autocast) {
  manual_seed(3);
  Points points;
  nn::Sequential net(nn::Linear(8, 32), nn::BatchNorm1d(32), nn::ReLU(), nn::Linear(32, 32),
                     nn::LayerNorm(nn::LayerNormOptions({32})), nn::SiLU(), nn::Linear(32, 2));
  net->to(device);
  const Tensor x = points.x.to(device), target = points.target.to(device);
  optim::Adam adam(net->parameters(), optim::AdamOptions(0.01));
  double sum = 0;
  for (int step = 0; step < 60; ++step) {
    adam.zero_grad();
    Tensor loss;
    {
      std::optional<AutocastGuard> guard;
      if (autocast) guard.emplace(device.type(), *autocast);
      const Tensor out = net->forward(x);
      if (autocast) REQUIRE(out.dtype() == *autocast);
      loss = F::cross_entropy(out, target);
      REQUIRE(loss.dtype() == kFloat);
    }
    loss.backward();
    for (const Tensor& p : net->parameters()) REQUIRE(p.grad().dtype() == kFloat);
    adam.step();
    if (step >= 40) sum += loss.item<double>() / 20;
  }
  return sum;
}

}  // namespace

TEST_CASE("autocast: LibTorch's functions, and the guard") {
  namespace ac = at::autocast;
  CHECK(!ac::is_autocast_enabled(kCPU));
  CHECK(!ac::is_autocast_enabled(kCUDA));
  CHECK(ac::get_autocast_dtype(kCPU) == kBFloat16);
  CHECK(ac::get_autocast_dtype(kCUDA) == kHalf);
  ac::set_autocast_enabled(kCPU, true);
  CHECK(torch::autocast::is_autocast_enabled(kCPU));
  CHECK(!ac::is_autocast_enabled(kCUDA));
  std::thread([] { CHECK(!ac::is_autocast_enabled(kCPU)); }).join();
  ac::set_autocast_enabled(kCPU, false);
  {
    AutocastGuard outer(kCPU, kHalf);
    CHECK(ac::get_autocast_dtype(kCPU) == kHalf);
    {
      AutocastGuard inner(kCPU, false);
      CHECK(!ac::is_autocast_enabled(kCPU));
      CHECK(mm(ones({2, 2}), ones({2, 2})).dtype() == kFloat);
    }
    CHECK(ac::is_autocast_enabled(kCPU));
    CHECK(mm(ones({2, 2}), ones({2, 2})).dtype() == kHalf);
  }
  CHECK(!ac::is_autocast_enabled(kCPU));
  CHECK(ac::get_autocast_dtype(kCPU) == kBFloat16);
  CHECK_THROWS_WITH_AS(ac::set_autocast_dtype(kCPU, kFloat), doctest::Contains("expected Half or BFloat16"),
                       Error);
  CHECK_THROWS_AS(AutocastGuard(kCPU, kDouble), Error);
  CHECK(!ac::is_autocast_enabled(kCPU));
}

TEST_CASE("autocast: products and convolutions compute in the 16-bit type") {
  for (Device device : devices())
    for (ScalarType type : {kBFloat16, kHalf}) {
      AutocastGuard guard(device.type(), type);
      const auto make = [&](IntArrayRef sizes) { return rand(sizes, TensorOptions(device)); };
      const Tensor a = make({2, 3}), b = make({3, 4}), v = make({3}), batch = make({2, 2, 3}),
                   image = make({1, 2, 6, 6}), weight = make({4, 2, 3, 3});
      CHECK(mm(a, b).dtype() == type);
      CHECK(matmul(a, b).dtype() == type);
      CHECK(matmul(v, v).dtype() == type);
      CHECK(bmm(batch, batch.mT()).dtype() == type);
      CHECK(addmm(make({4}), a, b).dtype() == type);
      CHECK(baddbmm(make({2, 2, 2}), batch, batch.mT()).dtype() == type);
      CHECK(linear(a, make({5, 3}), make({5})).dtype() == type);
      CHECK(linear(a, make({5, 3})).dtype() == type);
      CHECK(conv2d(image, weight, make({4})).dtype() == type);
      CHECK(conv1d(batch, make({4, 2, 2})).dtype() == type);
      CHECK(conv_transpose2d(make({1, 4, 3, 3}), weight).dtype() == type);
      CHECK(einsum("ij,jk->ik", {a, b}).dtype() == type);
      CHECK(F::prelu(a, make({1})).dtype() == type);
      // In PyTorch's list for CUDA alone.
      CHECK(mv(a, v).dtype() == (device.is_cuda() ? type : kFloat));
      CHECK(dot(v, v).dtype() == kFloat);
      // Operands of mixed types; float64 stays.
      CHECK(mm(a.to(type), b).dtype() == type);
      CHECK(mm(a.to(kDouble), b.to(kDouble)).dtype() == kDouble);
    }
}

TEST_CASE("autocast: float32 where PyTorch's lists say so, the operands' types elsewhere") {
  for (Device device : devices()) {
    AutocastGuard guard(device.type(), kBFloat16);
    const Tensor x = rand({3, 4}, TensorOptions(device)).to(kBFloat16) + 0.25, y = x.flip({0});
    const Tensor target = zeros({3}, TensorOptions(kLong).device(device));
    const ScalarType on_cuda = device.is_cuda() ? kFloat : kBFloat16;
    for (const Tensor& out : {x.exp(),          x.log(),
                              x.log1p(),        x.pow(2),
                              x.pow(y),         x.reciprocal(),
                              x.rsqrt(),        x.tan(),
                              x.softmax(1),     x.log_softmax(1),
                              x.sum(),          x.sum({0}),
                              x.cumsum(0),      x.cumprod(0),
                              x.norm(),         x.logsumexp({1}),
                              softplus(x),      layer_norm(x, {4}),
                              group_norm(x, 2), cosine_similarity(x, y)})
      CHECK(out.dtype() == on_cuda);
    for (const Tensor& out : {mse_loss(x, y), l1_loss(x, y), smooth_l1_loss(x, y), huber_loss(x, y),
                              cross_entropy_loss(x, target), nll_loss(x, target),
                              binary_cross_entropy_with_logits(x, y), kl_div(x, y), x.prod()})
      CHECK(out.dtype() == kFloat);
    for (const Tensor& out :
         {x + y, x * 2.5, x.relu(), silu(x), gelu(x), x.tanh(), x.sqrt(), x.mean(), x.amax(), x.flip({0}),
          x.softmax(1, kBFloat16), avg_pool2d(x.view({1, 3, 4}), {2, 2}),
          adaptive_avg_pool2d(x.view({1, 3, 4}), {2, 3})})
      CHECK(out.dtype() == kBFloat16);
    CHECK((x + y.to(kFloat)).dtype() == kFloat);
    CHECK(cat({x, y.to(kFloat)}).dtype() == kFloat);
    CHECK(addcmul(x, y.to(kFloat), x).dtype() == kFloat);
    CHECK(adaptive_avg_pool2d(x.to(kFloat).view({1, 3, 4}), {2, 3}).dtype() == kFloat);
    if (device.is_cuda()) {
      CHECK(dot(x[0], y[0].to(kFloat)).dtype() == kFloat);
      CHECK_THROWS_WITH_AS(binary_cross_entropy(x, y), doctest::Contains("unsafe to autocast"), Error);
    } else {
      CHECK(binary_cross_entropy(x.clamp(0, 1), y.clamp(0, 1)).dtype() == kFloat);
      CHECK(pad(x.view({1, 3, 4}), {1, 1}, "reflect").dtype() == kFloat);
    }
    // Batch norm: 16-bit input, float32 parameters and statistics.
    nn::BatchNorm1d norm(4);
    norm->to(device);
    CHECK(norm(x).dtype() == kBFloat16);
    CHECK(norm->weight.dtype() == kFloat);
    CHECK(norm->running_mean.dtype() == kFloat);
  }
}

TEST_CASE("autocast: parameters get gradients of their own type, each is cast once") {
  for (Device device : devices()) {
    Tensor w = rand({4, 4}, TensorOptions(device)).set_requires_grad(true),
           x = rand({3, 4}, TensorOptions(device));
    Tensor expected = matmul(matmul(x, w), w).sum();
    expected.backward();
    const Tensor reference = w.grad().clone();
    w.mutable_grad() = Tensor();
    {
      AutocastGuard guard(device.type(), kBFloat16);
      const Tensor first = mm(x, w), second = mm(first, w);
      // Both products lead to the same cast.
      CHECK(first.grad_fn()->next_edge(1).function == second.grad_fn()->next_edge(1).function);
      {
        AutocastGuard inner(device.type());
        CHECK(mm(x, w).grad_fn()->next_edge(1).function == first.grad_fn()->next_edge(1).function);
      }
      second.to(kFloat).sum().backward();
    }
    CHECK(w.grad().dtype() == kFloat);
    CHECK(allclose(w.grad(), reference, 0.03, 0.03));
  }
}

TEST_CASE("autocast: the cache knows when a parameter changes, and what was not recorded") {
  AutocastGuard guard(kCPU, kBFloat16);
  Tensor w = ones({2, 2}).set_requires_grad(true), x = ones({1, 2});
  {
    NoGradGuard no_grad;
    CHECK(mm(x, w)[0][0].item<float>() == 2);
  }
  CHECK(mm(x, w).requires_grad());
  mm(x, w).sum().backward();
  mm(x, w).sum().backward();  // the cast serves several passes
  CHECK(w.grad()[0][0].item<float>() == 2);
  {
    NoGradGuard no_grad;
    w.mul_(3);
  }
  CHECK(mm(x, w)[0][0].item<float>() == 6);
  w.set_data(full({2, 2}, 5.0));
  CHECK(mm(x, w)[0][0].item<float>() == 10);
  at::autocast::set_autocast_cache_enabled(false);
  const Tensor first = mm(x, w), second = mm(x, w);
  CHECK(first.grad_fn()->next_edge(1).function != second.grad_fn()->next_edge(1).function);
  at::autocast::set_autocast_cache_enabled(true);
  at::autocast::clear_cache();
}

TEST_CASE("autocast: a backward pass is not autocast") {
  AutocastGuard guard(kCPU, kBFloat16);
  Tensor a = rand({3, 3}), b = rand({3, 3}).set_requires_grad(true), product;
  {
    AutocastGuard off(kCPU, false);
    product = mm(a, b);
  }
  product.sum().backward();
  const Tensor expected = a.sum({0}).unsqueeze(1).expand({3, 3});
  CHECK(allclose(b.grad(), expected, 1e-6));
  CHECK(at::autocast::is_autocast_enabled(kCPU));
}

TEST_CASE("autocast: a small network learns as well as without") {
  for (Device device : devices()) {
    const double plain = train(device, std::nullopt);
    CHECK(plain < 0.35);
    for (ScalarType type : {kBFloat16, kHalf})
      CHECK(train(device, type) == doctest::Approx(plain).epsilon(0.1));
  }
}
