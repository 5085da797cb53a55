// LibTorch under tengen's names: the benchmarks and the detector's model compile against either.
#pragma once

#include <torch/torch.h>

#include <tengen/tensor/error.h>  // tengen's own: the files that the model reads throw it

namespace tengen {
using namespace torch;
namespace nn = torch::nn;
namespace optim = torch::optim;
namespace indexing = torch::indexing;
using torch::arange;
using torch::cat;
using torch::empty;
using torch::empty_like;
using torch::from_blob;
using torch::full;
using torch::ones;
using torch::rand;
using torch::stack;
using torch::tensor;
using torch::zeros;
using torch::zeros_like;
inline void set_num_threads(int count) { at::set_num_threads(count); }
}  // namespace tengen
#define TENGEN_MODULE TORCH_MODULE
