// tengen::torch: what programs written for LibTorch do, under LibTorch's own headers.
#include <ATen/ATen.h>
#include <c10/util/irange.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/nn.h>
#include <torch/nn/functional.h>
#include <torch/optim.h>
#include <torch/torch.h>

#include <doctest/doctest.h>

namespace nn = torch::nn;
using torch::Tensor;
using torch::indexing::None;
using torch::indexing::Slice;

namespace {

struct BlockImpl : nn::Module {
  explicit BlockImpl(int64_t size = 3) { fc = register_module("fc", nn::Linear(size, size)); }
  Tensor forward(Tensor x) { return torch::relu(fc(x)); }
  nn::Linear fc{nullptr};
};
TORCH_MODULE(Block);

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

TEST_CASE("the version of LibTorch's API") {
  static_assert(TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 15);
  CHECK(std::string(TORCH_VERSION) == "2.15.0");
}

TEST_CASE("the standard library comes along") {
  std::list<double> list{1, 2};
  CHECK(std::accumulate(list.begin(), list.end(), 0.0) == 3);
  CHECK(std::strlen("abc") == 3);
  CHECK(std::filesystem::path("a/b").filename() == "b");
  assert(std::isnan(NAN));
}

TEST_CASE("settings of the context") {
  at::Context& context = at::globalContext();
  context.setBenchmarkCuDNN(true);
  CHECK(context.benchmarkCuDNN());
  context.setBenchmarkCuDNN(false);
  torch::globalContext().setDeterministicCuDNN(true);
  CHECK(context.deterministicCuDNN());
  context.setDeterministicAlgorithms(true, true);
  CHECK(context.deterministicAlgorithms());
  CHECK(context.deterministicAlgorithmsWarnOnly());
  context.setDeterministicAlgorithms(false, false);
  context.setAllowFP16ReductionCuBLAS(false);
  CHECK_FALSE(context.allowFP16ReductionCuBLAS());
  CHECK(context.hasCUDA() == torch::cuda::is_available());
  CHECK(at::hasCUDA() == (torch::getNumGPUs() > 0));
  CHECK_FALSE(torch::cuda::cudnn_is_available());
}

TEST_CASE("flushing of denormal numbers") {
  volatile float smallest = std::numeric_limits<float>::min();
  if (!at::globalContext().setFlushDenormal(true)) return;
  const float flushed = smallest / 2;
  at::globalContext().setFlushDenormal(false);
  CHECK(flushed == 0);
  CHECK(smallest / 2 > 0);
}

TEST_CASE("modules by value, by holder and by pointer") {
  BlockImpl block(3);
  nn::Sequential net(block, BlockImpl(3), Block(3), std::make_shared<BlockImpl>(3));
  net->push_back(block);
  net->push_back("named", block);
  CHECK(net->size() == 6);
  CHECK(net->named_children().contains("named"));
  CHECK(net->forward(torch::ones({2, 3})).sizes() == torch::IntArrayRef({2, 3}));
  nn::AnyModule any(block);
  CHECK(any.forward(torch::ones({3})).equal(block.forward(torch::ones({3}))));
  nn::ModuleList list(block, Block(3));
  list->push_back(block);
  CHECK(list->size() == 3);
  nn::ModuleDict dict;
  dict->insert("block", std::make_shared<BlockImpl>(3));
  CHECK(dict->contains("block"));
}

TEST_CASE("numbers are assigned to places of a tensor") {
  Tensor x = torch::zeros({3, 3});
  const std::vector<int> ints{4};
  const std::vector<char> bytes{5};
  x[0][0] = 2.5;
  x[0][1] = 1;
  x[0][2] = true;
  x[1][0] = 1.5f;
  x[1][1] = ints[0];
  x[1][2] = bytes[0];
  x.index({2, Slice()}) = 7L;
  CHECK(x.equal(torch::tensor({{2.5f, 1.f, 1.f}, {1.5f, 4.f, 5.f}, {7.f, 7.f, 7.f}})));
}

TEST_CASE("indices of every integer type") {
  const Tensor x = torch::arange(12).view({3, 4});
  const size_t n = 2;
  const unsigned char one = 1;
  CHECK(x.index({Slice(0, n), Slice(n, None)}).equal(torch::tensor({{2, 3}, {6, 7}})));
  CHECK(x.index({"...", Slice(None, None, n)}).equal(torch::tensor({{0, 2}, {4, 6}, {8, 10}})));
  CHECK(x.index({one, n}).item<int>() == 6);
  CHECK(x.index({x > 9}).equal(torch::tensor({10, 11})));
}

TEST_CASE("a number on the left of a comparison") {
  const Tensor x = torch::tensor({1.f, 2.f, 3.f});
  CHECK((2.f > x).equal(torch::tensor({true, false, false})));
  CHECK((2 <= x).equal(torch::tensor({false, true, true})));
  CHECK((2.0 == x).equal(x == 2));
  CHECK((2L != x).equal(x != 2));
}

TEST_CASE("GradMode by its names") {
  torch::autograd::GradMode::set_enabled(false);
  CHECK_FALSE(torch::GradMode::is_enabled());
  at::GradMode::set_enabled(true);
  {
    torch::autograd::AutoGradMode off(false);
    CHECK_FALSE(c10::GradMode::is_enabled());
  }
  CHECK(torch::autograd::GradMode::is_enabled());
}

TEST_CASE("options of an optimizer's groups") {
  nn::Linear net(2, 2);
  torch::optim::RMSprop optimizer(net->parameters(), torch::optim::RMSpropOptions(1e-3));
  auto& options = static_cast<torch::optim::RMSpropOptions&>(optimizer.param_groups()[0].options());
  options.lr(0.5);
  CHECK(optimizer.param_groups()[0].options().get_lr() == 0.5);
  static_cast<torch::optim::RMSpropOptions&>(optimizer.defaults()).lr(0.25);
  optimizer.param_groups()[0].options().set_lr(0.125);
  CHECK(options.lr() == 0.125);
}

TEST_CASE("what LibTorch prints") {
  CHECK(printed(std::vector<int64_t>{1, 2, 3}) == "1 2 3");
  CHECK(printed(std::vector<double>{1.5}) == "1.5");
  CHECK(printed(std::vector<torch::Device>{torch::kCPU, torch::Device("cuda:0")}) == "cpu cuda:0");
  CHECK(printed(std::map<std::string, int>{{"a", 1}, {"b", 2}}) == "(a, 1) (b, 2)");
  CHECK(printed(std::set<int>{2, 1}) == "1 2");
  const std::string many = printed(std::vector<int>(101, 7));
  CHECK(many.size() == 2 * 100 + 3);
  CHECK(many.ends_with("7 ..."));
  CHECK(printed(torch::kCUDA) == "cuda");
  CHECK(printed(torch::kStrided) == "Strided");
  CHECK(printed(torch::MemoryFormat::ChannelsLast) == "ChannelsLast");
  CHECK(printed(torch::IntArrayRef({2, 3})) == "[2, 3]");
  CHECK(printed((torch::ones({1}).set_requires_grad(true) * 2).grad_fn()).starts_with("0x"));
}

TEST_CASE("what a tensor is") {
  const Tensor x = torch::ones({2, 3});
  CHECK_FALSE(x.is_complex());
  CHECK_FALSE(x.is_quantized());
  CHECK_FALSE(x.is_sparse());
  CHECK(x.has_storage());
  CHECK_FALSE(Tensor().has_storage());
  CHECK(x.get_device() == -1);
  CHECK(x.t().is_non_overlapping_and_dense());
  CHECK_FALSE(x.expand({4, 2, 3}).is_non_overlapping_and_dense());
  CHECK_FALSE(x.select(1, 0).is_non_overlapping_and_dense());
}

TEST_CASE("errors have a message and no backtrace") {
  try {
    AT_CHECK(1 > 2, "found ", 1);
    FAIL("no exception");
  } catch (const c10::Error& error) {
    CHECK(error.msg() == "found 1");
    CHECK(error.backtrace().empty());
  }
  CHECK(torch::str("a", 1) == "a1");
}
