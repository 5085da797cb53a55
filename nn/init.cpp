#include <tengen/nn/init.h>

#include <algorithm>
#include <cmath>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>

namespace tengen::nn::init {
namespace {

double kaiming_std(const Tensor& tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  TENGEN_CHECK(mode == kFanIn || mode == kFanOut, "kaiming: mode must be kFanIn or kFanOut, but got ",
               enum_name(mode));
  auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  return calculate_gain(nonlinearity, a) / std::sqrt(double(mode == kFanIn ? fan_in : fan_out));
}

double xavier_std(const Tensor& tensor, double gain) {
  auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  return gain * std::sqrt(2.0 / double(fan_in + fan_out));
}

}  // namespace

double calculate_gain(NonlinearityType nonlinearity, double param) {
  switch (nonlinearity) {
    case kTanh:
      return 5.0 / 3;
    case kReLU:
      return std::sqrt(2.0);
    case kLeakyReLU:
      return std::sqrt(2.0 / (1 + param * param));
    case kLinear:
    case kConv1D:
    case kConv2D:
    case kConv3D:
    case kConvTranspose1D:
    case kConvTranspose2D:
    case kConvTranspose3D:
    case kSigmoid:
      return 1;
    default:
      fail("calculate_gain: unsupported nonlinearity ", enum_name(nonlinearity));
  }
}

std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor) {
  TENGEN_CHECK(
      tensor.dim() >= 2,
      "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions, but got shape ",
      tensor.sizes());
  int64_t kernel = 1;
  for (int64_t d = 2; d < tensor.dim(); ++d) kernel *= tensor.size(d);
  return {tensor.size(1) * kernel, tensor.size(0) * kernel};
}

Tensor constant_(Tensor tensor, const Scalar& value) {
  NoGradGuard no_grad;
  return tensor.fill_(value);
}
Tensor ones_(Tensor tensor) { return constant_(std::move(tensor), 1); }
Tensor zeros_(Tensor tensor) { return constant_(std::move(tensor), 0); }

Tensor eye_(Tensor matrix) {
  NoGradGuard no_grad;
  TENGEN_CHECK(matrix.dim() == 2, "eye_: only tensors with 2 dimensions are supported, but got shape ",
               matrix.sizes());
  return matrix.copy_(eye(matrix.size(0), matrix.size(1), matrix.options()));
}

Tensor dirac_(Tensor tensor) {
  NoGradGuard no_grad;
  TENGEN_CHECK(tensor.dim() >= 3 && tensor.dim() <= 5,
               "dirac_: only tensors with 3, 4 or 5 dimensions are supported, but got shape ",
               tensor.sizes());
  tensor.zero_();
  for (int64_t c = 0; c < std::min(tensor.size(0), tensor.size(1)); ++c) {
    Tensor center = tensor[c][c];
    while (center.dim()) center = center[center.size(0) / 2];
    center.fill_(1);
  }
  return tensor;
}

Tensor normal_(Tensor tensor, double mean, double std) {
  NoGradGuard no_grad;
  return tensor.normal_(mean, std);
}

Tensor uniform_(Tensor tensor, double low, double high) {
  NoGradGuard no_grad;
  return tensor.uniform_(low, high);
}

namespace {

// The inverse of the error function: an approximation, refined by Newton's method to double precision.
double erfinv(double y) {
  if (y <= -1 || y >= 1) return std::copysign(HUGE_VAL, y);
  double w = -std::log((1 - y) * (1 + y)), a = 2 / (M_PI * 0.147) - w / 2;
  double x = std::copysign(std::sqrt(std::sqrt(a * a + w / 0.147) - a), y);  // Winitzki's approximation
  for (int i = 0; i < 4; ++i) x -= (std::erf(x) - y) / (2 / std::sqrt(M_PI) * std::exp(-x * x));
  return x;
}

}  // namespace

