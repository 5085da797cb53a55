#include <tengen/apps/detector/data/batch.h>

#include <algorithm>
#include <thread>

namespace tengen::detect {

Batch make_batch(const std::vector<const Image*>& images,
                 const std::vector<const std::vector<Label>*>& labels, bool pinned) {
  const Size size = images.at(0)->size();
  Batch batch;
  batch.images = empty({int64_t(images.size()), 3, size.height, size.width},
                       TensorOptions(kFloat).pinned_memory(pinned));
  auto* pixels = batch.images.data_ptr<float>();
  std::vector<float> rows;
  for (size_t i = 0; i < images.size(); ++i) {
    TENGEN_CHECK(images[i]->size() == size, "batch: images of different sizes");
    to_chw(*images[i], pixels + i * 3 * size_t(size.height) * size_t(size.width));
    for (const Label& l : *labels[i]) rows.insert(rows.end(), {float(i), float(l.cls), l.x, l.y, l.w, l.h});
  }
  batch.targets = rows.empty() ? zeros({0, 6}, kFloat) : tensor(rows).view({-1, 6});
  return batch;
}

Batch train_batch(const TrainSet& set, const std::vector<int64_t>& order, int64_t epoch, int64_t b,
                  int batch_size, bool pinned) {
  std::vector<TrainSet::Item> items;
  const auto first = size_t(b) * size_t(batch_size);
  for (size_t i = first; i < std::min(order.size(), first + size_t(batch_size)); ++i)
    items.push_back(set.sample(order[i], epoch));
  std::vector<const Image*> images;
  std::vector<const std::vector<Label>*> labels;
  for (const auto& item : items) {
    images.push_back(&item.image);
    labels.push_back(&item.labels);
  }
  return make_batch(images, labels, pinned);
}

ValBatch val_batch(const ValSet& set, int64_t b, bool keep_images, bool pinned) {
  ValBatch result;
  const auto [first, last] = set.batch_range(b);
  for (int64_t i = first; i < last; ++i) result.items.push_back(set.sample(i));
  std::vector<const Image*> images;
  std::vector<const std::vector<Label>*> labels;
  for (const auto& item : result.items) {
    images.push_back(&item.image);
    labels.push_back(&item.labels);
  }
  result.batch = make_batch(images, labels, pinned);
  if (!keep_images)
    for (auto& item : result.items) item.image = Image();
  return result;
}

int usable_workers(int asked, int batch_size) {
  const int cores = std::max(1, int(std::thread::hardware_concurrency()));
  return std::max(0, std::min({asked, cores, batch_size}));
}

}  // namespace tengen::detect
