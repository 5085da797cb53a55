// KataGo's command line, which programs that start an engine know.
#pragma once

#include <string>
#include <vector>

namespace tengen::go {

/// "analysis -config C -model M" as "analyze", "gtp -model net.safetensors" as "gtp --net net.safetensors".
/// What KataGo's own files say has no meaning here; a note on standard error says so. Other arguments stay as
/// they are.
std::vector<std::string> from_katago_arguments(const std::vector<std::string>& arguments);

}  // namespace tengen::go
