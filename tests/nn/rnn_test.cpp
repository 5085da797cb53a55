// Recurrent modules and packed sequences against PyTorch 2.15's numbers.
#include <doctest/doctest.h>

#include <sstream>

#include <tengen/autograd/gradcheck.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/nn.h>
#include <tengen/optim/optim.h>

#include "reference.h"

using namespace tengen;
using namespace tengen::nn;
namespace rnn = nn::utils::rnn;

namespace {

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

std::vector<std::string> names_of(const Module& module) { return module.named_parameters().keys(); }

}  // namespace

TEST_CASE("LSTM: values, gradients, projections") {
  const Tensor x = ramp({3, 2, 3}, 0.3);
  LSTM lstm = filled(LSTM(3, 2));
  auto [y, state] = lstm(x);
  check_values(y, {-0.2726174623, -0.1969845571, -0.1546837542, -0.1166825055, -0.304298116, -0.04333496417,
                   -0.328148368, -0.2648773032, -0.2696753453, -0.1797858858, -0.3266248744, -0.07905953549});
  check_values(std::get<0>(state), {-0.2696753453, -0.1797858858, -0.3266248744, -0.07905953549});
  check_values(std::get<1>(state), {-0.5309388926, -0.2407684642, -0.6878433405, -0.1141632123});
  y.pow(2).sum().backward();
  check_values(lstm->named_parameters()["weight_hh_l0"].grad(),
               {-0.05293884926, -0.03456488973, -0.01812310883, -0.008470567278, -0.03407848881,
                -0.01962239315, -0.009485159828, -0.006565661041, 0.08740963298, 0.04915523123, 0.08601321967,
                0.04496114467, -0.08779087476, -0.05502685129, -0.01334018426, -0.00723055605});

  LSTM projected = filled(LSTM(LSTMOptions(3, 2).num_layers(2).bidirectional(true).proj_size(1)));
  CHECK(names_of(*projected) ==
        std::vector<std::string>{
            "weight_ih_l0",         "weight_hh_l0",         "bias_ih_l0",           "bias_hh_l0",
            "weight_hr_l0",         "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse",
            "bias_hh_l0_reverse",   "weight_hr_l0_reverse", "weight_ih_l1",         "weight_hh_l1",
            "bias_ih_l1",           "bias_hh_l1",           "weight_hr_l1",         "weight_ih_l1_reverse",
            "weight_hh_l1_reverse", "bias_ih_l1_reverse",   "bias_hh_l1_reverse",   "weight_hr_l1_reverse"});
  CHECK(projected->all_weights().size() == 20);
  std::tie(y, state) = projected(x, std::make_tuple(ramp({4, 2, 1}, 1), ramp({4, 2, 2}, 2)));
  CHECK(y.sizes() == IntArrayRef({3, 2, 2}));
  check_values(
      y, {0.06563204947, 0.06101504929, -0.0256084724, 0.07935842133, 0.05527373115, 0.03217847033,
          -0.02196522567, 0.06187491372, 0.04006700997, -0.01628034223, -0.009207997568, 0.03153284098});
  check_values(std::get<0>(state), {0.1674700911, 0.1453082599, 0.01946120493, 0.003060926957, 0.04006700997,
                                    -0.009207997568, 0.06101504929, 0.07935842133});
  check_values(std::get<1>(state),
               {-0.532087988, -0.1895902982, -0.7634425422, -0.07937293979, -0.7028569703, -0.9415779723,
                -0.6904922913, -0.734477272, 0.5181975777, -0.2772600463, 0.3813721974, -0.5678251177,
                0.3429737349, 0.3189729093, 0.3622045997, 0.4492378127});
}

