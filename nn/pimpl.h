// Module handles: `Linear` holds a std::shared_ptr<LinearImpl>.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include <tengen/nn/module.h>

namespace tengen::nn {

/// Arguments of a holder's constructor that are meant for its module: not a holder or a pointer to copy.
template <class Holder, class Head, class... Tail>
concept ConstructsModule = sizeof...(Tail) > 0 ||
                           (!std::is_base_of_v<Holder, std::decay_t<Head>> &&
                            !std::is_convertible_v<Head, std::shared_ptr<typename Holder::ContainedType>>);

/// A shared pointer to a module that is made from the module's constructor arguments, called like a function
/// and copied like a handle. Holder(nullptr) is empty until something is assigned to it.
template <class Contained>
class ModuleHolder {
 public:
  using ContainedType = Contained;

  ModuleHolder() {
    static_assert(
        std::is_default_constructible_v<Contained>,
        "This module has no default constructor; write `= nullptr` or `{nullptr}` for an empty holder.");
    impl_.reset(static_cast<Module*>(new Contained()));
  }
  ModuleHolder(std::nullptr_t) {}
  ModuleHolder(std::shared_ptr<Contained> module) : impl_(std::move(module)) {}
  template <class Head, class... Tail>
  requires ConstructsModule<ModuleHolder, Head, Tail...>
  explicit ModuleHolder(Head&& head, Tail&&... tail)
      : impl_(static_cast<Module*>(new Contained(std::forward<Head>(head), std::forward<Tail>(tail)...))) {}

  bool is_empty() const { return impl_ == nullptr; }
  explicit operator bool() const { return !is_empty(); }
  std::shared_ptr<Contained> ptr() const { return {module(), static_cast<Contained*>(impl_.get())}; }
  Contained* get() { return static_cast<Contained*>(module().get()); }
  const Contained* get() const { return static_cast<const Contained*>(module().get()); }
  Contained* operator->() { return get(); }
  const Contained* operator->() const { return get(); }
  Contained& operator*() { return *get(); }
  const Contained& operator*() const { return *get(); }
  /// Calls forward().
  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    return get()->forward(std::forward<Args>(args)...);
  }
  template <class Arg>
  decltype(auto) operator[](Arg&& arg) {
    return (*get())[std::forward<Arg>(arg)];
  }

 private:
  const std::shared_ptr<Module>& module() const {
    TENGEN_CHECK(impl_, "Accessing empty ModuleHolder");
    return impl_;
  }
  // A pointer to the base class, so that a holder type costs the compiler little.
  std::shared_ptr<Module> impl_;
};

/// Prints the module and everything below it.
template <class T>
std::ostream& operator<<(std::ostream& out, const ModuleHolder<T>& holder) {
  return out << static_cast<const Module&>(*holder);
}

}  // namespace tengen::nn

/// TENGEN_MODULE(Net) makes `Net` the holder of `NetImpl`.
#define TENGEN_MODULE_IMPL(Name, ImplType)                    \
  class Name : public ::tengen::nn::ModuleHolder<ImplType> {  \
   public:                                                    \
    using ::tengen::nn::ModuleHolder<ImplType>::ModuleHolder; \
    using Impl [[maybe_unused]] = ImplType;                   \
  }
#define TENGEN_MODULE(Name) TENGEN_MODULE_IMPL(Name, Name##Impl)
