// The device's random numbers: the documented stream, distributions, generators.
#include "compare.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>

#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/cuda.h>
#include <tengen/tensor/random/philox.h>

using namespace cuda_test;

namespace {

const TensorOptions kOnDevice = TensorOptions(kCUDA);

uint32_t word(uint64_t seed, uint64_t i) { return philox_block(seed, i / 4).words[i % 4]; }

struct Moments {
  double mean = 0, variance = 0, least = INFINITY, most = -INFINITY;
  explicit Moments(const Tensor& t) {
    const std::vector<double> all = values(t);
    for (double x : all) mean += x, least = std::min(least, x), most = std::max(most, x);
    mean /= double(all.size());
    for (double x : all) variance += (x - mean) * (x - mean);
    variance /= double(all.size());
  }
};

}  // namespace

TEST_CASE("philox: the known answers of its authors' library Random123") {
  const auto check = [](PhiloxBlock counter, uint32_t key0, uint32_t key1, PhiloxBlock expected) {
    const PhiloxBlock found = philox(counter, key0, key1);
    for (int i = 0; i < 4; ++i) CHECK(found.words[i] == expected.words[i]);
  };
  check({{0, 0, 0, 0}}, 0, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
  const uint32_t ones = 0xffffffff;
  check({{ones, ones, ones, ones}}, ones, ones, {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
  check({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0,
        {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
}

TEST_CASE("random on the device: each element gets the words that are documented") {
  const uint64_t seed = 0x123456789abcdef;
  Generator generator = make_generator(seed, kCUDA);
  const auto uniform = values<float>(rand({1001}, generator, kOnDevice));
  for (size_t i = 0; i < uniform.size(); ++i) CHECK(uniform[i] == float(word(seed, i) >> 8) * 0x1p-24f);
  // 1001 words were rounded up to 1004.
  const auto wide = values<double>(rand({7}, generator, kOnDevice.dtype(kDouble)));
  for (size_t i = 0; i < 7; ++i) {
    const uint64_t both = uint64_t(word(seed, 1004 + 2 * i + 1)) << 32 | word(seed, 1004 + 2 * i);
    CHECK(wide[i] == double(both >> 11) * 0x1p-53);
  }
  const auto small = values<int64_t>(randint(0, 10, {9}, generator, kOnDevice.dtype(kLong)));
  for (size_t i = 0; i < 9; ++i) CHECK(small[i] == int64_t(uint64_t(word(seed, 1020 + i)) * 10 >> 32));
  const auto normal = values<float>(randn({3}, generator, kOnDevice));
  for (size_t i = 0; i < 3; ++i) {
    const uint64_t pair = 1032 + i / 2 * 2;
    const double radius = std::sqrt(-2 * std::log((word(seed, pair) + 0.5) * 0x1p-32));
    const double angle = 2 * M_PI * double(word(seed, pair + 1) >> 8) * 0x1p-24;
    CHECK(std::abs(normal[i] - radius * (i % 2 ? std::sin(angle) : std::cos(angle))) < 1e-5);
  }
}

TEST_CASE("random on the device: a draw's numbers do not depend on its size") {
  const std::vector<std::pair<const char*, std::function<Tensor(int64_t, Generator)>>> draws{
      {"rand", [](int64_t n, Generator g) { return rand({n}, g, kOnDevice); }},
      {"randn", [](int64_t n, Generator g) { return randn({n}, g, kOnDevice); }},
      {"randn double", [](int64_t n, Generator g) { return randn({n}, g, kOnDevice.dtype(kDouble)); }},
      {"bernoulli", [](int64_t n, Generator g) { return empty({n}, kOnDevice).bernoulli_(0.3, g); }},
      {"exponential", [](int64_t n, Generator g) { return empty({n}, kOnDevice).exponential_(2, g); }},
      {"randint", [](int64_t n, Generator g) { return randint(0, 1000, {n}, g, kOnDevice.dtype(kInt)); }},
      {"wide randint",
       [](int64_t n, Generator g) { return randint(0, 1000000, {n}, g, kOnDevice.dtype(kLong)); }},
  };
  for (const auto& [name, draw] : draws) {
    CAPTURE(name);
    const auto all = values(draw(5000, make_generator(3, kCUDA)));
    for (int64_t n : {1, 2, 3, 5, 257, 1023}) {
      const auto part = values(draw(n, make_generator(3, kCUDA)));
      CHECK(std::equal(part.begin(), part.end(), all.begin()));
    }
    CHECK(values(draw(5000, make_generator(4, kCUDA))) != all);
    Generator generator = make_generator(3, kCUDA);
    CHECK(values(draw(5000, generator)) == all);
    CHECK(values(draw(5000, generator)) != all);
  }
}

TEST_CASE("random on the device: moments and limits") {
  manual_seed(11);
  const int64_t n = 100000;
  for (ScalarType dtype : {kFloat, kDouble, kHalf, kBFloat16}) {
    CAPTURE(to_string(dtype));
    const Moments uniform(empty({n}, kOnDevice.dtype(dtype)).uniform_(-1, 3));
    CHECK(std::abs(uniform.mean - 1) < 0.03);
    CHECK(std::abs(uniform.variance - 16.0 / 12) < 0.03);
    CHECK(uniform.least >= -1);
    CHECK(uniform.most < 3);
    const Tensor numbers = normal(2, 3, {n}, std::nullopt, kOnDevice.dtype(dtype));
    const Moments moments(numbers);
    CHECK(std::abs(moments.mean - 2) < 0.05);
    CHECK(std::abs(moments.variance - 9) < 0.2);
    CHECK(moments.most > 2 + 3 * 3.5);
    double fourth = 0, neighbours = 0;
    const auto all = values(numbers);
    for (size_t i = 0; i < all.size(); ++i) fourth += std::pow((all[i] - 2) / 3, 4) / double(n);
    for (size_t i = 1; i < all.size(); ++i) neighbours += (all[i] - 2) * (all[i - 1] - 2) / 9 / double(n);
    CHECK(std::abs(fourth - 3) < 0.15);
    CHECK(std::abs(neighbours) < 0.02);
    const Moments coin(empty({n}, kOnDevice.dtype(dtype)).bernoulli_(0.3));
    CHECK(std::abs(coin.mean - 0.3) < 0.01);
  }
  for (ScalarType dtype : {kFloat, kDouble}) {
    const Moments waiting(empty({n}, kOnDevice.dtype(dtype)).exponential_(2));
    CHECK(std::abs(waiting.mean - 0.5) < 0.01);
    CHECK(std::abs(waiting.variance - 0.25) < 0.02);
    CHECK(waiting.least > 0);
  }
  for (ScalarType dtype : {kByte, kChar, kShort, kInt, kLong, kFloat, kDouble}) {
    CAPTURE(to_string(dtype));
    std::map<int, int> count;
    for (double x : values(empty({n}, kOnDevice.dtype(dtype)).random_(3, 13))) ++count[int(x)];
    CHECK(count.size() == 10);
    for (auto [x, times] : count) {
      CHECK(x >= 3);
      CHECK(x < 13);
      CHECK(std::abs(times - n / 10) < 600);
    }
  }
  const Moments wide(empty({n}, kOnDevice.dtype(kLong)).random_(-(int64_t{1} << 40), int64_t{1} << 40));
  CHECK(std::abs(wide.mean) < 0x1p40 * 0.01);
  CHECK(std::abs(wide.variance / (0x1p80 / 3) - 1) < 0.02);
  const Moments all(empty({n}, kOnDevice.dtype(kLong)).random_(INT64_MIN, std::optional<int64_t>()));
  CHECK(all.least < -0x1p62);
  CHECK(all.most > 0x1p62);
  const Moments bytes(empty({n}, kOnDevice.dtype(kByte)).random_());
  CHECK(bytes.least == 0);
  CHECK(bytes.most == 255);
  const Moments bits(empty({n}, kOnDevice.dtype(kBool)).random_());
  CHECK(std::abs(bits.mean - 0.5) < 0.01);
  CHECK(Moments(empty({n}, kOnDevice).bernoulli_(0)).most == 0);
  CHECK(Moments(empty({n}, kOnDevice.dtype(kLong)).bernoulli_(1)).least == 1);
  CHECK(Moments(empty({10}, kOnDevice).uniform_(2, 2)).least == 2);
  CHECK(rand({0}, kOnDevice).numel() == 0);
}

TEST_CASE("random on the CPU: 16-bit types") {
  manual_seed(12);
  for (ScalarType dtype : {kHalf, kBFloat16}) {
    CAPTURE(to_string(dtype));
    const Moments uniform(empty({100000}, dtype).uniform_(-1, 3));
    CHECK(std::abs(uniform.mean - 1) < 0.03);
    CHECK(uniform.least >= -1);
    CHECK(uniform.most < 3);
    const Moments moments(normal(2, 3, {100000}, std::nullopt, dtype));
    CHECK(std::abs(moments.mean - 2) < 0.05);
    CHECK(std::abs(moments.variance - 9) < 0.2);
    CHECK(std::abs(Moments(empty({100000}, dtype).bernoulli_(0.3)).mean - 0.3) < 0.01);
  }
}

TEST_CASE("generators of the device: seeds, states, copies") {
  manual_seed(7);
  const auto first = values(rand({10}, kOnDevice)), second = values(rand({10}, kOnDevice));
  CHECK(first != second);
  manual_seed(7);
  CHECK(values(rand({10}, kOnDevice)) == first);
  // cuda::manual_seed leaves the CPU alone, and the CPU's draws the device.
  const auto here = values(rand({10}));
  cuda::manual_seed(7);
  CHECK(values(rand({10}, kOnDevice)) == first);
  CHECK(values(rand({10}, kOnDevice)) == second);
  CHECK(values(rand({10})) != here);
  cuda::manual_seed_all(7);
  CHECK(values(rand({10}, kOnDevice)) == first);

  Generator generator = default_generator(kCUDA);
  CHECK(generator.device() == Device("cuda:0"));
  CHECK(default_generator().device() == Device(kCPU));
  CHECK(generator.current_seed() == 7);
  const std::string state = generator.state();
  REQUIRE(state.size() == 16);
  uint64_t numbers[2];
  std::memcpy(numbers, state.data(), 16);
  CHECK(numbers[0] == 7);
  CHECK(numbers[1] == 12);
  const auto next = values(randn({100}, kOnDevice));
  generator.set_state(state);
  CHECK(values(randn({100}, kOnDevice)) == next);
  generator.set_state(state);
  Generator copy = generator.clone();
  CHECK(values(randn({100}, copy, kOnDevice)) == next);
  CHECK(values(randn({100}, kOnDevice)) == next);

  numbers[1] = 13;
  CHECK_THROWS_AS(copy.set_state(std::string(reinterpret_cast<char*>(numbers), 16)), Error);
  CHECK_THROWS_AS(copy.set_state(default_generator().state()), Error);
  CHECK_THROWS_AS(default_generator().set_state(state), Error);
}

TEST_CASE("generators of another device are errors") {
  Generator cpu = make_generator(1), device = make_generator(1, kCUDA);
  const char* wants_device = "Expected a 'cuda' device type for generator but got 'cpu'";
  const char* wants_cpu = "Expected a 'cpu' device type for generator but got 'cuda'";
  CHECK_THROWS_WITH_AS(rand({3}, cpu, kOnDevice), wants_device, Error);
  CHECK_THROWS_WITH_AS(randperm(3, cpu, kOnDevice.dtype(kLong)), wants_device, Error);
  CHECK_THROWS_WITH_AS(randn({3}, device, TensorOptions()), wants_cpu, Error);
  CHECK_THROWS_WITH_AS(randperm(3, device), wants_cpu, Error);
  CHECK_THROWS_WITH_AS(ones({3}).multinomial(2, true, device), wants_cpu, Error);
  CHECK_THROWS_WITH_AS(device.random(), wants_cpu, Error);
}

TEST_CASE("random on the device: tensors that are not contiguous are filled in the order of their memory") {
  const auto flat = values(rand({6}, make_generator(1, kCUDA), kOnDevice));
  const Tensor by_column = empty_strided({2, 3}, {1, 2}, kOnDevice).uniform_(0, 1, make_generator(1, kCUDA));
  CHECK(values(by_column.t()) == flat);
  const Tensor room = zeros({6, 2}, kOnDevice), every_other = room.select(1, 0);
  every_other.uniform_(0, 1, make_generator(1, kCUDA));
  CHECK(values(every_other) == flat);
  CHECK(Moments(room.select(1, 1)).most == 0);
}

TEST_CASE("random on the device: probabilities in tensors") {
  manual_seed(13);
  for (ScalarType dtype : {kFloat, kDouble}) {
    const Tensor p = tensor({0.0, 1.0, 0.25}, dtype).to(kCUDA);
    for (ScalarType out : {kFloat, kLong, kBool}) {
      const Tensor drawn = empty({20000, 3}, kOnDevice.dtype(out)).bernoulli_(p);
      CHECK(Moments(drawn.select(1, 0)).most == 0);
      CHECK(Moments(drawn.select(1, 1)).least == 1);
      CHECK(std::abs(Moments(drawn.select(1, 2)).mean - 0.25) < 0.02);
    }
    CHECK(bernoulli(p).is_cuda());
  }
  CHECK_THROWS_WITH_AS(empty({2}, kOnDevice).bernoulli_(tensor({0.5, 1.5}).to(kCUDA)),
                       doctest::Contains("[0, 1], but got p=1.5"), Error);
  CHECK_THROWS_AS(empty({2}, kOnDevice).bernoulli_(tensor({0.5, double(NAN)}).to(kCUDA)), Error);
}

TEST_CASE("random on the device: permutations") {
  manual_seed(14);
  for (int64_t n : {0, 1, 2, 1000}) {
    const Tensor order = randperm(n, kOnDevice.dtype(kLong));
    CHECK(order.is_cuda());
    std::vector<int64_t> all = values<int64_t>(order);
    if (n == 1000) CHECK(!std::is_sorted(all.begin(), all.end()));
    std::sort(all.begin(), all.end());
    for (int64_t i = 0; i < n; ++i) CHECK(all[i] == i);
  }
  CHECK(randperm(5, kOnDevice.dtype(kInt)).dtype() == kInt);
  CHECK_THROWS_AS(randperm(300, kOnDevice.dtype(kByte)), Error);
}

TEST_CASE("random on the device: multinomial") {
  manual_seed(15);
  const Tensor p = tensor({{0.0, 1.0, 3.0, 0.0}, {2.0, 0.0, 0.0, 2.0}}).to(kCUDA);
  const auto check_counts = [&](const Tensor& drawn) {
    CHECK(drawn.is_cuda());
    int count[2][4] = {};
    const auto all = values<int64_t>(drawn);
    const size_t per_row = all.size() / 2;
    for (size_t i = 0; i < all.size(); ++i) ++count[i / per_row][all[i]];
    CHECK(count[0][0] + count[0][3] + count[1][1] + count[1][2] == 0);
    CHECK(std::abs(double(count[0][2]) / double(per_row) - 0.75) < 0.03);
    CHECK(std::abs(double(count[1][0]) / double(per_row) - 0.5) < 0.03);
  };
  check_counts(p.multinomial(5000, true));
  check_counts(p.repeat_interleave(2000, 0).multinomial(1));
  for (int i = 0; i < 20; ++i) {
    std::vector<int64_t> two = values<int64_t>(p.multinomial(2));
    std::sort(two.begin(), two.begin() + 2);
    std::sort(two.begin() + 2, two.end());
    CHECK(two == std::vector<int64_t>{1, 2, 0, 3});
  }
  CHECK(p[0].multinomial(3, true).sizes().equals({3}));
  CHECK_THROWS_AS(zeros({3}, kOnDevice).multinomial(1), Error);
  CHECK_THROWS_AS(full({3}, -1.0, kOnDevice).multinomial(1), Error);
  CHECK_THROWS_AS(full({3}, double(NAN), kOnDevice).multinomial(1), Error);
}

TEST_CASE("random on the device: dropout") {
  manual_seed(16);
  const Tensor x = ones({100000}, kOnDevice);
  const Tensor y = dropout(x, 0.2, true);
  const Moments moments(y);
  CHECK(std::abs(moments.mean - 1) < 0.01);
  CHECK(moments.most == 1.25);
  CHECK(moments.least == 0);
}
