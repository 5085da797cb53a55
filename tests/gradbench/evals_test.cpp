// The evals at small sizes: known results, differences of the value, and the derivatives written by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <sstream>

#include <tengen/bench/gradbench/evals.h>
#include <nlohmann/json.hpp>

using gradbench::Functions;
using gradbench::json;

namespace {

json evaluate(const Functions& functions, const std::string& function, const json& input) {
  const json message{
      {"id", 0}, {"kind", "evaluate"}, {"module", "eval"}, {"function", function}, {"input", input}};
  std::istringstream in(message.dump() + "\n");
  std::ostringstream out;
  gradbench::serve("tengen", "eval", functions, in, out);
  const json reply = json::parse(out.str());
  REQUIRE_MESSAGE(reply.at("success") == true, reply.dump());
  return reply.at("output");
}

std::vector<double> flat(const json& values) {
  if (!values.is_structured()) return {values.get<double>()};
  std::vector<double> result;
  for (const json& value : values) {
    const std::vector<double> inner = flat(value);
    result.insert(result.end(), inner.begin(), inner.end());
  }
  return result;
}

void check_close(const json& got, const json& expected, double tolerance = 1e-10) {
  const std::vector<double> a = flat(got), b = flat(expected);
  REQUIRE(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    CHECK(a[i] == doctest::Approx(b[i]).epsilon(tolerance));
  }
}

// Derivatives of all outputs of `function` by the number at `where`, by central differences.
std::vector<double> difference(const Functions& functions, const std::string& function, json input,
                               const json::json_pointer& where) {
  constexpr double kStep = 1e-5;
  const double x = input[where];
  input[where] = x + kStep;
  std::vector<double> above = flat(evaluate(functions, function, input));
  input[where] = x - kStep;
  const std::vector<double> below = flat(evaluate(functions, function, input));
  for (size_t i = 0; i < above.size(); ++i) above[i] = (above[i] - below[i]) / (2 * kStep);
  return above;
}

json randoms(std::mt19937& generator, std::vector<size_t> shape) {
  if (shape.empty()) return std::uniform_real_distribution<double>(-1, 1)(generator);
  json list = json::array();
  const size_t count = shape.front();
  shape.erase(shape.begin());
  for (size_t i = 0; i < count; ++i) list.push_back(randoms(generator, shape));
  return list;
}

}  // namespace

TEST_CASE("gradbench det") {
  const json input{{"ell", 3}, {"A", {2, 0, 1, 3, 1, 4, 1, 5, 9}}};
  CHECK(evaluate(gradbench::det(), "primal", input) == -8.0);
  check_close(evaluate(gradbench::det(), "gradient", input), {-11, -23, 14, 5, 17, -10, -1, -5, 2});
}

TEST_CASE("gradbench lse") {
  const json input{{"x", {1000.0, 1000.0 + std::log(3.0)}}};
  check_close(evaluate(gradbench::lse(), "primal", input), 1000 + std::log(4.0));
  check_close(evaluate(gradbench::lse(), "gradient", input), {0.25, 0.75});
}

TEST_CASE("gradbench llsq") {  // t = -1, 0, 1
  const json input{{"n", 3}, {"x", {0.5, 0.25, 2.0}}};
  check_close(evaluate(gradbench::llsq(), "primal", input), (3.25 * 3.25 + 0.5 * 0.5 + 1.75 * 1.75) / 2);
  check_close(evaluate(gradbench::llsq(), "gradient", input), {3.25 + 0.5 + 1.75, -3.25 + 1.75, 3.25 + 1.75});
}

TEST_CASE("gradbench ode: the solution is a polynomial, which the method gives exactly") {
  const std::vector<double> x{0.5, 0.75, 1.5};
  const double y1 = 2 * x[0], y2 = y1 * x[1], y3 = y2 * x[2] * 2 / 3;
  const json input{{"s", 3}, {"x", x}};
  check_close(evaluate(gradbench::ode(), "primal", input), {y1, y2, y3});
  check_close(evaluate(gradbench::ode(), "gradient", input), {y3 / x[0], y3 / x[1], y3 / x[2]});
}

