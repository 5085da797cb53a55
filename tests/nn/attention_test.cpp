// Attention and transformers against PyTorch 2.15's numbers.
#include <doctest/doctest.h>

#include <limits>
#include <sstream>

#include <tengen/autograd/gradcheck.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/nn.h>
#include <tengen/optim/optim.h>

#include "reference.h"

using namespace tengen;
using namespace tengen::nn;

namespace {

std::vector<std::string> names_of(const Module& module) { return module.named_parameters().keys(); }

/// True where `pattern` has a 1.
Tensor flags(const std::vector<int64_t>& pattern, IntArrayRef sizes) {
  return tensor(pattern).reshape(sizes).to(kBool);
}

const Tensor kPadding = flags({0, 0, 1, 0, 0, 0}, {2, 3});

}  // namespace

TEST_CASE("MultiheadAttention: a sequence to itself, values and gradients") {
  const Tensor x = ramp({3, 2, 4}, 0.3);
  MultiheadAttention attention = filled(MultiheadAttention(4, 2));
  CHECK(names_of(*attention) ==
        std::vector<std::string>{"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"});
  auto [y, weights] = attention(x, x, x);
  check_values(y,
               {-0.1317973331,  -0.2694550069, -0.2648940941,  -0.8558128715, 0.1565600325,   -0.5246982911,
                -0.07225961034, -0.9635786156, -0.1328967456,  -0.2693819748, -0.2639323064,  -0.8576983392,
                0.1583211033,   -0.5251459966, -0.07317700487, -0.9614021308, -0.1372803769,  -0.2658192377,
                -0.2662624561,  -0.8568700381, 0.1639233859,   -0.5299351946, -0.06975430875, -0.9630628143});
  CHECK(weights.sizes() == IntArrayRef({2, 3, 3}));
  check_values(weights, {0.2813609738, 0.3325129339, 0.3861260923, 0.2678194862, 0.3288978099, 0.4032827039,
                         0.2800310878, 0.3282128312, 0.391756081, 0.2860618502, 0.3347249342, 0.3792132156,
                         0.2825698346, 0.3333713343, 0.3840588311, 0.3043392615, 0.3320694726, 0.3635912659});
  y.pow(2).sum().backward();
  check_values(attention->in_proj_bias.grad(),
               {0.03487007526, -0.04817995478, 0.08534141888, -0.0903606574, 0, 0, 0, 0, 5.985910703,
                6.232395725, 3.547687655, -0.8055533541});
  const auto [same, none] = attention->forward(x, x.clone(), x.clone(), {}, /*need_weights=*/false);
  CHECK(same.allclose(y));
  CHECK(!none.defined());
}

TEST_CASE("MultiheadAttention: masks, keys and values of other sizes, learnt and zero keys") {
  const Tensor query = ramp({3, 2, 4}, 0.3), key = ramp({5, 2, 4}, 1.1);
  MultiheadAttention attention = filled(MultiheadAttention(4, 2));
  const Tensor padding = flags({0, 0, 0, 0, 1, 0, 1, 0, 0, 0}, {2, 5});
  auto [y, weights] = attention(query, key, key, padding, true, ramp({3, 5}, 0.5), false);
  check_values(y, {-0.1293859628, -0.2673748375, -0.2712254286, -0.8459619912, 0.1055969472,  -0.4791039245,
                   -0.1072165865, -0.9432984943, -0.1229196484, -0.2750815983, -0.2631687785, -0.8534375419,
                   0.06055995428, -0.4340321796, -0.1471148038, -0.913184256,  -0.1345326093, -0.260963579,
                   -0.2781604441, -0.8393045967, 0.1315739353,  -0.5034123081, -0.0873857706, -0.9563601863});
  CHECK(weights.sizes() == IntArrayRef({2, 2, 3, 5}));
  check_values(weights[0][0],
               {0.1700819696, 0.2487373939, 0.3020612765, 0.2791193599, 0, 0.1792854725, 0.1847472225,
                0.24980954, 0.386157765, 0, 0.263788273, 0.2881139483, 0.2546581344, 0.1934396442, 0});
  check_values(weights[1][1],
               {0.2209692719, 0, 0.3071409521, 0.2687038338, 0.2031859422, 0.1469048969, 0, 0.1725885083,
                0.2671990004, 0.4133075945, 0.3139542869, 0, 0.2824472147, 0.2238209096, 0.1797775887});
  const Tensor per_head = ramp({3, 5}, 0.5).expand({4, 3, 5});
  CHECK(std::get<0>(attention(query, key, key, padding, false, per_head)).allclose(y));

  MultiheadAttention other = filled(MultiheadAttention(
      MultiheadAttentionOptions(4, 2).bias(false).add_bias_kv(true).add_zero_attn(true).kdim(3).vdim(2)));
  CHECK(names_of(*other) == std::vector<std::string>{"q_proj_weight", "k_proj_weight", "v_proj_weight",
                                                     "bias_k", "bias_v", "out_proj.weight"});
  const Tensor later = ones({3, 5}).triu(2).to(kBool);
  std::tie(y, weights) = other->forward(query, ramp({5, 2, 3}, 1.1), ramp({5, 2, 2}, 2.3), {}, true, later);
  check_values(y,
               {0.06263896176, -0.09319483487, 0.1129815491,  -0.1197126445,  0.07128622989, -0.09992878722,
                0.1170240417,  -0.1205965457,  0.04353745592, -0.08230105372, 0.111554327,   -0.1279169045,
                0.05015107604, -0.07165777914, 0.08488404474, -0.08830150751, 0.04683692035, -0.06806557245,
                0.08142888563, -0.08538265798, 0.05285933874, -0.07014563217, 0.07932622471, -0.07934025008});
  check_values(weights[0], {0.2676841275,
                            0.2444552223,
                            0,
                            0,
                            0,
                            0.2465925315,
                            0.2412681187,
                            0.208232923,
                            0.2056608921,
                            0.1851175825,
                            0,
                            0,
                            0.204646154,
                            0.1963424484,
                            0.1603508702,
                            0.1760580666,
                            0.1656653425,
                            0.1601138254,
                            0,
                            0.1721483254,
                            0.1656635699});
}