TEST_CASE("GRU: values and gradients of two layers in both directions") {
  GRU gru = filled(GRU(GRUOptions(3, 2).num_layers(2).bidirectional(true)));
  auto [y, h] = gru(ramp({3, 2, 3}, 0.3), ramp({4, 2, 2}, 1));
  check_values(y,
               {0.1587905827,  0.4664461572,  -0.4491362106,  -0.7357230523, 0.2932487809,   0.4050521619,
                -0.4726427239, -0.7706962387, 0.1182003395,   0.5021286995,  -0.3466003182,  -0.7145756822,
                0.04449258019, 0.47265511,    -0.3960133107,  -0.7826049205, -0.03890082667, 0.5528437966,
                -0.180812509,  -0.643529518,  -0.02643592764, 0.5225203776,  -0.4329831534,  -0.6811642218});
  check_values(h, {-0.4464271094, -0.2915983116, -0.5916233793, -0.1265590161, 0.1609063449, -0.3282796828,
                   0.06341321565, -0.2024672482, -0.03890082667, 0.5528437966, -0.02643592764, 0.5225203776,
                   -0.4491362106, -0.7357230523, -0.4726427239, -0.7706962387});
  y.pow(2).sum().backward();
  check_values(
      gru->named_parameters()["weight_hh_l0"].grad(),
      {-0.002910041778, 6.548861037e-05, -0.009505345201, -0.008230483586, 0.01000073369, 0.002841245866,
       -0.01132843973, -0.02434123427, 0.03897356034, 0.008054498961, 0.04067222509, 0.0008308657706});
  check_values(gru->named_parameters()["bias_hh_l1_reverse"].grad(),
               {0.3078985011, 0.3963547498, -0.2179315507, -0.575264531, -1.519273141, -1.444735734});
}

TEST_CASE("RNN: tanh and relu, batch_first, without biases, without a batch") {
  const Tensor x = ramp({3, 2, 3}, 0.3);
  auto [y, h] = filled(RNN(RNNOptions(3, 2).batch_first(true).bias(false)))(x);
  check_values(y, {0.3625611936, 0.04724461103, 0.03191488025, 0.3152253663, -0.2301931772, -0.2469410529,
                   0.1600280337, -0.03117705314, -0.1488886846, 0.197338085, -0.1916464303, -0.2911033467});
  check_values(h, {0.03191488025, 0.3152253663, 0.1600280337, -0.03117705314, -0.1916464303, -0.2911033467});

  RNN relu = filled(RNN(RNNOptions(3, 2).num_layers(2).nonlinearity(kReLU)));
  std::tie(y, h) = relu(x);
  check_values(y, {0, 0.3468175772, 0, 0.5354180193, 0, 0.563217568, 0, 0.4385535503, 0, 0.6129955498, 0,
                   0.5234790122});
  check_values(h,
               {0.6589005256, 0.3756003364, 0.8418480138, 0.08345208987, 0, 0.6129955498, 0, 0.5234790122});
  auto [single, last] = relu(x.select(1, 0));
  CHECK(last.sizes() == IntArrayRef({2, 2}));
  check_values(single, {0, 0.3468175772, 0, 0.563217568, 0, 0.6129955498});
  check_values(last, {0.6589005256, 0.3756003364, 0, 0.6129955498});
}

