// torch.h: the names, in every way in which programs write them.
#include <doctest/doctest.h>

#include <string>

#include <tengen/torch.h>

namespace F = torch::nn::functional;

// A program may add to LibTorch's namespaces.
namespace torch::nn {
struct TwiceImpl : Module {
  Tensor forward(const Tensor& x) { return 2 * x; }
};
TORCH_MODULE(Twice);
}  // namespace torch::nn
namespace torch::data::datasets {
struct Numbers : Dataset<Numbers> {
  Example<> get(size_t i) override { return {torch::tensor(int64_t(i)), torch::tensor(int64_t(i % 2))}; }
  torch::optional<size_t> size() const override { return 4; }
};
}  // namespace torch::data::datasets
namespace at {
inline Tensor plus_one(const Tensor& x) { return x + 1; }
}  // namespace at

namespace {

struct WidthOptions {
  explicit WidthOptions(int64_t width) : width_(width) {}
  TORCH_ARG(int64_t, width);
  TORCH_ARG(bool, tall) = false;
  int copies = 1;  // public, as in any struct
};

template <class Call>
std::string message(const Call& call) {
  try {
    call();
  } catch (const c10::Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("torch.h: spellings") {
  at::Tensor a = torch::zeros({2, 3}, at::kFloat);
  c10::IntArrayRef sizes = a.sizes();
  CHECK(sizes == at::IntArrayRef{2, 3});
  c10::optional<int64_t> none = c10::nullopt, also_none = torch::nullopt;
  CHECK(none == also_none);
  at::Scalar scalar = 2.5;
  CHECK((a + scalar).sum().item<float>() == 15.0f);
  c10::Device device(c10::DeviceType::CPU);
  CHECK(device == torch::Device("cpu"));
  auto options = torch::TensorOptions()
                     .dtype(torch::kFloat32)
                     .layout(torch::kStrided)
                     .device(torch::kCPU)
                     .requires_grad(true);
  CHECK(torch::empty({1}, options).requires_grad());
  CHECK(torch::kInt64 == at::kLong);
  CHECK(torch::cuda::is_available() == (torch::cuda::device_count() > 0));
  CHECK(F::relu(torch::tensor({-1.0, 1.0})).sum().item<float>() == 1);
  CHECK(torch::nn::functional::softmax(a, F::SoftmaxFuncOptions(1)).sum().item<float>() ==
        doctest::Approx(2));
  using namespace torch::indexing;
  CHECK(a.index({Slice(None, 1), "..."}).numel() == 3);
  CHECK(a.index({Ellipsis, 0}).numel() == 2);
  CHECK(torch::nn::Twice()(torch::ones({2})).sum().item<float>() == 4);
  CHECK(torch::data::datasets::Numbers().get_batch({0, 3}).size() == 2);
  CHECK(at::plus_one(a).sum().item<float>() == 6);
  CHECK(std::get<0>(torch::max(torch::tensor({{1, 5}, {7, 3}}), 1))[0].item<int>() == 5);
  torch::Generator generator = torch::make_generator(5);
  CHECK(torch::rand({2}, generator).numel() == 2);
  CHECK(at::detail::createCPUGenerator(5).current_seed() == 5);
  CHECK(std::string(c10::toString(torch::kInt)) == "Int");
  CHECK(c10::elementSize(torch::kDouble) == 8);
  std::vector<int> visited(10);
  at::parallel_for(2, 10, 3, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) ++visited[size_t(i)];
  });
  CHECK(visited == std::vector<int>{0, 0, 1, 1, 1, 1, 1, 1, 1, 1});
  static_assert(std::is_same_v<torch::Tensor, at::Tensor>);
  static_assert(std::is_same_v<torch::autograd::Variable, torch::Tensor>);
}

TEST_CASE("torch.h: macros") {
  CHECK(message([] { TORCH_CHECK(1 > 2, "one is ", 1); }) == "one is 1");
  CHECK(message([] { TORCH_CHECK(1 > 2); }) == "Expected 1 > 2 to be true, but got false.");
  CHECK(message([] { AT_ASSERT(false, "no"); }) == "no");
  CHECK(message([] { TORCH_INTERNAL_ASSERT(false); }) == "Expected false to be true, but got false.");
  CHECK(message([] { AT_ERROR("bad ", 3); }) == "bad 3");
  CHECK(message([] { TORCH_CHECK(true, "fine"); }) == "no error");
  CHECK_THROWS_AS(TORCH_CHECK_INDEX(false, "far"), torch::IndexError);
  CHECK_THROWS_AS(TORCH_CHECK_VALUE(false, "odd"), torch::ValueError);
  CHECK_THROWS_AS(TORCH_CHECK_NOT_IMPLEMENTED(false, "not yet"), torch::NotImplementedError);

  auto options = WidthOptions(3).tall(true);
  options.width(4);
  CHECK(options.width() == 4);
  CHECK(options.tall());
  CHECK(options.copies == 1);

  auto sum = [](const torch::Tensor& t) {
    double result = 0;
    AT_DISPATCH_FLOATING_TYPES(t.scalar_type(), "sum", [&] {
      const scalar_t* data = t.data_ptr<scalar_t>();
      for (int64_t i = 0; i < t.numel(); ++i) result += double(data[i]);
    });
    return result;
  };
  CHECK(sum(torch::ones({3}, torch::kDouble)) == 3);
  CHECK_THROWS_AS(sum(torch::ones({3}, torch::kLong)), torch::NotImplementedError);
  const int bytes = AT_DISPATCH_ALL_TYPES(torch::kShort, "bytes", [&] { return int(sizeof(scalar_t)); });
  CHECK(bytes == 2);
}
