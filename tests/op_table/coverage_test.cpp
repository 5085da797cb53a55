// No public operator without a row.
#include <fstream>
#include <regex>
#include <set>

#include "checks.h"

using namespace op_table;

TEST_CASE("every operator declared in autograd/ops/ops.h has a row") {
  std::ifstream file(TENGEN_SOURCE_DIR "/autograd/ops/ops.h");
  REQUIRE(file.good());
  std::set<std::string> declared;
  std::regex function(
      R"(^(?:Tensor&?|std::tuple<[^>]*>|std::vector<Tensor>|bool|TENGEN_COMPARISON) ?\(?(\w+)\(?.*)");
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, match, function)) declared.insert(match[1]);
  }
  declared.erase("name");  // the macro's own parameter
  REQUIRE(declared.size() > 150);

  Rows rows;
  for (auto add : {add_arithmetic, add_math, add_activation, add_compare, add_reduce, add_view, add_assemble,
                   add_index, add_sort, add_linalg, add_conv, add_pool, add_norm, add_loss, add_copy})
    add(rows);
  std::set<std::string> covered;
  int differentiable = 0, second_order = 0;
  for (const Row& row : rows) {
    covered.insert(row.name);
    covered.insert(row.also.begin(), row.also.end());
    differentiable += row.differentiable;
    second_order += row.differentiable && row.second_order;
  }
  std::string missing;
  for (const std::string& name : declared)
    if (!covered.count(name)) missing += " " + name;
  CHECK(missing == "");
  MESSAGE(declared.size(), " operators, ", rows.size(), " rows, ", differentiable,
          " of them with gradients, ", second_order, " checked to second order");
}
