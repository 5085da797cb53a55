// Layers, functional forms and losses against PyTorch 1.13's numbers.
#include <doctest/doctest.h>

#include <cmath>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/nn.h>
#include <tengen/optim/optim.h>

#include "../temporary.h"

using namespace tengen;
using namespace tengen::nn;
namespace F = nn::functional;

namespace {

void check(const Tensor& found, const std::vector<double>& expected, double tolerance = 2e-6) {
  Tensor flat = found.detach().reshape(-1).to(kDouble);
  REQUIRE(flat.numel() == int64_t(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(flat[int64_t(i)].item<double>() - expected[i]) <= tolerance * (1 + std::abs(expected[i])));
  }
}
double total(const Tensor& t) { return t.detach().to(kDouble).sum().item<double>(); }
Tensor ramp() { return arange(120, kFloat).reshape({2, 3, 4, 5}) / 60 - 1; }

}  // namespace

TEST_CASE("Conv2d with every padding mode") {
  Tensor x = ramp();
  auto options = Conv2dOptions(3, 2, 3).stride({1, 2}).padding({1, 2});
  {
    manual_seed(5);
    Conv2d conv(Conv2dOptions(options).padding_mode(kZeros));
    check(
        conv(x)[0][1],
        {0.090286821, 0.099954449, 0.10423664, 0.14516097, 0.14150786, 0.062259316, 0.075783245, -0.068758436,
         0.14504957, 0.096069172, 0.10959312, -0.034929737, 0.25969392, 0.278624, 0.28835562, -0.048898749},
        1e-5);
    CHECK(total(conv(x)) == doctest::Approx(9.788380034267902).epsilon(1e-5));
  }
  {
    manual_seed(5);
    Conv2d conv(Conv2dOptions(options).padding_mode(kReflect));
    check(conv(x)[0][1],
          {0.086773127, 0.074658364, 0.088182308, 0.10029704, 0.074374117, 0.062259316, 0.075783245,
           0.087898076, 0.10818397, 0.096069172, 0.10959312, 0.1217079, 0.12303223, 0.11091742, 0.12444137,
           0.13655618},
          1e-5);
    CHECK(total(conv(x)) == doctest::Approx(10.964336134493351).epsilon(1e-5));
  }
  {
    manual_seed(5);
    Conv2d conv(Conv2dOptions(options).padding_mode(kReplicate));
    check(
        conv(x)[0][1],
        {0.050849341, 0.051553924, 0.065077819, 0.077897184, 0.06155473, 0.062259316, 0.075783245, 0.08860267,
         0.095364563, 0.096069172, 0.10959312, 0.12241243, 0.11969363, 0.12039821, 0.13392219, 0.14674149},
        1e-5);
    CHECK(total(conv(x)) == doctest::Approx(10.540186014026403).epsilon(1e-5));
  }
  {
    manual_seed(5);
    Conv2d conv(Conv2dOptions(options).padding_mode(kCircular));
    check(conv(x)[0][1],
          {0.13761136, 0.12086722, 0.13439114, 0.14793393, 0.079003535, 0.062259316, 0.075783245, 0.089326039,
           0.11281339, 0.096069172, 0.10959312, 0.1231359, 0.10869995, 0.091955774, 0.10547973, 0.11902249},
          1e-5);
    CHECK(total(conv(x)) == doctest::Approx(11.700433120131493).epsilon(1e-5));
  }
  manual_seed(5);
  Tensor same = Conv2d(Conv2dOptions(3, 2, {3, 4}).padding(kSame).dilation({1, 2}))(x);
  CHECK(same.sizes() == IntArrayRef({2, 2, 4, 5}));
  check(same[1][0].narrow(0, 0, 2),
        {-0.02996791, -0.060753889, -0.18666801, -0.29609063, -0.16097076, 0.057625949, -0.042402618,
         -0.25788993, -0.31153017, -0.18970221},
        1e-5);
  manual_seed(5);
  Conv1d same1d(Conv1dOptions(3, 2, 4).padding(kSame).padding_mode(kReflect));
  check(same1d(x.select(2, 0)),
        {-0.11874661, -0.11630225, -0.10839957, -0.1124754,  -0.11998233, -0.42813438, -0.42866653,
         -0.42490506, -0.43624082, -0.4343428,  0.35541281,  0.35785723,  0.36575991,  0.36168411,
         0.35417709,  -0.20244548, -0.20297766, -0.19921619, -0.21055193, -0.20865393},
        1e-5);
  CHECK(contains(error_of([&] { Conv2d(Conv2dOptions(3, 2, 3).stride(2).padding(kSame))(x); }),
                 "is not supported for strided convolutions"));
  CHECK(contains(error_of([&] { Conv2d(Conv2dOptions(3, 2, 3).groups(2)); }), "divisible by groups"));
}