TEST_CASE("packed sequences: packing, padding and recurrent modules") {
  const Tensor x = ramp({3, 3, 3}, 0.3);
  const rnn::PackedSequence packed =
      rnn::pack_padded_sequence(x, tensor({2, 3, 1}), /*batch_first=*/false, /*enforce_sorted=*/false);
  check_values(packed.data(),
               {0.3377315903, 0.02079033122, -0.3059289455, 0.1477601033, 0.4207354924, 0.4958324052,
                -0.4887650588, -0.4417273279, -0.1869383324, 0.331484615, 0.01238771273, -0.3125353244,
                0.1557706818, 0.4252183103, 0.4946791233, 0.3251439201, 0.003981591893, -0.3190533412});
  CHECK(packed.batch_sizes().equal(tensor({3, 2, 1})));
  CHECK(packed.sorted_indices().equal(tensor({1, 0, 2})));
  CHECK(packed.unsorted_indices().equal(tensor({1, 0, 2})));
  CHECK(rnn::invert_permutation(tensor({2, 0, 1})).equal(tensor({1, 2, 0})));

  GRU gru = filled(GRU(GRUOptions(3, 2).bidirectional(true)));
  auto [out, h] = gru->forward_with_packed_input(packed, ramp({2, 3, 2}, 1));
  auto [y, lengths] = rnn::pad_packed_sequence(out, false, -1, 4);
  CHECK(lengths.equal(tensor({2, 3, 1})));
  CHECK(y.sizes() == IntArrayRef({4, 3, 4}));
  check_values(y.slice(0, 0, 3), {-0.2380554256,
                                  -0.1683579077,
                                  0.08195614291,
                                  -0.1894527054,
                                  -0.1552620628,
                                  -0.1872316423,
                                  0.04623913385,
                                  0.01024516928,
                                  -0.5047069812,
                                  -0.1040127683,
                                  0.299079818,
                                  0.09483349339,
                                  -0.4897494756,
                                  -0.4636777302,
                                  -0.103947739,
                                  -0.1685242456,
                                  -0.3392171534,
                                  -0.3396601933,
                                  0.06405135271,
                                  0.08776972045,
                                  -1,
                                  -1,
                                  -1,
                                  -1,
                                  -1,
                                  -1,
                                  -1,
                                  -1,
                                  -0.4218425423,
                                  -0.4171209124,
                                  0.09870018365,
                                  0.2145380417,
                                  -1,
                                  -1,
                                  -1,
                                  -1});
  CHECK(y[3].eq(-1).all().item<bool>());
  check_values(h, {-0.4897494756, -0.4636777302, -0.4218425423, -0.4171209124, -0.5047069812, -0.1040127683,
                   0.08195614291, -0.1894527054, 0.04623913385, 0.01024516928, 0.299079818, 0.09483349339});
  for (const int64_t b : {0, 1, 2}) {  // each sequence by itself gives the same
    const int64_t length = lengths[b].item<int64_t>();
    auto [alone, last] = gru(x.select(1, b).slice(0, 0, length), ramp({2, 3, 2}, 1).select(1, b));
    CHECK(alone.allclose(y.select(1, b).slice(0, 0, length)));
    CHECK(last.allclose(h.select(1, b)));
  }

  LSTM lstm = filled(LSTM(LSTMOptions(3, 2).bidirectional(true)));
  auto [steps, state] = lstm->forward_with_packed_input(packed);
  check_values(steps.data(), {-0.1546837542,  -0.1166825055, -0.01202945009, -0.0951736332, -0.2726174623,
                              -0.1969845571,  0.0646572899,  -0.144379506,   -0.2133514099, 0.06419467707,
                              -0.01380852819, -0.1084195099, -0.2171199071,  -0.1856337624, -0.01342076353,
                              -0.07745160636, -0.3582499394, -0.3164263008,  0.03775194539, -0.09266595686,
                              -0.2454042003,  -0.2195105163, -0.01099688152, -0.04832123077});
  check_values(std::get<0>(state),
               {-0.3582499394, -0.3164263008, -0.2454042003, -0.2195105163, -0.2133514099, 0.06419467707,
                0.0646572899, -0.144379506, -0.01202945009, -0.0951736332, -0.01380852819, -0.1084195099});
  check_values(std::get<1>(state),
               {-0.5745112318, -0.4571676951, -0.4657258442, -0.2955844085, -0.4297714761, 0.1015509689,
                0.3184657498, -0.3939107037, -0.04194351544, -0.3654722551, -0.03357974617, -0.4185958324});

  const std::vector<Tensor> list{x[0].slice(0, 0, 1), x[1], x[2].slice(0, 0, 2)};
  CHECK(rnn::pad_sequence(list, true, 7).select(1, 2).eq(7).sum().item<int64_t>() == 6);
  const rnn::PackedSequence sorted = rnn::pack_sequence(list, /*enforce_sorted=*/false);
  auto [back, sizes] = rnn::pad_packed_sequence(sorted, true);
  CHECK(sizes.equal(tensor({1, 3, 2})));
  CHECK(back.equal(rnn::pad_sequence(list, true)));
  CHECK(sorted.to(kFloat).data().dtype() == kFloat);
  CHECK_THROWS_WITH_AS(rnn::pack_sequence(list), doctest::Contains("must be sorted in decreasing order"),
                       Error);
  CHECK_THROWS_WITH_AS(rnn::pad_packed_sequence(sorted, true, 0, 2),
                       doctest::Contains("got total_length=2 and max sequence length being 3"), Error);
  CHECK_THROWS_WITH_AS(gru->forward_with_packed_input(rnn::pack_sequence({ramp({2, 4}, 0)})),
                       doctest::Contains("Expected 3, got 4"), Error);
}

