// Which elements a result may depend on: windows, triangles, empty indices and empty batches.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <limits>

using namespace tengen;

TEST_CASE("adaptive_avg_pool: NaN and infinity stay in the windows that hold them") {
  const float inf = std::numeric_limits<float>::infinity();
  Tensor x = arange(8, kFloat).view({1, 1, 8});
  x[0][0].slice(0, 7).fill_(inf);
  const Tensor y = adaptive_avg_pool1d(x, 3);  // windows [0,3), [2,6), [5,8)
  CHECK(y[0][0].slice(0, 0, 2).equal(tensor({1.f, 3.5f})));
  CHECK(y[0][0][2].item<float>() == inf);
  const Tensor plane = adaptive_avg_pool2d(x.view({1, 1, 2, 4}), {3, 3});
  CHECK(plane.isfinite().sum().item<int64_t>() == 7);  // all but the lower two windows of the last column
}

TEST_CASE("adaptive_avg_pool: windows of different sizes average what they cover, forward and backward") {
  const Tensor x = rand({2, 3, 7, 5}, kDouble).set_requires_grad(true);
  const Tensor y = adaptive_avg_pool2d(x, {4, 8});
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t j = 0; j < 8; ++j) {
      const Tensor window =
          x.slice(2, i * 7 / 4, ((i + 1) * 7 + 3) / 4).slice(3, j * 5 / 8, ((j + 1) * 5 + 7) / 8);
      CHECK(y.select(3, j).select(2, i).allclose(window.mean({2, 3})));
    }
  CHECK(autograd::gradcheck(
      [](const std::vector<Tensor>& in) {
        return adaptive_avg_pool2d(in[0], {4, 8});
      },
      {x}));
}

TEST_CASE("tril and triu take any number as a diagonal") {
  const Tensor x = ones({2, 3});
  for (const int64_t far : {int64_t{4}, INT64_MAX}) {
    CHECK(tril(x, far).equal(x));
    CHECK(triu(x, far).equal(zeros({2, 3})));
  }
  for (const int64_t far : {int64_t{-4}, INT64_MIN}) {
    CHECK(tril(x, far).equal(zeros({2, 3})));
    CHECK(triu(x, far).equal(x));
  }
  CHECK(triu(x, 2).sum().item<float>() == 1);
  CHECK(tril(x, -1).sum().item<float>() == 1);
}

TEST_CASE("gather and scatter: an index without elements may have any shape") {
  const Tensor x = rand({2, 3}).set_requires_grad(true), none = empty({0}, kLong),
               source = rand({4}).set_requires_grad(true);
  CHECK(gather(x, 0, none).sizes() == IntArrayRef{0});
  CHECK(scatter(x, 0, none, source).equal(x));
  CHECK(scatter(x, 1, none, 3).equal(x));
  const Tensor sum = scatter_add(x, 0, none, source);
  CHECK(sum.equal(x));
  sum.sum().backward();
  CHECK(x.grad().equal(ones({2, 3})));
  CHECK(source.grad().equal(zeros(4)));
}

TEST_CASE("batch_norm in training leaves running statistics alone when the batch is empty") {
  const Tensor mean = tensor({1.f, 2.f}), var = tensor({3.f, 4.f});
  batch_norm(empty({2, 2, 0}), {}, {}, mean, var, true, 0.1, 1e-5);
  CHECK(mean.equal(tensor({1.f, 2.f})));
  CHECK(var.equal(tensor({3.f, 4.f})));
}

TEST_CASE("randperm without a type counts in int64; sum_to_size of integers and bools sums in int64") {
  CHECK(randperm(5, TensorOptions()).dtype() == kLong);
  CHECK(randperm(5, kFloat).dtype() == kFloat);
  CHECK(ones({3, 200}, kBool).sum_to_size({1}).item<int64_t>() == 600);
  CHECK(full({2, 3}, 100, kByte).sum_to_size({1, 3}).dtype() == kLong);
}

TEST_CASE("binary_cross_entropy refuses targets outside of [0, 1]") {
  CHECK_THROWS_WITH_AS(binary_cross_entropy(tensor({0.5f}), tensor({1.5f})),
                       doctest::Contains("all elements of target should be between 0 and 1"), Error);
}
