#include <algorithm>
#include <array>
#include <cmath>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

using Vector = std::vector<double>;

enum class Kind { Tanh, ReLU, LSTM, GRU };

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// weight x + bias, one number after the other.
Vector affine(const Tensor& weight, const Vector& x, const Tensor& bias) {
  const Array w(weight);
  Vector y(size_t(w.sizes[0]), 0.0);
  for (size_t i = 0; i < y.size(); ++i) {
    for (size_t k = 0; k < x.size(); ++k) y[i] += w({int64_t(i), int64_t(k)}) * x[k];
    if (bias.defined()) y[i] += values(bias)[i];
  }
  return y;
}

/// w_ih, w_hh and, defined or not, b_ih, b_hh, w_hr.
using Weights = std::array<Tensor, 5>;

/// One step of one sequence; h and c become the next ones.
void step_loops(Kind kind, const Vector& x, Vector& h, Vector& c, const Weights& w) {
  const Vector in = affine(w[0], x, w[2]), past = affine(w[1], h, w[3]);
  const size_t size = kind == Kind::LSTM ? c.size() : h.size();
  Vector next(size);
  for (size_t j = 0; j < size; ++j) {
    const auto gate = [&](size_t i) { return in[i * size + j] + past[i * size + j]; };
    if (kind == Kind::LSTM) {
      c[j] = logistic(gate(1)) * c[j] + logistic(gate(0)) * std::tanh(gate(2));
      next[j] = logistic(gate(3)) * std::tanh(c[j]);
    } else if (kind == Kind::GRU) {
      const double reset = logistic(gate(0)), keep = logistic(gate(1));
      const double fresh = std::tanh(in[2 * size + j] + reset * past[2 * size + j]);
      next[j] = (1 - keep) * fresh + keep * h[j];
    } else {
      next[j] = kind == Kind::Tanh ? std::tanh(gate(0)) : std::max(gate(0), 0.0);
    }
  }
  h = w[4].defined() ? affine(w[4], next, {}) : next;
}

/// The fixed arguments of a row.
struct Net {
  std::string name;
  Kind kind;
  bool has_biases = true;
  int64_t layers = 1;
  bool bidirectional = false, batch_first = false, projected = false;
  std::vector<int64_t> batch_sizes = {};  // of packed input

  size_t states() const { return kind == Kind::LSTM ? 2 : 1; }
  int64_t directions() const { return bidirectional ? 2 : 1; }
};

/// Inputs are x, the states and the parameters.
template <class Op>
auto call_network(const Net& net, const Op& op, const auto& states, const Tensors& in) {
  const Tensors params(in.begin() + 1 + std::ptrdiff_t(net.states()), in.end());
  if (net.batch_sizes.empty())
    return op(in[0], states, params, net.has_biases, net.layers, 0.0, false, net.bidirectional,
              net.batch_first);
  return op(in[0], tensor(net.batch_sizes), states, params, net.has_biases, net.layers, 0.0, false,
            net.bidirectional);
}

Tensors call(const Net& net, const Tensors& in) {
  if (net.kind == Kind::LSTM) {
    const Tensors states{in[1], in[2]};
    const auto [y, h, c] = call_network(
        net, [](const auto&... a) { return lstm(a...); }, states, in);
    return {y, h, c};
  }
  const auto [y, h] = net.kind == Kind::GRU ? call_network(
                                                  net, [](const auto&... a) { return gru(a...); }, in[1], in)
                      : net.kind == Kind::Tanh
                          ? call_network(
                                net, [](const auto&... a) { return rnn_tanh(a...); }, in[1], in)
                          : call_network(
                                net, [](const auto&... a) { return rnn_relu(a...); }, in[1], in);
  return {y, h};
}

/// Each sequence by itself, which knows nothing of batches and packing.
class NetworkLoops {
 public:
  NetworkLoops(const Net& net, const Tensors& in) : net_(net), h_(in[1]), c_(in[net.states()]) {
    size_t at = 1 + net.states();
    for (int64_t i = 0; i < net.layers * net.directions(); ++i) {
      Weights w;
      for (size_t k = 0; k < (net.has_biases ? 4 : 2); ++k) w[k] = in[at++];
      if (net.projected) w[4] = in[at++];
      weights_.push_back(w);
    }
  }

