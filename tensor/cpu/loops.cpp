#include <tengen/tensor/cpu/loops.h>
#include <tengen/tensor/cpu/low_precision.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

template <class Dst, class Src>
void move_elements(void* dst_data, int64_t dst_outer, int64_t dst_inner, const void* src_data,
                   int64_t src_outer, int64_t src_inner, int64_t outer, int64_t inner) {
  auto convert = [](Src value) {
    if constexpr (__is_same(Dst, bool))
      return value != 0;
    else if constexpr (is_reduced<Src>)
      return widen(value);
    else if constexpr (is_reduced<Dst>)
      return narrow<Dst>(value);
    else
      return static_cast<Dst>(value);
  };
  if (inner < 8 && outer > inner) {  // long loops inside
    std::swap(outer, inner);
    std::swap(dst_outer, dst_inner);
    std::swap(src_outer, src_inner);
  }
  for (int64_t o = 0; o < outer; ++o) {
    Dst* dst = static_cast<Dst*>(dst_data) + o * dst_outer;
    const Src* src = static_cast<const Src*>(src_data) + o * src_outer;
    if (dst_inner == 1 && src_inner == 1) {
      if constexpr (is_reduced<Src>)
        widen(dst, src, inner);
      else if constexpr (is_reduced<Dst>)
        narrow(dst, src, inner);
      else
        for (int64_t i = 0; i < inner; ++i) dst[i] = convert(src[i]);
    } else if (dst_inner == 1 && src_inner == 0) {
      Dst value = convert(*src);
      for (int64_t i = 0; i < inner; ++i) dst[i] = value;
    } else {
      for (int64_t i = 0; i < inner; ++i) dst[i * dst_inner] = convert(src[i * src_inner]);
    }
  }
}

Mover raw_mover(int64_t item) {
  switch (item) {
    case 1:
      return move_elements<uint8_t, uint8_t>;
    case 2:
      return move_elements<uint16_t, uint16_t>;
    case 4:
      return move_elements<uint32_t, uint32_t>;
    default:
      return move_elements<uint64_t, uint64_t>;
  }
}

}  // namespace

int64_t bytes_of(Dtype dtype) {
  switch (dtype) {
    case kByte:
    case kChar:
    case kBool:
      return 1;
    case kShort:
    case kHalf:
    case kBFloat16:
      return 2;
    case kInt:
    case kFloat:
      return 4;
    default:
      return 8;
  }
}

Order::Order(const View& view, int first, int last) {
  for (int d = first; d < last; ++d) {
    numel *= view.sizes[d];
    if (view.sizes[d] == 1) continue;
    dims.push_back(d);
    sizes.push_back(view.sizes[d]);
  }
}

void Order::follow(const View& view) {
  for (size_t i = 1; i < dims.size(); ++i)  // insertion sort: nearly always in order already
    for (size_t j = i; j > 0; --j) {
      int64_t a = view.strides[dims[j - 1]], b = view.strides[dims[j]];
      if ((a < 0 ? -a : a) >= (b < 0 ? -b : b)) break;
      std::swap(dims[j - 1], dims[j]);
      std::swap(sizes[j - 1], sizes[j]);
    }
}

void StridedOperand::bind(const View& view, const Order& order, Dtype as) {
  data_ = static_cast<char*>(view.data);
  item_ = bytes_of(view.dtype);
  computed_item_ = bytes_of(as);
  for (size_t i = 0; i < order.dims.size(); ++i) {
    int64_t size = order.sizes[i], stride = view.strides[order.dims[i]];
    if (!sizes_.empty() && strides_.back() == stride * size) {
      sizes_.back() *= size;
      strides_.back() = stride;
    } else {
      sizes_.push_back(size);
      strides_.push_back(stride);
    }
  }
  if (sizes_.size() == 1 && strides_[0] == 0) sizes_.clear(), strides_.clear();
  direct_ = as == view.dtype && (order.numel == 1 || (sizes_.size() == 1 && strides_[0] == 1));
  load_ = store_ = raw_mover(item_);
  if (as == view.dtype) return;
  switch (view.dtype) {  // as float
    case kHalf:
      load_ = move_elements<float, Half>, store_ = move_elements<Half, float>;
      return;
    case kBFloat16:
      load_ = move_elements<float, BFloat16>, store_ = move_elements<BFloat16, float>;
      return;
    default:
      break;
  }
  switch (view.dtype) {  // as int64_t
    case kByte:
      load_ = move_elements<int64_t, uint8_t>, store_ = move_elements<uint8_t, int64_t>;
      break;
    case kChar:
      load_ = move_elements<int64_t, int8_t>, store_ = move_elements<int8_t, int64_t>;
      break;
    case kShort:
      load_ = move_elements<int64_t, int16_t>, store_ = move_elements<int16_t, int64_t>;
      break;
    case kInt:
      load_ = move_elements<int64_t, int32_t>, store_ = move_elements<int32_t, int64_t>;
      break;
    default:
      load_ = move_elements<int64_t, bool>, store_ = move_elements<bool, int64_t>;
      break;
  }
}

int64_t StridedOperand::offset(int64_t index) const {
  int64_t offset = 0;
  for (size_t d = sizes_.size(); d-- > 0 && index;) {
    int64_t rest = index / sizes_[d];
    offset += (index - rest * sizes_[d]) * strides_[d];
    index = rest;
  }
  return offset;
}

void StridedOperand::move(int64_t begin, int64_t count, void* buffer, bool storing) const {
  char* packed = static_cast<char*>(buffer);
  auto step = [&](int64_t offset, int64_t outer, int64_t outer_stride, int64_t inner, int64_t inner_stride) {
    char* place = data_ + offset * item_;
    if (storing)
      store_(place, outer_stride, inner_stride, packed, inner, 1, outer, inner);
    else
      load_(packed, inner, 1, place, outer_stride, inner_stride, outer, inner);
    packed += outer * inner * computed_item_;
  };
  int dims = int(sizes_.size());
  if (dims == 0) return step(0, 1, 0, count, 0);
  if (dims == 1) return step(begin * strides_[0], 1, 0, count, strides_[0]);

  // The last two dimensions are walked by the mover, the others by a counter.
  int64_t inner = sizes_[dims - 1], inner_stride = strides_[dims - 1];
  int64_t middle = sizes_[dims - 2], middle_stride = strides_[dims - 2];
  DimVector counter(dims - 2, 0);
  int64_t rest = begin / inner, column = begin - rest * inner, row = rest % middle;
  rest /= middle;
  int64_t base = 0;
  for (int d = dims - 3; d >= 0; --d) {
    counter[d] = rest % sizes_[d];
    base += counter[d] * strides_[d];
    rest /= sizes_[d];
  }
  while (count > 0) {
    int64_t place = base + row * middle_stride;
    if (column != 0 || count < inner) {  // a part of a row
      int64_t n = inner - column < count ? inner - column : count;
      step(place + column * inner_stride, 1, 0, n, inner_stride);
      count -= n;
      if ((column += n) < inner) return;
      column = 0;
      ++row;
    } else {  // whole rows
      int64_t rows = count / inner < middle - row ? count / inner : middle - row;
      step(place, rows, middle_stride, inner, inner_stride);
      count -= rows * inner;
      row += rows;
    }
    if (row < middle) continue;
    row = 0;
    for (int d = dims - 3; d >= 0; --d) {
      base += strides_[d];
      if (++counter[d] < sizes_[d]) break;
      base -= sizes_[d] * strides_[d];
      counter[d] = 0;
    }
  }
}

}  // namespace tengen::cpu::TENGEN_ISA
