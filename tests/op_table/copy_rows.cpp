// Copies and conversions.
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
}

}  // namespace op_table

OP_TABLE_TESTS(copy)
