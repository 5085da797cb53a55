// Modules made of modules, and lists and dictionaries of modules or parameters.
#pragma once

#include <tengen/nn/any.h>
#include <tengen/nn/cloneable.h>

namespace tengen::nn {

/// A module that a Sequential takes: itself, its holder, a shared pointer to it, or an AnyModule.
template <class M>
concept SequentialEntry = std::is_constructible_v<AnyModule, M>;

/// Feeds each module's result to the next. Takes modules or holders; names are "0", "1", ... or, given as
/// Sequential({{"conv", Conv2d(...)}, {"act", ReLU()}}), one's own. Sequentials nest.
class SequentialImpl : public Cloneable<SequentialImpl> {
 public:
  using Iterator = std::vector<AnyModule>::iterator;
  using ConstIterator = std::vector<AnyModule>::const_iterator;

  SequentialImpl() = default;
  template <SequentialEntry First, SequentialEntry... Rest>
  explicit SequentialImpl(First&& first, Rest&&... rest) {
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }
  explicit SequentialImpl(OrderedDict<std::string, AnyModule>&& modules);
  explicit SequentialImpl(std::initializer_list<NamedAnyModule> modules);

  template <class Result = Tensor, class... Args>
  Result forward(Args&&... inputs) {
    std::vector<AnyValue> values;
    values.reserve(sizeof...(Args));
    (values.emplace_back(std::forward<Args>(inputs)), ...);
    AnyValue out = any_forward(std::move(values));
    if (Result* result = out.template try_get<Result>()) return std::move(*result);
    out.wrong_type(typeid(Result), "the result of Sequential");
  }
  AnyValue any_forward(std::vector<AnyValue> inputs);

  /// Adds a module at the end; its name is its number unless another one is given.
  void push_back(std::string name, AnyModule module);
  void push_back(AnyModule module) { push_back(std::to_string(size()), std::move(module)); }
  template <class M>
  requires std::is_constructible_v<AnyModule, M>
  void push_back(M&& module) { push_back(AnyModule(std::forward<M>(module))); }
  template <class M>
  requires std::is_constructible_v<AnyModule, M>
  void push_back(std::string name, M&& module) {
    push_back(std::move(name), AnyModule(std::forward<M>(module)));
  }
  template <class Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }

  template <class T>
  T& at(size_t i) {
    return entry(i).get<T>();
  }
  template <class T>
  const T& at(size_t i) const {
    return entry(i).get<T>();
  }
  const std::shared_ptr<Module>& ptr(size_t i) const { return entry(i).ptr(); }
  template <class T>
  std::shared_ptr<T> ptr(size_t i) const {
    return entry(i).ptr<T>();
  }
  const std::shared_ptr<Module>& operator[](size_t i) const { return ptr(i); }
  size_t size() const { return modules_.size(); }
  bool is_empty() const { return modules_.empty(); }
  Iterator begin() { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator begin() const { return modules_.begin(); }
  ConstIterator end() const { return modules_.end(); }

  void reset() override {}
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& out) const override;

 private:
  const AnyModule& entry(size_t i) const;
  std::vector<AnyModule> modules_;
};

/// The holder of a SequentialImpl; braces name the modules: Sequential({{"conv", Conv2d(...)}, ...}).
class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder<SequentialImpl>::ModuleHolder;
  using Impl = SequentialImpl;
  Sequential() = default;
  Sequential(std::initializer_list<NamedAnyModule> modules);
};

/// Modules by number; it has no forward().
class ModuleListImpl : public Cloneable<ModuleListImpl> {
 public:
  using Iterator = std::vector<std::shared_ptr<Module>>::iterator;
  using ConstIterator = std::vector<std::shared_ptr<Module>>::const_iterator;

  ModuleListImpl() = default;
  template <class First, class... Rest>
  explicit ModuleListImpl(First&& first, Rest&&... rest) {
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }

  void push_back(std::shared_ptr<Module> module) { insert(size(), std::move(module)); }
  template <class M>
  void push_back(M&& module) {
    insert(size(), pointer(std::forward<M>(module)));
  }
  /// Puts a module before number i; those behind it get the next numbers as names.
  void insert(size_t i, std::shared_ptr<Module> module);
  template <class M>
  void insert(size_t i, M&& module) {
    insert(i, pointer(std::forward<M>(module)));
  }
  template <class Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }

  /// The module must be a T.
  template <class T>
  T& at(size_t i) {
    return const_cast<T&>(std::as_const(*this).template at<T>(i));
  }
  template <class T>
  const T& at(size_t i) const {
    const Module& module = *ptr(i);
    const T* found = module.as<T>();
    TENGEN_CHECK(found, "ModuleList: Unable to cast module[", i, "], which is a ", module.name(),
                 ", to the type that is asked for");
    return *found;
  }
  const std::shared_ptr<Module>& ptr(size_t i) const;
  template <class T>
  std::shared_ptr<T> ptr(size_t i) const {
    return std::dynamic_pointer_cast<T>(ptr(i));
  }
  const std::shared_ptr<Module>& operator[](size_t i) const { return ptr(i); }
  size_t size() const { return modules_.size(); }
  bool is_empty() const { return modules_.empty(); }
  Iterator begin() { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator begin() const { return modules_.begin(); }
  ConstIterator end() const { return modules_.end(); }

  void reset() override {}
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& out) const override;

 private:
  template <class M>
  static std::shared_ptr<Module> pointer(M&& module) {
    if constexpr (ModuleType<M>)
      return std::make_shared<std::decay_t<M>>(std::forward<M>(module));
    else if constexpr (HolderType<std::decay_t<M>>)
      return module.ptr();
    else
      return module;
  }
  std::vector<std::shared_ptr<Module>> modules_;
};
TENGEN_MODULE(ModuleList);

