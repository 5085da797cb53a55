// Values and modules whose type is known only at run time; what Sequential is made of.
#pragma once

#include <any>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <tengen/nn/pimpl.h>

namespace tengen::nn {

class AnyValue;
/// Anything that an AnyValue can hold.
template <class T>
concept NotAnyValue = !std::is_same_v<std::decay_t<T>, AnyValue>;

/// A value of any copyable type.
class AnyValue {
 public:
  AnyValue() = default;
  template <NotAnyValue T>
  explicit AnyValue(T&& value) : value_(std::forward<T>(value)) {}

  /// The value if its type is exactly T, else nullptr.
  template <class T>
  T* try_get() {
    return std::any_cast<T>(&value_);
  }
  /// The value; an Error that names both types if it is not exactly a T.
  template <class T>
  T get() {
    if (T* value = try_get<T>()) return *value;
    wrong_type(typeid(T), "AnyValue");
  }
  const std::type_info& type_info() const { return value_.type(); }
  /// Throws the Error of get(); `where` says what the value is.
  [[noreturn]] void wrong_type(const std::type_info& wanted, const std::string& where) const;

 private:
  std::any value_;
};

class SequentialImpl;

/// A module of any class whose forward() is not a template. Default arguments of forward() work.
class AnyModule {
 public:
  AnyModule() = default;
  template <ModuleType M>
  explicit AnyModule(std::shared_ptr<M> module)
      : module_(std::move(module)), invoke_(&invoke<M>), type_(&typeid(M)) {}
  /// Holds a copy of the module, or the module itself if it is given away.
  template <class M>
  requires ModuleType<std::remove_cvref_t<M>>
  explicit AnyModule(M&& module)
      : AnyModule(std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module))) {}
  template <class M>
  explicit AnyModule(const ModuleHolder<M>& holder) : AnyModule(holder.ptr()) {}
  template <ModuleType M>
  AnyModule& operator=(std::shared_ptr<M> module) {
    return *this = AnyModule(std::move(module));
  }

  /// Calls the module's forward(); arguments must have exactly its types, but for const and references.
  AnyValue any_forward(std::vector<AnyValue> arguments) const;
  template <class... Args>
  AnyValue any_forward(Args&&... arguments) const {
    std::vector<AnyValue> values;
    values.reserve(sizeof...(Args));
    (values.emplace_back(std::forward<Args>(arguments)), ...);
    return any_forward(std::move(values));
  }
  /// The same with a result whose type is known: a Tensor unless another one is named.
  template <class Result = Tensor, class... Args>
  Result forward(Args&&... arguments) const {
    return any_forward(std::forward<Args>(arguments)...).template get<Result>();
  }
  /// Holds a deep copy of the module.
  AnyModule clone(std::optional<Device> device = std::nullopt) const;

  bool is_empty() const { return module_ == nullptr; }
  /// The class that the module was put in as.
  const std::type_info& type_info() const { return *type_; }
  const std::shared_ptr<Module>& ptr() const;
  /// The module as an M; its type must be exactly that.
  template <ModuleType M>
  std::shared_ptr<M> ptr() const {
    if (is_empty() || *type_ != typeid(M)) wrong_type(typeid(M));
    return std::static_pointer_cast<M>(module_);
  }
  template <ModuleType M>
  M& get() const {
    return *ptr<M>();
  }
  template <HolderType Holder>
  Holder get() const {
    return Holder(ptr<typename Holder::ContainedType>());
  }

 private:
  using Arguments = std::vector<AnyValue>;

  template <class M>
  static AnyValue invoke(Module& module, Arguments& arguments) {
    if constexpr (std::is_base_of_v<SequentialImpl, M>)
      return invoke_sequential(module, arguments);
    else
      return invoke_as(static_cast<M&>(module), arguments, &M::forward);
  }
  template <class M, class Class, class Result, class... Args>
  static AnyValue invoke_as(M& module, Arguments& arguments, Result (Class::*)(Args...)) {
    static_assert(!std::is_void_v<Result>, "AnyModule cannot hold a module whose forward() returns void");
    return call<M, Args...>(module, arguments, std::make_index_sequence<sizeof...(Args)>());
  }
  template <class M, class Class, class Result, class... Args>
  static AnyValue invoke_as(M& module, Arguments& arguments, Result (Class::*)(Args...) const) {
    return call<M, Args...>(module, arguments, std::make_index_sequence<sizeof...(Args)>());
  }
  // Calls forward() with as many arguments as were given, if it can be called so.
  template <class M, class... Args, size_t... I>
  static AnyValue call(M& module, Arguments& arguments, std::index_sequence<I...>) {
    if (arguments.size() == sizeof...(Args))
      return AnyValue(module.forward(argument<Args>(module, arguments, I)...));
    if constexpr (sizeof...(Args) > 1)
      return call_shorter<M>(module, arguments, std::make_index_sequence<sizeof...(Args) - 1>(),
                             static_cast<std::tuple<Args...>*>(nullptr));
    wrong_count(module, arguments.size(), sizeof...(Args));
  }
  template <class M, size_t... I, class... Args>
  static AnyValue call_shorter(M& module, Arguments& arguments, std::index_sequence<I...>,
                               std::tuple<Args...>*) {
    if constexpr (requires {
                    module.forward(std::declval<std::tuple_element_t<I, std::tuple<Args...>>>()...);
                  })
      return call<M, std::tuple_element_t<I, std::tuple<Args...>>...>(module, arguments,
                                                                      std::index_sequence<I...>());
    wrong_count(module, arguments.size(), sizeof...(Args));
  }
  template <class Arg>
  static std::decay_t<Arg>&& argument(Module& module, Arguments& arguments, size_t i) {
    static_assert(!std::is_lvalue_reference_v<Arg> || std::is_const_v<std::remove_reference_t<Arg>>,
                  "AnyModule cannot hold a module whose forward() takes a reference that is not const");
    if (auto* value = arguments[i].try_get<std::decay_t<Arg>>()) return std::move(*value);
    arguments[i].wrong_type(typeid(Arg), detail::str("argument #", i, " of ", module.name(), "::forward"));
  }
  static AnyValue invoke_sequential(Module& module, Arguments& arguments);
  [[noreturn]] static void wrong_count(const Module& module, size_t found, size_t expected);
  [[noreturn]] void wrong_type(const std::type_info& wanted) const;

  std::shared_ptr<Module> module_;
  AnyValue (*invoke_)(Module&, Arguments&) = nullptr;
  const std::type_info* type_ = &typeid(void);
};

/// A module with the name that it will have in a Sequential.
class NamedAnyModule {
 public:
  template <class M>
  NamedAnyModule(std::string name, M&& module)
      : name_(std::move(name)), module_(AnyModule(std::forward<M>(module))) {}
  NamedAnyModule(std::string name, AnyModule module) : name_(std::move(name)), module_(std::move(module)) {}
  const std::string& name() const { return name_; }
  AnyModule& module() { return module_; }
  const AnyModule& module() const { return module_; }

 private:
  std::string name_;
  AnyModule module_;
};

}  // namespace tengen::nn

/// LibTorch's declaration of forward()'s default arguments for AnyModule, which finds them by itself here.
#define TENGEN_FORWARD_HAS_DEFAULT_ARGS(...) static_assert(true)
