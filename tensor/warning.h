// Warnings: what is suspicious but no error. They go to a handler, by default to standard error.
#pragma once

#include <cstdint>
#include <string>

namespace tengen::inline api {

struct SourceLocation {
  const char* function;
  const char* file;
  uint32_t line;
};

class Warning {
 public:
  Warning(std::string message, SourceLocation where) : message_(std::move(message)), where_(where) {}
  const std::string& msg() const { return message_; }
  const SourceLocation& source_location() const { return where_; }

 private:
  std::string message_;
  SourceLocation where_;
};

/// What receives warnings; derive from it to collect them.
class WarningHandler {
 public:
  virtual ~WarningHandler() = default;
  /// Writes the warning with its place to standard error.
  virtual void process(const Warning& warning);
};

namespace WarningUtils {
/// Sets the handler of the calling thread, which must outlive its use. A null pointer sets the default one.
void set_warning_handler(WarningHandler* handler) noexcept;
WarningHandler* get_warning_handler() noexcept;

/// Sets a handler for the duration of a scope.
class WarningHandlerGuard {
 public:
  explicit WarningHandlerGuard(WarningHandler* handler) : previous_(get_warning_handler()) {
    set_warning_handler(handler);
  }
  ~WarningHandlerGuard() { set_warning_handler(previous_); }
  WarningHandlerGuard(const WarningHandlerGuard&) = delete;
  WarningHandlerGuard& operator=(const WarningHandlerGuard&) = delete;

 private:
  WarningHandler* previous_;
};
}  // namespace WarningUtils

}  // namespace tengen::inline api

namespace tengen {
/// Hands a warning to the handler of this thread.
void warn(const Warning& warning);
}  // namespace tengen
