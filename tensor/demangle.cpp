#include <tengen/tensor/demangle.h>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace tengen {

std::string demangled(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(symbol, nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 ? name.get() : symbol;
}

}  // namespace tengen
