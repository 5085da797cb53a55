// The limits that shares are given of: multiply-adds without memory, and copying memory that no cache holds.
#include <cstring>
#include <memory>
#include <vector>

#include <tengen/bench/bench.h>
#include <tengen/tensor/parallel/parallel.h>

namespace bench {
namespace {

// Independent multiply-adds in registers: twelve sums hide the latency of any processor so far.
constexpr int kSums = 12, kSteps = 1 << 18;
constexpr int64_t kBytes = 256 << 20, kChunk = 1 << 20;

template <class V>
[[gnu::always_inline]] inline void multiply_add(void* sink) {
  V sum[kSums] = {}, factor = V{} + 0.5f, addend = V{} + 1.0f;
  for (int step = 0; step < kSteps; ++step) {
#pragma GCC unroll 12
    for (int i = 0; i < kSums; ++i) {
      sum[i] = sum[i] * factor + addend;
      asm volatile("" : "+v"(sum[i]));  // stays in its register, and is not folded away
    }
  }
#pragma GCC unroll 12
  for (int i = 1; i < kSums; ++i) sum[0] += sum[i];
  std::memcpy(sink, &sum[0], sizeof(V));
}

using V4 [[gnu::vector_size(16)]] = float;
#if defined(__x86_64__)
using V8 [[gnu::vector_size(32)]] = float;
using V16 [[gnu::vector_size(64)]] = float;
[[gnu::target("avx2,fma"), gnu::optimize("fp-contract=fast")]] void with_avx2(void* sink) {
  multiply_add<V8>(sink);
}
[[gnu::target("avx512f,prefer-vector-width=512"), gnu::optimize("fp-contract=fast")]] void with_avx512(
    void* sink) {
  multiply_add<V16>(sink);
}
#endif
void with_baseline(void* sink) { multiply_add<V4>(sink); }

}  // namespace

void limits(Cases& cases) {
  struct Unit {
    void (*run)(void*);
    int lanes;
  };
  Unit unit{with_baseline, 4};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) unit = {with_avx2, 8};
  if (__builtin_cpu_supports("avx512f")) unit = {with_avx512, 16};
#endif
  // Four chunks, whatever the threads.
  const double flops = 4.0 * 2 * kSums * kSteps * unit.lanes;
  cases.push_back({"limits/multiply-add", {flops, 0}, [unit] {
                     return [unit] {
                       tengen::parallel_for(4, [&](int64_t) {
                         alignas(64) char sink[64];
                         unit.run(sink);
                       });
                     };
                   }});
  cases.push_back({"limits/copy 256 MB", {0, 2.0 * kBytes}, [] {
                     auto from = std::make_shared<std::vector<char>>(kBytes, 1),
                          to = std::make_shared<std::vector<char>>(kBytes);
                     return [from, to] {
                       tengen::parallel_for(kBytes / kChunk, [&](int64_t i) {
                         std::memcpy(to->data() + i * kChunk, from->data() + i * kChunk, kChunk);
                       });
                     };
                   }});
}

}  // namespace bench
