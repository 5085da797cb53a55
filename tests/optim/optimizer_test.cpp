// Steps against PyTorch's numbers (float64), parameter groups, state, averages.
#include <doctest/doctest.h>

#include <cmath>

#include <tengen/autograd/ops/ops.h>
#include <tengen/optim/optim.h>

using namespace tengen;
using namespace tengen::optim;

namespace {

struct Problem {
  Tensor p = tensor({0.5, -1.0, 2.0, 3.0}, kDouble).requires_grad_();
  Tensor q = tensor({{1.0, -2.0}, {0.25, 0.75}}, kDouble).requires_grad_();

  std::vector<Tensor> parameters() const { return {p, q}; }
  Tensor loss(int i) const {
    Tensor scale = tensor({1.0, 2.0, 0.5, 0.1}, kDouble);
    return (p * p * scale).sum() + (q.sin() * (i + 1)).sum() + p[0] * q[0][0];
  }
  void steps(Optimizer& optimizer, int from, int to) const {
    for (int i = from; i < to; ++i) {
      optimizer.zero_grad();
      loss(i).backward();
      optimizer.step();
    }
  }
  std::vector<double> values() const {
    std::vector<double> out;
    for (const Tensor& t : parameters())
      for (int64_t i = 0; i < 4; ++i) out.push_back(t.detach().reshape(-1)[i].item<double>());
    return out;
  }
};

void check_close(const std::vector<double>& found, const std::vector<double>& expected,
                 double tolerance = 1e-13) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(found[i] - expected[i]) <= tolerance);
  }
}

template <class Opt, class Options>
void check_steps(const Options& options, const std::vector<double>& expected, double tolerance = 1e-13) {
  Problem problem;
  Opt optimizer(problem.parameters(), options);
  problem.steps(optimizer, 0, 5);
  check_close(problem.values(), expected, tolerance);

  // Interrupted after two steps and continued from saved state: the same numbers.
  Problem first, second;
  Opt before(first.parameters(), options);
  first.steps(before, 0, 2);
  Opt after(second.parameters(), Options(0.7));
  after.load_state_dict(before.state_dict());
  NoGradGuard no_grad;
  second.p.copy_(first.p);
  second.q.copy_(first.q);
  AutoGradMode record(true);
  second.steps(after, 2, 5);
  check_close(second.values(), problem.values(), 0);

  // Parameters that are not contiguous are stepped too.
  Problem strided;
  strided.q = tensor({{1.0, 0.25}, {-2.0, 0.75}}, kDouble).t().requires_grad_();
  Opt other(strided.parameters(), options);
  strided.steps(other, 0, 5);
  check_close(strided.values(), expected, tolerance);
}

}  // namespace

TEST_CASE("SGD steps as PyTorch does") {
  check_steps<SGD>(SGDOptions(0.1), {-0.025778300832959, -0.07776, 1.18098, 2.7117623904, -0.343164220167199,
                                     -1.63731714306209, -1.096428885135387, -0.62182322611549});
  check_steps<SGD>(SGDOptions(0.1).momentum(0.9).dampening(0.3).weight_decay(0.01),
                   {-0.69313233669767, 0.835264404755254, 0.253524925683953, 2.367499762466598,
                    -1.013699244098452, -1.396384231377054, -1.817874935753269, -1.273985350951093});
  check_steps<SGD>(SGDOptions(0.05).momentum(0.9).nesterov(true).weight_decay(0.02),
                   {-0.37531333878631, 0.41636007381371, 0.610390378394372, 2.469036752007431,
                    -0.905969869265223, -1.47623106692806, -1.621039787421079, -1.172079657796168});
}

TEST_CASE("Adam and AdamW step as PyTorch does") {
  check_steps<Adam>(AdamOptions(0.1),
                    {0.015902823240153, -0.507963657932903, 1.502955782592986, 2.501779463925463,
                     0.509139125610447, -1.512274120864894, -0.234361859180713, 0.270161454189887});
  check_steps<Adam>(AdamOptions(0.1).betas({0.8, 0.9}).eps(1e-6).weight_decay(0.1).amsgrad(true),
                    {0.018616469768275, -0.508652414755634, 1.503219626056116, 2.501944327605141,
                     0.505144794611794, -1.511329446389201, -0.238603550549081, 0.264010335657993});
  check_steps<AdamW>(AdamWOptions(0.1),
                     {0.014561848858352, -0.504080088758317, 1.494045695356757, 2.48786931726857,
                      0.505177868902214, -1.504837089803293, -0.234634933233265, 0.267412335822946});
  check_steps<AdamW>(AdamWOptions(0.05).betas({0.7, 0.95}).weight_decay(0.2).amsgrad(true),
                     {0.237262907260303, -0.710307532383078, 1.659271311736386, 2.609655125178474,
                      0.697489879707543, -1.652044713609585, -0.01425714931332, 0.461694586564169});
}

