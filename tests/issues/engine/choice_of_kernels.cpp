// TENGEN_CPU names a set of kernels; what it cannot name is an error that lists what it can.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <cstdio>

#include "../../temporary.h"

TEST_CASE("choice of kernels: only in a process of its own" * doctest::skip()) {
  std::printf("[%s]\n", error_of([] { torch::ones({2}); }).c_str());
}

TEST_CASE("choice of kernels: an unknown name") {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  std::FILE* pipe =
      ::popen(("TENGEN_CPU=bogus '" + self + "' --no-skip -tc='choice of kernels: only*'").c_str(), "r");
  REQUIRE(pipe);
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) output += char(c);
  ::pclose(pipe);
  CHECK(contains(output,
                 "[TENGEN_CPU is 'bogus': this build has no such instruction set that this processor "
                 "runs; it can be "));
}
