// The system may refuse a thread: a sentence where one was asked for, the same result where it only helps.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include "../../temporary.h"
#include "child.h"

namespace {

struct Numbers : torch::data::datasets::Dataset<Numbers> {
  torch::data::Example<> get(size_t index) override {
    if (index == 13) throw std::runtime_error("thirteen");
    const torch::Tensor value = torch::full({1}, double(index));
    return {value, value};
  }
  std::optional<size_t> size() const override { return 20; }
};

}  // namespace

TEST_CASE("threads that do not start: workers of a data loader" * doctest::skip(kSanitized)) {
  CHECK(well_in_child([] {
    leave_memory(100 << 20);  // a stack takes 8 MB
    const std::string message = error_of([] {
      (void)torch::data::make_data_loader(Numbers().map(torch::data::transforms::Stack<>()),
                                          torch::data::DataLoaderOptions(2).workers(100));
    });
    return contains(message, "DataLoader: only ") && contains(message, " of 100 worker threads");
  }));
}

TEST_CASE("threads that do not start: kernels do without" * doctest::skip(kSanitized)) {
  const torch::Tensor a = torch::randn({300, 300}), b = a.mm(a);
  CHECK(well_in_child([&] {
    torch::set_num_threads(50);
    leave_memory(40 << 20);
    return a.mm(a).equal(b) && (a + a).equal(a * 2);
  }));
}

TEST_CASE("threads that do not start: what a worker throws arrives at the caller") {
  auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      Numbers().map(torch::data::transforms::Stack<>()), torch::data::DataLoaderOptions(2).workers(3));
  std::string message;
  int batches = 0;
  try {
    for (auto& batch : *loader) batches += int(batch.data.size(0) == 2);
  } catch (const torch::data::WorkerException& error) {
    message = error.what();
  }
  CHECK(batches == 6);
  CHECK(contains(message, "Original message: thirteen"));
}
