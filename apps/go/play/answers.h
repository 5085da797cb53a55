// Answers to whoever asked: written at once, and never lost without a word.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace tengen::go {

/// Writes the text and flushes. Throws Error when the stream, which is named by `name`, does not take it.
void write_answer(std::ostream& output, std::string_view text, const std::string& name = "the answers");

}  // namespace tengen::go
