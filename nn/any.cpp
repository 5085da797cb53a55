#include <tengen/nn/any.h>

#include <tengen/nn/container.h>

namespace tengen::nn {

void AnyValue::wrong_type(const std::type_info& wanted, const std::string& where) const {
  fail("Expected ", where, " to be of type ", class_name(wanted), ", but it is of type ",
       class_name(type_info()));
}

void AnyModule::wrong_type(const std::type_info& wanted) const {
  TENGEN_CHECK(!is_empty(), "Cannot get the module of an empty AnyModule");
  fail("Attempted to cast module of type ", class_name(*type_), " to type ", class_name(wanted));
}

void AnyModule::wrong_count(const Module& module, size_t found, size_t expected) {
  fail(module.name(), "'s forward() method expects ", expected, " argument(s), but received ", found, ".");
}

const std::shared_ptr<Module>& AnyModule::ptr() const {
  TENGEN_CHECK(!is_empty(), "Cannot call ptr() on an empty AnyModule");
  return module_;
}

AnyValue AnyModule::any_forward(std::vector<AnyValue> arguments) const {
  TENGEN_CHECK(!is_empty(), "Cannot call forward() on an empty AnyModule");
  return invoke_(*module_, arguments);
}

AnyModule AnyModule::clone(std::optional<Device> device) const {
  AnyModule copy = *this;
  if (module_) copy.module_ = module_->clone(device);
  return copy;
}

AnyValue AnyModule::invoke_sequential(Module& module, Arguments& arguments) {
  return static_cast<SequentialImpl&>(module).any_forward(std::move(arguments));
}

}  // namespace tengen::nn
