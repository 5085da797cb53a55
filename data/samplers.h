// The order in which samples come.
#pragma once

#include <optional>
#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::data::samplers {

/// Gives sample numbers, batch by batch, until an epoch is over.
template <class BatchRequest = std::vector<size_t>>
class Sampler {
 public:
  using BatchRequestType = BatchRequest;
  virtual ~Sampler() = default;
  /// Begins a new epoch, with another number of samples if one is given.
  virtual void reset(std::optional<size_t> new_size = std::nullopt) = 0;
  /// At most batch_size numbers; nothing at the end.
  virtual std::optional<BatchRequest> next(size_t batch_size) = 0;
};

/// Every sample once, in an order drawn from the default generator when made and at each reset (as LibTorch
/// does, so that equal seeds give equal orders).
class RandomSampler : public Sampler<> {
 public:
  explicit RandomSampler(size_t size);
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  /// How many numbers of this epoch have been given.
  size_t index() const { return index_; }

 private:
  Tensor indices_;
  size_t index_ = 0;
};

/// Every sample once, in the order 0, 1, 2, ...
class SequentialSampler : public Sampler<> {
 public:
  explicit SequentialSampler(size_t size) : size_(size) {}
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  /// How many numbers of this epoch have been given.
  size_t index() const { return index_; }

 private:
  size_t size_, index_ = 0;
};

}  // namespace tengen::data::samplers