  /// Steps of sequence b -> its outputs; its last states go where hx had the first.
  std::vector<Vector> run(std::vector<Vector> steps, int64_t b) {
    for (int64_t layer = 0; layer < net_.layers; ++layer) {
      std::vector<Vector> outputs(steps.size());
      for (int64_t direction = 0; direction < net_.directions(); ++direction) {
        const int64_t i = layer * net_.directions() + direction;
        Vector h = row(h_, i, b), c = row(c_, i, b);
        for (size_t k = 0; k < steps.size(); ++k) {
          const size_t t = direction == 0 ? k : steps.size() - 1 - k;
          step_loops(net_.kind, steps[t], h, c, weights_[size_t(i)]);
          outputs[t].insert(outputs[t].end(), h.begin(), h.end());
        }
        if (net_.kind == Kind::LSTM) set_row(c_, i, b, c);
        set_row(h_, i, b, h);
      }
      steps = outputs;
    }
    return steps;
  }
  Tensors last() const {
    if (net_.kind == Kind::LSTM) return {h_.tensor(), c_.tensor()};
    return {h_.tensor()};
  }

 private:
  static Vector row(const Array& a, int64_t i, int64_t b) {
    Vector out;
    for (int64_t j = 0; j < a.sizes[2]; ++j) out.push_back(a({i, b, j}));
    return out;
  }
  static void set_row(Array& a, int64_t i, int64_t b, const Vector& v) {
    for (int64_t j = 0; j < a.sizes[2]; ++j) a({i, b, j}) = v[size_t(j)];
  }

  const Net& net_;
  Array h_, c_;
  std::vector<Weights> weights_;
};

Tensors network_loops(const Net& net, const Tensors& in) {
  NetworkLoops loops(net, in);
  const Array x(in[0]);
  const bool packed = !net.batch_sizes.empty();
  const int64_t batch = in[1].size(1), features = x.sizes.back(),
                time = packed ? int64_t(net.batch_sizes.size()) : x.sizes[net.batch_first ? 1 : 0];
  // The row of step t of sequence b in data that is seen as (rows, features); -1: it has no such step.
  const auto row_of = [&](int64_t t, int64_t b) {
    if (!packed) return net.batch_first ? b * time + t : t * batch + b;
    int64_t row = b;
    for (int64_t s = 0; s < t; ++s) row += net.batch_sizes[size_t(s)];
    return b < net.batch_sizes[size_t(t)] ? row : -1;
  };
  Vector y;
  int64_t width = 0;
  for (int64_t b = 0; b < batch; ++b) {
    std::vector<Vector> steps;
    for (int64_t t = 0; t < time; ++t)
      if (const int64_t row = row_of(t, b); row >= 0)
        steps.emplace_back(x.data.begin() + row * features, x.data.begin() + (row + 1) * features);
    const std::vector<Vector> outputs = loops.run(steps, b);
    width = int64_t(outputs[0].size());
    y.resize(x.data.size() / size_t(features) * size_t(width));
    for (size_t t = 0; t < outputs.size(); ++t)
      std::copy(outputs[t].begin(), outputs[t].end(), y.begin() + row_of(int64_t(t), b) * width);
  }
  Sizes sizes = x.sizes;
  sizes.back() = width;
  Tensors out{make(y, sizes)};
  for (const Tensor& state : loops.last()) out.push_back(state);
  return out;
}

int64_t gates_of(Kind kind) { return kind == Kind::LSTM ? 4 : kind == Kind::GRU ? 3 : 1; }

/// Shapes of x, states and parameters for I features and H hidden ones, P where h is projected.
std::vector<Sizes> network_shapes(const Net& net, Sizes x, int64_t batch, int64_t hidden) {
  const int64_t rows = gates_of(net.kind) * hidden, width = net.projected ? hidden - 1 : hidden,
                all = net.layers * net.directions();
  std::vector<Sizes> shapes{x, {all, batch, width}};
  if (net.kind == Kind::LSTM) shapes.push_back({all, batch, hidden});
  for (int64_t i = 0; i < all; ++i) {
    shapes.push_back({rows, i < net.directions() ? x.back() : width * net.directions()});
    shapes.push_back({rows, width});
    if (net.has_biases) shapes.insert(shapes.end(), {{rows}, {rows}});
    if (net.projected) shapes.push_back({width, hidden});
  }
  return shapes;
}

