// Settings of the whole program: torch::globalContext(), as in LibTorch.
#pragma once

#include <atomic>
#include <string_view>

namespace tengen::inline api {

/// Highest: float32 throughout. High and Medium let matrix products round their inputs to TF32 (10 bits of
/// mantissa instead of 23), which tensor cores multiply several times as fast; sums stay float32.
enum class Float32MatmulPrecision : int { HIGHEST, HIGH, MEDIUM };

/// May be read and written by any thread; kernels look when they are launched.
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

  bool hasCUDA() const;
  /// Makes this thread's CPU round numbers below the smallest normal one to zero. Returns false, and does
  /// nothing, on a processor that cannot.
  bool setFlushDenormal(bool flush);

  // Kept for programs that set them, and for these to read: tengen uses neither cuDNN nor cuBLAS. Its
  // kernels give the same bits in every run, are chosen without trial runs, and sum in float32.
  bool benchmarkCuDNN() const { return benchmark_; }
  void setBenchmarkCuDNN(bool benchmark) { benchmark_ = benchmark; }
  bool deterministicCuDNN() const { return deterministic_cudnn_; }
  void setDeterministicCuDNN(bool deterministic) { deterministic_cudnn_ = deterministic; }
  bool userEnabledCuDNN() const { return cudnn_; }
  void setUserEnabledCuDNN(bool enabled) { cudnn_ = enabled; }
  bool deterministicAlgorithms() const { return deterministic_; }
  bool deterministicAlgorithmsWarnOnly() const { return warn_only_; }
  void setDeterministicAlgorithms(bool deterministic, bool warn_only) {
    deterministic_ = deterministic;
    warn_only_ = warn_only;
  }
  bool allowFP16ReductionCuBLAS() const { return half_sums_; }
  void setAllowFP16ReductionCuBLAS(bool allow) { half_sums_ = allow; }
  bool allowBF16ReductionCuBLAS() const { return bfloat16_sums_; }
  void setAllowBF16ReductionCuBLAS(bool allow) { bfloat16_sums_ = allow; }

 private:
  std::atomic<Float32MatmulPrecision> matmul_{Float32MatmulPrecision::HIGHEST};
  std::atomic<bool> convolution_{false};
  std::atomic<bool> benchmark_{false}, deterministic_cudnn_{false}, cudnn_{true}, deterministic_{false},
      warn_only_{false}, half_sums_{true}, bfloat16_sums_{true};
};

/// The program's one context.
Context& globalContext();

}  // namespace tengen::inline api
