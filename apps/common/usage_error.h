// A command line that cannot be obeyed.
#pragma once

#include <tengen/tensor/error.h>

namespace tengen::apps {

/// What was asked for is wrong, or is not there: the program ends with exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Calls `check`; what it finds wrong is a UsageError.
template <class Check>
decltype(auto) as_usage(const Check& check) try {
  return check();
} catch (const Error& error) {
  throw UsageError(error.what());
}

}  // namespace tengen::apps
