// Data sets: numbered samples, and their transformation by map().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tengen/data/example.h>

namespace tengen::data::datasets {

template <class Source, class Transform>
class MapDataset;

/// What a transform may be made of: it takes the batches that the data set gives.
template <class Transform, class Batch>
concept TransformsBatch = requires(Transform transform, Batch batch) {
  transform.apply_batch(std::move(batch));
};

/// A data set that gives batches: derive as `class X : public BatchDataset<X>` and define get_batch() and
/// size(). Every worker thread has a copy of its own.
template <class Self, class Batch = std::vector<Example<>>>
class BatchDataset {
 public:
  using SelfType = Self;
  using BatchType = Batch;
  using BatchRequestType = ArrayRef<size_t>;
  static constexpr bool is_stateful = false;

  virtual ~BatchDataset() = default;
  /// The samples with these numbers.
  virtual Batch get_batch(ArrayRef<size_t> indices) = 0;
  /// The number of samples, if it is known.
  virtual std::optional<size_t> size() const = 0;
  /// This data set with a transform applied to each batch.
  template <class Transform>
  MapDataset<Self, Transform> map(Transform transform) & {
    return {static_cast<Self&>(*this), std::move(transform)};
  }
  template <class Transform>
  MapDataset<Self, Transform> map(Transform transform) && {
    return {std::move(static_cast<Self&>(*this)), std::move(transform)};
  }
};

/// A data set that gives single samples: derive as `class X : public Dataset<X>` and define get() and size().
template <class Self, class SingleExample = Example<>>
class Dataset : public BatchDataset<Self, std::vector<SingleExample>> {
 public:
  using ExampleType = SingleExample;
  /// The sample with this number.
  virtual SingleExample get(size_t index) = 0;
  std::vector<SingleExample> get_batch(ArrayRef<size_t> indices) override {
    std::vector<SingleExample> batch;
    batch.reserve(indices.size());
    for (size_t i : indices) batch.push_back(get(i));
    return batch;
  }
};

/// The batches of `Source` after `Transform`: what map() returns.
template <class Source, class Transform>
class MapDataset : public BatchDataset<MapDataset<Source, Transform>, typename Transform::OutputBatchType> {
 public:
  using DatasetType = Source;
  using TransformType = Transform;
  using OutputBatchType = typename Transform::OutputBatchType;
  static_assert(
      TransformsBatch<Transform, typename Source::BatchType>,
      "map(): this transform does not take the batches of this data set. Stack<> turns a std::vector of "
      "examples into one Example; transforms of single examples, such as Normalize<>, go before it");

  MapDataset(Source source, Transform change) : dataset_(std::move(source)), transform_(std::move(change)) {}
  OutputBatchType get_batch(ArrayRef<size_t> indices) override {
    return transform_.apply_batch(dataset_.get_batch(indices));
  }
  std::optional<size_t> size() const override { return dataset_.size(); }
  const Source& dataset() const { return dataset_; }
  const Transform& transform() const { return transform_; }

 private:
  Source dataset_;
  Transform transform_;
};

/// The slices of a tensor along its first dimension, or those of several stacked along a new first dimension.
class TensorDataset : public Dataset<TensorDataset, TensorExample> {
 public:
  explicit TensorDataset(const std::vector<Tensor>& tensors);
  explicit TensorDataset(Tensor slices) : tensor(std::move(slices)) {}
  TensorExample get(size_t index) override;
  std::optional<size_t> size() const override { return size_t(tensor.size(0)); }

  Tensor tensor;
};

/// LeCun's handwritten digits from the four idx files, plain or with .gz: images (1,28,28) float in [0,1],
/// targets () int64. A missing or damaged file is an Error that names it.
class MNIST : public Dataset<MNIST> {
 public:
  enum class Mode { kTrain, kTest };
  explicit MNIST(const std::string& root, Mode mode = Mode::kTrain);
  Example<> get(size_t index) override;
  std::optional<size_t> size() const override { return size_t(images_.size(0)); }
  /// Whether these are the digits for training.
  bool is_train() const { return is_train_; }
  const Tensor& images() const { return images_; }    ///< (N,1,28,28) float
  const Tensor& targets() const { return targets_; }  ///< (N) int64

 private:
  bool is_train_;
  Tensor images_, targets_;
};

}  // namespace tengen::data::datasets
