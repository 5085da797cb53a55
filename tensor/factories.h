// Functions that make tensors. dtype, device, requires_grad and pinned memory come from TensorOptions; what
// they leave open is the default dtype (float32), the CPU, no gradient.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen::inline api {

/// Uninitialised memory. `format` is accepted for compatibility: memory is always row-major.
Tensor empty(IntArrayRef size, TensorOptions options = {}, std::optional<MemoryFormat> format = std::nullopt);

/// Uninitialised memory with these strides, in elements.
Tensor empty_strided(IntArrayRef size, IntArrayRef stride, TensorOptions options = {});

/// Zeros.
Tensor zeros(IntArrayRef size, TensorOptions options = {});

/// Ones.
Tensor ones(IntArrayRef size, TensorOptions options = {});

/// `value` everywhere. dtype from the value (bool, int64 or the default dtype) unless options name one.
Tensor full(IntArrayRef size, const Scalar& value, TensorOptions options = {});

/// empty of self's shape; here and below type and device are self's unless options name others.
Tensor empty_like(const Tensor& self, TensorOptions options = {},
                  std::optional<MemoryFormat> format = std::nullopt);

/// zeros of self's shape.
Tensor zeros_like(const Tensor& self, TensorOptions options = {});

/// ones of self's shape.
Tensor ones_like(const Tensor& self, TensorOptions options = {});

/// full of self's shape.
Tensor full_like(const Tensor& self, const Scalar& value, TensorOptions options = {});

/// rand of self's shape.
Tensor rand_like(const Tensor& self, TensorOptions options = {});

/// randn of self's shape.
Tensor randn_like(const Tensor& self, TensorOptions options = {});

/// randint of self's shape and type.
Tensor randint_like(const Tensor& self, int64_t high, TensorOptions options = {});
Tensor randint_like(const Tensor& self, int64_t low, int64_t high, TensorOptions options = {});

/// start, start + step, ... up to, not including, end; int64 when all three are integers. start 0, step 1.
Tensor arange(const Scalar& end, TensorOptions options = {});
Tensor arange(const Scalar& start, const Scalar& end, TensorOptions options = {});
Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step, TensorOptions options = {});

/// `steps` numbers at equal distances from start to end, both included.
Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps = 100, TensorOptions options = {});

/// base to the powers that linspace gives.
Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps = 100, double base = 10,
                TensorOptions options = {});

/// The identity matrix (n,n), or ones on the main diagonal of (n,m).
Tensor eye(int64_t n, TensorOptions options = {});
Tensor eye(int64_t n, int64_t m, TensorOptions options = {});

// ---- random numbers: those of PyTorch's CPU generator for the same seed; without a generator the default
// one

/// Numbers from the uniform distribution on [0, 1).
Tensor rand(IntArrayRef size, TensorOptions options = {});
Tensor rand(IntArrayRef size, std::optional<Generator> generator, TensorOptions options = {});

/// Numbers from the normal distribution of mean 0 and variance 1.
Tensor randn(IntArrayRef size, TensorOptions options = {});
Tensor randn(IntArrayRef size, std::optional<Generator> generator, TensorOptions options = {});

/// Integers in [low, high), from 0 where low is left out; int64 unless options name a type.
Tensor randint(int64_t high, IntArrayRef size, TensorOptions options = kLong);
Tensor randint(int64_t low, int64_t high, IntArrayRef size, TensorOptions options = kLong);
Tensor randint(int64_t low, int64_t high, IntArrayRef size, std::optional<Generator> generator,
               TensorOptions options = kLong);

/// The integers from 0 to n - 1 in random order; int64 unless options name a type.
Tensor randperm(int64_t n, TensorOptions options = kLong);
Tensor randperm(int64_t n, std::optional<Generator> generator, TensorOptions options = kLong);

/// Numbers from the normal distribution of this mean and standard deviation.
Tensor normal(double mean, double std, IntArrayRef size, std::optional<Generator> generator = std::nullopt,
              TensorOptions options = {});

/// 1 with the probability that p holds, else 0; p's shape and type.
Tensor bernoulli(const Tensor& p, std::optional<Generator> generator = std::nullopt);
inline Tensor Tensor::bernoulli(std::optional<Generator> generator) const {
  return tengen::bernoulli(*this, generator);
}

/// Category numbers (int64) drawn with the weights in p: (C) -> (num_samples), (N,C) -> (N,num_samples).
/// Weights need not sum to 1. Without `replacement` no category is drawn twice.
Tensor multinomial(const Tensor& p, int64_t num_samples, bool replacement = false,
                   std::optional<Generator> generator = std::nullopt);
inline Tensor Tensor::multinomial(int64_t num_samples, bool replacement,
                                  std::optional<Generator> generator) const {
  return tengen::multinomial(*this, num_samples, replacement, generator);
}

// ---- given numbers

/// A tensor over the caller's memory, which must outlive it; `deleter` runs when the last view of it goes.
Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions options = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, TensorOptions options = {});
Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter,
                 TensorOptions options = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, std::function<void(void*)> deleter,
                 TensorOptions options = {});

/// Nested braces of numbers, as in tensor({{1, 2}, {3, 4}}).
class TensorData {
 public:
  template <class T>
  requires(std::is_arithmetic_v<T>) TensorData(T value)
      : values_{Scalar(value)}, type_(dtype_of<T> == ScalarType::Undefined ? kLong : dtype_of<T>) {}
  TensorData(std::initializer_list<TensorData> list);
  template <class T>
  requires(std::is_arithmetic_v<T>) TensorData(ArrayRef<T> values)
      : TensorData(values.begin(), values.end()) {}
  template <class T>
  requires(std::is_arithmetic_v<T>) TensorData(const std::vector<T>& values)
      : TensorData(values.begin(), values.end()) {}

  Tensor build(TensorOptions options) const;

 private:
  template <class It>
  TensorData(It first, It last) : sizes_{int64_t(last - first)}, values_(first, last) {
    using T = std::decay_t<decltype(*first)>;
    type_ = dtype_of<T> == ScalarType::Undefined ? kLong : dtype_of<T>;
  }
  DimVector sizes_;
  std::vector<Scalar> values_;
  ScalarType type_ = ScalarType::Undefined;
};

/// Copies numbers into a new tensor. dtype, unless options name one: int64 for int and int64, the default
/// dtype for float and double, else the numbers' own type; for scalars, braces, vectors and array references
/// alike.
inline Tensor tensor(const TensorData& data, TensorOptions options = {}) { return data.build(options); }

/// A 0-dim tensor.
Tensor scalar_tensor(const Scalar& value, TensorOptions options = {});

}  // namespace tengen::inline api
