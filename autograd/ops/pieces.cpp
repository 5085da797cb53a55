// Tensors cut into pieces and joined, all by slices and cat.
#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

std::vector<Tensor> tensor_split(const Tensor& self, int64_t sections, int64_t dim) {
  TENGEN_CHECK(self.dim() > 0, "tensor_split: expected at least a 1-dimensional tensor, but got a 0-d one");
  TENGEN_CHECK(sections > 0, "tensor_split: number of sections must be larger than 0, got ", sections);
  const int64_t size = self.size(dim), length = size / sections, longer = size % sections;
  std::vector<Tensor> pieces;
  for (int64_t i = 0, begin = 0; i < sections; ++i) {
    const int64_t end = begin + length + (i < longer);
    pieces.push_back(self.slice(dim, begin, end));
    begin = end;
  }
  return pieces;
}
std::vector<Tensor> tensor_split(const Tensor& self, IntArrayRef indices, int64_t dim) {
  TENGEN_CHECK(self.dim() > 0, "tensor_split: expected at least a 1-dimensional tensor, but got a 0-d one");
  std::vector<Tensor> pieces;
  int64_t begin = 0;
  for (int64_t end : indices) {
    pieces.push_back(self.slice(dim, begin, end));
    begin = end;
  }
  pieces.push_back(self.slice(dim, begin));
  return pieces;
}
std::vector<Tensor> tensor_split(const Tensor& self, const Tensor& at, int64_t dim) {
  TENGEN_CHECK(at.dtype() == kLong && at.dim() <= 1 && at.is_cpu(),
               "tensor_split: expected indices or sections as an int64 tensor of at most 1 dimension on the "
               "CPU, but got ",
               at.dtype(), " of shape ", at.sizes(), " on ", at.device());
  if (at.dim() == 0) return tensor_split(self, at.item<int64_t>(), dim);
  const Tensor indices = at.contiguous();
  return tensor_split(self, IntArrayRef(indices.data_ptr<int64_t>(), size_t(indices.numel())), dim);
}

namespace {

// The dimension that `name` cuts.
int64_t cut_dim(const char* name, const Tensor& self, int64_t least_dims, int64_t dim) {
  TENGEN_CHECK(self.dim() >= least_dims, name, ": requires a tensor with at least ", least_dims,
               least_dims == 1 ? " dimension" : " dimensions", ", but got a tensor with ", self.dim(),
               " dimensions");
  return dim;
}

std::vector<Tensor> even_pieces(const char* name, const Tensor& self, int64_t sections, int64_t dim) {
  const int64_t size = self.size(dim);
  TENGEN_CHECK(sections > 0 && size % sections == 0, name, ": attempted to split along dimension ", dim,
               ", but the size of the dimension ", size, " is not divisible by the split_size ", sections);
  return tensor_split(self, sections, dim);
}

int64_t horizontal(const Tensor& self) { return cut_dim("hsplit", self, 1, self.dim() == 1 ? 0 : 1); }

std::vector<Tensor> each(TensorList tensors, Tensor (*f)(const Tensor&)) {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(f(t));
  return out;
}

}  // namespace

std::vector<Tensor> hsplit(const Tensor& self, int64_t sections) {
  return even_pieces("hsplit", self, sections, horizontal(self));
}
std::vector<Tensor> hsplit(const Tensor& self, IntArrayRef indices) {
  return tensor_split(self, indices, horizontal(self));
}
std::vector<Tensor> vsplit(const Tensor& self, int64_t sections) {
  return even_pieces("vsplit", self, sections, cut_dim("vsplit", self, 2, 0));
}
std::vector<Tensor> vsplit(const Tensor& self, IntArrayRef indices) {
  return tensor_split(self, indices, cut_dim("vsplit", self, 2, 0));
}
std::vector<Tensor> dsplit(const Tensor& self, int64_t sections) {
  return even_pieces("dsplit", self, sections, cut_dim("dsplit", self, 3, 2));
}
std::vector<Tensor> dsplit(const Tensor& self, IntArrayRef indices) {
  return tensor_split(self, indices, cut_dim("dsplit", self, 3, 2));
}

Tensor atleast_1d(const Tensor& self) { return self.dim() == 0 ? self.reshape(1) : self; }
std::vector<Tensor> atleast_1d(TensorList tensors) { return each(tensors, atleast_1d); }
Tensor atleast_2d(const Tensor& self) { return self.dim() < 2 ? self.reshape({1, self.numel()}) : self; }
std::vector<Tensor> atleast_2d(TensorList tensors) { return each(tensors, atleast_2d); }
Tensor atleast_3d(const Tensor& self) { return self.dim() < 3 ? atleast_2d(self).unsqueeze(-1) : self; }
std::vector<Tensor> atleast_3d(TensorList tensors) { return each(tensors, atleast_3d); }

Tensor dstack(TensorList tensors) {
  TENGEN_CHECK(!tensors.empty(), "dstack expects a non-empty TensorList");
  return cat(atleast_3d(tensors), 2);
}

Tensor column_stack(TensorList tensors) {
  TENGEN_CHECK(!tensors.empty(), "column_stack expects a non-empty TensorList");
  return hstack(each(tensors, [](const Tensor& t) { return t.dim() < 2 ? t.reshape({t.numel(), 1}) : t; }));
}

Tensor fliplr(const Tensor& self) {
  TENGEN_CHECK(self.dim() >= 2, "fliplr: input must be >= 2-d, but got shape ", self.sizes());
  return self.flip(1);
}
Tensor flipud(const Tensor& self) {
  TENGEN_CHECK(self.dim() >= 1, "flipud: input must be >= 1-d, but got shape ", self.sizes());
  return self.flip(0);
}

}  // namespace tengen::inline api
