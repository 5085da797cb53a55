// Sequences of numbers and the unit matrix.
#include <tengen/tensor/factories.h>

#include <cmath>

#include <tengen/tensor/parallel/parallel.h>
#include <tengen/tensor/raw.h>

namespace tengen::inline api {
namespace {

// What was made on the host, where and how `options` want it.
Tensor placed(const Tensor& made, const TensorOptions& options) {
  return raw::with_requires_grad(raw::to(made, options.dtype(), options.device()), options);
}

// A 1-d tensor with element i = value(i) of T; value(T{}, i).
template <class Value>
Tensor sequence(int64_t size, const TensorOptions& options, const char* op, Value value) {
  if (options.dtype() == kHalf || options.dtype() == kBFloat16)
    return placed(sequence(size, TensorOptions(kFloat), op, value), options);
  Tensor out = empty(size, options.requires_grad(false).device(kCPU));
  visit_compute(out.dtype(), op, [&](auto zero) {
    auto* data = out.data_ptr<decltype(zero)>();
    parallel_ranges(size, kGrainSize, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) data[i] = value(zero, i);
    });
  });
  return placed(out, options);
}

// Numbers in the computing type of linspace and logspace: that of the tensor, or double for integers. Both
// halves are counted from their own end, so that first and last are exact.
template <class T>
auto spaced(const Scalar& start, const Scalar& end, int64_t steps, int64_t i) {
  using C = std::conditional_t<std::is_floating_point_v<T>, T, double>;
  const C first = C(start.to<T>()), last = C(end.to<T>());
  if (steps == 1) return first;
  const C step = (last - first) / C(steps - 1);
  return i < steps / 2 ? first + step * C(i) : last - step * C(steps - 1 - i);
}

}  // namespace

Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step, TensorOptions options) {
  const bool whole = start.isIntegral(true) && end.isIntegral(true) && step.isIntegral(true);
  if (!options.has_dtype()) options = options.dtype(whole ? kLong : get_default_dtype());
  const double first = start.toDouble(), last = end.toDouble(), by = step.toDouble();
  TENGEN_CHECK(by != 0 && !std::isnan(by), "arange: step must be nonzero");
  TENGEN_CHECK(std::isfinite(first) && std::isfinite(last), "arange: unsupported range: ", first, " -> ",
               last);
  TENGEN_CHECK(by > 0 ? last >= first : last <= first,
               "arange: bounds inconsistent with the step's sign: ", first, " -> ", last, " by ", by);
  int64_t size;
  if (options.dtype() == kLong) {
    const int64_t a = start.toLong(), b = end.toLong(), s = step.toLong();
    TENGEN_CHECK(s != 0, "arange: step must be nonzero");
    const __int128 count = (__int128(b) - a + s - (s > 0 ? 1 : -1)) / s;
    TENGEN_CHECK(count < int64_t{1} << 62, "arange: ", double(count), " elements are too many");
    size = int64_t(count);
  } else {
    const double count = std::ceil((last - first) / by);
    TENGEN_CHECK(count < 0x1p62, "arange: ", count, " elements are too many");
    size = int64_t(count);
  }
  const bool whole_type = is_integral(options.dtype(), true);
  const int64_t a = whole_type ? start.toLong() : 0, s = whole_type ? step.toLong() : 0;
  return sequence(size, options, "arange", [&](auto zero, int64_t i) {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T>)
      return T(a + i * s);
    else
      return T(first + by * double(i));
  });
}
Tensor arange(const Scalar& start, const Scalar& end, TensorOptions options) {
  return arange(start, end, 1, options);
}
Tensor arange(const Scalar& end, TensorOptions options) { return arange(0, end, 1, options); }

Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps, TensorOptions options) {
  TENGEN_CHECK(steps >= 0, "linspace: number of steps must be non-negative, found ", steps);
  return sequence(steps, options, "linspace", [&](auto zero, int64_t i) {
    return decltype(zero)(spaced<decltype(zero)>(start, end, steps, i));
  });
}

Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base, TensorOptions options) {
  TENGEN_CHECK(steps >= 0, "logspace: number of steps must be non-negative, found ", steps);
  return sequence(steps, options, "logspace", [&](auto zero, int64_t i) {
    using T = decltype(zero);
    auto exponent = spaced<T>(start, end, steps, i);
    return T(std::pow(decltype(exponent)(base), exponent));
  });
}

Tensor eye(int64_t n, int64_t m, TensorOptions options) {
  TENGEN_CHECK(n >= 0 && m >= 0, "eye: n and m must be non-negative, found ", n, " and ", m);
  Tensor out = zeros({n, m}, options.requires_grad(false).device(kCPU));
  visit_all(out.dtype(), [&](auto zero) {
    auto* data = out.data_ptr<decltype(zero)>();
    for (int64_t i = 0; i < std::min(n, m); ++i) data[i * m + i] = decltype(zero)(1);
  });
  return placed(out, options);
}
Tensor eye(int64_t n, TensorOptions options) { return eye(n, n, options); }

}  // namespace tengen::inline api
