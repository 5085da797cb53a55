// Linear algebra where it is degenerate, through LibTorch's names. The numbers are PyTorch 2.15's.
#include <doctest/doctest.h>

#include <cmath>
#include <tuple>
#include <vector>

#include <tengen/torch.h>

using torch::Tensor;
namespace L = torch::linalg;

namespace {

Tensor matrix(std::vector<double> values, std::vector<int64_t> sizes) {
  return torch::tensor(values, torch::kDouble).reshape(sizes);
}
double number(const Tensor& t) { return t.item<double>(); }
bool close(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() && a.allclose(b, 1e-10, 1e-12, true);
}
Tensor gradient(const Tensor& of, const Tensor& x, bool recorded = false) {
  return torch::autograd::grad({of}, {x}, {}, std::nullopt, recorded)[0];
}
Tensor leaf(std::vector<double> values, std::vector<int64_t> sizes) {
  return matrix(std::move(values), std::move(sizes)).requires_grad_();
}

}  // namespace

TEST_CASE("linalg: singular matrices") {
  const Tensor zero = torch::zeros({2, 2}, torch::kDouble), one = torch::eye(2, torch::kDouble);
  const Tensor both = torch::stack({one, zero});
  CHECK(number(torch::det(zero)) == 0);
  const auto [sign, logabsdet] = torch::slogdet(both);
  CHECK(close(sign, matrix({1, 0}, {2})));
  CHECK(close(logabsdet, matrix({0, -INFINITY}, {2})));
  CHECK(std::isnan(number(torch::logdet(matrix({0, 1, 1, 0}, {2, 2})))));
  CHECK(number(torch::logdet(zero)) == -INFINITY);
  const auto [inverse, info] = at::linalg_inv_ex(both);
  CHECK(close(inverse[0], one));
  CHECK(info.dtype() == torch::kInt);
  CHECK(info.equal(torch::tensor({0, 1}, torch::kInt)));
  CHECK_THROWS_AS(L::inv(both), c10::LinAlgError);
  const auto [factor, order] = at::linalg_cholesky_ex(matrix({4, 2, 0, 2, 1, 0, 0, 0, 1}, {3, 3}));
  CHECK(order.item<int>() == 2);
  CHECK(L::solve_triangular(zero, one, true).isfinite().logical_not().any().item<bool>());
  CHECK(L::matrix_rank(both).equal(torch::tensor({2, 0}, torch::kLong)));
  CHECK(close(L::pinv(both), both));
  for (const double p : std::vector<double>{1, -1, INFINITY, -INFINITY})
    CHECK(number(L::cond(zero, p)) == INFINITY);
  CHECK(std::isnan(number(L::cond(zero))));
  CHECK(number(L::cond(matrix({0, 0, 0, 1}, {2, 2}))) == INFINITY);
  CHECK(number(L::cond(zero, "fro")) == INFINITY);
  CHECK(close(L::matrix_power(zero, 0), one));
}

TEST_CASE("linalg: gradients where values repeat or vanish") {
  const Tensor singular = leaf({1, 2, 2, 4}, {2, 2});
  for (const bool recorded : {false, true})
    CHECK(close(gradient(torch::det(singular), singular, recorded), matrix({4, -2, -2, 1}, {2, 2})));
  const Tensor zero = leaf({0, 0, 0, 0}, {2, 2});
  CHECK(close(gradient(torch::det(zero), zero), torch::zeros({2, 2}, torch::kDouble)));
  CHECK(close(gradient(L::matrix_norm(zero), zero), torch::zeros({2, 2}, torch::kDouble)));

  const Tensor one = torch::eye(3, torch::kDouble).requires_grad_();
  CHECK(close(gradient(L::svdvals(one).sum(), one), torch::eye(3, torch::kDouble)));
  CHECK(close(gradient(std::get<0>(L::eigh(one)).sum(), one), torch::eye(3, torch::kDouble)));
  CHECK(close(gradient(L::matrix_norm(one, 2), one), torch::eye(3, torch::kDouble) / 3));
  // The vectors of equal values are any.
  CHECK(gradient(std::get<0>(L::svd(one)).sum(), one).isfinite().logical_not().any().item<bool>());
  CHECK(gradient(std::get<1>(L::eigh(one)).sum(), one).isfinite().logical_not().any().item<bool>());
}

