#include "checks.h"
#include "einsum_loops.h"

namespace op_table {

using namespace tengen;

namespace {

Row einsum_row(const std::string& equation, const std::string& explicit_equation,
               std::vector<std::vector<Sizes>> cases) {
  return {.name = "einsum",
          .call = [=](const Tensors& in) -> Tensors { return {einsum(equation, in)}; },
          .samples =
              [=] {
                std::vector<Sample> samples = shapes(cases);
                for (Sample& sample : samples) sample.what = equation + " " + sample.what;
                return samples;
              },
          .reference = [=](const Tensors& in) -> Tensors { return {einsum_loops(explicit_equation, in)}; }};
}

}  // namespace

void add_einsum(Rows& rows) {
  const Tensor a23 = uniform({2, 3}), a45 = uniform({4, 5}), a3 = uniform({3}), a234 = uniform({2, 3, 4});
  Row first = einsum_row("ij,jk->ik", "ij,jk->ik", {{{2, 3}, {3, 4}}, {{2, 0}, {0, 2}}, {{2, 1}, {3, 2}}});
  first.errors = {{"letters", [=] { einsum("i1->i", {a23}); }, "subscripts must be in [a-zA-Z]"},
                  {"operands", [=] { einsum("ij,jk->ik", {a23}); }, "1 tensors were given"},
                  {"dimensions", [=] { einsum("ijk->i", {a23}); }, "its subscripts name 3"},
                  {"sizes",
                   [=] {
                     einsum("ij,jk->ik", {a23, a45});
                   },
                   "does not broadcast with previously seen size"},
                  {"diagonal", [=] { einsum("ii->i", {a23}); }, "is repeated for operand"},
                  {"output", [=] { einsum("ij->ik", {a23}); }, "appears in no operand"},
                  {"output twice", [=] { einsum("ij->ii", {a23}); }, "more than once in the output"},
                  {"dots", [=] { einsum("..ij->i", {a23}); }, "not part of any ellipsis"},
                  {"nothing", [=] { einsum("", {}); }, "at least one operand"}};
  rows.push_back(first);
  rows.push_back(einsum_row("ij->ji", "ij->ji", {{{2, 3}}}));
  rows.push_back(einsum_row("i,i", "i,i->", {{{3}, {3}}}));
  rows.push_back(einsum_row("ba", "ba->ab", {{{2, 3}}}));
  rows.push_back(einsum_row("ij, jk", "ij,jk->ik", {{{2, 3}, {3, 2}}}));
  rows.push_back(einsum_row("ii->i", "ii->i", {{{3, 3}}}));
  rows.push_back(einsum_row("ii", "ii->", {{{3, 3}}}));
  rows.push_back(einsum_row("iji->j", "iji->j", {{{2, 3, 2}}}));
  rows.push_back(einsum_row("bij,bjk->bik", "bij,bjk->bik", {{{2, 2, 3}, {2, 3, 2}}}));
  rows.push_back(
      einsum_row("...ij,...jk->...ik", "uij,ujk->uik", {{{2, 2, 3}, {2, 3, 2}}, {{1, 2, 3}, {2, 3, 1}}}));
  rows.push_back(einsum_row("...i,ij", "uvi,ij->uvj", {{{2, 1, 2}, {2, 2}}}));
  rows.push_back(einsum_row("...->", "uv->", {{{2, 3}}}));
  rows.push_back(einsum_row("i...->...", "iuv->uv", {{{2, 2, 3}}}));
  rows.push_back(einsum_row("i,j,k->kij", "i,j,k->kij", {{{2}, {1}, {3}}}));
  rows.push_back(einsum_row("ab,bc,cd->ad", "ab,bc,cd->ad", {{{2, 2}, {2, 3}, {3, 1}}}));
  rows.push_back(einsum_row("nhwc,nkc->nkhw", "nhwc,nkc->nkhw", {{{1, 2, 2, 3}, {1, 2, 3}}}));
  rows.push_back(einsum_row("Ab,bA->A", "Ab,bA->A", {{{2, 3}, {3, 2}}}));
}

OP_TABLE_TESTS(einsum)

}  // namespace op_table
