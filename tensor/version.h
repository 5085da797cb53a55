// The version of tengen, and the C++ version that it needs. CMakeLists.txt reads the three numbers from here.
#pragma once

#if __cplusplus < 202002L
#error "tengen needs C++20: compile with -std=c++20, or link the CMake target tengen::tengen"
#include "nothing: this line stops the compiler, so that the error above is not followed by hundreds of others"
#endif

#define TENGEN_VERSION_MAJOR 0
#define TENGEN_VERSION_MINOR 1
#define TENGEN_VERSION_PATCH 0

#define TENGEN_VERSION_JOIN_(major, minor, patch) #major "." #minor "." #patch
#define TENGEN_VERSION_JOIN(major, minor, patch) TENGEN_VERSION_JOIN_(major, minor, patch)
/// The version of the headers, as text: "0.1.0".
#define TENGEN_VERSION TENGEN_VERSION_JOIN(TENGEN_VERSION_MAJOR, TENGEN_VERSION_MINOR, TENGEN_VERSION_PATCH)

namespace tengen {

/// The version of the library that the program is linked with; TENGEN_VERSION unless headers and library come
/// from different installations.
const char* version();

}  // namespace tengen