TEST_CASE("ConvTranspose2d reaches the size asked for") {
  Tensor x = ramp();
  manual_seed(5);
  ConvTranspose2d conv(ConvTranspose2dOptions(3, 2, 3).stride(2).padding(1));
  CHECK(conv(x).sizes() == IntArrayRef({2, 2, 7, 9}));
  CHECK(total(conv(x)) == doctest::Approx(28.971895292401314).epsilon(1e-5));
  std::vector<int64_t> size{8, 10}, wrong{9, 10};
  Tensor y = conv(x, IntArrayRef(size));
  CHECK(y.sizes() == IntArrayRef({2, 2, 8, 10}));
  CHECK(total(y) == doctest::Approx(36.9296142347157).epsilon(1e-5));
  check(y[0][0][7],
        {0.11270176, 0.3108055, 0.1131805, 0.30789396, 0.11365926, 0.30498242, 0.11413802, 0.30207092,
         0.11461679, 0.26835224},
        1e-5);
  CHECK(contains(error_of([&] { conv(x, IntArrayRef(wrong)); }), "can be 7 to 8"));
}

TEST_CASE("batch norm keeps running statistics") {
  Tensor x = ramp();
  manual_seed(5);
  BatchNorm2d norm(BatchNorm2dOptions(3).momentum(0.3));
  init::uniform_(norm->weight);
  norm(x);
  Tensor y = norm(x * 2 + 1);
  check(norm->running_mean, {0.023250006, 0.29325002, 0.56325001});
  check(norm->running_var, {0.86489528, 0.86489528, 0.86489528});
  CHECK(norm->num_batches_tracked.item<int64_t>() == 2);
  check(y[0][0][0], {-1.0735095, -1.046332, -1.0191544, -0.99197704, -0.96479958}, 1e-5);
  norm->eval();
  check(norm(x)[0].select(1, 0).select(1, 0), {-0.91349745, -0.13016731, -0.87485993}, 1e-5);

  BatchNorm1d average(BatchNorm1dOptions(4).momentum(std::nullopt).affine(false));
  average(x[0][0].t());
  average(x[1][1].t() + 3);
  check(average->running_mean, {1.2, 1.2833333, 1.3666667, 1.45});
  check(average->running_var, {0.00069444388, 0.00069444563, 0.00069444388, 0.00069444388});
  CHECK(contains(error_of([&] { norm(ones({2, 3})); }), "BatchNorm2d"));
  norm->train();
  CHECK(contains(error_of([&] { norm(ones({1, 3, 1, 1})); }), "more than 1 value per channel"));
}

TEST_CASE("layer and group norm") {
  check(GroupNorm(3, 3)(ramp())[0][1][0], {-1.6466175, -1.4732895, -1.2999614, -1.1266333, -0.9533053}, 1e-5);
  check(LayerNorm(LayerNormOptions({4, 5}).eps(0.1))(ramp())[1][2][3],
        {0.27735007, 0.32777733, 0.37820491, 0.42863217, 0.4790594}, 1e-5);
}

