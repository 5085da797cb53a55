#include <tengen/apps/detector/eval/result_paths.h>

#include <set>

#include <tengen/apps/detector/data/common.h>

namespace tengen::detect {
namespace fs = std::filesystem;

std::vector<fs::path> result_paths(const std::vector<std::string>& images, const std::string& source) {
  const auto below = [&](const fs::path& image, int levels) {
    fs::path path = image.filename();
    for (fs::path folder = image.parent_path(); levels-- > 0 && folder.has_filename();
         folder = folder.parent_path())
      path = folder.filename() / path;
    return path;
  };
  std::vector<fs::path> paths;
  if (is_folder(source)) {
    for (const std::string& image : images) paths.push_back(fs::path(image).lexically_relative(source));
    return paths;
  }
  for (int levels = 0; levels < 100; ++levels) {
    paths.clear();
    std::set<std::string> seen;
    for (const std::string& image : images) {
      paths.push_back(below(fs::path(image).lexically_normal(), levels));
      seen.insert(paths.back().string());
    }
    if (seen.size() == images.size()) break;
  }
  return paths;
}

ResultStems::ResultStems(const std::vector<fs::path>& paths) {
  for (const fs::path& path : paths) ++counts_[fs::path(path).replace_extension().string()];
}

std::string ResultStems::of(const fs::path& path) const {
  const std::string stem = fs::path(path).replace_extension().string();
  return counts_.at(stem) == 1 ? stem : path.string();
}

}  // namespace tengen::detect
