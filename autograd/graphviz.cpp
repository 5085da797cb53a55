#include <iomanip>
#include <sstream>
#include <unordered_map>

#include <tengen/autograd/autograd.h>
#include <tengen/autograd/meta.h>

namespace tengen::autograd {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string to_dot(const Tensor& root, const std::vector<std::pair<std::string, Tensor>>& names) {
  std::unordered_map<const TensorImpl*, std::string> labels;
  for (const auto& [name, tensor] : names)
    if (tensor.defined()) labels[tensor.unsafeGetTensorImpl()] = escaped(name);

  plain_text::Classic<std::ostringstream> out;
  out << "digraph autograd {\n  rankdir=BT;\n  node [shape=box, style=filled, fontname=\"sans-serif\", "
         "fillcolor=\"#e8eef7\"];\n";
  out << "  root [label=\"output\\n" << root.sizes() << "\", fillcolor=\"#dcefdc\"];\n";
  std::unordered_map<const Node*, int> numbers;
  std::vector<intrusive_ptr<Node>> order;
  auto number = [&](const intrusive_ptr<Node>& node) {
    auto [place, fresh] = numbers.emplace(node.get(), int(numbers.size()));
    if (fresh) order.push_back(node);
    return place->second;
  };
  Edge first = gradient_edge(root);
  if (first.is_valid()) out << "  n" << number(first.function) << " -> root;\n";
  for (size_t i = 0; i < order.size(); ++i) {  // grows while it is worked off
    intrusive_ptr<Node> node = order[i];
    out << "  n" << i << " [label=\"";
    if (auto* leaf = dynamic_cast<AccumulateGrad*>(node.get())) {
      auto name = labels.find(leaf->leaf().unsafeGetTensorImpl());
      out << (name != labels.end() ? name->second + "\\n" : "") << leaf->leaf().dtype() << " "
          << leaf->leaf().sizes() << "\", fillcolor=\"#f7e6c4\"];\n";
    } else {
      out << node->op_name();
      for (size_t k = 0; k < node->num_inputs(); ++k) out << "\\n" << IntArrayRef(node->output_meta(k).sizes);
      out << "\"];\n";
    }
    for (size_t k = 0; k < node->num_outputs(); ++k)
      if (Edge edge = node->next_edge(k); edge.is_valid())
        out << "  n" << number(edge.function) << " -> n" << i << ";\n";
  }
  out << "}\n";
  return out.str();
}

}  // namespace tengen::autograd
