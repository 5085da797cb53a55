// Private: not installed; no public header includes it.
// Anomaly mode's notes.
#pragma once

#include <tengen/autograd/node.h>

namespace tengen::autograd {

/// Stores where the forward operator runs.
void remember_backtrace(Node& node);
/// Throws when a gradient that `node` has returned contains NaN: names the operator and where it ran.
void check_for_nan(const Node& node, const Grads& grads);

}  // namespace tengen::autograd
