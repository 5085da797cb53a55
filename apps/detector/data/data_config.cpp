#include <tengen/apps/detector/data/data_config.h>

#include <fnmatch.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/yaml.h>
#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

bool is_image(const fs::path& path) {
  const std::string ending = lower(path.extension().string());
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".bmp";
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

/// Reads the values of one yaml file and complains with file and line.
class ConfigReader {
 public:
  explicit ConfigReader(const std::string& file)
      : file_(file), where_("data: " + file), root_(load_yaml("data", file)) {
    if (!root_.IsMap()) bad(root_, "is not a list of `key: value` lines");
  }

  DataConfig read(bool require_paths) {
    DataConfig config;
    config.file = file_;
    config.names = names();
    for (auto [key, list] :
         {std::pair{"train", &config.train}, {"val", &config.val}, {"test", &config.test}}) {
      const YAML::Node node = root_[key];
      const bool required = require_paths && list != &config.test;
      if (!node || node.IsNull()) {
        if (required) bad(root_, std::string("has no key '") + key + "'");
        continue;
      }
      if (node.IsSequence()) {
        for (const auto& item : node) list->push_back(resolve(item, key, required));
      } else {
        list->push_back(resolve(node, key, required));
      }
    }
    return config;
  }

 private:
  [[noreturn]] void bad(const YAML::Node& node, const std::string& what) const {
    bad_yaml(node, where_, what);
  }
  std::string text(const YAML::Node& node, const char* key) const {
    if (!node.IsScalar()) bad(node, std::string("'") + key + "' must be text");
    return node.as<std::string>();
  }
  int integer(const YAML::Node& node, const char* key) const {
    return yaml_number(node, where_, key, 0, kMostClasses);
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    const YAML::Node node = root_["names"], count = root_["nc"];
    if (!node) {
      if (!count) bad(root_, "has neither 'names' nor 'nc'");
      for (int i = 0, nc = integer(count, "nc"); i < nc; ++i) names.push_back("class" + std::to_string(i));
    } else if (node.IsSequence()) {
      for (const auto& item : node) names.push_back(text(item, "names"));
    } else if (node.IsMap()) {
      names.resize(node.size());
      std::vector<bool> seen(names.size(), false);
      for (const auto& item : node) {
        const int id = integer(item.first, "names");
        if (id < 0 || id >= int(names.size()) || seen[size_t(id)]) {
          bad(item.first, "class ids in 'names' must be 0 to " + std::to_string(names.size() - 1) +
                              ", each once; found " + std::to_string(id));
        }
        seen[size_t(id)] = true;
        names[size_t(id)] = text(item.second, "names");
      }
    } else {
      bad(node, "'names' must be a list or a map of class names");
    }
    if (names.empty()) bad(root_, "names no class");
    if (names.size() > kMostClasses)
      bad(node,
          detail::str(names.size(), " names, more than the ", kMostClasses, " classes that there may be"));
    if (const int nc = count ? integer(count, "nc") : int(names.size()); nc != int(names.size()))
      bad(count, detail::str("nc is ", nc, " but there are ", names.size(), " names"));
    return names;
  }

  /// A path of the yaml as a file or folder that exists: under `path`, that beside the yaml before that in
  /// the working directory; "../x" also as "x", which some published sets mean.
  std::string resolve(const YAML::Node& node, const char* key, bool required) const {
    const std::string value = text(node, key);
    const std::string base = root_["path"] ? text(root_["path"], "path") : "";
    std::vector<fs::path> tried;
    for (const fs::path& origin : {fs::absolute(file_).parent_path(), fs::current_path()}) {
      tried.push_back(origin / base / value);
      if (value.starts_with("../")) tried.push_back(origin / base / value.substr(3));
    }
    for (const fs::path& path : tried) {
      if (path_exists(path) || value.find('*') != value.npos) return path.lexically_normal().string();
    }
    if (required) {
      std::string list;
      for (const fs::path& path : tried) {
        if (const std::string one = path.lexically_normal().string(); list.find(one) == list.npos) {
          list += (list.empty() ? "" : ", ") + one;
        }
      }
      bad(node, std::string("'") + key + "' does not exist: tried " + list);
    }
    return tried.front().lexically_normal().string();
  }

  std::string file_, where_;
  YAML::Node root_;
};

void add_list(const fs::path& list, std::vector<std::string>& images) {
  std::istringstream file(read_text(list.string(), "data"));
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
    if (line.empty()) continue;
    const fs::path beside = list.parent_path() / line;  // an absolute line stays what it is
    images.push_back(
        (path_exists(beside) || !path_exists(line) ? beside : fs::path(line)).lexically_normal().string());
  }
}

}  // namespace

DataConfig load_data_config(const std::string& path, bool require_paths) {
  TENGEN_CHECK(!is_folder(path), "data: ", path, " is a folder; expected a yaml file such as ",
               (fs::path(path) / "data.yaml").string());
  try {
    return ConfigReader(path).read(require_paths);
  } catch (const YAML::Exception& error) {
    fail("data: ", path, ":", error.mark.line + 1, ": ", error.msg);
  }
}

std::vector<std::string> list_images(const std::vector<std::string>& sources) {
  std::vector<std::string> images;
  for (const std::string& source : sources) {
    std::vector<std::string> found;
    if (is_folder(source)) {
      try {
        fs::recursive_directory_iterator entry(source, fs::directory_options::follow_directory_symlink);
        for (; entry != fs::recursive_directory_iterator(); ++entry) {
          if (is_hidden(entry->path())) {  // copies that editors and file managers leave
            entry.disable_recursion_pending();
          } else if (entry->is_regular_file() && is_image(entry->path())) {
            found.push_back(entry->path().string());
          }
        }
      } catch (const fs::filesystem_error& error) {  // a link to a folder above it, a folder without rights
        fail("data: ", source, ": ", error.code().message(), ": ", error.path1().string());
      }
    } else if (const size_t stars = source.find("/**"); stars != source.npos && !path_exists(source)) {
      for (const std::string& image : list_images({source.substr(0, stars)}))
        if (::fnmatch(fs::path(source).filename().c_str(), fs::path(image).filename().c_str(), 0) == 0)
          found.push_back(image);
    } else if (source.find_first_of("*?[") != source.npos && !path_exists(source)) {
      glob_t matches{};
      if (::glob(source.c_str(), 0, nullptr, &matches) == 0) {
        for (size_t i = 0; i < matches.gl_pathc; ++i) {
          if (is_image(matches.gl_pathv[i])) found.emplace_back(matches.gl_pathv[i]);
        }
      }
      ::globfree(&matches);
    } else {
      TENGEN_CHECK(source.find("://") == source.npos, "data: ", source,
                   ": expected an image, a folder, a glob or a .txt list; nothing is downloaded");
      TENGEN_CHECK(path_exists(source), "data: no such file or folder: ", source);
      if (lower(fs::path(source).extension().string()) == ".txt") {
        add_list(source, found);
      } else {
        found.push_back(source);
      }
    }
    images.insert(images.end(), found.begin(), found.end());
  }
  std::sort(images.begin(), images.end());
  return images;
}

std::string label_path(const std::string& image_path) {
  constexpr std::string_view kFolder = "/images/";
  std::string path = image_path;
  if (path.starts_with(kFolder.substr(1))) path.insert(0, "./");
  if (const size_t at = path.rfind(kFolder); at != path.npos) path.replace(at, kFolder.size(), "/labels/");
  return fs::path(path).replace_extension(".txt").string();
}

}  // namespace tengen::detect
