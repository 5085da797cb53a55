// Layers and losses against values from PyTorch, where conventions are easy to get wrong: which windows
// count, where pixels come from, what means divide by, what happens at the edges of a function's domain.
#include <doctest/doctest.h>
#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>

#include "torch_values.h"

using namespace tengen;
using Values = std::vector<double>;

namespace {

/// sin(start), sin(start + 1), ... as torch_values.py makes them.
Tensor wave(std::vector<int64_t> sizes, double start = 0) {
  Tensor out = empty(sizes, kDouble);
  for (int64_t i = 0; i < out.numel(); ++i) out.data_ptr<double>()[i] = std::sin(start + double(i));
  return out;
}

Tensor doubles(const Values& values) { return tensor(values, kDouble); }

void check(const Tensor& found, const Values& expected, double tolerance = 1e-12) {
  const Tensor flat = found.detach().to(kDouble).contiguous();
  REQUIRE(size_t(flat.numel()) == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const double a = flat.data_ptr<double>()[i], b = expected[i];
    INFO("element " << i << ": found " << a << ", expected " << b);
    CHECK((a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance * (1 + std::abs(b))));
  }
}

/// The output and the gradients of all inputs for the cotangent wave(..., 100).
void check_with_grad(Tensor out, const Values& expected, std::vector<Tensor> inputs,
                     std::vector<Values> grads, double tolerance = 1e-12) {
  check(out, expected);
  out.backward(wave({out.sizes().begin(), out.sizes().end()}, 100));
  for (size_t i = 0; i < inputs.size(); ++i) {
    INFO("gradient " << i);
    check(inputs[i].grad(), grads[i], tolerance);
  }
}

Tensor leaf(Tensor t) { return t.set_requires_grad(true); }

}  // namespace

