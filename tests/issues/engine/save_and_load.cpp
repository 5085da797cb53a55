// torch::save and torch::load: every kind of object, files and streams, what is saved with a tensor.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include <tengen/torch.h>

#include "../../temporary.h"

using namespace torch;

namespace {

struct Net : nn::Module {
  Net() { linear = register_module("linear", nn::Linear(2, 1)); }
  Tensor forward(Tensor x) { return linear(x); }
  nn::Linear linear{nullptr};
};

/// A parameter after one step of an optimizer, which is saved and loaded into one with other options.
template <class Optimizer, class Options>
void check_optimizer(const Options& saved_options, const Options& other_options) {
  TemporaryFolder folder;
  const auto step = [](Optimizer& optimizer, const Tensor& p) {
    optimizer.zero_grad();
    (p * p).sum().backward();
    optimizer.step();
  };
  Tensor p = tensor({1., 2.}).set_requires_grad(true);
  Optimizer saved({p}, saved_options);
  step(saved, p);
  save(saved, folder / "optimizer");

  Tensor q = p.detach().clone().set_requires_grad(true);
  Optimizer loaded({q}, other_options);
  load(loaded, folder / "optimizer");
  CHECK(loaded.param_groups()[0].options().get_lr() == saved_options.lr());
  for (int i = 0; i < 3; ++i) step(saved, p), step(loaded, q);
  CHECK(q.equal(p));
}

}  // namespace

TEST_CASE("save and load: an optimizer's options and state are those that were saved") {
  using namespace torch::optim;
  check_optimizer<SGD>(SGDOptions(0.1).momentum(0.9).weight_decay(0.01), SGDOptions(0.5));
  check_optimizer<Adam>(AdamOptions(0.1).betas({0.5, 0.6}).amsgrad(true), AdamOptions(0.5));
  check_optimizer<AdamW>(AdamWOptions(0.1).weight_decay(0.3), AdamWOptions(0.5));
  check_optimizer<Adagrad>(AdagradOptions(0.1).lr_decay(0.2), AdagradOptions(0.5));
  check_optimizer<RMSprop>(RMSpropOptions(0.1).momentum(0.3).centered(true), RMSpropOptions(0.5));
}

TEST_CASE("save and load: whether a tensor requires a gradient is saved with it") {
  TemporaryFolder folder;
  save(ones({2}, requires_grad()), folder / "t");
  Tensor fresh, other = zeros({2});
  load(fresh, folder / "t");
  CHECK(fresh.requires_grad());
  load(other, folder / "t");  // a tensor that is there keeps its own
  CHECK_FALSE(other.requires_grad());
  CHECK(other.equal(ones({2})));
  std::vector<Tensor> list{ones({1}), ones({1}, requires_grad())}, back;
  save(list, folder / "list");
  load(back, folder / "list");
  CHECK_FALSE(back[0].requires_grad());
  CHECK(back[1].requires_grad());
}

TEST_CASE("save and load: a tensor, and a module's parameters, take the dtype that was saved") {
  TemporaryFolder folder;
  save(arange(3, kDouble), folder / "t");
  Tensor x = zeros({2});
  const Tensor alias = x;
  load(x, folder / "t");
  CHECK(x.dtype() == kDouble);
  CHECK(alias.equal(arange(3, kDouble)));
  nn::Linear saved(2, 1), loaded(2, 1);
  saved->to(kDouble);
  save(saved, folder / "m");
  const Tensor weight = loaded->weight;
  load(loaded, folder / "m");
  CHECK(loaded->weight.dtype() == kDouble);
  CHECK(weight.equal(saved->weight));
  CHECK(weight.requires_grad());
  loaded->forward(ones({1, 2}, kDouble)).sum().backward();
  CHECK(weight.grad().dtype() == kDouble);
}

TEST_CASE("save and load: pointers to modules, holders and modules themselves") {
  TemporaryFolder folder;
  const auto net = std::make_shared<Net>();
  const auto other = std::make_shared<Net>();
  const std::shared_ptr<nn::Module> base = other;
  const auto check = [&] {
    CHECK(other->linear->weight.equal(net->linear->weight));
    NoGradGuard no_grad;
    other->linear->weight.zero_();
  };
  save(net, folder / "net");
  load(other, folder / "net"), check();
  load(base, folder / "net"), check();
  load(*other, folder / "net"), check();
  load(other, folder / "net", kCPU), check();
  load(*other, folder / "net", Device("cpu")), check();
  save(*net, folder / "net");
  load(other, folder / "net"), check();
  save(net->linear, folder / "linear");
  load(other->linear, folder / "linear"), check();
  nn::Sequential sequence(nn::Linear(1, 1)), copy(nn::Linear(1, 1));
  save(sequence, folder / "sequence");
  load(copy, folder / "sequence");
  CHECK(copy->state_dict()["0.weight"].equal(sequence->state_dict()["0.weight"]));
  CHECK(contains(error_of([] { save(std::shared_ptr<Net>(), "unused"); }), "empty pointer"));
}

TEST_CASE("save and load: streams and memory") {
  std::stringstream stream;
  const Tensor x = arange(6).reshape({2, 3});
  save(x, stream);
  Tensor back;
  load(back, stream);
  CHECK(back.equal(x));
  CHECK(contains(error_of([&] { load(back, stream); }), "at its end"));

  std::ostringstream out;
  const auto net = std::make_shared<Net>();
  Net other;
  save(net, out);
  std::istringstream in(out.str());
  load(other, in, kCPU);
  CHECK(other.linear->weight.equal(net->linear->weight));
  const std::string bytes = out.str();
  OrderedDict<std::string, Tensor> dict;
  load(dict, bytes.data(), bytes.size());
  CHECK(dict["linear.bias"].equal(net->linear->bias));

  std::stringstream broken;
  broken.setstate(std::ios::badbit);
  CHECK(contains(error_of([&] { save(x, broken); }), "could not be written"));
  std::istringstream nonsense("this is no tensor");
  CHECK(error_of([&] { load(back, nonsense); }) != "");
}

TEST_CASE("save and load: files of Python's torch.save are told by their content") {
  TemporaryFolder folder;
  const std::string fixture = std::string(TENGEN_SOURCE_DIR) + "/tests/io/fixtures/model.pt";
  std::ifstream file(fixture, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  OrderedDict<std::string, Tensor> dict;
  load(dict, folder.write("model", bytes));
  CHECK(dict.size() > 0);
  OrderedDict<std::string, Tensor> from_memory;
  load(from_memory, bytes.data(), bytes.size());
  CHECK(from_memory.size() == dict.size());
  Tensor x;
  CHECK(error_of([&] { load(x, folder.write("old", std::string("\x80\x02}q", 4))); }) != "");
}
