// Saving and restoring: what optimizers and schedulers remember, as named tensors.
//
// An object lists its fields once, in a static template that both directions go through:
//
//   template <class Self, class Visitor>
//   static void visit(Self& self, Visitor& visitor) {
//     visitor.field("lr", self.lr());
//   }
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include <tengen/tensor/ordered_dict.h>
#include <tengen/tensor/tensor.h>

namespace tengen::optim {

/// Numbers are tensors of one element, so that a state can be stored wherever tensors can.
using StateDict = OrderedDict<std::string, Tensor>;

/// Adds fields to a dictionary, their names behind a prefix; an undefined tensor is left out.
class FieldWriter {
 public:
  FieldWriter(StateDict& out, std::string prefix = "") : out_(out), prefix_(std::move(prefix)) {}
  void field(const char* name, const double& value);
  void field(const char* name, const int64_t& value);
  void field(const char* name, const bool& value);
  void field(const char* name, const std::tuple<double, double>& value);
  void field(const char* name, const std::vector<double>& value);
  void field(const char* name, const Tensor& value);
  void field(const char* name, const std::vector<Tensor>& value);
  /// A writer to the same dictionary with `more` behind the prefix.
  FieldWriter nested(const std::string& more) const { return {out_, prefix_ + more}; }

 private:
  StateDict& out_;
  std::string prefix_;
};

/// Sets fields to what a dictionary holds; what is missing or has another size is an Error. A tensor may be
/// missing and is undefined then; it is copied with the dtype and device of `like`, whose shape it must have.
class FieldReader {
 public:
  FieldReader(const StateDict& in, std::string prefix = "", Tensor like = {})
      : in_(in), prefix_(std::move(prefix)), like_(std::move(like)) {}
  void field(const char* name, double& value);
  void field(const char* name, int64_t& value);
  void field(const char* name, bool& value);
  void field(const char* name, std::tuple<double, double>& value);
  void field(const char* name, std::vector<double>& value);
  void field(const char* name, Tensor& value);
  /// Vectors of any length, with the dtype and device of `like`.
  void field(const char* name, std::vector<Tensor>& value);
  /// A reader of the same dictionary with `more` behind the prefix.
  FieldReader nested(const std::string& more) const { return {in_, prefix_ + more, like_}; }

 private:
  const Tensor& get(const char* name, int64_t numel);
  const StateDict& in_;
  std::string prefix_;
  Tensor like_;
};

/// Writes or reads all fields of an object; one whose class lists none has none.
template <class Self, class Visitor>
void visit_fields(Self& self, Visitor& visitor) {
  if constexpr (requires { std::remove_const_t<Self>::visit(self, visitor); })
    std::remove_const_t<Self>::visit(self, visitor);
}

}  // namespace tengen::optim
