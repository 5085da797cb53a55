// The last thing that a program does: what it printed must have arrived.
#pragma once

namespace tengen::apps {

/// Flushes stdout and std::cout and returns the exit status: `status`, or 1 in place of 0 when anything that
/// was printed could not be written (a full disk, a closed pipe), which a line on standard error that begins
/// with `program` then says. A main() returns through it on every path:
/// `return finish_output("tengen-detect", run(argc, argv));`
int finish_output(const char* program, int status);

}  // namespace tengen::apps
