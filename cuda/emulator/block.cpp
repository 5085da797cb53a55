// One block of threads: each runs until it waits for others, then the next one does.
#include "block.h"

#include <exception>
#include <memory>
#include <vector>

#include <tengen/tensor/error.h>

#include "fiber.h"

#if defined(TENGEN_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace tengen::cuda::emulator {

constinit thread_local const Place* place = nullptr;

namespace {

// The thread sanitizer knows only what it is told: that a barrier orders what came before it with what comes
// after. Every CUDA thread is a thread to it, so it finds accesses that nothing orders.
void tell_before([[maybe_unused]] void* tag) {
#if defined(TENGEN_TSAN)
  __tsan_release(tag);
#endif
}
void tell_after([[maybe_unused]] void* tag) {
#if defined(TENGEN_TSAN)
  __tsan_acquire(tag);
#endif
}

/// Thrown through the threads that are left when one of them has failed.
struct Abandoned {};

struct Thread {
  Place place;
  Fiber* fiber = nullptr;
  const uint64_t* awaited = nullptr;  // goes on when this is no longer...
  uint64_t seen = 0;                  // ...that
  bool started = false, finished = false;
  bool can_go_on() const { return !finished && (!awaited || *awaited != seen); }
};

/// Threads that wait for each other: the number of times that all have arrived tells who may go on. Those who
/// are late in leaving one barrier share nothing with those already at the next: there are two of everything.
struct Warp {
  unsigned alive = 0, arrived = 0, mask = 0;
  uint64_t generation = 0;
  Lanes lanes[2];
  char tags[2];
};

struct Block {
  const std::function<void()>* body;
  std::vector<Thread> threads;
  std::vector<Warp> warps;
  std::vector<std::unique_ptr<Fiber>> fibers;  // all
  std::vector<Fiber*> idle;
  unsigned alive = 0, arrived = 0;
  uint64_t generation = 0;
  int count[2] = {};
  char tags[2];
  char launch_tag, end_tag;
  Thread* current = nullptr;
  std::exception_ptr failure;
};

// One block runs at a time on a thread; its fibers serve the next one too.
Block& block() {
  static thread_local Block instance;
  return instance;
}

void wait(Block& b, const uint64_t& generation, uint64_t seen) {
  Thread& self = *b.current;
  self.awaited = &generation;
  self.seen = seen;
  self.fiber->pause();
  self.awaited = nullptr;
  if (b.failure) throw Abandoned{};
}

void release_block(Block& b) {
  if (b.arrived == 0 || b.arrived < b.alive) return;
  b.arrived = 0;
  b.count[++b.generation % 2] = 0;
}
void release_warp(Warp& w) {
  if (w.arrived == 0 || (w.arrived & w.alive) != (w.mask & w.alive)) return;
  w.arrived = 0;
  ++w.generation;
}

void run_thread(void* argument) {
  Block& b = *static_cast<Block*>(argument);
  Thread& self = *b.current;
  tell_after(&b.launch_tag);
  try {
    (*b.body)();
  } catch (Abandoned) {
  } catch (...) {
    if (!b.failure) b.failure = std::current_exception();
  }
  tell_before(&b.end_tag);
  self.finished = true;
  --b.alive;
  Warp& w = b.warps[self.place.linear / 32];
  w.alive &= ~(1u << self.place.linear % 32);
  release_warp(w);
  release_block(b);
}

void advance(Block& b, Thread& thread) {
  b.current = &thread;
  place = &thread.place;
  if (!thread.started) {
    thread.started = true;
    if (b.idle.empty()) {
      b.fibers.push_back(std::make_unique<Fiber>());
      b.idle.push_back(b.fibers.back().get());
    }
    thread.fiber = b.idle.back();
    b.idle.pop_back();
    thread.fiber->start(run_thread, &b);
  } else {
    thread.fiber->resume();
  }
#if !defined(TENGEN_TSAN)  // to it, threads that share a fiber would be one
  if (thread.finished) b.idle.push_back(thread.fiber);
#endif
}

std::string where(const Thread& thread) {
  const Place& p = thread.place;
  return detail::str("thread (", p.thread.x, ",", p.thread.y, ",", p.thread.z, ") of block (", p.block.x, ",",
                     p.block.y, ",", p.block.z, ")");
}

}  // namespace

