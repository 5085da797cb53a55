#include <tengen/tensor/warning.h>

#include <cstdio>

namespace tengen {
namespace {

thread_local WarningHandler* current = nullptr;

}  // namespace

void WarningHandler::process(const Warning& warning) {
  const SourceLocation& where = warning.source_location();
  std::fprintf(stderr, "[W %s:%u] Warning: %s (function %s)\n", where.file, unsigned(where.line),
               warning.msg().c_str(), where.function);
}

void warn(const Warning& warning) {
  static WarningHandler fallback;
  (current ? *current : fallback).process(warning);
}

void WarningUtils::set_warning_handler(WarningHandler* handler) noexcept { current = handler; }
WarningHandler* WarningUtils::get_warning_handler() noexcept { return current; }

}  // namespace tengen
