// The networks: shapes, the start, copies, files, losses.
#include <cmath>

#include <doctest/doctest.h>

#include <tengen/apps/go/net/loss.h>
#include <tengen/apps/go/net/network.h>
#include <tengen/apps/go/net/planes.h>
#include <tengen/autograd/gradcheck.h>
#include <tengen/io/safetensors.h>

#include "../temporary.h"
#include "net_positions.h"

using namespace net_test;
using namespace tengen;

namespace {

Tensor planes_of(const NetworkImpl& network, const std::vector<Game>& games) {
  const int64_t size = games[0].size();
  Tensor planes = empty({int64_t(games.size()), network.planes(), size, size});
  for (size_t i = 0; i < games.size(); ++i) network.encode(games[i], planes[int64_t(i)].data_ptr<float>());
  return planes;
}

std::vector<NetworkConfig> small_networks() {
  return {NetworkConfig::named("b3c17"), NetworkConfig::named("alphago-zero-b2c16-5x5")};
}

bool same_state(const NetworkImpl& a, const NetworkImpl& b) {
  const auto x = a.state_dict(), y = b.state_dict();
  if (x.keys() != y.keys()) return false;
  for (const auto& [name, tensor] : x.pairs())
    if (!equal(tensor, y[name])) return false;
  return true;
}

}  // namespace

TEST_CASE("networks: names") {
  CHECK(NetworkConfig::named("b10c128") == NetworkConfig{"tengen", 10, 128, 0});
  CHECK(NetworkConfig::named("alphago-zero-b4c32-9x9") == NetworkConfig{"alphago-zero", 4, 32, 9});
  for (const char* name : {"b4c32", "b6c64", "b6c96", "b10c128", "b0c1", "alphago-zero-b20c256-19x19"})
    CHECK(NetworkConfig::named(name).name() == name);
  for (const char* name : {"", "b4", "c32", "b4c32x", "b-1c3", "b4c", "alphago-zero", "alphago-zero-b4c32",
                           "alphago-zero-b4c32-9x8", "b99999999999c1"})
    CHECK_THROWS_AS(NetworkConfig::named(name), Error);
  CHECK_THROWS_WITH_AS(make_network({"resnet", 4, 32, 0}),
                       "network of the unknown kind 'resnet', expected tengen or alphago-zero", Error);
  CHECK_THROWS_AS(make_network({"tengen", 4, 32, 9}), Error);
  CHECK_THROWS_AS(make_network({"alphago-zero", 4, 32, 0}), Error);
  CHECK_THROWS_AS(make_network({"tengen", 4, 0, 0}), Error);
}

TEST_CASE("networks: shapes; policies are log-probabilities; any board size with the same weights") {
  manual_seed(1);
  Network network = make_network(NetworkConfig::named("b3c17"));
  randomize(*network);
  network->eval();
  NoGradGuard guard;
  for (int64_t size : {2, 5, 9, 19}) {
    const auto out = network->forward(planes_of(*network, random_games(int(size), 3)));
    CHECK(out.policy.sizes() == IntArrayRef{3, size * size + 1});
    CHECK(out.reply.sizes() == IntArrayRef{3, size * size + 1});
    CHECK(out.value.sizes() == IntArrayRef{3});
    CHECK(out.score.sizes() == IntArrayRef{3});
    CHECK(out.ownership.sizes() == IntArrayRef{3, size * size});
    for (const Tensor& p : {out.policy, out.reply}) CHECK(allclose(p.exp().sum(1), ones({3})));
    CHECK(out.value.abs().max().item<float>() <= 1);
    CHECK(out.ownership.abs().max().item<float>() <= 1);
  }
  Network zero = make_network(NetworkConfig::named("alphago-zero-b2c16-5x5"));
  const auto out = zero->forward(planes_of(*zero, random_games(5, 3)));
  CHECK(out.policy.sizes() == IntArrayRef{3, 26});
  CHECK(allclose(out.policy.exp().sum(1), ones({3})));
  CHECK(out.value.sizes() == IntArrayRef{3});
  CHECK_FALSE(out.score.defined());
  CHECK_FALSE(out.ownership.defined());
  CHECK_FALSE(out.reply.defined());
}

