// Functions that make tensors. Sizes are IntArrayRef; dtype, device and requires_grad come from
// TensorOptions.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen {

Tensor empty(IntArrayRef size, TensorOptions options = {}, std::optional<MemoryFormat> format = std::nullopt);
Tensor empty_strided(IntArrayRef size, IntArrayRef stride, TensorOptions options = {});
Tensor zeros(IntArrayRef size, TensorOptions options = {});
Tensor ones(IntArrayRef size, TensorOptions options = {});
/// dtype from the value (bool, int64 or the default dtype) unless options name one.
Tensor full(IntArrayRef size, const Scalar& value, TensorOptions options = {});
Tensor empty_like(const Tensor& self, TensorOptions options = {},
                  std::optional<MemoryFormat> format = std::nullopt);
Tensor zeros_like(const Tensor& self, TensorOptions options = {});
Tensor ones_like(const Tensor& self, TensorOptions options = {});
Tensor full_like(const Tensor& self, const Scalar& value, TensorOptions options = {});
Tensor rand_like(const Tensor& self, TensorOptions options = {});
Tensor randn_like(const Tensor& self, TensorOptions options = {});
Tensor randint_like(const Tensor& self, int64_t high, TensorOptions options = {});
Tensor randint_like(const Tensor& self, int64_t low, int64_t high, TensorOptions options = {});

/// start, start+step, ... below end; int64 when all three are integers.
Tensor arange(const Scalar& end, TensorOptions options = {});
Tensor arange(const Scalar& start, const Scalar& end, TensorOptions options = {});
Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step, TensorOptions options = {});
/// `steps` numbers from start to end, both included.
Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps = 100, TensorOptions options = {});
Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps = 100, double base = 10,
                TensorOptions options = {});
Tensor eye(int64_t n, TensorOptions options = {});
Tensor eye(int64_t n, int64_t m, TensorOptions options = {});

// PyTorch's CPU streams: the same seed gives the same numbers. randint and randperm: int64 when options are
// left out.
Tensor rand(IntArrayRef size, TensorOptions options = {});
Tensor rand(IntArrayRef size, std::optional<Generator> generator, TensorOptions options = {});
Tensor randn(IntArrayRef size, TensorOptions options = {});
Tensor randn(IntArrayRef size, std::optional<Generator> generator, TensorOptions options = {});
Tensor randint(int64_t high, IntArrayRef size, TensorOptions options = kLong);
Tensor randint(int64_t low, int64_t high, IntArrayRef size, TensorOptions options = kLong);
Tensor randint(int64_t low, int64_t high, IntArrayRef size, std::optional<Generator> generator,
               TensorOptions options = kLong);
Tensor randperm(int64_t n, TensorOptions options = kLong);
Tensor randperm(int64_t n, std::optional<Generator> generator, TensorOptions options = kLong);
Tensor normal(double mean, double std, IntArrayRef size, std::optional<Generator> generator = std::nullopt,
              TensorOptions options = {});
Tensor bernoulli(const Tensor& p, std::optional<Generator> generator = std::nullopt);
Tensor multinomial(const Tensor& p, int64_t num_samples, bool replacement = false,
                   std::optional<Generator> generator = std::nullopt);

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

}  // namespace tengen
