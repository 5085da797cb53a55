#include <tengen/optim/lbfgs.h>

#include <algorithm>
#include <cmath>

#include <tengen/autograd/ops/ops.h>

namespace tengen::optim {
namespace {

/// The loss along a line: at x + t * direction.
struct Point {
  double t = 0, loss = 0;
  Tensor gradient;   // (P)
  double slope = 0;  // along the direction
};

/// The parameters as one vector, and the closure.
class Objective {
 public:
  Objective(const std::vector<Tensor>& params, const Optimizer::LossClosure& closure)
      : params_(params), closure_(closure) {}

  /// Calls the closure; its value as a number, and the tensor.
  double evaluate() {
    AutoGradMode record(true);
    last_ = closure_();
    ++calls;
    return last_.item<double>();
  }
  const Tensor& last() const { return last_; }
  /// (P); a parameter without a gradient has zeros.
  Tensor gradient() const {
    std::vector<Tensor> parts;
    for (const Tensor& param : params_)
      parts.push_back(param.grad().defined() ? param.grad().reshape(-1)
                                             : zeros({param.numel()}, param.options()));
    return cat(parts);
  }
  void move(double step, const Tensor& direction) const {
    int64_t at = 0;
    for (const Tensor& param : params_) {
      param.add_(direction.slice(0, at, at + param.numel()).view_as(param), step);
      at += param.numel();
    }
  }
  /// The parameters are afterwards where they were.
  Point at(double t, const Tensor& direction) {
    std::vector<Tensor> kept;
    for (const Tensor& param : params_) kept.push_back(param.clone());
    move(t, direction);
    Point point{t, evaluate(), gradient(), 0};
    point.slope = point.gradient.dot(direction).item<double>();
    for (size_t i = 0; i < kept.size(); ++i) params_[i].copy_(kept[i]);
    return point;
  }

  int64_t calls = 0;

 private:
  const std::vector<Tensor>& params_;
  const Optimizer::LossClosure& closure_;
  Tensor last_;
};

/// Where the cubic through values and slopes at two points is least, within bounds; their middle where it has
/// no minimum.
double least_of_cubic(const Point& a, const Point& b, double low, double high) {
  const Point &left = a.t <= b.t ? a : b, &right = a.t <= b.t ? b : a;
  const double d1 = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.t - right.t);
  const double square = d1 * d1 - left.slope * right.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double root = std::sqrt(square);
  const double least =
      right.t - (right.t - left.t) * ((right.slope + root - d1) / (right.slope - left.slope + 2 * root));
  return std::min(std::max(least, low), high);
}

/// A step length that lowers the loss by a fraction of what its slope promises and leaves a much smaller
/// slope.
Point strong_wolfe(Objective& objective, const Tensor& direction, const Point& start, double first_step,
                   double tolerance_change) {
  constexpr double kDecrease = 1e-4, kCurvature = 0.9;
  constexpr int kMostSearches = 25;
  const double longest = direction.abs().max().item<double>();
  const auto too_high = [&](const Point& p) { return p.loss > start.loss + kDecrease * p.t * start.slope; };
  const auto flat = [&](const Point& p) { return std::abs(p.slope) <= -kCurvature * start.slope; };

  // Longer and longer steps, until two of them enclose what is looked for.
  Point previous = start, now = objective.at(first_step, direction), low, high;
  int searches = 0;
  for (;; ++searches) {
    if (searches == kMostSearches) {
      low = start, high = now;
      break;
    }
    if (too_high(now) || (searches > 1 && now.loss >= previous.loss) || (!flat(now) && now.slope >= 0)) {
      low = previous, high = now;
      break;
    }
    if (flat(now)) return now;
    const double next = least_of_cubic(previous, now, now.t + 0.01 * (now.t - previous.t), now.t * 10);
    previous = now;
    now = objective.at(next, direction);
  }

  // Narrower and narrower. `low` has the lower loss.
  if (low.loss > high.loss) std::swap(low, high);
  bool slow = false;
  while (searches < kMostSearches && std::abs(high.t - low.t) * longest >= tolerance_change) {
    const double left = std::min(low.t, high.t), right = std::max(low.t, high.t),
                 margin = 0.1 * (right - left);
    double t = least_of_cubic(low, high, left, right);
    if (std::min(right - t, t - left) < margin) {  // hardly any progress twice in a row: away from the end
      if (slow || t >= right || t <= left) {
        t = std::abs(t - right) < std::abs(t - left) ? right - margin : left + margin;
        slow = false;
      } else {
        slow = true;
      }
    } else {
      slow = false;
    }
    const Point trial = objective.at(t, direction);
    ++searches;
    if (too_high(trial) || trial.loss >= low.loss) {
      high = trial;
      if (low.loss > high.loss) std::swap(low, high);
      continue;
    }
    const bool found = flat(trial);
    if (!found && trial.slope * (high.t - low.t) >= 0) high = low;
    low = trial;
    if (found) break;
  }
  return low;
}

/// The product of the inverse Hessian that the history describes with the gradient, negative.
Tensor direction_of(const LBFGSParamState& state, const Tensor& gradient) {
  const auto &changes = state.old_dirs(), &steps = state.old_stps();
  std::vector<double> rho, alpha(changes.size());
  for (size_t i = 0; i < changes.size(); ++i) rho.push_back(1 / changes[i].dot(steps[i]).item<double>());
  Tensor q = -gradient;
  for (size_t i = changes.size(); i-- > 0;) {
    alpha[i] = steps[i].dot(q).item<double>() * rho[i];
    q.sub_(changes[i], alpha[i]);
  }
  q.mul_(state.H_diag());
  for (size_t i = 0; i < changes.size(); ++i)
    q.add_(steps[i], alpha[i] - changes[i].dot(q).item<double>() * rho[i]);
  return q;
}

/// Takes the last step into the history, unless it says nothing about the curvature.
void remember_step(LBFGSParamState& state, const Tensor& gradient, int64_t history_size) {
  const Tensor change = gradient - state.prev_flat_grad()[0], step = state.d()[0] * state.t();
  const double product = change.dot(step).item<double>();
  if (product <= 1e-10) return;
  if (int64_t(state.old_dirs().size()) >= history_size && !state.old_dirs().empty()) {
    state.old_dirs().erase(state.old_dirs().begin());
    state.old_stps().erase(state.old_stps().begin());
  }
  state.old_dirs().push_back(change);
  state.old_stps().push_back(step);
  state.H_diag(product / change.dot(change).item<double>());
}

}  // namespace

