// The first and the last thing that a program does for what it prints, which must arrive.
#pragma once

namespace tengen::apps {

/// Where the program was started with standard input, output or error closed, occupies their numbers: else
/// the next file that is opened, a database say, would get what is printed. Reading and writing still fail.
void hold_standard_streams();

/// Flushes stdout and std::cout and returns the exit status: `status`, or 1 in place of 0 when anything that
/// was printed could not be written (a full disk, a closed pipe), which a line on standard error that begins
/// with `program` then says. A main() returns through it on every path:
/// `return finish_output("tengen-detect", run(argc, argv));`
int finish_output(const char* program, int status);

}  // namespace tengen::apps
