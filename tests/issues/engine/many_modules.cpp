// A hundred thousand modules in a row, ten thousand inside each other: no operation on them runs out of
// stack.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <sstream>

#include "../../temporary.h"
#include "child.h"

TEST_CASE("many modules: in a row") {
  constexpr int kModules = 100'000;
  torch::nn::Sequential model;
  for (int i = 0; i + 1 < kModules; ++i) model->push_back(torch::nn::Identity());
  model->push_back(torch::nn::Linear(1, 1));
  CHECK(model->size() == kModules);
  const torch::Tensor x = torch::ones({1, 1}).requires_grad_(), y = model->forward(x);
  y.sum().backward();
  CHECK(x.grad().defined());

  std::ostringstream out;
  out << model;
  CHECK(contains(out.str(), "(99999): torch::nn::Linear"));
  model->to(torch::kDouble);
  model->to(torch::kFloat);
  model->eval();
  auto copy = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(model->clone());
  CHECK(copy->forward(torch::ones({1, 1})).equal(y));
  TemporaryFolder folder;
  torch::save(model, folder / "model.safetensors");
  torch::load(model, folder / "model.safetensors");
  CHECK(model->parameters().size() == 2);
  torch::nn::Sequential moved = std::move(model);
  CHECK(moved->forward(torch::ones({1, 1})).equal(y));
}

TEST_CASE("many modules: inside each other") {
  constexpr int kDepth = kSanitized ? 1000 : 10'000;  // sanitizers need more stack
  torch::nn::Sequential model(torch::nn::Linear(1, 1));
  for (int i = 0; i < kDepth; ++i) model = torch::nn::Sequential(model);
  const torch::Tensor y = model->forward(torch::ones({1, 1}));
  model->to(torch::kDouble);
  model->to(torch::kFloat);
  model->train();
  auto copy = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(model->clone());
  CHECK(copy->forward(torch::ones({1, 1})).equal(y));
  CHECK(model->parameters().size() == 2);
  model->zero_grad();
  TemporaryFolder folder;
  torch::save(model, folder / "model.safetensors");
  torch::load(model, folder / "model.safetensors");
  CHECK(model->forward(torch::ones({1, 1})).equal(y));
}
