// Sorting on a device: rows of all lengths, which go to a warp, a block, or passes over memory.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <cmath>

using namespace tengen;

namespace {

/// Whether a sort on the device gives the CPU's values and indices: ties included, as sorting is stable.
bool sorts_alike(const Tensor& x, int64_t dim, bool descending) {
  auto [values, indices] = x.sort(dim, descending);
  auto [device_values, device_indices] = x.to(kCUDA).sort(dim, descending);
  return indices.equal(device_indices.cpu()) && x.gather(dim, indices).equal(device_values.cpu());
}

const ScalarType kTypes[] = {kByte, kChar, kShort, kInt, kLong, kFloat, kDouble, kBool};

}  // namespace

TEST_CASE("sort: all types and lengths, stable in both directions") {
  manual_seed(11);
  for (int64_t length : {1, 2, 31, 32, 33, 255, 256, 257, 1000, 4096, 4097, 10000})
    for (ScalarType type : kTypes) {
      INFO(length, " ", to_string(type));
      // Few different values, so that there are many ties; negative ones where the type has them.
      Tensor x = (randint(0, 40, {3, length}) - 20).to(type);
      CHECK(sorts_alike(x, 1, false));
      CHECK(sorts_alike(x, 1, true));
    }
}

TEST_CASE("sort: numbers that use all bits") {
  manual_seed(12);
  for (int64_t length : {20, 700, 9000}) {
    INFO(length);
    Tensor big = randint(-1000000007, 1000000007, {2, length}).to(kLong);
    for (bool descending : {false, true}) {
      CHECK(sorts_alike(big * 5000000000, 1, descending));
      CHECK(sorts_alike(big.to(kInt), 1, descending));
      CHECK(sorts_alike(randn({2, length}), 1, descending));
      CHECK(sorts_alike(randn({2, length}, kDouble) * 1e200, 1, descending));
    }
  }
}

TEST_CASE("sort: NaN is largest, -0 equals 0") {
  for (ScalarType type : {kFloat, kDouble})
    for (int64_t length : {10, 500, 5000}) {
      INFO(to_string(type), " ", length);
      Tensor x = zeros({length}, type);
      for (int64_t i = 0; i < length; ++i) {
        const double values[] = {0, -0.0, NAN, INFINITY, -INFINITY, -1, 1e-42, -NAN, 3, 0};
        x.index_put_({i}, values[i * 7 % 10]);
      }
      for (bool descending : {false, true}) {
        Tensor expected = std::get<1>(x.sort(0, descending));
        auto [values, indices] = x.to(kCUDA).sort(0, descending);
        CHECK(expected.equal(indices.cpu()));
        CHECK(values.cpu().isnan().equal(x.gather(0, expected).isnan()));
      }
    }
}

TEST_CASE("sort: any dimension and strides, and the first few of each row") {
  manual_seed(13);
  Tensor x = randn({6, 50, 4});
  for (int64_t dim : {0, 1, 2}) CHECK(sorts_alike(x, dim, dim == 1));
  Tensor strided = randn({100, 9}).t().slice(1, 0, 100, 3);
  CHECK(std::get<1>(strided.to(kCUDA).sort(1)).cpu().equal(std::get<1>(strided.sort(1))));
  CHECK(sorts_alike(tensor(2.f), 0, false));
  for (int64_t length : {20, 900, 6000})
    for (int64_t k : {int64_t{0}, int64_t{1}, int64_t{7}, length}) {
      INFO(length, " ", k);
      Tensor row = randn({3, length});
      auto [values, indices] = row.topk(k);
      auto [device_values, device_indices] = row.to(kCUDA).topk(k);
      CHECK(values.equal(device_values.cpu()));
      CHECK(indices.equal(device_indices.cpu()));
    }
}

TEST_CASE("sort: so many elements that rows are sorted in groups of blocks") {
  manual_seed(14);
  Tensor x = randint(0, 1000, {5, 70000}).to(kFloat);
  CHECK(sorts_alike(x, 1, false));
  CHECK(sorts_alike(randint(0, 50, {300000}).to(kInt), 0, true));
}

TEST_CASE("sort: 16-bit floating numbers") {
  manual_seed(15);
  for (ScalarType type : {kHalf, kBFloat16})
    for (int64_t length : {30, 800, 5000}) {
      INFO(to_string(type), " ", length);
      Tensor x = randn({length}).to(type);
      x.index_put_({3}, NAN);
      auto [expected, at] = x.to(kFloat).sort(0, false);
      auto [values, indices] = x.to(kCUDA).sort(0, false);
      CHECK(indices.cpu().equal(at));
      CHECK(values.cpu().to(kFloat).slice(0, 0, length - 1).equal(expected.slice(0, 0, length - 1)));
    }
}