TEST_CASE("dropout draws PyTorch's masks") {
  manual_seed(9);
  Dropout dropout(0.4);
  check(dropout(ones({8})), {1.6666666, 0, 1.6666666, 1.6666666, 1.6666666, 0, 1.6666666, 1.6666666});
  Dropout2d channels(0.5);
  check(channels(ones({2, 3, 1, 2})), {2, 2, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2});
  dropout->eval();
  Tensor x = rand({5});
  CHECK(dropout(x).equal(x));
  Tensor in_place = ones({4});
  Tensor same = F::dropout(in_place, F::DropoutFuncOptions().p(1).inplace(true));
  CHECK(same.is_same(in_place));
  CHECK(in_place.equal(zeros({4})));
  CHECK(contains(error_of([] { Dropout(1.5); }), "between 0 and 1"));
}

TEST_CASE("Embedding with padding and a largest norm") {
  manual_seed(2);
  Embedding embedding(EmbeddingOptions(4, 2).padding_idx(-1).max_norm(1.0));
  Tensor y = embedding(tensor({{0, 3}, {2, 0}}));
  check(y, {0.39229682, -0.22356401, 0, 0, 0.85511804, -0.51843309, 0.39229682, -0.22356401});
  y.sum().backward();
  check(embedding->weight.grad(), {2, 2, 0, 0, 1, 1, 0, 0});
  check(embedding->weight, {0.39229682, -0.22356401, -0.31950027, -1.2050371, 0.85511804, -0.51843309, 0, 0});
  Embedding given = Embedding::from_pretrained(arange(6, kFloat).reshape({3, 2}));
  CHECK(!given->weight.requires_grad());
  check(given(tensor({2})), {4, 5});
}

TEST_CASE("Bilinear, Identity, Flatten, Unflatten, PixelShuffle") {
  Tensor x = ramp();
  manual_seed(5);
  Bilinear bilinear(2, 3, 2);
  check(bilinear(x[0][0].narrow(1, 0, 2), x[0][1].narrow(1, 0, 3)),
        {0.066634238, 0.32081884, -0.066924691, 0.30242026, -0.18633166, 0.28600091, -0.2915864, 0.27156061},
        1e-5);
  CHECK(Identity()(x).is_same(x));
  CHECK(Flatten()(x).sizes() == IntArrayRef({2, 60}));
  CHECK(Flatten(FlattenOptions().start_dim(2))(x).sizes() == IntArrayRef({2, 3, 20}));
  CHECK(Unflatten(UnflattenOptions(2, {2, 2}))(x).sizes() == IntArrayRef({2, 3, 2, 2, 5}));
  Tensor image = arange(8, kFloat).reshape({1, 4, 1, 2}), shuffled = PixelShuffle(2)(image);
  check(shuffled, {0, 2, 1, 3, 4, 6, 5, 7});
  CHECK(PixelUnshuffle(2)(shuffled).equal(image));
}