TEST_CASE("networks: before training every position is even and every move alike") {
  manual_seed(2);
  Network network = make_network(NetworkConfig::named("b2c16"));
  network->eval();
  NoGradGuard guard;
  const auto out = network->forward(planes_of(*network, random_games(9, 4)));
  CHECK(out.value.abs().max().item<float>() == 0);
  CHECK(out.score.abs().max().item<float>() == 0);
  CHECK(out.ownership.abs().max().item<float>() == 0);
  CHECK(allclose(out.policy.exp(), full({4, 82}, 1.0 / 82)));
}

TEST_CASE("networks: folded batch norm gives the same answers, and can be undone") {
  for (const NetworkConfig& config : small_networks()) {
    manual_seed(3);
    Network network = make_network(config);
    randomize(*network);
    network->eval();
    NoGradGuard guard;
    const Tensor planes = planes_of(*network, random_games(5, 6));
    const auto plain = network->forward(planes);
    network->fold();
    const auto folded = network->forward(planes);
    network->fold(false);
    const auto again = network->forward(planes);
    CHECK(allclose(plain.policy, folded.policy, 1e-4, 1e-4));
    CHECK(allclose(plain.value, folded.value, 1e-4, 1e-4));
    CHECK(equal(plain.policy, again.policy));
    if (!plain.score.defined()) continue;
    CHECK(allclose(plain.score, folded.score, 1e-4, 1e-3));
    CHECK(allclose(plain.ownership, folded.ownership, 1e-4, 1e-4));
  }
}

TEST_CASE("networks: a position gets the same answer alone and among others") {
  manual_seed(4);
  Network network = make_network(NetworkConfig::named("b4c32"));
  randomize(*network);
  network->eval();
  network->fold();
  NoGradGuard guard;
  const Tensor planes = planes_of(*network, random_games(9, 5));
  const auto all = network->forward(planes);
  for (int64_t i = 0; i < 5; ++i) {
    const auto one = network->forward(planes.narrow(0, i, 1));
    CHECK(allclose(one.policy[0], all.policy[i], 1e-5, 1e-5));
    CHECK(allclose(one.value[0], all.value[i], 1e-5, 1e-5));
    CHECK(allclose(one.ownership[0], all.ownership[i], 1e-5, 1e-5));
  }
}

TEST_CASE("networks: training steps bring every loss down, and reach every parameter") {
  manual_seed(5);
  Network network = make_network(NetworkConfig::named("b2c16"));
  const auto games = random_games(5, 16);
  const Tensor planes = planes_of(*network, games);
  Targets targets;
  targets.policy = softmax(3 * randn({16, 26}), 1);
  targets.reply = softmax(3 * randn({16, 26}), 1);
  targets.value = randint(0, 3, {16}, kFloat) - 1;
  targets.score = randn({16}) * 10;
  targets.ownership = randint(0, 3, {16, 25}, kFloat) - 1;
  targets.reply_weight = ones({16});
  optim::SGD optimizer(network->parameters(), optim::SGDOptions(0.05).momentum(0.9));
  LossTerms first, last;
  for (int step = 0; step < 60; ++step) {
    last = go_loss(network->forward(planes), targets);
    if (step == 0) first = last;
    optimizer.zero_grad();
    last.total.backward();
    optimizer.step();
  }
  for (const auto& [name, p] : network->named_parameters().pairs()) {
    INFO(name);
    CHECK(p.grad().defined());
    CHECK(p.grad().abs().max().item<float>() > 0);
  }
  const auto value = [](const Tensor& t) { return t.item<float>(); };
  CHECK(value(first.policy) == doctest::Approx(std::log(26)));
  CHECK(value(last.total) < 0.7 * value(first.total));
  CHECK(value(last.policy) < value(first.policy));
  CHECK(value(last.value) < value(first.value));
  CHECK(value(last.score) < value(first.score));
  CHECK(value(last.ownership) < value(first.ownership));
  CHECK(value(last.reply) < value(first.reply));
}

