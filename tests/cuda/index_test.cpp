// Reading and writing by indices on a device, where the op table does not reach: all the ways that the
// kernels take by size and shape, against the CPU's, which does things in order.
#include <doctest/doctest.h>
#include <tengen/cuda/runtime/stream.h>
#include <tengen/torch.h>

#include <cmath>

using namespace tengen;

namespace {

/// Whether f gives the same bits on the device as on the CPU. f takes a function that moves tensors to where
/// it is to compute.
template <class F>
bool same_on_device(const F& f) {
  Tensor host = f([](const Tensor& t) { return t.clone(); });
  Tensor device = f([](const Tensor& t) { return t.to(kCUDA); });
  if (!device.is_cuda()) return false;
  const ScalarType exact = host.dtype() == kLong ? kLong : kDouble;
  return host.to(exact).equal(device.cpu().to(exact));
}

using Index = std::optional<Tensor>;
Tensor read(const Tensor& x, std::vector<Index> at) { return index(x, at); }
Tensor write(const Tensor& x, std::vector<Index> at, const Tensor& values, bool accumulate = false) {
  return index_put(x, at, values, accumulate);
}

Tensor numbers(IntArrayRef sizes, ScalarType type) {
  return type == kBool ? randint(0, 2, sizes).to(kBool) : randint(-9, 10, sizes).to(type);
}

const ScalarType kAllTypes[] = {kByte, kChar, kShort, kInt, kLong, kHalf, kFloat, kDouble, kBool, kBFloat16};

}  // namespace

TEST_CASE("gather and scatter: all types, lines of all kinds") {
  manual_seed(1);
  struct Shape {
    DimVector sizes, index_sizes;
    int64_t dim;
  };
  const Shape shapes[] = {
      {{5, 7}, {5, 1}, 1},        // one source per line
      {{6, 5, 4}, {3, 5, 2}, 0},  // short lines
      {{40, 3}, {300, 3}, 0},     // long ones: many sources with one destination
      {{700}, {5000}, 0},        {{2, 3, 20}, {2, 2, 50}, 2},
  };
  for (const Shape& s : shapes)
    for (ScalarType type : kAllTypes) {
      INFO(to_string(type), " ", IntArrayRef(s.index_sizes));
      Tensor self = numbers(s.sizes, type), src = numbers(s.index_sizes, type);
      Tensor index = randint(0, self.size(s.dim), s.index_sizes).to(kLong);
      CHECK(same_on_device([&](auto to) { return to(self).gather(s.dim, to(index)); }));
      CHECK(same_on_device([&](auto to) { return to(self).scatter(s.dim, to(index), to(src)); }));
      CHECK(same_on_device([&](auto to) { return to(self).scatter_add(s.dim, to(index), to(src)); }));
    }
}

TEST_CASE("scatter: so many lines that each is followed by a thread, side by side or not") {
  manual_seed(2);
  Tensor self = randn({12, 20000}), src = randn({10, 20000});
  Tensor index = randint(0, 12, {10, 20000}).to(kLong);
  for (bool transposed : {false, true})
    CHECK(same_on_device([&](auto to) {
      Tensor x = to(self), at = to(index), from = to(src);
      if (transposed) x = x.t().contiguous(), at = at.t().contiguous(), from = from.t().contiguous();
      const int64_t dim = transposed ? 1 : 0;
      return stack({x.scatter(dim, at, from), x.scatter_add(dim, at, from)});
    }));
}

TEST_CASE("sums have the order of the CPU's, to the bit") {
  manual_seed(3);
  for (ScalarType type : {kFloat, kDouble, kHalf, kBFloat16}) {
    INFO(to_string(type));
    Tensor index = randint(0, 7, {3000}).to(kLong);  // hundreds of sources each
    for (int64_t width : {1, 3, 8, 24}) {
      INFO(width);
      Tensor self = randn({7, width}).to(type), src = randn({3000, width}).to(type);
      CHECK(same_on_device([&](auto to) { return write(to(self), {to(index)}, to(src), true); }));
    }
    Tensor self = randn({5}).to(type), src = randn({2000}).to(type);
    CHECK(same_on_device(
        [&](auto to) { return to(self).scatter_add(0, to(index).slice(0, 0, 2000) % 5, to(src)); }));
  }
}

TEST_CASE("an embedding and its gradient") {
  manual_seed(4);
  for (int64_t width : {64, 30, 1}) {
    INFO(width);
    Tensor weight = randn({500, width}), grad = randn({40, 60, width});
    Tensor index = randint(0, 500, {40, 60}).to(kLong);
    CHECK(same_on_device([&](auto to) { return to(weight).index({to(index)}); }));
    CHECK(same_on_device([&](auto to) {
      Tensor w = to(weight).set_requires_grad(true);
      embedding(w, to(index), -1).backward(to(grad));
      return w.grad();
    }));
  }
}

