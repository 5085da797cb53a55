// One row per public operator; checks.h derives all checks from it. The rows of autograd/ops/<family>.cpp
// stand in tests/op_table/<family>_rows.cpp: a function add_<family>, then OP_TABLE_TESTS(<family>) of
// checks.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <tengen/autograd/ops/ops.h>

namespace op_table {

using tengen::Tensor;
using Tensors = std::vector<Tensor>;

struct Sample {
  std::string what;  // "broadcast", "empty", "0-d", "large", ...
  Tensors
      inputs;  // float64 inputs are the differentiable ones; others (indices, masks) are passed as they are
};

struct ErrorSample {
  std::string what;
  std::function<void()> call;  // must throw tengen::Error...
  std::string message_part;    // ...whose text contains this
};

struct Row {
  std::string name;  // as in ops.h: "mul"
  std::function<Tensors(const Tensors&)>
      call;  // may use fixed non-tensor arguments; several rows may share a name
  std::function<std::vector<Sample>()> samples;  // float64; away from kinks where the derivative jumps
  std::function<Tensors(const Tensors&)>
      reference;  // independent and obvious (plain loops, std:: functions, literals)
  std::function<Tensor&(Tensor&, const Tensors&)> inplace =
      nullptr;  // self, all inputs: the in-place variant if there is one
  std::vector<ErrorSample> errors = {};
  bool differentiable = true;  // false: argmax, comparisons, ...
  bool second_order =
      true;             // false only where the second derivative is identically zero or undefined; say why
  bool float32 = true;  // also compare a float32 run with the float64 reference
  bool random = false;  // draws numbers: devices have streams of their own
  double tolerance = 1e-10;  // float64 forward against reference: |a-b| <= tolerance * (1 + |b|)
  double tolerance32 = 1e-4;
  /// 16-bit types against float32 on the same numbers, if float32 is: |a-b| <= ulps16 * ulp * (1 + |b|), ulp
  /// being what lies between 1 and the next number. 0: not compared; say why.
  double ulps16 = 1;
  double gradient_ulps16 = 2;
  std::vector<std::string> also = {};  // other public names this row covers: {"mul_", "operator*"}
};

/// Values in [lo, hi) from a generator of its own; float64.
Tensor uniform(std::vector<int64_t> sizes, double lo = -2, double hi = 2, uint64_t seed = 1);
/// Distinct values at least `gap` apart from each other in random order: for max, sort, median.
Tensor distinct(std::vector<int64_t> sizes, double gap = 0.1, uint64_t seed = 1);
/// int64 in [0, high).
Tensor integers(std::vector<int64_t> sizes, int64_t high, uint64_t seed = 1);
/// A non-contiguous tensor with t's values (a transposed or strided view of other memory).
Tensor noncontiguous(const Tensor& t);
/// Reference of an elementwise operator: f applied to every element of the broadcast inputs.
Tensors elementwise(const Tensors& inputs, const std::function<double(const std::vector<double>&)>& f);
/// All elements in order as doubles; and a float64 tensor from them.
std::vector<double> values(const Tensor& t);
Tensor make(const std::vector<double>& values, std::vector<int64_t> sizes);

using Rows = std::vector<Row>;

struct Family {
  const char* name;
  void (*add)(Rows& rows);
};
/// All of them: OP_TABLE_TESTS enters its own.
std::vector<Family>& families();

}  // namespace op_table
