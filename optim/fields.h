// Saving and restoring: what optimizers and schedulers remember, as named tensors.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include <tengen/tensor/ordered_dict.h>
#include <tengen/tensor/tensor.h>

namespace tengen::optim {

/// Numbers are tensors of one element, so that a state can be stored wherever tensors can.
using StateDict = OrderedDict<std::string, Tensor>;

/// Shown every field of an object by name; saves or restores it.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void field(const char* name, double& value) = 0;
  virtual void field(const char* name, int64_t& value) = 0;
  virtual void field(const char* name, bool& value) = 0;
  virtual void field(const char* name, std::tuple<double, double>& value) = 0;
  virtual void field(const char* name, std::vector<double>& value) = 0;
  virtual void field(const char* name, Tensor& value) = 0;  // undefined: absent
};

/// Adds fields to a dictionary, their names behind a prefix.
class FieldWriter final : public FieldVisitor {
 public:
  FieldWriter(StateDict& out, std::string prefix = "") : out_(out), prefix_(std::move(prefix)) {}
  void field(const char* name, double& value) override;
  void field(const char* name, int64_t& value) override;
  void field(const char* name, bool& value) override;
  void field(const char* name, std::tuple<double, double>& value) override;
  void field(const char* name, std::vector<double>& value) override;
  void field(const char* name, Tensor& value) override;

 private:
  StateDict& out_;
  std::string prefix_;
};

/// Takes fields from a dictionary; what is missing or has another size is an Error. Tensors are copied with
/// the dtype and device of `like`, whose shape they must have.
class FieldReader final : public FieldVisitor {
 public:
  FieldReader(const StateDict& in, std::string prefix = "", Tensor like = {})
      : in_(in), prefix_(std::move(prefix)), like_(std::move(like)) {}
  void field(const char* name, double& value) override;
  void field(const char* name, int64_t& value) override;
  void field(const char* name, bool& value) override;
  void field(const char* name, std::tuple<double, double>& value) override;
  void field(const char* name, std::vector<double>& value) override;
  void field(const char* name, Tensor& value) override;

 private:
  const Tensor& get(const char* name, int64_t numel);
  const StateDict& in_;
  std::string prefix_;
  Tensor like_;
};

}  // namespace tengen::optim
