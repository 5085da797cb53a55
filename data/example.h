// One sample of a data set, or a batch of them.
#pragma once

#include <utility>

#include <tengen/tensor/tensor.h>

namespace tengen::data {

/// Data with its target: the pair that a network learns from.
template <class Data = Tensor, class Target = Tensor>
struct Example {
  using DataType = Data;
  using TargetType = Target;
  Example() = default;
  Example(Data input, Target answer) : data(std::move(input)), target(std::move(answer)) {}
  Data data;
  Target target;
};

namespace example {
using NoTarget = void;
}

/// Data alone.
template <class Data>
struct Example<Data, example::NoTarget> {
  using DataType = Data;
  using TargetType = example::NoTarget;
  Example() = default;
  Example(Data input) : data(std::move(input)) {}
  operator Data&() { return data; }
  operator const Data&() const { return data; }
  Data data;
};
using TensorExample = Example<Tensor, example::NoTarget>;

}  // namespace tengen::data