/// Modules by name; it has no forward().
class ModuleDictImpl : public Cloneable<ModuleDictImpl> {
 public:
  using Dict = OrderedDict<std::string, std::shared_ptr<Module>>;

  ModuleDictImpl() = default;
  explicit ModuleDictImpl(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules) {
    update(modules);
  }
  explicit ModuleDictImpl(const Dict& modules) { update(modules.pairs()); }

  /// Adds modules, replacing those with the same name.
  void update(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules);
  void insert(const std::string& name, const std::shared_ptr<Module>& module) { update({{name, module}}); }
  template <class Items>
  void update(const Items& modules) {
    for (const auto& item : modules) update({{item.key(), item.value()}});
  }
  /// Removes a module and returns it; a name that is not there is an Error.
  std::shared_ptr<Module> pop(const std::string& key);
  void clear() { children_.clear(); }

  const std::shared_ptr<Module>& operator[](const std::string& key) const { return children_[key]; }
  template <class T>
  T& at(const std::string& key) {
    return *children_[key]->template as<T>();
  }
  template <class T>
  const T& at(const std::string& key) const {
    return *children_[key]->template as<T>();
  }
  bool contains(const std::string& key) const { return children_.contains(key); }
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> items() const { return children_.pairs(); }
  std::vector<std::string> keys() const { return children_.keys(); }
  std::vector<std::shared_ptr<Module>> values() const { return children_.values(); }
  size_t size() const { return children_.size(); }
  bool empty() const { return children_.is_empty(); }
  Dict::Iterator begin() { return children_.begin(); }
  Dict::Iterator end() { return children_.end(); }
  Dict::ConstIterator begin() const { return children_.begin(); }
  Dict::ConstIterator end() const { return children_.end(); }

  void reset() override {}
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ModuleDict);

/// Parameters by number, registered as "0", "1", ...
class ParameterListImpl : public Cloneable<ParameterListImpl> {
 public:
  using Dict = OrderedDict<std::string, Tensor>;

  ParameterListImpl() = default;
  template <class First, class... Rest>
  explicit ParameterListImpl(First&& first, Rest&&... rest) {
    append(std::forward<First>(first));
    (append(std::forward<Rest>(rest)), ...);
  }
  void append(const Tensor& parameter) {
    register_parameter(std::to_string(size()), parameter, parameter.requires_grad());
  }
  void append(const Dict::Item& item) { append(item.value()); }
  template <class Container>
  void extend(const Container& container) {
    for (const auto& item : container) append(item);
  }
  Tensor& at(size_t i) { return parameters_[i].value(); }
  const Tensor& at(size_t i) const { return parameters_[i].value(); }
  Tensor& operator[](size_t i) { return at(i); }
  const Tensor& operator[](size_t i) const { return at(i); }
  size_t size() const { return parameters_.size(); }
  bool is_empty() const { return parameters_.is_empty(); }
  Dict::Iterator begin() { return parameters_.begin(); }
  Dict::Iterator end() { return parameters_.end(); }

  void reset() override {}
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ParameterList);

/// Parameters by name.
class ParameterDictImpl : public Cloneable<ParameterDictImpl> {
 public:
  using Dict = OrderedDict<std::string, Tensor>;

  ParameterDictImpl() = default;
  explicit ParameterDictImpl(const Dict& parameters) { update(parameters); }
  Tensor& insert(std::string key, const Tensor& parameter) {
    return register_parameter(std::move(key), parameter, parameter.requires_grad());
  }
  /// Adds parameters, replacing those with the same name.
  void update(const Dict& parameters);
  /// Removes a parameter and returns it; a name that is not there is an Error.
  Tensor pop(const std::string& key);
  void clear() { parameters_.clear(); }
  Tensor& get(const std::string& key) { return parameters_[key]; }
  const Tensor& get(const std::string& key) const { return parameters_[key]; }
  Tensor& operator[](const std::string& key) { return parameters_[key]; }
  const Tensor& operator[](const std::string& key) const { return parameters_[key]; }
  bool contains(const std::string& key) const { return parameters_.contains(key); }
  std::vector<std::string> keys() const { return parameters_.keys(); }
  std::vector<Tensor> values() const { return parameters_.values(); }
  size_t size() const { return parameters_.size(); }
  bool empty() const { return parameters_.is_empty(); }
  Dict::Iterator begin() { return parameters_.begin(); }
  Dict::Iterator end() { return parameters_.end(); }

  void reset() override {}
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ParameterDict);

/// A function as a module: Functional(torch::relu), or with further arguments bound.
class FunctionalImpl : public Cloneable<FunctionalImpl> {
 public:
  using Function = std::function<Tensor(Tensor)>;
  explicit FunctionalImpl(Function function) : function_(std::move(function)) {}
  template <class F, class... Args>
  requires(sizeof...(Args) > 0) explicit FunctionalImpl(F function, Args... args)
      : function_([=](Tensor input) -> Tensor { return function(std::move(input), args...); }) {}
  Tensor forward(Tensor input) { return function_(std::move(input)); }
  Tensor operator()(Tensor input) { return forward(std::move(input)); }

  void reset() override {}
  void pretty_print(std::ostream& out) const override;

 private:
  Function function_;
};
TENGEN_MODULE(Functional);

}  // namespace tengen::nn
