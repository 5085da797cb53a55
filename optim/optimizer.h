// What optimizers have in common: parameter groups with options of their own, state per parameter, saving
// both.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <tengen/autograd/grad_mode.h>
#include <tengen/optim/fields.h>
#include <tengen/tensor/arg.h>

namespace tengen::optim {

/// What an optimizer remembers about one parameter.
class OptimizerParamState {
 public:
  virtual ~OptimizerParamState() = default;
  virtual std::unique_ptr<OptimizerParamState> clone() const = 0;
  virtual void write(FieldWriter&) const {}
  virtual void read(FieldReader&) {}
};
/// What a class of states derives from: copies, and saving of the fields that Derived::visit lists.
template <class Derived>
class OptimizerCloneableParamState : public OptimizerParamState {
 public:
  std::unique_ptr<OptimizerParamState> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
  void write(FieldWriter& writer) const override { visit_fields(static_cast<const Derived&>(*this), writer); }
  void read(FieldReader& reader) override { visit_fields(static_cast<Derived&>(*this), reader); }
};

/// The numbers that control an optimizer; each parameter group has a set.
class OptimizerOptions {
 public:
  virtual ~OptimizerOptions() = default;
  virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
  virtual double get_lr() const = 0;
  virtual void set_lr(double lr) = 0;
  /// What schedulers cycle against the learning rate: momentum or Adam's beta1; nothing where there is none.
  virtual std::optional<double> get_momentum() const { return std::nullopt; }
  virtual void set_momentum(double) {}
  virtual void write(FieldWriter&) const {}
  virtual void read(FieldReader&) {}
};
/// What a class of options derives from: copies, lr() for schedulers, and saving of the fields that
/// Derived::visit lists.
template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
  void write(FieldWriter& writer) const override { visit_fields(static_cast<const Derived&>(*this), writer); }
  void read(FieldReader& reader) override { visit_fields(static_cast<Derived&>(*this), reader); }
  double get_lr() const override { return static_cast<const Derived&>(*this).lr(); }
  void set_lr(double lr) override { static_cast<Derived&>(*this).lr(lr); }
};

/// Parameters that share options. Without options of its own a group takes the optimizer's defaults.
class OptimizerParamGroup {
 public:
  OptimizerParamGroup(std::vector<Tensor> params) : params_(std::move(params)) {}
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options)
      : params_(std::move(params)), options_(std::move(options)) {}
  OptimizerParamGroup(const OptimizerParamGroup& other)
      : initial_lr(other.initial_lr),
        params_(other.params_),
        options_(other.options_ ? other.options_->clone() : nullptr) {}
  OptimizerParamGroup(OptimizerParamGroup&&) = default;
  OptimizerParamGroup& operator=(OptimizerParamGroup&&) = default;

  std::vector<Tensor>& params() { return params_; }
  const std::vector<Tensor>& params() const { return params_; }
  bool has_options() const { return options_ != nullptr; }
  /// The group's own options; an Error before it has any.
  OptimizerOptions& options() { return own_options(); }
  const OptimizerOptions& options() const { return own_options(); }
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }

  /// The learning rate that schedules start from; set by the first scheduler.
  std::optional<double> initial_lr;

 private:
  OptimizerOptions& own_options() const;

  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
};

/// Changes parameters by their gradients. A parameter must be a leaf and be in one group, once; else
/// it is an Error.
class Optimizer {
 public:
  using LossClosure = std::function<Tensor()>;
  using State = std::unordered_map<void*, std::unique_ptr<OptimizerParamState>>;
  using StateDict = optim::StateDict;

  Optimizer(std::vector<OptimizerParamGroup> param_groups, std::unique_ptr<OptimizerOptions> defaults);
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;

  /// Updates every parameter that has a gradient. A closure, if given, is called first: it computes the loss
  /// and its gradients again. Its value is returned.
  virtual Tensor step(LossClosure closure = nullptr) = 0;
  /// Drops all gradients, or fills them with zeros.
  void zero_grad(bool set_to_none = true);

  /// Adds parameters, with the defaults as options unless the group has its own.
  void add_param_group(OptimizerParamGroup group);
  std::vector<OptimizerParamGroup>& param_groups() { return param_groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const { return param_groups_; }
  /// The parameters of the first group.
  std::vector<Tensor>& parameters() { return param_groups_.at(0).params(); }
  const std::vector<Tensor>& parameters() const { return param_groups_.at(0).params(); }
  /// The number of parameters in all groups.
  size_t size() const;
  OptimizerOptions& defaults() { return *defaults_; }
  const OptimizerOptions& defaults() const { return *defaults_; }
  /// What is remembered about each parameter; the key is the address of its TensorImpl.
  State& state() { return state_; }
  const State& state() const { return state_; }
  /// How often step() has been called; nothing for an optimizer that does not count.
  std::optional<int64_t> steps_taken() const { return steps_; }

  /// "state.0.momentum_buffer", ..., "param_groups.0.lr", ...; the tensors are the optimizer's own.
  StateDict state_dict() const;
  /// Restores options and state (copied) of an optimizer with groups of the same sizes; else an Error, and
  /// nothing has changed.
  void load_state_dict(const StateDict& state_dict);

 protected:
  virtual std::unique_ptr<OptimizerParamState> make_state() const { return nullptr; }

  std::vector<OptimizerParamGroup> param_groups_;
  State state_;
  std::unique_ptr<OptimizerOptions> defaults_;
  std::optional<int64_t> steps_;
};

/// An optimizer that updates each parameter by its own gradient and state.
template <class Options, class ParamState>
class PerParameterOptimizer : public Optimizer {
 public:
  PerParameterOptimizer(std::vector<OptimizerParamGroup> param_groups, const Options& defaults)
      : Optimizer(std::move(param_groups), std::make_unique<Options>(defaults)) {
    steps_ = 0;
  }

  Tensor step(LossClosure closure = nullptr) override {
    Tensor loss;
    if (closure) {
      AutoGradMode record(true);
      loss = closure();
    }
    NoGradGuard no_grad;
    std::vector<ParamUpdate> updates;
    for (auto& group : param_groups_) {
      updates.clear();
      for (const Tensor& param : group.params()) {
        if (!param.grad().defined()) continue;
        auto& state = state_[param.unsafeGetTensorImpl()];
        if (!state) state = make_state();
        updates.push_back({param, param.grad(), static_cast<ParamState&>(*state)});
      }
      update(updates, static_cast<const Options&>(group.options()));
    }
    ++*steps_;
    return loss;
  }

 protected:
  /// A parameter that has a gradient, and what is known about it.
  struct ParamUpdate {
    const Tensor& param;
    Tensor grad;
    ParamState& state;
  };
  std::unique_ptr<OptimizerParamState> make_state() const override { return std::make_unique<ParamState>(); }
  /// Updates the parameters of one group.
  virtual void update(const std::vector<ParamUpdate>& updates, const Options& options) = 0;
};

}  // namespace tengen::optim
