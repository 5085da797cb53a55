// Modules that can be copied deeply.
#pragma once

#include <tengen/autograd/grad_mode.h>
#include <tengen/nn/module.h>

namespace tengen::nn {

/// A module `class XImpl : public Cloneable<XImpl>` whose reset() registers everything that it owns: its
/// clone() is a copy with tensors and submodules of its own. Cloning draws no random numbers from the default
/// generator's stream.
template <class Derived>
class Cloneable : public Module {
 public:
  using Module::Module;

  /// Registers, allocates and initialises parameters, buffers and submodules.
  virtual void reset() = 0;

  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override {
    NoGradGuard no_grad;
    auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    copy->parameters_.clear();
    copy->buffers_.clear();
    copy->children_.clear();
    std::string random_state = default_generator().state();
    copy->reset();
    default_generator().set_state(random_state);
    copy_into(*copy, device);
    return copy;
  }

 private:
  void clone_(Module& source, const std::optional<Device>& device) final {
    auto copy = std::dynamic_pointer_cast<Derived>(source.clone(device));
    TENGEN_CHECK(copy, "clone: the submodule to copy, ", source.name(), ", is not a ", name());
    static_cast<Derived&>(*this) = std::move(*copy);
  }
};

}  // namespace tengen::nn
