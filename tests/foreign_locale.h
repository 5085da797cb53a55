// A locale in which numbers look otherwise, for tests of what writes numbers.
#pragma once

#include <clocale>
#include <locale>

#include <doctest/doctest.h>

/// Groups digits and writes a comma for the decimal point, as in much of the world: 12.345,67.
struct Grouping : std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  char do_decimal_point() const override { return ','; }
  std::string do_grouping() const override { return "\3"; }
};

/// In its scope the program's C++ locale is that, and its C locale one with a decimal comma where the system
/// has one.
class ForeignLocale {
 public:
  ForeignLocale() : previous_(std::locale::global(std::locale(std::locale(), new Grouping))) {
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "fr_FR"})
      if (std::setlocale(LC_NUMERIC, name)) return;
    MESSAGE("no C locale with a decimal comma is installed: only the C++ locale is checked");
  }
  ~ForeignLocale() {
    std::locale::global(previous_);
    std::setlocale(LC_NUMERIC, "C");
  }

 private:
  std::locale previous_;
};