TEST_CASE("RMSprop and Adagrad step as PyTorch does") {
  check_steps<RMSprop>(RMSpropOptions(0.05),
                       {0.182364455050688, -0.049155053449442, 0.677689193660099, 1.563768453472095,
                        -1.005227541150143, -1.400493025867789, -1.482883417089597, -1.219273466938681});
  check_steps<RMSprop>(RMSpropOptions(0.05).alpha(0.9).momentum(0.8).centered(true).weight_decay(0.05),
                       {-0.428234634502101, 0.183424734748356, 0.632236432017352, 1.581459752840411,
                        -0.760025402208109, -1.354866142965703, -1.469483191239064, -1.043112820922192});
  check_steps<Adagrad>(AdagradOptions(0.3).lr_decay(0.1).weight_decay(0.02).initial_accumulator_value(0.1),
                       {-0.02744549989392, -0.316138847927602, 1.22894554860337, 2.245300458245468,
                        -0.038209679468519, -1.564311620980805, -0.768595091132189, -0.300949603025817});
}

TEST_CASE("float32 steps follow float64 ones") {
  for (bool adam : {false, true}) {
    Tensor wide = linspace(-1, 1, 100'000, kDouble), narrow = wide.to(kFloat);
    wide.set_requires_grad(true);
    narrow.set_requires_grad(true);
    for (const Tensor& p : {wide, narrow}) {
      std::unique_ptr<Optimizer> optimizer;
      if (adam)
        optimizer = std::make_unique<AdamW>(std::vector<Tensor>{p}, AdamWOptions(0.01));
      else
        optimizer =
            std::make_unique<SGD>(std::vector<Tensor>{p}, SGDOptions(0.1).momentum(0.9).nesterov(true));
      for (int i = 0; i < 3; ++i) {
        optimizer->zero_grad();
        (p * p).sum().backward();
        optimizer->step();
      }
    }
    CHECK(wide.detach().allclose(narrow.detach().to(kDouble), 1e-5, 1e-5));
  }
}

TEST_CASE("parameter groups have options of their own") {
  Tensor a = ones({2}).requires_grad_(), b = ones({2}).requires_grad_(), c = ones({2}).requires_grad_();
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{a});
  groups.emplace_back(std::vector<Tensor>{b}, std::make_unique<SGDOptions>(SGDOptions(0.5)));
  SGD optimizer(groups, SGDOptions(0.25));
  optimizer.add_param_group(OptimizerParamGroup({c}));
  CHECK(optimizer.size() == 3);
  CHECK(optimizer.param_groups()[0].options().get_lr() == 0.25);
  static_cast<SGDOptions&>(optimizer.param_groups()[2].options()).lr(1.0);
  (a + b + c).sum().backward();
  optimizer.step();
  CHECK(a.equal(full({2}, 0.75)));
  CHECK(b.equal(full({2}, 0.5)));
  CHECK(c.equal(full({2}, 0.0)));
}

TEST_CASE("a step writes in place and counts as a write") {
  Tensor p = ones({3}).requires_grad_();
  Tensor y = (p * p).sum();
  SGD optimizer({p}, 0.1);
  p.mutable_grad() = ones({3});
  optimizer.step();
  CHECK_THROWS_WITH_AS(y.backward(), doctest::Contains("modified by an inplace operation"), Error);
}

