#include <tengen/apps/detector/data/labels.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>
#include <tuple>

#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/data_config.h>
#include <tengen/tensor/error.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::detect {
namespace {

constexpr int kSmallestSide = 10;
constexpr int64_t kMostLabelBytes = 1 << 24;
constexpr float kLargestCoordinate = 1.01f;  // programs that round leave some just outside

/// A word of a file for a message: short, and without what a terminal would obey.
std::string shown(const std::string& word) {
  std::string text;
  for (const char c : word.substr(0, 40)) {
    char code[8];
    std::snprintf(code, sizeof code, "\\x%02x", uint8_t(c));
    text += std::isprint(static_cast<unsigned char>(c)) ? std::string(1, c) : code;
  }
  return word.size() > 40 ? text + "..." : text;
}

/// The numbers of a line. Throws on anything else.
std::vector<float> numbers_of(const std::string& line, const std::string& where) {
  std::vector<float> numbers;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    float value = 0;
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data() + (word[0] == '+'), end, value);
    TENGEN_CHECK(error == std::errc() && stop == end && std::isfinite(value), where, "'", shown(word),
                 "' is not a number");
    numbers.push_back(value);
  }
  return numbers;
}

/// class x y w h, or class x1 y1 x2 y2 x3 y3 ... of a polygon, whose hull becomes the box.
Label label_of(std::vector<float> numbers, const std::string& where) {
  const size_t columns = numbers.size();
  TENGEN_CHECK(columns == 5 || (columns > 6 && columns % 2 == 1), where,
               "labels need 5 columns (class x y w h), but got ", columns);
  for (float value : numbers) TENGEN_CHECK(value >= 0, where, "negative value ", value);
  for (size_t i = 1; i < columns; ++i) {
    TENGEN_CHECK(numbers[i] <= kLargestCoordinate, where, "coordinate ",
                 plain_text::format("%.9g", numbers[i]), " is outside of [0,1]");
    numbers[i] = std::min(numbers[i], 1.0f);
  }
  TENGEN_CHECK(numbers[0] == std::floor(numbers[0]) && numbers[0] < 1e6f, where, "class ", numbers[0],
               " is not a whole number");
  const int cls = int(numbers[0]);
  if (columns == 5) return {cls, numbers[1], numbers[2], numbers[3], numbers[4]};
  Box hull{1, 1, 0, 0};
  for (size_t i = 1; i + 1 < columns; i += 2) {
    hull = {std::min(hull.x1, numbers[i]), std::min(hull.y1, numbers[i + 1]), std::max(hull.x2, numbers[i]),
            std::max(hull.y2, numbers[i + 1])};
  }
  return to_label({cls, hull}, 1, 1);
}

/// The first line with this class.
int line_of_class(const std::string& path, int cls) {
  std::istringstream file(read_text(path, "labels", kMostLabelBytes));
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    plain_text::Classic<std::istringstream> words(line);
    if (double value; words >> value && value == cls) return number;
  }
  return 0;
}

}  // namespace

namespace {

/// A label file as lines of plain text: without a byte order mark, blanks of any kind as blanks, ends of
/// lines of any system.
std::string label_text(const std::string& path) {
  std::string text = read_text(path, "labels", kMostLabelBytes);
  TENGEN_CHECK(!text.starts_with("\xff\xfe") && !text.starts_with("\xfe\xff"), path,
               ": is UTF-16 text; save it as plain text or UTF-8");
  TENGEN_CHECK(text.find('\0') == text.npos, path, ": holds bytes of 0, so it is no text");
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  for (size_t at = 0; (at = text.find("\xc2\xa0", at)) != text.npos;)
    text.replace(at, 2, " ");  // no-break spaces
  if (text.find('\n') == text.npos) std::ranges::replace(text, '\r', '\n');
  return text;
}

}  // namespace

std::vector<Label> read_labels(const std::string& path, std::vector<Problem>& problems) {
  std::istringstream file(label_text(path));
  std::vector<Label> labels;
  std::set<std::tuple<int, float, float, float, float>> seen;
  int line_number = 0;
  for (std::string line; std::getline(file, line);) {
    const std::string where = path + ":" + std::to_string(++line_number) + ": ";
    const std::vector<float> numbers = numbers_of(line, where);
    if (numbers.empty()) continue;
    const Label label = label_of(numbers, where);
    if (std::ranges::any_of(numbers.begin() + 1, numbers.end(), [](float n) { return n > 1; }))
      problems.push_back({path, line_number, "a coordinate just above 1 was taken for 1", false});
    if (label.w <= 0 || label.h <= 0) {
      problems.push_back({path, line_number, "a box without width or height was left out", false});
      continue;
    }
    if (seen.insert({label.cls, label.x, label.y, label.w, label.h}).second) {
      labels.push_back(label);
    } else {
      problems.push_back({path, line_number, "duplicate label removed", false});
    }
  }
  return labels;
}

