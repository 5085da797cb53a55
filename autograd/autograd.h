// Derivatives of whole computations.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/node.h>

namespace tengen::autograd {

/// Accumulates gradients of `tensors` into the .grad of all leaves (or of `inputs` alone). `grad_tensors`:
/// one per tensor, may be left out for tensors of one element.
void backward(const variable_list& tensors, const variable_list& grad_tensors = {},
              std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
              const variable_list& inputs = {});

/// The gradients of `outputs` with respect to `inputs`, without touching any .grad. create_graph makes the
/// result differentiable; retain_graph (default: create_graph) keeps the graph for another pass; an input
/// that the outputs do not depend on is an error unless allow_unused, then its gradient is undefined.
variable_list grad(const variable_list& outputs, const variable_list& inputs,
                   const variable_list& grad_outputs = {}, std::optional<bool> retain_graph = std::nullopt,
                   bool create_graph = false, bool allow_unused = false);

/// Anomaly mode: every backward result is searched for NaN; the error names the forward operator and where it
/// ran.
struct AnomalyMode {
  static bool is_enabled();
  static void set_enabled(bool enabled);
};
class DetectAnomalyGuard {
 public:
  DetectAnomalyGuard() : previous_(AnomalyMode::is_enabled()) { AnomalyMode::set_enabled(true); }
  ~DetectAnomalyGuard() { AnomalyMode::set_enabled(previous_); }

 private:
  bool previous_;
};

/// The graph behind `root` in Graphviz' language: operators, leaves with shapes, saved sizes.
/// `names`: labels for leaves.
std::string to_dot(const Tensor& root, const std::vector<std::pair<std::string, Tensor>>& names = {});

}  // namespace tengen::autograd

namespace tengen {
using autograd::to_dot;
}
