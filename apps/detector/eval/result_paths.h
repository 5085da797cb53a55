// Names of results, of which no two images share one.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tengen::detect {

/// Where the results of each image go below the run's folder: the image's path within `source` where that is
/// a folder, else its name, with the folders above as far as names would be equal otherwise.
std::vector<std::filesystem::path> result_paths(const std::vector<std::string>& images,
                                                const std::string& source);

/// A path without its ending, where no other image has the same then.
class ResultStems {
 public:
  explicit ResultStems(const std::vector<std::filesystem::path>& paths);
  std::string of(const std::filesystem::path& path) const;

 private:
  std::map<std::string, int> counts_;
};

}  // namespace tengen::detect