// Inverse transform sampling, as PyTorch does it.
Tensor trunc_normal_(Tensor tensor, double mean, double std, double a, double b) {
  NoGradGuard no_grad;
  auto cdf = [](double x) { return (1 + std::erf(x / std::sqrt(2.0))) / 2; };
  double low = cdf((a - mean) / std), high = cdf((b - mean) / std);
  tensor.uniform_(2 * low - 1, 2 * high - 1);
  Tensor values = tensor.to(TensorOptions(kDouble).device(kCPU), false, /*copy=*/true).contiguous();
  double* data = values.data_ptr<double>();
  for (int64_t i = 0; i < values.numel(); ++i)
    data[i] = std::min(std::max(erfinv(data[i]) * std * std::sqrt(2.0) + mean, a), b);
  return tensor.copy_(values);
}

Tensor orthogonal_(Tensor tensor, double gain) {
  NoGradGuard no_grad;
  TENGEN_CHECK(tensor.dim() >= 2,
               "orthogonal_: only tensors with 2 or more dimensions are supported, but got shape ",
               tensor.sizes());
  if (tensor.numel() == 0) return tensor;
  int64_t rows = tensor.size(0), columns = tensor.numel() / rows;
  Tensor flat = empty({rows, columns}, tensor.options()).normal_();
  // Gram-Schmidt, twice for precision, over the vectors of the larger side: the Q of the QR decomposition
  // whose R has a positive diagonal.
  Tensor vectors =
      (rows < columns ? flat : flat.t()).to(TensorOptions(kDouble).device(kCPU)).contiguous().clone();
  int64_t count = vectors.size(0), length = vectors.size(1);
  double* v = vectors.data_ptr<double>();
  auto dot = [&](const double* x, const double* y) {
    double sum = 0;
    for (int64_t k = 0; k < length; ++k) sum += x[k] * y[k];
    return sum;
  };
  for (int64_t i = 0; i < count; ++i) {
    double* x = v + i * length;
    for (int pass = 0; pass < 2; ++pass)
      for (int64_t j = 0; j < i; ++j) {
        const double* y = v + j * length;
        double along = dot(x, y);
        for (int64_t k = 0; k < length; ++k) x[k] -= along * y[k];
      }
    double scale = 1 / std::sqrt(dot(x, x));
    for (int64_t k = 0; k < length; ++k) x[k] *= scale;
  }
  return tensor.copy_((rows < columns ? vectors : vectors.t()).reshape(tensor.sizes()) * gain);
}

Tensor sparse_(Tensor tensor, double sparsity, double std) {
  NoGradGuard no_grad;
  TENGEN_CHECK(tensor.dim() == 2, "sparse_: only tensors with 2 dimensions are supported, but got shape ",
               tensor.sizes());
  int64_t rows = tensor.size(0), columns = tensor.size(1),
          zeros = int64_t(std::ceil(sparsity * double(rows)));
  tensor.normal_(0, std);
  for (int64_t c = 0; c < columns; ++c) {
    Tensor chosen = randperm(rows, TensorOptions(kLong).device(tensor.device())).narrow(0, 0, zeros);
    tensor.index_put_({chosen, c}, Scalar(0));
  }
  return tensor;
}

Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  double std = kaiming_std(tensor, a, mode, nonlinearity);
  return normal_(std::move(tensor), 0, std);
}
Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  double bound = std::sqrt(3.0) * kaiming_std(tensor, a, mode, nonlinearity);
  return uniform_(std::move(tensor), -bound, bound);
}
Tensor xavier_normal_(Tensor tensor, double gain) {
  double std = xavier_std(tensor, gain);
  return normal_(std::move(tensor), 0, std);
}
Tensor xavier_uniform_(Tensor tensor, double gain) {
  double bound = std::sqrt(3.0) * xavier_std(tensor, gain);
  return uniform_(std::move(tensor), -bound, bound);
}

}  // namespace tengen::nn::init