void run_block(dim3 grid, dim3 size, uint3 index, const std::function<void()>& body) {
  Block& b = block();
  const unsigned count = size.x * size.y * size.z;
  b.body = &body;
  b.threads.assign(count, Thread());
  b.warps.assign((count + 31) / 32, Warp());
  b.alive = count, b.arrived = 0;
  b.count[0] = b.count[1] = 0;
  b.failure = nullptr;
  for (unsigned i = 0; i < count; ++i) {
    b.threads[i].place = {{i % size.x, i / size.x % size.y, i / size.x / size.y}, index, size, grid, i};
    b.warps[i / 32].alive |= 1u << i % 32;
  }
  tell_before(&b.launch_tag);
  while (b.alive > 0) {
    bool moved = false;
    for (Thread& thread : b.threads)
      if (thread.can_go_on()) {
        advance(b, thread);
        moved = true;
      } else if (b.failure && thread.started && !thread.finished) {
        advance(b, thread);  // it is told to end
        moved = true;
      } else if (b.failure && !thread.started) {
        thread.started = thread.finished = true;
        --b.alive;
      }
    if (moved) continue;
    for (Thread& thread : b.threads)
      if (!thread.finished && !b.failure)
        b.failure = std::make_exception_ptr(Error(
            detail::str("CUDA emulator: ", where(thread), " waits at a barrier that other threads of its ",
                        thread.awaited == &b.generation ? "block" : "warp", " never reach")));
  }
  tell_after(&b.end_tag);
#if defined(TENGEN_TSAN)
  b.idle.clear();
  for (auto& fiber : b.fibers) b.idle.push_back(fiber.get());
#endif
  place = nullptr;
  if (b.failure) std::rethrow_exception(b.failure);
}

void sync_block() {
  Block& b = block();
  const uint64_t seen = b.generation;
  char* tag = &b.tags[seen % 2];
  tell_before(tag);
  ++b.arrived;
  release_block(b);
  if (b.generation == seen) wait(b, b.generation, seen);
  tell_after(tag);
}

int count_block(bool value) {
  Block& b = block();
  int& count = b.count[b.generation % 2];
  count += value;
  sync_block();
  const int result = count;
  sync_block();  // before it is cleared for the barrier after the next
  return result;
}

namespace {

// Returns the generation at which the caller arrived.
uint64_t arrive_in_warp(unsigned mask, const uint64_t* value) {
  Block& b = block();
  Thread& self = *b.current;
  Warp& w = b.warps[self.place.linear / 32];
  const unsigned bit = 1u << self.place.linear % 32;
  TENGEN_CHECK(mask & bit, "CUDA emulator: ", where(self), " is not in the mask that it passes to its warp");
  TENGEN_CHECK(w.arrived == 0 || w.mask == mask, "CUDA emulator: ", where(self),
               " passes another mask to its warp than the lanes that wait there");
  const uint64_t seen = w.generation;
  char* tag = &w.tags[seen % 2];
  if (value) w.lanes[seen % 2].values[self.place.linear % 32] = *value;
  tell_before(tag);
  w.mask = mask;
  w.arrived |= bit;
  release_warp(w);
  if (w.generation == seen) wait(b, w.generation, seen);
  tell_after(tag);
  return seen;
}

}  // namespace

void sync_warp(unsigned mask) { arrive_in_warp(mask, nullptr); }

const Lanes& exchange(unsigned mask, uint64_t value) {
  const uint64_t seen = arrive_in_warp(mask, &value);
  return block().warps[place->linear / 32].lanes[seen % 2];
}

unsigned vote(unsigned mask, bool value) {
  const Lanes& lanes = exchange(mask, value);
  unsigned bits = 0;
  for (int i = 0; i < 32; ++i)
    if (mask >> i & 1 && lanes.values[i] == 1) bits |= 1u << i;
  return bits;
}

}  // namespace tengen::cuda::emulator
