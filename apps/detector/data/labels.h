// Label files, and the check of a whole split before anything is trained on it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tengen/apps/detector/data/boxes.h>

namespace tengen::detect {

/// What is wrong with one image or one line of a label file.
struct Problem {
  std::string file;
  int line = 0;  // 0: the whole file
  std::string what;
  bool skipped_image = false;  // the image is left out; else only a line was dropped or nothing done
};

/// Labels of one file. Throws Error naming file and line on anything but empty lines; polygons become boxes;
/// repeated lines are dropped and told in `problems`.
std::vector<Label> read_labels(const std::string& path, std::vector<Problem>& problems);

struct Entry {
  std::string image, label_file;
  Size size;  // of the image as stored, turned by EXIF
  std::vector<Label> labels;
};

/// All images of a split after checking.
struct Scan {
  std::vector<Entry> entries;
  std::vector<Problem> problems;
  int missing = 0;           // images without a label file: background
  int empty = 0;             // with an empty one: background
  int corrupt = 0;           // left out
  int64_t out_of_range = 0;  // labels of classes that the dataset does not have: left out
  /// "205 images, 3 backgrounds, 0 corrupt".
  std::string summary() const;
  /// All labels become those of class 0.
  void join_classes();
  /// Labels by class.
  std::vector<int64_t> class_counts(int nc) const;
};

/// Lists, reads and checks a split. Errors: no image at all; when `need_labels`, no label at all or a class
/// >= nc.
Scan scan_dataset(const std::vector<std::string>& sources, int nc, bool need_labels,
                  const std::string& what = "dataset");

}  // namespace tengen::detect
