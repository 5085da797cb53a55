// Each kernel file fills its family's places in the table of the instruction set it is compiled for.
#pragma once

#include <tengen/tensor/kernels.h>

namespace tengen::cpu::TENGEN_ISA {

void fill_memory(Kernels& table);     // copy, fill
void fill_random(Kernels& table);     // box_muller
void fill_pointwise(Kernels& table);  // unary, binary, ternary
void fill_reduce(Kernels& table);     // reduce, scan
void fill_sort(Kernels& table);
void fill_index(Kernels& table);  // gather, scatter, index, index_put, nonzero
void fill_matmul(Kernels& table);
void fill_conv(Kernels& table);
void fill_conv_weight_grad(Kernels& table);  // called by fill_conv
void fill_pool(Kernels& table);              // pools and resampling
void fill_norm(Kernels& table);              // softmax, batch norm, layer norm
void fill_optim(Kernels& table);             // sgd_step, adam_step

}  // namespace tengen::cpu::TENGEN_ISA
