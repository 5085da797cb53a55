#include <tengen/io/numpy.h>

#include <algorithm>
#include <cstring>
#include <set>

#include <tengen/io/npy.h>
#include <tengen/io/zip.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/raw.h>

namespace tengen::io {
namespace {

Tensor to_tensor(const NpyArray& array) {
  std::vector<int64_t> shape = array.shape;
  if (array.fortran) std::reverse(shape.begin(), shape.end());
  Tensor out = empty(shape, array.dtype);
  if (!array.data.empty()) std::memcpy(out.mutable_data_ptr(), array.data.data(), array.data.size());
  if (!array.fortran) return out;
  std::vector<int64_t> order;
  for (int64_t d = out.dim(); d-- > 0;) order.push_back(d);
  return raw::contiguous(raw::view(out, raw::permute(out, order)));
}

}  // namespace

Tensor load_npy(const std::string& path) { return to_tensor(read_npy(path)); }

void save_npy(const std::string& path, const Tensor& tensor) {
  TENGEN_CHECK(tensor.defined(), "save_npy: ", path, ": the tensor is undefined");
  const Tensor plain = raw::contiguous(raw::to(tensor, tensor.dtype(), kCPU));
  write_npy(path, plain.dtype(), {plain.sizes().data(), plain.sizes().size()},
            {static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()});
}

void save_npz(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& arrays) {
  AtomicFile file("save_npz", path);
  ZipWriter zip([&](const void* data, size_t size) { file.write(data, size); });
  std::set<std::string> seen;
  for (const auto& [name, tensor] : arrays) {
    TENGEN_CHECK(tensor.defined(), "save_npz: ", path, ": '", name, "' is undefined");
    TENGEN_CHECK(seen.insert(name).second, "save_npz: ", path, ": the name '", name, "' occurs twice");
    const Tensor plain = raw::contiguous(raw::to(tensor, tensor.dtype(), kCPU));
    std::string bytes =
        npy_header(path, plain.dtype(), {plain.sizes().data(), plain.sizes().size()}, plain.nbytes());
    if (plain.nbytes()) bytes.append(static_cast<const char*>(plain.const_data_ptr()), plain.nbytes());
    zip.add(name + ".npy", bytes.data(), bytes.size());
  }
  zip.finish();
  file.commit();
}

std::vector<std::pair<std::string, Tensor>> load_npz(const std::string& path) {
  const ZipReader archive("load_npz", path);
  std::vector<std::pair<std::string, Tensor>> arrays;
  for (const ZipReader::Member& member : archive.members()) {
    std::string name = member.name;
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    arrays.emplace_back(name, to_tensor(parse_npy(archive.read(member), path + "/" + member.name)));
  }
  return arrays;
}

}  // namespace tengen::io
