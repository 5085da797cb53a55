#include <tengen/optim/fields.h>

#include <tengen/tensor/factories.h>

namespace tengen::optim {

void FieldWriter::field(const char* name, const double& value) {
  out_.insert(prefix_ + name, scalar_tensor(value, kDouble));
}
void FieldWriter::field(const char* name, const int64_t& value) {
  out_.insert(prefix_ + name, scalar_tensor(value, kLong));
}
void FieldWriter::field(const char* name, const bool& value) {
  out_.insert(prefix_ + name, scalar_tensor(value, kBool));
}
void FieldWriter::field(const char* name, const std::tuple<double, double>& value) {
  out_.insert(prefix_ + name, tensor({std::get<0>(value), std::get<1>(value)}, kDouble));
}
void FieldWriter::field(const char* name, const std::vector<double>& value) {
  out_.insert(prefix_ + name, tensor(value, kDouble));
}
void FieldWriter::field(const char* name, const Tensor& value) {
  if (value.defined()) out_.insert(prefix_ + name, value);
}

void FieldWriter::field(const char* name, const std::vector<Tensor>& value) {
  field((std::string(name) + ".size").c_str(), int64_t(value.size()));
  for (size_t i = 0; i < value.size(); ++i)
    field((std::string(name) + '.' + std::to_string(i)).c_str(), value[i]);
}

const Tensor& FieldReader::get(const char* name, int64_t numel) {
  const Tensor& found = in_[prefix_ + name];
  TENGEN_CHECK(found.numel() == numel, "optimizer state: ", prefix_, name, ": expected ", numel,
               " elements, but got ", found.numel());
  return found;
}

void FieldReader::field(const char* name, double& value) { value = get(name, 1).item<double>(); }
void FieldReader::field(const char* name, int64_t& value) { value = get(name, 1).item<int64_t>(); }
void FieldReader::field(const char* name, bool& value) { value = get(name, 1).item<bool>(); }
void FieldReader::field(const char* name, std::tuple<double, double>& value) {
  Tensor both = get(name, 2).to(kCPU, kDouble).contiguous();
  value = {both.data_ptr<double>()[0], both.data_ptr<double>()[1]};
}
void FieldReader::field(const char* name, std::vector<double>& value) {
  Tensor all = get(name, int64_t(value.size())).to(kCPU, kDouble).contiguous();
  value.assign(all.data_ptr<double>(), all.data_ptr<double>() + all.numel());
}
void FieldReader::field(const char* name, std::vector<Tensor>& value) {
  int64_t size = 0;
  field((std::string(name) + ".size").c_str(), size);
  TENGEN_CHECK(size >= 0 && size <= int64_t(in_.size()), "optimizer state: ", prefix_, name, ": ", size,
               " tensors");
  value.clear();
  for (int64_t i = 0; i < size; ++i) {
    const Tensor& found = in_[prefix_ + name + '.' + std::to_string(i)];
    TENGEN_CHECK(found.dim() == 1, "optimizer state: ", prefix_, name, '.', i,
                 ": expected a vector, but got shape ", found.sizes());
    value.push_back(found.detach().to(like_.options(), /*non_blocking=*/false, /*copy=*/true));
  }
}
void FieldReader::field(const char* name, Tensor& value) {
  const Tensor* found = in_.find(prefix_ + name);
  if (!found) return value.reset();
  TENGEN_CHECK(found->sizes() == like_.sizes(), "optimizer state: ", prefix_, name, ": expected shape ",
               like_.sizes(), ", but got ", found->sizes());
  value = found->detach().to(like_.options(), /*non_blocking=*/false, /*copy=*/true);
}

}  // namespace tengen::optim
