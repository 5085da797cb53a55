// Recurrent networks: options and modules of RNN, LSTM and GRU over whole sequences, and of their cells,
// which make one step.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/enum.h>
#include <tengen/nn/packed_sequence.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// What RNN, LSTM and GRU have in common.
struct RNNOptionsBase {
  RNNOptionsBase(EnumType mode, int64_t input_size, int64_t hidden_size)
      : mode_(mode), input_size_(input_size), hidden_size_(hidden_size) {}
  TENGEN_ARG(EnumType, mode);               ///< kRNN_TANH, kRNN_RELU, kLSTM or kGRU
  TENGEN_ARG(int64_t, input_size);          ///< I, the number of features of a step
  TENGEN_ARG(int64_t, hidden_size);         ///< H, the number of features of the state
  TENGEN_ARG(int64_t, num_layers) = 1;      ///< layers on top of each other
  TENGEN_ARG(bool, bias) = true;            ///< adds learnt numbers
  TENGEN_ARG(bool, batch_first) = false;    ///< input and output are (B,T,...) instead of (T,B,...)
  TENGEN_ARG(double, dropout) = 0.0;        ///< probability of dropout behind each layer but the last
  TENGEN_ARG(bool, bidirectional) = false;  ///< a second network reads each layer's input backwards
  TENGEN_ARG(int64_t, proj_size) = 0;       ///< of an LSTM: features that h is projected to (0: it is not)
};

/// Options of RNN.
struct RNNOptions {
  RNNOptions(int64_t input_size, int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
  TENGEN_ARG(int64_t, input_size);             ///< I, the number of features of a step
  TENGEN_ARG(int64_t, hidden_size);            ///< H, the number of features of the state
  TENGEN_ARG(int64_t, num_layers) = 1;         ///< layers on top of each other
  TENGEN_ARG(EnumType, nonlinearity) = kTanh;  ///< kTanh or kReLU
  TENGEN_ARG(bool, bias) = true;               ///< adds learnt numbers
  TENGEN_ARG(bool, batch_first) = false;       ///< input and output are (B,T,...) instead of (T,B,...)
  TENGEN_ARG(double, dropout) = 0.0;           ///< probability of dropout behind each layer but the last
  TENGEN_ARG(bool, bidirectional) = false;     ///< a second network reads each layer's input backwards
};

/// Options of LSTM.
struct LSTMOptions {
  LSTMOptions(int64_t input_size, int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
  TENGEN_ARG(int64_t, input_size);          ///< I, the number of features of a step
  TENGEN_ARG(int64_t, hidden_size);         ///< H, the number of features of the cell
  TENGEN_ARG(int64_t, num_layers) = 1;      ///< layers on top of each other
  TENGEN_ARG(bool, bias) = true;            ///< adds learnt numbers
  TENGEN_ARG(bool, batch_first) = false;    ///< input and output are (B,T,...) instead of (T,B,...)
  TENGEN_ARG(double, dropout) = 0.0;        ///< probability of dropout behind each layer but the last
  TENGEN_ARG(bool, bidirectional) = false;  ///< a second network reads each layer's input backwards
  TENGEN_ARG(int64_t, proj_size) = 0;       ///< features that h is projected to (0: it is not)
};

/// Options of GRU.
struct GRUOptions {
  GRUOptions(int64_t input_size, int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
  TENGEN_ARG(int64_t, input_size);          ///< I, the number of features of a step
  TENGEN_ARG(int64_t, hidden_size);         ///< H, the number of features of the state
  TENGEN_ARG(int64_t, num_layers) = 1;      ///< layers on top of each other
  TENGEN_ARG(bool, bias) = true;            ///< adds learnt numbers
  TENGEN_ARG(bool, batch_first) = false;    ///< input and output are (B,T,...) instead of (T,B,...)
  TENGEN_ARG(double, dropout) = 0.0;        ///< probability of dropout behind each layer but the last
  TENGEN_ARG(bool, bidirectional) = false;  ///< a second network reads each layer's input backwards
};

/// What RNNCell, LSTMCell and GRUCell have in common.
struct RNNCellOptionsBase {
  RNNCellOptionsBase(int64_t input_size, int64_t hidden_size, bool bias, int64_t num_chunks)
      : input_size_(input_size), hidden_size_(hidden_size), bias_(bias), num_chunks_(num_chunks) {}
  TENGEN_ARG(int64_t, input_size);   ///< I, the number of features of the input
  TENGEN_ARG(int64_t, hidden_size);  ///< H, the number of features of the state
  TENGEN_ARG(bool, bias);            ///< adds learnt numbers
  TENGEN_ARG(int64_t, num_chunks);   ///< number of gates
};

/// Options of RNNCell.
struct RNNCellOptions {
  RNNCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  TENGEN_ARG(int64_t, input_size);             ///< I, the number of features of the input
  TENGEN_ARG(int64_t, hidden_size);            ///< H, the number of features of the state
  TENGEN_ARG(bool, bias) = true;               ///< adds learnt numbers
  TENGEN_ARG(EnumType, nonlinearity) = kTanh;  ///< kTanh or kReLU
};

/// Options of LSTMCell.
struct LSTMCellOptions {
  LSTMCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  TENGEN_ARG(int64_t, input_size);   ///< I, the number of features of the input
  TENGEN_ARG(int64_t, hidden_size);  ///< H, the number of features of the state
  TENGEN_ARG(bool, bias) = true;     ///< adds learnt numbers
};

/// Options of GRUCell.
struct GRUCellOptions {
  GRUCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  TENGEN_ARG(int64_t, input_size);   ///< I, the number of features of the input
  TENGEN_ARG(int64_t, hidden_size);  ///< H, the number of features of the state
  TENGEN_ARG(bool, bias) = true;     ///< adds learnt numbers
};

// ---- modules over sequences: T steps, B sequences, D directions, L layers

/// What RNN, LSTM and GRU share. Parameters are weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 and, with
/// a projection, weight_hr_l0, of the first layer, the same names ending in _reverse of its second direction,
/// then those of l1...; all are drawn uniformly within 1/sqrt(hidden_size).
template <class Derived>
class RNNImplBase : public Cloneable<Derived> {
 public:
  explicit RNNImplBase(const RNNOptionsBase& options);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// LibTorch's hint to lay the parameters out in one block, which nothing here depends on.
  void flatten_parameters() {}
  /// The parameters in the order in which they are registered.
  std::vector<Tensor> all_weights() const { return this->parameters(/*recurse=*/false); }

