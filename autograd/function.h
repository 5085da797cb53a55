// Operators with a backward rule of one's own.
//
//   struct Cube : autograd::Function<Cube> {
//     static Tensor forward(autograd::AutogradContext* ctx, Tensor x) {
//       ctx->save_for_backward({x});
//       return x * x * x;
//     }
//     static autograd::variable_list backward(autograd::AutogradContext* ctx, autograd::variable_list grads)
//     {
//       Tensor x = ctx->get_saved_variables()[0];
//       return {grads[0] * 3 * x * x};
//     }
//   };
//   Tensor y = Cube::apply(x);
#pragma once

#include <string>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/node.h>

namespace tengen::inline api {

/// A value of one of a few kinds, for AutogradContext::saved_data. Reading it as another kind is an Error,
/// but that integers can be read as doubles.
class IValue {
 public:
  IValue() = default;
  IValue(bool value) : value_(value) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) IValue(T value) : value_(int64_t(value)) {}
  IValue(double value) : value_(value) {}
  IValue(const char* value) : value_(std::string(value)) {}
  IValue(std::string value) : value_(std::move(value)) {}
  IValue(Tensor value) : value_(std::move(value)) {}
  IValue(std::vector<int64_t> value) : value_(std::move(value)) {}
  IValue(IntArrayRef value) : value_(value.vec()) {}
  IValue(std::vector<double> value) : value_(std::move(value)) {}
  IValue(std::vector<Tensor> value) : value_(std::move(value)) {}

  bool isNone() const { return value_.index() == 0; }
  bool toBool() const { return get<bool>("bool"); }
  int64_t toInt() const { return get<int64_t>("int64_t"); }
  double toDouble() const {
    const int64_t* integer = std::get_if<int64_t>(&value_);
    return integer ? double(*integer) : get<double>("double");
  }
  const std::string& toStringRef() const { return get<std::string>("string"); }
  const Tensor& toTensor() const { return get<Tensor>("Tensor"); }
  const std::vector<int64_t>& toIntVector() const { return get<std::vector<int64_t>>("int64_t vector"); }
  const std::vector<double>& toDoubleVector() const { return get<std::vector<double>>("double vector"); }
  const std::vector<Tensor>& toTensorVector() const { return get<std::vector<Tensor>>("Tensor vector"); }

 private:
  template <class T>
  const T& get(const char* kind) const {
    const T* value = std::get_if<T>(&value_);
    TENGEN_CHECK(value, "IValue: expected a ", kind, ", found a value of another kind");
    return *value;
  }
  std::variant<std::monostate, bool, int64_t, double, std::string, Tensor, std::vector<int64_t>,
               std::vector<double>, std::vector<Tensor>>
      value_;
};

}  // namespace tengen::inline api

namespace tengen::autograd {

/// What forward() leaves for backward().
class AutogradContext {
 public:
  AutogradContext() = default;
  AutogradContext(const AutogradContext&) = delete;

  std::unordered_map<std::string, IValue> saved_data;

  /// In forward(): inputs or outputs that backward() reads; checked against in-place changes.
  void save_for_backward(variable_list tensors) { to_save_ = std::move(tensors); }
  /// In backward(): the same tensors.
  variable_list get_saved_variables() const;
  /// In forward(): inputs that it changed in place; they must be outputs too.
  void mark_dirty(const variable_list& inputs);
  /// In forward(): outputs that have no gradient.
  void mark_non_differentiable(const variable_list& outputs);
  /// Whether backward() gets zeros for outputs without a gradient (the default) or undefined tensors.
  void set_materialize_grads(bool value) { materialize_grads_ = value; }
  /// Whether anybody wants the gradient of tensor argument i.
  bool needs_input_grad(size_t i) const;

 private:
  friend class FunctionNode;
  variable_list to_save_;
  size_t num_saved_ = 0;
  std::unordered_set<const TensorImpl*> dirty_, non_differentiable_;
  bool materialize_grads_ = true;
  Node* node_ = nullptr;
};

/// The graph's node for a Function.
class FunctionNode : public Node {
 public:
  explicit FunctionNode(const std::type_info& function);
  Grads apply(Grads&& grads) override;
  /// Puts outputs of forward() into the graph; returns what apply() returns.
  variable_list attach(const variable_list& inputs, variable_list outputs);
  /// By argument of forward() (lists count by element), whether it is a tensor.
  std::vector<bool> is_tensor;
  AutogradContext context;

 protected:
  virtual variable_list backward(variable_list grads) = 0;
};

namespace detail {

struct TensorArguments {
  variable_list tensors;
  std::vector<bool> is_tensor;

  void add(const Tensor& tensor) { tensors.push_back(tensor), is_tensor.push_back(true); }
  void add(const std::optional<Tensor>& tensor) {
    if (tensor && tensor->defined())
      add(*tensor);
    else
      is_tensor.push_back(false);
  }
  void add(TensorList list) {
    for (const Tensor& tensor : list) add(tensor);
  }
  void add(const std::vector<Tensor>& list) { add(TensorList(list)); }
  template <class T>
  void add(const T&) {
    is_tensor.push_back(false);
  }
};

template <class T>
class FunctionNodeOf final : public FunctionNode {
 public:
  FunctionNodeOf() : FunctionNode(typeid(T)) {}

 protected:
  variable_list backward(variable_list grads) override {
    return T::backward(&this->context, std::move(grads));
  }
};

}  // namespace detail

/// Derive as above. forward() takes tensors, lists of tensors and anything else, runs without recording and
/// returns a Tensor or a variable_list; backward() returns one gradient per argument of forward(), undefined
/// for what is no tensor or needs none. Written with public operators it can be differentiated again.
template <class T>
struct Function {
  template <class X = T, class... Args>
  static auto apply(Args&&... args) {
    detail::TensorArguments arguments;
    (arguments.add(args), ...);
    auto node = make_intrusive<detail::FunctionNodeOf<X>>();
    node->is_tensor = std::move(arguments.is_tensor);
    auto forward = [&] {
      NoGradGuard no_grad;
      return X::forward(&node->context, std::forward<Args>(args)...);
    };
    auto result = forward();
    if constexpr (std::is_same_v<decltype(result), Tensor>)
      return Tensor(node->attach(arguments.tensors, {std::move(result)})[0]);
    else
      return node->attach(arguments.tensors, std::move(result));
  }
};

}  // namespace tengen::autograd
