#include <tengen/apps/go/sgf/tree.h>

#include <algorithm>

namespace tengen::go::sgf {

SgfError::SgfError(int line_, int column_, const std::string& what)
    : Error(tengen::detail::str(line_, ":", column_, ": ", what)), line(line_), column(column_) {}

const Property* Node::find(std::string_view id) const {
  const auto found = std::ranges::find(properties, id, &Property::id);
  return found == properties.end() ? nullptr : &*found;
}

std::string Node::text(std::string_view id) const {
  const Property* property = find(id);
  return property && !property->values.empty() ? unescape(property->values[0]) : std::string();
}

void Node::add(std::string_view id, std::string_view value) {
  auto found = std::ranges::find(properties, id, &Property::id);
  if (found == properties.end()) found = properties.insert(found, {std::string(id), {}});
  found->values.push_back(escape(value));
}

int Tree::add_node(int parent) {
  const int index = int(nodes.size());
  nodes.emplace_back().parent = parent;
  if (parent >= 0) nodes[parent].children.push_back(index);
  return index;
}

std::vector<int> Tree::main_line() const {
  std::vector<int> line;
  if (nodes.empty()) return line;
  for (int node = 0;; node = nodes[node].children[0]) {
    line.push_back(node);
    if (nodes[node].children.empty()) return line;
  }
}

std::string unescape(std::string_view value) {
  std::string text;
  for (size_t i = 0; i < value.size(); ++i) {
    const bool escaped = value[i] == '\\' && i + 1 < value.size();
    if (escaped) ++i;
    if (value[i] != '\n' && value[i] != '\r') {
      text += value[i];
      continue;
    }
    // CR LF and LF CR are one line break.
    if (i + 1 < value.size() && value[i + 1] != value[i] && (value[i + 1] == '\n' || value[i + 1] == '\r'))
      ++i;
    if (!escaped) text += '\n';
  }
  return text;
}

std::string escape(std::string_view text) {
  std::string value;
  for (char c : text) {
    if (c == '\\' || c == ']') value += '\\';
    value += c;
  }
  return value;
}

}  // namespace tengen::go::sgf
