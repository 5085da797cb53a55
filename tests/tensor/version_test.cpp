#include <string>

#include <doctest/doctest.h>

#include <tengen/tensor/version.h>

TEST_CASE("version: the text, its three numbers and the library agree") {
  const std::string numbers = std::to_string(TENGEN_VERSION_MAJOR) + "." +
                              std::to_string(TENGEN_VERSION_MINOR) + "." +
                              std::to_string(TENGEN_VERSION_PATCH);
  CHECK(numbers == TENGEN_VERSION);
  CHECK(numbers == tengen::version());
}