TEST_CASE("gradbench kmeans: the step leads to the means") {
  const json input{{"points", {{0.0, 1.0}, {0.0, 3.0}, {5.0, 5.0}}}, {"centroids", {{0.0, 1.0}, {5.0, 4.0}}}};
  check_close(evaluate(gradbench::kmeans(), "cost", input), 4 + 1);
  check_close(evaluate(gradbench::kmeans(), "dir", input), {{0, -1}, {0, -1}});
}

TEST_CASE("gradbench gmm") {
  std::mt19937 random(1);
  const json input{{"d", 3},
                   {"k", 2},
                   {"n", 4},
                   {"m", 1},
                   {"gamma", 1.5},
                   {"x", randoms(random, {4, 3})},
                   {"alpha", randoms(random, {2})},
                   {"mu", randoms(random, {2, 3})},
                   {"q", randoms(random, {2, 3})},
                   {"l", randoms(random, {2, 3})}};
  const json gradient = evaluate(gradbench::gmm(), "jacobian", input);
  for (const std::string place : {"/alpha/1", "/mu/0/2", "/q/1/0", "/l/0/0", "/l/1/1", "/l/0/2"}) {
    const json::json_pointer where(place);
    check_close(gradient.at(where), difference(gradbench::gmm(), "objective", input, where), 1e-7);
  }
  // One component around one point at its mean: all that is left are the normalizations.
  const json plain{
      {"d", 1},       {"k", 1},         {"n", 1},        {"m", 0},       {"gamma", 1.0},
      {"x", {{0.5}}}, {"alpha", {0.3}}, {"mu", {{0.5}}}, {"q", {{0.0}}}, {"l", json::array({json::array()})}};
  check_close(evaluate(gradbench::gmm(), "objective", plain),
              -0.5 * std::log(2 * M_PI) - 0.5 - std::log(2.0) - std::lgamma(1.0));
}

TEST_CASE("gradbench lstm") {
  std::mt19937 random(2);
  const json input{{"main_params", randoms(random, {4, 12})},
                   {"extra_params", randoms(random, {3, 3})},
                   {"state", randoms(random, {4, 3})},
                   {"sequence", randoms(random, {5, 3})}};
  const json gradient = evaluate(gradbench::lstm(), "jacobian", input);
  check_close(evaluate(gradbench::lstm(), "objective", input),
              evaluate(gradbench::manual::lstm(), "objective", input));
  check_close(gradient, evaluate(gradbench::manual::lstm(), "jacobian", input));
  for (const auto& [place, index] :
       {std::pair{"/main_params/0/4", 4}, {"/main_params/3/11", 47}, {"/extra_params/1/2", 53}})
    check_close(gradient[size_t(index)],
                difference(gradbench::lstm(), "objective", input, json::json_pointer(place)), 1e-6);
}

TEST_CASE("gradbench ba") {
  json input{{"n", 2},
             {"m", 3},
             {"p", 12},
             {"cam", {0.3, -0.2, 0.5, 1.0, 2.0, 3.0, 400.0, 5.0, 6.0, 0.1, 0.01}},
             {"x", {4.0, 5.0, 9.0}},
             {"w", 0.4},
             {"feat", {100.0, 200.0}}};
  SUBCASE("a turned camera") {}
  SUBCASE("a camera without rotation") { input["cam"][0] = input["cam"][1] = input["cam"][2] = 0.0; }
  const json jacobian = evaluate(gradbench::ba(), "jacobian", input);
  const json by_hand = evaluate(gradbench::manual::ba(), "jacobian", input);
  CHECK(jacobian["rows"] == by_hand["rows"]);
  CHECK(jacobian["cols"] == by_hand["cols"]);
  check_close(jacobian["vals"], by_hand["vals"]);
  CHECK(jacobian["vals"].size() == 31);
  CHECK(jacobian["rows"].back() == 31 * 12);
  CHECK(jacobian["cols"].back() == 11 * 2 + 3 * 3 + 11);
  const json objective = evaluate(gradbench::ba(), "objective", input);
  check_close(objective, evaluate(gradbench::manual::ba(), "objective", input));
  CHECK(objective["w_err"]["repeated"] == 12);
  if (input["cam"][0] == 0.0) return;  // the definition jumps there
  for (const auto& [place, column] :
       {std::pair{"/cam/1", 1}, {"/cam/4", 4}, {"/cam/6", 6}, {"/cam/10", 10}, {"/x/2", 13}}) {
    const auto slope = difference(gradbench::ba(), "objective", input, json::json_pointer(place));
    check_close(jacobian["vals"][size_t(column)], slope[0], 1e-6);
    check_close(jacobian["vals"][size_t(15 + column)], slope[1], 1e-6);
  }
}