TEST_CASE("recurrent cells") {
  const Tensor x = ramp({2, 3}, 0.3), h = ramp({2, 2}, 1), c = ramp({2, 2}, 2);
  LSTMCell lstm = filled(LSTMCell(3, 2));
  CHECK(names_of(*lstm) == std::vector<std::string>{"weight_ih", "weight_hh", "bias_ih", "bias_hh"});
  auto [next_h, next_c] = lstm(x, std::make_tuple(h, c));
  check_values(next_h, {-0.139760277, -0.05197134737, -0.1682467648, -0.1191044925});
  check_values(next_c, {-0.2203883492, -0.08713953299, -0.3139969528, -0.1733644225});
  std::tie(next_h, next_c) = lstm(x);
  check_values(next_c, {-0.4261988252, -0.2917272454, -0.2868881142, -0.1612888899});
  GRUCell gru = filled(GRUCell(3, 2));
  check_values(gru(x, h), {-0.2380554256, -0.1683579077, -0.1552620628, -0.1872316423});
  check_values(gru(x[0], h[0]), {-0.2380554256, -0.1683579077});
  check_values(filled(RNNCell(3, 2))(x, h), {0.8687372099, 0.1473747816, 0.4881059368, 0.2600601319});
  check_values(filled(RNNCell(RNNCellOptions(3, 2).nonlinearity(kReLU)))(x, h),
               {1.327908424, 0.1484558655, 0.5335708555, 0.2661728994});
  CHECK(gru(x[0]).sizes() == IntArrayRef(2));
}

TEST_CASE("recurrent modules: initialization, dropout, clones, gradients") {
  manual_seed(3);
  GRU gru(GRUOptions(2, 2).num_layers(2).dropout(0.5));
  check_values(gru->named_parameters()["weight_ih_l1"],
               {-0.1857909709, -0.7009910941, -0.3310585916, 0.0136030633, 0.1165624186, -0.1013700813,
                -0.08017544448, -0.4600255191, 0.3622550368, -0.1703455001, -0.4834607542, -0.1702885181},
               1e-6);
  const Tensor x = ramp({3, 2, 2}).to(kFloat);
  check_values(std::get<0>(gru(x)),
               {-0.2788388133, 0.04871109128, -0.302495867, -0.04293452203, -0.2075148225, -0.05705009401,
                -0.5185064673, 0.09652598202, -0.4037161767, 0.1286898553, -0.4063338041, -0.1916005313},
               1e-6);
  gru->eval();
  GRU copy(std::dynamic_pointer_cast<GRUImpl>(gru->clone()));
  copy->eval();
  CHECK(std::get<0>(copy(x)).equal(std::get<0>(gru(x))));
  copy->to(kDouble);
  CHECK(std::get<0>(copy(x.to(kDouble))).dtype() == kDouble);
  {
    NoGradGuard no_grad;
    copy->all_weights()[0].fill_(0);
  }
  CHECK(gru->all_weights()[0].ne(0).all().item<bool>());

  LSTM lstm = filled(LSTM(LSTMOptions(2, 2).num_layers(2).bidirectional(true)));
  const rnn::PackedSequence packed = rnn::pack_sequence({ramp({3, 2}), ramp({1, 2})});
  CHECK(autograd::gradcheck(
      [&](const std::vector<Tensor>& in) -> std::vector<Tensor> {
        const auto [out, state] = lstm->forward_with_packed_input(
            rnn::PackedSequence(in[0], packed.batch_sizes()), std::make_tuple(in[1], in[2]));
        return {out.data(), std::get<0>(state), std::get<1>(state)};
      },
      {packed.data().clone().requires_grad_(), ramp({4, 2, 2}).requires_grad_(),
       ramp({4, 2, 2}, 1).requires_grad_()}));
}

