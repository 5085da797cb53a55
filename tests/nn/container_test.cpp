// Sequential, lists and dictionaries of modules, AnyModule.
#include <doctest/doctest.h>

#include <sstream>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/nn.h>

#include "../temporary.h"

using namespace tengen;
using namespace tengen::nn;

namespace {

struct ScaleImpl : Cloneable<ScaleImpl> {
  explicit ScaleImpl(double factor) : factor(factor) {}
  void reset() override {}
  Tensor forward(const Tensor& x, double offset = 0.5) { return x * factor + offset; }
  double factor;
};
TENGEN_MODULE(Scale);

struct PairImpl : Module {
  std::vector<Tensor> forward(Tensor a, Tensor b) { return {a + b, a - b}; }
};
TENGEN_MODULE(Pair);

struct JoinImpl : Module {
  Tensor forward(const std::vector<Tensor>& parts) { return parts[0] * parts[1]; }
};
TENGEN_MODULE(Join);

double value(const Tensor& t) { return t.item<double>(); }
Tensor number(double x) { return scalar_tensor(x, kDouble); }

}  // namespace

TEST_CASE("Sequential passes results on, whatever their types, and fills in default arguments") {
  Sequential net(Scale(2.0), Scale(3.0));
  CHECK(value(net(number(1))) == (1 * 2 + 0.5) * 3 + 0.5);
  CHECK(value(net->forward(number(1), 1.0)) == (1 * 2 + 1.0) * 3 + 0.5);
  Sequential pairs(Pair{}, Join{});
  CHECK(value(pairs->forward(number(5), number(3))) == 16);
  Sequential only_pair(Pair{});
  CHECK(only_pair->forward<std::vector<Tensor>>(number(5), number(3)).size() == 2);
  CHECK(contains(error_of([&] { only_pair->forward(number(5), number(3)); }), "Tensor"));
  CHECK(contains(error_of([&] { pairs->forward(number(5)); }), "expects 2 argument(s), but received 1"));
  CHECK(contains(error_of([&] { Sequential()->forward(number(5)); }), "empty Sequential"));
  CHECK(contains(error_of([&] { net->forward(3); }), "argument #0"));
}

TEST_CASE("Sequential by name, nested, grown, indexed") {
  Sequential inner({{"a", Scale(2.0)}, {"b", Scale(1.0)}});
  CHECK(inner->named_children().keys() == std::vector<std::string>{"a", "b"});
  Sequential outer(inner, ScaleImpl(10.0));
  CHECK(value(outer(number(0))) == 10.5);
  outer->push_back(Scale(1.0));
  outer->push_back("last", std::make_shared<ScaleImpl>(0.0));
  outer->extend(std::vector<Scale>{Scale(1.0), Scale(1.0)});
  CHECK(outer->size() == 6);
  CHECK(outer->at<ScaleImpl>(1).factor == 10);
  CHECK(outer->ptr<ScaleImpl>(3)->factor == 0);
  CHECK(outer[1]->as<Scale>()->factor == 10);
  CHECK(contains(error_of([&] { outer->at<LinearImpl>(1); }), "LinearImpl"));
  CHECK(contains(error_of([&] { outer->ptr(6); }), "out of range"));
  OrderedDict<std::string, AnyModule> modules{{"x", AnyModule(Scale(3.0))}};
  CHECK(Sequential(std::move(modules))->named_children().keys()[0] == "x");

  Sequential linear(Linear(2, 2), ReLU());
  auto copy = std::dynamic_pointer_cast<SequentialImpl>(linear->clone());
  Tensor x = ones({1, 2});
  CHECK(copy->forward(x).equal(linear(x)));
  CHECK(!copy->parameters()[0].is_alias_of(linear->parameters()[0]));
  std::ostringstream out;
  out << linear;
  CHECK(out.str() ==
        "torch::nn::Sequential(\n  (0): torch::nn::Linear(in_features=2, out_features=2, bias=true)\n  (1): "
        "torch::nn::ReLU()\n)");
}

TEST_CASE("a transposed convolution and batch norm fit into Sequential") {
  Sequential net(ConvTranspose2d(2, 3, 3), BatchNorm2d(3), Functional([](Tensor x) { return x.relu(); }),
                 Functional([](Tensor x, double p) { return x * p; }, 2.0), Flatten());
  CHECK(net(ones({2, 2, 4, 4})).sizes() == IntArrayRef({2, 108}));
}

TEST_CASE("AnyModule knows what it holds") {
  AnyModule any(Scale(4.0));
  CHECK(value(any.forward(number(1))) == 4.5);
  CHECK(any.get<ScaleImpl>().factor == 4);
  CHECK(any.get<Scale>()->factor == 4);
  CHECK(contains(error_of([&] { any.get<LinearImpl>(); }), "Attempted to cast"));
  CHECK(AnyModule().is_empty());
  CHECK(contains(error_of([&] { AnyModule().forward(number(1)); }), "empty AnyModule"));
  AnyModule copy = any.clone();
  CHECK(!(copy.ptr() == any.ptr()));
}

TEST_CASE("ModuleList and ModuleDict") {
  ModuleList list(Linear(1, 1), Scale(2.0));
  list->push_back(Linear(2, 2));
  list->insert(1, Scale(7.0));
  CHECK(list->named_children().keys() == std::vector<std::string>{"0", "1", "2", "3"});
  CHECK(list->at<ScaleImpl>(1).factor == 7);
  CHECK(list[2]->as<Scale>()->factor == 2);
  CHECK(list->named_children()["2"] == list->ptr(2));
  size_t count = 0;
  for (const auto& module : *list) count += module->parameters().size();
  CHECK(count == 4);
  CHECK(contains(error_of([&] { list[4]; }), "out of range"));

  ModuleDict dict(std::vector<std::pair<std::string, std::shared_ptr<Module>>>{{"a", Linear(1, 1).ptr()},
                                                                               {"b", Scale(2.0).ptr()}});
  dict->update({{"b", Scale(5.0).ptr()}, {"c", Scale(6.0).ptr()}});
  CHECK(dict->keys() == std::vector<std::string>{"a", "b", "c"});
  CHECK(dict->at<ScaleImpl>("b").factor == 5);
  CHECK(dict->pop("a")->as<Linear>() != nullptr);
  CHECK(!dict->contains("a"));
  CHECK(dict->size() == 2);
  CHECK(dict[std::string("c")]->as<Scale>()->factor == 6);
}

TEST_CASE("ParameterList and ParameterDict") {
  ParameterList list(ones({2}).requires_grad_(), zeros({3}));
  list->append(ones({1}));
  CHECK(list->size() == 3);
  CHECK(list[0].requires_grad());
  CHECK(!list[1].requires_grad());
  CHECK(list->state_dict().keys() == std::vector<std::string>{"0", "1", "2"});

  ParameterDict dict;
  dict->insert("w", ones({2}).requires_grad_());
  dict->update({{"w", zeros({2})}, {"v", ones({1})}});
  CHECK(dict->get("w").equal(zeros({2})));
  CHECK(dict->pop("v").numel() == 1);
  CHECK(dict->keys() == std::vector<std::string>{"w"});
  auto copy = std::dynamic_pointer_cast<ParameterDictImpl>(dict->clone());
  CHECK(!copy->get("w").is_alias_of(dict->get("w")));
}
