// Numbers of elements and bytes that 64 bits do not hold are errors, wherever a size is computed.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include "../../temporary.h"

namespace {
constexpr int64_t kHuge = int64_t{1} << 62;
}

TEST_CASE("sizes that overflow: memory") {
  const torch::Tensor t = torch::ones({1}).expand({kHuge});
  CHECK(t.numel() == kHuge);
  const std::string bytes = "Storage size calculation overflowed with sizes=[4611686018427387904]";
  CHECK(contains(error_of([&] { torch::empty({kHuge}); }), bytes));
  CHECK(contains(error_of([&] { torch::zeros({kHuge}); }), bytes));
  CHECK(contains(error_of([&] { t.contiguous(); }), bytes));
  CHECK(contains(error_of([&] { t.clone(); }), bytes));
  CHECK(contains(error_of([&] { t + 1; }), bytes));
  CHECK(contains(error_of([&] { t.exp(); }), bytes));
  CHECK(contains(error_of([&] { t.to(torch::kDouble); }), bytes));
  CHECK(contains(error_of([&] { t.reshape({2, -1}).contiguous(); }), "Storage size calculation overflowed"));
  CHECK(contains(error_of([&] { torch::ones({1}).repeat({kHuge}); }), "overflowed"));
  CHECK(contains(error_of([&] { torch::ones({1}).repeat_interleave(kHuge); }), "overflowed"));
  CHECK(contains(error_of([&] { torch::arange(kHuge); }), "are too many"));
  CHECK(contains(error_of([&] { torch::arange(INT64_MIN, INT64_MAX); }), "are too many"));
  CHECK(contains(error_of([&] { torch::arange(kHuge - 1); }), "overflowed"));
  CHECK(contains(error_of([&] { torch::linspace(0, 1, kHuge); }), "overflowed"));
  CHECK(contains(error_of([&] { torch::randperm(kHuge); }), "overflowed"));
  CHECK(contains(error_of([&] { torch::empty_strided({2, 2}, {kHuge, 1}); }), "overflowed"));
  CHECK(contains(error_of([&] { torch::empty_strided({3}, {kHuge}); }), "overflowed"));
  float number = 0;
  CHECK(contains(error_of([&] { torch::from_blob(&number, {3}, {kHuge}); }), "overflowed"));
  CHECK(contains(error_of([&] { torch::ones({4}).resize_({kHuge}); }), bytes));
  // What is addressable but not there.
  CHECK(contains(error_of([&] { torch::empty({int64_t{1} << 58}); }),
                 "can't allocate memory: you tried to allocate 1152921504606846976 bytes"));
}

TEST_CASE("sizes that overflow: numbers of elements") {
  const std::string numel = "numel: integer multiplication overflow";
  const int64_t many = int64_t{1} << 40;
  CHECK(contains(error_of([&] { torch::empty({many, many}); }), numel));
  CHECK(contains(error_of([&] { torch::ones({1}).expand({many, many}); }), numel));
  CHECK(contains(error_of([&] { torch::ones({1}).as_strided({many, many}, {0, 0}); }), numel));
  CHECK(contains(error_of([&] { torch::eye(int64_t{1} << 32); }), numel));
  CHECK(contains(error_of([&] { torch::ones({0}).view({many, many}); }), "is invalid for input of size 0"));
  CHECK(contains(error_of([&] { torch::ones({4}).resize_({many, many}); }), numel));
  for (const torch::Tensor& none : {torch::empty({0, many, many}), torch::empty({many, many, 0})}) {
    CHECK(none.numel() == 0);
    CHECK(none.detach().is_contiguous());
    CHECK(none.transpose(0, 2).clone().numel() == 0);
  }
}

TEST_CASE("sizes that overflow: a dimension") {
  const torch::Tensor t = torch::ones({1}).expand({kHuge});
  CHECK(contains(error_of([&] { torch::cat({t, t, t, t}); }), "is too large"));
  CHECK(contains(error_of([&] { torch::ones({4}).repeat({kHuge}); }), "is too large"));
  CHECK(contains(error_of([&] {
                   torch::constant_pad_nd(torch::ones({3}), {INT64_MAX, INT64_MAX});
                 }),
                 "is too large"));
  CHECK_THROWS(torch::pad(torch::ones({1, 1, 3}), {kHuge, kHuge}, "replicate"));
  for (const int64_t amount : {int64_t(1) << 44, int64_t(1) << 60, int64_t(1) << 61})
    CHECK_THROWS_AS(torch::pad(torch::ones({1, 1, 3}), {amount, amount}, "replicate"), torch::Error);
  const torch::Tensor image = torch::ones({1, 1, 4, 4}), weight = torch::ones({1, 1, 3, 3});
  CHECK(contains(error_of([&] { torch::conv2d(image, weight, {}, 1, INT64_MAX); }), "too large padding"));
  CHECK(contains(error_of([&] { torch::conv2d(image, weight, {}, 1, 0, kHuge); }), "too large dilation"));
  CHECK(contains(error_of([&] { torch::max_pool2d(image, kHuge, 1, kHuge / 2); }), "out of range"));
}

TEST_CASE("sizes that overflow: views beyond their memory") {
  const torch::Tensor t = torch::zeros({4});
  CHECK(contains(error_of([&] { t.as_strided({kHuge}, {1}); }), "overflowed"));
  CHECK(contains(error_of([&] { t.as_strided({kHuge}, {4}); }), "overflowed"));
  CHECK(contains(error_of([&] { t.as_strided({2}, {1}, kHuge); }), "overflowed"));
  CHECK(contains(error_of([&] { t.as_strided({2}, {1}, INT64_MAX); }), "overflowed"));
  CHECK(contains(error_of([&] { t.as_strided({5}, {1}); }),
                 "requiring a storage size of 20 are out of bounds for storage of size 16"));
  CHECK(t.as_strided({4}, {1}).equal(t));
}
