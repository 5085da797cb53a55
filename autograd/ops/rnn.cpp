// Recurrent networks. A layer multiplies the inputs of all steps with its weights at once; what remains is a
// loop over the steps. A padded batch is a packed one whose sequences all have the same length.
#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>

namespace tengen::inline api {
namespace {

enum class Cell { Tanh, ReLU, LSTM, GRU };

/// What a step passes on to the next: h (B,H), and c (B,H) of an LSTM.
struct State {
  Tensor h, c;
};

struct CellWeights {
  Tensor ih, hh;
  std::optional<Tensor> bias_ih, bias_hh;
  Tensor projection = {};  // of an LSTM's h, or undefined
};

/// The part of the gates that the input alone decides, for any number of steps: (..., I) -> (..., gates*H).
Tensor project_input(Cell cell, const Tensor& input, const CellWeights& w) {
  if (cell == Cell::GRU || !w.bias_hh) return linear(input, w.ih, w.bias_ih);  // GRU gates the other bias
  return linear(input, w.ih, w.bias_ih ? *w.bias_ih + *w.bias_hh : w.bias_hh);
}

State lstm_step(const Tensor& gates, const State& last, const Tensor& projection) {
  const std::vector<Tensor> part = gates.chunk(4, -1);
  const Tensor c = addcmul(part[0].sigmoid() * part[2].tanh(), part[1].sigmoid(), last.c);
  const Tensor h = part[3].sigmoid() * c.tanh();
  return {projection.defined() ? linear(h, projection) : h, c};
}

State gru_step(const Tensor& x, const Tensor& hidden, const Tensor& h) {
  const int64_t size = h.size(-1);
  const std::vector<Tensor> in = x.split(IntArrayRef({2 * size, size}), -1),
                            past = hidden.split(IntArrayRef({2 * size, size}), -1);
  const std::vector<Tensor> gate = (in[0] + past[0]).sigmoid().chunk(2, -1);
  return {lerp(addcmul(in[1], gate[0], past[1]).tanh(), h, gate[1]), {}};
}

/// One step; x is what project_input gave for it.
State step(Cell cell, const Tensor& x, const State& last, const CellWeights& w) {
  if (cell == Cell::GRU) return gru_step(x, linear(last.h, w.hh, w.bias_hh), last.h);
  Tensor gates = x + linear(last.h, w.hh);
  switch (cell) {
    case Cell::LSTM:
      return lstm_step(gates, last, w.projection);
    case Cell::ReLU:
      return {relu(std::move(gates)), {}};
    default:
      return {gates.tanh(), {}};
  }
}

// ---- one step by itself

std::optional<Tensor> present(const std::optional<Tensor>& t) { return t && t->defined() ? t : std::nullopt; }

/// Checks the shapes of a cell's operands. `which` is the number of the state in messages.
void check_cell(const char* op, const Tensor& input, const Tensor& hx, const Tensor& w_ih, int64_t hidden,
                int which) {
  TENGEN_CHECK(input.dim() == 1 || input.dim() == 2, op, ": expected input to be 1D or 2D, but got ",
               input.dim(), "D");
  TENGEN_CHECK(hx.dim() == input.dim(), op, ": expected hidden", which, " to be ", input.dim(),
               "D as the input is, but got ", hx.dim(), "D");
  TENGEN_CHECK(input.size(-1) == w_ih.size(1), op, ": input has inconsistent input_size: got ",
               input.size(-1), " expected ", w_ih.size(1));
  TENGEN_CHECK(input.dim() == 1 || input.size(0) == hx.size(0), op, ": Input batch size ", input.size(0),
               " doesn't match hidden", which, " batch size ", hx.size(0));
  TENGEN_CHECK(hx.size(-1) == hidden, op, ": hidden", which, " has inconsistent hidden_size: got ",
               hx.size(-1), ", expected ", hidden);
}

State one_step(const char* op, Cell cell, const Tensor& input, const State& last, const Tensor& w_ih,
               const Tensor& w_hh, const std::optional<Tensor>& b_ih, const std::optional<Tensor>& b_hh) {
  const auto cast_all = [&](const CastOperands& cast) {
    return one_step(op, cell, cast(input), {cast(last.h), cast(last.c)}, cast(w_ih), cast(w_hh), cast(b_ih),
                    cast(b_hh));
  };
  if (CastOperands cast = to_autocast_type(input)) return cast_all(cast);
  if (CastOperands cast = with_float_kernels(Autocast::None, {input})) {
    const State next = cast_all(cast);
    return {cast.back(next.h), next.c.defined() ? cast.back(next.c) : Tensor()};
  }
  check_cell(op, input, last.h, w_ih, w_hh.size(1), 0);
  if (cell == Cell::LSTM) check_cell(op, input, last.c, w_ih, w_hh.size(1), 1);
  const CellWeights weights{w_ih, w_hh, present(b_ih), present(b_hh)};
  return step(cell, project_input(cell, input, weights), last, weights);
}

// ---- layers

/// How many sequences have each step: a prefix of those that have the step before.
using StepCounts = DimVector;

State first(const State& state, int64_t count) {
  if (state.h.size(0) == count) return state;
  return {state.h.narrow(0, 0, count), state.c.defined() ? state.c.narrow(0, 0, count) : Tensor()};
}

/// `state` after a step that only the first sequences have: the others keep theirs.
State followed_by(const State& state, const State& next) {
  const int64_t count = next.h.size(0), rest = state.h.size(0) - count;
  if (rest == 0) return next;
  const auto join = [&](const Tensor& a, const Tensor& b) { return cat({a, b.narrow(0, count, rest)}); };
  return {join(next.h, state.h), next.c.defined() ? join(next.c, state.c) : Tensor()};
}

/// One layer in one direction: packed rows (rows,I) -> (rows,H); `state` becomes the last one. Backwards, a
/// sequence begins with its initial state at its own last step.
Tensor run_layer(Cell cell, const Tensor& rows, const StepCounts& counts, State& state, const CellWeights& w,
                 bool reverse) {
  const std::vector<Tensor> inputs = project_input(cell, rows, w).split_with_sizes(counts);
  std::vector<Tensor> outputs(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const size_t t = reverse ? inputs.size() - 1 - i : i;
    const State next = step(cell, inputs[t], first(state, counts[t]), w);
    outputs[t] = next.h;
    state = followed_by(state, next);
  }
  return cat(outputs);
}

struct Network {
  const char* op;
  Cell cell;
  bool has_biases;
  int64_t num_layers;
  double dropout;
  bool train, bidirectional;

