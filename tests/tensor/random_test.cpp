// The streams are PyTorch's: literal values and hashes from torch 1.13 (random_values.py makes the table).
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/factories.h>

using namespace tengen;

namespace {

template <class T>
std::vector<T> values(const Tensor& t) {
  Tensor copy = empty(t.sizes(), t.dtype()).copy_(t);
  return {copy.data_ptr<T>(), copy.data_ptr<T>() + copy.numel()};
}

struct Hash {  // FNV-1a
  uint64_t value = 0xcbf29ce484222325;
  void add(const void* data, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i)
      value = (value ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3;
  }
};

Tensor draw(const std::string& name, int64_t n, Dtype type) {
  if (name == "rand") return rand({n}, type);
  if (name == "randn") return randn({n}, type);
  if (name == "normal") return normal(0.3, 1.7, {n}, std::nullopt, type);
  if (name == "uniform_") return empty({n}, type).uniform_(-0.31, 0.77);
  if (name == "bernoulli_") return empty({n}, type).bernoulli_(0.3);
  if (name == "bernoulli") return rand({n}, type).bernoulli();
  if (name == "exponential_") return empty({n}, type).exponential_(1.5);
  if (name == "random_") return empty({n}, type).random_();
  if (name == "random_range") return empty({n}, type).random_(3, 100);
  if (name == "randperm") return randperm(n, type);
  if (name == "multinomial") return rand({n}, type).multinomial(std::min<int64_t>(n, 5));
  if (name == "multinomial_replacement") return rand({n}, type).multinomial(7, true);
  FAIL("no such distribution: " << name);
  return {};
}

struct Row {
  const char* name;
  Dtype type;
  uint64_t hash;
};
constexpr Row kRows[] = {
    {"rand", kFloat, 0xd117b693b075f460},
    {"randn", kFloat, 0x210e7da05604fa3b},
    {"normal", kFloat, 0x3b64578debeef67a},
    {"uniform_", kFloat, 0xde180c60b86d7c11},
    {"bernoulli_", kFloat, 0xaea765385b4a1435},
    {"bernoulli", kFloat, 0x6d9c2a0258361fa5},
    {"exponential_", kFloat, 0xc22ae3f510ffb3ad},
    {"random_", kFloat, 0x3a4fb99d51163931},
    {"random_range", kFloat, 0xf0f9472753e5ae0f},
    {"multinomial", kFloat, 0xfc1c5638a009d701},
    {"multinomial_replacement", kFloat, 0xa94e0ff227626c57},
    {"rand", kDouble, 0xf20389414036c096},
    {"randn", kDouble, 0xffdf247086477cee},
    {"normal", kDouble, 0x5dd549d5cd1c1312},
    {"uniform_", kDouble, 0x11fea55c9ee3e226},
    {"bernoulli_", kDouble, 0xb70b4a52239f1245},
    {"bernoulli", kDouble, 0xc69b12a6f06b9d98},
    {"exponential_", kDouble, 0xdf6da14f6eb514ff},
    {"random_", kDouble, 0xef9ac4b5489882e6},
    {"random_range", kDouble, 0xc5e35f4d2436a2b7},
    {"multinomial", kDouble, 0x93dd7c8d6cca4032},
    {"multinomial_replacement", kDouble, 0xbcabf8dc21c2073e},
    {"bernoulli_", kByte, 0xd10e187e5873ef5b},
    {"random_", kByte, 0x720df635a5f1f151},
    {"random_range", kByte, 0x6a5d2fa6a2190f3c},
    {"bernoulli_", kChar, 0xd10e187e5873ef5b},
    {"random_", kChar, 0xe44caf727da65a51},
    {"random_range", kChar, 0x6a5d2fa6a2190f3c},
    {"bernoulli_", kShort, 0x51b279e2dd89516d},
    {"random_", kShort, 0x8d4e2545491f0c08},
    {"random_range", kShort, 0xb1818dbb9cfc08c0},
    {"bernoulli_", kInt, 0xfe2534e784437375},
    {"random_", kInt, 0x14f47b4f1ffc8e90},
    {"random_range", kInt, 0x0018d2b62619a7a0},
    {"bernoulli_", kLong, 0xa1fc2bf2296b4ac5},
    {"random_", kLong, 0xfdf8eb52dc9b75c3},
    {"random_range", kLong, 0x6b96c67dac9dd360},
    {"randperm", kLong, 0x66d928bd313bf62d},
};

}  // namespace

