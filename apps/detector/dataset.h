// Data sets in YOLOv5's layout: data.yaml, pictures, one label file a picture.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tengen/apps/detector/augment.h>
#include <tengen/apps/detector/boxes.h>
#include <tengen/apps/detector/common.h>
#include <tengen/apps/detector/hyp.h>
#include <tengen/apps/detector/letterbox.h>

namespace tengen::detect {

/// What a data.yaml says. Lists hold resolved paths of folders, pictures or .txt lists of pictures.
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

/// The pictures of a folder (with its subfolders), a .txt list, a glob or a file, sorted, formats we read
/// only.
std::vector<std::string> list_images(const std::vector<std::string>& sources);

/// .../images/.../name.jpg -> .../labels/.../name.txt (the last "images" folder); beside the picture when
/// there is none.
std::string label_path(const std::string& image_path);

/// What is wrong with one picture or one line of a label file.
struct Problem {
  std::string file;
  int line = 0;  // 0: the whole file
  std::string what;
  bool skipped_image = false;  // the picture is left out; else only a line was dropped or nothing done
};

/// Labels of one file. Throws Error naming file and line on anything but empty lines; polygons become boxes;
/// repeated lines are dropped and told in `problems`.
std::vector<Label> read_labels(const std::string& path, std::vector<Problem>& problems);

struct Entry {
  std::string image, label_file;
  Size size;  // of the picture as stored, turned by EXIF
  std::vector<Label> labels;
};

/// All pictures of a split after checking.
struct Scan {
  std::vector<Entry> entries;
  std::vector<Problem> problems;
  int missing = 0;  // pictures without a label file: background
  int empty = 0;    // with an empty one: background
  int corrupt = 0;  // left out
  /// "205 images, 3 backgrounds, 0 corrupt".
  std::string summary() const;
  /// Labels by class.
  std::vector<int64_t> class_counts(int nc) const;
};

/// Lists, reads and checks a split. Errors: no picture at all, no label at all when `need_labels`, a class >=
/// nc.
Scan scan_dataset(const std::vector<std::string>& sources, int nc, bool need_labels,
                  const std::string& what = "data set");

enum class Cache { none, ram, automatic };

/// Serves training samples, each with its own random generator made of (seed, epoch, index): the order in
/// which they are asked for, and the thread that asks, change nothing. All methods may be called from several
/// threads.
class TrainSet {
 public:
  /// `cache`: keep decoded pictures at training size in memory; automatic does so below 512 MB.
  TrainSet(Scan scan, int image_size, Hyp hyp, uint64_t seed, Cache cache = Cache::automatic);
  ~TrainSet();

  int64_t size() const { return int64_t(entries_.size()); }
  const std::vector<Entry>& entries() const { return entries_; }
  int image_size() const { return image_size_; }
  /// Square picture of image_size, boxes normalised and clipped.
  struct Item {
    Image image;
    std::vector<Label> labels;
  };
  Item sample(int64_t index, int64_t epoch) const;
  /// The order of an epoch: a permutation made of (seed, epoch).
  std::vector<int64_t> order(int64_t epoch) const;
  /// Box sizes in pixels at training size, for the anchor check.
  std::vector<std::array<float, 2>> box_extents() const;

 private:
  struct Store;
  Sample mosaic_sample(int64_t index, Random& random) const;
  std::vector<Entry> entries_;
  int image_size_;
  Hyp hyp_;
  uint64_t seed_;
  std::unique_ptr<Store> store_;
};

/// Serves validation pictures: resized, letterboxed, unchanged otherwise.
class ValSet {
 public:
  /// rect: batches of near aspect ratio get their own shape, a multiple of stride with `pad` strides to
  /// spare; else every picture is image_size square.
  ValSet(Scan scan, int image_size, int batch, bool rect, int stride = 32, double pad = 0.5,
         Cache cache = Cache::automatic);
  ~ValSet();

  int64_t size() const { return int64_t(entries_.size()); }
  int64_t batches() const { return int64_t(shapes_.size()); }
  Size batch_shape(int64_t batch) const { return shapes_[size_t(batch)]; }
  /// Index range [first, last) of a batch.
  std::pair<int64_t, int64_t> batch_range(int64_t batch) const;
  const Entry& entry(int64_t index) const { return entries_[size_t(index)]; }  // in serving order
  struct Item {
    Image image;                     // of the batch's shape
    Fit fit;                         // from the stored picture to `image`
    std::vector<LabelledBox> boxes;  // true boxes in pixels of the STORED picture
    std::vector<Label> labels;       // the same normalised to `image`, for the validation loss
  };
  Item sample(int64_t index) const;

 private:
  struct Store;
  std::vector<Entry> entries_;
  std::vector<Size> shapes_;
  int batch_;
  std::unique_ptr<Store> store_;
};

}  // namespace tengen::detect
