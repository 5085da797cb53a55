// Softmax and its logarithm.
#include <cmath>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

Row softmax_row(const char* name, bool log, int64_t dim, std::vector<std::vector<Sizes>> cases) {
  return {.name = name,
          .call = [=](const Tensors& in) -> Tensors {
            return {log ? in[0].log_softmax(dim) : in[0].softmax(dim)};
          },
          .samples = [=] { return shapes(cases, -1, 2); },
          .reference = [=](const Tensors& in) -> Tensors {
            Array x(in[0]), out(x.sizes);
            each_index(x.sizes, [&](const Sizes& i) {
              const auto at = [&](Sizes index) {
                int64_t position = 0;
                for (size_t d = 0; d < index.size(); ++d) position = position * x.sizes[d] + index[d];
                return size_t(position);
              };
              double total = 0;
              Sizes other = i;
              const size_t d = size_t(dim < 0 ? dim + in[0].dim() : dim);
              for (int64_t k = 0; k < (i.empty() ? 1 : x.sizes[d]); ++k) {
                if (!i.empty()) other[d] = k;
                total += std::exp(x.data[at(other)]);
              }
              const double p = std::exp(x.data[at(i)]) / total;
              out.data[at(i)] = log ? std::log(p) : p;
            });
            return {out.tensor()};
          }};
}

}  // namespace

void add_softmax(Rows& rows) {
  const Tensor x = uniform({3, 2, 2});
  for (bool log : {false, true}) {
    const char* name = log ? "log_softmax" : "softmax";
    rows.push_back(
        softmax_row(name, log, -1, {{{2, 3}}, {{5}}, {{}}, {{0, 3}}, {{2, 1}}, {{2, 2, 17}}, {{300, 130}}}));
    rows.back().errors = {
        {"dim", [=] { softmax(x, 3); }, "range"},
        {"integers", [=] { log_softmax(x.to(kLong), 0); }, "expected a floating-point tensor but got Long"}};
    rows.push_back(softmax_row(name, log, 1, {{{2, 3, 2}}, {{2, 3}}}));
    rows.push_back(softmax_row(name, log, 0, {{{3, 2}}, {{2, 0}}}));
  }
}

OP_TABLE_TESTS(softmax)

}  // namespace op_table
