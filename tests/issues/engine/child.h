// A child process for what a test must not do in its own: limits, fork, ends of the process.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Sanitizers need more address space than a limit gives, and no threads in a child process.
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// Runs `body`, which returns whether all was well, in a child process that leaves by exit(). True if it was;
/// false too when it ended by a signal, by an exception or not within `seconds`.
template <class Body>
bool well_in_child(const Body& body, unsigned seconds = 60) {
  std::cout.flush();  // or both processes would
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(seconds);
    bool well = false;
    try {
      well = body();
    } catch (...) {
    }
    std::exit(well ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Leaves the process only so many bytes of address space more than it has.
inline void leave_memory(size_t bytes) {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t limit = rlim_t(pages) * rlim_t(::sysconf(_SC_PAGESIZE)) + bytes;
  const rlimit both{limit, limit};
  ::setrlimit(RLIMIT_AS, &both);
}