void add_network(Rows& rows, const Net& net, std::vector<ErrorSample> errors = {}) {
  rows.push_back(
      {.name = net.name,
       .call = [=](const Tensors& in) { return call(net, in); },
       .samples =
           [=] {
             if (!net.batch_sizes.empty()) {
               int64_t total = 0;
               for (const int64_t n : net.batch_sizes) total += n;
               return shapes({network_shapes(net, {total, 2}, net.batch_sizes[0], 2)});
             }
             return shapes({network_shapes(net, net.batch_first ? Sizes{2, 3, 2} : Sizes{3, 2, 2}, 2, 2)});
           },
       .reference = [=](const Tensors& in) { return network_loops(net, in); },
       .errors = std::move(errors)});
}

/// A cell: x, h, c of an LSTM, w_ih, w_hh, b_ih, b_hh.
void add_cell(Rows& rows, const std::string& name, Kind kind,
              const std::function<Tensors(const Tensors&)>& cell, std::vector<ErrorSample> errors) {
  const int64_t gates = gates_of(kind);
  rows.push_back({.name = name,
                  .call = cell,
                  .samples =
                      [=] {
                        const auto sample = [&](Sizes x, Sizes h, int64_t features, int64_t hidden) {
                          std::vector<Sizes> all{x, h};
                          if (kind == Kind::LSTM) all.push_back(h);
                          for (const Sizes& sizes : std::vector<Sizes>{{gates * hidden, features},
                                                                       {gates * hidden, hidden},
                                                                       {gates * hidden},
                                                                       {gates * hidden}})
                            all.push_back(sizes);
                          return all;
                        };
                        return shapes({sample({2, 3}, {2, 2}, 3, 2), sample({1}, {2}, 1, 2)});
                      },
                  .reference = [=](const Tensors& in) -> Tensors {
                    const int64_t batch = in[0].dim() == 1 ? 1 : in[0].size(0), hidden = in[1].size(-1);
                    const size_t at = kind == Kind::LSTM ? 3 : 2;
                    const Weights w{in[at], in[at + 1], in[at + 2], in[at + 3], {}};
                    Tensors out(at - 1);
                    std::vector<Vector> all(at - 1);
                    for (int64_t b = 0; b < batch; ++b) {
                      const auto row = [&](const Tensor& t) {
                        return values(t.reshape({batch, t.numel() / batch})[b]);
                      };
                      Vector h = row(in[1]), c = kind == Kind::LSTM ? row(in[2]) : Vector();
                      step_loops(kind, row(in[0]), h, c, w);
                      all[0].insert(all[0].end(), h.begin(), h.end());
                      if (kind == Kind::LSTM) all[1].insert(all[1].end(), c.begin(), c.end());
                    }
                    for (size_t i = 0; i < out.size(); ++i)
                      out[i] = make(all[i], in[0].dim() == 1 ? Sizes{hidden} : Sizes{batch, hidden});
                    return out;
                  },
                  .errors = std::move(errors)});
}

}  // namespace

