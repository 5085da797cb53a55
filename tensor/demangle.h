// Private: not installed; no public header includes it.
// Names of C++ symbols and types as people write them.
#pragma once

#include <string>

namespace tengen {

/// `symbol` itself where it is not a mangled name.
std::string demangled(const char* symbol);

}  // namespace tengen