TEST_CASE("cross entropy: weights, smoothing, ignored classes and what the mean divides by") {
  const Tensor target = tensor({1, 0, 3, 2, 3}), weight = doubles({0.5, 1.0, 2.0, 0.25});
#define CASE(reduction, weights, smoothing, name)                                                        \
  SUBCASE(#name) {                                                                                       \
    Tensor x = leaf(wave({5, 4}));                                                                       \
    check_with_grad(cross_entropy_loss(x, target, weights, reduction, 3, smoothing), torch_values::name, \
                    {x}, {torch_values::name##_grad0});                                                  \
  }
  CASE(Reduction::None, {}, 0, cross_entropy_none)
  CASE(Reduction::None, {}, 0.3, cross_entropy_none_smooth)
  CASE(Reduction::None, weight, 0, cross_entropy_none_weighted)
  CASE(Reduction::None, weight, 0.3, cross_entropy_none_weighted_smooth)
  CASE(Reduction::Mean, {}, 0, cross_entropy_mean)
  CASE(Reduction::Mean, {}, 0.3, cross_entropy_mean_smooth)
  CASE(Reduction::Mean, weight, 0, cross_entropy_mean_weighted)
  CASE(Reduction::Mean, weight, 0.3, cross_entropy_mean_weighted_smooth)
  CASE(Reduction::Sum, {}, 0, cross_entropy_sum)
  CASE(Reduction::Sum, {}, 0.3, cross_entropy_sum_smooth)
  CASE(Reduction::Sum, weight, 0, cross_entropy_sum_weighted)
  CASE(Reduction::Sum, weight, 0.3, cross_entropy_sum_weighted_smooth)
#undef CASE
  SUBCASE("probabilities") {
    Tensor x = leaf(wave({5, 4})), t = leaf(wave({5, 4}, 7).abs());
    check(cross_entropy_loss(x, t, weight, Reduction::Mean, -100, 0.3), torch_values::cross_entropy_soft);
    cross_entropy_loss(x, t, weight, Reduction::Mean, -100, 0.3).backward(wave({}, 100));
    check(x.grad(), torch_values::cross_entropy_soft_grad0);
  }
  SUBCASE("what is ignored may be infinite") {
    Tensor x = leaf(doubles({0, -INFINITY, 1, 2}).reshape({2, 2}));
    Tensor loss = nll_loss(x, tensor({1, 0}), {}, Reduction::Sum, 1);
    loss.backward();
    CHECK(loss.item<double>() == -1);
    check(x.grad(), {0, 0, -1, 0});
  }
}

TEST_CASE("losses at the edges of their domains") {
  const int64_t none = Reduction::None;
  {
    Tensor x = leaf(doubles({0.0, 1.0, 0.0, 1.0, 1e-50, 0.5}));
    check_with_grad(binary_cross_entropy(x, doubles({0.0, 1.0, 1.0, 0.0, 1.0, 0.25}), {}, none),
                    torch_values::bce_edges, {x}, {torch_values::bce_edges_grad0},
                    1e-8);  // PyTorch's least divisor is the float nearest to 1e-12
  }
  const Values far{-1000, -40, 0, 40, 1000};
  {
    Tensor x = leaf(doubles(far));
    check_with_grad(binary_cross_entropy_with_logits(x, full({5}, 0.25, kDouble), {}, {}, none),
                    torch_values::bce_logits_far, {x}, {torch_values::bce_logits_far_grad0});
  }
  {
    Tensor x = leaf(doubles(far));
    check_with_grad(
        binary_cross_entropy_with_logits(x, full({5}, 0.25, kDouble), {}, full({}, 3.0, kDouble), none),
        torch_values::bce_logits_far_positive, {x}, {torch_values::bce_logits_far_positive_grad0});
  }
  {
    Tensor x = leaf(wave({4})), t = doubles({0, 0.5, 0, 0.5});
    check_with_grad(kl_div(x, t, none), torch_values::kl_div_zero, {x}, {torch_values::kl_div_zero_grad0});
  }
  const Values near{-2, -0.5, 0, 0.5, 2};
  {
    Tensor x = leaf(doubles(near));
    check_with_grad(smooth_l1_loss(x, zeros({5}, kDouble), none, 0.5), torch_values::smooth_l1, {x},
                    {torch_values::smooth_l1_grad0});
  }
  {
    Tensor x = leaf(doubles(near));
    check_with_grad(huber_loss(x, zeros({5}, kDouble), none, 0.5), torch_values::huber, {x},
                    {torch_values::huber_grad0});
  }
}

TEST_CASE("losses of vectors") {
  {
    Tensor a = leaf(wave({3, 4})), p = leaf(wave({3, 4}, 12)), n = leaf(wave({3, 4}, 24));
    check_with_grad(triplet_margin_loss(a, p, n, 1.5, 3, 1e-6, true, Reduction::None), torch_values::triplet,
                    {a, p, n},
                    {torch_values::triplet_grad0, torch_values::triplet_grad1, torch_values::triplet_grad2});
  }
  {
    Tensor a = leaf(wave({3, 4})), b = leaf(wave({3, 4}, 12));
    check_with_grad(cosine_embedding_loss(a, b, tensor({1, -1, -1}), -0.5, Reduction::None),
                    torch_values::cosine_embedding, {a, b},
                    {torch_values::cosine_embedding_grad0, torch_values::cosine_embedding_grad1});
  }
  Tensor zero = leaf(zeros({1, 3}, kDouble));
  Tensor similarity = cosine_similarity(zero, ones({1, 3}, kDouble));
  CHECK(similarity.item<double>() == 0);
  similarity.backward();
  CHECK(zero.grad().isfinite().all().item<bool>());
}

TEST_CASE("resampling: where pixels come from") {
  const std::optional<double> h = 2.3, w = 0.6;  // floor(5 * 2.3) = 11, floor(6 * 0.6) = 3
#define CASE(name, call)                                                          \
  SUBCASE(#name) {                                                                \
    Tensor x = leaf(wave({1, 2, 5, 6}));                                          \
    check_with_grad(call, torch_values::name, {x}, {torch_values::name##_grad0}); \
  }
  CASE(nearest_size, upsample_nearest2d(x, {7, 4}))
  CASE(nearest_factor, upsample_nearest2d(x, {11, 3}, h, w))
  CASE(nearest_twice, upsample_nearest2d(x, {10, 12}, 2.0, 2.0))
  CASE(bilinear_size, upsample_bilinear2d(x, {7, 4}, false))
  CASE(bilinear_align, upsample_bilinear2d(x, {7, 4}, true))
  CASE(bilinear_factor, upsample_bilinear2d(x, {11, 3}, false, h, w))
  CASE(bilinear_factor_recompute, upsample_bilinear2d(x, {11, 3}, false))
#undef CASE
  SUBCASE("sources for many sizes") {
    std::vector<Tensor> all;
    for (int64_t n = 1; n <= 7; ++n)
      for (int64_t m = 1; m <= 20; ++m)
        all.push_back(upsample_nearest2d(arange(n, kDouble).reshape({1, 1, 1, n}), {1, m}).flatten());
    check(cat(all), torch_values::nearest_sources);
  }
}

TEST_CASE("pooling: which windows there are and what they divide by"){
#define CASE(name, sizes, call)                                                   \
  SUBCASE(#name) {                                                                \
    Tensor x = leaf(wave sizes);                                                  \
    check_with_grad(call, torch_values::name, {x}, {torch_values::name##_grad0}); \
  }
    CASE(max_pool_ceil, ({1, 2, 6, 7}), max_pool2d(x, 3, 2, 1, 1, true))
        CASE(max_pool_dilated, ({1, 2, 7, 7}), max_pool2d(x, {2, 3}, 1, 1, 2))
            CASE(avg_pool_ceil, ({1, 2, 6, 7}), avg_pool2d(x, 3, 2, 1, true))
                CASE(avg_pool_ceil_inside, ({1, 2, 6, 7}), avg_pool2d(x, 3, 2, 1, true, false))
                    CASE(avg_pool_divisor, ({1, 2, 6, 7}), avg_pool2d(x, 3, 2, 1, false, true, 5))
                        CASE(adaptive, ({1, 2, 7, 5}), adaptive_avg_pool2d(x, {3, 4}))
#undef CASE
}

TEST_CASE("the maximum of NaN, infinities and equals") {
  const Tensor odd =
      doubles({1, 3, 3, NAN, 3, -INFINITY, 2, 0, -INFINITY, -INFINITY, 5, 5}).reshape({1, 1, 3, 4});
  const Tensor empty_plane = full({1, 1, 3, 4}, -INFINITY, kDouble);
  for (ScalarType type : {kDouble, kFloat}) {
    auto [out, at] = max_pool2d_with_indices(odd.to(type), 2, 1, 1);
    check(out, torch_values::max_pool_odd);
    check(at, torch_values::max_pool_odd_indices);
    check(std::get<1>(max_pool2d_with_indices(empty_plane.to(type), 3, 1, 1)),
          torch_values::max_pool_minus_infinity_indices);
  }
  // The path for other strides makes the same choices: every second window of those above.
  auto [out, at] = max_pool2d_with_indices(odd, 2, 2, 1);
  CHECK(equal(at, std::get<1>(max_pool2d_with_indices(odd, 2, 1, 1)).slice(2, 0, 4, 2).slice(3, 0, 5, 2)));
}

TEST_CASE("normalisation and running statistics") {
  Tensor mean = wave({3}), var = wave({3}, 3).abs();
  {
    Tensor x = leaf(wave({2, 3, 2, 2})), w = leaf(wave({3}, 50)), b = leaf(wave({3}, 60));
    const auto version = mean._version();
    check_with_grad(batch_norm(x, w, b, mean, var, true, 0.3, 1e-3), torch_values::batch_norm_train,
                    {x, w, b},
                    {torch_values::batch_norm_train_grad0, torch_values::batch_norm_train_grad1,
                     torch_values::batch_norm_train_grad2});
    check(mean, torch_values::running_mean);
    check(var, torch_values::running_var);
    CHECK(mean._version() > version);
    CHECK_FALSE(mean.requires_grad());
  }
  {
    Tensor x = leaf(wave({2, 3, 2, 2})), w = leaf(wave({3}, 50)), b = leaf(wave({3}, 60));
    check_with_grad(batch_norm(x, w, b, mean, var, false, 0.3, 1e-3), torch_values::batch_norm_eval,
                    {x, w, b},
                    {torch_values::batch_norm_eval_grad0, torch_values::batch_norm_eval_grad1,
                     torch_values::batch_norm_eval_grad2});
    check(mean, torch_values::running_mean);
  }
  {
    Tensor x = leaf(wave({2, 6, 2})), w = leaf(wave({6}, 50)), b = leaf(wave({6}, 60));
    check_with_grad(
        group_norm(x, 3, w, b), torch_values::group_norm, {x, w, b},
        {torch_values::group_norm_grad0, torch_values::group_norm_grad1, torch_values::group_norm_grad2});
  }
  {
    Tensor x = leaf(wave({2, 3, 2})), w = leaf(wave({3, 2}, 50)), b = leaf(wave({3, 2}, 60));
    check_with_grad(
        layer_norm(x, {3, 2}, w, b), torch_values::layer_norm, {x, w, b},
        {torch_values::layer_norm_grad0, torch_values::layer_norm_grad1, torch_values::layer_norm_grad2});
  }
}

TEST_CASE("an activation joins batch norm and reuses memory only where nobody can tell") {
  const Tensor w = wave({3}, 50), b = wave({3}, 60);
  const auto norm = [&](const Tensor& x) { return batch_norm(x, w, b, {}, {}, true, 0.1, 1e-3); };
  const auto grad_of = [&](auto function) {
    Tensor x = leaf(wave({2, 3, 2, 2}));
    Tensor out = function(x);
    out.backward(wave({2, 3, 2, 2}, 100));
    return x.grad();
  };
  const Tensor apart = grad_of([&](const Tensor& x) {
    Tensor y = norm(x);
    return silu(y);  // y is seen again: two rules
  });
  CHECK(equal(grad_of([&](const Tensor& x) { return silu(norm(x)); }), apart));
  CHECK(equal(grad_of([&](const Tensor& x) { return relu(silu(norm(x)) + 9); }), apart));

  // The value in between has another use.
  const Tensor both = grad_of([&](const Tensor& x) {
    Tensor y = norm(x);
    return y * 2 + silu(y);
  });
  CHECK(equal(grad_of([&](const Tensor& x) {
                Tensor y = norm(x), twice = y * 2;
                return twice + silu(std::move(y));
              }),
              both));
  // Somebody listens to its gradient.
  bool heard = false;
  CHECK(equal(grad_of([&](const Tensor& x) {
                Tensor y = norm(x);
                y.register_hook([&](const Tensor&) { heard = true; });
                return silu(std::move(y));
              }),
              apart));
  CHECK(heard);

  // A variable keeps its values, and so does memory of the caller's and what a rule has saved.
  double memory[] = {-1, 2};
  check(relu(from_blob(memory, {2}, kDouble)), {0, 2});
  CHECK(memory[0] == -1);
  const Tensor kept = doubles({-1, 2});
  relu(kept), silu(kept);
  check(kept, {-1, 2});
  check(relu(kept.view({2})), {0, 2});
  check(kept, {-1, 2});
  Tensor x = leaf(doubles({-1, 2}));
  relu(-x.sigmoid() + 0.5).sum().backward();  // -1: 0.5 - sigmoid(-1) > 0
  const double s = 1 / (1 + std::exp(1.0));
  check(x.grad(), {-s * (1 - s), 0});
  {
    NoGradGuard guard;
    CHECK_FALSE(relu(leaf(doubles({-1, 2}))).requires_grad());
  }
  Tensor history = x * 1;
  {
    NoGradGuard guard;
    CHECK_FALSE(silu(std::move(history)).requires_grad());
  }
}

TEST_CASE("a large mean does not spoil the variance") {
  const Tensor x = (wave({2, 1, 100, 70}) * 1e-2 + 1000).to(kFloat);
  const Tensor mean = zeros({1}), var = ones({1});
  batch_norm(x, {}, {}, mean, var, true, 1.0, 1e-5);
  CHECK(var.item<double>() == doctest::Approx(x.to(kDouble).var().item<double>()).epsilon(1e-5));
}

TEST_CASE("softmax of infinities and NaN") {
  const Tensor rows =
      doubles({0, -INFINITY, 1, -INFINITY, -INFINITY, -INFINITY, INFINITY, 0, 1, NAN, 0, 1, 1e4, -1e4, 0})
          .reshape({5, 3});
  for (ScalarType type : {kDouble, kFloat}) {
    check(softmax(rows.to(type), 1), torch_values::softmax_odd, 1e-6);
    check(log_softmax(rows.to(type), 1), torch_values::log_softmax_odd, 1e-6);
  }
}

TEST_CASE("convolutions with every argument at once") {
  {
    Tensor x = leaf(wave({1, 4, 3, 2})), w = leaf(wave({4, 2, 3, 2}, 30)), b = leaf(wave({4}, 90));
    check_with_grad(conv_transpose2d(x, w, b, {2, 3}, 1, {1, 2}, 2, {1, 2}), torch_values::conv_transpose,
                    {x, w, b},
                    {torch_values::conv_transpose_grad0, torch_values::conv_transpose_grad1,
                     torch_values::conv_transpose_grad2});
  }
  {
    Tensor x = leaf(wave({1, 4, 7, 6})), w = leaf(wave({4, 2, 3, 2}, 30)), b = leaf(wave({4}, 90));
    check_with_grad(conv2d(x, w, b, {2, 1}, {1, 2}, {1, 2}, 2), torch_values::conv, {x, w, b},
                    {torch_values::conv_grad0, torch_values::conv_grad1, torch_values::conv_grad2});
  }
}

TEST_CASE("einsum without an output puts the ellipsis first and capitals before small letters") {
  const Tensor out = einsum("b...,aBb", {wave({3, 2}), wave({2, 1, 3})});
  CHECK(out.sizes().equals({2, 1, 2}));
  check(out, torch_values::einsum_implicit);
}

TEST_CASE("products of integers, and of transposed and repeated matrices") {
  const Tensor a = arange(6).reshape({2, 3});
  CHECK(equal(matmul(a, a.t()), tensor({{5, 14}, {14, 50}})));
  CHECK(matmul(a, a.t()).dtype() == kLong);
  const Tensor x = wave({3, 4}), repeated = wave({1, 4}, 9).expand({5, 4});
  CHECK(allclose(mm(repeated, x.t()), mm(repeated.contiguous(), x.t().contiguous())));
  const Tensor half = x.to(kHalf);
  CHECK(matmul(half, half.t()).dtype() == kHalf);
  CHECK(allclose(matmul(half, half.t()).to(kDouble), matmul(x, x.t()), 1e-2, 1e-2));
}

TEST_CASE("dropout draws PyTorch's numbers") {
  for (const Values* expected : {&torch_values::dropout_few, &torch_values::dropout_many}) {
    manual_seed(7);
    check(dropout(ones({int64_t(expected->size())}), 0.3, true), *expected);
  }
  Tensor x = leaf(ones({1000}));
  Tensor out = dropout(x, 0.5, true);
  out.sum().backward();
  CHECK(equal(x.grad(), out));  // kept elements and their gradients are doubled
  CHECK(dropout(x, 0.5, false).is_same(x));
  CHECK(dropout(x, 1, true).sum().item<double>() == 0);
  CHECK_THROWS_WITH_AS(dropout(x, 1.5, true), doctest::Contains("between 0 and 1"), Error);
}
