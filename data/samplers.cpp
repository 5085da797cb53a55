#include <tengen/data/samplers.h>

#include <algorithm>

#include <tengen/tensor/factories.h>

namespace tengen::data::samplers {

RandomSampler::RandomSampler(size_t size) : indices_(randperm(int64_t(size))) {}

void RandomSampler::reset(std::optional<size_t> new_size) {
  indices_ = randperm(int64_t(new_size.value_or(size_t(indices_.numel()))));
  index_ = 0;
}

std::optional<std::vector<size_t>> RandomSampler::next(size_t batch_size) {
  size_t end = std::min(index_ + batch_size, size_t(indices_.numel()));
  if (index_ == end) return std::nullopt;
  const int64_t* data = indices_.data_ptr<int64_t>();
  std::vector<size_t> batch(data + index_, data + end);
  index_ = end;
  return batch;
}

void SequentialSampler::reset(std::optional<size_t> new_size) {
  size_ = new_size.value_or(size_);
  index_ = 0;
}

std::optional<std::vector<size_t>> SequentialSampler::next(size_t batch_size) {
  size_t end = std::min(index_ + batch_size, size_);
  if (index_ == end) return std::nullopt;
  std::vector<size_t> batch;
  while (index_ < end) batch.push_back(index_++);
  return batch;
}

}  // namespace tengen::data::samplers
