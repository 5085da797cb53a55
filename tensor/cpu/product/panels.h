// The product of gemm.h where B's rows lie far apart. A panel's rows are then a few cache lines each of many
// pages, often in the same sets of the first-level cache, and begin in the middle of a line. Every tile of
// rows reads the panel again; so where there are several, each panel is first copied to where its rows follow
// one another.
#pragma once

#include <tengen/tensor/cpu/product/gemm.h>
#include <tengen/tensor/cpu/thread_buffers.h>

namespace tengen::cpu::TENGEN_ISA {

/// Whether copying B's panels pays: several tiles read each, and B is spread over more pages than the first
/// level of a TLB holds; or many do, and rows begin in the middle of vectors, so that loads cross cache
/// lines.
template <class T>
bool repays_panels(const Product<T>& product) {
  const int64_t span = product.k > 1 ? product.b_row[product.k - 1] - product.b_row[0] : 0;
  return (product.rows >= 32 && span > 256 * 1024 / int64_t(sizeof(T))) ||
         (product.rows >= 64 && span % Simd<T>::lanes != 0);
}

/// panel (k, kTileCols) = vecs vectors of the product's B from column j on, the last with `last` elements;
/// asks for the panel after it.
template <class T>
void copy_panel(const Product<T>& product, int64_t j, int vecs, int last, T* panel) {
  using S = Simd<T>;
  constexpr int L = S::lanes;
  const auto mask = S::mask(last);
  const T* b = product.b + j;
  auto rows = [&]<int Vecs>() {
    for (int64_t p = 0; p < product.k; ++p, panel += kTileCols<T>) {
      const T* row = b + product.b_row[p];
      TENGEN_UNROLL
      for (int v = 0; v < Vecs - 1; ++v) S::store(panel + v * L, S::load(row + v * L));
      S::store(panel + (Vecs - 1) * L, S::load(row + (Vecs - 1) * L, mask));
      __builtin_prefetch(row + 2 * Vecs * L - 1);
    }
  };
  vecs == 3   ? rows.template operator()<3>()
  : vecs == 2 ? rows.template operator()<2>()
              : rows.template operator()<1>();
}

/// multiply(), by way of copied panels where that pays. k should be at most kBlockDepth.
template <class T>
void multiply_panels(const Product<T>& product, Ahead<T> ahead = {}) {
  constexpr int L = Simd<T>::lanes;
  if (!repays_panels(product)) return multiply(product, ahead);
  const Panels<T> panels{product.cols};
  const int64_t fetch = divide_up(ahead.lines(), max(1, panels.count));
  ThreadBuffers& my = thread_buffers();
  T* panel = my.panel.get<T>(product.k * kTileCols<T>);
  int64_t* panel_row = my.panel_row.get<int64_t>(product.k);
  for (int64_t p = 0; p < product.k; ++p) panel_row[p] = p * kTileCols<T>;
  Product<T> part = product;
  part.b = panel;
  part.b_row = panel_row;
  for (int64_t i = 0; i < panels.count; ++i) {
    const int64_t j = panels.begin(i);
    part.cols = panels.begin(i + 1) - j;
    part.out = product.out + j;
    const int64_t width = divide_up(part.cols, L);
    copy_panel(product, j, int(width), int(part.cols - (width - 1) * L), panel);
    ahead.fetch(fetch);
    multiply(part);
  }
}

}  // namespace tengen::cpu::TENGEN_ISA
