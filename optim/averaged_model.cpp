#include <tengen/optim/averaged_model.h>

#include <cmath>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>

namespace tengen::optim {

AverageDecay equal_average() {
  return [](int64_t n) { return double(n) / double(n + 1); };
}
AverageDecay ema_decay(double decay) {
  return [=](int64_t) { return decay; };
}
AverageDecay ramped_ema_decay(double decay, double tau) {
  return [=](int64_t n) { return decay * (1 - std::exp(-double(n) / tau)); };
}

AveragedModel::AveragedModel(std::vector<Tensor> tensors, AverageDecay decay)
    : tensors_(std::move(tensors)), decay_(std::move(decay)) {
  NoGradGuard no_grad;
  for (const Tensor& tensor : tensors_) averages_.push_back(tensor.detach().clone());
}

void AveragedModel::update() {
  NoGradGuard no_grad;
  double decay = decay_(++n_averaged_);
  for (size_t i = 0; i < tensors_.size(); ++i) {
    if (averages_[i].is_floating_point())
      averages_[i].lerp_(tensors_[i].detach(), 1 - decay);
    else
      averages_[i].copy_(tensors_[i]);
  }
}

void AveragedModel::restore(const std::vector<Tensor>& averages, int64_t n_averaged) {
  TENGEN_CHECK(averages.size() == averages_.size(), "AveragedModel: expected ", averages_.size(),
               " averages, but got ", averages.size());
  NoGradGuard no_grad;
  for (size_t i = 0; i < averages.size(); ++i) averages_[i].copy_(averages[i]);
  n_averaged_ = n_averaged;
}

void AveragedModel::swap() {
  NoGradGuard no_grad;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    Tensor present = tensors_[i].detach().clone();
    tensors_[i].copy_(averages_[i]);
    averages_[i].copy_(present);
  }
}

}  // namespace tengen::optim
