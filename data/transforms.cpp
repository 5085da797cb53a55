#include <tengen/data/transforms.h>

#include <tengen/tensor/factories.h>

namespace tengen::data::transforms {
namespace {

// n tensors (...) -> (n, ...)
Tensor stack(const std::vector<Tensor>& parts) {
  TENGEN_CHECK(!parts.empty(), "Stack: the batch is empty");
  DimVector sizes{int64_t(parts.size())};
  for (int64_t size : parts[0].sizes()) sizes.push_back(size);
  Tensor result = parts[0].new_empty(sizes);
  for (size_t i = 0; i < parts.size(); ++i) {
    TENGEN_CHECK(parts[i].sizes() == parts[0].sizes(), "Stack: samples must have equal sizes, but got ",
                 parts[i].sizes(), " and ", parts[0].sizes());
    result[int64_t(i)].copy_(parts[i]);
  }
  return result;
}

}  // namespace

Example<> Stack<Example<>>::apply_batch(std::vector<Example<>> examples) {
  std::vector<Tensor> data, targets;
  for (Example<>& example : examples) {
    data.push_back(std::move(example.data));
    targets.push_back(std::move(example.target));
  }
  return {stack(data), stack(targets)};
}

TensorExample Stack<TensorExample>::apply_batch(std::vector<TensorExample> examples) {
  std::vector<Tensor> data;
  for (TensorExample& example : examples) data.push_back(std::move(example.data));
  return stack(data);
}

Tensor detail::per_channel(ArrayRef<double> values) {
  return tensor(values, kFloat).unsqueeze(1).unsqueeze(2);
}

Tensor detail::normalize(const Tensor& input, const Tensor& mean, const Tensor& stddev) {
  return input.sub(mean).div(stddev);
}

}  // namespace tengen::data::transforms
