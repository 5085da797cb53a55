// Data sets, transforms, samplers and the loader.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <thread>

#include <tengen/autograd/ops/ops.h>
#include <tengen/data/data.h>

#include "../temporary.h"

using namespace tengen;
using namespace tengen::data;
namespace D = data::datasets;
namespace T = data::transforms;
namespace S = data::samplers;

namespace {

// Sample i is (i, 10 i); some are slow, so that workers finish out of order.
struct Numbers : D::Dataset<Numbers> {
  explicit Numbers(size_t count) : count(count) {}
  Example<> get(size_t i) override {
    if (i % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
    TENGEN_CHECK(i != failing, "sample ", i, " is broken");
    return {scalar_tensor(int64_t(i)), scalar_tensor(int64_t(10 * i))};
  }
  std::optional<size_t> size() const override { return count; }
  size_t count, failing = size_t(-1);
};

std::vector<int64_t> order(size_t workers, bool drop_last = false) {
  manual_seed(5);
  auto loader = make_data_loader(Numbers(50).map(T::Stack<>()),
                                 DataLoaderOptions().batch_size(8).workers(workers).drop_last(drop_last));
  std::vector<int64_t> seen;
  for (int epoch = 0; epoch < 2; ++epoch)
    for (auto& batch : *loader)
      for (int64_t i = 0; i < batch.data.size(0); ++i) {
        seen.push_back(batch.data[i].item<int64_t>());
        CHECK(batch.target[i].item<int64_t>() == 10 * seen.back());
      }
  return seen;
}

}  // namespace

TEST_CASE("the order depends on the seed alone, not on the number of workers") {
  std::vector<int64_t> expected = order(0);
  CHECK(expected.size() == 100);
  CHECK(std::set<int64_t>(expected.begin(), expected.begin() + 50).size() == 50);
  CHECK(!std::equal(expected.begin(), expected.begin() + 50, expected.begin() + 50));
  for (size_t workers : {1, 2, 5}) CHECK(order(workers) == expected);
  CHECK(order(2, /*drop_last=*/true).size() == 96);
}

TEST_CASE("RandomSampler deals PyTorch's permutation") {
  manual_seed(0);
  S::RandomSampler sampler(5);  // torch.manual_seed(0); torch.randperm(5) -> 4 0 1 3 2
  CHECK(*sampler.next(3) == std::vector<size_t>{4, 0, 1});
  CHECK(*sampler.next(3) == std::vector<size_t>{3, 2});
  CHECK(!sampler.next(3));
  CHECK(sampler.index() == 5);
  sampler.reset(2);
  CHECK(sampler.next(9)->size() == 2);
}

TEST_CASE("an exception in a worker comes out of the loader, and the next epoch works") {
  Numbers numbers(20);
  numbers.failing = 9;
  auto loader = make_data_loader<S::SequentialSampler>(numbers, DataLoaderOptions(4).workers(2));
  size_t batches = 0;
  std::string message = error_of([&] {
    for (auto& batch : *loader) batches += batch.size() == 4;
  });
  CHECK(batches == 2);
  CHECK(contains(message, "DataLoader worker thread"));
  CHECK(contains(message, "sample 9 is broken"));
  CHECK((*loader->begin())[3].data.item<int64_t>() == 3);
  auto plain = make_data_loader<S::SequentialSampler>(numbers, 4);
  CHECK(contains(error_of([&] {
                   for (auto& batch : *plain) (void)batch;
                 }),
                 "sample 9 is broken"));
}

TEST_CASE("an epoch that is left early, iterators, timeouts") {
  auto loader = make_data_loader<S::SequentialSampler>(Numbers(40), DataLoaderOptions(4).workers(3));
  for (int repeat = 0; repeat < 3; ++repeat)
    for (auto& batch : *loader) {
      CHECK(batch[0].data.item<int64_t>() == 0);
      break;
    }
  auto it = loader->begin();
  ++it;
  CHECK(it->front().data.item<int64_t>() == 4);
  for (int i = 0; i < 9; ++i) ++it;
  CHECK(it == loader->end());
  CHECK_THROWS_AS(++it, Error);
  CHECK_THROWS_AS(*it, Error);

  struct Slow : D::Dataset<Slow> {
    Example<> get(size_t) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      return {};
    }
    std::optional<size_t> size() const override { return 1; }
  };
  CHECK(DataLoaderOptions().timeout() == std::nullopt);
  CHECK(DataLoaderOptions().timeout(std::chrono::seconds(2)).timeout() == std::chrono::milliseconds(2000));
  auto slow = make_data_loader(Slow(), DataLoaderOptions().workers(1).timeout(std::chrono::milliseconds(5)));
  CHECK(contains(error_of([&] { slow->begin(); }), "Timeout"));
}

