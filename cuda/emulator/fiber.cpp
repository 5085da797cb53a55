#include "fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <tengen/tensor/error.h>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(TENGEN_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace tengen::cuda::emulator {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(TENGEN_TSAN)
constexpr size_t kStackBytes = 256 << 10;
#else
constexpr size_t kStackBytes = 128 << 10;
#endif

}  // namespace

#if defined(__x86_64__)
// Saves the registers that a function must keep on the current stack and its address in *from; takes those
// that were saved at `to`. (System V ABI for x86-64, section 3.2.)
extern "C" void tengen_fiber_switch(void** from, void* to);
asm(R"(
.text
.globl tengen_fiber_switch
.hidden tengen_fiber_switch
.type tengen_fiber_switch,@function
tengen_fiber_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size tengen_fiber_switch,.-tengen_fiber_switch
)");
#endif

struct Fiber::Machine {
  char* stack = nullptr;  // the lowest page is never accessible: an overflow ends the program at once
  size_t bytes = 0;
#if defined(__x86_64__)
  void* inside = nullptr;
  void* outside = nullptr;
  void prepare() {
    // As tengen_fiber_switch leaves it: six registers, the address to return to, and a stack that is aligned
    // as after a call.
    void** top = reinterpret_cast<void**>(stack + bytes) - 2;
    top[0] = reinterpret_cast<void*>(&Fiber::trampoline);
    top[1] = nullptr;
    for (int i = 1; i <= 6; ++i) top[-i] = nullptr;
    inside = top - 6;
  }
  void enter() { tengen_fiber_switch(&outside, inside); }
  void leave() { tengen_fiber_switch(&inside, outside); }
#else
  ucontext_t inside, outside;
  void prepare() {
    getcontext(&inside);
    inside.uc_stack.ss_sp = stack;
    inside.uc_stack.ss_size = bytes;
    inside.uc_link = nullptr;
    makecontext(&inside, &Fiber::trampoline, 0);
  }
  void enter() { swapcontext(&outside, &inside); }
  void leave() { swapcontext(&inside, &outside); }
#endif

  // The sanitizers are told of every switch.
#if defined(__SANITIZE_ADDRESS__)
  void* fake_inside = nullptr;
  void* fake_outside = nullptr;
  const void* outer_stack = nullptr;
  size_t outer_bytes = 0;
#endif
#if defined(TENGEN_TSAN)
  void* tsan_inside = __tsan_create_fiber(0);
  void* tsan_outside = nullptr;
#endif

  Machine() {
    size_t page = size_t(sysconf(_SC_PAGESIZE));
    bytes = kStackBytes;
    void* memory = mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    TENGEN_CHECK(memory != MAP_FAILED, "CUDA emulator: no memory for the stack of a thread");
    mprotect(memory, page, PROT_NONE);
    stack = static_cast<char*>(memory) + page;
  }
  ~Machine() {
    size_t page = size_t(sysconf(_SC_PAGESIZE));
    munmap(stack - page, bytes + page);
#if defined(TENGEN_TSAN)
    __tsan_destroy_fiber(tsan_inside);
#endif
  }

  void switch_in() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&fake_outside, stack, bytes);
#endif
#if defined(TENGEN_TSAN)
    tsan_outside = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_inside, __tsan_switch_to_fiber_no_sync);
#endif
    enter();
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_outside, nullptr, nullptr);
#endif
  }
  void arrived() {  // on the fiber's own stack
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_inside, &outer_stack, &outer_bytes);
#endif
  }
  void switch_out([[maybe_unused]] bool for_good) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_inside, outer_stack, outer_bytes);
    if (for_good) fake_inside = nullptr;
#endif
#if defined(TENGEN_TSAN)
    __tsan_switch_to_fiber(tsan_outside, __tsan_switch_to_fiber_no_sync);
#endif
    leave();
    arrived();
  }
};

thread_local Fiber* Fiber::starting_ = nullptr;

Fiber::Fiber() : machine_(std::make_unique<Machine>()) {}
Fiber::~Fiber() = default;

void Fiber::trampoline() {
  Fiber* self = starting_;
  self->machine_->arrived();
  self->entry_(self->argument_);
  self->finished_ = true;
  self->machine_->switch_out(true);
}

void Fiber::start(void (*entry)(void*), void* argument) {
  entry_ = entry;
  argument_ = argument;
  finished_ = false;
  machine_->prepare();
  starting_ = this;
  machine_->switch_in();
}
void Fiber::resume() { machine_->switch_in(); }
void Fiber::pause() { machine_->switch_out(false); }

}  // namespace tengen::cuda::emulator
