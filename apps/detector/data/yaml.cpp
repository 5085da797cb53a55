#include <tengen/apps/detector/data/yaml.h>

#include <tengen/apps/common/run.h>

namespace tengen::detect {
namespace {

constexpr int64_t kMostBytes = 1 << 20;
constexpr int kMostValues = 100'000, kMostDepth = 100;

// Counts values as often as a reader meets them, through every alias.
class Counter {
 public:
  explicit Counter(const std::string& where) : where_(where) {}

  void visit(const YAML::Node& node, int depth = 0) {
    if (depth > kMostDepth || ++count_ > kMostValues)
      bad_yaml(node, where_,
               detail::str("more than ", kMostValues, " values, or ", kMostDepth,
                           " lists inside of one another, when all aliases (*name) are followed"));
    if (node.IsSequence()) {
      for (const auto& item : node) visit(item, depth + 1);
    } else if (node.IsMap()) {
      for (const auto& item : node) {
        visit(item.first, depth + 1);
        visit(item.second, depth + 1);
      }
    }
  }

 private:
  const std::string& where_;
  int count_ = 0;
};

}  // namespace

YAML::Node parse_yaml(const std::string& text, const std::string& where) {
  TENGEN_CHECK(int64_t(text.size()) <= kMostBytes, where, " has ", text.size(),
               " bytes of yaml, more than the ", kMostBytes, " that are read");
  try {
    const YAML::Node root = YAML::Load(text);
    Counter(where).visit(root);
    return root;
  } catch (const YAML::Exception& error) {
    fail(where, ":", error.mark.line + 1, ": ", error.msg);
  }
}

YAML::Node load_yaml(const std::string& op, const std::string& file) {
  return parse_yaml(apps::read_text(file, op, kMostBytes), op + ": " + file);
}

}  // namespace tengen::detect
