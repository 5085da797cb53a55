#include <tengen/nn/cloneable.h>

#include <unordered_set>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/zero_grad.h>
#include <tengen/tensor/demangle.h>

namespace tengen::nn {

std::string class_name(const std::type_info& type) { return demangled(type.name()); }

namespace {

std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + '.' + name;
}

void check_name(const char* what, const std::string& name) {
  TENGEN_CHECK(!name.empty(), what, " name must not be empty");
  TENGEN_CHECK(name.find('.') == std::string::npos, what, " name must not contain a dot (got '", name, "')");
}

}  // namespace

const std::string& Module::name() const {
  if (name_.empty()) name_ = class_name(typeid(*this));
  return name_;
}

std::shared_ptr<Module> Module::clone(const std::optional<Device>&) const {
  fail("clone() has not been implemented for ", name(), ". Subclass tengen::nn::Cloneable<", name(),
       "> instead of tengen::nn::Module to inherit the ability to clone.");
}

void Module::clone_(Module& source, const std::optional<Device>& device) { (void)source.clone(device); }

std::shared_ptr<Module> CloneableModule::clone(const std::optional<Device>& device) const {
  NoGradGuard no_grad;
  std::shared_ptr<Module> copy(static_cast<Module*>(copy_handles()));
  copy->parameters_.clear();
  copy->buffers_.clear();
  copy->children_.clear();
  std::string random_state = default_generator().state();
  static_cast<CloneableModule&>(*copy).reset();
  default_generator().set_state(random_state);
  copy_into(*copy, device);
  return copy;
}

void CloneableModule::clone_(Module& source, const std::optional<Device>& device) {
  std::shared_ptr<Module> copy = source.clone(device);
  const Module& found = *copy;
  TENGEN_CHECK(typeid(found) == typeid(*this), "clone: the submodule to copy, ", source.name(), ", is not a ",
               name());
  take_over(static_cast<CloneableModule&>(*copy));
}

void Module::copy_into(Module& copy, const std::optional<Device>& device) const {
  auto check = [&](size_t found, size_t expected, const char* what) {
    TENGEN_CHECK(found == expected, "clone: reset() of ", name(), " registered ", found, " ", what,
                 " but the original has ", expected, "; register them in reset(), not in the constructor");
  };
  check(copy.parameters_.size(), parameters_.size(), "parameters");
  check(copy.buffers_.size(), buffers_.size(), "buffers");
  check(copy.children_.size(), children_.size(), "submodules");
  auto copy_all = [&](const OrderedDict<std::string, Tensor>& from, OrderedDict<std::string, Tensor>& to) {
    for (const auto& item : from) {
      if (!item->defined()) continue;
      Tensor& target = to[item.key()];
      target.set_data(
          item->detach().to(TensorOptions().device(device), /*non_blocking=*/false, /*copy=*/true));
      target.set_requires_grad(item->requires_grad());
    }
  };
  copy_all(parameters_, copy.parameters_);
  copy_all(buffers_, copy.buffers_);
  for (const auto& child : children_) copy.children_[child.key()]->clone_(*child.value(), device);
}

// ---- walking

template <class F>
void Module::walk(const std::string& prefix, const F& visit) const {
  visit(prefix, *this);
  for (const auto& child : children_)
    if (child.value()) child.value()->walk(join(prefix, child.key()), visit);
}

void Module::apply(const ModuleApplyFunction& function) {
  walk("", [&](const std::string&, const Module& module) { function(const_cast<Module&>(module)); });
}

void Module::apply(const NamedModuleApplyFunction& function, const std::string& name_prefix) {
  walk(name_prefix,
       [&](const std::string& name, const Module& module) { function(name, const_cast<Module&>(module)); });
}

namespace {
// Defined tensors of `own` under their full names, each tensor once.
class Collector {
 public:
  explicit Collector(const char* what) : result(what) {}
  void add(const std::string& prefix, const OrderedDict<std::string, Tensor>& own) {
    for (const auto& item : own)
      if (item->defined() && seen_.insert(item->unsafeGetTensorImpl()).second)
        result.insert(join(prefix, item.key()), *item);
  }
  OrderedDict<std::string, Tensor> result;

 private:
  std::unordered_set<const void*> seen_;
};
}  // namespace

OrderedDict<std::string, Tensor> Module::named_parameters(bool recurse) const {
  Collector all("Parameter");
  if (!recurse)
    all.add("", parameters_);
  else
    walk("", [&](const std::string& prefix, const Module& m) { all.add(prefix, m.parameters_); });
  return std::move(all.result);
}

OrderedDict<std::string, Tensor> Module::named_buffers(bool recurse) const {
  Collector all("Buffer");
  if (!recurse)
    all.add("", buffers_);
  else
    walk("", [&](const std::string& prefix, const Module& m) { all.add(prefix, m.buffers_); });
  return std::move(all.result);
}

std::vector<Tensor> Module::parameters(bool recurse) const { return named_parameters(recurse).values(); }
std::vector<Tensor> Module::buffers(bool recurse) const { return named_buffers(recurse).values(); }

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_modules(const std::string& name_prefix,
                                                                        bool include_self) const {
  OrderedDict<std::string, std::shared_ptr<Module>> result("Submodule");
  std::unordered_set<const Module*> seen;
  walk(name_prefix, [&](const std::string& name, const Module& module) {
    if ((include_self || &module != this) && seen.insert(&module).second)
      result.insert(name, module.shared_from_this_checked());
  });
  return result;
}

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
  return named_modules("", include_self).values();
}

