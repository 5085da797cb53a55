#include <tengen/apps/detector/data/dataset.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

constexpr int64_t kAutomaticCacheBytes = int64_t(512) << 20;
constexpr uint64_t kOrderStream = ~uint64_t{0};  // an index that no sample has

}  // namespace

/// Images at the size they are used, kept in memory if asked; each is decoded by whoever needs it first.
class ImageStore {
 public:
  ImageStore(const std::vector<Entry>& entries, int image_size, Cache cache, bool area_when_shrinking)
      : entries_(entries), image_size_(image_size), area_when_shrinking_(area_when_shrinking) {
    int64_t bytes = 0;
    for (const Entry& entry : entries) {
      const Size size = training_size(entry.size, image_size);
      bytes += int64_t(size.height) * size.width * 3;
    }
    if (cache == Cache::ram || (cache == Cache::automatic && bytes <= kAutomaticCacheBytes)) {
      slots_ = std::make_unique<Slot[]>(entries.size());
    }
  }

  std::shared_ptr<const Image> get(size_t index) const {
    if (!slots_) return std::make_shared<Image>(load(index));
    Slot& slot = slots_[index];
    std::call_once(slot.once, [&] { slot.image = std::make_shared<Image>(load(index)); });
    return slot.image;
  }

 private:
  Image load(size_t index) const {
    Image image = load_image(entries_[index].image);
    const Size size = training_size(image.size(), image_size_);
    if (image.size() == size) return image;
    const bool area = area_when_shrinking_ && std::max(image.height, image.width) > image_size_;
    return area ? resize_area(image, size) : resize_bilinear(image, size);
  }

  struct Slot {
    std::once_flag once;
    std::shared_ptr<const Image> image;
  };
  const std::vector<Entry>& entries_;
  int image_size_;
  bool area_when_shrinking_;
  std::unique_ptr<Slot[]> slots_;
};

struct TrainSet::Store : ImageStore {
  using ImageStore::ImageStore;
};
struct ValSet::Store : ImageStore {
  using ImageStore::ImageStore;
};

TrainSet::TrainSet(Scan scan, int image_size, Hyp hyp, uint64_t seed, Cache cache)
    : entries_(std::move(scan.entries)), image_size_(image_size), hyp_(hyp), seed_(seed) {
  TENGEN_CHECK(!entries_.empty(), "TrainSet: the dataset is empty");
  TENGEN_CHECK(image_size > 0, "TrainSet: image size is ", image_size);
  store_ = std::make_unique<Store>(entries_, image_size, cache, false);
}
TrainSet::~TrainSet() = default;

Sample TrainSet::mosaic_sample(int64_t index, Random& random) const {
  const int half = image_size_ / 2;
  const int yc = int(random.uniform(half, 2 * image_size_ - half));
  const int xc = int(random.uniform(half, 2 * image_size_ - half));
  std::array<size_t, 4> chosen{size_t(index)};
  for (size_t i = 1; i < 4; ++i) chosen[i] = size_t(random.below(size()));
  for (size_t i = 3; i > 0; --i) std::swap(chosen[i], chosen[size_t(random.below(int64_t(i) + 1))]);
  std::array<std::shared_ptr<const Image>, 4> images;
  std::array<Tile, 4> tiles;
  for (size_t i = 0; i < 4; ++i) {
    images[i] = store_->get(chosen[i]);
    tiles[i] = {images[i].get(), entries_[chosen[i]].labels};
  }
  const Sample mosaic = mosaic4(tiles, image_size_, xc, yc);
  return random_perspective(mosaic, draw_warp(hyp_, random), -half, -half);
}

