// No public operator without words, a definition where its heading says, and a row; and the page that tells
// so.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <tengen/tests/declarations.h>
#include "checks.h"

using namespace op_table;

namespace {

std::set<std::string> names_of(const Row& row) {
  std::set<std::string> names(row.also.begin(), row.also.end());
  names.insert(row.name);
  return names;
}

std::string text_of(const std::string& path) {
  std::ifstream file(TENGEN_SOURCE_DIR "/" + path);
  INFO(path);
  REQUIRE(file.good());
  return (std::stringstream() << file.rdbuf()).str();
}

/// ops.h and the headers of families that it includes; those of short names (*_names.h) declare nothing new.
std::vector<std::string> headers() {
  std::vector<std::string> all = {"autograd/ops/ops.h"};
  const std::string text = text_of(all[0]);
  const std::regex include(R"(#include <tengen/(autograd/ops/(?!\w+_names)\w+\.h)>)");
  for (std::sregex_iterator i(text.begin(), text.end(), include), end; i != end; ++i) all.push_back((*i)[1]);
  return all;
}

std::vector<Declaration> operators() {
  std::vector<Declaration> all;
  for (const std::string& header : headers())
    for (const Declaration& declared : declarations_of(header))
      if (!declared.family.empty()) all.push_back(declared);
  return all;
}

}  // namespace

TEST_CASE("every function in ops.h and factories.h has words") {
  std::vector<std::string> described = headers();
  described.push_back("tensor/factories.h");
  for (const std::string& header : described)
    for (const Declaration& declared : declarations_of(header)) {
      INFO(header, ": ", declared.name, " needs a comment `///` above it");
      CHECK(declared.has_words);
    }
}

TEST_CASE("operators are defined in the file that heads them in ops.h") {
  std::map<std::string, std::string> files;
  for (const Declaration& declared : operators()) {
    if (declared.is_inline) continue;
    std::string& text = files[declared.family];
    if (text.empty()) text = text_of("autograd/ops/" + declared.family + ".cpp");
    INFO(declared.name, " in ", declared.family, ".cpp");
    CHECK(std::regex_search(text, std::regex("\n[\\w:<>, ]+&? " + declared.name + "\\(")));
  }
}

TEST_CASE("every operator in ops.h has a row in its family's file") {
  std::map<std::string, std::string> family_of;
  for (const Declaration& declared : operators()) family_of[declared.name] = declared.family;
  REQUIRE(family_of.size() > 180);

  std::map<std::string, std::set<std::string>> covered;  // by family
  size_t count = 0, differentiable = 0, second_order = 0;
  for (const Family& family : families())
    for (const Row& row : rows_of(family.add)) {
      covered[family.name].merge(names_of(row));
      ++count;
      differentiable += row.differentiable;
      second_order += row.differentiable && row.second_order;
    }
  for (const auto& entry : family_of) {
    const std::string &name = entry.first, &family = entry.second;
    INFO(name, " needs a row in tests/op_table/", family, "_rows.cpp");
    CHECK(covered[family].count(name) == 1);
  }
  MESSAGE(family_of.size(), " operators, ", count, " rows, ", differentiable, " of them with gradients, ",
          second_order, " checked to second order");
}

TEST_CASE("docs/adding-an-operator.md quotes the sources as they are") {
  std::istringstream page(text_of("docs/adding-an-operator.md"));
  const std::regex opening(R"(^```cpp (\S+)$)");
  int quotes = 0;
  for (std::string line; std::getline(page, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, opening)) continue;
    const std::string path = match[1];
    std::string quote;
    while (std::getline(page, line) && line != "```") quote += line + "\n";
    INFO(path, " does not contain:\n", quote);
    CHECK(text_of(path).find(quote) != std::string::npos);
    ++quotes;
  }
  CHECK(quotes > 5);
}