std::string Scan::summary() const {
  return tengen::detail::str(entries.size(), " images, ", missing + empty, " backgrounds, ", corrupt,
                             " corrupt");
}

void Scan::join_classes() {
  for (Entry& entry : entries)
    for (Label& label : entry.labels) label.cls = 0;
}

std::vector<int64_t> Scan::class_counts(int nc) const {
  std::vector<int64_t> counts(size_t(nc), 0);
  for (const Entry& entry : entries) {
    for (const Label& label : entry.labels) ++counts.at(size_t(label.cls));
  }
  return counts;
}

Scan scan_dataset(const std::vector<std::string>& sources, int nc, bool need_labels,
                  const std::string& what) {
  const std::vector<std::string> images = list_images(sources);
  std::string names;
  for (const std::string& source : sources) names += (names.empty() ? "" : ", ") + source;
  TENGEN_CHECK(!images.empty(), what, ": no JPEG, PNG or BMP image in ",
               names.empty() ? "an empty list" : names);

  struct ImageCheck {
    Entry entry;
    std::vector<Problem> problems;
    enum { labeled, missing, empty, corrupt } state = labeled;
  };
  std::vector<ImageCheck> checked(images.size());
  parallel_ranges(int64_t(images.size()), 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      ImageCheck& item = checked[size_t(i)];
      item.entry.image = images[size_t(i)];
      item.entry.label_file = label_path(item.entry.image);
      try {
        item.entry.size = image_size(item.entry.image);
        TENGEN_CHECK(std::min(item.entry.size.height, item.entry.size.width) >= kSmallestSide,
                     item.entry.image, ": image of ", item.entry.size.width, "x", item.entry.size.height,
                     " is below ", kSmallestSide, " pixels");
        if (!path_exists(item.entry.label_file)) {
          item.state = ImageCheck::missing;
        } else {
          item.entry.labels = read_labels(item.entry.label_file, item.problems);
          if (item.entry.labels.empty()) item.state = ImageCheck::empty;
        }
      } catch (const Error& error) {
        item.state = ImageCheck::corrupt;
        item.problems.push_back({item.entry.image, 0, error.what(), true});
      }
    }
  });

  Scan scan;
  int64_t labels = 0;
  for (ImageCheck& item : checked) {
    scan.problems.insert(scan.problems.end(), item.problems.begin(), item.problems.end());
    scan.missing += item.state == ImageCheck::missing;
    scan.empty += item.state == ImageCheck::empty;
    scan.corrupt += item.state == ImageCheck::corrupt;
    if (item.state == ImageCheck::corrupt) continue;
    for (const Label& label : item.entry.labels) {
      if (label.cls < nc) continue;
      scan.problems.push_back({item.entry.label_file, line_of_class(item.entry.label_file, label.cls),
                               tengen::detail::str("class ", label.cls, " is out of range: the dataset has ",
                                                   nc, " classes, 0 to ", nc - 1),
                               false});
      ++scan.out_of_range;
    }
    std::erase_if(item.entry.labels, [&](const Label& label) { return label.cls >= nc; });
    labels += int64_t(item.entry.labels.size());
    scan.entries.push_back(std::move(item.entry));
  }
  if (need_labels && scan.out_of_range > 0) {
    const auto wrong =
        std::ranges::find_if(scan.problems, [](const Problem& p) { return p.what.starts_with("class "); });
    fail(what, ": ", wrong->file, ":", wrong->line, ": ", wrong->what,
         scan.out_of_range > 1
             ? tengen::detail::str(" (and ", scan.out_of_range - 1, " more; `tengen-detect check` lists all)")
             : "");
  }
  const std::string first = scan.problems.empty() ? "" : "; first problem: " + scan.problems.front().what;
  TENGEN_CHECK(!scan.entries.empty(), what, ": none of ", images.size(), " images in ", names, " can be used",
               first);
  TENGEN_CHECK(labels > 0 || !need_labels, what, ": no labels for ", scan.entries.size(), " images in ",
               names, ", cannot train; looked for them as ", scan.entries.front().label_file, first);
  return scan;
}

}  // namespace tengen::detect
