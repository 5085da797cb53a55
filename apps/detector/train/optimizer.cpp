#include <tengen/apps/detector/train/optimizer.h>

namespace tengen::detect {
namespace {

using Groups = std::vector<optim::OptimizerParamGroup>;

struct Split {
  std::vector<Tensor> biases, weights, norms;
};

Split split_parameters(const nn::Module& root) {
  Split split;
  for (const auto& module : root.modules()) {
    const bool is_norm = module->as<nn::BatchNorm2dImpl>() != nullptr;
    for (auto& item : module->named_parameters(/*recurse=*/false)) {
      auto& group = item.key() == "bias" ? split.biases : is_norm ? split.norms : split.weights;
      group.push_back(item.value());
    }
  }
  return split;
}

template <class Options>
Groups groups_of(const Split& split, const Options& options, double weight_decay) {
  const auto with_decay = [&](double decay) {
    auto copy = std::make_unique<Options>(options);
    copy->weight_decay(decay);
    return copy;
  };
  Groups groups;
  groups.emplace_back(split.biases, with_decay(0));
  groups.emplace_back(split.weights, with_decay(weight_decay));
  groups.emplace_back(split.norms, with_decay(0));
  return groups;
}

}  // namespace

std::unique_ptr<optim::Optimizer> make_optimizer(const DetectionModel& model, const std::string& name,
                                                 double lr, double momentum, double weight_decay) {
  const Split split = split_parameters(*model);
  if (name == "SGD") {
    const auto options = optim::SGDOptions(lr).momentum(momentum).nesterov(true);
    return std::make_unique<optim::SGD>(groups_of(split, options, weight_decay), options);
  }
  const auto betas = std::make_tuple(momentum, 0.999);
  if (name == "Adam") {
    const auto options = optim::AdamOptions(lr).betas(betas);
    return std::make_unique<optim::Adam>(groups_of(split, options, weight_decay), options);
  }
  TENGEN_CHECK(name == "AdamW", "--optimizer: '", name, "' is not known (SGD, Adam, AdamW)");
  const auto options = optim::AdamWOptions(lr).betas(betas);
  return std::make_unique<optim::AdamW>(groups_of(split, options, weight_decay), options);
}

void apply_plan(optim::Optimizer& optimizer, const StepPlan& plan) {
  auto& groups = optimizer.param_groups();
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].options().set_lr(i == 0 ? plan.lr_bias : plan.lr);
    groups[i].options().set_momentum(plan.momentum);
  }
}

}  // namespace tengen::detect
