// Iterators of a data loader: copies share their state; one epoch at a time where workers prepare batches.
#include <doctest/doctest.h>

#include <tengen/torch.h>

#include "../../temporary.h"

using namespace torch;

namespace {

struct Numbers : data::datasets::Dataset<Numbers, int> {
  int get(size_t index) override { return int(index); }
  c10::optional<size_t> size() const override { return 4; }
};

auto loader(size_t batch_size, size_t workers) {
  return data::make_data_loader<data::samplers::SequentialSampler>(
      Numbers(), data::DataLoaderOptions(batch_size).workers(workers));
}

}  // namespace

TEST_CASE("data loader iterators: copies share their state, and are compared by it") {
  auto all = loader(2, 0);
  auto i = all->begin(), j = i;
  const auto end = all->end();
  CHECK(i == j);
  CHECK(i != end);
  CHECK(end == all->end());
  CHECK((*j)[0] == 0);
  CHECK((*j)[0] == 0);
  ++i;
  CHECK((*j)[0] == 2);
  ++i;
  CHECK(i == end);
  CHECK(j == end);
  auto first = all->begin(), second = all->begin();
  CHECK(first != second);
  CHECK(contains(error_of([&] { ++j; }), "past the end"));
  CHECK(contains(error_of([&] { *j; }), "past the end"));
  CHECK(contains(error_of([&] { *all->end(); }), "past-the-end"));
  CHECK(contains(error_of([&] { ++all->end(); }), "past-the-end"));
}

TEST_CASE("data loader iterators: one epoch at a time with workers") {
  auto all = loader(1, 2);
  {
    auto running = all->begin();
    CHECK(contains(error_of([&] { all->begin(); }),
                   "Attempted to get a new DataLoader iterator while another iterator is not yet exhausted"));
    CHECK((*++running)[0] == 1);
  }
  for (int epoch = 0; epoch < 2; ++epoch) {  // epochs that were left early, and whole ones
    for (auto& batch : *all)
      if (batch[0] == 1) break;
    int sum = 0;
    for (auto& batch : *all) sum += batch[0];
    CHECK(sum == 6);
  }
}
