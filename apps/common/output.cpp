#include <tengen/apps/common/output.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace tengen::apps {

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
