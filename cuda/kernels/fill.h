// Each file of this folder fills in its family's kernels.
#pragma once

#include <tengen/tensor/kernels.h>

namespace tengen::cuda {

void fill_memory(Kernels& table);     // memory.cu: copy, fill
void fill_pointwise(Kernels& table);  // unary.cu, binary.cu, ternary.cu: also binary_sum
void fill_reduce(Kernels& table);     // reduce.cu, scan.cu
void fill_sort(Kernels& table);       // sort.cu
void fill_index(Kernels& table);      // index.cu
void fill_random(Kernels& table);     // random.cu
void fill_matmul(Kernels& table);     // matmul.cpp: cuBLASLt
void fill_conv(Kernels& table);       // conv.cu
void fill_pool(Kernels& table);       // pool.cu
void fill_resample(Kernels& table);   // resample.cu
void fill_softmax(Kernels& table);    // softmax.cu
void fill_norm(Kernels& table);       // norm.cu: batch and layer normalisation
void fill_optim(Kernels& table);      // optim.cu

}  // namespace tengen::cuda
