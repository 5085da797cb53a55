// Layers that PyTorch computes for integers too, and adaptive pooling to nothing.
#include <doctest/doctest.h>

#include <tengen/torch.h>

#include "../../temporary.h"

using namespace torch;

namespace {

Tensor some(IntArrayRef sizes, ScalarType type) { return randint(-9, 9, sizes).abs().to(type); }

}  // namespace

TEST_CASE("integer layers: convolutions are those of double") {
  manual_seed(1);
  for (ScalarType type : {kLong, kInt, kShort, kChar, kByte}) {
    const Tensor x = some({2, 4, 7, 6}, type), w = some({6, 2, 3, 2}, type), b = some({6}, type);
    const auto real = [](const Tensor& t) { return t.to(kDouble); };
    const auto check = [&](const Tensor& found, const Tensor& wanted) {
      CHECK(found.dtype() == type);
      CHECK(found.equal(wanted.to(kLong).to(type)));
    };
    const DimVector stride{2, 1}, padding{1, 2}, dilation{2, 1};
    check(conv2d(x, w, b, stride, padding, dilation, 2),
          conv2d(real(x), real(w), real(b), stride, padding, dilation, 2));
    check(conv2d(x[0], w, {}, 1, 0, 1, 2), conv2d(real(x[0]), real(w), {}, 1, 0, 1, 2));
    const Tensor y = some({2, 6, 5, 4}, type), tb = some({4}, type);
    check(conv_transpose2d(y, w, tb, stride, padding, {1, 0}, 2, dilation),
          conv_transpose2d(real(y), real(w), real(tb), stride, padding, {1, 0}, 2, dilation));
    const Tensor line = x.select(3, 0), taps = w.select(3, 0);
    check(conv1d(line, taps, b, 2, 1, 1, 2), conv1d(real(line), real(taps), real(b), 2, 1, 1, 2));
  }
  CHECK(
      conv2d(ones({1, 1, 3, 3}, kLong), full({1, 1, 1, 1}, 9007199254740993, kLong)).max().item<int64_t>() ==
      9007199254740993);
  CHECK(contains(error_of([] { conv2d(ones({1, 1, 3, 3}, kBool), ones({1, 1, 2, 2}, kBool)); }), "bool"));
}

TEST_CASE("integer layers: max_pool2d") {
  manual_seed(2);
  for (ScalarType type : {kLong, kInt, kShort, kChar, kByte})
    for (bool ceil_mode : {false, true}) {
      const Tensor x = randint(0, 5, {2, 3, 7, 6}).to(type);
      const DimVector kernel{3, 2}, stride{2, 3}, padding{1, 0}, dilation{1, 2};
      auto [values, at] = max_pool2d_with_indices(x, kernel, stride, padding, dilation, ceil_mode);
      auto [wanted, wanted_at] =
          max_pool2d_with_indices(x.to(kDouble), kernel, stride, padding, dilation, ceil_mode);
      CHECK(values.dtype() == type);
      CHECK(values.equal(wanted.to(type)));
      CHECK(at.equal(wanted_at));
      CHECK(max_pool2d(x, kernel, stride, padding, dilation, ceil_mode).equal(values));
    }
  // The least number of the type is larger than padding.
  auto [values, at] = max_pool2d_with_indices(full({1, 2, 2}, -128, kChar), 2, 2, 1);
  CHECK(values.equal(full({1, 2, 2}, -128, kChar)));
  CHECK(at.flatten().equal(tensor({0, 1, 2, 3})));
}

TEST_CASE("integer layers: products") {
  const Tensor a = arange(6, kInt).reshape({2, 3}), b = arange(6, kInt).reshape({3, 2});
  CHECK(mm(a, b).equal(tensor({{10, 13}, {28, 40}}, kInt)));
  CHECK(bmm(a.unsqueeze(0), b.unsqueeze(0))[0].equal(mm(a, b)));
  CHECK(linear(a, a, tensor({0, 1}, kInt)).equal(tensor({{5, 15}, {14, 51}}, kInt)));
  CHECK(addmm(tensor({0, 1}, kInt), a, b).equal(tensor({{10, 14}, {28, 41}}, kInt)));
  CHECK(einsum("ij,jk->ik", {a, b}).equal(mm(a, b)));
  CHECK(dot(arange(3, kByte), arange(3, kByte)).item<int>() == 5);
}

