// Layers that are rarer, against PyTorch 2's numbers. Inputs are ramps: see reference.h.
#include <sstream>

#include <tengen/nn/nn.h>

#include "../temporary.h"
#include "reference.h"

using namespace tengen;
using namespace tengen::nn;
namespace F = nn::functional;

namespace {

Tensor doubles(const std::vector<double>& values) { return tensor(values, kDouble); }

template <class Holder>
std::string printed(const Holder& module) {
  return (std::ostringstream() << module).str();
}

}  // namespace

TEST_CASE("losses by margins, labels and counts") {
  const Tensor a = ramp({2, 3}), b = ramp({2, 3}, 1), c = ramp({2, 3}, 2);
  const Tensor sign = doubles({1, -1, 1, -1, -1, 1}).reshape({2, 3}), weight = doubles({0.5, 2, 1.5});
  const Tensor classes = tensor({2, 0}), labels = tensor({{2, 0, -1}, {1, -1, 0}});
  const Tensor counts = doubles({0, 1, 2, 3, 5, 1}).reshape({2, 3});

  check_values(HingeEmbeddingLoss(HingeEmbeddingLossOptions().margin(0.7).reduction(kNone))(a, sign),
               {0, 0.377891156381, 0.492724864994, 0.268395316676, 0.532505924922, -0.175391613845});
  check_values(MarginRankingLoss(MarginRankingLossOptions().margin(0.1).reduction(kNone))(a, b, sign),
               {0.520735492404, 0, 0, 0.510814352108, 0.573423020549, 0});
  MultiMarginLoss margin(MultiMarginLossOptions().margin(0.6).weight(weight).reduction(kNone));
  check_values(margin(a, classes), {0.268329556815, 0.055981565292});
  check_values(margin(a[0], classes[0]), {0.268329556815});
  check_values(MultiMarginLoss(MultiMarginLossOptions().p(2))(a, classes), {0.273531825655});
  check_values(MultiLabelMarginLoss(kNone)(a, labels), {0.717164274081, 0.640408306441});
  check_values(MultiLabelSoftMarginLoss(MultiLabelSoftMarginLossOptions().weight(weight).reduction(kNone))(
                   a, (sign + 1) / 2),
               {0.932016252093, 1.067949000436});
  check_values(SoftMarginLoss(kSum)(a, sign), {4.534228811338});
  check_values(PoissonNLLLoss(PoissonNLLLossOptions().full(true).reduction(kNone))(a, counts),
               {1, 1.057926132165, 1.30312688129, 2.008993808916, 5.115714961104, 1.014519955984});
  check_values(PoissonNLLLoss(PoissonNLLLossOptions().log_input(false))(a.abs(), counts), {2.888884023245});
  const auto city_blocks = [](const Tensor& x, const Tensor& y) { return (x - y).abs().sum(1); };
  const auto far = TripletMarginWithDistanceLossOptions().distance_function(city_blocks);
  check_values(
      TripletMarginWithDistanceLoss(
          TripletMarginWithDistanceLossOptions(far).margin(0.5).swap(true).reduction(kNone))(a, b, c),
      {0.467894501323, 0.939533675902});
  check_values(TripletMarginWithDistanceLoss()(a, b, c), {0.65896236391});
  check_values(F::pdist(ramp({3, 2})), {0.504744620077, 0.524939015851, 0.688636022502});

  CHECK(margin->state_dict().keys() == std::vector<std::string>{"weight"});
  const auto copy = std::dynamic_pointer_cast<MultiMarginLossImpl>(margin->clone());
  CHECK(copy->forward(a, classes).equal(margin(a, classes)));
  CHECK(!copy->weight.is_alias_of(weight));
  CHECK(printed(HingeEmbeddingLoss()) == "torch::nn::HingeEmbeddingLoss(margin=1)");
  CHECK(printed(TripletMarginWithDistanceLoss()) ==
        "torch::nn::TripletMarginWithDistanceLoss(margin=1, swap=false)");
  CHECK(contains(error_of([] { MultiMarginLoss(MultiMarginLossOptions().p(3)); }), "only p == 1 and p == 2"));
  CHECK(contains(error_of([&] { MultiLabelMarginLoss()(a, labels + 2); }), "target out of range"));
  CHECK(contains(error_of([&] { F::margin_ranking_loss(a, b[0], sign); }), "should have same dimension"));
}

