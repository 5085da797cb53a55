// Copies and formulas on a device, where the op table does not reach: 16-bit types, packs with odd tails and
// starts, tiles of transposes, integers divided by zero.
#include <doctest/doctest.h>
#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/kernels.h>
#include <tengen/torch.h>

#include <cmath>

using namespace tengen;

namespace {

/// The same type and values.
bool same(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.cpu().to(kDouble).equal(b.cpu().to(kDouble));
}

/// Numbers of a type that its other types can hold too.
Tensor numbers(IntArrayRef sizes, ScalarType type) {
  int64_t numel = 1;
  for (int64_t size : sizes) numel *= size;
  return arange(numel).remainder(125).reshape(sizes).to(type);
}

constexpr ScalarType kTypes[] = {kByte, kChar, kShort, kInt, kLong, kHalf, kFloat, kDouble, kBool, kBFloat16};

}  // namespace

TEST_CASE("copies move items of every size: contiguous, transposed, sliced, repeated, reversed") {
  for (ScalarType type : {kByte, kShort, kFloat, kLong, kBFloat16}) {
    INFO(to_string(type));
    for (const std::vector<int64_t>& shape :
         {std::vector<int64_t>{1, 1, 5}, {2, 67, 129}, {3, 32, 64}, {1, 130, 17}, {5, 3, 40}}) {
      const Tensor host = numbers(shape, type), x = host.to(kCUDA);
      CHECK(same(x.clone(), host));
      for (auto [a, b] : {std::pair{0, 1}, {0, 2}, {1, 2}})
        CHECK(same(x.transpose(a, b).contiguous(), host.transpose(a, b).contiguous()));
      CHECK(same(x.permute({1, 2, 0}).contiguous(), host.permute({1, 2, 0}).contiguous()));
      CHECK(same(x.slice(2, 1).contiguous(), host.slice(2, 1).contiguous()));
      CHECK(same(x.slice(2, 0, 1000, 2).contiguous(), host.slice(2, 0, 1000, 2).contiguous()));
      CHECK(same(x.unsqueeze(0).expand({3, -1, -1, -1}).contiguous(),
                 host.unsqueeze(0).expand({3, -1, -1, -1}).contiguous()));
      CHECK(same(x.select(2, 0).unsqueeze(2).expand(shape).contiguous(),
                 host.select(2, 0).unsqueeze(2).expand(shape).contiguous()));
      Tensor into = zeros({shape[2], shape[1] + 1}, TensorOptions(type).device(kCUDA));
      into.slice(1, 1).copy_(x[0].t());  // a transpose into a part
      CHECK(same(into.slice(1, 1), host[0].t()));
      CHECK(same(into.select(1, 0), zeros({shape[2]}, type)));
    }
  }
}

TEST_CASE("every type converts to every other, contiguous and strided, with odd tails and starts") {
  for (ScalarType from : kTypes)
    for (ScalarType to : kTypes) {
      INFO(to_string(from) << " -> " << to_string(to));
      const Tensor host = numbers({3, 1061}, from), x = host.to(kCUDA);
      CHECK(same(x.to(to), host.to(to)));
      CHECK(same(x.t().to(to), host.t().to(to)));
      CHECK(same(x[1].slice(0, 1).to(to), host[1].slice(0, 1).to(to)));
    }
  const Tensor odd = tensor({-1.5f, -0.f, 0.25f, 2.75f, 1e-30f, 300.f, 70000.f, INFINITY, -1e-7f});
  for (ScalarType to : {kHalf, kBFloat16, kBool, kInt, kChar}) {
    const Tensor finite = to == kInt || to == kChar ? odd.slice(0, 0, 7) : odd;
    CHECK(same(finite.to(kCUDA).to(to), finite.to(to)));
  }
  CHECK(std::isnan(tensor({NAN}).to(kCUDA).to(kBFloat16).cpu().to(kFloat).item<float>()));
}

TEST_CASE("fills of all types and layouts") {
  for (ScalarType type : kTypes) {
    INFO(to_string(type));
    for (int64_t columns : {1, 7, 1030}) {
      const Tensor host = zeros({5, columns}, type), x = host.to(kCUDA);
      for (double value : {1., 3., 0.}) {
        x.fill_(value), host.fill_(value);
        CHECK(same(x, host));
      }
      x.slice(0, 1, 5, 2).fill_(1), host.slice(0, 1, 5, 2).fill_(1);
      x.select(1, columns / 2).fill_(2), host.select(1, columns / 2).fill_(2);
      if (columns > 8) x.slice(1, 3, 11).fill_(3), host.slice(1, 3, 11).fill_(3);
      CHECK(same(x, host));
    }
  }
}

TEST_CASE("packs, their tails, and operands that cannot be packed give what single elements give") {
  for (ScalarType type : {kFloat, kDouble, kHalf, kBFloat16}) {
    INFO(to_string(type));
    for (int64_t n : {1, 3, 8, 2047, 2048, 2049, 5003}) {
      const Tensor a = (arange(n).remainder(37) / 4).to(type), b = (arange(n).remainder(11) - 5).to(type);
      const Tensor x = a.to(kCUDA), y = b.to(kCUDA);
      auto check = [&](const Tensor& found, const Tensor& expected) {
        CHECK(found.dtype() == type);
        CHECK(same(found, expected.to(type)));
      };
      const Tensor fa = a.to(kDouble), fb = b.to(kDouble);
      check(x + y, fa + fb);
      check(x * y, fa * fb);
      check(x.clone().mul_(2), fa * 2);
      check(1 - x, 1 - fa);
      check(x.relu(), fa.relu());
      CHECK(same(x < y, fa < fb));
      CHECK(same(where(x < y, x, y), where(fa < fb, fa, fb).to(type)));
      CHECK(same(where(x < y, 1, y), where(fa < fb, 1, fb).to(type)));
      if (n > 3) {
        check(x.slice(0, 1) + y.slice(0, 1), (fa + fb).slice(0, 1));  // a start off any pack
        check(x.slice(0, 1) - y.slice(0, 0, n - 1), fa.slice(0, 1) - fb.slice(0, 0, n - 1));
        check(x.slice(0, 0, n, 2) * 3, fa.slice(0, 0, n, 2) * 3);
      }
    }
  }
}

