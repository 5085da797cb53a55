// How precisely a GPU multiplies float32 numbers: torch::globalContext(), as in LibTorch. A CPU knows full
// precision only.
#pragma once

#include <atomic>
#include <string_view>

namespace tengen::inline api {

/// Highest: float32 throughout. High and Medium let matrix products round their inputs to TF32 (10 bits of
/// mantissa instead of 23), which tensor cores multiply several times as fast; sums stay float32.
enum class Float32MatmulPrecision : int { HIGHEST, HIGH, MEDIUM };

/// Settings of the whole program. May be read and written by any thread; kernels look when they are launched.
class Context {
 public:
  /// For matrix products. Initially HIGHEST, as in PyTorch.
  Float32MatmulPrecision float32MatmulPrecision() const;
  void setFloat32MatmulPrecision(Float32MatmulPrecision precision);
  /// "highest", "high" or "medium"; other names are errors.
  void setFloat32MatmulPrecision(std::string_view name);
  /// The same as a yes or no: whether the precision is not HIGHEST; true sets HIGH.
  bool allowTF32CuBLAS() const;
  void setAllowTF32CuBLAS(bool allow);

  /// For convolutions. Initially false: full float32 unless asked. PyTorch begins with true, so a program
  /// that wants its convolutions' speed and rounding there sets this.
  bool allowTF32CuDNN() const;
  void setAllowTF32CuDNN(bool allow);

 private:
  std::atomic<Float32MatmulPrecision> matmul_{Float32MatmulPrecision::HIGHEST};
  std::atomic<bool> convolution_{false};
};

/// The program's one context.
Context& globalContext();

}  // namespace tengen::inline api
