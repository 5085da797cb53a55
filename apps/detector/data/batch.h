// Pictures and labels of a data set as the tensors that the network and its loss take.
#pragma once

#include <vector>

#include <tengen/apps/detector/data/dataset.h>
#include <tengen/torch.h>

namespace tengen::detect {

struct Batch {
  Tensor images;   ///< (N,3,H,W) in 0..1
  Tensor targets;  ///< (n,6): image, class, x, y, w, h as shares of the picture
};

/// The pictures must have one size. They lie in pinned memory where they will be copied to a device: that
/// copy waits for nothing. So in all of these.
Batch make_batch(const std::vector<const Image*>& images,
                 const std::vector<const std::vector<Label>*>& labels, bool pinned);

/// Batch `b` of an epoch in the order given; the last one may be smaller.
Batch train_batch(const TrainSet& set, const std::vector<int64_t>& order, int64_t epoch, int64_t b,
                  int batch_size, bool pinned);

struct ValBatch {
  Batch batch;
  std::vector<ValSet::Item> items;  ///< without their pictures, except those of batches that are drawn
};
ValBatch val_batch(const ValSet& set, int64_t b, bool keep_pictures, bool pinned);

/// Worker threads worth starting.
int usable_workers(int asked, int batch_size);

}  // namespace tengen::detect
