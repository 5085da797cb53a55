#include <tengen/apps/go/net/learned_rules.h>

#include <cmath>

#include <nlohmann/json.hpp>

namespace tengen::go {

LearnedRules LearnedRules::from(const std::map<std::string, std::string>& metadata) {
  LearnedRules learned;
  const auto found = metadata.find("settings");
  if (found == metadata.end()) return learned;
  const auto settings = nlohmann::json::parse(found->second, nullptr, false);
  if (!settings.is_object()) return learned;
  const auto name = settings.find("rules");
  if (name != settings.end() && name->is_string())
    if (const auto rules = find_rules(name->get<std::string>())) {
      learned.suicide[!rules->suicide] = false;
      learned.superko[rules->ko == Ko::simple] = false;
    }
  const auto komi = settings.find("komi"), stdev = settings.find("komi-stdev");
  if (komi != settings.end() && stdev != settings.end() && komi->is_number() && stdev->is_number()) {
    const double reach =
        4 * std::abs(stdev->get<double>());  // of the normal distribution that it was drawn from
    learned.komi_low = komi->get<double>() - reach;
    learned.komi_high = komi->get<double>() + reach;
  }
  return learned;
}

}  // namespace tengen::go
