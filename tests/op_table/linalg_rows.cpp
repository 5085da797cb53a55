#include <string>

#include "array.h"
#include "checks.h"
#include "einsum_loops.h"

namespace op_table {

using namespace tengen;

namespace {

/// As einsum of the shapes: (..., m, k) (..., k, n).
Tensor matmul_loops(const Tensor& a, const Tensor& b) {
  const std::string letters = "uvw";
  const auto labels = [&](const Tensor& t, const std::string& matrix, const std::string& vector) {
    if (t.dim() == 1) return vector;
    return letters.substr(letters.size() - size_t(t.dim() - 2)) + matrix;
  };
  const std::string left = labels(a, "mk", "k"), right = labels(b, "kn", "k");
  std::string out;
  for (char c : letters)
    if ((left + right).find(c) != std::string::npos) out += c;
  if (a.dim() > 1) out += 'm';
  if (b.dim() > 1) out += 'n';
  return einsum_loops(left + "," + right + "->" + out, {a, b});
}

}  // namespace

void add_linalg(Rows& rows) {
  const Tensor a23 = uniform({2, 3}), a45 = uniform({4, 5}), a3 = uniform({3}), a234 = uniform({2, 3, 4});
  rows.push_back({.name = "matmul",
                  .call = [](const Tensors& in) -> Tensors { return {in[0].matmul(in[1])}; },
                  .samples =
                      [] {
                        return shapes({{{3}, {3}},
                                       {{2, 3}, {3}},
                                       {{3}, {3, 2}},
                                       {{2, 3}, {3, 4}},
                                       {{2, 3, 4}, {4, 2}},
                                       {{2, 3, 4}, {4}},
                                       {{4}, {2, 4, 3}},
                                       {{3, 4}, {2, 4, 2}},
                                       {{2, 1, 3, 2}, {3, 2, 2}},
                                       {{2, 1, 2, 2}, {1, 2, 2, 3}},
                                       {{0, 3}, {3, 2}},
                                       {{2, 0}, {0, 3}},
                                       {{0, 2, 3}, {3, 2}},
                                       {{70, 65}, {65, 81}},
                                       {{3, 20, 33}, {3, 33, 17}}});
                      },
                  .reference = [](const Tensors& in) -> Tensors { return {matmul_loops(in[0], in[1])}; },
                  .errors = {{"sizes", [=] { matmul(a23, a45); },
                              "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"},
                             {"0-d", [=] { matmul(a23, zeros({}, kDouble)); }, "at least 1D"},
                             {"batches",
                              [=] {
                                matmul(uniform({2, 2, 3}), uniform({3, 3, 2}));
                              },
                              "matmul"},
                             {"types",
                              [=] {
                                matmul(a23, ones({3, 2}));
                              },
                              "Double != Float"}}});
  rows.push_back({.name = "mm",
                  .call = [](const Tensors& in) -> Tensors { return {in[0].mm(in[1])}; },
                  .samples =
                      [] {
                        return shapes({{{1, 1}, {1, 1}}, {{2, 3}, {3, 2}}, {{3, 0}, {0, 2}}});
                      },
                  .reference = [](const Tensors& in) -> Tensors { return {matmul_loops(in[0], in[1])}; },
                  .errors = {{"vector", [=] { mm(a3, a23); }, "self must be a matrix"}}});
  rows.push_back(
      {.name = "bmm",
       .call = [](const Tensors& in) -> Tensors { return {in[0].bmm(in[1])}; },
       .samples =
           [] {
             return shapes({{{2, 2, 3}, {2, 3, 2}}, {{0, 2, 3}, {0, 3, 2}}, {{2, 3, 0}, {2, 0, 2}}});
           },
       .reference = [](const Tensors& in) -> Tensors { return {matmul_loops(in[0], in[1])}; },
       .errors = {{"sizes", [=] { bmm(a234, a234); }, "to be: [2, 4] but got: [2, 3]"},
                  {"dimensions", [=] { bmm(a23, a23); }, "must be a 3D tensor"}}});
  rows.push_back({.name = "mv",
                  .call = [](const Tensors& in) -> Tensors { return {in[0].mv(in[1])}; },
                  .samples =
                      [] {
                        return shapes({{{3, 4}, {4}}, {{3, 0}, {0}}});
                      },
                  .reference = [](const Tensors& in) -> Tensors { return {matmul_loops(in[0], in[1])}; },
                  .errors = {{"sizes", [=] { mv(a45, a3); }, "size mismatch"}}});
  rows.push_back({.name = "dot",
                  .call = [](const Tensors& in) -> Tensors { return {in[0].dot(in[1])}; },
                  .samples =
                      [] {
                        return shapes({{{4}, {4}}, {{0}, {0}}, {{1000}, {1000}}});
                      },
                  .reference = [](const Tensors& in) -> Tensors { return {matmul_loops(in[0], in[1])}; },
                  .errors = {{"sizes", [=] { dot(a3, uniform({4})); }, "inconsistent tensor size"},
                             {"matrix", [=] { dot(a23, a3); }, "1D tensors expected"}}});
  rows.push_back({.name = "outer",
                  .call = [](const Tensors& in) -> Tensors { return {in[0].outer(in[1])}; },
                  .samples =
                      [] {
                        return shapes({{{3}, {4}}, {{0}, {2}}});
                      },
                  .reference = [](const Tensors& in) -> Tensors { return {einsum_loops("i,j->ij", in)}; },
                  .errors = {{"matrix", [=] { outer(a23, a3); }, "expected 1-D arguments"}}});
  rows.push_back(
      {.name = "addmm",
       .call = [](const Tensors& in) -> Tensors { return {in[0].addmm(in[1], in[2], 0.5, -2)}; },
       .samples =
           [] {
             return shapes({{{2, 2}, {2, 3}, {3, 2}}, {{2}, {3, 1}, {1, 2}}, {{2, 1}, {2, 0}, {0, 3}}});
           },
       .reference = [](const Tensors& in) -> Tensors {
         return elementwise({in[0], matmul_loops(in[1], in[2])},
                            [](const std::vector<double>& v) { return 0.5 * v[0] - 2 * v[1]; });
       },
       .inplace = [](Tensor& self, const Tensors& in) -> Tensor& {
         return self.addmm_(in[1], in[2], 0.5, -2);
       },
       .errors = {{"shape",
                   [=] {
                     addmm(a45, a23, uniform({3, 2}));
                   },
                   "addmm"}}});
  rows.push_back({.name = "baddbmm",
                  .call = [](const Tensors& in) -> Tensors { return {baddbmm(in[0], in[1], in[2])}; },
                  .samples =
                      [] {
                        return shapes({{{2, 1, 2}, {2, 2, 1}, {2, 1, 2}}, {{2}, {1, 2, 2}, {1, 2, 2}}});
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    return elementwise({in[0], matmul_loops(in[1], in[2])},
                                       [](const std::vector<double>& v) { return v[0] + v[1]; });
                  }});
  // 0.5 * self - 2 * the product that `equation` gives.
  auto add_sum = [&](const char* name, const std::string& equation, auto call, auto inplace, Sizes self,
                     Sizes a, Sizes b) {
    rows.push_back(
        {.name = name,
         .call = [=](const Tensors& in) -> Tensors { return {call(in[0], in[1], in[2], 0.5, -2)}; },
         .samples =
             [=] {
               return shapes({{self, a, b}, {{self.back()}, a, b}});
             },
         .reference = [=](const Tensors& in) -> Tensors {
           return elementwise({in[0], einsum_loops(equation, {in[1], in[2]})},
                              [](const std::vector<double>& v) { return 0.5 * v[0] - 2 * v[1]; });
         },
         .inplace = [=](Tensor& x, const Tensors& in) -> Tensor& {
           return (x.*inplace)(in[1], in[2], 0.5, -2);
         },
         .errors = {{"shape",
                     [=] {
                       call(ones({7, 5}), uniform(a), uniform(b), 1, 1);
                     },
                     name}},
         .ulps16 = 4,
         .gradient_ulps16 = 4,
         .also = {std::string(name) + "_"}});
  };
  add_sum("addbmm", "bmk,bkn->mn", addbmm, &Tensor::addbmm_, {2, 4}, {3, 2, 3}, {3, 3, 4});
  add_sum("addmv", "mk,k->m", addmv, &Tensor::addmv_, {3}, {3, 2}, {2});
  add_sum("addr", "m,n->mn", addr, &Tensor::addr_, {3, 2}, {3}, {2});
  add_sum("baddbmm", "bmk,bkn->bmn", baddbmm, &Tensor::baddbmm_, {2, 2, 3}, {2, 2, 2}, {2, 2, 3});
  rows.push_back(
      {.name = "linear",
       .call = [](const Tensors& in) -> Tensors {
         return {linear(in[0], in[1], in.size() > 2 ? std::optional(in[2]) : std::nullopt)};
       },
       .samples =
           [] {
             return shapes({{{3}, {2, 3}, {2}},
                            {{2, 3}, {2, 3}, {2}},
                            {{2, 2, 3}, {2, 3}, {2}},
                            {{2, 3}, {2, 3}},
                            {{0, 3}, {2, 3}, {2}},
                            {{40, 33}, {50, 33}, {50}}});
           },
       .reference = [](const Tensors& in) -> Tensors {
         Tensor weights = matmul_loops(in[0], in[1].t());
         return elementwise({weights, in.size() > 2 ? in[2] : zeros({}, kDouble)},
                            [](const std::vector<double>& v) { return v[0] + v[1]; });
       },
       .errors = {{"sizes", [=] { linear(a23, a45, uniform({4})); },
                   "expected the last size of input to be 5"},
                  {"bias", [=] { linear(a23, a23, uniform({4})); }, "expected a bias of 2 elements"}}});
}

OP_TABLE_TESTS(linalg)

}  // namespace op_table
