#include <tengen/nn/enum.h>

#include <ostream>

namespace tengen::inline api {

const char* enum_name(EnumType value) {
  switch (value) {
#define TENGEN_ENUM(name) \
  case k##name:           \
    return "k" #name;
    TENGEN_ENUM_TYPES(TENGEN_ENUM)
#undef TENGEN_ENUM
  }
  return "an unknown choice";
}

std::ostream& operator<<(std::ostream& out, EnumType value) { return out << enum_name(value); }

}  // namespace tengen::inline api
