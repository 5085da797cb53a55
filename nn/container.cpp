#include <tengen/nn/container.h>

#include <ostream>

namespace tengen::nn {

// ---- Sequential

SequentialImpl::SequentialImpl(OrderedDict<std::string, AnyModule>&& modules) {
  for (auto& item : modules) push_back(item.key(), std::move(item.value()));
}

SequentialImpl::SequentialImpl(std::initializer_list<NamedAnyModule> modules) {
  for (const auto& item : modules) push_back(item.name(), item.module());
}

Sequential::Sequential(std::initializer_list<NamedAnyModule> modules)
    : ModuleHolder(std::make_shared<SequentialImpl>(modules)) {}

void SequentialImpl::push_back(std::string name, AnyModule module) {
  register_module(std::move(name), module.ptr());
  modules_.push_back(std::move(module));
}

AnyValue SequentialImpl::any_forward(std::vector<AnyValue> inputs) {
  TENGEN_CHECK(!is_empty(), "Cannot call forward() on an empty Sequential");
  for (size_t i = 0; i + 1 < modules_.size(); ++i) {
    AnyValue out = modules_[i].any_forward(std::move(inputs));
    inputs.clear();
    inputs.push_back(std::move(out));
  }
  return modules_.back().any_forward(std::move(inputs));
}

const AnyModule& SequentialImpl::entry(size_t i) const {
  TENGEN_CHECK(i < size(), "Sequential: index ", i, " is out of range: there are ", size(), " modules");
  return modules_[i];
}

std::shared_ptr<Module> SequentialImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SequentialImpl>();
  for (size_t i = 0; i < modules_.size(); ++i) copy->push_back(children_[i].key(), modules_[i].clone(device));
  copy->is_training_ = is_training_;
  return copy;
}

void SequentialImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Sequential"; }

// ---- ModuleList, ModuleDict

const std::shared_ptr<Module>& ModuleListImpl::ptr(size_t i) const {
  TENGEN_CHECK(i < size(), "ModuleList: index ", i, " is out of range: there are ", size(), " modules");
  return modules_[i];
}

void ModuleListImpl::insert(size_t i, std::shared_ptr<Module> module) {
  TENGEN_CHECK(i <= size(), "ModuleList: cannot insert at ", i, ": there are ", size(), " modules");
  modules_.insert(modules_.begin() + i, std::move(module));
  register_module(std::to_string(size() - 1), modules_.back());
  for (; i + 1 < size(); ++i) replace_module(std::to_string(i), modules_[i]);
}

std::shared_ptr<Module> ModuleListImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ModuleListImpl>();
  for (const auto& module : modules_) copy->push_back(module->clone(device));
  copy->is_training_ = is_training_;
  return copy;
}

void ModuleListImpl::pretty_print(std::ostream& out) const { out << "torch::nn::ModuleList"; }

void ModuleDictImpl::update(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules) {
  for (const auto& [key, module] : modules) {
    if (contains(key))
      replace_module(key, module);
    else
      register_module(key, module);
  }
}

std::shared_ptr<Module> ModuleDictImpl::pop(const std::string& key) {
  std::shared_ptr<Module> module = children_[key];
  unregister_module(key);
  return module;
}

std::shared_ptr<Module> ModuleDictImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ModuleDictImpl>();
  for (const auto& item : children_) copy->register_module(item.key(), item.value()->clone(device));
  copy->is_training_ = is_training_;
  return copy;
}

void ModuleDictImpl::pretty_print(std::ostream& out) const { out << "torch::nn::ModuleDict"; }

// ---- ParameterList, ParameterDict

namespace {

template <class Impl>
std::shared_ptr<Module> clone_parameters(const OrderedDict<std::string, Tensor>& parameters,
                                         const std::optional<Device>& device) {
  auto copy = std::make_shared<Impl>();
  for (const auto& item : parameters)
    copy->register_parameter(item.key(),
                             item->detach().to(TensorOptions().device(device), false, /*copy=*/true),
                             item->requires_grad());
  return copy;
}

void print_parameters(std::ostream& out, const char* name,
                      const OrderedDict<std::string, Tensor>& parameters) {
  out << "torch::nn::" << name << "(\n";
  for (const auto& item : parameters)
    out << '(' << item.key() << "): Parameter containing: [" << item->scalar_type() << " of size "
        << item->sizes() << "]\n";
  out << ')';
}

}  // namespace

std::shared_ptr<Module> ParameterListImpl::clone(const std::optional<Device>& device) const {
  return clone_parameters<ParameterListImpl>(parameters_, device);
}
void ParameterListImpl::pretty_print(std::ostream& out) const {
  print_parameters(out, "ParameterList", parameters_);
}

void ParameterDictImpl::update(const Dict& parameters) {
  for (const auto& item : parameters) {
    if (Tensor* old = parameters_.find(item.key()))
      *old = item.value();
    else
      insert(item.key(), item.value());
  }
}

Tensor ParameterDictImpl::pop(const std::string& key) {
  Tensor parameter = parameters_[key];
  parameters_.erase(key);
  return parameter;
}

std::shared_ptr<Module> ParameterDictImpl::clone(const std::optional<Device>& device) const {
  return clone_parameters<ParameterDictImpl>(parameters_, device);
}
void ParameterDictImpl::pretty_print(std::ostream& out) const {
  print_parameters(out, "ParameterDict", parameters_);
}

void FunctionalImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Functional()"; }

}  // namespace tengen::nn