TEST_CASE("gradbench ht") {
  std::mt19937 random(3);
  std::vector<int> parents{-1};
  for (int finger = 0; finger < 5; ++finger)
    for (int joint = 0; joint < 4; ++joint) parents.push_back(joint == 0 ? 0 : 4 * finger + joint);
  parents.push_back(0);
  json positions = randoms(random, {6, 4});
  for (json& position : positions) position[3] = 1.0;
  json input{{"theta", randoms(random, {26})},
             {"us", json::array()},
             {"data",
              {{"correspondences", {3, 1}},
               {"points", randoms(random, {2, 3})},
               {"model",
                {{"bone_count", 22},
                 {"parents", parents},
                 {"base_relatives", randoms(random, {22, 4, 4})},
                 {"inverse_base_absolutes", randoms(random, {22, 4, 4})},
                 {"base_positions", positions},
                 {"weights", randoms(random, {6, 22})},
                 {"triangles", {{0, 1, 2}, {5, 3, 0}, {1, 4, 2}, {2, 0, 5}}},
                 {"is_mirrored", false}}}}}};
  size_t us = 0;
  SUBCASE("points on vertices") {}
  SUBCASE("points inside triangles") { input["us"] = {{0.2, 0.3}, {0.6, 0.1}}, us = 2; }
  SUBCASE("a mirrored hand without rotation") {
    input["data"]["model"]["is_mirrored"] = true;
    for (size_t i = 0; i < 3; ++i) input["theta"][i] = 0.0;
  }
  const json jacobian = evaluate(gradbench::ht(), "jacobian", input);
  REQUIRE(jacobian.size() == 6);
  REQUIRE(jacobian[0].size() == us + 26);
  check_close(jacobian, evaluate(gradbench::manual::ht(), "jacobian", input), 1e-9);
  check_close(evaluate(gradbench::ht(), "objective", input),
              evaluate(gradbench::manual::ht(), "objective", input));
  for (const int parameter : {4, 6, 7, 12, 25}) {
    const json::json_pointer where("/theta/" + std::to_string(parameter));
    const auto slope = difference(gradbench::ht(), "objective", input, where);
    for (size_t row = 0; row < 6; ++row)
      CHECK(jacobian[row][us + size_t(parameter)].get<double>() == doctest::Approx(slope[row]).epsilon(1e-5));
  }
}

// From further away these take seconds: scripts/gradbench does that.
TEST_CASE("gradbench particle: the solution is one in all combinations of modes") {
  const double solution = 0.2071918746;
  for (const std::string modes : {"rr", "rf", "fr", "ff"})
    check_close(evaluate(gradbench::particle(), modes, {{"w", solution}}), solution, 1e-4);
}

TEST_CASE("gradbench saddle: the saddle point is one in all combinations of modes") {
  for (const std::string modes : {"rr", "rf", "fr", "ff"})
    check_close(evaluate(gradbench::saddle(), modes, {{"start", {1e-6, -2e-6}}}), {1e-6, -2e-6, 1e-6, -2e-6});
}
