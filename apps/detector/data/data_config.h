// data.yaml, and which images a source names.
#pragma once

#include <string>
#include <vector>

namespace tengen::detect {

/// More classes than this are refused, in a dataset as in a model.
inline constexpr int kMostClasses = 10'000;

/// What a data.yaml says. Lists hold resolved paths of folders, images or .txt lists of images.
struct DataConfig {
  std::string file;
  std::vector<std::string> train, val, test;
  std::vector<std::string> names;  // by class id
  int nc() const { return int(names.size()); }
};

/// Reads a data.yaml. `path` (default: the yaml's folder) is looked for beside the yaml, then in the working
/// directory. Missing keys, names that do not fit nc, and paths that do not exist are errors that name file
/// and key.
DataConfig load_data_config(const std::string& path, bool require_paths = true);

/// The images of a folder (with its subfolders), a .txt list, a glob or a file, sorted, formats we read
/// only.
std::vector<std::string> list_images(const std::vector<std::string>& sources);

/// .../images/.../name.jpg -> .../labels/.../name.txt (the last "images" folder); beside the image when
/// there is none.
std::string label_path(const std::string& image_path);

}  // namespace tengen::detect