TEST_CASE("random: every distribution, type and size draws PyTorch's numbers") {
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CAPTURE(to_string(row.type));
    const std::string name = row.name;
    const bool rounded =
        row.type == kDouble && (name == "randn" || name == "normal" || name == "exponential_");
    std::vector<int64_t> sizes;
    for (int64_t n = 1; n <= 20; ++n) sizes.push_back(n);
    sizes.insert(sizes.end(), {31, 32, 33, 100, 1000});
    Hash hash;
    for (uint64_t seed : {0, 42}) {
      manual_seed(seed);
      for (int64_t n : sizes) {
        Tensor t = draw(row.name, n, row.type);
        if (!rounded)
          hash.add(t.data_ptr(), t.nbytes());
        else
          for (double value : values<double>(t)) {
            const int64_t scaled = int64_t(std::nearbyint(value * 0x1p30));
            hash.add(&scaled, sizeof(scaled));
          }
      }
    }
    CHECK(hash.value == row.hash);
  }
}

TEST_CASE("random: literal values") {
  manual_seed(42);
  CHECK(values<float>(rand({5})) == std::vector<float>{0.8822692632675171f, 0.9150039553642273f,
                                                       0.38286375999450684f, 0.9593056440353394f,
                                                       0.3904482126235962f});
  manual_seed(0);
  CHECK(values<float>(randn({4})) == std::vector<float>{1.5409960746765137f, -0.293428897857666f,
                                                        -2.1787893772125244f, 0.5684312582015991f});
  std::vector<float> blocks = values<float>(randn({17}));
  CHECK(blocks[0] == -0.35612836480140686f);
  CHECK(blocks[2] == 1.4436601400375366f);
  manual_seed(0);
  CHECK(values<int64_t>(randint(10, {6})) == std::vector<int64_t>{4, 9, 3, 0, 3, 9});
  CHECK(values<int64_t>(randperm(8)) == std::vector<int64_t>{3, 4, 0, 6, 5, 7, 2, 1});
  CHECK(values<float>(bernoulli(full({8}, 0.5))) == std::vector<float>{1, 1, 0, 0, 0, 1, 1, 0});
  manual_seed(0);
  CHECK(values<int64_t>(empty({2}, kLong).random_(INT64_MIN, std::optional<int64_t>())) ==
        std::vector<int64_t>{-8322921849960486353, -5253828890213626688});
}

TEST_CASE("random: bounds that a float cannot hold are tightened, wide ranges take 64 bits") {
  manual_seed(0);
  empty({4}, kLong).random_(INT64_MIN, std::optional<int64_t>());
  CHECK(values<float>(empty({3}).random_(-(int64_t{1} << 27) - 3, (int64_t{1} << 33) + 1)) ==
        std::vector<float>{2182013696.0f, 5717534208.0f, 5093076992.0f});
  CHECK(values<int64_t>(randint(-(int64_t{1} << 40), int64_t{1} << 41, {2})) ==
        std::vector<int64_t>{-798620336680, 1478639799692});
}

TEST_CASE("random: tensors that are not contiguous are filled in the order of their memory") {
  const std::vector<float> by_column{0.7576315999031067f, 0.40306925773620605f, 0.029281556606292725f,
                                     0.2793108820915222f, 0.7346844673156738f,  0.7998586297035217f};
  manual_seed(1);
  CHECK(values<float>(empty_strided({2, 3}, {1, 2}).uniform_()) == by_column);
  manual_seed(1);
  CHECK(values<float>(rand_like(empty_strided({2, 3}, {1, 2}))) == by_column);
  manual_seed(1);  // 20 elements, but one at a time
  CHECK(values<float>(empty_strided({4, 5}, {1, 4}).normal_())[1] == -0.4519059658050537f);
}

TEST_CASE("random: probabilities broadcast") {
  manual_seed(3);
  Tensor p = tensor({0.0, 1.0});
  Tensor drawn = empty({100, 2}).bernoulli_(p);
  for (int64_t i = 0; i < 100; ++i) {
    CHECK(drawn.accessor<float, 2>()[i][0] == 0);
    CHECK(drawn.accessor<float, 2>()[i][1] == 1);
  }
  CHECK_THROWS_AS(empty({3}).bernoulli_(p), Error);
  CHECK_THROWS_WITH_AS(empty({2}).bernoulli_(tensor({0.5, 1.5})), doctest::Contains("[0, 1]"), Error);
}

