// Copies, conversions, dropout.
#include "checks.h"

namespace op_table {

using namespace tengen;

void add_copy(Rows& rows) {
  auto samples = [] {
    return std::vector<Sample>{{"0-d", {uniform({})}},
                               {"empty", {uniform({2, 0})}},
                               {"matrix", {uniform({3, 4})}},
                               {"expanded", {uniform({3, 1}).expand({3, 4})}},
                               {"large", {uniform({70000})}}};
  };
  auto same = [](const Tensors& x) -> Tensors { return {make(values(x[0]), x[0].sizes().vec())}; };
  rows.push_back({.name = "clone",
                  .call = [](const Tensors& x) -> Tensors { return {x[0].clone()}; },
                  .samples = samples,
                  .reference = same});
  rows.push_back({.name = "contiguous",
                  .call = [](const Tensors& x) -> Tensors { return {x[0].contiguous()}; },
                  .samples = samples,
                  .reference = same});
  rows.push_back({.name = "to",
                  .call = [](const Tensors& x) -> Tensors { return {x[0].to(kDouble)}; },
                  .samples = samples,
                  .reference = same,
                  .also = {"is_floating_point"}});
  rows.push_back({.name = "copy_",
                  .call = [](const Tensors& x) -> Tensors { return {zeros_like(x[0]).copy_(x[0])}; },
                  .samples = samples,
                  .reference = same});
  rows.push_back({.name = "detach",
                  .call = [](const Tensors& x) -> Tensors {
                    CHECK(!detach(x[0]).requires_grad());
                    return {detach(x[0])};
                  },
                  .samples = samples,
                  .reference = same,
                  .differentiable = false});
  rows.push_back({.name = "dropout",
                  .call = [](const Tensors& x) -> Tensors { return {dropout(x[0], 0.3, false)}; },
                  .samples = samples,
                  .reference = same});
  rows.push_back({.name = "dropout",
                  .call = [](const Tensors& x) -> Tensors {
                    manual_seed(5);  // the same mask at every call
                    return {dropout(x[0], 0.3, true)};
                  },
                  .samples = samples,
                  .reference = [](const Tensors& x) -> Tensors {
                    manual_seed(5);
                    std::vector<double> out = values(x[0]),
                                        mask = values(empty(x[0].sizes(), kDouble).bernoulli_(0.7));
                    for (size_t i = 0; i < out.size(); ++i) out[i] *= mask[i] / 0.7;
                    return {make(out, x[0].sizes().vec())};
                  },
                  .errors = {{"probability", [] { dropout(uniform({2}), 1.5, true); }, "probability"}},
                  .random = true});
}

}  // namespace op_table

OP_TABLE_TESTS(copy)
