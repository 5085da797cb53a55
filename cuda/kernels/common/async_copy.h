// Copies from global to shared memory that go on while a kernel computes (PTX ISA: cp.async).
#pragma once

#include <tengen/cuda/runtime/launch.h>
#if defined(TENGEN_CUDA_EMULATOR)
#include <vector>
#endif

namespace tengen::cuda {

/// A thread's copies, in groups: copy() adds to the current group, commit() closes it, wait<n>() returns when
/// at most the last n groups are still on their way. Other threads see the copies after a barrier that
/// follows wait.
#if defined(TENGEN_CUDA_EMULATOR)
// Nothing arrives before it is waited for, so that a missing wait is seen.
class AsyncCopies {
 public:
  /// to[0] = from[offset], or zero where `valid` is false, and then nothing is read.
  template <class T>
  void copy(T* to, const T* from, int offset, bool valid) {
    if constexpr (std::is_same_v<T, float>)
      floats_.push_back({to, valid ? from + offset : nullptr, groups_});
    else
      doubles_.push_back({to, valid ? from + offset : nullptr, groups_});
  }
  void commit() { ++groups_; }
  template <int kPending>
  void wait() {
    finish(floats_, groups_ - kPending);
    finish(doubles_, groups_ - kPending);
  }

 private:
  template <class T>
  struct Copy {
    T* to;
    const T* from;
    int group;
  };
  template <class T>
  static void finish(std::vector<Copy<T>>& copies, int groups) {
    size_t done = 0;
    for (; done < copies.size() && copies[done].group < groups; ++done)
      *copies[done].to = copies[done].from ? *copies[done].from : T(0);
    copies.erase(copies.begin(), copies.begin() + std::ptrdiff_t(done));
  }
  std::vector<Copy<float>> floats_;
  std::vector<Copy<double>> doubles_;
  int groups_ = 0;
};
#elif defined(__CUDACC__)
class AsyncCopies {
 public:
  template <class T>
  __device__ void copy(T* to, const T* from, int offset, bool valid) {
    const unsigned shared = unsigned(__cvta_generic_to_shared(to));
    const int bytes = valid ? int(sizeof(T)) : 0;  // the rest is filled with zeros
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(shared), "l"(from + offset),
                 "n"(sizeof(T)), "r"(bytes));
  }
  __device__ void commit() { asm volatile("cp.async.commit_group;"); }
  template <int kPending>
  __device__ void wait() {
    asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
  }
};
#endif

}  // namespace tengen::cuda
