#include <tengen/tensor/plain_text.h>

#include <locale.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace tengen::plain_text {
namespace {

// In its scope this thread's C library writes as in the "C" locale.
class CLocale {
 public:
  CLocale() {
    static const locale_t classic = ::newlocale(LC_ALL_MASK, "C", nullptr);
    if (classic) previous_ = ::uselocale(classic);
  }
  ~CLocale() {
    if (previous_) ::uselocale(previous_);
  }

 private:
  locale_t previous_ = nullptr;
};

}  // namespace

std::string format(const char* pattern, ...) {
  CLocale classic;
  va_list args, again;
  va_start(args, pattern);
  va_copy(again, args);
  std::string text(size_t(std::max(0, std::vsnprintf(nullptr, 0, pattern, args))), '\0');
  std::vsnprintf(text.data(), text.size() + 1, pattern, again);
  va_end(again);
  va_end(args);
  return text;
}

}  // namespace tengen::plain_text
