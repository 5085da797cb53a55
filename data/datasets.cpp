#include <tengen/data/datasets.h>

#include <zlib.h>

#include <memory>

#include <tengen/data/transforms.h>
#include <tengen/tensor/compute.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/raw.h>

namespace tengen::data::datasets {
namespace {

// Sample number `index` of a tensor whose first dimension counts them: a view.
Tensor sample(const Tensor& samples, size_t index) {
  return raw::view(samples, raw::select(samples, 0, int64_t(index)));
}

}  // namespace

TensorDataset::TensorDataset(const std::vector<Tensor>& tensors)
    : tensor(transforms::Stack<TensorExample>().apply_batch({tensors.begin(), tensors.end()})) {}

TensorExample TensorDataset::get(size_t index) { return sample(tensor, index); }

// ---- MNIST

namespace {

// Reads an idx file: magic number 0x0000'08'DD (unsigned bytes, DD dimensions), sizes as big-endian 32-bit
// numbers, then the bytes. zlib's reader takes plain files too.
Tensor read_idx(const std::string& root, const std::string& name, size_t dimensions) {
  std::string path = root + '/' + name;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) file.reset(gzopen((path += ".gz").c_str(), "rb"));
  TENGEN_CHECK(file, "MNIST: cannot open ", root, '/', name, " or the same with .gz");
  auto read = [&](void* out, size_t bytes) {
    TENGEN_CHECK(gzread(file.get(), out, unsigned(bytes)) == int(bytes), "MNIST: ", path, " ends too early");
  };
  auto number = [&] {
    unsigned char b[4];
    read(b, 4);
    return int64_t(b[0]) << 24 | int64_t(b[1]) << 16 | int64_t(b[2]) << 8 | int64_t(b[3]);
  };
  int64_t magic = number();
  TENGEN_CHECK(magic == int64_t(0x800 + dimensions), "MNIST: ", path, " is no idx file of bytes with ",
               dimensions, " dimensions: its magic number is ", magic, ", expected ", 0x800 + dimensions);
  DimVector sizes;
  for (size_t d = 0; d < dimensions; ++d) sizes.push_back(number());
  TENGEN_CHECK(dimensions == 1 || (sizes[1] == 28 && sizes[2] == 28), "MNIST: ", path, " has images of ",
               IntArrayRef(sizes), ", expected 28 x 28");
  TENGEN_CHECK(sizes[0] <= 1'000'000, "MNIST: ", path, " claims ", sizes[0], " entries");
  Tensor data = empty(sizes, kByte);
  read(data.data_ptr(), data.nbytes());
  return data;
}

}  // namespace

MNIST::MNIST(const std::string& root, Mode mode) : is_train_(mode == Mode::kTrain) {
  std::string prefix = is_train_ ? "train" : "t10k";
  const Tensor bytes = read_idx(root, prefix + "-images-idx3-ubyte", 3);
  images_ = compute(Binary::div, raw::view(bytes, raw::unsqueeze(bytes, 1)), Scalar(255), kFloat, kFloat);
  targets_ = raw::to(read_idx(root, prefix + "-labels-idx1-ubyte", 1), kLong);
  TENGEN_CHECK(images_.size(0) == targets_.size(0), "MNIST: ", root, " has ", images_.size(0), " images but ",
               targets_.size(0), " labels");
}

Example<> MNIST::get(size_t index) { return {sample(images_, index), sample(targets_, index)}; }

}  // namespace tengen::data::datasets