std::shared_ptr<Module> Module::shared_from_this_checked() const {
  auto self = std::const_pointer_cast<Module>(weak_from_this().lock());
  TENGEN_CHECK(self, name(),
               " is not stored in a std::shared_ptr, so it cannot be listed among its modules. Make it ",
               "with std::make_shared or a ModuleHolder, or pass include_self = false.");
  return self;
}

// ---- state

StateDict Module::state_dict() const {
  StateDict result("State");
  walk("", [&](const std::string& prefix, const Module& module) {
    for (const auto* own : {&module.parameters_, &module.buffers_})
      for (const auto& item : *own)
        if (item->defined()) result.insert(join(prefix, item.key()), *item);
  });
  return result;
}

IncompatibleKeys Module::load_state_dict(const StateDict& given, bool strict) {
  IncompatibleKeys keys;
  StateDict own = state_dict();
  std::string problems;
  auto list = [&](const char* title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    problems += std::string("\n\t") + title + " key(s) in state_dict: ";
    for (size_t i = 0; i < names.size(); ++i) problems += (i ? ", \"" : "\"") + names[i] + '"';
    problems += '.';
  };
  for (const auto& item : own)
    if (!given.contains(item.key())) keys.missing_keys.push_back(item.key());
  for (const auto& item : given)
    if (!own.contains(item.key())) keys.unexpected_keys.push_back(item.key());
  if (strict) {
    list("Missing", keys.missing_keys);
    list("Unexpected", keys.unexpected_keys);
  }
  for (const auto& item : own) {
    const Tensor* source = given.find(item.key());
    if (source && !(source->sizes() == item->sizes()))
      problems +=
          detail::str("\n\tsize mismatch for ", item.key(), ": copying a param with shape ", source->sizes(),
                      " from checkpoint, the shape in current model is ", item->sizes(), ".");
  }
  TENGEN_CHECK(problems.empty(), "Error(s) in loading state_dict for ", name(), ":", problems);

  NoGradGuard no_grad;
  for (const auto& item : own)
    if (const Tensor* source = given.find(item.key())) item->copy_(*source);
  return keys;
}

// ---- modes and conversion

void Module::train(bool on) {
  for (const auto& child : children_)
    if (child.value()) child.value()->train(on);
  is_training_ = on;
}

void Module::zero_grad(bool set_to_none) {
  for (const Tensor& parameter : parameters()) autograd::zero_grad(parameter, set_to_none);
}

void Module::requires_grad_(bool requires_grad) {
  for (const Tensor& parameter : parameters()) parameter.set_requires_grad(requires_grad);
}

void Module::convert(std::optional<Device> device, std::optional<Dtype> dtype, bool non_blocking) {
  NoGradGuard no_grad;
  for (const auto* own : {&parameters_, &buffers_})
    for (const auto& item : *own) {
      if (!item->defined()) continue;
      auto options = TensorOptions().device(device ? *device : item->device());
      options = options.dtype(dtype && item->is_floating_point() ? *dtype : item->dtype());
      item->set_data(item->detach().to(options, non_blocking));
      if (item->grad().defined()) item->mutable_grad() = item->grad().detach().to(options, non_blocking);
    }
}

void Module::to(Device device, Dtype dtype, bool non_blocking) {
  for (const auto& child : children_)
    if (child.value()) child.value()->to(device, dtype, non_blocking);
  convert(device, dtype, non_blocking);
}
void Module::to(Dtype dtype, bool non_blocking) {
  for (const auto& child : children_)
    if (child.value()) child.value()->to(dtype, non_blocking);
  convert(std::nullopt, dtype, non_blocking);
}
void Module::to(Device device, bool non_blocking) {
  for (const auto& child : children_)
    if (child.value()) child.value()->to(device, non_blocking);
  convert(device, std::nullopt, non_blocking);
}

// ---- registration

Tensor& Module::register_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check_name("Parameter", name);
  if (tensor.defined()) tensor.set_requires_grad(requires_grad);
  return parameters_.insert(std::move(name), std::move(tensor));
}

Tensor& Module::register_buffer(std::string name, Tensor tensor) {
  check_name("Buffer", name);
  return buffers_.insert(std::move(name), std::move(tensor));
}

void Module::add_child(std::string name, std::shared_ptr<Module> module) {
  check_name("Submodule", name);
  children_.insert(std::move(name), std::move(module));
}

// ---- printing

void Module::pretty_print(std::ostream& out) const { out << name(); }

void Module::print_tree(std::ostream& out, const std::string& indent) const {
  pretty_print(out);
  if (children_.is_empty()) return;
  out << "(\n";
  for (const auto& child : children_) {
    out << indent << "  (" << child.key() << "): ";
    if (child.value()) child.value()->print_tree(out, indent + "  ");
    out << '\n';
  }
  out << indent << ')';
}

std::ostream& operator<<(std::ostream& out, const Module& module) {
  plain_text::ClassicGuard guard(out);
  module.print_tree(out, "");
  return out;
}

}  // namespace tengen::nn