TEST_CASE("CTCLoss and its gradient through log_softmax") {
  const Tensor x = (ramp({5, 2, 4}) * 3).requires_grad_(), lp = x.log_softmax(2);
  const Tensor targets = tensor({{1, 2, 2}, {3, 0, 0}}), inputs = tensor({5, 4}), lengths = tensor({3, 1});
  check_values(CTCLoss(CTCLossOptions().reduction(kNone))(lp, targets, inputs, lengths),
               {6.819566267749, 3.347381824126});
  check_values(CTCLoss(CTCLossOptions().reduction(kSum))(lp, targets, inputs, lengths), {10.166948091875});
  const Tensor mean = CTCLoss()(lp, targets, inputs, lengths);
  check_values(mean, {2.810285290021});
  mean.backward();
  check_values(x.grad()[1], {-0.000385304815, -0.009061133603, -0.076930399499, 0.086376837917,
                             -0.151716738596, 0.133121177696, 0.047602895371, -0.02900733447});
  check_values(
      CTCLoss(CTCLossOptions().blank(3).reduction(kNone))(lp, tensor({1, 2, 0}), inputs, tensor({2, 1})),
      {3.049135808668, 2.71173812537});
  check_values(CTCLoss(CTCLossOptions().zero_infinity(true).reduction(kNone))(lp, ones({2, 3}, kLong), inputs,
                                                                              tensor({3, 3})),
               {10.719332163349, 0});
  CHECK(F::ctc_loss(lp, ones({2, 3}, kLong), inputs, tensor({3, 3})).item<double>() == HUGE_VAL);
  check_values(F::ctc_loss(lp.select(1, 0), targets[0], inputs[0], lengths[0]), {2.273188755916});
  CHECK(printed(CTCLoss()) == "torch::nn::CTCLoss()");
}

TEST_CASE("instance norm and its running statistics") {
  const Tensor x = ramp({2, 3, 2, 2});
  InstanceNorm2d norm(InstanceNorm2dOptions(3).affine(true).track_running_stats(true).momentum(0.3));
  norm->to(kDouble);
  {
    NoGradGuard no_grad;
    norm->weight.copy_(ramp({3}, 1));
    norm->bias.copy_(ramp({3}, 2));
  }
  check_values(norm(x)[1], {1.01150200971, 0.669816451271, 0.23237165325, -0.09509526058, -0.380463996566,
                            -0.09658324132, 0.415885876109, 0.915921122245, 0.217580085344, 0.126828099224,
                            -0.213116906011, -0.642373482611});
  check_values(norm->running_mean, {0.045382484345, -0.051823978023, 0.052276935405});
  check_values(norm->running_var, {0.728958384178, 0.733456707374, 0.733795458553});
  norm->eval();
  check_values(norm(x)[0][1], {0.340665192843, 0.14214985682, -0.008607830587, -0.040704173337});
  CHECK(norm->state_dict().keys() ==
        std::vector<std::string>{"weight", "bias", "running_mean", "running_var", "num_batches_tracked"});
  CHECK(printed(norm) ==
        "torch::nn::InstanceNorm2d(3, eps=1e-05, momentum=0.3, affine=true, track_running_stats=true)");

  check_values(
      InstanceNorm1d(3)(ramp({3, 4})),
      {-1.639753387491, 0.055249176234, 0.953065549094, 0.631438662164, 1.539873874751, 0.223892438033,
       -0.775497946836, -0.988268365948, -1.43198071888, -0.387999597026, 0.64324292937, 1.176737386535});
  check_values(InstanceNorm3d(2)(ramp({1, 2, 1, 2, 2})),
               {-1.639753387491, 0.055249176234, 0.953065549094, 0.631438662164, 1.539873874751,
                0.223892438033, -0.775497946836, -0.988268365948});
  CHECK(contains(error_of([] { InstanceNorm2d(3)(ones({2, 3})); }), "InstanceNorm2d: expected"));
  BatchNorm3d batch(2);
  CHECK(batch(ramp({2, 2, 1, 2, 2}).to(kFloat))
            .allclose(BatchNorm2d(2)(ramp({2, 2, 2, 2}).to(kFloat)).unsqueeze(2)));
}

