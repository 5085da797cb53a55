#include <tengen/apps/go/sgf/tree.h>

#include <algorithm>

namespace tengen::go::sgf {

SgfError::SgfError(int line_, int column_, const std::string& what)
    : Error(tengen::detail::str(line_, ":", column_, ": ", what)), line(line_), column(column_) {}

namespace {

/// The value of `raw` whose "[" stands at `at`; moves `at` behind its "]".
std::string_view next_value(std::string_view raw, size_t& at) {
  const size_t begin = ++at;
  for (; raw[at] != ']'; ++at) {
    if (raw[at] == '\\') ++at;
  }
  return raw.substr(begin, at++ - begin);
}

}  // namespace

std::vector<std::string_view> Property::values() const {
  std::vector<std::string_view> values;
  for (size_t at = 0; at < raw.size();) values.push_back(next_value(raw, at));
  return values;
}

const Property* Node::find(std::string_view id) const {
  const auto found = std::ranges::find(properties, id, &Property::id);
  return found == properties.end() ? nullptr : &*found;
}

std::string Node::text(std::string_view id) const {
  const Property* property = find(id);
  if (!property || property->raw.empty()) return {};
  size_t at = 0;
  return unescape(next_value(property->raw, at));
}

void Node::add(std::string_view id, std::string_view value) {
  auto found = std::ranges::find(properties, id, &Property::id);
  if (found == properties.end()) found = properties.insert(found, {std::string(id), {}});
  found->raw += '[' + escape(value) + ']';
}

int Tree::add_node(int parent) {
  const int index = int(nodes.size());
  nodes.emplace_back().parent = parent;
  if (parent >= 0) {
    int& last = nodes[parent].last_child;
    (last < 0 ? nodes[parent].first_child : nodes[last].next_sibling) = index;
    last = index;
  }
  return index;
}

std::vector<int> Tree::children(int node) const {
  std::vector<int> children;
  for (int child = nodes[node].first_child; child >= 0; child = nodes[child].next_sibling)
    children.push_back(child);
  return children;
}

std::vector<int> Tree::main_line() const {
  std::vector<int> line;
  for (int node = nodes.empty() ? -1 : 0; node >= 0; node = nodes[node].first_child) line.push_back(node);
  return line;
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