TEST_CASE("zero_grad, closures and what is wrong") {
  Tensor p = ones({2}).requires_grad_();
  SGD optimizer({p}, 0.1);
  auto closure = [&] {
    optimizer.zero_grad();
    Tensor loss = (p * p).sum();
    loss.backward();
    return loss;
  };
  CHECK(optimizer.step(closure).item<float>() == 2);
  CHECK(p[0].item<float>() == doctest::Approx(0.8f));
  optimizer.zero_grad(/*set_to_none=*/false);
  CHECK(p.grad().equal(zeros({2})));
  optimizer.zero_grad();
  CHECK(!p.grad().defined());
  optimizer.step();  // nothing has a gradient: nothing moves
  CHECK(p[0].item<float>() == doctest::Approx(0.8f));

  CHECK_THROWS_WITH_AS(SGD({p}, -1.0), doctest::Contains("Invalid learning rate"), Error);
  CHECK_THROWS_WITH_AS(SGD({p}, SGDOptions(0.1).nesterov(true)), doctest::Contains("Nesterov"), Error);
  CHECK_THROWS_WITH_AS(SGD({p, p}, 0.1), doctest::Contains("more than one parameter group"), Error);
  CHECK_THROWS_WITH_AS(SGD({p * 2}, 0.1), doctest::Contains("non-leaf"), Error);
  CHECK_THROWS_WITH_AS(Adam({p}, AdamOptions().betas({1.0, 0.9})),
                       doctest::Contains("beta parameter at index 0"), Error);
}

TEST_CASE("optimizer state has PyTorch's names and refuses other optimizers' shapes") {
  Problem problem;
  Adam optimizer(problem.parameters(), AdamOptions(0.1));
  problem.steps(optimizer, 0, 2);
  StateDict state = optimizer.state_dict();
  CHECK(state["state.0.exp_avg"].sizes() == IntArrayRef({4}));
  CHECK(state["state.1.step"].item<int64_t>() == 2);
  CHECK(state["param_groups.0.lr"].item<double>() == 0.1);
  CHECK(state["param_groups.0.betas"].numel() == 2);
  CHECK(state["param_groups.0.params"].numel() == 2);

  Adam one({problem.p}, AdamOptions(0.1));
  CHECK_THROWS_WITH_AS(one.load_state_dict(state), doctest::Contains("doesn't match the size"), Error);
  Tensor other = ones({5}, kDouble).requires_grad_();
  Adam shapes({other, problem.q}, AdamOptions(0.5));
  CHECK_THROWS_WITH_AS(shapes.load_state_dict(state), doctest::Contains("expected shape [5], but got [4]"),
                       Error);
  CHECK(shapes.param_groups()[0].options().get_lr() == 0.5);
  CHECK(shapes.state().empty());
}

TEST_CASE("averages of parameters") {
  Tensor p = tensor({1.0, 2.0}, kDouble), count = tensor({3}, kLong);
  AveragedModel mean({p, count}), ema({p}, ema_decay(0.9));
  p.fill_(4.0);
  count.fill_(7);
  mean.update();
  ema.update();
  p.fill_(7.0);
  mean.update();
  CHECK(mean.averages()[0].allclose(tensor({4.0, 13.0 / 3}, kDouble)));
  CHECK(mean.averages()[1].item<int64_t>() == 7);
  CHECK(ema.averages()[0].allclose(tensor({1.3, 2.2}, kDouble)));
  mean.swap();
  CHECK(p.allclose(tensor({4.0, 13.0 / 3}, kDouble)));
  CHECK(mean.averages()[0].allclose(tensor({7.0, 7.0}, kDouble)));
  CHECK(ramped_ema_decay(0.9999, 2000)(100) == doctest::Approx(0.9999 * (1 - std::exp(-0.05))));
}

TEST_CASE("optimizers step 16-bit parameters as float32 ones, rounded at the end of a step") {
  for (ScalarType type : {kBFloat16, kHalf}) {
    const double ulp = type == kHalf ? 0x1p-10 : 0x1p-7;
    const auto run = [&](auto make, ScalarType t) {
      Tensor p = tensor({0.5, -1.0, 2.0, 3.0}).to(type).to(t).set_requires_grad(true);
      auto optimizer = make(std::vector<Tensor>{p});
      for (int i = 0; i < 3; ++i) {
        optimizer.zero_grad();
        (p * p).sum().backward();
        CHECK(p.grad().dtype() == t);
        optimizer.step();
      }
      return p.detach();
    };
    const auto check = [&](auto make) {
      const Tensor narrow = run(make, type), wide = run(make, kFloat);
      CHECK(narrow.dtype() == type);
      CHECK(allclose(narrow.to(kFloat), wide, 4 * ulp, 4 * ulp));
      CHECK(!narrow.to(kFloat).equal(tensor({0.5f, -1.0f, 2.0f, 3.0f})));
    };
    check([](std::vector<Tensor> p) { return SGD(p, SGDOptions(0.1).momentum(0.9).weight_decay(0.01)); });
    check([](std::vector<Tensor> p) { return Adam(p, AdamOptions(0.1).amsgrad(true)); });
    check([](std::vector<Tensor> p) { return AdamW(p, AdamWOptions(0.1)); });
    check([](std::vector<Tensor> p) { return RMSprop(p, RMSpropOptions(0.1)); });
    check([](std::vector<Tensor> p) { return Adagrad(p, AdagradOptions(0.1)); });
  }
}

