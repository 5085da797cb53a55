// Running averages of parameters.
#pragma once

#include <functional>
#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::optim {

/// What fraction of the average stays when the parameters come in for the n-th time (n = 1, 2, ...; the
/// average starts as a copy of the parameters).
using AverageDecay = std::function<double(int64_t n)>;
/// The plain average of all values, as for stochastic weight averaging (Izmailov et al. 2018).
AverageDecay equal_average();
/// The same fraction of the average stays each time: the exponential moving average.
AverageDecay ema_decay(double decay);
/// decay * (1 - exp(-n / tau)): the average follows quickly at first.
AverageDecay ramped_ema_decay(double decay = 0.9999, double tau = 2000);

/// Averages of tensors, kept beside them: Python's torch.optim.swa_utils.AveragedModel for lists of tensors.
/// What is not floating-point (batch counters) is copied.
class AveragedModel {
 public:
  explicit AveragedModel(std::vector<Tensor> tensors, AverageDecay decay = equal_average());
  /// Takes the tensors' present values into the averages.
  void update();
  /// The averages, in the order of the tensors.
  const std::vector<Tensor>& averages() const { return averages_; }
  /// How often update() has been called.
  int64_t n_averaged() const { return n_averaged_; }
  /// Continues from saved averages.
  void restore(const std::vector<Tensor>& averages, int64_t n_averaged);
  /// Exchanges the tensors' values with the averages: before and after an evaluation.
  void swap();

 private:
  std::vector<Tensor> tensors_, averages_;
  AverageDecay decay_;
  int64_t n_averaged_ = 0;
};

}  // namespace tengen::optim
