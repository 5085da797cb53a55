// The reference values of the detector: one folder a case, `params.txt` and .npy arrays (see their
// README.md). The folder is TENGEN_GOLDEN from the environment, else the one that CMake was told of.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tengen/io/npy.h>

namespace golden {

/// The folder with the cases of `area` ("detect"), or an empty path when there is none on this machine.
inline std::filesystem::path folder(const std::string& area = "detect") {
  std::vector<std::string> roots;
  if (const char* variable = std::getenv("TENGEN_GOLDEN")) {
    roots.emplace_back(variable);
  } else {
#ifdef TENGEN_GOLDEN_DIR
    roots.emplace_back(TENGEN_GOLDEN_DIR);
#endif
  }
  for (const std::filesystem::path root : roots) {
    if (std::filesystem::is_directory(root / area)) return root / area;
    if (root.filename() == area && std::filesystem::is_directory(root))
      return root;  // given the inner folder
  }
  return {};
}

/// One case folder.
class Case {
 public:
  explicit Case(std::filesystem::path path) : path_(std::move(path)) {
    std::ifstream file(path_ / "params.txt");
    TENGEN_CHECK(file, "golden: cannot open ", (path_ / "params.txt").string());
    for (std::string line; std::getline(file, line);) {
      const size_t equals = line.find('=');
      if (equals == std::string::npos) continue;
      auto trim = [](std::string text) {
        const size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
        return first == std::string::npos ? std::string() : text.substr(first, last - first + 1);
      };
      params_[trim(line.substr(0, equals))] = trim(line.substr(equals + 1));
    }
  }

  std::string name() const { return path_.filename().string(); }
  const std::filesystem::path& path() const { return path_; }

  bool has_param(const std::string& key) const { return params_.count(key) != 0; }
  const std::string& text(const std::string& key) const {
    auto found = params_.find(key);
    TENGEN_CHECK(found != params_.end(), "golden: ", name(), "/params.txt has no key ", key);
    return found->second;
  }
  double number(const std::string& key) const { return std::stod(text(key)); }
  double number(const std::string& key, double otherwise) const {
    return has_param(key) ? number(key) : otherwise;
  }
  int integer(const std::string& key) const { return int(number(key)); }
  bool flag(const std::string& key) const { return number(key) != 0; }
  /// All values of a key, e.g. `order = 2 0 0 0`.
  std::vector<double> numbers(const std::string& key) const {
    std::istringstream words(text(key));
    std::vector<double> values;
    for (double value; words >> value;) values.push_back(value);
    return values;
  }

  bool has(const std::string& array) const { return std::filesystem::exists(path_ / (array + ".npy")); }
  tengen::io::NpyArray array(const std::string& array) const {
    return tengen::io::read_npy((path_ / (array + ".npy")).string());
  }
  std::vector<int64_t> shape(const std::string& name) const { return array(name).shape; }
  /// The elements converted to T, whatever their type in the file.
  template <class T>
  std::vector<T> values(const std::string& name) const {
    const tengen::io::NpyArray a = array(name);
    TENGEN_CHECK(!a.fortran, "golden: ", name, " is in Fortran order");
    return tengen::visit_compute(a.dtype, "golden", [&](auto zero) {
      auto elements = a.as<decltype(zero)>();
      return std::vector<T>(elements.begin(), elements.end());
    });
  }

 private:
  std::filesystem::path path_;
  std::map<std::string, std::string> params_;
};

/// Runs check(case) on every case folder whose name's first word (before `_`) is `word`, each as a doctest
/// context. Says so and checks nothing where the reference values are absent.
template <class Check>
void for_each_case(const std::string& word, const Check& check) {
  const std::filesystem::path root = folder();
  if (root.empty()) {
    MESSAGE("skipped: no reference values on this machine (set TENGEN_GOLDEN to their folder)");
    return;
  }
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && name.substr(0, name.find('_')) == word) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  if (folders.empty()) MESSAGE("no case of family '", word, "' in ", root.string());
  for (const auto& path : folders) {
    CAPTURE(path.filename().string());
    check(Case(path));
  }
}

/// The largest |a[i] - b[i]|; infinity when the lengths differ or exactly one side is NaN.
template <class A, class B>
double max_difference(const A& a, const B& b) {
  if (std::size(a) != std::size(b)) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (size_t i = 0; i < std::size(a); ++i) {
    const double x = double(a[i]), y = double(b[i]);
    if (x == y || (x != x && y != y)) continue;
    largest = std::max(largest, x != x || y != y ? std::numeric_limits<double>::infinity() : std::abs(x - y));
  }
  return largest;
}

/// The fraction of elements (bytes of images) that differ by at most `levels`.
template <class A, class B>
double share_within(const A& a, const B& b, int levels) {
  if (std::size(a) != std::size(b)) return 0;
  size_t good = 0;
  for (size_t i = 0; i < std::size(a); ++i) good += std::abs(int(a[i]) - int(b[i])) <= levels;
  return std::size(a) == 0 ? 1 : double(good) / double(std::size(a));
}

}  // namespace golden
