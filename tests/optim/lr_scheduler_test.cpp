// Every schedule against the numbers of PyTorch's, two parameter groups (rates 0.1 and 0.5, momentum 0.9).
#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include <tengen/autograd/ops/ops.h>
#include <tengen/optim/optim.h>

using namespace tengen;
using namespace tengen::optim;

namespace {

struct TwoGroups {
  SGD optimizer;
  TwoGroups() : optimizer(groups(), SGDOptions(0.1).momentum(0.9)) {}
  static std::vector<OptimizerParamGroup> groups() {
    std::vector<OptimizerParamGroup> result;
    result.emplace_back(std::vector<Tensor>{zeros({1}).requires_grad_()});
    result.emplace_back(std::vector<Tensor>{zeros({1}).requires_grad_()},
                        std::make_unique<SGDOptions>(SGDOptions(0.5).momentum(0.9)));
    return result;
  }
  double lr(size_t group) const { return optimizer.param_groups()[group].options().get_lr(); }
  double momentum() const { return *optimizer.param_groups()[0].options().get_momentum(); }
};

using Make = std::function<std::unique_ptr<LRScheduler>(Optimizer&)>;

// `expected`: for each epoch the rates of both groups and, if `momentum`, the first one's momentum.
void check(const Make& make, const std::vector<double>& expected, bool momentum = false) {
  size_t width = momentum ? 3 : 2;
  for (size_t interrupted : {size_t(-1), size_t(2), size_t(5)}) {
    TwoGroups groups;
    auto scheduler = make(groups.optimizer);
    for (size_t i = 0; i < expected.size() / width; ++i) {
      CAPTURE(i);
      CAPTURE(interrupted);
      for (size_t g = 0; g < 2; ++g) {
        CHECK(std::abs(groups.lr(g) - expected[i * width + g]) <= 1e-14);
        CHECK(scheduler->get_last_lr()[g] == groups.lr(g));
      }
      if (momentum) CHECK(std::abs(groups.momentum() - expected[i * width + 2]) <= 1e-14);
      if (i == interrupted) {  // continues in new objects from saved states
        StateDict schedule = scheduler->state_dict(), optimizer = groups.optimizer.state_dict();
        TwoGroups fresh;
        auto continued = make(fresh.optimizer);
        fresh.optimizer.load_state_dict(optimizer);
        continued->load_state_dict(schedule);
        continued->step();
        groups.optimizer.step();
        scheduler->step();
        for (size_t g = 0; g < 2; ++g) CHECK(fresh.lr(g) == groups.lr(g));
        continue;
      }
      groups.optimizer.step();
      scheduler->step();
    }
  }
}

template <class S, class... Args>
Make maker(Args... args) {
  return [=](Optimizer& optimizer) { return std::make_unique<S>(optimizer, args...); };
}

// What `body` writes to stderr.
template <class Body>
std::string stderr_of(const Body& body) {
  std::FILE* file = std::tmpfile();
  std::fflush(stderr);
  int saved = dup(2);
  dup2(fileno(file), 2);
  body();
  std::fflush(stderr);
  dup2(saved, 2);
  close(saved);
  std::string text(size_t(std::ftell(file)), '\0');
  std::rewind(file);
  size_t read = std::fread(text.data(), 1, text.size(), file);
  text.resize(read);
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("LambdaLR, MultiplicativeLR") {
  std::vector<LRLambda> lambdas{[](int64_t e) { return std::pow(0.95, e); },
                                [](int64_t e) { return 1.0 / double(1 + e); }};
  check(maker<LambdaLR>(lambdas), {0.1, 0.5, 0.095, 0.25, 0.09025, 0.16666666666666666, 0.0857375, 0.125,
                                   0.081450625, 0.1, 0.07737809374999999, 0.08333333333333333});
  LRLambda lambda = [](int64_t e) { return 1 - 0.1 * double(e); };
  check(maker<MultiplicativeLR>(lambda),
        {0.1, 0.5, 0.09000000000000001, 0.45, 0.07200000000000001, 0.36000000000000004, 0.0504, 0.252,
         0.03024, 0.1512, 0.01512, 0.0756});
  TwoGroups groups;
  CHECK_THROWS_WITH_AS(LambdaLR(groups.optimizer, std::vector<LRLambda>{lambda}),
                       doctest::Contains("Expected 2 lr_lambdas"), Error);
}

TEST_CASE("StepLR, MultiStepLR, ExponentialLR") {
  check(maker<StepLR>(3, 0.5), {0.1,  0.5,  0.1,   0.5,   0.1,   0.5,   0.05,  0.25,  0.05,   0.25,
                                0.05, 0.25, 0.025, 0.125, 0.025, 0.125, 0.025, 0.125, 0.0125, 0.0625});
  check(maker<MultiStepLR>(std::vector<int64_t>{2, 4, 4, 7}, 0.1),
        {0.1, 0.5, 0.1, 0.5, 0.010000000000000002, 0.05, 0.010000000000000002, 0.05, 0.00010000000000000005,
         0.0005000000000000001, 0.00010000000000000005, 0.0005000000000000001, 0.00010000000000000005,
         0.0005000000000000001, 1.0000000000000006e-05, 5.0000000000000016e-05, 1.0000000000000006e-05,
         5.0000000000000016e-05});
  check(maker<ExponentialLR>(0.9), {0.1, 0.5, 0.09000000000000001, 0.45, 0.08100000000000002, 0.405,
                                    0.07290000000000002, 0.36450000000000005, 0.06561000000000002,
                                    0.32805000000000006, 0.05904900000000002, 0.2952450000000001});
}

TEST_CASE("ConstantLR, LinearLR") {
  check(maker<ConstantLR>(0.25, 4),
        {0.025, 0.125, 0.025, 0.125, 0.025, 0.125, 0.025, 0.125, 0.1, 0.5, 0.1, 0.5, 0.1, 0.5});
  check(maker<LinearLR>(0.2, 0.8, 4),
        {0.020000000000000004, 0.1, 0.035, 0.17500000000000002, 0.05, 0.25000000000000006, 0.065,
         0.32500000000000007, 0.08, 0.4000000000000001, 0.08, 0.4000000000000001, 0.08, 0.4000000000000001});
}

TEST_CASE("CosineAnnealingLR, also beyond its end") {
  check(maker<CosineAnnealingLR>(5, 0.01), {0.1,
                                            0.5,
                                            0.09140576474687263,
                                            0.45320916362186214,
                                            0.06890576474687263,
                                            0.33070916362186215,
                                            0.04109423525312736,
                                            0.1792908363781379,
                                            0.018594235253127367,
                                            0.0567908363781379,
                                            0.01,
                                            0.01,
                                            0.018594235253127367,
                                            0.05679083637813787,
                                            0.04109423525312739,
                                            0.17929083637813795,
                                            0.06890576474687267,
                                            0.33070916362186226,
                                            0.09140576474687269,
                                            0.45320916362186237,
                                            0.10000000000000006,
                                            0.5000000000000002,
                                            0.09140576474687272,
                                            0.4532091636218625,
                                            0.06890576474687268,
                                            0.3307091636218623});
}

TEST_CASE("CosineAnnealingWarmRestarts") {
  check(maker<CosineAnnealingWarmRestarts>(3, 2, 0.01), {0.1,
                                                         0.5,
                                                         0.0775,
                                                         0.3775,
                                                         0.032500000000000015,
                                                         0.13250000000000006,
                                                         0.1,
                                                         0.5,
                                                         0.09397114317029975,
                                                         0.4671762239271875,
                                                         0.0775,
                                                         0.3775,
                                                         0.05500000000000001,
                                                         0.255,
                                                         0.032500000000000015,
                                                         0.13250000000000006,
                                                         0.01602885682970026,
                                                         0.04282377607281252,
                                                         0.1,
                                                         0.5,
                                                         0.09846666218300808,
                                                         0.4916518274408217});
  TwoGroups groups;
  CosineAnnealingWarmRestarts scheduler(groups.optimizer, 4, 2);
  std::vector<double> expected{0.1,
                               0.5,
                               0.09619397662556434,
                               0.4809698831278217,
                               0.07777851165098011,
                               0.38889255825490054,
                               0.0001541333133436018,
                               0.000770666566718009,
                               0.1,
                               0.5,
                               0.054900857016478045,
                               0.2745042850823902,
                               0.0009607359798384785,
                               0.004803679899192392,
                               0.1,
                               0.5,
                               0.04509914298352197,
                               0.22549571491760984},
      epochs{0.0, 0.5, 1.25, 3.9, 4.0, 7.75, 11.5, 12.0, 20.5};
  for (size_t i = 0; i < epochs.size(); ++i) {
    scheduler.step(epochs[i]);
    CHECK(std::abs(groups.lr(0) - expected[2 * i]) <= 1e-14);
    CHECK(std::abs(groups.lr(1) - expected[2 * i + 1]) <= 1e-14);
  }
}

TEST_CASE("CyclicLR") {
  CyclicLROptions options;
  check(maker<CyclicLR>(0.01, std::vector<double>{0.1, 0.2},
                        CyclicLROptions().step_size_up(3).step_size_down(2)),
        {0.01,
         0.01,
         0.9,
         0.039999999999999994,
         0.07333333333333332,
         0.8666666666666667,
         0.06999999999999999,
         0.13666666666666666,
         0.8333333333333334,
         0.09999999999999999,
         0.19999999999999996,
         0.8,
         0.055,
         0.10499999999999997,
         0.8500000000000001,
         0.01,
         0.01,
         0.9,
         0.04000000000000003,
         0.07333333333333339,
         0.8666666666666667,
         0.06999999999999999,
         0.13666666666666666,
         0.8333333333333334,
         0.09999999999999999,
         0.19999999999999996,
         0.8,
         0.05500000000000005,
         0.10500000000000008,
         0.85,
         0.01,
         0.01,
         0.9,
         0.04000000000000003,
         0.07333333333333339,
         0.8666666666666667},
        true);
  options.step_size_up(2).mode("triangular2").base_momentum(0.7).max_momentum(0.95);
  check(maker<CyclicLR>(0.01, 0.1, options),
        {0.01,
         0.01,
         0.95,
         0.05500000000000001,
         0.05500000000000001,
         0.825,
         0.1,
         0.1,
         0.7,
         0.05500000000000001,
         0.05500000000000001,
         0.825,
         0.01,
         0.01,
         0.95,
         0.0325,
         0.0325,
         0.8875,
         0.05500000000000001,
         0.05500000000000001,
         0.825,
         0.0325,
         0.0325,
         0.8875,
         0.01,
         0.01,
         0.95,
         0.02125,
         0.02125,
         0.91875},
        true);
  options.mode("exp_range").gamma(0.9).cycle_momentum(false);
  check(maker<CyclicLR>(0.01, 0.1, options),
        {0.01,
         0.01,
         0.9,
         0.05050000000000001,
         0.05050000000000001,
         0.9,
         0.0829,
         0.0829,
         0.9,
         0.04280500000000001,
         0.04280500000000001,
         0.9,
         0.01,
         0.01,
         0.9,
         0.03657205000000001,
         0.03657205000000001,
         0.9,
         0.05782969000000001,
         0.05782969000000001,
         0.9,
         0.03152336050000001,
         0.03152336050000001,
         0.9,
         0.01,
         0.01,
         0.9},
        true);
  TwoGroups groups;
  CHECK_THROWS_WITH_AS(CyclicLR(groups.optimizer, 0.01, 0.1, CyclicLROptions().mode("square")),
                       doctest::Contains("mode is invalid"), Error);
}

TEST_CASE("OneCycleLR") {
  check(maker<OneCycleLR>(std::vector<double>{0.1, 1.0}, 12),
        {0.0040000000000000036,
         0.040000000000000036,
         0.95,
         0.0349789654219583,
         0.3497896542195831,
         0.9177302443521267,
         0.08792851591221287,
         0.8792851591221287,
         0.8625744625914449,
         0.09944154354509119,
         0.9944154354509117,
         0.8505584586887436,
         0.09330129698414118,
         0.9330129698414117,
         0.856698729810778,
         0.0811745653949763,
         0.811745653949763,
         0.8688255099070633,
         0.06473789976951033,
         0.6473789976951033,
         0.8852622412794547,
         0.046263710266697504,
         0.46263710266697505,
         0.9037365046793212,
         0.028306099820869922,
         0.28306099820869923,
         0.9216941869558779,
         0.01334775301888306,
         0.1334775301888306,
         0.9366525935914912,
         0.0034566987425395223,
         0.03456698742539522,
         0.9465436874322102,
         4e-07,
         4e-06,
         0.95},
        true);
  check(maker<OneCycleLR>(0.1, 15,
                          OneCycleLROptions()
                              .pct_start(0.4)
                              .anneal_strategy("linear")
                              .three_phase(true)
                              .div_factor(10)
                              .final_div_factor(100)),
        {0.01,
         0.01,
         0.95,
         0.028000000000000004,
         0.028000000000000004,
         0.9299999999999999,
         0.046000000000000006,
         0.046000000000000006,
         0.9099999999999999,
         0.064,
         0.064,
         0.89,
         0.082,
         0.082,
         0.87,
         0.1,
         0.1,
         0.85,
         0.082,
         0.082,
         0.87,
         0.064,
         0.064,
         0.89,
         0.046,
         0.046,
         0.9099999999999999,
         0.027999999999999997,
         0.027999999999999997,
         0.9299999999999999,
         0.009999999999999995,
         0.009999999999999995,
         0.95,
         0.0075250000000000004,
         0.0075250000000000004,
         0.95,
         0.00505,
         0.00505,
         0.95,
         0.002574999999999999,
         0.002574999999999999,
         0.95,
         9.99999999999994e-05,
         9.99999999999994e-05,
         0.95},
        true);
  TwoGroups groups;
  OneCycleLR scheduler(groups.optimizer, 0.1, 3);
  groups.optimizer.step();
  for (int i = 0; i < 3; ++i) scheduler.step();
  CHECK_THROWS_WITH_AS(scheduler.step(), doctest::Contains("total steps is 3"), Error);
}

TEST_CASE("SequentialLR") {
  using Schedulers = std::vector<std::shared_ptr<LRScheduler>>;
  check(
      [](Optimizer& o) {
        Schedulers list{std::make_shared<LinearLR>(o, 0.1, 1.0, 3), std::make_shared<CosineAnnealingLR>(o, 5),
                        std::make_shared<ExponentialLR>(o, 0.5)};
        return std::make_unique<SequentialLR>(o, list, std::vector<int64_t>{3, 8});
      },
      {0.010000000000000002,
       0.05,
       0.04,
       0.19999999999999998,
       0.07,
       0.35,
       0.1,
       0.5,
       0.09045084971874738,
       0.45225424859373686,
       0.06545084971874737,
       0.32725424859373686,
       0.03454915028125263,
       0.17274575140626314,
       0.009549150281252633,
       0.04774575140626316,
       0.1,
       0.5,
       0.05,
       0.25,
       0.025,
       0.125,
       0.0125,
       0.0625});
  check(
      [](Optimizer& o) {
        Schedulers list{std::make_shared<ConstantLR>(o, 0.1, 2),
                        std::make_shared<CosineAnnealingWarmRestarts>(o, 3),
                        std::make_shared<StepLR>(o, 2, 0.5)};
        return std::make_unique<SequentialLR>(o, list, std::vector<int64_t>{2, 6});
      },
      {0.010000000000000002,
       0.05,
       0.010000000000000002,
       0.05,
       0.1,
       0.5,
       0.07500000000000001,
       0.375,
       0.025000000000000012,
       0.12500000000000006,
       0.1,
       0.5,
       0.1,
       0.5,
       0.1,
       0.5,
       0.05,
       0.25,
       0.05,
       0.25,
       0.025,
       0.125});
}

TEST_CASE("ReduceLROnPlateau") {
  auto check_plateau = [](const ReduceLROnPlateauOptions& options, const std::vector<double>& metrics,
                          const std::vector<double>& expected) {
    TwoGroups groups;
    ReduceLROnPlateau scheduler(groups.optimizer, options);
    for (size_t i = 0; i < metrics.size(); ++i) {
      CAPTURE(i);
      scheduler.step(metrics[i]);
      CHECK(std::abs(groups.lr(0) - expected[2 * i]) <= 1e-14);
      CHECK(std::abs(groups.lr(1) - expected[2 * i + 1]) <= 1e-14);
      ReduceLROnPlateau other(groups.optimizer, options);  // what is saved is all there is
      other.load_state_dict(scheduler.state_dict());
      for (const auto& item : scheduler.state_dict()) CHECK(item->equal(other.state_dict()[item.key()]));
    }
  };
  check_plateau(
      ReduceLROnPlateauOptions().factor(0.5).patience(1).cooldown(1).min_lr(std::vector<double>{0.02, 0.1}),
      {1.0, 0.9, 0.9, 0.9, 0.95, 0.9, 0.91, 0.92, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3},
      {0.1,   0.5,   0.1,   0.5,   0.1,  0.5, 0.05, 0.25, 0.05, 0.25, 0.05, 0.25, 0.025, 0.125, 0.025, 0.125,
       0.025, 0.125, 0.025, 0.125, 0.02, 0.1, 0.02, 0.1,  0.02, 0.1,  0.02, 0.1,  0.02,  0.1,   0.02,  0.1});
  check_plateau(ReduceLROnPlateauOptions().mode("max").threshold_mode("abs").threshold(0.05).patience(0),
                {0.5, 0.52, 0.6, 0.64, 0.7},
                {0.1, 0.5, 0.010000000000000002, 0.05, 0.010000000000000002, 0.05, 0.0010000000000000002,
                 0.005000000000000001, 0.0010000000000000002, 0.005000000000000001});
}

TEST_CASE("several schedules work on one optimizer") {
  TwoGroups groups;
  StepLR a(groups.optimizer, 1, 0.5);
  ExponentialLR b(groups.optimizer, 0.5);
  groups.optimizer.step();
  a.step();
  b.step();
  CHECK(groups.lr(0) == doctest::Approx(0.025));
}

TEST_CASE("a scheduler that steps before its optimizer warns, once") {
  TwoGroups groups;
  StepLR scheduler(groups.optimizer, 3);
  std::string text = stderr_of([&] {
    scheduler.step();
    scheduler.step();
  });
  CHECK(text.find("before optimizer.step()") != std::string::npos);
  CHECK(text.find("Warning") == text.rfind("Warning"));
  StepLR proper(groups.optimizer, 3);
  CHECK(stderr_of([&] {
          groups.optimizer.step();
          proper.step();
        }).empty());
}
