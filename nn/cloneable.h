// Modules that can be copied deeply.
#pragma once

#include <tengen/nn/module.h>

namespace tengen::nn {

/// The part of Cloneable that does not depend on the class.
class CloneableModule : public Module {
 public:
  using Module::Module;
  /// Registers, allocates and initializes parameters, buffers and submodules.
  virtual void reset() = 0;
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;

 private:
  virtual CloneableModule* copy_handles() const = 0;
  virtual void take_over(CloneableModule& other) = 0;
  void clone_(Module& source, const std::optional<Device>& device) final;
};

/// A module `class XImpl : public Cloneable<XImpl>` whose reset() registers everything that it owns: its
/// clone() is a copy with tensors and submodules of its own. Cloning draws no random numbers from the default
/// generator's stream.
template <class Derived>
class Cloneable : public CloneableModule {
 public:
  using CloneableModule::CloneableModule;

 private:
  CloneableModule* copy_handles() const override { return new Derived(static_cast<const Derived&>(*this)); }
  void take_over(CloneableModule& other) override {
    static_cast<Derived&>(*this) = std::move(static_cast<Derived&>(other));
  }
};

/// A module of options alone: it registers nothing, and resetting it changes nothing.
template <class Derived, class Options = void>
class StatelessModule : public Cloneable<Derived> {
 public:
  explicit StatelessModule(const Options& chosen = {}) : options(chosen) {}
  void reset() override {}

  Options options;
};
template <class Derived>
class StatelessModule<Derived, void> : public Cloneable<Derived> {
 public:
  void reset() override {}
};

}  // namespace tengen::nn