TEST_CASE("losses: AlphaLoss is (z - v)^2 - pi log p, and differentiates itself twice") {
  manual_seed(6);
  const auto options = TensorOptions(kDouble);
  Tensor value = rand({3}, options) - 0.5, z = randint(0, 3, {3}, kDouble) - 1;
  Tensor logits = randn({3, 5}, options), pi = softmax(randn({3, 5}, options), 1);
  const Tensor log_p = log_softmax(logits, 1);
  const Tensor loss = alpha_loss(value, z, log_p, pi);
  for (int64_t i = 0; i < 3; ++i) {
    double expected = std::pow(z[i].item<double>() - value[i].item<double>(), 2);
    for (int64_t j = 0; j < 5; ++j) expected -= pi[i][j].item<double>() * log_p[i][j].item<double>();
    CHECK(loss[i].item<double>() == doctest::Approx(expected));
  }
  value.requires_grad_();
  logits.requires_grad_();
  const auto function = [&](const autograd::variable_list& x) {
    return alpha_loss(x[0], z, log_softmax(x[1], 1), pi);
  };
  CHECK(autograd::gradcheck(function, {value, logits}));
  CHECK(autograd::gradgradcheck(function, {value, logits}));
}

TEST_CASE("losses: terms and their weights; what is undefined is left out") {
  NetworkOutput output;
  output.policy = log_softmax(zeros({2, 5}), 1);
  output.value = torch::tensor({0.5f, -1.0f});
  Targets targets;
  targets.policy = torch::tensor({{1.0f, 0.0f, 0.0f, 0.0f, 0.0f}, {0.5f, 0.5f, 0.0f, 0.0f, 0.0f}});
  targets.value = torch::tensor({1.0f, 1.0f});
  targets.score = zeros({2});  // no such output
  LossTerms terms = go_loss(output, targets);
  CHECK(terms.policy.item<float>() == doctest::Approx(std::log(5)));
  CHECK(terms.value.item<float>() == doctest::Approx((0.25 + 4) / 2));
  CHECK(terms.total.item<float>() ==
        doctest::Approx(
            alpha_loss(output.value, targets.value, output.policy, targets.policy).mean().item<float>()));
  CHECK_FALSE(terms.score.defined());
  CHECK_FALSE(terms.ownership.defined());
  CHECK_FALSE(terms.reply.defined());

  output.score = torch::tensor({10.0f, 60.0f});
  output.ownership = torch::tensor({{1.0f, 0.0f, 0.0f, 0.0f}, {-1.0f, 0.0f, 0.0f, 0.0f}});
  targets.ownership = torch::tensor({{1.0f, 1.0f, 0.0f, 0.0f}, {1.0f, 0.0f, 0.0f, 0.0f}});
  output.reply = output.policy;
  targets.reply = targets.policy;
  targets.reply_weight = torch::tensor({1.0f, 0.0f});
  LossWeights weights;
  weights.policy = 2, weights.value = 3, weights.score = 5, weights.ownership = 7, weights.reply = 11;
  terms = go_loss(output, targets, weights);
  CHECK(terms.score.item<float>() == doctest::Approx((0.125 + 2.5) / 2));  // 0.5 and 3 units
  CHECK(terms.ownership.item<float>() == doctest::Approx((1 + 4) / 8.0));
  CHECK(terms.reply.item<float>() == doctest::Approx(std::log(5) / 2));
  CHECK(terms.total.item<float>() ==
        doctest::Approx(2 * std::log(5) + 3 * 2.125 + 5 * 1.3125 + 7 * 0.625 + 11 * std::log(5) / 2));
  CHECK_THROWS_AS(go_loss(output, {}), Error);
}