LBFGS::LBFGS(std::vector<OptimizerParamGroup> param_groups, LBFGSOptions defaults)
    : Optimizer(std::move(param_groups), std::make_unique<LBFGSOptions>(defaults)) {
  TENGEN_CHECK(param_groups_.size() == 1, "LBFGS doesn't support per-parameter options (parameter groups)");
  TENGEN_CHECK(defaults.lr() >= 0, "Invalid learning rate: ", defaults.lr());
  TENGEN_CHECK(!defaults.line_search_fn() || *defaults.line_search_fn() == "strong_wolfe",
               "only 'strong_wolfe' is supported");
  steps_ = 0;
}

Tensor LBFGS::step(LossClosure closure) {
  TENGEN_CHECK(closure != nullptr, "LBFGS requires a closure function");
  NoGradGuard no_grad;
  const auto& options = static_cast<const LBFGSOptions&>(param_groups_[0].options());
  const std::vector<Tensor>& params = param_groups_[0].params();
  TENGEN_CHECK(!params.empty(), "LBFGS: the parameter group is empty");
  auto& own = state_[params[0].unsafeGetTensorImpl()];
  if (!own) own = make_state();
  auto& state = static_cast<LBFGSParamState&>(*own);
  const int64_t most_calls = options.max_eval().value_or(options.max_iter() * 5 / 4);

  Objective objective(params, closure);
  Point here{0, objective.evaluate(), objective.gradient(), 0};
  const Tensor first_loss = objective.last();
  const auto solved = [&] { return here.gradient.abs().max().item<double>() <= options.tolerance_grad(); };
  for (const std::vector<Tensor>* kept :
       {&state.d(), &state.prev_flat_grad(), &state.old_dirs(), &state.old_stps()})
    for (const Tensor& t : *kept)
      TENGEN_CHECK(t.numel() == here.gradient.numel(), "LBFGS: its state is of ", t.numel(),
                   " parameters, but there are ", here.gradient.numel());

  for (int64_t iteration = 1; iteration <= options.max_iter() && !(iteration == 1 && solved()); ++iteration) {
    ++state.n_iter();
    const bool first = state.d().empty();
    if (!first) remember_step(state, here.gradient, options.history_size());
    const Tensor direction = first ? -here.gradient : direction_of(state, here.gradient);
    state.prev_flat_grad({here.gradient});
    state.d({direction});
    state.prev_loss(here.loss);
    state.t(first ? std::min(1.0, 1 / here.gradient.abs().sum().item<double>()) * options.lr()
                  : options.lr());
    here.slope = here.gradient.dot(direction).item<double>();
    if (here.slope > -options.tolerance_change()) break;
    if (options.line_search_fn()) {
      const Point start{0, here.loss, here.gradient, here.slope};
      here = strong_wolfe(objective, direction, start, state.t(), options.tolerance_change());
      state.t(here.t);
      objective.move(state.t(), direction);
    } else {
      objective.move(state.t(), direction);
      if (iteration < options.max_iter()) here = {0, objective.evaluate(), objective.gradient(), 0};
    }
    if (objective.calls >= most_calls || solved() ||
        direction.abs().max().item<double>() * std::abs(state.t()) <= options.tolerance_change() ||
        std::abs(here.loss - state.prev_loss()) < options.tolerance_change())
      break;
  }
  state.func_evals() += objective.calls;
  ++*steps_;
  return first_loss;
}

}  // namespace tengen::optim