TEST_CASE("interpolate and Upsample") {
  Tensor x = ramp().narrow(0, 0, 1).narrow(1, 0, 1);
  Tensor small = x.narrow(2, 0, 2).narrow(3, 0, 2);
  using Factors = std::vector<double>;
  using Sizes = std::vector<int64_t>;
  check(F::interpolate(
            small,
            F::InterpolateFuncOptions().scale_factor(Factors{1.5, 1.5}).mode(kBilinear).align_corners(false)),
        {-1, -0.99166667, -0.98333335, -0.95833337, -0.94999999, -0.9416666, -0.91666663, -0.9083333,
         -0.89999992});
  check(F::interpolate(small,
                       F::InterpolateFuncOptions().size(Sizes{3, 3}).mode(kBilinear).align_corners(true)),
        {-1, -0.99166667, -0.98333335, -0.95833337, -0.94999999, -0.94166666, -0.91666669, -0.9083333,
         -0.89999998});
  check(Upsample(UpsampleOptions().scale_factor(Factors{2, 1.5}).mode(kNearest))(small),
        {-1, -1, -0.98333335, -1, -1, -0.98333335, -0.91666669, -0.91666669, -0.89999998, -0.91666669,
         -0.91666669, -0.89999998});
  check(F::interpolate(x.narrow(2, 0, 3).narrow(3, 0, 3), F::InterpolateFuncOptions()
                                                              .scale_factor(Factors{1.5, 1.5})
                                                              .mode(kBilinear)
                                                              .recompute_scale_factor(true)),
        {-1, -0.98958337, -0.97708333, -0.96666664, -0.94791669, -0.9375, -0.92500001, -0.91458333,
         -0.88541669, -0.875, -0.86250001, -0.85208333, -0.83333331, -0.82291669, -0.8104167, -0.80000001});
  check(F::interpolate(x, F::InterpolateFuncOptions().size(Sizes{2, 3}).mode(kArea)),
        {-0.95000005, -0.92500001, -0.89999998, -0.78333336, -0.75833338, -0.73333335});
  CHECK(contains(error_of([&] { F::interpolate(x); }), "exactly one of size and scale_factor"));
  CHECK(contains(error_of([&] { F::interpolate(x, F::InterpolateFuncOptions().size(Sizes{2})); }),
                 "1 values for 2"));
  CHECK(contains(error_of([&] {
                   F::interpolate(x, F::InterpolateFuncOptions().size(Sizes{2, 2}).mode(kTrilinear));
                 }),
                 "kTrilinear is not available for input of 4"));
}

TEST_CASE("pooling layers") {
  Tensor x = ramp();
  check(MaxPool2d(MaxPool2dOptions(3).stride(2).padding(1))(x)[0][0],
        {-0.89999998, -0.86666667, -0.85000002, -0.73333335, -0.69999999, -0.68333334});
  check(AvgPool2d(AvgPool2dOptions(2).padding(1).count_include_pad(false))(x)[0][0],
        {-1, -0.97500002, -0.94166666, -0.875, -0.84999996, -0.81666666, -0.75, -0.72500002, -0.69166666});
  check(AdaptiveAvgPool2d(AdaptiveAvgPool2dOptions({2, std::nullopt}))(x)[0][0],
        {-0.95833337, -0.94166666, -0.92499995, -0.9083333, -0.89166665, -0.79166663, -0.77499998,
         -0.75833333, -0.74166667, -0.72500002});
  check(MaxPool1d(2)(x[0])[0][0], {-0.98333335, -0.94999999});
  check(AvgPool2d(AvgPool2dOptions(2).divisor_override(3))(x)[0][0],
        {-1.2666668, -1.2222222, -1.0444444, -1});
  auto [values, indices] = MaxPool2d(2)->forward_with_indices(x);
  CHECK(indices[0][0][0][0].item<int64_t>() == 6);
  CHECK(AdaptiveAvgPool1d(1)(x[0]).sizes() == IntArrayRef({3, 4, 1}));
}

TEST_CASE("paddings as modules and functions") {
  Tensor x = ramp().narrow(0, 0, 1).narrow(1, 0, 1).narrow(2, 0, 2).narrow(3, 0, 3);
  check(F::pad(x, F::PadFuncOptions({1, 2, 1, 0}).mode(kCircular)),
        {-0.88333333, -0.91666669, -0.89999998, -0.88333333, -0.91666669, -0.89999998, -0.96666664, -1,
         -0.98333335, -0.96666664, -1, -0.98333335, -0.88333333, -0.91666669, -0.89999998, -0.88333333,
         -0.91666669, -0.89999998});
  CHECK(ZeroPad2d(ZeroPad2dOptions({1, 2, 3, 4}))(x).sizes() == IntArrayRef({1, 1, 9, 6}));
  CHECK(ReflectionPad2d(1)(x)[0][0][0][0].item<float>() == x[0][0][1][1].item<float>());
  CHECK(ReplicationPad2d(1)(x)[0][0][0][0].item<float>() == x[0][0][0][0].item<float>());
  CHECK(ConstantPad2d(ConstantPad2dOptions(1, 3.5))(x)[0][0][0][0].item<float>() == 3.5f);
  CHECK(contains(error_of([&] {
                   F::pad(x, F::PadFuncOptions({4, 0}).mode(kCircular));
                 }),
                 "wraps around more than once"));
}