  RNNOptionsBase options_base;
};

/// A simple recurrent network: h = tanh(W_ih x + b_ih + W_hh h + b_hh), or with relu. Elman (1990).
class RNNImpl : public RNNImplBase<RNNImpl> {
 public:
  RNNImpl(int64_t input_size, int64_t hidden_size) : RNNImpl(RNNOptions(input_size, hidden_size)) {}
  explicit RNNImpl(const RNNOptions& options);
  /// input (T,B,I), hx (L*D,B,H) or undefined for zeros -> (output (T,B,D*H), h_n (L*D,B,H)); without a batch
  /// (T,I), (L*D,H) -> (T,D*H), (L*D,H).
  std::tuple<Tensor, Tensor> forward(const Tensor& input, Tensor hx = {});
  /// The same of packed sequences; hx and h_n are in the order in which they were given.
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input, Tensor hx = {});

  RNNOptions options;
  static constexpr const char* kName = "RNN";
};
TENGEN_MODULE(RNN);

/// A long short-term memory, whose cell c keeps what its gates let in. Hochreiter and Schmidhuber (1997).
class LSTMImpl : public RNNImplBase<LSTMImpl> {
 public:
  LSTMImpl(int64_t input_size, int64_t hidden_size) : LSTMImpl(LSTMOptions(input_size, hidden_size)) {}
  explicit LSTMImpl(const LSTMOptions& options);
  /// input (T,B,I), hx (h_0 (L*D,B,H), c_0 (L*D,B,H)), zeros if absent -> (output (T,B,D*H), (h_n, c_n));
  /// without a batch (T,I) and (L*D,H). With proj_size P, h and output have P in the place of H.
  std::tuple<Tensor, std::tuple<Tensor, Tensor>> forward(
      const Tensor& input, std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});
  /// The same of packed sequences; states are in the order in which they were given.
  std::tuple<utils::rnn::PackedSequence, std::tuple<Tensor, Tensor>> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input, std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});

  LSTMOptions options;
  static constexpr const char* kName = "LSTM";
};
TENGEN_MODULE(LSTM);

