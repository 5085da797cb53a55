#include <tengen/apps/go/play/answers.h>

#include <cerrno>
#include <cstring>

#include <tengen/tensor/error.h>

namespace tengen::go {

void write_answer(std::ostream& output, std::string_view text, const std::string& name) {
  errno = 0;
  output << text << std::flush;
  TENGEN_CHECK(output, "cannot write ", name, ": ",
               errno != 0 ? std::strerror(errno) : "an earlier write failed");
}

}  // namespace tengen::go
