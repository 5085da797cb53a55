// The threads of one block on fibers.
#pragma once

#include <cuda_runtime.h>

#include <functional>

namespace tengen::cuda::emulator {

/// Calls body() once for each thread of block `index`, each in a place of its own; they wait for each other
/// where it says so. Throws what one of them threw, or an Error when they wait for each other for ever.
void run_block(dim3 grid, dim3 size, uint3 index, const std::function<void()>& body);

}  // namespace tengen::cuda::emulator