TEST_CASE("MultiheadAttention: initialization, dropout, clones, errors") {
  manual_seed(4);
  MultiheadAttention attention(MultiheadAttentionOptions(4, 2).add_bias_kv(true).dropout(0.5));
  const Tensor x = ramp({2, 1, 4}).to(kFloat);
  check_values(std::get<0>(attention(x, x, x)),
               {0.02181783877, -0.2391697168, 0.2700785995, -0.02515694499, -0.01431847364, -0.01510502398,
                0.07662638277, -0.0990435183},
               1e-6);
  check_values(attention->bias_v, {-0.07141400129, 0.8954349756, 0.5169143081, -0.7002367377}, 1e-6);
  attention->eval();
  MultiheadAttention copy(std::dynamic_pointer_cast<MultiheadAttentionImpl>(attention->clone()));
  copy->eval();
  CHECK(std::get<0>(copy(x, x, x)).equal(std::get<0>(attention(x, x, x))));
  CHECK(!copy->out_proj->weight.is_same(attention->out_proj->weight));

  MultiheadAttention exact = filled(MultiheadAttention(4, 2));
  for (const bool need_weights : {true, false})
    CHECK(autograd::gradcheck(
        [&](const std::vector<Tensor>& in) -> std::vector<Tensor> {
          return {std::get<0>(exact(in[0], in[1], in[1], kPadding, need_weights))};
        },
        {ramp({2, 2, 4}).requires_grad_(), ramp({3, 2, 4}, 1).requires_grad_()}));

  const auto fails = [](const auto& call, const char* message) {
    CHECK_THROWS_WITH_AS(call(), doctest::Contains(message), Error);
  };
  fails([] { MultiheadAttention(5, 2); }, "embed_dim must be divisible by num_heads");
  fails([&] { exact(ramp({2, 4}), ramp({2, 4}), ramp({2, 4})); }, "expected query (L,N,E)");
  fails([&] { exact(ramp({2, 1, 3}), ramp({2, 1, 3}), ramp({2, 1, 3})); }, "expected a query of 4 features");
  fails(
      [&] {
        exact(ramp({2, 1, 4}), ramp({2, 1, 3}), ramp({2, 1, 3}));
      },
      "expected 4 features of the keys, but got 3");
  fails([&] { exact(ramp({2, 1, 4}), ramp({3, 1, 4}), ramp({2, 1, 4})); }, "expected a value for every key");
  fails(
      [&] {
        exact(ramp({2, 1, 4}), ramp({3, 1, 4}), ramp({3, 1, 4}), kPadding);
      },
      "expected key_padding_mask of shape [1, 3], but got [2, 3]");
  fails(
      [&] {
        exact->forward(ramp({2, 1, 4}), ramp({3, 1, 4}), ramp({3, 1, 4}), {}, true, ramp({3, 2}));
      },
      "expected attn_mask of shape [2, 3] or [2, 2, 3], but got [3, 2]");
}