/// Gated recurrent units. Cho et al. (2014).
class GRUImpl : public RNNImplBase<GRUImpl> {
 public:
  GRUImpl(int64_t input_size, int64_t hidden_size) : GRUImpl(GRUOptions(input_size, hidden_size)) {}
  explicit GRUImpl(const GRUOptions& options);
  /// As RNN's.
  std::tuple<Tensor, Tensor> forward(const Tensor& input, Tensor hx = {});
  /// As RNN's.
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input, Tensor hx = {});

  GRUOptions options;
  static constexpr const char* kName = "GRU";
};
TENGEN_MODULE(GRU);

extern template class RNNImplBase<RNNImpl>;
extern template class RNNImplBase<LSTMImpl>;
extern template class RNNImplBase<GRUImpl>;

// ---- cells

/// What RNNCell, LSTMCell and GRUCell share. Parameters are drawn uniformly within 1/sqrt(hidden_size).
template <class Derived>
class RNNCellImplBase : public Cloneable<Derived> {
 public:
  explicit RNNCellImplBase(const RNNCellOptionsBase& options);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  RNNCellOptionsBase options_base;
  Tensor weight_ih, weight_hh;  ///< (gates*H,I) and (gates*H,H)
  Tensor bias_ih, bias_hh;      ///< (gates*H), or undefined

 protected:
  /// The choice of a nonlinearity as pretty_print shows it; nothing for the usual one.
  virtual std::string get_nonlinearity_str() const { return ""; }
};

/// One step of an RNN: input (B,I), hx (B,H) or undefined for zeros -> (B,H); B may be missing.
class RNNCellImpl : public RNNCellImplBase<RNNCellImpl> {
 public:
  RNNCellImpl(int64_t input_size, int64_t hidden_size)
      : RNNCellImpl(RNNCellOptions(input_size, hidden_size)) {}
  explicit RNNCellImpl(const RNNCellOptions& options);
  Tensor forward(const Tensor& input, const Tensor& hx = {});

  RNNCellOptions options;
  static constexpr const char* kName = "RNNCell";

 protected:
  std::string get_nonlinearity_str() const override;
};
TENGEN_MODULE(RNNCell);

/// One step of an LSTM: input (B,I), (h, c) each (B,H), zeros if absent -> (h, c); B may be missing.
class LSTMCellImpl : public RNNCellImplBase<LSTMCellImpl> {
 public:
  LSTMCellImpl(int64_t input_size, int64_t hidden_size)
      : LSTMCellImpl(LSTMCellOptions(input_size, hidden_size)) {}
  explicit LSTMCellImpl(const LSTMCellOptions& options);
  std::tuple<Tensor, Tensor> forward(const Tensor& input,
                                     std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});

  LSTMCellOptions options;
  static constexpr const char* kName = "LSTMCell";
};
TENGEN_MODULE(LSTMCell);

/// One step of a GRU: input (B,I), hx (B,H) or undefined for zeros -> (B,H); B may be missing.
class GRUCellImpl : public RNNCellImplBase<GRUCellImpl> {
 public:
  GRUCellImpl(int64_t input_size, int64_t hidden_size)
      : GRUCellImpl(GRUCellOptions(input_size, hidden_size)) {}
  explicit GRUCellImpl(const GRUCellOptions& options);
  Tensor forward(const Tensor& input, const Tensor& hx = {});

  GRUCellOptions options;
  static constexpr const char* kName = "GRUCell";
};
TENGEN_MODULE(GRUCell);

extern template class RNNCellImplBase<RNNCellImpl>;
extern template class RNNCellImplBase<LSTMCellImpl>;
extern template class RNNCellImplBase<GRUCellImpl>;

}  // namespace tengen::nn
