// lstm: the loss of a character model of LSTM layers whose weight matrices are diagonal.
#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

struct Network {
  Tensor
      main;  // (2 layers, 4b): rows of weights and of biases by turns, for the gates forget, in, out, change
  Tensor extra;     // (3, b): weight of the input, weight and bias of the output
  Tensor state;     // (2 layers, b): rows of hidden states and of cells by turns
  Tensor sequence;  // (characters, b)
};

Network network(const json& input) {
  return {tensor(input.at("main_params")), tensor(input.at("extra_params")), tensor(input.at("state")),
          tensor(input.at("sequence"))};
}

// A layer reads the outputs of the one below and its own past, so the layers run one after the other, and the
// two gates that see the input alone are computed for all times at once. (times, b) -> (times, b)
Tensor layer(const Tensor& input, const Tensor& weights, const Tensor& biases, Tensor hidden, Tensor cell) {
  const std::vector<Tensor> weight = weights.chunk(4), bias = biases.chunk(4);
  const std::vector<Tensor> forget = (input * weight[0] + bias[0]).sigmoid().unbind(0);
  const std::vector<Tensor> out = (input * weight[2] + bias[2]).sigmoid().unbind(0);
  std::vector<Tensor> outputs;
  for (size_t t = 0; t < out.size(); ++t) {
    const Tensor in = torch::addcmul(bias[1], hidden, weight[1]).sigmoid();
    const Tensor change = torch::addcmul(bias[3], hidden, weight[3]).tanh();
    cell = torch::addcmul(in * change, cell, forget[t]);
    hidden = out[t] * cell.tanh();
    outputs.push_back(hidden);
  }
  return torch::stack(outputs);
}

Tensor loss(const Network& net) {
  const int64_t times = net.sequence.size(0) - 1;
  Tensor input = net.sequence.slice(0, 0, times) * net.extra[0];
  for (int64_t i = 0; i < net.main.size(0); i += 2)
    input = layer(input, net.main[i], net.main[i + 1], net.state[i], net.state[i + 1]);
  const Tensor predicted = input * net.extra[1] + net.extra[2];
  const Tensor normalizer = (predicted.exp().sum(1, true) + 2).log();
  return -(net.sequence.slice(0, 1) * (predicted - normalizer)).mean();
}

}  // namespace

Functions lstm() {
  return {{"objective",
           [](const json& input) {
             const Network net = network(input);
             return value_task([=] { return loss(net); });
           }},
          {"jacobian", [](const json& input) {
             const Network net = network(input);
             return task([=] {
               Network leaves = net;
               leaves.main = net.main.detach().requires_grad_();
               leaves.extra = net.extra.detach().requires_grad_();
               loss(leaves).backward();
               return torch::cat({leaves.main.grad().flatten(), leaves.extra.grad().flatten()});
             });
           }}};
}

}  // namespace gradbench