TEST_CASE("advanced indices: several, between other dimensions, negative, broadcast") {
  manual_seed(5);
  Tensor self = randn({4, 6, 5, 8}), rows = randint(-6, 6, {7, 1}).to(kLong),
         columns = randint(-5, 5, {1, 3}).to(kLong), far = randint(0, 8, {7, 3}).to(kLong);
  CHECK(same_on_device([&](auto to) { return read(to(self), {Index(), to(rows), to(columns)}); }));
  CHECK(same_on_device([&](auto to) { return read(to(self), {Index(), to(rows), Index(), to(far)}); }));
  CHECK(same_on_device([&](auto to) {
    return read(to(self), {to(rows) % 4, to(rows), to(columns), to(far)});  // four: as a list of places
  }));
  CHECK(same_on_device([&](auto to) {
    return read(to(self).transpose(1, 3), {Index(), to(far), Index(), to(rows)});
  }));
  Tensor values = randn({4, 7, 3, 8});
  for (bool accumulate : {false, true})
    CHECK(same_on_device([&](auto to) {
      return write(to(self), {Index(), to(rows), to(columns)}, to(values), accumulate);
    }));
}

TEST_CASE("index_put: the last of many sources wins, few or many, wide or narrow") {
  manual_seed(6);
  for (int64_t count : {1, 12, 900, 5000})
    for (int64_t width : {1, 16, 5})
      for (bool accumulate : {false, true}) {
        INFO(count, " ", width, " ", accumulate);
        Tensor self = randn({50, width}), src = randn({count, width});
        Tensor index = randint(-50, 50, {count}).to(kLong);
        CHECK(same_on_device([&](auto to) { return write(to(self), {to(index)}, to(src), accumulate); }));
        CHECK(same_on_device([&](auto to) {  // the sources side by side
          return write(to(self).t().contiguous(), {Index(), to(index)}, to(src).t(), accumulate);
        }));
      }
  Tensor mask = rand({100, 30}).gt(0.5), self = randn({100, 30});
  CHECK(same_on_device([&](auto to) {
    Tensor x = to(self);
    x.index_put_({to(mask)}, full({}, 7.f, x.options()));
    return x;
  }));
  for (ScalarType type : kAllTypes) {
    INFO(to_string(type));
    Tensor x = numbers({20, 2}, type), src = numbers({100, 2}, type);
    Tensor index = randint(0, 20, {100}).to(kLong);
    for (bool accumulate : {false, true})
      CHECK(same_on_device([&](auto to) { return write(to(x), {to(index)}, to(src), accumulate); }));
  }
}

TEST_CASE("nonzero and masks, over many blocks, all types") {
  manual_seed(7);
  for (ScalarType type : kAllTypes) {
    INFO(to_string(type));
    Tensor x = randint(0, 3, {30, 7, 41}).to(type);
    CHECK(same_on_device([&](auto to) { return to(x).nonzero(); }));
    CHECK(same_on_device([&](auto to) { return to(x).transpose(0, 2).nonzero(); }));
  }
  Tensor special = tensor({0.f, -0.f, NAN, 1e-40f, -INFINITY, 0.f});
  CHECK(same_on_device([&](auto to) { return to(special).nonzero(); }));
  CHECK(same_on_device([&](auto to) { return to(tensor(3.f)).nonzero(); }));
  CHECK(same_on_device([&](auto to) { return to(zeros({5000})).nonzero(); }));
  Tensor x = randn({90, 100});
  CHECK(same_on_device([&](auto to) { return to(x).masked_select(to(x).gt(0)); }));
}

TEST_CASE("an index out of bounds is thrown where the host next waits, and all goes on") {
  Tensor x = arange(12, kFloat).reshape({4, 3}).to(kCUDA);
  const auto at = [](std::vector<int64_t> values) { return tensor(values).to(kCUDA); };
  const auto check_error = [](const auto& compute, const char* text) {
    Tensor result = compute();
    CHECK_THROWS_WITH_AS(result.cpu(), doctest::Contains(text), IndexError);
    CHECK_NOTHROW(cuda::synchronize());
  };
  check_error([&] { return read(x, {at({0, 4})}); }, "index 4 is out of bounds for dimension 0 with size 4");
  check_error(
      [&] {
        return read(x, {at({0, -5})});
      },
      "index -5 is out of bounds for dimension 0 with size 4");
  check_error(
      [&] {
        return x.index_select(1, at({2, -1}));
      },
      "index -1 is out of bounds for dimension 1 with size 3");
  check_error(
      [&] {
        return x.gather(1, at({3}).reshape({1, 1}));
      },
      "index 3 is out of bounds for dimension 1 with size 3");
  check_error(
      [&] {
        return x.scatter(0, at({9}).reshape({1, 1}), ones({1, 1}, kCUDA));
      },
      "index 9 is out of bounds for dimension 0 with size 4");
  const Tensor many = full({40}, 4, TensorOptions(kLong).device(kCUDA));
  check_error(
      [&] {
        return x.scatter_add(0, many.reshape({40, 1}), ones({40, 1}, kCUDA));
      },
      "index 4 is out of bounds for dimension 0 with size 4");
  for (bool accumulate : {false, true}) {
    check_error(
        [&] {
          return write(x, {many}, ones({40, 3}, kCUDA), accumulate);
        },
        "index 4 is out of bounds for dimension 0 with size 4");
    check_error(
        [&] {
          return write(x, {at({1, 7})}, ones({2, 3}, kCUDA), accumulate);
        },
        "index 7 is out of bounds for dimension 0 with size 4");
  }
  // What is in bounds has been written.
  Tensor y = write(x, {at({1, 7})}, zeros({2, 3}, kCUDA));
  CHECK_THROWS_AS(cuda::synchronize(), IndexError);
  CHECK(y.cpu().index({1}).equal(zeros({3})));
  CHECK(y.cpu().index({2}).equal(x.cpu().index({2})));
}
