#include <tengen/apps/go/sgf/tree.h>

namespace tengen::go::sgf {
namespace {

void write_node(const Node& node, bool root, std::string& out) {
  out += ';';
  if (root && !node.find("CA")) out += "CA[UTF-8]";
  for (const Property& property : node.properties) {
    out += property.id;
    out += root && property.id == "CA" ? "[UTF-8]" : property.raw;
  }
}

}  // namespace

std::string write(const std::vector<Tree>& trees) {
  constexpr int kClose = -1;
  std::string out;
  for (const Tree& tree : trees) {
    if (tree.nodes.empty()) continue;
    std::vector<int> todo{0};  // variations to write, each followed by its bracket
    while (!todo.empty()) {
      int node = todo.back();
      todo.pop_back();
      if (node == kClose) {
        out += ")\n";
        continue;
      }
      out += '(';
      todo.push_back(kClose);
      for (int nodes = 0;; node = tree.nodes[node].first_child, ++nodes) {
        if (nodes > 0 && nodes % 10 == 0) out += '\n';
        write_node(tree.nodes[node], node == 0, out);
        if (tree.nodes[node].first_child < 0 || tree.nodes[node].first_child != tree.nodes[node].last_child)
          break;
      }
      const std::vector<int> children = tree.children(node);
      if (!children.empty()) out += '\n';
      todo.insert(todo.end(), children.rbegin(), children.rend());
    }
  }
  return out;
}

}  // namespace tengen::go::sgf
