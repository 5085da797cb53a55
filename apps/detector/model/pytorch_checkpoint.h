// Checkpoints of YOLOv5 (.pt), read as plain data: the network that the file describes, its weights and class
// names.
#pragma once

#include <string>

#include <tengen/io/safetensors.h>

namespace tengen::detect {

/// Whether the file begins as PyTorch's do.
bool is_pytorch_file(const std::string& path);

/// A .pt file in the form of tengen-detect's own: the tensors as float32 under the same names (a checkpoint's
/// averaged weights where it has them) and, where the file holds a whole model, its layout and class names as
/// metadata. Errors name the file.
io::SafeTensors read_pytorch_checkpoint(const std::string& path);

}  // namespace tengen::detect
