// std::filesystem's questions without its exceptions: what the system refuses to look at (a name that is too
// long, a folder without rights) is not there.
#pragma once

#include <filesystem>

#include <tengen/tensor/error.h>

namespace tengen::apps {

inline bool path_exists(const std::filesystem::path& path) {
  std::error_code refused;
  return std::filesystem::exists(path, refused);
}
inline bool is_folder(const std::filesystem::path& path) {
  std::error_code refused;
  return std::filesystem::is_directory(path, refused);
}
inline bool is_file(const std::filesystem::path& path) {
  std::error_code refused;
  return std::filesystem::is_regular_file(path, refused);
}
/// Makes the folder and those above it; an Error where that cannot be done.
inline void make_folders(const std::filesystem::path& path) {
  std::error_code refused;
  std::filesystem::create_directories(path, refused);
  TENGEN_CHECK(!refused, "cannot create the folder ", path.string(), ": ", refused.message());
}

}  // namespace tengen::apps
