// The samples of training and validation, made from the images and labels of a dataset.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tengen/apps/detector/data/augment.h>
#include <tengen/apps/detector/data/boxes.h>
#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/data_config.h>
#include <tengen/apps/detector/data/hyp.h>
#include <tengen/apps/detector/data/labels.h>
#include <tengen/apps/detector/data/letterbox.h>

namespace tengen::detect {

enum class Cache { none, ram, automatic };

/// Serves training samples, each with its own random generator made of (seed, epoch, index): the order in
/// which they are asked for, and the thread that asks, change nothing. All methods may be called from several
/// threads.
class TrainSet {
 public:
  /// `cache`: keep decoded images at training size in memory; automatic does so below 512 MB.
  TrainSet(Scan scan, int image_size, Hyp hyp, uint64_t seed, Cache cache = Cache::automatic);
  ~TrainSet();

  int64_t size() const { return int64_t(entries_.size()); }
  const std::vector<Entry>& entries() const { return entries_; }
  int image_size() const { return image_size_; }
  /// Square image of image_size, boxes normalized and clipped.
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

/// Serves validation images: resized, letterboxed, unchanged otherwise.
class ValSet {
 public:
  /// rect: batches of near aspect ratio get their own shape, a multiple of stride with `pad` strides to
  /// spare; else every image is image_size square.
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
    Image image;                    // of the batch's shape
    Fit fit;                        // from the stored image to `image`
    std::vector<LabeledBox> boxes;  // true boxes in pixels of the STORED image
    std::vector<Label> labels;      // the same normalized to `image`, for the validation loss
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
