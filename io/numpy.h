// NumPy's files as tensors.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::io {

/// An .npy file (what read_npy reads); Fortran order is turned into C order.
Tensor load_npy(const std::string& path);
/// Any device, strides and gradient state; not BFloat16, which NumPy lacks. Written whole or not at all.
void save_npy(const std::string& path, const Tensor& tensor);
/// All arrays of an .npz archive (np.savez, np.savez_compressed) with their names, in the order of the
/// archive.
std::vector<std::pair<std::string, Tensor>> load_npz(const std::string& path);
/// Writes an archive as np.savez does, whole or not at all; tensors as save_npy takes them.
void save_npz(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& arrays);

}  // namespace tengen::io
