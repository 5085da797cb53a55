#include <tengen/nn/rnn.h>

#include <cmath>
#include <ostream>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/init.h>
#include <tengen/tensor/warning.h>

namespace tengen::nn {
namespace {

using utils::rnn::PackedSequence;

EnumType network_of(EnumType nonlinearity) {
  TENGEN_CHECK(nonlinearity == kTanh || nonlinearity == kReLU, "RNN: Unknown nonlinearity ", nonlinearity,
               "; expected kTanh or kReLU");
  return nonlinearity == kTanh ? kRNN_TANH : kRNN_RELU;
}

/// Options of RNN, LSTM or GRU as those of all three.
template <class Options>
RNNOptionsBase base_of(EnumType mode, const Options& options) {
  return RNNOptionsBase(mode, options.input_size(), options.hidden_size())
      .num_layers(options.num_layers())
      .bias(options.bias())
      .batch_first(options.batch_first())
      .dropout(options.dropout())
      .bidirectional(options.bidirectional());
}

int64_t gates_of(EnumType mode) { return mode == kLSTM ? 4 : mode == kGRU ? 3 : 1; }
int64_t directions_of(const RNNOptionsBase& options) { return options.bidirectional() ? 2 : 1; }
/// The number of features of h.
int64_t output_of(const RNNOptionsBase& options) {
  return options.proj_size() > 0 ? options.proj_size() : options.hidden_size();
}

void draw_parameters(const std::vector<Tensor>& parameters, int64_t hidden_size) {
  const double bound = hidden_size > 0 ? 1 / std::sqrt(double(hidden_size)) : 0;
  for (const Tensor& parameter : parameters) init::uniform_(parameter, -bound, bound);
}

// ---- forward

/// States of a call: h, and of an LSTM c.
using States = std::vector<Tensor>;

struct SequenceResult {
  Tensor output;
  States last;
};

void check_input(const char* name, const RNNOptionsBase& options, const Tensor& input, bool packed) {
  if (packed)
    TENGEN_CHECK(input.dim() == 2, name, ": input must have 2 dimensions, got ", input.dim());
  else
    TENGEN_CHECK(input.dim() == 2 || input.dim() == 3, name, ": Expected input to be 2D or 3D, got ",
                 input.dim(), "D instead");
  TENGEN_CHECK(input.size(-1) == options.input_size(), name,
               ": input.size(-1) must be equal to input_size. Expected ", options.input_size(), ", got ",
               input.size(-1));
}

/// `batch` is its size, or empty.
void check_state(const char* name, const RNNOptionsBase& options, size_t which, const Tensor& state,
                 IntArrayRef batch) {
  const bool lstm = options.mode() == kLSTM;
  DimVector expected{options.num_layers() * directions_of(options)};
  for (const int64_t size : batch) expected.push_back(size);
  expected.push_back(which == 0 ? output_of(options) : options.hidden_size());
  TENGEN_CHECK(state.dim() == int64_t(expected.size()), name, ": For ",
               batch.empty() ? "unbatched 2-D" : "batched 3-D", " input, hx should also be ", expected.size(),
               "-D but got ", state.dim(), "-D tensor");
  TENGEN_CHECK(state.sizes().equals(expected), name, ": Expected hidden",
               lstm ? detail::str('[', which, ']') : "", " size ", IntArrayRef(expected), ", got ",
               state.sizes());
}

States zero_states(const RNNOptionsBase& options, const Tensor& input, int64_t batch) {
  const int64_t layers = options.num_layers() * directions_of(options);
  const TensorOptions like = input.options().requires_grad(false);
  States zero{zeros({layers, batch, output_of(options)}, like)};
  if (options.mode() == kLSTM) zero.push_back(zeros({layers, batch, options.hidden_size()}, like));
  return zero;
}

/// The result of call(op, states) with the operator of this mode.
template <class Call>
SequenceResult call_operator(EnumType mode, const States& hx, const Call& call) {
  if (mode == kLSTM) {
    auto [output, h, c] = call([](const auto&... args) { return lstm(args...); }, TensorList(hx));
    return {output, {h, c}};
  }
  auto [output, h] = mode == kGRU        ? call([](const auto&... args) { return gru(args...); }, hx[0])
                     : mode == kRNN_TANH ? call([](const auto&... args) { return rnn_tanh(args...); }, hx[0])
                                         : call([](const auto&... args) { return rnn_relu(args...); }, hx[0]);
  return {output, {h}};
}

/// (T,B,I) or (B,T,I), or (T,I) without a batch. No states stand for zeros.
SequenceResult run(const char* name, const RNNOptionsBase& options, TensorList weights, bool training,
                   Tensor input, States hx) {
  check_input(name, options, input, /*packed=*/false);
  const bool batched = input.dim() == 3;
  const int64_t batch_dim = options.batch_first() ? 0 : 1;
  const IntArrayRef batch = batched ? input.sizes().slice(size_t(batch_dim), 1) : IntArrayRef();
  for (size_t i = 0; i < hx.size(); ++i) check_state(name, options, i, hx[i], batch);
  if (!batched) {
    input = input.unsqueeze(batch_dim);
    for (Tensor& state : hx) state = state.unsqueeze(1);
  }
  if (hx.empty()) hx = zero_states(options, input, input.size(batch_dim));
  SequenceResult result = call_operator(options.mode(), hx, [&](const auto& op, const auto& states) {
    return op(input, states, weights, options.bias(), options.num_layers(), options.dropout(), training,
              options.bidirectional(), options.batch_first());
  });
  if (!batched) {
    result.output = result.output.squeeze(batch_dim);
    for (Tensor& state : result.last) state = state.squeeze(1);
  }
  return result;
}

std::tuple<PackedSequence, States> run_packed(const char* name, const RNNOptionsBase& options,
                                              TensorList weights, bool training, const PackedSequence& input,
                                              States hx) {
  const Tensor& sizes = input.batch_sizes();
  check_input(name, options, input.data(), /*packed=*/true);
  TENGEN_CHECK(sizes.dim() == 1 && sizes.size(0) > 0, name, ": the packed input has no steps");
  const int64_t batch = sizes[0].item<int64_t>();
  for (size_t i = 0; i < hx.size(); ++i) check_state(name, options, i, hx[i], batch);
  const auto reorder = [](States& states, const Tensor& order) {
    if (!order.defined()) return;
    for (Tensor& state : states) state = state.index_select(1, order);
  };
  if (hx.empty())
    hx = zero_states(options, input.data(), batch);
  else
    reorder(hx, input.sorted_indices());
  SequenceResult result = call_operator(options.mode(), hx, [&](const auto& op, const auto& states) {
    return op(input.data(), sizes, states, weights, options.bias(), options.num_layers(), options.dropout(),
              training, options.bidirectional());
  });
  reorder(result.last, input.unsorted_indices());
  return {PackedSequence(result.output, sizes, input.sorted_indices(), input.unsorted_indices()),
          result.last};
}

States states_of(const Tensor& hx) { return hx.defined() ? States{hx} : States(); }
States states_of(const std::optional<std::tuple<Tensor, Tensor>>& hx) {
  return hx ? States{std::get<0>(*hx), std::get<1>(*hx)} : States();
}

}  // namespace

// ---- RNN, LSTM, GRU

template <class Derived>
RNNImplBase<Derived>::RNNImplBase(const RNNOptionsBase& options) : options_base(options) {
  const double p = options.dropout();
  TENGEN_CHECK(p >= 0 && p <= 1, Derived::kName, ": dropout should be a number in range [0, 1] representing ",
               "the probability of an element being zeroed, but got ", p);
  TENGEN_CHECK(options.hidden_size() > 0, Derived::kName, ": hidden_size must be greater than zero, but got ",
               options.hidden_size());
  TENGEN_CHECK(options.num_layers() > 0, Derived::kName, ": num_layers must be greater than zero, but got ",
               options.num_layers());
  TENGEN_CHECK(options.proj_size() >= 0, Derived::kName, ": proj_size should be a positive integer or zero ",
               "to disable projections, but got ", options.proj_size());
  TENGEN_CHECK(options.proj_size() < options.hidden_size(), Derived::kName,
               ": proj_size has to be smaller than hidden_size, but got ", options.proj_size(), " and ",
               options.hidden_size());
  if (p > 0 && options.num_layers() == 1)
    warn({detail::str(Derived::kName, ": dropout option adds dropout after all but last recurrent layer, so ",
                      "non-zero dropout expects num_layers greater than 1, but got dropout=", p,
                      " and num_layers=1"),
          {__func__, __FILE__, __LINE__}});
  RNNImplBase::reset();
}

template <class Derived>
void RNNImplBase<Derived>::reset() {
  const RNNOptionsBase& o = options_base;
  const int64_t rows = gates_of(o.mode()) * o.hidden_size();
  for (int64_t layer = 0; layer < o.num_layers(); ++layer)
    for (int64_t direction = 0; direction < directions_of(o); ++direction) {
      const std::string suffix = detail::str("_l", layer, direction == 1 ? "_reverse" : "");
      const auto add = [&](const char* what, IntArrayRef sizes) {
        this->register_parameter(what + suffix, empty(sizes));
      };
      add("weight_ih", {rows, layer == 0 ? o.input_size() : output_of(o) * directions_of(o)});
      add("weight_hh", {rows, output_of(o)});
      if (o.bias()) add("bias_ih", {rows});
      if (o.bias()) add("bias_hh", {rows});
      if (o.proj_size() > 0) add("weight_hr", {o.proj_size(), o.hidden_size()});
    }
  reset_parameters();
}

template <class Derived>
void RNNImplBase<Derived>::reset_parameters() {
  draw_parameters(all_weights(), options_base.hidden_size());
}

template <class Derived>
void RNNImplBase<Derived>::pretty_print(std::ostream& out) const {
  const RNNOptionsBase& o = options_base;
  out << std::boolalpha << "torch::nn::" << Derived::kName << "(input_size=" << o.input_size()
      << ", hidden_size=" << o.hidden_size() << ", num_layers=" << o.num_layers() << ", bias=" << o.bias()
      << ", batch_first=" << o.batch_first() << ", dropout=" << o.dropout()
      << ", bidirectional=" << o.bidirectional();
  if (o.proj_size() > 0) out << ", proj_size=" << o.proj_size();
  out << ')';
}

template class RNNImplBase<RNNImpl>;
template class RNNImplBase<LSTMImpl>;
template class RNNImplBase<GRUImpl>;

RNNImpl::RNNImpl(const RNNOptions& options)
    : RNNImplBase(base_of(network_of(options.nonlinearity()), options)), options(options) {}
LSTMImpl::LSTMImpl(const LSTMOptions& options)
    : RNNImplBase(base_of(kLSTM, options).proj_size(options.proj_size())), options(options) {}
GRUImpl::GRUImpl(const GRUOptions& options) : RNNImplBase(base_of(kGRU, options)), options(options) {}

std::tuple<Tensor, Tensor> RNNImpl::forward(const Tensor& input, Tensor hx) {
  auto [output, last] = run(kName, options_base, all_weights(), is_training(), input, states_of(hx));
  return {output, last[0]};
}
std::tuple<PackedSequence, Tensor> RNNImpl::forward_with_packed_input(const PackedSequence& packed_input,
                                                                      Tensor hx) {
  auto [output, last] =
      run_packed(kName, options_base, all_weights(), is_training(), packed_input, states_of(hx));
  return {output, last[0]};
}

std::tuple<Tensor, std::tuple<Tensor, Tensor>> LSTMImpl::forward(
    const Tensor& input, std::optional<std::tuple<Tensor, Tensor>> hx_opt) {
  auto [output, last] = run(kName, options_base, all_weights(), is_training(), input, states_of(hx_opt));
  return {output, {last[0], last[1]}};
}
std::tuple<PackedSequence, std::tuple<Tensor, Tensor>> LSTMImpl::forward_with_packed_input(
    const PackedSequence& packed_input, std::optional<std::tuple<Tensor, Tensor>> hx_opt) {
  auto [output, last] =
      run_packed(kName, options_base, all_weights(), is_training(), packed_input, states_of(hx_opt));
  return {output, {last[0], last[1]}};
}

std::tuple<Tensor, Tensor> GRUImpl::forward(const Tensor& input, Tensor hx) {
  auto [output, last] = run(kName, options_base, all_weights(), is_training(), input, states_of(hx));
  return {output, last[0]};
}
std::tuple<PackedSequence, Tensor> GRUImpl::forward_with_packed_input(const PackedSequence& packed_input,
                                                                      Tensor hx) {
  auto [output, last] =
      run_packed(kName, options_base, all_weights(), is_training(), packed_input, states_of(hx));
  return {output, last[0]};
}

// ---- cells

namespace {

/// Input and state of a cell: both of a batch, or neither.
void check_cell_dims(const char* name, const char* what, const Tensor& t) {
  TENGEN_CHECK(t.dim() == 1 || t.dim() == 2, name, ": Expected ", what, " to be 1D or 2D, got ", t.dim(),
               "D instead");
}

Tensor state_or_zeros(const Tensor& hx, const Tensor& input, int64_t hidden_size) {
  if (hx.defined()) return hx;
  const TensorOptions like = input.options().requires_grad(false);
  return input.dim() == 1 ? zeros({hidden_size}, like) : zeros({input.size(0), hidden_size}, like);
}

}  // namespace

template <class Derived>
RNNCellImplBase<Derived>::RNNCellImplBase(const RNNCellOptionsBase& options) : options_base(options) {
  RNNCellImplBase::reset();
}

template <class Derived>
void RNNCellImplBase<Derived>::reset() {
  const RNNCellOptionsBase& o = options_base;
  const int64_t rows = o.num_chunks() * o.hidden_size();
  weight_ih = this->register_parameter("weight_ih", empty({rows, o.input_size()}));
  weight_hh = this->register_parameter("weight_hh", empty({rows, o.hidden_size()}));
  bias_ih = this->register_parameter("bias_ih", o.bias() ? empty({rows}) : Tensor());
  bias_hh = this->register_parameter("bias_hh", o.bias() ? empty({rows}) : Tensor());
  reset_parameters();
}

template <class Derived>
void RNNCellImplBase<Derived>::reset_parameters() {
  draw_parameters(this->parameters(/*recurse=*/false), options_base.hidden_size());
}

template <class Derived>
void RNNCellImplBase<Derived>::pretty_print(std::ostream& out) const {
  const RNNCellOptionsBase& o = options_base;
  out << "torch::nn::" << Derived::kName << '(' << o.input_size() << ", " << o.hidden_size();
  if (!o.bias()) out << ", bias=false";
  const std::string nonlinearity = get_nonlinearity_str();
  if (!nonlinearity.empty()) out << ", nonlinearity=" << nonlinearity;
  out << ')';
}

template class RNNCellImplBase<RNNCellImpl>;
template class RNNCellImplBase<LSTMCellImpl>;
template class RNNCellImplBase<GRUCellImpl>;

RNNCellImpl::RNNCellImpl(const RNNCellOptions& options)
    : RNNCellImplBase({options.input_size(), options.hidden_size(), options.bias(), 1}), options(options) {
  network_of(options.nonlinearity());
}
LSTMCellImpl::LSTMCellImpl(const LSTMCellOptions& options)
    : RNNCellImplBase({options.input_size(), options.hidden_size(), options.bias(), gates_of(kLSTM)}),
      options(options) {}
GRUCellImpl::GRUCellImpl(const GRUCellOptions& options)
    : RNNCellImplBase({options.input_size(), options.hidden_size(), options.bias(), gates_of(kGRU)}),
      options(options) {}

std::string RNNCellImpl::get_nonlinearity_str() const {
  return options.nonlinearity() == kTanh ? "" : enum_name(options.nonlinearity());
}

Tensor RNNCellImpl::forward(const Tensor& input, const Tensor& hx) {
  check_cell_dims(kName, "input", input);
  const Tensor h = state_or_zeros(hx, input, options.hidden_size());
  check_cell_dims(kName, "hidden", h);
  const auto cell = network_of(options.nonlinearity()) == kRNN_TANH ? rnn_tanh_cell : rnn_relu_cell;
  return cell(input, h, weight_ih, weight_hh, bias_ih, bias_hh);
}

std::tuple<Tensor, Tensor> LSTMCellImpl::forward(const Tensor& input,
                                                 std::optional<std::tuple<Tensor, Tensor>> hx_opt) {
  check_cell_dims(kName, "input", input);
  auto [h, c] = hx_opt.value_or(std::tuple<Tensor, Tensor>());
  h = state_or_zeros(h, input, options.hidden_size());
  c = state_or_zeros(c, input, options.hidden_size());
  check_cell_dims(kName, "hx[0]", h);
  check_cell_dims(kName, "hx[1]", c);
  return lstm_cell(input, {h, c}, weight_ih, weight_hh, bias_ih, bias_hh);
}

Tensor GRUCellImpl::forward(const Tensor& input, const Tensor& hx) {
  check_cell_dims(kName, "input", input);
  const Tensor h = state_or_zeros(hx, input, options.hidden_size());
  check_cell_dims(kName, "hidden", h);
  return gru_cell(input, h, weight_ih, weight_hh, bias_ih, bias_hh);
}

}  // namespace tengen::nn