TEST_CASE("activations") {
  Tensor v = tensor({-3.0, -0.6, -0.2, 0.0, 0.3, 1.5, 7.0});
  check(ReLU6()(v), {0, 0, 0, 0, 0.30000001, 1.5, 6});
  check(ELU(ELUOptions().alpha(0.7))(v), {-0.66514903, -0.31583187, -0.12688845, 0, 0.30000001, 1.5, 7});
  check(SELU()(v), {-1.6705687, -0.79323399, -0.31868932, 0, 0.31521031, 1.5760515, 7.354907});
  check(CELU(CELUOptions().alpha(0.5))(v), {-0.49876061, -0.3494029, -0.16483998, 0, 0.30000001, 1.5, 7});
  check(LeakyReLU(LeakyReLUOptions().negative_slope(0.1))(v),
        {-0.30000001, -0.060000002, -0.020000001, 0, 0.30000001, 1.5, 7});
  check(GELU()(v), {-0.0040498674, -0.16455182, -0.084148049, 0, 0.18537343, 1.3997891, 7});
  check(GELU(GELUOptions().approximate("tanh"))(v),
        {-0.0036374331, -0.16458479, -0.084148571, 0, 0.18537094, 1.3995715, 7});
  check(SiLU()(v), {-0.14227761, -0.21260622, -0.090033203, 0, 0.17233276, 1.2263616, 6.9936228});
  check(Mish()(v), {-0.14564747, -0.24693604, -0.10714479, 0, 0.20800139, 1.4033782, 6.9999886});
  check(Softplus(SoftplusOptions().beta(2).threshold(3))(v),
        {0.0012378426, 0.13164122, 0.25650764, 0.34657359, 0.51874399, 1.5242937, 7});
  check(Hardtanh(HardtanhOptions().min_val(-0.5).max_val(2))(v), {-0.5, -0.5, -0.2, 0, 0.30000001, 1.5, 2});
  check(LogSigmoid()(v),
        {-3.0485873, -1.037488, -0.79813886, -0.69314718, -0.5543552, -0.20141329, -0.00091146649});
  check(Hardshrink(0.4)(v), {-3, -0.60000002, 0, 0, 0, 1.5, 7});
  check(Softshrink(0.4)(v), {-2.5999999, -0.20000002, 0, 0, 0, 1.1, 6.5999999});
  check(Tanhshrink()(v), {-2.0049453, -0.062950432, -0.0026246756, 0, 0.008687377, 0.59485173, 6.0000019});
  check(Softsign()(v), {-0.75, -0.375, -0.16666666, 0, 0.23076925, 0.60000002, 0.875});
  check(Threshold(0.1, -9.0)(v), {-9, -9, -9, -9, 0.30000001, 1.5, 7});
  check(PReLU(PReLUOptions().init(0.3))(v), {-0.90000004, -0.18000001, -0.060000002, 0, 0.30000001, 1.5, 7});
  check(Softmin(0)(v),
        {0.80041456, 0.072611958, 0.048673265, 0.039850295, 0.029521825, 0.0088918023, 3.6338766e-05});
  check(LogSoftmax(0)(v),
        {-10.007494, -7.6074939, -7.2074938, -7.007494, -6.7074938, -5.507494, -0.0074938377});
  check(Sigmoid()(v), {0.047425874, 0.35434371, 0.45016602, 0.5, 0.57444251, 0.81757444, 0.999089});
  check(Tanh()(v), {-0.99505478, -0.53704959, -0.19737533, 0, 0.29131263, 0.90514827, 0.99999833});
  check(F::glu(v.narrow(0, 0, 6), 0), {-1.5, -0.34466553, -0.1635149});
  Tensor in_place = v.clone();
  CHECK(ReLU(true)(in_place).is_same(in_place));
  CHECK(in_place.equal(v.relu()));
  Tensor channels = PReLU(PReLUOptions().num_parameters(2).init(0.5))(full({1, 2, 2}, -2.0));
  CHECK(channels.equal(full({1, 2, 2}, -1.0)));
  CHECK(contains(error_of([&] {
                   PReLU(PReLUOptions().num_parameters(3))(ones({1, 2}));
                 }),
                 "number of channels, 2"));
  CHECK(Softmax2d()(ones({1, 4, 2, 2})).equal(full({1, 4, 2, 2}, 0.25)));
}

