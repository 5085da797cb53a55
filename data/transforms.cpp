#include <tengen/data/transforms.h>

#include <tengen/tensor/compute.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/raw.h>

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
    raw::copy(raw::view(result, raw::select(result, 0, int64_t(i))), parts[i]);
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
  const int64_t channels = int64_t(values.size());
  return raw::view(tensor(values, kFloat), {{channels, 1, 1}, {1, 1, 1}, 0});
}

Tensor detail::normalize(const Tensor& input, const Tensor& mean, const Tensor& stddev) {
  const Tensor centered = compute(Binary::sub, input, mean);
  return compute(Binary::div, centered, stddev);
}

}  // namespace tengen::data::transforms
