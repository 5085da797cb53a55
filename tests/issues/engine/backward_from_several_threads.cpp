// Backward passes of several threads at once over graphs that share parameters, or over one graph.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <atomic>
#include <thread>

namespace {

/// Runs body(number) on `count` threads that begin together.
template <class Body>
void on_threads(int count, const Body& body) {
  std::atomic<int> there{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      tengen::SerialGuard serial;
      ++there;
      while (there < count) std::this_thread::yield();
      body(i);
    });
  for (std::thread& thread : threads) thread.join();
}

bool all_are(const torch::Tensor& tensor, float value) {
  return tensor.min().item<float>() == value && tensor.max().item<float>() == value;
}

}  // namespace

TEST_CASE("backward from several threads: a shared parameter gets all gradients") {
  constexpr int kThreads = 8, kTimes = 20'000 / kThreads;
  torch::Tensor w = torch::zeros({20}).set_requires_grad(true);
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < kTimes; ++i) (w * 1).sum().backward();
  });
  CHECK(all_are(w.grad(), kThreads * kTimes));
}

TEST_CASE("backward from several threads: a new leaf is used by all at once for the first time") {
  for (int repeat = 0; repeat < 200; ++repeat) {
    torch::Tensor w = torch::zeros({8}).set_requires_grad(true);
    on_threads(4, [&](int) { (w * 2).sum().backward(); });
    REQUIRE(all_are(w.grad(), 8));
  }
}

TEST_CASE("backward from several threads: accumulators come and go") {
  torch::Tensor w = torch::ones({2}).set_requires_grad(true);
  on_threads(4, [&](int) {
    for (int i = 0; i < 2000; ++i) (void)(w * 1).requires_grad();  // the graph dies at once
  });
  (w * 1).sum().backward();
  CHECK(all_are(w.grad(), 1));
}

TEST_CASE("backward from several threads: one graph, kept") {
  constexpr int kThreads = 4, kTimes = 500;
  torch::Tensor w = torch::ones({16}).set_requires_grad(true), b = torch::zeros({16}).set_requires_grad(true);
  torch::Tensor hidden = (w * 3 + b).tanh();
  hidden.retain_grad();
  torch::Tensor loss = (hidden * hidden).sum();
  loss.backward({}, true);
  const torch::Tensor once = w.grad().clone(), hidden_once = hidden.grad().clone();
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < kTimes; ++i) loss.backward({}, true);
  });
  const double times = 1 + kThreads * kTimes;
  CHECK(torch::allclose(w.grad(), once * times, 1e-3));
  CHECK(torch::allclose(b.grad() * 3, w.grad(), 1e-3));
  CHECK(torch::allclose(hidden.grad(), hidden_once * times, 1e-3));
}

TEST_CASE("backward from several threads: one graph, freed by whoever is first") {
  for (int repeat = 0; repeat < 100; ++repeat) {
    torch::Tensor w = torch::ones({4}).set_requires_grad(true);
    torch::Tensor y = w;
    for (int i = 0; i < 8; ++i) y = y.exp().log();
    torch::Tensor loss = y.sum();
    y.reset();
    std::atomic<int> done{0};
    on_threads(4, [&](int) {
      try {
        loss.backward();
        ++done;
      } catch (const torch::Error& error) {
        CHECK(std::string(error.what()).find("Trying to backward through the graph a second time") == 0);
      }
    });
    CHECK(done == 1);
    CHECK(w.grad().defined());
  }
}

TEST_CASE("backward from several threads: hooks are added and removed meanwhile") {
  torch::Tensor w = torch::ones({4}).set_requires_grad(true);
  torch::Tensor y = w * 2;
  torch::Tensor loss = y.sum();
  std::atomic<int> calls{0};
  on_threads(4, [&](int number) {
    for (int i = 0; i < 200; ++i) {
      if (number % 2) {
        loss.backward({}, true);
      } else {
        const torch::Tensor& hooked = number ? w : y;
        hooked.remove_hook(hooked.register_hook([&](torch::Tensor) { ++calls; }));
      }
    }
  });
  CHECK(all_are(w.grad(), 800));
}

TEST_CASE("backward from several threads: views of memory that was written to") {
  for (int repeat = 0; repeat < 50; ++repeat) {
    torch::Tensor w = torch::ones({4}).set_requires_grad(true);
    torch::Tensor base = torch::zeros({4});
    torch::Tensor view = base.narrow(0, 1, 2);
    base.add_(w);  // the view's history is derived when somebody asks for it
    on_threads(4, [&](int) { (view * 3).sum().backward({}, true); });
    CHECK(w.grad()[1].item<float>() == 12);
    CHECK(w.grad()[0].item<float>() == 0);
  }
}
