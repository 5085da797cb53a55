// The evals of gradbench, each in the source file of its name. What each computes is defined on its page,
// evals/NAME/README.md of gradbench's repository.
#pragma once

#include <tengen/bench/gradbench/protocol.h>

namespace gradbench {

Functions ba();
Functions det();
Functions gmm();
Functions hello();
Functions ht();
Functions kmeans();
Functions llsq();
Functions lse();
Functions lstm();
Functions ode();
Functions particle();
Functions saddle();

// The same with derivatives written by hand, without tensors.
namespace manual {
Functions ba();
Functions ht();
Functions lstm();
}  // namespace manual

}  // namespace gradbench
