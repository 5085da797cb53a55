#include <tengen/autograd/strided.h>

#include <algorithm>

#include <tengen/autograd/primitives.h>
#include <tengen/autograd/record.h>
#include <tengen/tensor/factories.h>

namespace tengen::autograd {
namespace {

// One past the last element; the geometry has some.
int64_t end_of(const Geometry& g) { return extent_of("as_strided", g.sizes, g.strides, g.offset); }

// Whether an element may be shown twice: not if, from the smallest stride up, each steps over all before it.
bool may_overlap(const Geometry& g) {
  DimVector order;
  for (size_t d = 0; d < g.sizes.size(); ++d)
    if (g.sizes[d] > 1) order.push_back(int64_t(d));
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return g.strides[a] < g.strides[b]; });
  int64_t reach = 0;
  for (int64_t d : order) {
    if (g.strides[d] <= reach) return true;
    reach += (g.sizes[d] - 1) * g.strides[d];
  }
  return false;
}

// The positions of all elements in memory, counted from `origin`: (numel) int64.
Tensor positions(const Geometry& g, int64_t origin, Device device) {
  std::vector<int64_t> found{g.offset - origin};
  for (size_t d = 0; d < g.sizes.size(); ++d) {
    std::vector<int64_t> wider;
    wider.reserve(found.size() * size_t(g.sizes[d]));
    for (int64_t position : found)
      for (int64_t i = 0; i < g.sizes[d]; ++i) wider.push_back(position + i * g.strides[d]);
    found = std::move(wider);
  }
  Tensor out = empty(int64_t(found.size()), kLong);
  std::copy(found.begin(), found.end(), out.data_ptr<int64_t>());
  return raw::to(out, kLong, device);
}

// The part of a memory that begins at `origin` and of which a geometry shows some.
struct Memory {
  Tensor values;  // (length)
  int64_t origin;

  Tensor read(const Geometry& g) const { return raw::view(values, {g.sizes, g.strides, g.offset - origin}); }

  // What is added must be the first to be.
  void add(const Geometry& g, const Tensor& addends) const {
    if (!may_overlap(g)) return raw::copy(read(g), addends);
    const Tensor where = positions(g, origin, values.device());
    const Tensor dense = raw::contiguous(addends);  // perhaps a part of a larger memory
    const Tensor flat = raw::view(dense, {{dense.numel()}, {1}, dense.storage_offset()});
    kernels(values).scatter(view_of(values), view_of(where), view_of(flat), 0, true);
  }
};

// `t`, of geometry `g`, divided by the number of elements that share a place.
Tensor shared(const Tensor& t, const Geometry& g) {
  if (!may_overlap(g)) return t;
  const Memory count{zeros(end_of(g) - g.offset, t.options()), g.offset};
  count.add(g, ones(g.sizes, t.options()));
  return compute(Binary::div, t, count.read(g));
}

// Adds `t` to a memory of zeros under the geometry `from`, and reads the sums under `to`. Elements that share
// a place share its value equally, on the side for which that is asked. It is linear, and its adjoint goes
// the other way.
Tensor transfer(const Tensor& t, const Geometry& from, const Geometry& to, bool shares_from, bool shares_to) {
  Tensor out;
  if (numel_of(from.sizes) == 0 || numel_of(to.sizes) == 0) {
    out = zeros(to.sizes, t.options());
  } else {
    const int64_t origin = std::min(from.offset, to.offset);
    const Memory memory{zeros(std::max(end_of(from), end_of(to)) - origin, t.options()), origin};
    memory.add(from, shares_from ? shared(t, from) : t);
    out = shares_to ? shared(memory.read(to), to) : memory.read(to);
    if (may_overlap(to)) out = raw::contiguous(out);
  }
  return record("as_strided_adjoint", out, {t}, {}, [=](Node&, const Tensor& grad) -> Grads {
    return {transfer(grad, to, from, shares_to, shares_from)};
  });
}

}  // namespace

Tensor as_strided(const Tensor& t, Geometry geometry) {
  Tensor view = make_view(t, geometry);
  return record("as_strided", view, {t}, {},
                [in = raw::geometry(t), out = std::move(geometry)](Node&, const Tensor& grad) -> Grads {
                  return {transfer(grad, out, in, false, true)};
                });
}

}  // namespace tengen::autograd