TEST_CASE("losses as modules") {
  Tensor a = tensor({{0.2, -1.0, 0.7}, {1.5, 0.1, -0.4}}), t = tensor({{0.0, -0.5, 1.0}, {-1.0, 0.3, 0.2}});
  Tensor k = tensor({2, 0}), q = t.softmax(1), w = tensor({0.5, 2.0, 1.0});
  CHECK(MSELoss()(a, t).item<double>() == doctest::Approx(1.1716667).epsilon(1e-6));
  CHECK(MSELoss(kSum)(a, t).item<double>() == doctest::Approx(7.0300002).epsilon(1e-6));
  CHECK(L1Loss()(a, t).item<double>() == doctest::Approx(0.7166667).epsilon(1e-6));
  CHECK(SmoothL1Loss(SmoothL1LossOptions().beta(0.5))(a, t).item<double>() ==
        doctest::Approx(0.50333333).epsilon(1e-6));
  CHECK(HuberLoss(HuberLossOptions().delta(0.5))(a, t).item<double>() ==
        doctest::Approx(0.25166667).epsilon(1e-6));
  CHECK(BCELoss(BCELossOptions().weight(w))(a.sigmoid(), q).item<double>() ==
        doctest::Approx(0.7965309).epsilon(1e-6));
  CHECK(BCEWithLogitsLoss(BCEWithLogitsLossOptions().pos_weight(w))(a, q).item<double>() ==
        doctest::Approx(0.85972697).epsilon(1e-6));
  CHECK(CrossEntropyLoss(CrossEntropyLossOptions().weight(w).label_smoothing(0.1))(a, k).item<double>() ==
        doctest::Approx(0.70594639).epsilon(1e-6));
  CHECK(CrossEntropyLoss()(a, q).item<double>() == doctest::Approx(1.3510419).epsilon(1e-6));
  CHECK(CrossEntropyLoss(CrossEntropyLossOptions().ignore_index(0).reduction(kSum))(a, k).item<double>() ==
        doctest::Approx(0.5817765).epsilon(1e-6));
  CHECK(NLLLoss(NLLLossOptions().weight(w))(a.log_softmax(1), k).item<double>() ==
        doctest::Approx(0.49909422).epsilon(1e-6));
  CHECK(KLDivLoss(kBatchMean)(a.log_softmax(1), q).item<double>() ==
        doctest::Approx(0.40686768).epsilon(1e-6));
  CHECK(KLDivLoss(KLDivLossOptions(kSum).log_target(true))(a.log_softmax(1), q.log()).item<double>() ==
        doctest::Approx(0.81373549).epsilon(1e-6));
  CHECK(CosineEmbeddingLoss(CosineEmbeddingLossOptions().margin(0.1))(a, t, tensor({1.0, -1.0}))
            .item<double>() == doctest::Approx(0.066139042).epsilon(1e-6));
  CHECK(
      TripletMarginLoss(TripletMarginLossOptions().margin(0.5).swap(true))(a, t, a.flip(0)).item<double>() ==
      doctest::Approx(0.62014127).epsilon(1e-6));
  CHECK(MSELoss(kNone)(a, t).sizes() == IntArrayRef({2, 3}));
  CHECK(contains(error_of([&] { return MSELoss(kBatchMean)(a, t); }), "kBatchMean"));
  CHECK(BCEWithLogitsLoss(BCEWithLogitsLossOptions().pos_weight(w))->state_dict().keys() ==
        std::vector<std::string>{"pos_weight"});
  check(CosineSimilarity()(a, t), {0.86772186, -0.93731326});
  check(PairwiseDistance(PairwiseDistanceOptions().p(3))(a, t), {0.5428825, 2.5118909});
  check(F::normalize(a), {0.16169041, -0.80845207, 0.56591648, 0.9642365, 0.064282432, -0.25712973});
}

