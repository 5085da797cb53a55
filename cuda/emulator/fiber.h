// Fibers: functions with stacks of their own that take turns on one thread of the system.
#pragma once

#include <cstddef>
#include <memory>

namespace tengen::cuda::emulator {

/// A stack on which one function at a time runs. Not movable: its address is that of its state.
class Fiber {
 public:
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Starts entry(argument); returns when it ends or pauses for the first time.
  void start(void (*entry)(void* argument), void* argument);
  /// Goes on after the last pause(); returns at the next, or when the function ends.
  void resume();
  /// Only called by the function that runs on this fiber: back to whoever started or resumed it.
  void pause();
  bool finished() const { return finished_; }

 private:
  struct Machine;  // what a switch saves, by processor and sanitizer
  static void trampoline();
  static thread_local Fiber* starting_;

  std::unique_ptr<Machine> machine_;
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
  bool finished_ = true;
};

}  // namespace tengen::cuda::emulator
