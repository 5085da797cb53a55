// Weights saved by Python: torch.save(model.state_dict(), "weights.pt"), read without Python.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::io {

/// The tensors of a file written by torch.save (1.6 and newer), in its order. Dictionaries and lists inside
/// of one another give names with dots: {"model": {"weight": t}} is "model.weight". Numbers and texts are
/// passed over. The pickle is interpreted by a reader that knows tensors, storages and plain containers only:
/// nothing in the file is executed; whole Python objects (torch.save(model)) are an Error. Tensors that
/// shared memory still do; all are on the CPU.
std::vector<std::pair<std::string, Tensor>> load_pt(const std::string& path);

}  // namespace tengen::io