TEST_CASE("network files: every parameter and buffer comes back, with the facts") {
  // SuperGo's loader returned after the first of its three networks.
  const TemporaryFolder folder;
  for (const NetworkConfig& config : small_networks()) {
    manual_seed(8);
    Network network = make_network(config);
    randomize(*network);
    const std::string path = folder / "net.safetensors";
    save_network(path, *network, {{"step", "42"}});
    Facts facts;
    Network loaded = load_network(path, &facts);
    CHECK(loaded->config() == config);
    CHECK(facts["step"] == "42");
    CHECK_FALSE(loaded->is_training());
    CHECK(same_state(*network, *loaded));
    CHECK(network->state_dict().size() > 30);

    const std::string bytes = save_network_bytes(*network, {{"step", "42"}});
    CHECK(bytes == folder.read("net.safetensors"));
    CHECK(same_state(*network, *load_network_bytes(bytes, "row 7")));

    network->eval();
    const Tensor planes = planes_of(*network, random_games(5, 3));
    NoGradGuard guard;
    CHECK(equal(network->forward(planes).policy, loaded->forward(planes).policy));
    CHECK(equal(network->forward(planes).value, loaded->forward(planes).value));
    CHECK(same_state(*network, *copy_network(*network)));
  }
}

TEST_CASE("network files: what is wrong is said, with the file's name") {
  manual_seed(9);
  Network network = make_network(NetworkConfig::named("b1c16"));
  const std::string good = save_network_bytes(*network);
  const auto message = [](const std::string& bytes) {
    return error_of([&] { load_network_bytes(bytes, "row 7"); });
  };
  const auto changed = [&](const auto& change) {
    io::SafeTensors file = io::parse_safetensors(good, "good");
    change(file);
    std::vector<std::pair<std::string, Tensor>> tensors(file.tensors.begin(), file.tensors.end());
    return message(io::safetensors_bytes(tensors, file.metadata));
  };
  const auto says = [](const std::string& text, std::initializer_list<const char*> parts) {
    INFO(text);
    CHECK(contains(text, "row 7"));
    for (const char* part : parts) {
      INFO(part);
      CHECK(contains(text, part));
    }
  };
  CHECK(changed([](auto&) {}).empty());
  says(changed([](auto& file) { file.tensors.erase("value.weight"); }), {"value.weight"});
  says(changed([](auto& file) { file.tensors["more"] = ones({2}); }), {"more"});
  says(changed([](auto& file) { file.tensors["owner.bias"] = ones({2}); }), {"owner.bias", "[2]", "[1]"});
  says(changed([](auto& file) { file.tensors["owner.bias"] = full({1}, NAN); }),
       {"owner.bias", "not finite"});
  says(changed([](auto& file) { file.tensors["owner.bias"] += 0.5; }), {"check sum"});
  says(changed([](auto& file) { file.metadata["channels"] = "24"; }), {"24 channels", "numbers only"});
  says(changed([](auto& file) { file.metadata["channels"] = "8"; }), {"stem.conv.weight"});
  says(changed([](auto& file) { file.metadata["channels"] = "many"; }), {"channels", "many", "number"});
  says(changed([](auto& file) { file.metadata["channels"] = "1000000000"; }),
       {"1000000000 channels", "numbers only"});
  says(changed([](auto& file) { file.metadata["kind"] = "resnet"; }), {"resnet", "alphago-zero"});
  says(changed([](auto& file) { file.metadata["format"] = "tengen-go network 9"; }),
       {"network 9", "network 1"});
  says(changed([](auto& file) { file.metadata["planes"] = "17"; }), {"17", "18"});
  says(changed([](auto& file) { file.metadata.clear(); }), {"format", "tengen-go"});
  says(message(""), {"truncated"});
  says(message("garbage, and more of it than eight bytes"), {});
  for (size_t length : {size_t(4), size_t(20), good.size() / 2, good.size() - 1})
    says(message(good.substr(0, length)), {});
  says(message(good + "x"), {"after the last tensor"});

  const TemporaryFolder folder;
  const std::string path = folder / "none.safetensors";
  CHECK(contains(error_of([&] { load_network(path); }), path));
  folder.write("short.safetensors", good.substr(0, 1000));
  CHECK(
      contains(error_of([&] { load_network(folder / "short.safetensors"); }), folder / "short.safetensors"));
}