TEST_CASE("integer layers: adaptive pooling to a size of 0") {
  const Tensor x = ones({1, 2, 4, 3}, requires_grad());
  const Tensor y = adaptive_avg_pool2d(x, {0, 1});
  CHECK(y.sizes().equals({1, 2, 0, 1}));
  CHECK(adaptive_avg_pool2d(x, {0, 0}).sizes().equals({1, 2, 0, 0}));
  CHECK(adaptive_avg_pool1d(ones({1, 2, 3}), 0).sizes().equals({1, 2, 0}));
  y.sum().backward();
  CHECK(x.grad().equal(zeros({1, 2, 4, 3})));
  CHECK(contains(error_of([&] { adaptive_avg_pool2d(x, {-1, 1}); }), "greater than or equal to 0"));
}

TEST_CASE("integer layers: a mask of integers is an error") {
  CHECK(contains(error_of([] { zeros({2}).masked_fill_(tensor({1, 0}), 1); }), "bool"));
}

TEST_CASE("integer layers: means of int64 are rounded toward zero, as in PyTorch") {
  const Tensor signs = tensor({-3, 4, -2, -4}).to(kLong).view({1, 1, 2, 2});
  CHECK(avg_pool2d(signs, 2).item<int64_t>() == -1);  // -5 / 4
  const Tensor x = arange(9).view({1, 1, 3, 3});
  CHECK(avg_pool2d(x, 2, 1, 1, true, false)
            .equal(tensor({0, 0, 1, 2, 1, 2, 3, 3, 4, 5, 6, 6, 6, 6, 7, 8}).to(kLong).view({1, 1, 4, 4})));
  manual_seed(2);
  for (const bool ceil_mode : {false, true})
    for (const bool with_pad : {false, true}) {
      const Tensor many = some({2, 3, 11, 8}, kLong) - 4;
      const auto means = [&](const Tensor& t) {
        return avg_pool2d(t, {3, 4}, {2, 3}, {1, 2}, ceil_mode, with_pad);
      };
      CHECK(means(many).dtype() == kLong);
      CHECK(means(many).equal(means(many.to(kDouble)).trunc().to(kLong)));
    }
  CHECK(avg_pool2d(x, 2, 2, 0, false, true, 3).item<int64_t>() == 2);  // 8 / 3
  CHECK(contains(error_of([&] { avg_pool2d(x.to(kInt), 2); }), "avg_pool2d"));
}

TEST_CASE("integer layers: images of uint8 are resampled, halves rounded up") {
  namespace F = torch::nn::functional;
  const Tensor x = tensor({0, 255, 10, 21}).to(kByte).view({1, 1, 2, 2});
  const auto resized = [&](const auto& mode, bool corners) {
    auto options = F::InterpolateFuncOptions().size(std::vector<int64_t>{3, 3}).mode(mode);
    if (corners) options.align_corners(true);
    return F::interpolate(x, options);
  };
  const Tensor nearest = resized(torch::kNearest, false);
  CHECK(nearest.dtype() == kByte);
  CHECK(nearest.view(-1).equal(tensor({0, 0, 255, 0, 0, 255, 10, 10, 21}).to(kByte)));
  // The middle of the edges: 127.5, 5, 138, 15.5; of all: 71.5.
  CHECK(resized(torch::kBilinear, true)
            .view(-1)
            .equal(tensor({0, 128, 255, 5, 72, 138, 10, 16, 21}).to(kByte)));
  CHECK(contains(error_of([&] { upsample_nearest2d(x.to(kInt), {3, 3}); }), "upsample_nearest2d"));
}
