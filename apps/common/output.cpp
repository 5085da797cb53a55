#include <tengen/apps/common/output.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace tengen::apps {

void hold_standard_streams() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(file, F_GETFD) != -1) continue;
    // The lowest free number is this one. Opened for the direction in which nobody uses it.
    [[maybe_unused]] const int held = ::open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

int finish_output(const char* program, int status) {
  errno = 0;
  std::cout.flush();
  std::fflush(stdout);
  if (std::cout && !std::ferror(stdout)) return status;
  // An earlier write may have failed, the reason is then no longer known.
  std::fprintf(stderr, "%s: could not write standard output%s%s\n", program, errno ? ": " : "",
               errno ? std::strerror(errno) : "");
  return status == 0 ? 1 : status;
}

}  // namespace tengen::apps
