// Data sets and their loader, without gradients.
#include <tengen/data/data.h>
#include <tengen/tensor/factories.h>

using namespace tengen;

int main() {
  auto set = data::datasets::TensorDataset({ones({2}), zeros({2})})
                 .map(data::transforms::Stack<data::TensorExample>());
  auto loader = data::make_data_loader(std::move(set), data::DataLoaderOptions(2));
  int batches = 0;
  for (auto& batch : *loader) batches += batch.data.numel() == 4;
  return batches == 1 ? 0 : 1;
}
