#include <tengen/optim/optimizer.h>

#include <unordered_set>

#include <tengen/autograd/zero_grad.h>
#include <tengen/tensor/factories.h>

namespace tengen::optim {

OptimizerOptions& OptimizerParamGroup::own_options() const {
  TENGEN_CHECK(options_, "optimizer: this parameter group has no options; it gets them from an optimizer");
  return *options_;
}

Optimizer::Optimizer(std::vector<OptimizerParamGroup> param_groups,
                     std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  TENGEN_CHECK(!param_groups.empty(), "optimizer got an empty parameter list");
  for (auto& group : param_groups) add_param_group(std::move(group));
}

void Optimizer::add_param_group(OptimizerParamGroup group) {
  std::unordered_set<const void*> seen;
  for (const auto& other : param_groups_)
    for (const Tensor& param : other.params()) seen.insert(param.unsafeGetTensorImpl());
  for (const Tensor& param : group.params()) {
    TENGEN_CHECK(param.defined(), "optimizer: a parameter is undefined");
    TENGEN_CHECK(param.is_leaf(), "can't optimize a non-leaf Tensor; this one has shape ", param.sizes());
    TENGEN_CHECK(seen.insert(param.unsafeGetTensorImpl()).second,
                 "some parameters appear in more than one parameter group, or twice in one");
  }
  if (!group.has_options()) group.set_options(defaults_->clone());
  param_groups_.push_back(std::move(group));
}

size_t Optimizer::size() const {
  size_t count = 0;
  for (const auto& group : param_groups_) count += group.params().size();
  return count;
}

void Optimizer::zero_grad(bool set_to_none) {
  for (auto& group : param_groups_)
    for (const Tensor& param : group.params()) autograd::zero_grad(param, set_to_none);
}

// ---- saving

namespace {

std::string state_prefix(size_t i) { return "state." + std::to_string(i) + '.'; }
std::string group_prefix(size_t i) { return "param_groups." + std::to_string(i) + '.'; }

}  // namespace

Optimizer::StateDict Optimizer::state_dict() const {
  StateDict result("Optimizer state");
  size_t index = 0;
  for (const auto& group : param_groups_)
    for (const Tensor& param : group.params()) {
      FieldWriter writer(result, state_prefix(index++));
      if (auto it = state_.find(param.unsafeGetTensorImpl()); it != state_.end()) it->second->write(writer);
    }
  int64_t first = 0;
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    const OptimizerParamGroup& group = param_groups_[g];
    FieldWriter writer(result, group_prefix(g));
    group.options().write(writer);
    if (group.initial_lr) writer.field("initial_lr", *group.initial_lr);
    int64_t end = first + int64_t(group.params().size());
    writer.field("params", arange(first, end, kLong));
    first = end;
  }
  return result;
}

void Optimizer::load_state_dict(const StateDict& given) {
  std::unordered_set<std::string> with_state;  // "state.3."
  size_t groups = 0;
  for (const auto& item : given) {
    const std::string& key = item.key();
    if (key.rfind("state.", 0) == 0) with_state.insert(key.substr(0, key.find('.', 6) + 1));
    if (key.rfind("param_groups.", 0) == 0)
      groups = std::max(groups, size_t(std::atoll(key.c_str() + 13)) + 1);
  }
  TENGEN_CHECK(groups == param_groups_.size(),
               "loaded state dict has a different number of parameter groups: expected ",
               param_groups_.size(), ", but got ", groups);

  // Everything is read before anything is changed.
  State state;
  std::vector<OptimizerParamGroup> loaded;
  size_t index = 0;
  for (size_t g = 0; g < groups; ++g) {
    OptimizerParamGroup group = param_groups_[g];
    std::string prefix = group_prefix(g);
    int64_t count = given[prefix + "params"].numel();
    TENGEN_CHECK(
        count == int64_t(group.params().size()),
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group ", g,
        ": expected ", group.params().size(), " parameters, but got ", count);
    FieldReader reader(given, prefix);
    group.options().read(reader);
    if (const Tensor* initial = given.find(prefix + "initial_lr")) group.initial_lr = initial->item<double>();
    for (const Tensor& param : group.params()) {
      std::string name = state_prefix(index++);
      if (!with_state.count(name)) continue;
      auto entry = make_state();
      TENGEN_CHECK(entry, "optimizer: this optimizer cannot restore state");
      FieldReader state_reader(given, name, param);
      entry->read(state_reader);
      state[param.unsafeGetTensorImpl()] = std::move(entry);
    }
    loaded.push_back(std::move(group));
  }
  state_ = std::move(state);
  param_groups_ = std::move(loaded);
}

}  // namespace tengen::optim
