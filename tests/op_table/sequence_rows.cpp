#include <algorithm>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

void add_sequence(Rows& rows) {
  for (const bool left : {false, true})
    rows.push_back({.name = "pad_sequence",
                    .call = [=](const Tensors& in) -> Tensors {
                      return {pad_sequence(in, left, 0.5, left ? "left" : "right")};
                    },
                    .samples =
                        [] {
                          return shapes({{{2, 2}, {3, 2}, {1, 2}}, {{2}, {0}}, {{1, 2, 2}}});
                        },
                    .reference = [=](const Tensors& in) -> Tensors {
                      Sizes sizes = sizes_of(in[0]);
                      int64_t inner = 1, time = 0, batch = int64_t(in.size());
                      for (size_t d = 1; d < sizes.size(); ++d) inner *= sizes[d];
                      for (const Tensor& t : in) time = std::max(time, t.size(0));
                      sizes[0] = left ? time : batch;
                      sizes.insert(sizes.begin(), left ? batch : time);
                      Array out(sizes, 0.5);
                      for (int64_t b = 0; b < batch; ++b) {
                        const std::vector<double> from = values(in[size_t(b)]);
                        const int64_t length = in[size_t(b)].size(0);
                        for (int64_t t = 0; t < length; ++t)
                          for (int64_t i = 0; i < inner; ++i) {
                            const int64_t row = left ? b * time + time - length + t : t * batch + b;
                            out.data[size_t(row * inner + i)] = from[size_t(t * inner + i)];
                          }
                      }
                      return {out.tensor()};
                    },
                    .errors = {{"none", [] { pad_sequence({}); }, "received an empty list of sequences"},
                               {"side", [] { pad_sequence({uniform({2})}, false, 0, "top"); },
                                "Expected padding_side to be one of left or right, but got top"},
                               {"sizes",
                                [] {
                                  pad_sequence({uniform({2, 2}), uniform({2, 3})});
                                },
                                "that differ in their first size alone"}}});

  // Sequences of 3, 2 and 2 steps.
  const auto row_of = [](int64_t t, int64_t b) { return t == 2 ? 6 : 3 * t + b; };
  const auto lengths = [] { return tensor({3, 2, 2}); };
  for (const bool batch_first : {false, true}) {
    rows.push_back(
        {.name = "_pack_padded_sequence",
         .call = [=](const Tensors& in) -> Tensors {
           const auto [data, batch_sizes] = _pack_padded_sequence(in[0], lengths(), batch_first);
           return {data, batch_sizes.to(data.device())};  // they stay on the CPU
         },
         .samples =
             [=] {
               return batch_first ? shapes({{{3, 4, 2}}, {{3, 3}}}) : shapes({{{4, 3, 2}}, {{3, 3}}});
             },
         .reference = [=](const Tensors& in) -> Tensors {
           const int64_t inner = in[0].dim() == 2 ? 1 : 2, time = in[0].size(batch_first ? 1 : 0);
           Array out(in[0].dim() == 2 ? Sizes{7} : Sizes{7, 2});
           const std::vector<double> from = values(in[0]);
           for (int64_t t = 0; t < 3; ++t)
             for (int64_t b = 0; b < (t == 2 ? 1 : 3); ++b)
               for (int64_t i = 0; i < inner; ++i)
                 out.data[size_t(row_of(t, b) * inner + i)] =
                     from[size_t((batch_first ? b * time + t : t * 3 + b) * inner + i)];
           return {out.tensor(), tensor({3, 3, 1})};
         },
         .errors = {{"rising",
                     [] {
                       _pack_padded_sequence(uniform({3, 2}), tensor({1, 2}), false);
                     },
                     "must be sorted in decreasing order"},
                    {"empty sequence",
                     [] {
                       _pack_padded_sequence(uniform({3, 2}), tensor({1, 0}), false);
                     },
                     "Length of all samples has to be greater than 0"},
                    {"number",
                     [] {
                       _pack_padded_sequence(uniform({3, 2}), tensor({1}), false);
                     },
                     "Expected `len(lengths)` to be equal to batch_size, but got 1 (batch_size=2)"},
                    {"too long",
                     [] {
                       _pack_padded_sequence(uniform({3, 2}), tensor({4, 1}), false);
                     },
                     "a length of 4 exceeds the 3 steps"},
                    {"no elements",
                     [] {
                       _pack_padded_sequence(uniform({0, 2}), tensor({1, 1}), false);
                     },
                     "Cannot pack empty tensors"},
                    {"type",
                     [] {
                       _pack_padded_sequence(uniform({3, 2}), uniform({2}), false);
                     },
                     "expected lengths to be a vector of int64 numbers on the CPU"}}});
    rows.push_back({.name = "_pad_packed_sequence",
                    .call = [=](const Tensors& in) -> Tensors {
                      const auto [padded, length] = _pad_packed_sequence(
                          in[0], tensor({3, 3, 1}), batch_first, 0.5, batch_first ? 4 : 0);
                      return {padded, length.to(padded.device())};
                    },
                    .samples =
                        [] {
                          return shapes({{{7, 2}}, {{7}}});
                        },
                    .reference = [=](const Tensors& in) -> Tensors {
                      const int64_t inner = in[0].dim() == 1 ? 1 : 2, time = batch_first ? 4 : 3;
                      Sizes sizes{batch_first ? 3 : time, batch_first ? time : 3};
                      if (inner == 2) sizes.push_back(2);
                      Array out(sizes, 0.5);
                      const std::vector<double> from = values(in[0]);
                      for (int64_t t = 0; t < 3; ++t)
                        for (int64_t b = 0; b < (t == 2 ? 1 : 3); ++b)
                          for (int64_t i = 0; i < inner; ++i)
                            out.data[size_t((batch_first ? b * time + t : t * 3 + b) * inner + i)] =
                                from[size_t(row_of(t, b) * inner + i)];
                      return {out.tensor(), lengths()};
                    },
                    .errors = {{"too short",
                                [] {
                                  _pad_packed_sequence(uniform({7, 2}), tensor({3, 3, 1}), false, 0, 2);
                                },
                                "Expected total_length to be at least the length of the longest sequence"},
                               {"rows",
                                [] {
                                  _pad_packed_sequence(uniform({6, 2}), tensor({3, 3, 1}), false, 0, 0);
                                },
                                "expected data with 7 rows"},
                               {"rising",
                                [] {
                                  _pad_packed_sequence(uniform({3, 2}), tensor({1, 2}), false, 0, 0);
                                },
                                "expected batch_sizes that are positive and fall"}}});
  }
}

OP_TABLE_TESTS(sequence)

}  // namespace op_table