TrainSet::Item TrainSet::sample(int64_t index, int64_t epoch) const {
  TENGEN_CHECK(index >= 0 && index < size(), "TrainSet: index ", index, " of ", size());
  Random random(seed_, uint64_t(epoch), uint64_t(index));
  Sample sample;
  if (random.chance(hyp_.mosaic)) {
    sample = mosaic_sample(index, random);
    if (random.chance(hyp_.mixup)) {
      const Sample other = mosaic_sample(random.below(size()), random);
      mixup(sample, other, random.beta(32, 32));
    }
  } else {
    const auto image = store_->get(size_t(index));
    LetterboxOptions options;
    options.shape = {image_size_, image_size_};
    LetterboxedImage fitted = letterbox(*image, options);
    const Fit& fit = fitted.fit;
    for (const Label& label : entries_[size_t(index)].labels) {
      sample.boxes.push_back(
          {label.cls, to_corners(label, float(fit.ratio_w * image->width), float(fit.ratio_h * image->height),
                                 float(fit.pad_w), float(fit.pad_h))});
    }
    sample.image = std::move(fitted.image);
    sample = random_perspective(sample, draw_warp(hyp_, random));
  }
  random_hsv(sample.image, hyp_, random);
  if (random.chance(hyp_.flipud)) flip_up_down(sample);
  if (random.chance(hyp_.fliplr)) flip_left_right(sample);

  Item item;
  for (const LabeledBox& box : sample.boxes) {
    item.labels.push_back(to_label(box, float(image_size_), float(image_size_), true));
  }
  item.image = std::move(sample.image);
  return item;
}

std::vector<int64_t> TrainSet::order(int64_t epoch) const {
  auto order = std::vector<int64_t>(size_t(size()));
  std::iota(order.begin(), order.end(), int64_t{0});
  Random random(seed_, uint64_t(epoch), kOrderStream);
  for (size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[size_t(random.below(int64_t(i) + 1))]);
  return order;
}

std::vector<std::array<float, 2>> TrainSet::box_extents() const {
  std::vector<std::array<float, 2>> extents;
  for (const Entry& entry : entries_) {
    const Size size = training_size(entry.size, image_size_);
    for (const Label& label : entry.labels) {
      extents.push_back({label.w * float(size.width), label.h * float(size.height)});
    }
  }
  return extents;
}

ValSet::ValSet(Scan scan, int image_size, int batch, bool rect, int stride, double pad, Cache cache)
    : batch_(batch) {
  TENGEN_CHECK(!scan.entries.empty(), "ValSet: the dataset is empty");
  TENGEN_CHECK(image_size > 0 && batch > 0, "ValSet: image size ", image_size, ", batch ", batch);
  if (rect) {
    std::vector<Size> sizes;
    for (const Entry& entry : scan.entries) sizes.push_back(entry.size);
    RectBatches batches = rect_batches(sizes, batch, image_size, stride, pad);
    for (int index : batches.order) entries_.push_back(std::move(scan.entries[size_t(index)]));
    shapes_ = std::move(batches.shapes);
  } else {
    entries_ = std::move(scan.entries);
    shapes_.assign((entries_.size() + size_t(batch) - 1) / size_t(batch), {image_size, image_size});
  }
  store_ = std::make_unique<Store>(entries_, image_size, cache, true);
}
ValSet::~ValSet() = default;

std::pair<int64_t, int64_t> ValSet::batch_range(int64_t batch) const {
  TENGEN_CHECK(batch >= 0 && batch < batches(), "ValSet: batch ", batch, " of ", batches());
  return {batch * batch_, std::min((batch + 1) * batch_, size())};
}

ValSet::Item ValSet::sample(int64_t index) const {
  TENGEN_CHECK(index >= 0 && index < size(), "ValSet: index ", index, " of ", size());
  const Entry& entry = entries_[size_t(index)];
  const auto image = store_->get(size_t(index));
  LetterboxOptions options;
  options.shape = shapes_[size_t(index / batch_)];
  options.scale_up = false;
  LetterboxedImage fitted = letterbox(*image, options);
  Item item;
  item.image = std::move(fitted.image);
  item.fit = fitted.fit;
  item.fit.ratio_w *= double(image->width) / entry.size.width;
  item.fit.ratio_h *= double(image->height) / entry.size.height;
  for (const Label& label : entry.labels) {
    const Box box = to_corners(label, float(entry.size.width), float(entry.size.height));
    item.boxes.push_back({label.cls, box});
    auto fit_x = [&](float x) { return float(x * item.fit.ratio_w + item.fit.pad_w); };
    auto fit_y = [&](float y) { return float(y * item.fit.ratio_h + item.fit.pad_h); };
    item.labels.push_back(to_label({label.cls, {fit_x(box.x1), fit_y(box.y1), fit_x(box.x2), fit_y(box.y2)}},
                                   float(item.image.width), float(item.image.height), true));
  }
  return item;
}

}  // namespace tengen::detect