TEST_CASE("normalization by neighbouring channels") {
  check_values(LocalResponseNorm(LocalResponseNormOptions(3).alpha(0.5).beta(0.6).k(1.5))(ramp({1, 4, 2})),
               {0, 0.247789523687, 0.379510679121, 0.331363764318, 0.127448593866, -0.133478217455,
                -0.336809910016, -0.378326246674});
  check_values(LocalResponseNorm(2)(ramp({1, 3, 1, 2}) * 10),
               {0, 3.21983575047, 4.922767559739, 4.311358486892, 1.673241660214, -1.752489948603});
  const Tensor x = ramp({1, 4, 1, 2}) * 3;
  CrossMapLRN2d symmetric(CrossMapLRN2dOptions(3).alpha(0.5).beta(0.6).k(2));
  check_values(symmetric(x),
               {0, 0.566524386406, 0.872813522816, 0.750603437424, 0.277435094118, -0.281092911959,
                -0.787633955479, -0.837682783604},
               1e-6);
  check_values(CrossMapLRN2d(CrossMapLRN2dOptions(4).alpha(0.5))(x),
               {0, 0.781888246536, 1.210866332054, 1.027632951736, 0.367362469435, -0.364348590374,
                -1.109083414078, -1.131216287613},
               1e-6);
  CHECK(symmetric(x[0]).equal(symmetric(x)[0]));
  CHECK(printed(symmetric) == "torch::nn::CrossMapLRN2d(3, alpha=0.5, beta=0.6, k=2)");
  CHECK(printed(LocalResponseNorm(2)) == "torch::nn::LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1)");
  CHECK(contains(error_of([&] { LocalResponseNorm(2)(x[0][0]); }), "Expected 3D or higher"));
}

TEST_CASE("Unfold and Fold") {
  Unfold unfold(UnfoldOptions({2, 2}).padding({1, 0}).stride(2));
  check_values(
      unfold(ramp({1, 2, 3, 3})),
      {0, 0.431604683324, 0, 0.167494075078, 0, -0.435787886207, 0.322108843619, -0.491226306312, 0,
       0.427299454044, 0, 0.159549181175, 0.008406950242, -0.439847879986, 0.328493299359, -0.489588864576});
  Fold fold(FoldOptions({3, 4}, 2));
  check_values(fold(ramp({1, 4, 6})), {0, -0.113679042588, 0.001498558682, -0.315633318936, 0.858904137369,
                                       0.352261730105, 0.304647001987, 0.989387794786, -0.439847879986,
                                       -0.066715449004, -0.157509377746, -0.191035708592});
  CHECK(printed(fold) ==
        "torch::nn::Fold(output_size=[3, 4], kernel_size=[2, 2], dilation=[1, 1], padding=[0, 0], stride=[1, "
        "1])");
  CHECK(printed(unfold) ==
        "torch::nn::Unfold(kernel_size=[2, 2], dilation=[1, 1], padding=[1, 0], stride=[2, 2])");
  CHECK(contains(error_of([&] { fold(ramp({1, 4, 5})); }), "number of sliding blocks 2 * 3 = 6, but got 5"));
  CHECK(contains(error_of([&] { unfold(ramp({2, 2})); }), "Input Error"));
}

