#include <tengen/apps/go/play/katago_arguments.h>

#include <cstdio>

namespace tengen::go {

std::vector<std::string> from_katago_arguments(const std::vector<std::string>& arguments) {
  if (arguments.empty() || (arguments[0] != "analysis" && arguments[0] != "gtp")) return arguments;
  std::vector<std::string> ours{arguments[0] == "analysis" ? "analyze" : "gtp"};
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "-quit-without-waiting") continue;
    const bool has_value = name == "-config" || name == "-model" || name == "-human-model" ||
                           name == "-override-config" || name == "-analysis-threads";
    if (!has_value || i + 1 == arguments.size()) {
      ours.push_back(name);
      continue;
    }
    const std::string& value = arguments[++i];
    if (name == "-model" && value.ends_with(".safetensors"))
      ours.insert(ours.end(), {"--net", value});
    else if (name == "-analysis-threads")
      ours.insert(ours.end(), {"--positions", value});
    else
      std::fprintf(stderr, "tengen-go: note: %s %s is KataGo's and has no effect here%s\n", name.c_str(),
                   value.c_str(), name == "-model" ? ": the built-in network is used" : "");
  }
  return ours;
}

}  // namespace tengen::go