TEST_CASE("a small network learns in step with PyTorch") {
  manual_seed(42);
  Linear first(3, 8), second(8, 1);  // C++ does not fix the order of a call's arguments
  Sequential net(first, Tanh(), BatchNorm1d(8), second);
  Tensor x = rand({16, 3}), y = (x.sum(1, /*keepdim=*/true) - 1.5).square();
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.1).momentum(0.9));
  optim::CosineAnnealingLR schedule(optimizer, 20);
  std::vector<double> losses, norms;
  for (int i = 0; i < 20; ++i) {
    optimizer.zero_grad();
    Tensor loss = F::mse_loss(net(x), y);
    loss.backward();
    losses.push_back(loss.item<double>());
    norms.push_back(utils::clip_grad_norm_(net->parameters(), 0.5));
    optimizer.step();
    schedule.step();
  }
  const double expected[3][3] = {
      {0, 0.96712708, 3.1301475}, {1, 0.81977808, 2.7686288}, {19, 0.12970398, 0.18725035}};
  for (const auto& [i, loss, norm] : expected) {
    CHECK(losses[size_t(i)] == doctest::Approx(loss).epsilon(1e-4));
    CHECK(norms[size_t(i)] == doctest::Approx(norm).epsilon(1e-3));
  }
}

TEST_CASE("gradient clipping and parameters as a vector") {
  Tensor a = zeros({2}).requires_grad_(), b = zeros({2, 2}).requires_grad_(),
         none = zeros({1}).requires_grad_();
  auto give_gradients = [&] {
    a.mutable_grad() = tensor({3.0, -4.0});
    b.mutable_grad() = full({2, 2}, 6.0);
  };
  give_gradients();
  CHECK(utils::clip_grad_norm_({a, b, none}, 100) == doctest::Approx(13));
  CHECK(a.grad().equal(tensor({3.0, -4.0})));
  CHECK(utils::clip_grad_norm_({a, b, none}, 6.5) == doctest::Approx(13));
  check(a.grad(), {1.5, -2}, 1e-6);
  give_gradients();
  CHECK(utils::clip_grad_norm_({a, b}, 3, HUGE_VAL) == doctest::Approx(6));
  check(b.grad(), {3, 3, 3, 3}, 1e-6);
  utils::clip_grad_value_({a, b}, 1);
  check(a.grad(), {1, -1});
  a.mutable_grad() = tensor({std::nan(""), 0.0});
  CHECK(contains(error_of([&] { utils::clip_grad_norm_(a, 1, 2, /*error_if_nonfinite=*/true); }),
                 "not finite"));

  Tensor vector = utils::parameters_to_vector({a, b});
  CHECK(vector.numel() == 6);
  utils::vector_to_parameters(arange(6, kFloat), {a, b});
  CHECK(b.detach().equal(arange(2, 6, kFloat).reshape({2, 2})));
  CHECK(b.requires_grad());
  CHECK(contains(error_of([&] { utils::vector_to_parameters(zeros({5}), {a, b}); }), "6 elements"));
}
