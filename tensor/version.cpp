#include <tengen/tensor/version.h>

namespace tengen {

const char* version() { return TENGEN_VERSION; }

}  // namespace tengen