TEST_CASE("scaled_dot_product_attention: dropout and masks of nothing") {
  const Tensor q = ramp({2, 3, 4}), k = ramp({2, 5, 4}, 1), v = ones({2, 5, 1}, kDouble);
  manual_seed(2);
  const Tensor y = scaled_dot_product_attention(q, k, v, {}, 0.5);
  CHECK(y.ne(1).any().item<bool>());
  CHECK(scaled_dot_product_attention(q, k, v, zeros({3, 5}, kBool)).eq(0).all().item<bool>());
  const Tensor never = full({3, 5}, -std::numeric_limits<double>::infinity(), kDouble);
  const Tensor leaf = q.clone().requires_grad_();
  scaled_dot_product_attention(leaf, k, v, never).sum().backward();
  CHECK(leaf.grad().eq(0).all().item<bool>());
}

TEST_CASE("transformer layers") {
  const Tensor src = ramp({3, 2, 4}, 0.3), tgt = ramp({2, 2, 4}, 1.7);
  TransformerEncoderLayer encoder =
      filled(TransformerEncoderLayer(TransformerEncoderLayerOptions(4, 2).dim_feedforward(3).dropout(0)));
  CHECK(names_of(*encoder) == std::vector<std::string>{"self_attn.in_proj_weight", "self_attn.in_proj_bias",
                                                       "self_attn.out_proj.weight", "self_attn.out_proj.bias",
                                                       "linear1.weight", "linear1.bias", "linear2.weight",
                                                       "linear2.bias", "norm1.weight", "norm1.bias",
                                                       "norm2.weight", "norm2.bias"});
  check_values(encoder(src),
               {-0.8121316929, -0.6904132365, 0.59252563,    0.3274514878,  -0.9569501291, -0.220827619,
                0.3567685055,  0.3417379828,  -0.6716528055, -0.919656183,  0.609705168,   0.3106906193,
                -0.9508469832, -0.2693783443, 0.3839686625,  0.3462101768,  -0.7688706044, -0.8117823196,
                0.5635639458,  0.3629075148,  -0.9455289373, -0.2939874756, 0.4056504968,  0.3427770361});
  const Tensor mask = TransformerImpl::generate_square_subsequent_mask(3).to(kDouble);
  check_values(encoder(src, mask, kPadding),
               {-0.7414332712, -0.8407300139, 0.5893994343,  0.3411998996,  -0.9585540078, -0.1981060336,
                0.3476853963,  0.3368263829,  -0.5387463056, -1.088001073,  0.5150608808,  0.3262580964,
                -0.9528110571, -0.251272134,  0.3769557674,  0.3427531034,  -0.6141848472, -1.053023014,
                0.4759147339,  0.3913157921,  -0.9455289373, -0.2939874756, 0.4056504968,  0.3427770361});
  const auto with = [&](const activation_t& activation) {
    return filled(TransformerEncoderLayer(
        TransformerEncoderLayerOptions(4, 2).dim_feedforward(3).dropout(0).activation(activation)))(src);
  };
  check_values(with(kGELU)[0], {-0.8804106923, -0.5844637208, 0.4813665224, 0.388454744, -0.9700777437,
                                -0.1212497357, 0.2308116517, 0.3673896992});
  CHECK(with([](const Tensor& t) { return gelu(t); }).equal(with(kGELU)));
  CHECK_THROWS_WITH_AS(with(kTanh), doctest::Contains("kReLU, kGELU or a function"), Error);

  TransformerDecoderLayer decoder =
      filled(TransformerDecoderLayer(TransformerDecoderLayerOptions(4, 2).dim_feedforward(3).dropout(0)));
  CHECK(names_of(*decoder)[4] == "norm1.weight");
  check_values(decoder->forward(tgt, src, {}, {}, {}, kPadding),
               {-0.6876295923, -0.08752428231, 0.2722018413, -0.0224701938, -0.5837107339, 0.2513214103,
                -0.3212050592, -0.1368767125, -0.6944872882, -0.1117121093, 0.2794545653, 0.008465831523,
                -0.6507233434, 0.06453106111, 0.1274571709, -0.1342131447});
}

