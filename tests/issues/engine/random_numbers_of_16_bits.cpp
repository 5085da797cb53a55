// The streams of half and bfloat16 are PyTorch's, where a last block of 16 is not full too.
#include <doctest/doctest.h>

#include <tengen/torch.h>

using namespace torch;

namespace {

Tensor values(std::vector<double> expected, ScalarType type) { return tensor(expected, kDouble).to(type); }

}  // namespace

TEST_CASE("random numbers of 16 bits: randn of 20") {
  manual_seed(1);
  CHECK(randn({20}, kBFloat16)
            .equal(values(
                {-1.5234375, -0.75,      -0.65234375,   -1.609375,  -0.6953125, -1.1640625,   0.69921875,
                 0.19921875, 0.8671875,  0.244140625,   -0.6640625, 0.80859375, 1.1015625,    -0.17578125,
                 -2.25,      -1.4453125, 0.06103515625, -0.6171875, -0.796875,  -0.1318359375},
                kBFloat16)));
  manual_seed(1);
  CHECK(randn({20}, kHalf)
            .allclose(
                values({-1.525390625,  -0.75,           -0.65380859375,  -1.609375,        -0.69677734375,
                        -1.1611328125, 0.69970703125,   0.1990966796875, 0.86572265625,    0.244384765625,
                        -0.6630859375, 0.80712890625,   1.1015625,       -0.1759033203125, -2.24609375,
                        -1.4462890625, 0.0611572265625, -0.61767578125,  -0.7978515625,    -0.131591796875},
                       kHalf),
                0, 1e-3));
}

TEST_CASE("random numbers of 16 bits: full blocks are those of float, rounded") {
  for (ScalarType type : {kHalf, kBFloat16}) {
    manual_seed(3);
    const Tensor wide = randn({4, 8}), next = rand({2});
    manual_seed(3);
    CHECK(randn({4, 8}, type).equal(wide.to(type)));
    CHECK(rand({2}).equal(next));
  }
}

TEST_CASE("random numbers of 16 bits: normal_ and uniform_") {
  manual_seed(1);
  CHECK(empty({20}, kBFloat16)
            .normal_(3, 0.1)
            .equal(values({2.84375,  2.921875, 2.9375,  2.84375, 2.9375,   2.890625, 3.0625,
                           3.015625, 3.09375,  3.03125, 2.9375,  3.078125, 3.109375, 2.984375,
                           2.78125,  2.859375, 3.0,     2.9375,  2.921875, 2.984375},
                          kBFloat16)));
  manual_seed(1);
  CHECK(empty({20}, kBFloat16)
            .uniform_()
            .slice(0, 0, 5)
            .allclose(values({0.7578, 0.2793, 0.4023, 0.7344, 0.0293}, kBFloat16), 0, 1e-4));
}
