// Private: not installed; no public header includes it.
// Philox4x32-10, the counter-based generator of CUDA devices (Salmon, Moraes, Dror, Shaw 2011, "Parallel
// random numbers: as easy as 1, 2, 3"): a block of four words is a function of a key and a counter, so that
// any number of a stream can be made at any time by any thread. docs/cuda.md tells how tensors are filled
// from the stream.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define TENGEN_PHILOX_HD __host__ __device__
#else
#define TENGEN_PHILOX_HD
#endif

namespace tengen {

struct PhiloxBlock {
  uint32_t words[4];
};

/// The block for a 128-bit counter and a 64-bit key.
TENGEN_PHILOX_HD inline PhiloxBlock philox(PhiloxBlock counter, uint32_t key0, uint32_t key1) {
  uint32_t* c = counter.words;
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t(0xD2511F53u) * c[0], b = uint64_t(0xCD9E8D57u) * c[2];
    const uint32_t c0 = uint32_t(b >> 32) ^ c[1] ^ key0, c2 = uint32_t(a >> 32) ^ c[3] ^ key1;
    c[1] = uint32_t(b);
    c[3] = uint32_t(a);
    c[0] = c0;
    c[2] = c2;
    key0 += 0x9E3779B9u;  // the golden ratio
    key1 += 0xBB67AE85u;  // sqrt(3) - 1
  }
  return counter;
}

/// Words [4 * block, 4 * block + 4) of the stream of a seed.
TENGEN_PHILOX_HD inline PhiloxBlock philox_block(uint64_t seed, uint64_t block) {
  return philox({{uint32_t(block), uint32_t(block >> 32), 0, 0}}, uint32_t(seed), uint32_t(seed >> 32));
}

#undef TENGEN_PHILOX_HD

}  // namespace tengen