TEST_CASE("EmbeddingBag sums, averages and compares") {
  const Tensor weight = ramp({5, 2}, 1), numbers = tensor({1, 2, 4, 4, 0, 3, 1}),
               offsets = tensor({0, 2, 2, 6});
  struct Case {
    EnumType mode;
    std::vector<double> output, gradient;
  };
  for (const Case& expected :
       {Case{kSum,
             {0.031802644804, -0.467974727616, 0, 0, -0.020991835456, 0.308894072811, 0.337731590276,
              0.020790331217},
             {0.167494075078, -0.175391613845, -0.435787886207, -0.169117462693, 0, 0.322108843619,
              0.167494075078, -0.175391613845, 0, 0}},
        Case{kMean,
             {0.015901322402, -0.233987363808, 0, 0, -0.010495917728, 0.154447036406, 0.337731590276,
              0.020790331217},
             {0.083747037539, -0.087695806922, -0.435787886207, -0.330171884503, 0, 0.161054421809,
              0.083747037539, -0.087695806922, 0, 0}},
        Case{kMax,
             {0.337731590276, 0.020790331217, 0, 0, 0.420735492404, 0.495832405226, 0.337731590276,
              0.020790331217},
             {0.167494075078, -0.175391613845, -0.435787886207, -0.169117462693, 0, 0, 0, 0, 0, 0}}}) {
    EmbeddingBag bag(EmbeddingBagOptions(5, 2).mode(expected.mode).padding_idx(4)._weight(weight.clone()));
    const Tensor out = bag(numbers, offsets);
    check_values(out, expected.output);
    (out * ramp({4, 2})).sum().backward();
    check_values(bag->weight.grad(), expected.gradient);
  }
  EmbeddingBag sum = EmbeddingBag::from_pretrained(weight, EmbeddingBagFromPretrainedOptions().mode(kSum));
  const Tensor two = numbers.narrow(0, 0, 6).reshape({2, 3});
  check_values(sum(two, Tensor(), ramp({2, 3})),
               {-0.021790330717, 0.052080086641, 0.215177326836, 0.299362620086});
  CHECK(!sum->weight.requires_grad());
  check_values(
      F::embedding_bag(numbers, weight,
                       F::EmbeddingBagFuncOptions().offsets(tensor({0, 3, 7})).include_last_offset(true)),
      {0.062524442187, -0.014252139101, 0.118127609144, 0.188725678586});
  EmbeddingBag frequent(EmbeddingBagOptions(5, 2).scale_grad_by_freq(true)._weight(weight.clone()));
  frequent(numbers, offsets).sum().backward();
  check_values(frequent->weight.grad(), {0.25, 0.25, 0.75, 0.75, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25});

  manual_seed(3);
  EmbeddingBag drawn(EmbeddingBagOptions(3, 2).padding_idx(1));
  check_values(drawn->weight, {0.803276062012, 0.174833387136, 0, 0, 0.046182449907, -1.368259191513}, 1e-6);
  CHECK(AnyModule(drawn).forward(tensor({{0, 1}})).allclose(drawn->weight.narrow(0, 0, 1)));
  CHECK(printed(sum) == "torch::nn::EmbeddingBag(num_embeddings=5, embedding_dim=2, mode=kSum)");
  CHECK(contains(error_of([&] { sum(two, offsets); }), "offsets has to be null"));
  CHECK(contains(error_of([&] { frequent(two, Tensor(), ramp({2, 3})); }), "only supported for mode kSum"));
}

TEST_CASE("AdaptiveLogSoftmaxWithLoss starts and computes as PyTorch's") {
  manual_seed(4);
  AdaptiveLogSoftmaxWithLoss model(
      AdaptiveLogSoftmaxWithLossOptions(6, 9, {3, 5}).div_value(2).head_bias(true));
  const Tensor x = ramp({4, 6}).to(kFloat) * 4, target = tensor({0, 4, 8, 3});
  const ASMoutput out = model->forward(x, target);
  check_values(out.output, {-3.192399501801, -0.823171377182, -4.076739311218, -3.915655851364}, 1e-5);
  CHECK(out.loss == doctest::Approx(3.001991510391).epsilon(1e-5));
  check_values(model->log_prob(x)[0],
               {-3.192399501801, -0.872501254082, -1.836952924728, -3.8712682724, -3.425742387772,
                -2.750620126724, -2.655891895294, -2.193578720093, -2.49227809906},
               1e-5);
  CHECK(model->predict(x).equal(tensor({1, 4, 0, 1})));
  CHECK(model->forward(x[1], target[1]).output.allclose(out.output[1]));
  out.output.sum().backward();
  CHECK(model->head->weight.grad().abs().sum().item<double>() > 0);
  CHECK(model->state_dict().keys() == std::vector<std::string>{"head.weight", "head.bias", "tail.0.0.weight",
                                                               "tail.0.1.weight", "tail.1.0.weight",
                                                               "tail.1.1.weight"});
  const auto copy = std::dynamic_pointer_cast<AdaptiveLogSoftmaxWithLossImpl>(model->clone());
  CHECK(copy->log_prob(x).equal(model->log_prob(x)));
  CHECK(contains(error_of([&] { model->forward(x, target + 1); }), "Target values should be in [0, 8]"));
  CHECK(contains(error_of([] {
                   AdaptiveLogSoftmaxWithLoss(6, 9, std::vector<int64_t>{5, 3});
                 }),
                 "cutoffs should be"));
}

