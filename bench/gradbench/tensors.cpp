#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

void collect(const json& values, size_t depth, std::vector<int64_t>& shape, std::vector<double>& numbers) {
  if (!values.is_array()) return numbers.push_back(values.get<double>());
  if (depth == shape.size()) shape.push_back(int64_t(values.size()));
  for (const json& value : values) collect(value, depth + 1, shape, numbers);
}

json nested(const double*& next, torch::IntArrayRef sizes) {
  if (sizes.empty()) return *next++;
  json list = json::array();
  for (int64_t i = 0; i < sizes[0]; ++i) list.push_back(nested(next, sizes.slice(1)));
  return list;
}

}  // namespace

Tensor tensor(const json& values) {
  std::vector<int64_t> shape;
  std::vector<double> numbers;
  collect(values, 0, shape, numbers);
  return torch::tensor(numbers, torch::kFloat64).reshape(shape);
}

Tensor indices(const std::vector<int64_t>& values) { return torch::tensor(values, torch::kInt64); }

json values(const Tensor& tensor) {
  const Tensor numbers = tensor.detach().to(torch::kFloat64).contiguous();
  const double* next = numbers.data_ptr<double>();
  return nested(next, numbers.sizes());
}

Tensor gradient(const Tensor& of, const Tensor& input, bool create_graph) {
  return torch::autograd::grad({of.sum()}, {input}, {}, std::nullopt, create_graph)[0];
}

Tensor derivative_along(const Tensor& tangent, const Tensor& of, const Tensor& input, bool create_graph) {
  const Tensor cotangent = torch::ones_like(of).requires_grad_();
  const Tensor pulled_back = torch::autograd::grad({of}, {input}, {cotangent}, true, true)[0];
  return torch::autograd::grad({pulled_back}, {cotangent}, {tangent}, true, create_graph)[0];
}

}  // namespace gradbench
