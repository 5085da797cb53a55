#include <tengen/io/npy.h>
#include <tengen/io/numpy.h>
#include <tengen/tensor/factories.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

void read(std::string_view bytes) {
  const io::NpyArray array = io::parse_npy(bytes_of(bytes), "input");
  if (array.data.size() != size_t(array.numel()) * item_size(array.dtype))
    wrong("bytes that do not fit the shape");
}

std::string with_header(const std::string& header, const std::string& data = {}) {
  return std::string("\x93NUMPY\x01\x00", 8) + little(header.size(), 2) + header + data;
}

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (const ScalarType dtype : {kFloat, kDouble, kHalf, kLong, kByte, kBool}) {
    const std::string path = file_of("", "array.npy");
    io::save_npy(path, ones({2, 3}, dtype));
    all.push_back(contents(path));
  }
  all.push_back(with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1), }\n", "12345678"));
  all.push_back(with_header("{'descr': '|u1', 'fortran_order': False, 'shape': (), }\n", "1"));
  for (const char* shape : {"4611686018427387904,", "4294967296, 4294967296", "0, 9223372036854775807, 9",
                            "5, 8446744073709551614, 0"})
    all.push_back(
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::string(shape) + "), }\n"));
  all.push_back(std::string("\x93NUMPY\x03\x00\xff\xff\xff\xff", 12) + "{");
  return all;
}

const Added added({"npy",
                   512,
                   read,
                   seeds,
                   {"'descr': ", "'fortran_order': ", "'shape': (", "True", "False", "'<f8'", "'|b1'",
                    "'>i4'", "9223372036854775807", "4294967296"}});

}  // namespace
}  // namespace tengen::fuzz
