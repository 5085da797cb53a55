// Runs a program as a shell does.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

struct Outcome {
  int status = -1;   ///< as a shell tells it: 128 and the signal's number when a signal ended it
  std::string text;  ///< standard output and standard error, where the command does not send them elsewhere
};

inline Outcome run_program(const std::string& command) {
  Outcome outcome;
  std::FILE* pipe = ::popen(("exec 2>&1; " + command).c_str(), "r");
  if (!pipe) return outcome;
  char block[4096];
  for (size_t count; (count = std::fread(block, 1, sizeof block, pipe)) > 0;)
    outcome.text.append(block, count);
  const int state = ::pclose(pipe);
  outcome.status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  return outcome;
}