  int64_t directions() const { return bidirectional ? 2 : 1; }
};

std::vector<CellWeights> weights_of(const Network& net, TensorList params, bool projected) {
  const size_t each = (net.has_biases ? 4 : 2) + (projected ? 1 : 0),
               count = size_t(net.num_layers * net.directions());
  TENGEN_CHECK(params.size() == each * count, net.op, ": expected ", each * count, " parameters, ", each,
               " for each of ", count, " layers and directions, but got ", params.size());
  std::vector<CellWeights> all;
  for (size_t i = 0; i < params.size(); i += each) {
    CellWeights w{params[i], params[i + 1], {}, {}};
    if (net.has_biases) w.bias_ih = params[i + 2], w.bias_hh = params[i + 3];
    if (projected) w.projection = params[i + each - 1];
    all.push_back(w);
  }
  return all;
}

struct NetworkResult {
  Tensor output, h, c;
};

void check_state(const Network& net, const Tensor& state, int64_t batch) {
  TENGEN_CHECK(
      state.dim() == 3 && state.size(0) == net.num_layers * net.directions() && state.size(1) == batch,
      net.op, ": expected a hidden state of shape [", net.num_layers * net.directions(), ", ", batch,
      ", features], but got ", state.sizes());
}

NetworkResult run_packed(const Network& net, const Tensor& data, const StepCounts& counts, const State& start,
                         TensorList params) {
  check_state(net, start.h, counts[0]);
  const bool lstm = net.cell == Cell::LSTM;
  if (lstm) check_state(net, start.c, counts[0]);
  const bool projected = lstm && start.h.size(2) != start.c.size(2);
  const std::vector<CellWeights> weights = weights_of(net, params, projected);
  const std::vector<Tensor> h = start.h.unbind(0), c = lstm ? start.c.unbind(0) : std::vector<Tensor>();
  std::vector<Tensor> last_h, last_c;
  Tensor rows = data;
  for (int64_t layer = 0; layer < net.num_layers; ++layer) {
    std::vector<Tensor> outputs;
    for (int64_t direction = 0; direction < net.directions(); ++direction) {
      const size_t i = size_t(layer * net.directions() + direction);
      TENGEN_CHECK(rows.size(-1) == weights[i].ih.size(1), net.op, ": expected ", weights[i].ih.size(1),
                   " features per step, but got ", rows.size(-1));
      State state{h[i], lstm ? c[i] : Tensor()};
      outputs.push_back(run_layer(net.cell, rows, counts, state, weights[i], direction == 1));
      last_h.push_back(state.h);
      if (lstm) last_c.push_back(state.c);
    }
    rows = outputs.size() == 1 ? outputs[0] : cat(outputs, -1);
    if (layer + 1 < net.num_layers) rows = tengen::dropout(rows, net.dropout, net.train);
  }
  return {rows, stack(last_h), lstm ? stack(last_c) : Tensor()};
}

/// Calls f(input, start, params) in the types that autocasting and 16-bit operands ask for.
template <class F>
NetworkResult in_fitting_types(const Tensor& input, const State& start, TensorList params, const F& f) {
  const auto cast_all = [&](const CastOperands& cast) {
    return in_fitting_types(cast(input), {cast(start.h), cast(start.c)}, cast(params), f);
  };
  if (CastOperands cast = to_autocast_type(input)) return cast_all(cast);
  if (CastOperands cast = with_float_kernels(Autocast::None, {input})) {
    const NetworkResult out = cast_all(cast);
    return {cast.back(out.output), cast.back(out.h), out.c.defined() ? cast.back(out.c) : Tensor()};
  }
  return f(input, start, params);
}

/// (T,B,I), or (B,T,I) if batch_first.
NetworkResult run(const Network& net, const Tensor& input, const State& start, TensorList params,
                  bool batch_first) {
  TENGEN_CHECK(input.dim() == 3, net.op, ": expected an input of 3 dimensions, but got ", input.sizes());
  return in_fitting_types(input, start, params, [&](const Tensor& x, const State& state, TensorList weights) {
    const Tensor steps = batch_first ? x.transpose(0, 1) : x;
    const int64_t time = steps.size(0), batch = steps.size(1);
    TENGEN_CHECK(time > 0, net.op, ": Expected sequence length to be larger than 0 in RNN");
    NetworkResult out = run_packed(net, steps.reshape({time * batch, steps.size(2)}),
                                   StepCounts(size_t(time), batch), state, weights);
    out.output = out.output.reshape({time, batch, out.output.size(1)});
    if (batch_first) out.output = out.output.transpose(0, 1);
    return out;
  });
}

NetworkResult run(const Network& net, const Tensor& data, const Tensor& batch_sizes, const State& start,
                  TensorList params) {
  const std::vector<int64_t> sizes = cpu_integers(net.op, "batch_sizes", batch_sizes);
  TENGEN_CHECK(!sizes.empty(), net.op, ": expected batch_sizes of at least one step, but got none");
  const StepCounts counts(sizes.begin(), sizes.end());
  int64_t total = 0;
  for (size_t t = 0; t < counts.size(); ++t) {
    TENGEN_CHECK(counts[t] > 0 && (t == 0 || counts[t] <= counts[t - 1]), net.op,
                 ": batch_sizes must be positive and fall, but got ", batch_sizes);
    total += counts[t];
  }
  TENGEN_CHECK(data.dim() == 2 && data.size(0) == total, net.op, ": expected packed data of shape [", total,
               ", features], the sum of batch_sizes, but got ", data.sizes());
  return in_fitting_types(data, start, params, [&](const Tensor& x, const State& state, TensorList weights) {
    return run_packed(net, x, counts, state, weights);
  });
}

void check_states(const char* op, TensorList hx) {
  TENGEN_CHECK(hx.size() == 2, op, " expects two hidden states, but got ", hx.size());
}

std::tuple<Tensor, Tensor> without_cell(const NetworkResult& r) { return {r.output, r.h}; }

}  // namespace

Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const std::optional<Tensor>& b_ih, const std::optional<Tensor>& b_hh) {
  return one_step("rnn_tanh_cell", Cell::Tanh, input, {hx, {}}, w_ih, w_hh, b_ih, b_hh).h;
}
Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const std::optional<Tensor>& b_ih, const std::optional<Tensor>& b_hh) {
  return one_step("rnn_relu_cell", Cell::ReLU, input, {hx, {}}, w_ih, w_hh, b_ih, b_hh).h;
}
std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx, const Tensor& w_ih,
                                     const Tensor& w_hh, const std::optional<Tensor>& b_ih,
                                     const std::optional<Tensor>& b_hh) {
  check_states("lstm_cell", hx);
  const State next = one_step("lstm_cell", Cell::LSTM, input, {hx[0], hx[1]}, w_ih, w_hh, b_ih, b_hh);
  return {next.h, next.c};
}
Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                const std::optional<Tensor>& b_ih, const std::optional<Tensor>& b_hh) {
  return one_step("gru_cell", Cell::GRU, input, {hx, {}}, w_ih, w_hh, b_ih, b_hh).h;
}

