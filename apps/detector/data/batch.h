// Images and labels of a dataset as the tensors that the network and its loss take.
#pragma once

#include <vector>

#include <tengen/apps/detector/data/dataset.h>
#include <tengen/torch.h>

namespace tengen::detect {

struct Batch {
  Tensor images;   // (N,3,H,W) in 0..1
  Tensor targets;  // (n,6): image, class, x, y, w, h as fractions of the image
};

/// The images must have one size. `pinned` puts the batch into page-locked memory, from which a copy to a
/// device need not be waited for; the same holds below.
Batch make_batch(const std::vector<const Image*>& images,
                 const std::vector<const std::vector<Label>*>& labels, bool pinned);

/// Batch `b` of an epoch in the order given; the last one may be smaller.
Batch train_batch(const TrainSet& set, const std::vector<int64_t>& order, int64_t epoch, int64_t b,
                  int batch_size, bool pinned);

struct ValBatch {
  Batch batch;
  std::vector<ValSet::Item> items;  // without their images, except those of batches that are drawn
};
ValBatch val_batch(const ValSet& set, int64_t b, bool keep_images, bool pinned);

/// Worker threads worth starting.
int usable_workers(int asked, int batch_size);

}  // namespace tengen::detect
