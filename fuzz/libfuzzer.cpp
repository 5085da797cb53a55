// Makes a target a program of libFuzzer.
#include <cstdint>

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tengen::fuzz::Target& target = tengen::fuzz::targets().front();
  tengen::fuzz::run(target, {reinterpret_cast<const char*>(data), size});
  return 0;
}