TEST_CASE("random: the state's bytes are torch.get_rng_state()'s and bring the stream back") {
  manual_seed(7);
  randn({3});
  const std::string state = default_generator().state();
  Hash hash;
  hash.add(state.data(), state.size());
  CHECK(state.size() == 5056);
  CHECK(hash.value == 0xa7b4e4d2a01c0c61);
  const std::vector<float> next = values<float>(randn({5}));
  default_generator().set_state(state);
  CHECK(values<float>(randn({5})) == next);

  Generator other = default_generator().clone();
  CHECK(values<float>(rand({700}, other)) == values<float>(rand({700})));
  other.set_current_seed(7);
  CHECK(other.current_seed() == 7);
  CHECK(values<float>(randn({3}, other)) != next);

  std::string broken = state;
  broken[8] = 100;  // draws left, which no longer fits the position
  CHECK_THROWS_AS(other.set_state(broken), Error);
  CHECK_THROWS_AS(other.set_state("short"), Error);
  CHECK_THROWS_AS(Generator().random(), Error);
}

TEST_CASE("random: generators are independent of the default one") {
  Generator a = make_generator(5), b = make_generator(5);
  manual_seed(1);
  Tensor first = rand({4}, a);
  rand({10});
  CHECK(values<float>(first) == values<float>(rand({4}, b)));
  CHECK(a.random64() == b.random64());
  CHECK(a.normal() == b.normal());
  CHECK(a.uniform_float() == b.uniform_float());
  CHECK(a.uniform_double() == b.uniform_double());
}

TEST_CASE("random: arguments that make no sense") {
  CHECK_THROWS_WITH_AS(empty({2}).uniform_(1, 0), doctest::Contains("from=1 > to=0"), Error);
  CHECK_THROWS_WITH_AS(empty({2}).normal_(0, -1), doctest::Contains("std >= 0.0"), Error);
  CHECK_THROWS_AS(empty({2}).bernoulli_(1.5), Error);
  CHECK_THROWS_AS(empty({2}).bernoulli_(std::nan("")), Error);
  CHECK_THROWS_AS(empty({2}, kLong).normal_(), NotImplementedError);
  CHECK_THROWS_AS(randint(5, 5, {2}), Error);
  CHECK_THROWS_WITH_AS(randint(0, 300, {2}, kByte), doctest::Contains("out of bounds"), Error);
  CHECK_THROWS_AS(randperm(-1), Error);
  CHECK_THROWS_AS(randperm(300, kByte), Error);
  CHECK_THROWS_AS(empty({2}).exponential_(-1), Error);
  CHECK_THROWS_AS(multinomial(tensor({0.0, 0.0}), 1), Error);
  CHECK_THROWS_AS(multinomial(tensor({1.0, -1.0}), 1), Error);
  CHECK_THROWS_AS(multinomial(tensor({1.0, 1.0}), 3), Error);
  CHECK_THROWS_AS(multinomial(empty({2, 2, 2}), 1), Error);
}

TEST_CASE("random: options, in-place versions and leaves") {
  Tensor leaf = randn({3}, requires_grad());
  CHECK(leaf.requires_grad());
  CHECK_THROWS_WITH_AS(leaf.normal_(), doctest::Contains("leaf"), Error);
  {
    NoGradGuard no_grad;
    leaf.uniform_();
  }
  Tensor plain = zeros({3});
  const int64_t version = plain._version();
  plain.bernoulli_(0.5);
  CHECK(plain._version() == version + 1);
  CHECK(randint(3, {2}).dtype() == kLong);
  CHECK(randint(3, {2}, TensorOptions().requires_grad(false)).dtype() ==
        kFloat);  // as LibTorch: options replace int64
  CHECK(rand({0}).numel() == 0);
  CHECK(randn({}).dim() == 0);
}

TEST_CASE("random: 16-bit types take the same draws as float32, rounded") {
  for (ScalarType type : {kHalf, kBFloat16}) {
    const auto same = [&](auto fill) {
      const Tensor narrow = empty({48}, type), wide = empty({48}, kFloat);
      manual_seed(5);
      fill(narrow);
      manual_seed(5);
      fill(wide);
      CHECK(narrow.equal(wide.to(type)));
    };
    same([](const Tensor& t) { t.normal_(1, 2); });
    same([](const Tensor& t) { t.exponential_(2); });
    same([](const Tensor& t) { t.bernoulli_(0.3); });
    same([](const Tensor& t) { t.bernoulli_(full({48}, 0.25, t.options())); });
    same([](const Tensor& t) { t.random_(-5, 200); });
    const Tensor p = tensor({0.25, 0.5, 0.25});
    manual_seed(5);
    const Tensor expected = multinomial(p, 20, true);
    manual_seed(5);
    CHECK(multinomial(p.to(type), 20, true).equal(expected));
    CHECK_THROWS_WITH_AS(empty({2}, type).random_(5000), doctest::Contains("does not hold all whole numbers"),
                         Error);
  }
}