// Values of PyTorch 2.15 (Lion: of the formula), after five steps.
TEST_CASE("Adadelta, Adamax, NAdam, RAdam, ASGD, Rprop and Lion agree with PyTorch") {
  constexpr double kFloatState = 1e-8;  // PyTorch keeps numbers of these two in float32
  check_steps<Adadelta>(AdadeltaOptions(0.5).rho(0.8).weight_decay(0.1),
                        {0.49395513337533936, -0.9939502501992508, 1.9939462072544356, 2.9939448766380816,
                         0.9921058023692746, -1.9917675806437412, 0.24138615280641793, 0.741449326385601});
  check_steps<Adamax>(AdamaxOptions(0.1).weight_decay(0.1),
                      {0.07584846853015467, -0.551553802042264, 1.5257775473565713, 2.5169635974427167,
                       0.6076440837065944, -1.5562292600779732, -0.12509464766636685, 0.3808060165220696});
  check_steps<NAdam>(NAdamOptions(0.1).weight_decay(0.1),
                     {0.1455409902314438, -0.623662889854204, 1.6084596259272574, 2.6037987519892196,
                      0.5092614339944853, -1.5912096120469195, -0.24890489639742122, 0.2436712336801828},
                     kFloatState);
  check_steps<NAdam>(NAdamOptions(0.1).weight_decay(0.1).decoupled_weight_decay(true),
                     {0.13306951427086194, -0.5865556401627319, 1.522230029249721, 2.4685181443249724,
                      0.46547671744486413, -1.547097693831466, -0.25211231131506007, 0.21400173262916147},
                     kFloatState);
  check_steps<RAdam>(RAdamOptions(0.1).betas({0.9, 0.9}).weight_decay(0.1),
                     {-0.24014694922276644, 0.2683836647036383, 1.0262426477770348, 2.564516585647885,
                      0.06129330042918146, -1.5971186890457405, -0.7717528326861731, -0.1616817840501775});
  check_steps<RAdam>(RAdamOptions(0.1),
                     {-0.23452957660224405, 0.2531530366356345, 1.104728390203796, 2.7064761117514715,
                      0.11253595499562635, -1.6619203151244553, -0.7671580402171964, -0.124906143679577});
  check_steps<ASGD>(ASGDOptions(0.1).lambd(0.01).t0(2).weight_decay(0.1),
                    {-0.021724463716816272, -0.0712593102239414, 1.1115893394195122, 2.563563429159,
                     -0.3887048541956928, -1.5950667311855116, -1.086203363250054, -0.6448745508998746},
                    kFloatState);
  check_steps<Rprop>(RpropOptions(0.1).etas({0.5, 1.3}),
                     {-0.40431000000000006, -0.09568999999999994, 1.0956899999999998, 2.09569,
                      0.09568999999999994, -1.3813, -0.6543100000000001, -0.15431000000000009});
  check_steps<Lion>(LionOptions(0.1).weight_decay(0.2),
                    {-0.02843561759999999, -0.4235247808, 1.3274455775999994, 2.2313663743999994,
                     0.4235247808, -1.5274455775999995, -0.2544158168, 0.19754458160000007});
}