TEST_CASE("transformers: stacks of layers, both together, clones, errors") {
  const Tensor src = ramp({3, 2, 4}, 0.3), tgt = ramp({2, 2, 4}, 1.7);
  Transformer transformer = filled(Transformer(TransformerOptions(4, 2, 2, 1).dim_feedforward(3).dropout(0)));
  const std::vector<std::string> names = names_of(*transformer);
  CHECK(names.size() == 46);
  CHECK(names[12] == "encoder.layers.1.self_attn.in_proj_weight");
  CHECK(names[24] == "encoder.norm.weight");
  CHECK(names.back() == "decoder.norm.bias");
  const Tensor causal = TransformerImpl::generate_square_subsequent_mask(2).to(kDouble);
  const Tensor y = transformer->forward(src, tgt, {}, causal, {}, kPadding, {}, kPadding);
  check_values(y, {0.4107873609, 0.796691856, 0.3835010356, 0.2819485718, 0.4112411353, 0.8243361261,
                   0.3107276302, 0.2870442653, 0.410932004, 0.8034448804, 0.3558723931, 0.2900767528,
                   0.4111146122, 0.8179199996, 0.3296090992, 0.2851639299});
  Transformer copy(std::dynamic_pointer_cast<TransformerImpl>(transformer->clone()));
  CHECK(copy->forward(src, tgt, {}, causal, {}, kPadding, {}, kPadding).equal(y));
  {
    NoGradGuard no_grad;
    for (const Tensor& p : copy->parameters()) p.fill_(0);
  }
  CHECK(transformer->forward(src, tgt, {}, causal, {}, kPadding, {}, kPadding).equal(y));

  TransformerEncoderLayer layer =
      filled(TransformerEncoderLayer(TransformerEncoderLayerOptions(4, 2).dim_feedforward(3).dropout(0)));
  TransformerEncoder stack(layer, 2);
  CHECK(stack(src).allclose(layer(layer(src))));  // copies with its weights
  TransformerEncoder normed(
      TransformerEncoderOptions(layer, 1).norm(AnyModule(LayerNorm(LayerNormOptions({4})))));
  normed->to(kDouble);
  CHECK(normed->named_parameters().contains("norm.weight"));
  CHECK(normed(src).allclose(layer_norm(layer(src), {4})));

  Transformer custom(TransformerOptions(4, 2, 1, 1).custom_encoder(AnyModule(stack)));
  Transformer custom_copy(std::dynamic_pointer_cast<TransformerImpl>(custom->clone()));
  CHECK(custom->encoder.ptr() == stack.ptr());
  CHECK(custom_copy->encoder.ptr() != stack.ptr());

  CHECK_THROWS_WITH_AS(transformer(src, ramp({2, 1, 4})),
                       doctest::Contains("equal batch size (at dim 1), but got 2 and 1"), Error);
  CHECK_THROWS_WITH_AS(transformer(src, ramp({2, 2, 3})), doctest::Contains("same feature size as d_model"),
                       Error);
  CHECK_THROWS_WITH_AS(transformer(src[0], tgt[0]), doctest::Contains("should have 3 dimensions"), Error);
  CHECK_THROWS_WITH_AS(TransformerEncoder(layer, 0), doctest::Contains("num_layers must be greater than 0"),
                       Error);
  CHECK(TransformerImpl::generate_square_subsequent_mask(2).isinf().sum().item<int64_t>() == 1);
}

TEST_CASE("a transformer encoder learns to turn sequences around") {
  manual_seed(1);
  const Tensor x = randint(5, {6, 16}), place = eye(6).unsqueeze(1).expand({6, 16, 6});
  Linear in(11, 16), out(16, 5);
  TransformerEncoder encoder(
      TransformerEncoderOptions(TransformerEncoderLayerOptions(16, 2).dim_feedforward(32).dropout(0), 1));
  const Tensor input = cat({one_hot(x, 5).to(kFloat), place}, 2), target = x.flip({0}).reshape(-1);
  std::vector<Tensor> parameters = encoder->parameters();
  for (const Linear& layer : {in, out})
    for (const Tensor& p : layer->parameters()) parameters.push_back(p);
  optim::Adam adam(parameters, optim::AdamOptions(0.01));
  double loss = 0;
  for (int step = 0; step < 150; ++step) {
    adam.zero_grad();
    const Tensor value = nn::functional::cross_entropy(out(encoder(in(input))).reshape({-1, 5}), target);
    value.backward();
    adam.step();
    loss = value.item<double>();
  }
  CHECK(loss < 0.1);
}
