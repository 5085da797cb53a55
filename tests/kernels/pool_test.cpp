// Pooling and resampling of random shapes: maxima against plain loops, linear kernels against their
// transposes.
#include "reference.h"

using namespace tengen;
using namespace reference;

namespace {

int64_t number(int64_t low, int64_t high, std::mt19937& random) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

/// A window that fits; its padding and dilation may leave some windows without any input.
Pool2dShape random_shape(bool dilated, std::mt19937& random) {
  for (;;) {
    Pool2dShape s{};
    s.planes = number(1, 3, random), s.in_h = number(1, 20, random), s.in_w = number(1, 40, random);
    s.kernel_h = number(1, 5, random), s.kernel_w = number(1, 5, random);
    s.stride_h = s.stride_w = 1;
    if (number(0, 1, random)) s.stride_h = number(1, 3, random), s.stride_w = number(1, 3, random);
    s.pad_h = number(0, s.kernel_h / 2, random), s.pad_w = number(0, s.kernel_w / 2, random);
    if (dilated) s.dilation_h = number(1, 2, random), s.dilation_w = number(1, 2, random);
    const int64_t room_h = s.in_h + 2 * s.pad_h - s.dilation_h * (s.kernel_h - 1) - 1;
    const int64_t room_w = s.in_w + 2 * s.pad_w - s.dilation_w * (s.kernel_w - 1) - 1;
    s.out_h = room_h / s.stride_h + 1, s.out_w = room_w / s.stride_w + 1;
    if (room_h >= 0 && room_w >= 0) return s;
  }
}

template <class T>
struct Maximum {
  T value = -std::numeric_limits<T>::infinity();
  int64_t at = -1;  // no input
};
template <class T>
Maximum<T> max_of_window(const Pool2dShape& s, const T* plane, int64_t y, int64_t x) {
  Maximum<T> best;
  for (int64_t ky = 0; ky < s.kernel_h; ++ky)
    for (int64_t kx = 0; kx < s.kernel_w; ++kx) {
      const int64_t iy = y * s.stride_h - s.pad_h + ky * s.dilation_h;
      const int64_t ix = x * s.stride_w - s.pad_w + kx * s.dilation_w;
      if (iy < 0 || ix < 0 || iy >= s.in_h || ix >= s.in_w) continue;
      const T value = plane[iy * s.in_w + ix];
      if (best.at < 0 || value > best.value || std::isnan(value)) best = {value, iy * s.in_w + ix};
    }
  return best;
}

template <class T>
void check_maxima(std::mt19937& random) {
  const Pool2dShape s = random_shape(true, random);
  INFO("in " << s.in_h << "x" << s.in_w << " kernel " << s.kernel_h << "x" << s.kernel_w << " stride "
             << s.stride_h << "x" << s.stride_w << " pad " << s.pad_h << "x" << s.pad_w << " dilation "
             << s.dilation_h << "x" << s.dilation_w);
  const int64_t in_size = s.in_h * s.in_w, out_size = s.out_h * s.out_w;
  auto in = as<T>(random_values(s.planes * in_size, random));
  for (T& v : in) {  // equals, infinities and NaN
    v = std::round(v * 4);
    if (number(0, 19, random) == 0) v = number(0, 1, random) ? T(NAN) : -std::numeric_limits<T>::infinity();
  }
  std::vector<T> out(size_t(s.planes * out_size)), alone = out;
  std::vector<int64_t> indices(out.size());
  kernels(kCPU).max_pool2d(dtype_of<T>, s, in.data(), out.data(), indices.data());
  kernels(kCPU).max_pool2d(dtype_of<T>, s, in.data(), alone.data(), nullptr);
  CHECK(std::memcmp(out.data(), alone.data(), out.size() * sizeof(T)) == 0);
  bool same = true;
  for (size_t i = 0; i < out.size(); ++i) {
    const int64_t p = int64_t(i) / out_size, rest = int64_t(i) % out_size;
    const auto best = max_of_window(s, in.data() + p * in_size, rest / s.out_w, rest % s.out_w);
    same = same && (out[i] == best.value || (std::isnan(out[i]) && std::isnan(best.value)));
    same = same && (best.at < 0 ? indices[i] >= 0 && indices[i] < in_size : indices[i] == best.at);
  }
  CHECK(same);
}

/// <forward(x), g> = <x, transpose(g)>, and every element of both results is written.
template <class T, class Forward, class Transpose>
void check_transpose(int64_t in, int64_t out, std::mt19937& random, Forward forward, Transpose transpose) {
  const auto x = as<T>(random_values(in, random)), g = as<T>(random_values(out, random));
  std::vector<T> y(g.size(), T(NAN)), dx(x.size(), T(NAN));
  forward(x.data(), y.data());
  transpose(g.data(), dx.data());
  double left = 0, right = 0;
  for (size_t i = 0; i < y.size(); ++i) left += double(y[i]) * double(g[i]);
  for (size_t i = 0; i < x.size(); ++i) right += double(x[i]) * double(dx[i]);
  CHECK(std::abs(left - right) <= 40 * std::numeric_limits<T>::epsilon() * double(1 + in + out));
}

template <class T>
void check_linear(std::mt19937& random) {
  const Kernels& k = kernels(kCPU);
  Pool2dShape s = random_shape(false, random);
  s.count_include_pad = number(0, 1, random) != 0;
  s.divisor = number(0, 1, random) ? 5 : 0;
  check_transpose<T>(
      s.planes * s.in_h * s.in_w, s.planes * s.out_h * s.out_w, random,
      [&](const T* x, T* y) { k.avg_pool2d(dtype_of<T>, s, x, y); },
      [&](const T* g, T* dx) { k.avg_pool2d_grad(dtype_of<T>, s, g, dx); });
  ResampleShape r{};
  r.planes = number(1, 3, random), r.in_h = number(1, 9, random), r.in_w = number(1, 20, random);
  r.out_h = number(1, 19, random), r.out_w = number(0, 1, random) ? 2 * r.in_w : number(1, 40, random);
  r.scale_h = double(r.in_h) / double(r.out_h), r.scale_w = double(r.in_w) / double(r.out_w);
  const int64_t in = r.planes * r.in_h * r.in_w, out = r.planes * r.out_h * r.out_w;
  check_transpose<T>(
      in, out, random, [&](const T* x, T* y) { k.upsample_nearest2d(dtype_of<T>, r, x, y); },
      [&](const T* g, T* dx) { k.upsample_nearest2d_grad(dtype_of<T>, r, g, dx); });
  check_transpose<T>(
      in, out, random, [&](const T* x, T* y) { k.upsample_bilinear2d(dtype_of<T>, r, x, y); },
      [&](const T* g, T* dx) { k.upsample_bilinear2d_grad(dtype_of<T>, r, g, dx); });
}

}  // namespace

TEST_CASE("maxima of windows and their positions agree with plain loops") {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    check_maxima<float>(random);
    check_maxima<double>(random);
  }
}

TEST_CASE("average pooling and resampling agree with their transposes") {
  std::mt19937 random(2);
  for (int i = 0; i < 200; ++i) {
    check_linear<float>(random);
    check_linear<double>(random);
  }
}