TEST_CASE("recurrent modules: printed as LibTorch prints them") {
  CHECK(
      printed(RNN(RNNOptions(3, 2).nonlinearity(kReLU).dropout(0.5).num_layers(2))) ==
      "torch::nn::RNN(input_size=3, hidden_size=2, num_layers=2, bias=true, batch_first=false, dropout=0.5, "
      "bidirectional=false)");
  CHECK(printed(LSTM(LSTMOptions(3, 2).proj_size(1).bidirectional(true))) ==
        "torch::nn::LSTM(input_size=3, hidden_size=2, num_layers=1, bias=true, batch_first=false, dropout=0, "
        "bidirectional=true, proj_size=1)");
  CHECK(printed(RNNCell(RNNCellOptions(3, 2).bias(false).nonlinearity(kReLU))) ==
        "torch::nn::RNNCell(3, 2, bias=false, nonlinearity=kReLU)");
  CHECK(printed(GRUCell(3, 2)) == "torch::nn::GRUCell(3, 2)");
}

TEST_CASE("recurrent modules: errors say what was expected") {
  RNN network(3, 2);
  LSTM lstm(3, 2);
  const auto fails = [](const auto& call, const char* message) {
    CHECK_THROWS_WITH_AS(call(), doctest::Contains(message), Error);
  };
  fails([&] { network(zeros({1, 1, 1, 3})); }, "RNN: Expected input to be 2D or 3D, got 4D");
  fails([&] { network(zeros({1, 2, 4})); }, "input.size(-1) must be equal to input_size. Expected 3, got 4");
  fails(
      [&] {
        network(zeros({1, 2, 3}), zeros({1, 3, 2}));
      },
      "Expected hidden size [1, 2, 2], got [1, 3, 2]");
  fails(
      [&] {
        lstm(zeros({1, 2, 3}), std::make_tuple(zeros({1, 2, 2}), zeros({1, 3, 2})));
      },
      "Expected hidden[1] size [1, 2, 2], got [1, 3, 2]");
  fails(
      [&] {
        network(zeros({2, 3}), zeros({1, 3, 2}));
      },
      "For unbatched 2-D input, hx should also be 2-D but got 3-D tensor");
  fails([&] { network(zeros({0, 2, 3})); }, "Expected sequence length to be larger than 0 in RNN");
  fails([&] { GRUCell(3, 2)(zeros({2, 3, 1})); }, "GRUCell: Expected input to be 1D or 2D, got 3D instead");
  fails([&] { GRUCell(3, 2)(zeros({2, 4})); }, "input has inconsistent input_size: got 4 expected 3");
  fails([] { RNN(RNNOptions(3, 2).dropout(2)); }, "dropout should be a number in range [0, 1]");
  fails([] { RNN(RNNOptions(3, 2).nonlinearity(kGELU)); }, "Unknown nonlinearity kGELU");
  fails([] { LSTM(LSTMOptions(3, 2).proj_size(2)); }, "proj_size has to be smaller than hidden_size");
  fails([] { GRU(GRUOptions(3, 2).num_layers(0)); }, "num_layers must be greater than zero");
}

TEST_CASE("an LSTM learns to continue a text") {
  manual_seed(1);
  const std::string text = "the cat sat on the mat. ";
  std::vector<int64_t> codes;
  for (const char c : text) codes.push_back(c == ' ' ? 0 : c == '.' ? 27 : c - 'a' + 1);
  const Tensor all = tensor(codes), target = all.roll(-1);
  Embedding embedding(28, 8);
  LSTM lstm(8, 24);
  Linear head(24, 28);
  std::vector<Tensor> parameters = lstm->parameters();
  for (const Tensor& p : {embedding->weight, head->weight, head->bias}) parameters.push_back(p);
  optim::Adam adam(parameters, optim::AdamOptions(0.03));
  double loss = 0;
  for (int step = 0; step < 60; ++step) {
    adam.zero_grad();
    const Tensor value = nn::functional::cross_entropy(head(std::get<0>(lstm(embedding(all)))), target);
    value.backward();
    adam.step();
    loss = value.item<double>();
  }
  CHECK(loss < 0.1);
  NoGradGuard no_grad;  // a step at a time, each fed with what was said before
  std::optional<std::tuple<Tensor, Tensor>> state;
  std::vector<int64_t> said{codes[0]};
  while (said.size() < codes.size()) {
    auto [y, next] = lstm(embedding(tensor({said.back()})), state);
    state = next;
    said.push_back(head(y).argmax(-1).item<int64_t>());
  }
  CHECK(said == codes);
}
