// Module: names, modes, conversion, state, copies, printing.
#include <doctest/doctest.h>

#include <sstream>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/nn.h>

#include "../temporary.h"

using namespace tengen;
using namespace tengen::nn;

namespace {

struct BlockImpl : Cloneable<BlockImpl> {
  explicit BlockImpl(int64_t width) : width(width) { BlockImpl::reset(); }
  void reset() override {
    linear = register_module("linear", Linear(width, width));
    norm = register_module("norm", BatchNorm1d(width));
    scale = register_parameter("scale", ones({width}));
    shift = register_buffer("shift", zeros({width}));
  }
  Tensor forward(const Tensor& x) { return norm(linear(x)) * scale + shift; }
  int64_t width;
  Linear linear{nullptr};
  BatchNorm1d norm{nullptr};
  Tensor scale, shift;
};
TENGEN_MODULE(Block);

struct NetImpl : Cloneable<NetImpl> {
  NetImpl() { NetImpl::reset(); }
  void reset() override {
    first = register_module("first", Block(3));
    head = register_module("head", Linear(LinearOptions(3, 2).bias(false)));
  }
  Tensor forward(const Tensor& x) { return head(first(x)); }
  Block first{nullptr};
  Linear head{nullptr};
};
TENGEN_MODULE(Net);

std::string text(const Module& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("names and order are those of Python's modules") {
  Net net;
  CHECK(net->named_parameters().keys() == Names{"first.scale", "first.linear.weight", "first.linear.bias",
                                                "first.norm.weight", "first.norm.bias", "head.weight"});
  CHECK(net->named_buffers().keys() == Names{"first.shift", "first.norm.running_mean",
                                             "first.norm.running_var", "first.norm.num_batches_tracked"});
  CHECK(net->state_dict().keys() == Names{"first.scale", "first.shift", "first.linear.weight",
                                          "first.linear.bias", "first.norm.weight", "first.norm.bias",
                                          "first.norm.running_mean", "first.norm.running_var",
                                          "first.norm.num_batches_tracked", "head.weight"});
  CHECK(net->named_modules().keys() == Names{"", "first", "first.linear", "first.norm", "head"});
  CHECK(net->named_modules("net").keys()[1] == "net.first");
  CHECK(net->modules(/*include_self=*/false).size() == 4);
  CHECK(net->children().size() == 2);
  CHECK(net->named_children().keys() == Names{"first", "head"});
  CHECK(net->named_parameters(/*recurse=*/false).is_empty());
  CHECK(net->parameters().size() == 6);
  CHECK(net->name() == "(anonymous namespace)::NetImpl");
  CHECK(net->as<Net>() == net.get());
  CHECK(net->first->linear->as<BatchNorm1dImpl>() == nullptr);
}

TEST_CASE("what is shared appears once among parameters, under every name in the state") {
  auto shared = std::make_shared<LinearImpl>(2, 2);
  struct Twice : Module {};
  auto module = std::make_shared<Twice>();
  module->register_module("a", shared);
  module->register_module("b", shared);
  CHECK(module->parameters().size() == 2);
  CHECK(module->modules().size() == 2);
  CHECK(module->state_dict().size() == 4);
}

TEST_CASE("registration refuses bad and repeated names") {
  struct Plain : Module {};
  auto module = std::make_shared<Plain>();
  CHECK(contains(error_of([&] { module->register_parameter("a.b", ones({1})); }), "must not contain a dot"));
  CHECK(contains(error_of([&] { module->register_buffer("", ones({1})); }), "must not be empty"));
  module->register_module("child", Linear(1, 1));
  CHECK(contains(error_of([&] { module->register_module("child", Linear(1, 1)); }), "already defined"));
  module->replace_module("child", Linear(2, 2));
  CHECK(module->parameters()[0].numel() == 4);
  module->unregister_module("child");
  CHECK(module->parameters().empty());
  CHECK(contains(error_of([&] { module->unregister_module("child"); }), "not defined"));
  Plain on_stack;
  CHECK(contains(error_of([&] { on_stack.modules(); }), "std::shared_ptr"));
  CHECK(contains(error_of([&] { module->clone(); }), "Cloneable"));
}

TEST_CASE("modes, conversion, gradients") {
  Net net;
  CHECK(net->is_training());
  net->eval();
  CHECK(!net->first->norm->is_training());
  net->train();
  CHECK(net->first->norm->is_training());

  Tensor weight = net->head->weight;
  net(ones({4, 3})).sum().backward();
  net->to(kDouble);
  CHECK(net->head->weight.is_same(weight));
  CHECK(weight.dtype() == kDouble);
  CHECK(weight.grad().dtype() == kDouble);
  CHECK(net->first->norm->running_mean.dtype() == kDouble);
  CHECK(net->first->norm->num_batches_tracked.dtype() == kLong);  // LibTorch would make it double
  CHECK(net(ones({4, 3}, kDouble)).dtype() == kDouble);

  net->zero_grad(/*set_to_none=*/false);
  CHECK(weight.grad().equal(zeros_like(weight)));
  net->zero_grad();
  CHECK(!weight.grad().defined());
  net->requires_grad_(false);
  CHECK(!net->first->scale.requires_grad());

  int count = 0;
  Names names;
  net->apply([&](Module&) { ++count; });
  net->apply([&](const std::string& name, Module&) { names.push_back(name); }, "n");
  CHECK(count == 5);
  CHECK(names[2] == "n.first.linear");
  net->apply([&](const std::shared_ptr<Module>&) { ++count; });
  CHECK(count == 10);
}

TEST_CASE("state loads by name, and the report is complete") {
  manual_seed(1);
  Net source, target;
  target->load_state_dict(source->state_dict());
  for (const auto& item : source->state_dict()) CHECK(item->equal(target->state_dict()[item.key()]));
  CHECK(!target->head->weight.is_same(source->head->weight));

  StateDict state = source->state_dict();
  state.erase("first.scale");
  state.insert("extra", ones({1}));
  state["head.weight"] = ones({5, 3});
  Tensor before = target->first->linear->weight.detach().clone();
  state["first.linear.weight"] = zeros({3, 3});
  std::string message = error_of([&] { target->load_state_dict(state); });
  CHECK(contains(message, "Missing key(s) in state_dict: \"first.scale\"."));
  CHECK(contains(message, "Unexpected key(s) in state_dict: \"extra\"."));
  CHECK(contains(message,
                 "size mismatch for head.weight: copying a param with shape [5, 3] from checkpoint, the "
                 "shape in current model is [2, 3]."));
  CHECK(target->first->linear->weight.equal(before));

  state["head.weight"] = ones({2, 3}, kDouble);
  IncompatibleKeys keys = target->load_state_dict(state, /*strict=*/false);
  CHECK(keys.missing_keys == Names{"first.scale"});
  CHECK(keys.unexpected_keys == Names{"extra"});
  CHECK(target->head->weight.equal(ones({2, 3})));
}

TEST_CASE("a clone shares nothing and draws no random numbers") {
  manual_seed(3);
  Net net;
  net->eval();
  net->head->weight.set_requires_grad(false);
  manual_seed(4);
  Tensor expected = rand({2});
  manual_seed(4);
  Net copy = std::dynamic_pointer_cast<NetImpl>(net->clone());
  CHECK(rand({2}).equal(expected));
  StateDict a = net->state_dict(), b = copy->state_dict();
  REQUIRE(a.keys() == b.keys());
  for (const auto& item : a) {
    CHECK(item->equal(b[item.key()]));
    CHECK(!item->is_alias_of(b[item.key()]));
  }
  CHECK(!copy->is_training());
  CHECK(!copy->first->norm->is_training());
  CHECK(!copy->head->weight.requires_grad());
  CHECK(copy->first->scale.requires_grad());
  CHECK(copy(ones({1, 3})).equal(net(ones({1, 3}))));
  NoGradGuard no_grad;
  copy->first->scale.fill_(9);
  CHECK(net->first->scale[0].item<float>() == 1);

  CrossEntropyLoss loss(CrossEntropyLossOptions().weight(ones({2})));
  CrossEntropyLoss other = std::dynamic_pointer_cast<CrossEntropyLossImpl>(loss->clone());
  CHECK(!other->weight.is_alias_of(loss->weight));
}

TEST_CASE("modules print as LibTorch prints them") {
  CHECK(text(*Net()) ==
        "(anonymous namespace)::NetImpl(\n"
        "  (first): (anonymous namespace)::BlockImpl(\n"
        "    (linear): torch::nn::Linear(in_features=3, out_features=3, bias=true)\n"
        "    (norm): torch::nn::BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=true, "
        "track_running_stats=true)\n"
        "  )\n"
        "  (head): torch::nn::Linear(in_features=3, out_features=2, bias=false)\n"
        ")");
  auto conv =
      Conv2dOptions(3, 8, 3).stride(2).padding(1).dilation(2).groups(1).bias(false).padding_mode(kReflect);
  CHECK(text(*Conv2d(conv)) ==
        "torch::nn::Conv2d(3, 8, kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], dilation=[2, 2], "
        "bias=false, "
        "padding_mode=kReflect)");
  CHECK(text(*Conv2d(Conv2dOptions(3, 8, 3).padding(kSame))) ==
        "torch::nn::Conv2d(3, 8, kernel_size=[3, 3], stride=[1, 1], padding='same')");
  CHECK(text(*Conv1d(Conv1dOptions(3, 8, 3).padding(1))) ==
        "torch::nn::Conv1d(3, 8, kernel_size=3, stride=1, padding=1)");
  CHECK(text(*ConvTranspose2d(ConvTranspose2dOptions(4, 2, 3).stride(2).output_padding(1))) ==
        "torch::nn::ConvTranspose2d(4, 2, kernel_size=[3, 3], stride=[2, 2], output_padding=[1, 1])");
  CHECK(text(*BatchNorm2d(BatchNorm2dOptions(4).momentum(std::nullopt).affine(false))) ==
        "torch::nn::BatchNorm2d(4, eps=1e-05, momentum=None, affine=false, track_running_stats=true)");
  CHECK(text(*LayerNorm(LayerNormOptions({2, 3}))) ==
        "torch::nn::LayerNorm([2, 3], eps=1e-05, elementwise_affine=true)");
  CHECK(text(*Embedding(EmbeddingOptions(5, 3).max_norm(1.0))) ==
        "torch::nn::Embedding(num_embeddings=5, embedding_dim=3, max_norm=1)");
  CHECK(text(*AdaptiveAvgPool2d(AdaptiveAvgPool2dOptions({std::nullopt, 5}))) ==
        "torch::nn::AdaptiveAvgPool2d(output_size=[None, 5])");
  CHECK(text(*MaxPool2d(MaxPool2dOptions(3).stride(2).padding(1))) ==
        "torch::nn::MaxPool2d(kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], dilation=[1, 1], "
        "ceil_mode=false)");
  CHECK(text(*ReLU(true)) == "torch::nn::ReLU(inplace=true)");
  CHECK(text(*LeakyReLU(LeakyReLUOptions().negative_slope(0.2))) ==
        "torch::nn::LeakyReLU(negative_slope=0.2)");
  CHECK(text(*Unflatten(UnflattenOptions(1, {2, 3}))) ==
        "torch::nn::Unflatten(dim=1, unflattened_size={2, 3})");
  CHECK(text(*Dropout(0.3)) == "torch::nn::Dropout(p=0.3, inplace=false)");
  CHECK(text(*ConstantPad2d(ConstantPad2dOptions(1, 3.5))) ==
        "torch::nn::ConstantPad2d(padding=[1, 1, 1, 1], value=3.5)");
}

TEST_CASE("modules, tensors and lists go to files and back") {
  TemporaryFolder folder;
  Net net, other;
  save(net, folder / "net.safetensors");
  load(other, folder / "net.safetensors");
  for (const auto& item : net->state_dict()) CHECK(item->equal(other->state_dict()[item.key()]));
  Linear wrong(2, 2);
  CHECK(contains(error_of([&] { load(wrong, folder / "net.safetensors"); }), "Missing key(s)"));

  Tensor tensor = arange(6).reshape({2, 3}).t(), back;
  save(tensor, folder / "t");
  load(back, folder / "t");
  CHECK(back.equal(tensor));
  std::vector<Tensor> list{ones({2}), zeros({}, kBool)}, list_back;
  save(list, folder / "list");
  load(list_back, folder / "list");
  REQUIRE(list_back.size() == 2);
  CHECK(list_back[1].dtype() == kBool);
  CHECK(error_of([&] { load(back, folder / "missing"); }) != "");
}
