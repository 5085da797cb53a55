// Operators over sequences: recurrent networks, packed sequences, attention, CTC; ops.h includes this file
// and says what holds for all.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- rnn.cpp: recurrent networks. T steps, B sequences, I features of the input, H hidden ones; w_ih and
// w_hh hold the weights of all gates above each other, and so do the biases b_ih and b_hh, which may be
// missing

/// One step of a simple network: tanh(w_ih input + b_ih + w_hh hx + b_hh). input (B,I), hx (B,H), w_ih (H,I),
/// w_hh (H,H), biases (H) -> (B,H); B may be missing (Elman 1990).
Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const std::optional<Tensor>& b_ih = {}, const std::optional<Tensor>& b_hh = {});

/// rnn_tanh_cell with relu in the place of tanh.
Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const std::optional<Tensor>& b_ih = {}, const std::optional<Tensor>& b_hh = {});

/// One step of a long short-term memory from hx = {h, c} to (h', c'). With (i, f, g, o) = w_ih input + b_ih +
/// w_hh h + b_hh: c' = sigmoid(f) * c + sigmoid(i) * tanh(g), h' = sigmoid(o) * tanh(c'). w_ih (4H,I), w_hh
/// (4H,H), biases (4H); B may be missing (Hochreiter and Schmidhuber 1997, Gers et al. 2000).
std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx, const Tensor& w_ih,
                                     const Tensor& w_hh, const std::optional<Tensor>& b_ih = {},
                                     const std::optional<Tensor>& b_hh = {});

/// One step of a gated recurrent unit. With (r, z, n) = w_ih input + b_ih and (r', z', n') = w_hh hx + b_hh:
/// new = tanh(n + sigmoid(r + r') * n'), and the result is new + sigmoid(z + z') * (hx - new). w_ih (3H,I),
/// w_hh (3H,H), biases (3H); B may be missing (Cho et al. 2014).
Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                const std::optional<Tensor>& b_ih = {}, const std::optional<Tensor>& b_hh = {});

/// rnn_tanh_cell over whole sequences, in layers on top of each other: (output, h_n). input (T,B,I), or
/// (B,T,I) if `batch_first`; hx (num_layers*D,B,H); output (T,B,D*H), or (B,T,D*H), is the last layer's; h_n
/// holds the last state of every layer. D is 2 if `bidirectional`: a second network reads backwards. `params`
/// are w_ih, w_hh and, if `has_biases`, b_ih, b_hh of every layer and direction in turn. If `train`, dropout
/// acts on what each layer but the last gives. With `batch_sizes` the input is packed: data (rows,I) holds
/// all first steps, then all second ones..., sequences in the order of falling length; batch_sizes (T), int64
/// on the CPU, says how many sequences have each step; output (rows,D*H).
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& input, const Tensor& hx, TensorList params, bool has_biases,
                                    int64_t num_layers, double dropout, bool train, bool bidirectional,
                                    bool batch_first);
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                    TensorList params, bool has_biases, int64_t num_layers, double dropout,
                                    bool train, bool bidirectional);

/// rnn_tanh with relu in the place of tanh.
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& input, const Tensor& hx, TensorList params, bool has_biases,
                                    int64_t num_layers, double dropout, bool train, bool bidirectional,
                                    bool batch_first);
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                    TensorList params, bool has_biases, int64_t num_layers, double dropout,
                                    bool train, bool bidirectional);

/// lstm_cell over whole sequences, as rnn_tanh, from hx = {h_0, c_0}: (output, h_n, c_n). Where h_0 has fewer
/// features than c_0, h is projected in every step: `params` have a fifth tensor, w_hr (P,H), per layer and
/// direction, w_hh is (4H,P), and output and h_n have P in the place of H (Sak et al. 2014).
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx, TensorList params,
                                        bool has_biases, int64_t num_layers, double dropout, bool train,
                                        bool bidirectional, bool batch_first);
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes, TensorList hx,
                                        TensorList params, bool has_biases, int64_t num_layers,
                                        double dropout, bool train, bool bidirectional);

/// gru_cell over whole sequences, as rnn_tanh.
std::tuple<Tensor, Tensor> gru(const Tensor& input, const Tensor& hx, TensorList params, bool has_biases,
                               int64_t num_layers, double dropout, bool train, bool bidirectional,
                               bool batch_first);
std::tuple<Tensor, Tensor> gru(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                               TensorList params, bool has_biases, int64_t num_layers, double dropout,
                               bool train, bool bidirectional);

// ---- sequence.cpp: sequences of different lengths in one tensor; (T,B,...) is (B,T,...) if `batch_first` --

/// Sequences (L,...) side by side: (T,B,...), T the longest. Shorter ones are filled up with `padding_value`
/// on the side "right" or "left".
Tensor pad_sequence(TensorList sequences, bool batch_first = false, double padding_value = 0,
                    std::string_view padding_side = "right");

/// The steps of the sequences in input (T,B,...) without the padding, as rnn_tanh takes them: (data
/// (rows,...), batch_sizes). `lengths` (B), int64 on the CPU, must fall. nn::utils::rnn::pack_padded_sequence
/// also sorts.
std::tuple<Tensor, Tensor> _pack_padded_sequence(const Tensor& input, const Tensor& lengths,
                                                 bool batch_first);

/// The reverse of _pack_padded_sequence: (padded, lengths) with `padding_value` behind every sequence and
/// total_length steps, or as many as the longest sequence has if that is not positive.
std::tuple<Tensor, Tensor> _pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes,
                                                bool batch_first, const Scalar& padding_value,
                                                int64_t total_length);

// ---- attention.cpp ----------------------------------------------------------------------------------------

/// softmax(query key^T * scale + mask) value: query (...,L,E), key (...,S,E), value (...,S,V) -> (...,L,V).
/// `attn_mask`, which broadcasts to (...,L,S), is bool, true where a query attends to a key, or a number to
/// add; a query that attends to none gets zeros. With `is_causal` query i attends to keys up to i. `scale` is
/// 1/sqrt(E) unless given. Dropout acts on the softmax whenever dropout_p is positive. With `enable_gqa` each
/// head of key and value, their third last dimension, serves several of query's (Vaswani et al. 2017).
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const std::optional<Tensor>& attn_mask = {}, double dropout_p = 0,
                                    bool is_causal = false, std::optional<double> scale = std::nullopt,
                                    bool enable_gqa = false);

// ---- ctc.cpp ----------------------------------------------------------------------------------------------

/// Connectionist temporal classification (Graves et al. 2006): minus the logarithm of the probability that
/// log_probs (T,N,C) give to all paths that become a target when repetitions and then `blank` are taken out:
/// (N). targets are (N,S) or, one behind the other, (sum of target_lengths); without N, log_probs are (T,C)
/// and targets (S). Samples end at input_lengths (N). The mean divides each loss by its target's length
/// first. `zero_infinity` makes infinite losses, of targets that are too long, 0. The gradient is the
/// derivative with respect to log_probs; where the loss is infinite it is 0.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                IntArrayRef target_lengths, int64_t blank = 0, int64_t reduction = Reduction::Mean,
                bool zero_infinity = false);
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank = 0, int64_t reduction = Reduction::Mean,
                bool zero_infinity = false);

}  // namespace tengen::inline api
