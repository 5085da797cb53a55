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
void FieldReader::field(const char* name, Tensor& value) {
  const Tensor* found = in_.find(prefix_ + name);
  if (!found) return value.reset();
  TENGEN_CHECK(found->sizes() == like_.sizes(), "optimizer state: ", prefix_, name, ": expected shape ",
               like_.sizes(), ", but got ", found->sizes());
  value = found->detach().to(like_.options(), /*non_blocking=*/false, /*copy=*/true);
}

}  // namespace tengen::optim
