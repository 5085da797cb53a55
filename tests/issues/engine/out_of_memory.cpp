// Where memory is short there are exceptions, whatever is being made, and afterwards all goes on.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include "../../temporary.h"
#include "child.h"

namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

/// Whether `body`, repeated for ever with only so much memory, ends by an exception, all of the library's
/// own.
template <class Body>
bool runs_out(const Body& body) {
  try {
    for (;;) body();
  } catch (const c10::Error& error) {
    return contains(error.what(), "can't allocate memory");
  } catch (const std::bad_alloc&) {  // from a container of the standard library
    return true;
  }
}

bool computes() {
  torch::manual_seed(1);
  torch::nn::Linear model(3, 1);
  torch::optim::SGD optimizer(model->parameters(), 0.1);
  const torch::Tensor x = torch::randn({64, 3}), y = x.sum(1, true);
  float loss = 0;
  for (int step = 0; step < 200; ++step) {
    optimizer.zero_grad();
    torch::Tensor error = torch::mse_loss(model->forward(x), y);
    error.backward();
    optimizer.step();
    loss = error.item<float>();
  }
  return loss < 1e-4f;
}

}  // namespace

TEST_CASE("out of memory: tensors" * doctest::skip(kSanitized)) {
  CHECK(well_in_child([] {
    leave_memory(16 * kMegabyte);
    for (const int64_t size : {1, 100, 5000, 1'000'000}) {
      std::vector<torch::Tensor> tensors;
      if (!runs_out([&] { tensors.push_back(torch::ones({size})); })) return false;
    }
    return computes();
  }));
}

TEST_CASE("out of memory: graphs" * doctest::skip(kSanitized)) {
  CHECK(well_in_child([] {
    leave_memory(16 * kMegabyte);
    for (int i = 0; i < 2; ++i) {
      torch::Tensor y = torch::ones({1}).requires_grad_();
      if (!runs_out([&] { y = y + 1; })) return false;
    }
    return computes();
  }));
}

TEST_CASE("out of memory: backward passes" * doctest::skip(kSanitized)) {
  CHECK(well_in_child([] {
    leave_memory(16 * kMegabyte);
    const torch::Tensor x = torch::ones({100, 100}).requires_grad_();
    std::vector<torch::Tensor> kept;
    const bool well = runs_out([&] {
      kept.push_back((x.matmul(x) * 2).sum());
      kept.back().backward({}, true);
      kept.push_back(torch::autograd::grad({(x * x).sum()}, {x}, {}, true, true)[0]);
    });
    kept.clear();
    x.mutable_grad().reset();
    (x * 3).sum().backward();
    return well && x.grad().min().item<float>() == 3 && computes();
  }));
}

TEST_CASE("out of memory: modules and optimizers" * doctest::skip(kSanitized)) {
  CHECK(well_in_child([] {
    leave_memory(16 * kMegabyte);
    for (int i = 0; i < 2; ++i) {
      std::vector<torch::nn::Linear> layers;
      std::vector<std::unique_ptr<torch::optim::Adam>> optimizers;
      torch::nn::Sequential sequential;  // now: later there may be no memory for it
      if (!runs_out([&] {
            layers.emplace_back(20, 20);
            optimizers.push_back(std::make_unique<torch::optim::Adam>(layers.back()->parameters()));
            layers.back()->forward(torch::ones({1, 20})).sum().backward();
            optimizers.back()->step();
          }))
        return false;
      if (!runs_out([&] { sequential->push_back(torch::nn::Linear(20, 20)); })) return false;
    }
    return computes();
  }));
}

TEST_CASE("out of memory: a thousand times in a row, and work in between" * doctest::skip(kSanitized)) {
  CHECK(well_in_child([] {
    leave_memory(100 * kMegabyte);
    const torch::Tensor x = torch::ones({1000}).requires_grad_();
    for (int i = 0; i < 1000; ++i) {
      const std::string message = error_of([&] { (void)(x.expand({100'000, 1000}) + 1); });
      if (!contains(message, "can't allocate memory: you tried to allocate 400000000 bytes")) return false;
      x.mutable_grad().reset();
      (x * 2).sum().backward();
      if (x.grad().max().item<float>() != 2) return false;
    }
    return computes();
  }));
}

TEST_CASE("out of memory: cached blocks of other sizes are given back first" * doctest::skip(kSanitized)) {
  CHECK(well_in_child([] {
    leave_memory(100 * kMegabyte);  // the stack of a worker included
    for (int64_t megabytes : {60, 30, 70, 18, 54})
      (void)torch::ones({megabytes * int64_t(kMegabyte), 1}, torch::kByte);
    return true;
  }));
}
