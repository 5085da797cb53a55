// Errors are exceptions: tengen::Error carries what was wrong, what was expected and, where it helps, a hint.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

#include <tengen/tensor/plain_text.h>

namespace tengen::inline api {

/// Base of every exception the library throws on user input. `what()` is the whole message.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  /// LibTorch's spelling of the message without a backtrace.
  const char* what_without_backtrace() const noexcept { return what(); }
  const std::string& msg() const noexcept { return message_ = what(); }
  /// Empty: tengen records no backtraces.
  const std::string& backtrace() const noexcept {
    static const std::string none;
    return none;
  }

 private:
  mutable std::string message_;
};

/// An index lies outside of its dimension.
class IndexError : public Error {
 public:
  using Error::Error;
};

/// A value has the right type but makes no sense here.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// The operation exists in principle but not for these arguments.
class NotImplementedError : public Error {
 public:
  using Error::Error;
};

/// A matrix lacks what a decomposition needs: it is singular, not positive-definite, not finite.
class LinAlgError : public Error {
 public:
  using Error::Error;
};

}  // namespace tengen::inline api

namespace tengen {

namespace detail {
template <class... Args>
std::string str(const Args&... args) {
  plain_text::Classic<std::ostringstream> out;
  (out << ... << args);
  return out.str();
}
}  // namespace detail

/// Throws E with the concatenated arguments as its message.
template <class E = Error, class... Args>
[[noreturn, gnu::noinline, gnu::cold]] void fail(const Args&... args) {
  throw E(detail::str(args...));
}

}  // namespace tengen

/// Throws tengen::Error with the message made of the remaining arguments when `condition` is false.
#define TENGEN_CHECK(condition, ...) \
  do {                               \
    if (!(condition)) [[unlikely]]   \
      ::tengen::fail(__VA_ARGS__);   \
  } while (false)
