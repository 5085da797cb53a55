// Generated cases for comparing tengen with LibTorch. The sources of this folder use the API that both have
// and are compiled once with each; scripts/compare_libtorch builds, runs and compares.
//
// A row is an operator. A case of it is drawn from a seed that its name determines: `add/float/7` draws the
// same shapes, layouts, values and arguments in both programs, however few of the cases are run.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "api.h"

namespace peer {

using torch::IntArrayRef;
using torch::Scalar;
using torch::ScalarType;
using torch::Tensor;
using Sizes = std::vector<int64_t>;
using Tensors = std::vector<Tensor>;
using Types = std::vector<ScalarType>;

extern const Types floats, integers, all_types, float_double, double_only, float_only, long_only;
const char* name_of(ScalarType type);

enum class Values { any, ordinary, ties, special, edges, far, huge, tiny, unit, zeros, positive };
enum class Layout { any, plain, transposed, stepped, offset, expanded, overlapping };

struct Input {
  ScalarType type;
  Sizes sizes;
  Layout layout;
  Values values;
  uint64_t seed;
  bool needs_grad;
  int64_t low = 0, high = 0;  // of an index: low <= value < high
  bool defined = true;
};

/// One case while it is drawn: what it says is printed beside its result.
class Case {
 public:
  explicit Case(uint64_t seed) : state_(seed) {}

  uint64_t next();
  int64_t below(int64_t n) { return int64_t(next() % uint64_t(n)); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  T pick(const std::vector<T>& list) {
    return list[size_t(below(int64_t(list.size())))];
  }

  // Drawn and said.
  int64_t number(const char* what, const std::vector<int64_t>& list);
  double real(const char* what, const std::vector<double>& list);
  bool flag(const char* what);
  std::string word(const char* what, const std::vector<std::string>& list);
  Scalar scalar(const char* what, ScalarType type);  // mostly one that suits the type
  int64_t dim(const char* what, size_t dims);        // mostly in range
  Sizes dims(const char* what, size_t dims);         // some of the dimensions
  ScalarType type(const char* what, const Types& list);
  Sizes list(const char* what, Sizes sizes);
  void say(const std::string& text) { text_ += " " + text; }

  // Drawn: input() says them.
  Sizes sizes(size_t least_dims = 0, size_t most_dims = 4);
  Sizes broadcast(const Sizes& sizes);  // to something that mostly broadcasts with `sizes`

  void input(ScalarType type, const Sizes& sizes, Values values = Values::any, Layout layout = Layout::any);
  void index(const Sizes& sizes, int64_t low, int64_t high, ScalarType type = torch::kLong,
             Layout layout = Layout::any);
  void maybe(int percent);  // the input that was drawn last: undefined instead
  /// The first input is written to: what is compared is that tensor and all of the memory behind it.
  void in_place() { in_place_ = true; }
  /// No backward pass.
  void no_grad() { no_grad_ = true; }

  std::function<Tensors(Tensors&)> run;

  const std::string& text() const { return text_; }
  /// Makes the inputs, runs, runs backward. One line: the results.
  std::string result();

 private:
  uint64_t state_;
  std::string text_;
  std::vector<Input> inputs_;
  bool in_place_ = false, no_grad_ = false;
};

struct Row {
  std::string name;
  Types types;
  int times;  // cases of each type
  std::function<void(Case&, ScalarType)> draw;
};
using Rows = std::vector<Row>;

void add_pointwise_rows(Rows& rows);
void add_binary_rows(Rows& rows);
void add_reduce_rows(Rows& rows);
void add_shape_rows(Rows& rows);
void add_index_rows(Rows& rows);
void add_network_rows(Rows& rows);
void add_window_rows(Rows& rows);
void add_create_rows(Rows& rows);

}  // namespace peer