TEST_CASE("random layers draw PyTorch's numbers") {
  manual_seed(7);
  AlphaDropout alpha(0.4);
  check_values(alpha(ones({8}, kDouble)), {1.470377272477, 1.470377272477, -0.910641969555, -0.910641969555,
                                           -0.910641969555, -0.910641969555, 1.470377272477, 1.470377272477});
  const double low = -0.779193930518, high = 1.665598825184;
  check_values(FeatureAlphaDropout(0.5)(ones({2, 2, 2}, kDouble)),
               {low, low, low, low, high, high, high, high});
  check_values(Dropout3d(0.5)(ones({1, 4, 1, 1, 1}, kDouble)), {2, 2, 2, 0});
  alpha->eval();
  Tensor x = ramp({4});
  CHECK(alpha(x).is_same(x));
  manual_seed(7);
  Tensor overwritten = ones({8}, kDouble);
  CHECK(F::alpha_dropout(overwritten, F::AlphaDropoutFuncOptions().p(0.4).training(true).inplace(true))
            .is_same(overwritten));
  CHECK(overwritten[0].item<double>() == doctest::Approx(1.470377272477));
  CHECK(printed(FeatureAlphaDropout()) == "torch::nn::FeatureAlphaDropout(p=0.5, inplace=false)");

  const Tensor logits = doubles({0.1, 0.5, -0.3}), negative = doubles({-1, 2, -3, -0.5});
  manual_seed(7);
  check_values(F::gumbel_softmax(logits, F::GumbelSoftmaxFuncOptions().tau(0.7)),
               {0.347645726714, 0.637339793013, 0.015014480273});
  check_values(F::gumbel_softmax(logits, F::GumbelSoftmaxFuncOptions().hard(true)), {1, 0, 0});
  manual_seed(7);
  RReLU rrelu;
  check_values(rrelu(negative), {-0.183204256231, 2, -0.546058571032, -0.152301350148});
  rrelu->eval();
  check_values(rrelu(negative), {-0.229166666667, 2, -0.6875, -0.114583333333});
  CHECK(printed(RReLU(RReLUOptions().inplace(true))) ==
        "torch::nn::RReLU(lower=0.125, upper=0.333333, inplace=true)");
}

TEST_CASE("paddings of three dimensions") {
  const Tensor x = ramp({1, 1, 2, 2, 3});
  CHECK(ConstantPad3d(ConstantPad3dOptions(1, 3.5))(x)[0][0][0][0][0].item<double>() == 3.5);
  CHECK(ReflectionPad3d(1)(x).sizes() == IntArrayRef({1, 1, 4, 4, 5}));
  CHECK(ReflectionPad3d(1)(x)[0][0][0][0][0].item<double>() == x[0][0][1][1][1].item<double>());
  CHECK(ReplicationPad3d(ReplicationPad3dOptions({0, 1, 0, 0, 2, 0}))(x)[0][0][0][0][3].item<double>() ==
        x[0][0][0][0][2].item<double>());
  CHECK(ZeroPad3d(1)(x).sizes() == IntArrayRef({1, 1, 4, 4, 5}));
  CHECK(ZeroPad3d(1)(x).sum().item<double>() == doctest::Approx(x.sum().item<double>()));
  check_values(ZeroPad1d(ZeroPad1dOptions({1, 2}))(ramp({2}, 1)), {0, 0.420735492404, 0.495832405226, 0, 0});
  CHECK(printed(ZeroPad1d(2)) == "torch::nn::ZeroPad1d(padding=[2, 2])");
  CHECK(printed(ReplicationPad3d(1)) == "torch::nn::ReplicationPad3d(padding=[1, 1, 1, 1, 1, 1])");
}
