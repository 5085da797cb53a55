#include <tengen/tensor/small_lock.h>

#include <chrono>
#include <thread>

namespace tengen {

bool SmallLock::try_lock() {
  const uint32_t here = detail::process_number.load(std::memory_order_relaxed);
  uint32_t holder = holder_.load(std::memory_order_relaxed);
  return holder != here && holder_.compare_exchange_strong(holder, here, std::memory_order_acquire);
}

void SmallLock::wait() {
  constexpr int kYields = 64;
  for (int round = 0; !try_lock(); ++round) {
    if (round < kYields)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

}  // namespace tengen