TEST_CASE("linalg: what is not finite, and what is empty") {
  const Tensor nan = torch::full({2, 2}, NAN, torch::kDouble);
  CHECK(L::inv(nan).isnan().all().item<bool>());
  CHECK(L::eigvalsh(nan).isnan().all().item<bool>());
  CHECK(L::matrix_exp(nan).isnan().all().item<bool>());
  CHECK(number(L::matrix_exp(torch::eye(2, torch::kDouble) * 1000)[0][0]) == INFINITY);
  CHECK_THROWS_AS(L::svd(nan), c10::LinAlgError);
  CHECK_THROWS_AS(L::cholesky(nan), c10::LinAlgError);

  const Tensor none = torch::zeros({0, 0}, torch::kDouble), wide = torch::zeros({0, 3}, torch::kDouble);
  CHECK(number(torch::det(none)) == 1);
  CHECK(number(L::cond(none)) == 0);
  CHECK(number(L::matrix_norm(wide, INFINITY)) == 0);
  CHECK(number(L::matrix_norm(wide, 1)) == 0);
  CHECK_THROWS_AS(L::matrix_norm(wide, -2), c10::IndexError);
  CHECK(close(std::get<2>(L::svd(wide)), torch::eye(3, torch::kDouble)));
  CHECK(close(std::get<0>(L::lstsq(wide, torch::zeros({0, 1}, torch::kDouble))),
              torch::zeros({3, 1}, torch::kDouble)));
}

TEST_CASE("linalg: conventions") {
  const Tensor A = matrix({1, 2, 2, 4, 3, 6}, {3, 2});
  const auto [Q, R] = L::qr(A);  // Householder's: the signs are LAPACK's
  CHECK(R[0][0].item<double>() == doctest::Approx(-std::sqrt(14)));
  const auto [P, lower, upper] = L::lu(A);
  CHECK(close(upper, matrix({3, 6, 0, 0}, {2, 2})));
  CHECK(P.argmax(0).equal(torch::tensor({2, 1, 0}, torch::kLong)));
  const auto [solution, residuals, rank, values] =
      L::lstsq(A, matrix({1, 2, 4}, {3, 1}), std::nullopt, "gelsd");
  CHECK(close(solution, matrix({17. / 70, 34. / 70}, {2, 1})));
  CHECK(residuals.numel() == 0);
  CHECK(rank.item<int64_t>() == 1);
  CHECK(close(L::pinv(A, 1e-10), matrix({1, 2, 3, 2, 4, 6}, {2, 3}) / 70));
  CHECK(number(L::norm(A, "nuc")) == doctest::Approx(std::sqrt(70)));
  CHECK(L::vector_norm(A, 1, 0).equal(matrix({6, 12}, {2})));
  CHECK(L::vector_norm(A, 1, std::vector<int64_t>{0, 1}, true).sizes() == at::IntArrayRef{1, 1});
  CHECK(torch::trace(torch::ones({2, 2}, torch::kInt)).dtype() == torch::kLong);
  CHECK(L::matrix_power(torch::ones({2, 2}, torch::kLong), 3).equal(torch::full({2, 2}, 4, torch::kLong)));
}

TEST_CASE("linalg: autocasting computes in float32") {
  const Tensor a = torch::eye(2) * 3, half = a.to(torch::kBFloat16);
  torch::AutocastGuard guard(torch::kCPU);
  CHECK(a.matmul(a).dtype() == torch::kBFloat16);
  CHECK(L::inv(half).dtype() == torch::kFloat);
  CHECK(L::pinv(a).dtype() == torch::kFloat);
}