std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& input, const Tensor& hx, TensorList params, bool has_biases,
                                    int64_t num_layers, double dropout, bool train, bool bidirectional,
                                    bool batch_first) {
  const Network net{"rnn_tanh", Cell::Tanh, has_biases, num_layers, dropout, train, bidirectional};
  return without_cell(run(net, input, {hx, {}}, params, batch_first));
}
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                    TensorList params, bool has_biases, int64_t num_layers, double dropout,
                                    bool train, bool bidirectional) {
  const Network net{"rnn_tanh", Cell::Tanh, has_biases, num_layers, dropout, train, bidirectional};
  return without_cell(run(net, data, batch_sizes, {hx, {}}, params));
}

std::tuple<Tensor, Tensor> rnn_relu(const Tensor& input, const Tensor& hx, TensorList params, bool has_biases,
                                    int64_t num_layers, double dropout, bool train, bool bidirectional,
                                    bool batch_first) {
  const Network net{"rnn_relu", Cell::ReLU, has_biases, num_layers, dropout, train, bidirectional};
  return without_cell(run(net, input, {hx, {}}, params, batch_first));
}
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                    TensorList params, bool has_biases, int64_t num_layers, double dropout,
                                    bool train, bool bidirectional) {
  const Network net{"rnn_relu", Cell::ReLU, has_biases, num_layers, dropout, train, bidirectional};
  return without_cell(run(net, data, batch_sizes, {hx, {}}, params));
}

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx, TensorList params,
                                        bool has_biases, int64_t num_layers, double dropout, bool train,
                                        bool bidirectional, bool batch_first) {
  check_states("lstm", hx);
  const Network net{"lstm", Cell::LSTM, has_biases, num_layers, dropout, train, bidirectional};
  const NetworkResult out = run(net, input, {hx[0], hx[1]}, params, batch_first);
  return {out.output, out.h, out.c};
}
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes, TensorList hx,
                                        TensorList params, bool has_biases, int64_t num_layers,
                                        double dropout, bool train, bool bidirectional) {
  check_states("lstm", hx);
  const Network net{"lstm", Cell::LSTM, has_biases, num_layers, dropout, train, bidirectional};
  const NetworkResult out = run(net, data, batch_sizes, {hx[0], hx[1]}, params);
  return {out.output, out.h, out.c};
}

std::tuple<Tensor, Tensor> gru(const Tensor& input, const Tensor& hx, TensorList params, bool has_biases,
                               int64_t num_layers, double dropout, bool train, bool bidirectional,
                               bool batch_first) {
  const Network net{"gru", Cell::GRU, has_biases, num_layers, dropout, train, bidirectional};
  return without_cell(run(net, input, {hx, {}}, params, batch_first));
}
std::tuple<Tensor, Tensor> gru(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                               TensorList params, bool has_biases, int64_t num_layers, double dropout,
                               bool train, bool bidirectional) {
  const Network net{"gru", Cell::GRU, has_biases, num_layers, dropout, train, bidirectional};
  return without_cell(run(net, data, batch_sizes, {hx, {}}, params));
}

}  // namespace tengen::inline api
