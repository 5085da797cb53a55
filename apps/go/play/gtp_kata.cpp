// What programs made for KataGo ask of an engine: its network's own judgement, and its parameters.
#include <algorithm>
#include <cmath>
#include <limits>

#include <tengen/apps/go/play/gtp.h>
#include <tengen/apps/go/play/json_text.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

/// A limit of the search under KataGo's name; 0: none.
struct Parameter {
  const char* name;
  double (*get)(const Limits&);
  void (*set)(Limits&, double);
};
constexpr double kMost = 0x1p50;  // KataGo's

int visits_of(double number) { return int(std::min(number, double(Player::kMaxVisits))); }

const Parameter kParameters[] = {
    {"maxVisits", [](const Limits& l) { return double(l.visits); },
     [](Limits& l, double number) { l.visits = visits_of(number); }},
    {"maxPlayouts", [](const Limits& l) { return double(l.playouts); },
     [](Limits& l, double number) { l.playouts = visits_of(number); }},
    {"maxTime", [](const Limits& l) { return l.seconds; },
     [](Limits& l, double number) { l.seconds = number; }},
};

const Parameter& find_parameter(const std::string& name) {
  const auto found = std::ranges::find(kParameters, name, &Parameter::name);
  TENGEN_CHECK(found != std::end(kParameters), "unknown parameter '", name,
               "': expected maxVisits, maxPlayouts or maxTime");
  return *found;
}

std::string number_text(double value) { return plain_text::format("%g", value); }

/// N lines of N numbers.
template <class Value>
std::string rows_of(int size, const Value& value) {
  std::string text;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) text += (x ? " " : "") + value(Point(y * size + x));
    text += "\n";
  }
  return text;
}

}  // namespace

std::string GtpEngine::kata_list_params(const Request&) {
  std::string names;
  for (const Parameter& parameter : kParameters)
    names += std::string(names.empty() ? "" : " ") + parameter.name;
  return names;
}

std::string GtpEngine::kata_get_param(const Request& request) {
  return number_text(find_parameter(request.words[0]).get(settings_.limits));
}

std::string GtpEngine::kata_get_params(const Request&) {
  json values;
  for (const Parameter& parameter : kParameters) values[parameter.name] = parameter.get(settings_.limits);
  return to_text(values);
}

/// Without a value: as the engine was started.
std::string GtpEngine::kata_set_param(const Request& request) {
  const Parameter& parameter = find_parameter(request.words[0]);
  parameter.set(settings_.limits, request.words.size() > 1 ? parse_number(request.words[1], 0, kMost)
                                                           : parameter.get(limits_at_start_));
  return {};
}

std::string GtpEngine::kata_get_models(const Request&) {
  return to_text(json::array(
      {{{"name", settings_.model}, {"internalName", settings_.model}, {"usesHumanSLProfile", false}}}));
}

/// KataGo's answer, as far as the network has such numbers. The symmetry is read and does not matter: the
/// evaluator has its own.
std::string GtpEngine::kata_raw_nn(const Request& request) {
  const std::string symmetry =
      request.words[0] == "all" ? "0" : std::to_string(parse_int(request.words[0], 0, 7));
  const auto evaluation = std::make_unique<Evaluation>();
  const Game* const games[] = {&game_};
  Evaluation* const out[] = {evaluation.get()};
  evaluator_->evaluate(games, out);
  const int size = game_.size(), points = game_.board().points();
  const double white = game_.to_move() == Color::white ? 1 : -1, win = (1 + white * evaluation->value) / 2;
  const float largest =
      *std::max_element(evaluation->policy.begin(), evaluation->policy.begin() + points + 1);
  double sum = 0;
  std::vector<double> policy;
  for (Point p = 0; p <= points; ++p) {
    policy.push_back(game_.is_legal(p) ? std::exp(double(evaluation->policy[p]) - largest) : 0);
    sum += policy.back();
  }
  const auto decimal = [](double value) { return plain_text::format("%.6f", value); };
  return "symmetry " + symmetry + "\nwhiteWin " + decimal(win) + "\nwhiteLoss " + decimal(1 - win) +
         "\nnoResult 0.000000\nwhiteLead " + decimal(white * evaluation->score) + "\npolicy\n" +
         rows_of(size,
                 [&](Point p) { return game_.is_legal(p) ? decimal(policy[p] / sum) : std::string("NAN"); }) +
         "policyPass " + decimal(policy[size_t(points)] / sum) + "\nwhiteOwnership\n" +
         rows_of(size, [&](Point p) { return decimal(white * evaluation->ownership[p]); });
}

}  // namespace tengen::go