TEST_CASE("results as they come, when order is not enforced") {
  auto loader = make_data_loader<S::SequentialSampler>(
      Numbers(30), DataLoaderOptions(1).workers(4).max_jobs(8).enforce_ordering(false));
  std::set<int64_t> seen;
  for (auto& batch : *loader) seen.insert(batch[0].data.item<int64_t>());
  CHECK(seen.size() == 30);
}

TEST_CASE("transforms and TensorDataset") {
  D::TensorDataset numbers(arange(6, kFloat).reshape({3, 2}));
  auto mapped =
      numbers.map(T::Lambda<TensorExample>([](TensorExample x) { return TensorExample(x.data * 2); }))
          .map(T::Stack<TensorExample>());
  size_t indices[] = {2, 0};
  Tensor batch = mapped.get_batch(indices);
  CHECK(batch.equal(tensor({{8.0, 10.0}, {0.0, 2.0}})));
  CHECK(*mapped.size() == 3);
  CHECK(D::TensorDataset(std::vector<Tensor>{ones({2}), zeros({2})}).tensor.sizes() == IntArrayRef({2, 2}));

  Example<> image{full({2, 1, 2}, 3.0), scalar_tensor(1)};
  Tensor normal = T::Normalize<>({1.0, 2.0}, {2.0, 0.5}).apply(image).data;
  CHECK(normal.equal(tensor({{{1.0, 1.0}}, {{2.0, 2.0}}})));
  CHECK(T::Normalize<>(1.0, 2.0)(full({1, 2, 2}, 2.0)).equal(full({1, 2, 2}, 0.5)));
  Tensor negated = T::TensorLambda<>([](Tensor x) { return -x; }).apply(image).data;
  CHECK(negated[0][0][0].item<float>() == -3);
  T::Collate<int, std::vector<Example<>>> count(
      [](std::vector<Example<>> batch) { return int(batch.size()); });
  CHECK(count.apply_batch({image, image}) == 2);
  CHECK(contains(error_of([&] {
                   T::Stack<>().apply_batch({image, {ones({1}), scalar_tensor(1)}});
                 }),
                 "equal sizes"));
  // map() refuses what the loader could not run: a transform of single examples behind Stack<>.
  static_assert(D::TransformsBatch<T::Normalize<>, std::vector<Example<>>>);
  static_assert(!D::TransformsBatch<T::Normalize<>, Example<>>);
}

TEST_CASE("MNIST reads idx files, and says what is wrong with them") {
  TemporaryFolder folder;
  std::string images("\0\0\x8\x3\0\0\0\x2\0\0\0\x1c\0\0\0\x1c", 16), labels("\0\0\x8\x1\0\0\0\x2\x7\x9", 10);
  images += std::string(784, '\xff') + std::string(784, '\0');
  folder.write("t10k-images-idx3-ubyte", images);
  folder.write("t10k-labels-idx1-ubyte", labels);
  std::string root = folder / ".";
  D::MNIST mnist(root, D::MNIST::Mode::kTest);
  CHECK(*mnist.size() == 2);
  CHECK(!mnist.is_train());
  CHECK(mnist.get(0).data.sizes() == IntArrayRef({1, 28, 28}));
  CHECK(mnist.get(0).data.sum().item<float>() == 784);
  CHECK(mnist.get(1).target.item<int64_t>() == 9);

  auto broken = [&] { return error_of([&] { D::MNIST(root, D::MNIST::Mode::kTest); }); };
  folder.write("t10k-labels-idx1-ubyte", labels.substr(0, 9));
  CHECK(contains(broken(), "ends too early"));
  folder.write("t10k-labels-idx1-ubyte", images);
  CHECK(contains(broken(), "magic number is 2051"));
  folder.write("t10k-labels-idx1-ubyte", std::string("\0\0\x8\x1\0\0\0\x1\x7", 9));
  CHECK(contains(broken(), "2 images but 1 labels"));
  CHECK(contains(error_of([&] { D::MNIST mnist(root); }), "train-images-idx3-ubyte"));
}

TEST_CASE("MNIST as published, where it is there") {
  const char* data = std::getenv("TENGEN_DATA");
  std::string root = std::string(data ? data : TENGEN_DATA_DIR) + "/mnist-10k";
  if (!std::filesystem::exists(root)) return;
  D::MNIST mnist(root, D::MNIST::Mode::kTest);
  CHECK(mnist.images().size(0) == mnist.targets().size(0));
  CHECK(mnist.images().max().item<float>() == 1);
  CHECK(mnist.images().min().item<float>() == 0);
  CHECK(mnist.targets().max().item<int64_t>() == 9);
  auto loader =
      make_data_loader<S::SequentialSampler>(mnist.map(T::Normalize<>(0.1307, 0.3081)).map(T::Stack<>()),
                                             DataLoaderOptions().batch_size(64).workers(2));
  for (auto& batch : *loader) {
    CHECK(batch.data.sizes() == IntArrayRef({64, 1, 28, 28}));
    break;
  }
}
