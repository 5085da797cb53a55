// Batches of a data set for a range-for, prepared by worker threads.
//
//   auto loader = data::make_data_loader<data::samplers::RandomSampler>(
//       data::datasets::MNIST(root).map(data::transforms::Stack<>()),
//       data::DataLoaderOptions().batch_size(64).workers(2));
//   for (auto& batch : *loader) ... batch.data, batch.target ...
//
// Without Stack<> a batch is a std::vector of examples.
#pragma once

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>

#include <tengen/data/datasets.h>
#include <tengen/data/samplers.h>
#include <tengen/data/workers.h>
#include <tengen/tensor/arg.h>

namespace tengen::data {

/// Options of a data loader.
struct DataLoaderOptions {
  DataLoaderOptions() = default;
  DataLoaderOptions(size_t batch_size) : batch_size_(batch_size) {}
  TENGEN_ARG(size_t, batch_size) = 1;  ///< samples in a batch
  TENGEN_ARG(size_t, workers) = 0;     ///< threads that prepare batches; 0: the calling thread does
  /// Batches that are prepared ahead (std::nullopt: 2 per worker).
  TENGEN_ARG(std::optional<size_t>, max_jobs) = std::nullopt;
  TENGEN_ARG(bool, enforce_ordering) = true;  ///< batches come in the sampler's order, whatever the workers
  TENGEN_ARG(bool, drop_last) = false;        ///< leaves out a last batch that is not full
  /// How long to wait for a worker's batch before it is an Error (std::nullopt: without limit).
  TENGEN_ARG(std::optional<std::chrono::milliseconds>, timeout) = std::nullopt;
};

/// Goes through a data set in batches; every begin() starts an epoch.
template <class Dataset, class Sampler>
class StatelessDataLoader {
 public:
  using BatchType = typename Dataset::BatchType;

  class Iterator {
   public:
    using value_type = BatchType;
    using reference = BatchType&;
    using pointer = BatchType*;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    /// The end of every epoch.
    Iterator() = default;
    explicit Iterator(StatelessDataLoader* loader)
        : state_(std::make_shared<State>(State{loader, loader->next()})) {}
    BatchType& operator*() const {
      TENGEN_CHECK(state_, "Dereferencing the DataLoader's past-the-end iterator is not allowed");
      TENGEN_CHECK(state_->batch, "DataLoader: Attempted to dereference iterator that was past the end");
      return *state_->batch;
    }
    BatchType* operator->() const { return &**this; }
    Iterator& operator++() {
      TENGEN_CHECK(state_, "Incrementing the DataLoader's past-the-end iterator is not allowed");
      TENGEN_CHECK(state_->batch, "DataLoader: Attempted to increment iterator past the end");
      state_->batch = state_->loader->next();
      return *this;
    }
    /// Copies of an iterator go through the epoch together and are equal; so are all that have reached the
    /// end.
    bool operator==(const Iterator& other) const {
      return at_end() || other.at_end() ? at_end() == other.at_end() : state_ == other.state_;
    }

   private:
    friend StatelessDataLoader;
    struct State {
      StatelessDataLoader* loader;
      std::optional<BatchType> batch;
    };
    bool at_end() const { return !state_ || !state_->batch; }
    std::shared_ptr<State> state_;
  };

  StatelessDataLoader(Dataset dataset, Sampler sampler, DataLoaderOptions options)
      : options_(std::move(options)), sampler_(std::move(sampler)), dataset_(std::move(dataset)) {
    TENGEN_CHECK(options_.batch_size() > 0, "DataLoader: batch_size must be positive");
    if (options_.workers() == 0) return;
    std::vector<detail::Workers::BatchFunction> functions;
    for (size_t i = 0; i < options_.workers(); ++i)
      functions.push_back([copy = std::make_shared<Dataset>(dataset_)](const std::vector<size_t>& indices) {
        return std::make_shared<BatchType>(copy->get_batch(indices));
      });
    workers_ = std::make_unique<detail::Workers>(std::move(functions), options_.enforce_ordering());
  }

  /// Starts an epoch. With workers there is one at a time: the one before must be at its end, or its
  /// iterators destroyed; else an Error.
  Iterator begin() {
    if (workers_) {
      const auto running = running_.lock();
      TENGEN_CHECK(!running || !running->batch,
                   "DataLoader: Attempted to get a new DataLoader iterator while another iterator is not yet "
                   "exhausted");
    }
    sampler_.reset();
    if (workers_) {
      workers_->drain();
      prefetch(std::max<size_t>(options_.max_jobs().value_or(2 * options_.workers()), 1));
    }
    Iterator first(this);
    running_ = first.state_;
    return first;
  }
  Iterator end() { return Iterator(); }
  const DataLoaderOptions& options() const { return options_; }
  /// Ends the worker threads; the loader cannot be used afterwards.
  void join() { workers_.reset(); }

 private:
  std::optional<std::vector<size_t>> next_request() {
    auto indices = sampler_.next(options_.batch_size());
    if (indices && options_.drop_last() && indices->size() < options_.batch_size()) return std::nullopt;
    return indices;
  }

  void prefetch(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      auto indices = next_request();
      if (!indices) return;
      workers_->request(std::move(*indices));
    }
  }

  std::optional<BatchType> next() {
    if (!workers_) {
      auto indices = next_request();
      if (!indices) return std::nullopt;
      return dataset_.get_batch(*indices);
    }
    if (workers_->in_flight() == 0) return std::nullopt;
    auto batch = std::static_pointer_cast<BatchType>(workers_->take(options_.timeout()));
    prefetch(1);
    return std::move(*batch);
  }

  DataLoaderOptions options_;
  Sampler sampler_;
  Dataset dataset_;
  std::unique_ptr<detail::Workers> workers_;
  std::weak_ptr<typename Iterator::State> running_;
};

/// A loader of batches of the data set; the sampler says which samples come next. With workers each has a
/// copy of the data set.
template <class Dataset, class Sampler>
std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset, Sampler sampler,
                                                                        DataLoaderOptions options) {
  return std::make_unique<StatelessDataLoader<Dataset, Sampler>>(std::move(dataset), std::move(sampler),
                                                                 std::move(options));
}

/// The same with a sampler made for the data set's size, which must be known.
template <class Sampler = samplers::RandomSampler, class Dataset>
std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset,
                                                                        DataLoaderOptions options = {}) {
  std::optional<size_t> size = dataset.size();
  TENGEN_CHECK(size, "make_data_loader: expected a data set that knows its size");
  return make_data_loader(std::move(dataset), Sampler(*size), std::move(options));
}

}  // namespace tengen::data
