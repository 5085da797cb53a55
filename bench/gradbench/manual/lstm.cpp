// The LSTM with diagonal weights and its gradient written by hand, as a measure for lstm.cpp.
#include <cmath>

#include <nlohmann/json.hpp>

#include <tengen/bench/gradbench/evals.h>

namespace gradbench::manual {
namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

struct Network {
  Rows main, extra, state, sequence;
};

Network network(const json& input) {
  return {input.at("main_params"), input.at("extra_params"), input.at("state"), input.at("sequence")};
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// What the way back needs of a unit of a layer at one time.
struct Unit {
  double input, old_hidden, old_cell, forget, in, out, change, tanh_cell;
};

// The loss; `gradient`, unless null, gets the derivatives by main and extra in the order of their rows.
double loss(const Network& net, Row* gradient) {
  const size_t width = net.extra[0].size(), layers = net.main.size() / 2, times = net.sequence.size() - 1;
  const double factor = -1 / double(width * times);
  Rows state = net.state, predictions(times, Row(width));
  std::vector<Unit> units(gradient ? times * layers * width : width);
  Row normalizers(times);
  double total = 0;
  for (size_t t = 0; t < times; ++t) {
    double sum = 2;
    for (size_t i = 0; i < width; ++i) {
      double value = net.sequence[t][i] * net.extra[0][i];
      for (size_t layer = 0; layer < layers; ++layer) {
        const Row &w = net.main[2 * layer], &b = net.main[2 * layer + 1];
        double &hidden = state[2 * layer][i], &cell = state[2 * layer + 1][i];
        Unit& u = units[gradient ? (t * layers + layer) * width + i : i];
        u.input = value, u.old_hidden = hidden, u.old_cell = cell;
        u.forget = sigmoid(value * w[i] + b[i]);
        u.in = sigmoid(hidden * w[width + i] + b[width + i]);
        u.out = sigmoid(value * w[2 * width + i] + b[2 * width + i]);
        u.change = std::tanh(hidden * w[3 * width + i] + b[3 * width + i]);
        cell = cell * u.forget + u.in * u.change;
        u.tanh_cell = std::tanh(cell);
        value = hidden = u.out * u.tanh_cell;
      }
      predictions[t][i] = value * net.extra[1][i] + net.extra[2][i];
      sum += std::exp(predictions[t][i]);
    }
    normalizers[t] = std::log(sum);
    for (size_t i = 0; i < width; ++i) total += net.sequence[t + 1][i] * (predictions[t][i] - normalizers[t]);
  }
  if (!gradient) return factor * total;

  gradient->assign((8 * layers + 3) * width, 0);
  double* extra = gradient->data() + 8 * layers * width;
  Rows by_hidden(layers, Row(width)), by_cell(layers, Row(width));
  for (size_t t = times; t-- > 0;) {
    double targets = 0;
    for (double target : net.sequence[t + 1]) targets += target;
    for (size_t i = 0; i < width; ++i) {
      const double share = std::exp(predictions[t][i] - normalizers[t]);
      const double by_prediction = factor * (net.sequence[t + 1][i] - targets * share);
      const Unit& top = units[(t * layers + layers - 1) * width + i];
      extra[width + i] += by_prediction * top.out * top.tanh_cell;
      extra[2 * width + i] += by_prediction;
      double by_value = by_prediction * net.extra[1][i];
      for (size_t layer = layers; layer-- > 0;) {
        const Unit& u = units[(t * layers + layer) * width + i];
        const Row& w = net.main[2 * layer];
        double* weight = gradient->data() + 8 * layer * width;
        double* bias = weight + 4 * width;
        by_value += by_hidden[layer][i];
        const double cell = by_cell[layer][i] + by_value * u.out * (1 - u.tanh_cell * u.tanh_cell);
        const double forget = cell * u.old_cell * u.forget * (1 - u.forget);
        const double in = cell * u.change * u.in * (1 - u.in);
        const double out = by_value * u.tanh_cell * u.out * (1 - u.out);
        const double change = cell * u.in * (1 - u.change * u.change);
        weight[i] += forget * u.input, bias[i] += forget;
        weight[width + i] += in * u.old_hidden, bias[width + i] += in;
        weight[2 * width + i] += out * u.input, bias[2 * width + i] += out;
        weight[3 * width + i] += change * u.old_hidden, bias[3 * width + i] += change;
        by_cell[layer][i] = cell * u.forget;
        by_hidden[layer][i] = in * w[width + i] + change * w[3 * width + i];
        by_value = forget * w[i] + out * w[2 * width + i];
      }
      extra[i] += by_value * net.sequence[t][i];
    }
  }
  return factor * total;
}

}  // namespace

Functions lstm() {
  return {{"objective",
           [](const json& input) {
             const Network net = network(input);
             return task([=] { return loss(net, nullptr); }, [](double value) { return value; });
           }},
          {"jacobian", [](const json& input) {
             const Network net = network(input);
             return task(
                 [=] {
                   Row gradient;
                   loss(net, &gradient);
                   return gradient;
                 },
                 [](const Row& gradient) { return gradient; });
           }}};
}

}  // namespace gradbench::manual