TEST_CASE("broadcasting along inner and outer dimensions, packed or not") {
  for (int64_t inner : {3, 16, 49, 64})
    for (ScalarType type : {kFloat, kHalf, kLong}) {
      INFO(to_string(type) << " " << inner);
      const Tensor host = numbers({3, 20, inner}, type), x = host.to(kCUDA);
      const Tensor plane = numbers({20, 1}, type), row = numbers({inner}, type),
                   outer = numbers({3, 1, 1}, type);
      const Tensor wide = host.to(kDouble);
      for (const Tensor& other : {plane, row, outer}) {
        CHECK(same(x + other.to(kCUDA), (wide + other.to(kDouble)).to(type)));
        CHECK(same(other.to(kCUDA) - x, (other.to(kDouble) - wide).to(type)));
      }
      CHECK(same(plane.to(kCUDA) + row.to(kCUDA), (plane.to(kDouble) + row.to(kDouble)).to(type)));
      const Tensor turned = (x.transpose(0, 2) + x.transpose(0, 2).contiguous());
      CHECK(same(turned, (wide.transpose(0, 2) * 2).to(type)));
    }
}

TEST_CASE("16-bit formulas are float formulas, rounded once") {
  const Tensor a = (arange(4099).to(kFloat) - 2000) / 256,
               b = arange(4099).remainder(257).to(kFloat) / 64 - 2;
  for (ScalarType type : {kHalf, kBFloat16}) {
    const Tensor x = a.to(type).to(kCUDA), y = b.to(type).to(kCUDA);
    const Tensor fx = x.to(kFloat), fy = y.to(kFloat);
    CHECK(same(x.exp(), fx.exp().to(type)));
    CHECK(same(x.tanh(), fx.tanh().to(type)));
    CHECK(same(gelu(x), gelu(fx).to(type)));
    CHECK(same(x.clamp(-1, 2), fx.clamp(-1, 2).to(type)));
    CHECK(same(x / y, (fx / fy).to(type)));
    CHECK(same(maximum(x, y), maximum(fx, fy).to(type)));
    CHECK(same(addcmul(x, y, y, 0.5), addcmul(fx, fy, fy, 0.5).to(type)));
    CHECK(same(x.isfinite(), fx.isfinite()));
    CHECK(same(x.t().sigmoid(), fx.sigmoid().to(type)));
  }
}

TEST_CASE("integers of all sizes compute as int64 and are cut off when stored") {
  for (ScalarType type : {kByte, kChar, kShort, kInt, kLong}) {
    INFO(to_string(type));
    const Tensor a = numbers({1031}, type), b = numbers({1031}, type).flip({0});
    const Tensor x = a.to(kCUDA), y = b.to(kCUDA);
    CHECK(same(x * y, a * b));
    CHECK(same(x - y, a - b));
    CHECK(same(x.bitwise_xor(y), a.bitwise_xor(b)));
    CHECK(same(x.floor_divide(3), a.floor_divide(3)));
    CHECK(same(x.remainder(y + 1), a.remainder(b + 1)));
    CHECK(same(x.pow(2), a.pow(2)));
    CHECK(same(x.neg(), a.neg()));
    CHECK(same(x == y, a == b));
    CHECK(same(where(x > y, x, 7), where(a > b, a, 7)));
  }
}

TEST_CASE("an integer divided by zero is the CPU's error, found when the host next waits") {
  const Tensor x = arange(3000).to(kCUDA), zero = (arange(3000) - 2999).to(kCUDA);
  auto waits = [&](auto divide) {
    CHECK_THROWS_WITH_AS(divide().cpu(), doctest::Contains("ZeroDivisionError"), Error);
    CHECK(same(x + 1, arange(1, 3001)));  // said once
  };
  waits([&] { return div(x, zero, "trunc"); });
  waits([&] { return x.floor_divide(zero); });
  waits([&] { return x.remainder(zero); });
  waits([&] { return fmod(x, zero); });
  waits([&] { return x.remainder(0); });
}

TEST_CASE("the sum of a formula: repeatable, of any size and strides") {
  for (ScalarType type : {kFloat, kDouble})
    for (const std::vector<int64_t>& shape : {std::vector<int64_t>{}, {7}, {300, 301}}) {
      const Tensor a = randn(shape, TensorOptions(type)), b = rand(shape, TensorOptions(type));
      const Tensor x = a.to(kCUDA), y = b.to(kCUDA);
      auto sum = [&](const Tensor& p, const Tensor& q) {
        Tensor out = empty({}, TensorOptions(type).device(kCUDA));
        kernels(kCUDA).binary_sum(Binary::bce_with_logits, view_of(out), view_of(p), view_of(q), nullptr);
        return out.cpu();
      };
      const Tensor expected =
          binary_cross_entropy_with_logits(a.to(kDouble), b.to(kDouble), {}, {}, Reduction::Sum);
      CHECK(allclose(sum(x, y).to(kDouble), expected, 1e-6, 0));
      CHECK(same(sum(x, y), sum(x, y)));
      if (shape.size() == 2) CHECK(allclose(sum(x.t(), y.t()).to(kDouble), expected, 1e-6, 0));
    }
}