void add_rnn(Rows& rows) {
  const Tensor x = uniform({2, 3}), h = uniform({2, 2}), w_ih = uniform({2, 3}), w_hh = uniform({2, 2});
  add_cell(
      rows, "rnn_tanh_cell", Kind::Tanh,
      [](const Tensors& in) -> Tensors { return {rnn_tanh_cell(in[0], in[1], in[2], in[3], in[4], in[5])}; },
      {{"features",
        [=] {
          rnn_tanh_cell(uniform({2, 4}), h, w_ih, w_hh);
        },
        "input has inconsistent input_size: got 4 expected 3"},
       {"batch",
        [=] {
          rnn_tanh_cell(x, uniform({3, 2}), w_ih, w_hh);
        },
        "Input batch size 2 doesn't match hidden0 batch size 3"},
       {"state",
        [=] {
          rnn_tanh_cell(x, uniform({2, 4}), w_ih, w_hh);
        },
        "hidden0 has inconsistent hidden_size: got 4, expected 2"},
       {"dimensions",
        [=] {
          rnn_tanh_cell(uniform({1, 2, 3}), h, w_ih, w_hh);
        },
        "expected input to be 1D or 2D, but got 3D"}});
  add_cell(
      rows, "rnn_relu_cell", Kind::ReLU,
      [](const Tensors& in) -> Tensors { return {rnn_relu_cell(in[0], in[1], in[2], in[3], in[4], in[5])}; },
      {{"state", [=] { rnn_relu_cell(x, uniform({2}), w_ih, w_hh); },
        "expected hidden0 to be 2D as the input is, but got 1D"}});
  add_cell(rows, "lstm_cell", Kind::LSTM,
           [](const Tensors& in) -> Tensors {
             const auto [h, c] = lstm_cell(in[0], {in[1], in[2]}, in[3], in[4], in[5], in[6]);
             return {h, c};
           },
           {{"states", [=] { lstm_cell(x, {h}, w_ih, w_hh); }, "expects two hidden states, but got 1"},
            {"cell",
             [=] {
               lstm_cell(x, {h, uniform({2, 3})}, uniform({8, 3}), uniform({8, 2}));
             },
             "hidden1 has inconsistent hidden_size: got 3, expected 2"}});
  add_cell(rows, "gru_cell", Kind::GRU,
           [](const Tensors& in) -> Tensors { return {gru_cell(in[0], in[1], in[2], in[3], in[4], in[5])}; },
           {{"features",
             [=] {
               gru_cell(uniform({2, 4}), h, uniform({6, 3}), uniform({6, 2}));
             },
             "input has inconsistent input_size: got 4 expected 3"}});

  const Tensor steps = uniform({3, 2, 3}), state = uniform({1, 2, 2});
  const Tensors weights{w_ih, w_hh};
  add_network(rows, {"rnn_tanh", Kind::Tanh},
              {{"dimensions", [=] { rnn_tanh(x, state, weights, false, 1, 0, false, false, false); },
                "expected an input of 3 dimensions"},
               {"no steps",
                [=] {
                  rnn_tanh(uniform({0, 2, 3}), state, weights, false, 1, 0, false, false, false);
                },
                "Expected sequence length to be larger than 0"},
               {"parameters", [=] { rnn_tanh(steps, state, weights, true, 1, 0, false, false, false); },
                "expected 4 parameters, 4 for each of 1 layers and directions, but got 2"},
               {"state",
                [=] {
                  rnn_tanh(steps, uniform({2, 2, 2}), weights, false, 1, 0, false, false, false);
                },
                "expected a hidden state of shape [1, 2, features], but got [2, 2, 2]"},
               {"features",
                [=] {
                  rnn_tanh(uniform({3, 2, 4}), state, weights, false, 1, 0, false, false, false);
                },
                "expected 3 features per step, but got 4"},
               {"rising batch sizes",
                [=] {
                  rnn_tanh(uniform({3, 3}), tensor({1, 2}), state, weights, false, 1, 0, false, false);
                },
                "batch_sizes must be positive and fall"},
               {"batch sizes of another sum",
                [=] {
                  rnn_tanh(uniform({3, 3}), tensor({2, 2}), state, weights, false, 1, 0, false, false);
                },
                "expected packed data of shape [4, features]"}});
  add_network(rows, {.name = "rnn_relu", .kind = Kind::ReLU, .has_biases = false, .batch_first = true});
  add_network(rows, {"lstm", Kind::LSTM},
              {{"states", [=] { lstm(steps, {state}, weights, false, 1, 0, false, false, false); },
                "lstm expects two hidden states, but got 1"}});
  add_network(rows, {"lstm", Kind::LSTM, true, 1, true, false, true, {2, 1}});
  add_network(rows, {"gru", Kind::GRU});
  add_network(rows, {"gru", Kind::GRU, false, 2, false, false, false, {2, 1}});
}

OP_TABLE_TESTS(rnn)

}  // namespace op_table
