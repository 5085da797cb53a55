// A mutex of four bytes, for objects of which there are many: nodes of the graph, parameters.
#pragma once

#include <atomic>
#include <cstdint>

namespace tengen {
namespace detail {
/// 1, in a child process (fork) 2, and so on. Counted by the allocator, which comes before all locks.
inline constinit std::atomic<uint32_t> process_number{1};
}  // namespace detail

/// For use with std::lock_guard. Taken without a system call; a thread that finds it taken, which is rare,
/// sleeps in short steps. A child process finds it free: the threads that held it do not exist there.
class SmallLock {
 public:
  void lock() {
    uint32_t nobody = 0;
    if (!holder_.compare_exchange_strong(nobody, detail::process_number.load(std::memory_order_relaxed),
                                         std::memory_order_acquire, std::memory_order_relaxed)) [[unlikely]]
      wait();
  }
  /// False when somebody has it.
  bool try_lock();
  void unlock() { holder_.store(0, std::memory_order_release); }

 private:
  void wait();

  std::atomic<uint32_t> holder_{0};  // the number of the process whose thread holds it
};

}  // namespace tengen
