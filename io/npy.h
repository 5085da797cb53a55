// Private: not installed; no public header includes it.
// NumPy's .npy files, versions 1.0 to 3.0 (format: numpy.lib.format), as plain bytes with a dtype and a
// shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <tengen/tensor/dtype.h>

namespace tengen::io {

/// One array. `data` holds little-endian elements in C order, or Fortran order (first index fastest) if
/// `fortran`.
struct NpyArray {
  Dtype dtype = kFloat;
  std::vector<int64_t> shape;
  std::vector<std::byte> data;
  bool fortran = false;

  int64_t numel() const;
  /// The elements as T; an error when T is not the array's type.
  template <class T>
  std::span<const T> as() const {
    TENGEN_CHECK(dtype_of<T> == dtype, "NpyArray: holds ", to_string(dtype), ", asked for ",
                 to_string(dtype_of<T>));
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
};

/// Reads a file. Types: bool, (u)int8, int16/32/64, float16/32/64; big-endian files are an error, as are
/// truncated ones, trailing bytes and headers that are not NumPy's.
NpyArray read_npy(const std::string& path);
/// The same from the bytes of a file; `name` is for errors.
NpyArray parse_npy(std::vector<std::byte> bytes, const std::string& name);

/// Writes `data` (C order, dtype and shape as given) to a temporary file beside `path`, then renames: a
/// reader sees the old file or the new one, never half of it.
void write_npy(const std::string& path, Dtype dtype, std::span<const int64_t> shape,
               std::span<const std::byte> data);

/// What stands before the data in a file of `size` bytes of them; errors call it `name`.
std::string npy_header(const std::string& name, Dtype dtype, std::span<const int64_t> shape, size_t size);

/// The same from a vector of elements.
template <class T>
void write_npy(const std::string& path, std::span<const int64_t> shape, std::span<const T> values) {
  write_npy(path, dtype_of<T>, shape, std::as_bytes(values));
}

}  // namespace tengen::io
