// Hugging Face's safetensors: named tensors and text metadata in one file
// (https://github.com/huggingface/safetensors, format section). Nothing in a file is ever executed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::io {

/// What a file holds.
struct SafeTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads a whole file, or the files that an index (model.safetensors.index.json) names beside it. Errors name
/// the file: missing, truncated, overlapping or out-of-range data, unknown types, sizes that do not fit the
/// shape, names that occur twice, trailing bytes.
SafeTensors load_safetensors(const std::string& path);
/// The same from memory; errors call the bytes `name`.
SafeTensors parse_safetensors(std::string_view bytes, const std::string& name);

/// Writes tensors (any device, stride or gradient state) to a temporary file beside `path`, then renames it:
/// a reader sees the old file or the new one, never half of it, even when the machine stops. The same
/// arguments give the same bytes.
void save_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors,
                      const std::map<std::string, std::string>& metadata = {});
/// The bytes of such a file.
std::string safetensors_bytes(const std::vector<std::pair<std::string, Tensor>>& tensors,
                              const std::map<std::string, std::string>& metadata = {});

}  // namespace tengen::io
