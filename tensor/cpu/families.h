// Each kernel file fills its family's places in the table of the instruction set it is compiled for.
#pragma once

#include <tengen/tensor/kernels.h>

namespace tengen::cpu::TENGEN_ISA {

void add_memory_kernels(Kernels& table);     // copy, fill
void add_random_kernels(Kernels& table);     // box_muller
void add_pointwise_kernels(Kernels& table);  // unary, binary, ternary
void add_reduce_kernels(Kernels& table);     // reduce, scan
void add_sort_kernels(Kernels& table);
void add_index_kernels(Kernels& table);  // gather, scatter, index, index_put, nonzero
void add_matmul_kernels(Kernels& table);
void add_conv_kernels(Kernels& table);
void add_conv_weight_grad_kernels(Kernels& table);  // called by fill_conv
void add_pool_kernels(Kernels& table);              // pools and resampling
void add_norm_kernels(Kernels& table);              // softmax, batch norm, layer norm
void add_optim_kernels(Kernels& table);             // sgd_step, adam_step

}  // namespace tengen::cpu::TENGEN_ISA
