// The base of every layer and network: named parameters, buffers and submodules.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include <tengen/tensor/ordered_dict.h>
#include <tengen/tensor/tensor.h>

namespace tengen::nn {

template <class Contained>
class ModuleHolder;
class Module;

/// Names and tensors as Python's state_dict gives them: "conv1.weight", "bn.running_mean", ...
using StateDict = OrderedDict<std::string, Tensor>;

/// What load_state_dict could not match.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;     // in the module, not in the dictionary
  std::vector<std::string> unexpected_keys;  // in the dictionary, not in the module
};

/// The readable name of a C++ type.
std::string class_name(const std::type_info& type);

/// A class derived from Module.
template <class T>
concept ModuleType = std::is_base_of_v<Module, std::remove_cvref_t<T>>;
/// A class derived from ModuleHolder, which TENGEN_MODULE makes.
template <class T>
concept HolderType = requires {
  typename T::ContainedType;
};
/// A function that is called with a shared pointer to a module, and cannot be called with the module itself.
template <class F>
concept TakesModulePointer = std::invocable<F, std::shared_ptr<Module>> && !std::invocable<F, Module&>;

/// Derive, register what the module owns in the constructor, and give the class a forward(). Modules live in
/// a std::shared_ptr (a ModuleHolder makes one). Registered tensors are handles: the member that
/// register_parameter's result is assigned to is the same tensor.
class Module : public std::enable_shared_from_this<Module> {
 public:
  using ModuleApplyFunction = std::function<void(Module&)>;
  using ModulePointerApplyFunction = std::function<void(const std::shared_ptr<Module>&)>;
  using NamedModuleApplyFunction = std::function<void(const std::string&, Module&)>;

  Module() = default;
  /// `name`: what name() and messages call the module instead of its class.
  explicit Module(std::string name) : name_(std::move(name)) {}
  virtual ~Module() = default;

  /// The name given, or the class.
  const std::string& name() const;

  /// A deep copy. Modules derived from Cloneable have one; others throw.
  virtual std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const;

  /// Calls the function for this module, then for every submodule, depth first.
  void apply(const ModuleApplyFunction& function);
  void apply(const NamedModuleApplyFunction& function, const std::string& name_prefix = "");
  template <TakesModulePointer F>
  void apply(const F& function) {
    for (const auto& module : modules()) function(module);
  }

  /// Parameters, buffers and modules in order of registration, this module's own first; shared ones come
  /// once. Names are those of Python: "conv1.weight". With `recurse` or `include_self` false: this module's
  /// own alone, or all but this module.
  std::vector<Tensor> parameters(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_parameters(bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_buffers(bool recurse = true) const;
  std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_modules(const std::string& name_prefix = "",
                                                                  bool include_self = true) const;
  /// The modules registered here, not what is registered in them.
  std::vector<std::shared_ptr<Module>> children() const { return children_.values(); }
  OrderedDict<std::string, std::shared_ptr<Module>> named_children() const { return children_; }

  /// Parameters and buffers with Python's names, in Python's order; the tensors are the module's own.
  StateDict state_dict() const;
  /// Copies values in, converting their dtype. A size mismatch is always an Error; with `strict` so are
  /// missing and unexpected names. The Error lists everything, and nothing has been written then.
  IncompatibleKeys load_state_dict(const StateDict& state_dict, bool strict = true);

  /// Training mode of this module and all below it: dropout and batch norm behave accordingly.
  virtual void train(bool on = true);
  void eval() { train(false); }  ///< evaluation mode
  virtual bool is_training() const { return is_training_; }

  /// Converts in place; a dtype applies to floating-point tensors only, as in Python.
  virtual void to(Device device, Dtype dtype, bool non_blocking = false);
  virtual void to(Dtype dtype, bool non_blocking = false);
  virtual void to(Device device, bool non_blocking = false);
  void cuda() { to(Device(kCUDA)); }  ///< moves to the current GPU
  void cpu() { to(Device(kCPU)); }    ///< moves to main memory

  /// Drops the gradients of all parameters, or fills them with zeros.
  virtual void zero_grad(bool set_to_none = true);
  /// Whether backward computes gradients of the parameters.
  void requires_grad_(bool requires_grad = true);

  /// This module as a T (a class or its holder), or nullptr.
  template <class T>
  auto* as() {
    if constexpr (HolderType<T>)
      return dynamic_cast<typename T::ContainedType*>(this);
    else
      return dynamic_cast<T*>(this);
  }
  template <class T>
  const auto* as() const {
    if constexpr (HolderType<T>)
      return dynamic_cast<const typename T::ContainedType*>(this);
    else
      return dynamic_cast<const T*>(this);
  }

  /// One line, without the submodules. operator<< shows the whole tree.
  virtual void pretty_print(std::ostream& out) const;

  /// Names are unique within the module, not empty and without dots. An undefined tensor stands for an absent
  /// parameter (a layer without bias): it has a name but appears nowhere.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  Tensor& register_buffer(std::string name, Tensor tensor);
  template <class T>
  std::shared_ptr<T> register_module(std::string name, std::shared_ptr<T> module) {
    add_child(std::move(name), module);
    return module;
  }
  template <class T>
  std::shared_ptr<T> register_module(std::string name, ModuleHolder<T> holder) {
    return register_module(std::move(name), holder.ptr());
  }
  /// Puts another module in the place of a registered one; a name that is not registered is an Error.
  template <class T>
  std::shared_ptr<T> replace_module(const std::string& name, std::shared_ptr<T> module) {
    children_[name] = module;
    return module;
  }
  template <class T>
  std::shared_ptr<T> replace_module(const std::string& name, ModuleHolder<T> holder) {
    return replace_module(name, holder.ptr());
  }
  /// Removes a module; a name that is not registered is an Error.
  void unregister_module(const std::string& name) { children_.erase(name); }

 protected:
  OrderedDict<std::string, Tensor> parameters_{"Parameter"};
  OrderedDict<std::string, Tensor> buffers_{"Buffer"};
  OrderedDict<std::string, std::shared_ptr<Module>> children_{"Submodule"};
  bool is_training_ = true;

 private:
  friend class CloneableModule;
  friend std::ostream& operator<<(std::ostream& out, const Module& module);

  void add_child(std::string name, std::shared_ptr<Module> module);
  std::shared_ptr<Module> shared_from_this_checked() const;
  void print_tree(std::ostream& out, const std::string& indent) const;
  void convert(std::optional<Device> device, std::optional<Dtype> dtype, bool non_blocking);
  template <class F>
  void walk(const std::string& prefix, const F& visit) const;
  // Makes this module a deep copy of `source`: a parent's clone has constructed it in reset().
  virtual void clone_(Module& source, const std::optional<Device>& device);
  // Copies the values of this module's tensors into those that `copy`'s reset() has made.
  void copy_into(Module& copy, const std::optional<Device>& device) const;

  mutable std::string name_;
};

/// The module and everything below it, indented.
std::ostream& operator<<(std::ostream& out, const Module& module);

}  // namespace tengen::nn
