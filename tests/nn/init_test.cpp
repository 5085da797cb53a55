// Initialisation: the same seed gives the same weights as PyTorch (values from PyTorch 1.13).
#include <doctest/doctest.h>

#include <cmath>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/nn.h>

#include "../temporary.h"

using namespace tengen;
using namespace tengen::nn;

namespace {

// The first elements of `found`.
void check(const Tensor& found, const std::vector<double>& expected, double tolerance = 1e-8) {
  Tensor flat = found.detach().reshape(-1).to(kDouble);
  REQUIRE(flat.numel() >= int64_t(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(flat[int64_t(i)].item<double>() - expected[i]) <= tolerance);
  }
}
double total(const Tensor& t) { return t.detach().to(kDouble).sum().item<double>(); }

}  // namespace

TEST_CASE("layers made one after the other have PyTorch's weights") {
  manual_seed(0);
  Linear linear(4, 3);
  Conv2d conv(3, 8, 3);
  BatchNorm2d norm(8);
  ConvTranspose2d transposed(4, 2, 3);
  Embedding embedding(EmbeddingOptions(5, 3).padding_idx(1));
  Bilinear bilinear(2, 3, 4);
  Conv1d conv1d(Conv1dOptions(4, 6, 3).groups(2));
  check(linear->weight,
        {-0.00374341011, 0.268221796, -0.411522567, -0.367969513, -0.192577183, 0.134078681, -0.00990658998,
         0.396444738, -0.0443720222, 0.132306278, -0.151106536, -0.0982826948});
  check(linear->bias, {-0.477674246, -0.331141055, -0.20611155});
  check(conv->weight, {0.00712903868, 0.0760822967, 0.11547444, -0.130469829, -0.0838048607, 0.0699011683});
  CHECK(total(conv->weight) == doctest::Approx(-1.821730051538907));
  check(conv->bias, {0.158734277, 0.0240252446, 0.172376171, 0.117724121, -0.121669635, 0.0863146558,
                     -0.136042207, -0.0815651864});
  CHECK(norm->weight.equal(ones({8})));
  CHECK(norm->running_var.equal(ones({8})));
  check(transposed->weight, {0.0693253875, 0.0778270215, 0.176830441, -0.0758762956});
  CHECK(total(transposed->weight) == doctest::Approx(-1.0193468011566438));
  check(transposed->bias, {-0.0363344625, 0.0818612054});
  check(embedding->weight,
        {-1.4290849, -0.371638, 0.840864778, 0, 0, 0, -0.98181057, -0.756203651, 1.20864725, 0.427279681,
         -1.25137258, -0.314246953, 0.456634283, -0.00442024088, -0.611722529},
        1e-6);
  check(bilinear->weight, {0.63570118, 0.341644704, 0.38546899, -0.443197787});
  check(bilinear->bias, {-0.114256144, -0.459217966, 0.491012454, -0.534578204});
  check(conv1d->weight, {-0.199184939, -0.394405186, -0.23178117, 0.335775018});
  check(conv1d->bias, {0.22949864, -0.231962204, -0.0639783591, 0.346644133, 0.0168684646, -0.288720608});
  check(rand({2}), {0.332883537, 0.364277422});
}

TEST_CASE("init functions draw PyTorch's numbers") {
  manual_seed(1);
  check(init::xavier_uniform_(empty({3, 4}), 2.0),
        {0.954082072, -0.817273676, -0.358961731, 0.869102418, -1.74320245, 1.11046064, -0.380929261,
         0.942010641, 0.257409453, -0.226722524, 0.513572633, 0.0913447142},
        2e-7);
  check(init::xavier_normal_(empty({4, 5})),
        {-0.278674424, 0.129052803, -0.454835624, -0.111162834, 0.885932088, -0.0340032503, 0.0743737742,
         -0.364610136},
        2e-7);
  check(init::kaiming_normal_(empty({4, 3, 2, 2}), 0, kFanOut, kReLU),
        {-0.327882469, 0.192736626, 0.0234336108, -0.15451701, 0.269620031, 0.15609768}, 2e-7);
  check(init::kaiming_uniform_(empty({2, 3}), 0.2),
        {0.472848117, 0.248398304, -0.589885652, -0.4197914, 1.27010071, -0.256578356}, 2e-7);
  check(init::trunc_normal_(empty({6}), 1, 2, -0.5, 1.5),
        {1.08803284, 0.96602118, -0.0927180052, -0.321081996, 1.46149254, 0.608389139}, 1e-6);
  check(init::sparse_(empty({4, 3}), 0.4), {0, -0.00820575748, 0, 0, 0, 0, -0.0256673656, 0, 0.0050092116,
                                            0.00543767493, -0.00405742368, 0.0113405148});
  check(init::orthogonal_(empty({3, 4}, kDouble), 2),
        {-1.56624255, -0.342009546, 0.992132592, 0.667522788, 0.0352378686, -1.70365335, 0.16411093,
         -1.0341137, -1.23935275, 0.45354214, -1.14661079, -0.971384574});
  check(init::orthogonal_(empty({4, 2}, kDouble)), {0.13535516, -0.258144615, 0.30404892, 0.894050236,
                                                    0.929732549, -0.292186002, 0.157577353, 0.220596629});
  check(init::dirac_(empty({2, 2, 3})), {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0});
}

TEST_CASE("init functions without chance, gains and errors") {
  CHECK(init::eye_(empty({2, 3})).equal(eye(2, 3)));
  CHECK(init::constant_(empty({2}), 3).equal(full({2}, 3.0)));
  CHECK(init::calculate_gain(kLeakyReLU, 0.2) == doctest::Approx(std::sqrt(2 / 1.04)));
  CHECK(init::calculate_gain(kTanh) == doctest::Approx(5.0 / 3));
  auto [in, out] = init::_calculate_fan_in_and_fan_out(empty({4, 3, 2, 2}));
  CHECK(in == 12);
  CHECK(out == 16);
  Tensor weight = init::orthogonal_(empty({5, 3}));
  CHECK(weight.t().matmul(weight).allclose(eye(3), 1e-5, 1e-5));
  Tensor parameter = ones({2, 2}).requires_grad_();
  init::uniform_(parameter);
  CHECK(parameter.is_leaf());
  CHECK(contains(error_of([] { init::xavier_normal_(empty({3})); }), "fewer than 2 dimensions"));
  CHECK(contains(error_of([] { init::calculate_gain(kMean); }), "kMean"));
  CHECK(enum_name(kNone) == std::string("kNone"));
  CHECK(enum_name(kMish) == std::string("kMish"));
}
