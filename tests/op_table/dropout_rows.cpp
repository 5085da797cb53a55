#include "checks.h"

namespace op_table {

using namespace tengen;

void add_dropout(Rows& rows) {
  auto samples = [] {
    return std::vector<Sample>{{"0-d", {uniform({})}},
                               {"empty", {uniform({2, 0})}},
                               {"matrix", {uniform({3, 4})}},
                               {"expanded", {uniform({3, 1}).expand({3, 4})}},
                               {"large", {uniform({70000})}}};
  };
  auto same = [](const Tensors& x) -> Tensors { return {make(values(x[0]), x[0].sizes().vec())}; };
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

OP_TABLE_TESTS(dropout)

}  // namespace op_table