TEST_CASE("LBFGS agrees with PyTorch on Rosenbrock's function, with and without a line search") {
  struct Expected {
    double loss;
    std::vector<double> x;
    int64_t calls, iterations;
  };
  const auto check = [](const LBFGSOptions& options, const std::vector<Expected>& expected) {
    Tensor x = tensor({-1.2, 1.0, -0.5}, kDouble).requires_grad_();
    auto optimizer = std::make_unique<LBFGS>(std::vector<Tensor>{x}, options);
    const auto closure = [&] {
      optimizer->zero_grad();
      const Tensor a = x.slice(0, 0, 2), b = x.slice(0, 1, 3);
      const Tensor loss = (100 * (b - a * a).square() + (1 - a).square()).sum();
      loss.backward();
      return loss;
    };
    for (const Expected& step : expected) {
      CHECK(optimizer->step(closure).item<double>() == doctest::Approx(step.loss).epsilon(1e-9));
      for (int64_t i = 0; i < 3; ++i)
        CHECK(x[i].item<double>() == doctest::Approx(step.x[size_t(i)]).epsilon(1e-8));
      const auto& state =
          static_cast<const LBFGSParamState&>(*optimizer->state().at(x.unsafeGetTensorImpl()));
      CHECK(state.func_evals() == step.calls);
      CHECK(state.n_iter() == step.iterations);
      // Saved, and continued by another one.
      auto next = std::make_unique<LBFGS>(std::vector<Tensor>{x}, options);
      next->load_state_dict(optimizer->state_dict());
      optimizer = std::move(next);
    }
  };
  check(LBFGSOptions().max_iter(6).line_search_fn("strong_wolfe"),
        {{249.2, {-0.5900147723263406, 0.3602083516044971, 0.1335207646141433}, 7, 6},
         {2.9535211882355865, {-0.3310854717651485, 0.13141624105479247, -0.018198691675144898}, 14, 9},
         {2.699548829133282, {0.01410213454569903, -0.029861724405898106, 0.016054567222831394}, 21, 15}});
  check(LBFGSOptions(0.1).max_iter(4).history_size(3),
        {{249.2, {-1.0953489464840969, 0.8620902849358142, -0.35602336754395264}, 4, 4},
         {136.64269605035332, {-1.0098614577413787, 0.7937288599936705, -0.13438387306870062}, 8, 8},
         {67.62293048285994, {-0.9584888352228469, 0.7704039772538943, 0.08494234486099823}, 12, 12}});
  check(LBFGSOptions().max_iter(10).history_size(2).line_search_fn("strong_wolfe"),
        {{249.2, {-0.35778116054271364, 0.11456105196943994, 0.005556161860304436}, 13, 9},
         {2.651379700000239, {0.30409744554457496, 0.05868915604169843, -0.005164696412285116}, 25, 16},
         {1.49190821134164, {0.8755771898755185, 0.7674561871404347, 0.5685646578913185}, 38, 26}});
}

TEST_CASE("LBFGS: one group, a closure, and a search that exists") {
  const Tensor x = zeros({2}, requires_grad()), y = zeros({2}, requires_grad());
  const auto message = [](const auto& body) -> std::string {
    try {
      body();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  LBFGS optimizer({x});
  CHECK(message([&] { optimizer.step(nullptr); }).find("requires a closure") != std::string::npos);
  CHECK(message([&] { LBFGS({x}, LBFGSOptions().line_search_fn("armijo")); }).find("only 'strong_wolfe'") !=
        std::string::npos);
  CHECK(message([&] {
          LBFGS(std::vector<OptimizerParamGroup>{OptimizerParamGroup({x}), OptimizerParamGroup({y})});
        }).find("parameter groups") != std::string::npos);
  Optimizer::StateDict state = LBFGS({y}).state_dict();
  CHECK(message([&] { optimizer.load_state_dict(state); }).empty());
}

TEST_CASE("ReduceLROnPlateauScheduler: LibTorch's class") {
  const Tensor x = zeros({2}, requires_grad());
  SGD optimizer({x}, SGDOptions(1));
  ReduceLROnPlateauScheduler scheduler(optimizer, ReduceLROnPlateauScheduler::max, 0.5f, 1, 0.1,
                                       ReduceLROnPlateauScheduler::abs, 0, {0.3f});
  std::vector<double> rates;
  for (float metric : {1.f, 1.05f, 1.05f, 1.2f, 1.2f, 1.2f, 1.2f, 1.2f, 1.2f}) {
    scheduler.step(metric);
    rates.push_back(optimizer.param_groups()[0].options().get_lr());
  }
  CHECK(rates[1] == 1);
  CHECK(rates[2] == 0.5);
  CHECK(rates[4] == 0.5);
  CHECK(rates[5] == doctest::Approx(0.3));
  CHECK(rates.back() == doctest::Approx(0.3));
}
