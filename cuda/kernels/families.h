// Each file of this folder fills in its family's kernels.
#pragma once

#include <tengen/tensor/kernels.h>

namespace tengen::cuda {

void add_memory_kernels(Kernels& table);     // memory.cu: copy, fill
void add_pointwise_kernels(Kernels& table);  // unary.cu, binary.cu, ternary.cu: also binary_sum
void add_reduce_kernels(Kernels& table);     // reduce.cu, scan.cu
void add_sort_kernels(Kernels& table);       // sort.cu
void add_index_kernels(Kernels& table);      // index.cu
void add_random_kernels(Kernels& table);     // random.cu
void add_matmul_kernels(Kernels& table);     // matmul.cpp: cuBLASLt
void add_conv_kernels(Kernels& table);       // conv.cu
void add_pool_kernels(Kernels& table);       // pool.cu
void add_resample_kernels(Kernels& table);   // resample.cu
void add_softmax_kernels(Kernels& table);    // softmax.cu
void add_norm_kernels(Kernels& table);       // norm.cu: batch and layer normalisation
void add_optim_kernels(Kernels& table);      // optim.cu

}  // namespace tengen::cuda
