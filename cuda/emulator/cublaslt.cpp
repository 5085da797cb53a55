// cuBLASLt's products by the CPU's kernels, in the stream's order.
#include <cublasLt.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include <tengen/tensor/kernels.h>

namespace {

using tengen::BFloat16;
using tengen::Half;
using tengen::MatmulShape;

constexpr uint64_t kAlgorithm = 0x746e65676e;  // marks what cublasLtMatmulAlgoGetHeuristic has filled in
constexpr uint64_t kWorkspace = 1 << 20;       // that deep products use, where it is allowed

template <class T>
cublasStatus_t set(T& to, const void* value, size_t bytes) {
  if (!value || bytes != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(&to, value, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

bool is_narrow(cudaDataType_t type) { return type == CUDA_R_16F || type == CUDA_R_16BF; }
size_t size_of(cudaDataType_t type) { return is_narrow(type) ? 2 : type == CUDA_R_32F ? 4 : 8; }

bool valid(const cublasLtMatrixLayoutOpaque_t& m) {
  return m.rows > 0 && m.cols > 0 && m.ld >= int64_t(m.rows) && m.batch > 0 && m.batch <= 65535 &&
         m.batch_stride >= 0;
}

/// Whether the product makes sense and is one of the kinds that cuBLASLt has.
cublasStatus_t check(const cublasLtMatmulDescOpaque_t* description, const cublasLtMatrixLayoutOpaque_t* a,
                     const cublasLtMatrixLayoutOpaque_t* b, const cublasLtMatrixLayoutOpaque_t* c,
                     const cublasLtMatrixLayoutOpaque_t* d) {
  if (!description || !a || !b || !c || !d) return CUBLAS_STATUS_INVALID_VALUE;
  for (const auto* matrix : {a, b, c, d})
    if (!valid(*matrix) || matrix->batch != a->batch) return CUBLAS_STATUS_INVALID_VALUE;
  const bool turn_a = description->transpose_a, turn_b = description->transpose_b;
  const uint64_t m = turn_a ? a->cols : a->rows, k = turn_a ? a->rows : a->cols;
  const uint64_t k_of_b = turn_b ? b->cols : b->rows, n = turn_b ? b->rows : b->cols;
  if (k != k_of_b || d->rows != m || d->cols != n || c->rows != m || c->cols != n)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (d->batch > 1 && d->batch_stride < int64_t(m))
    return CUBLAS_STATUS_INVALID_VALUE;  // results would overlap
  const cudaDataType_t type = a->type;
  if (b->type != type || c->type != type || d->type != type) return CUBLAS_STATUS_NOT_SUPPORTED;
  switch (description->compute) {
    case CUBLAS_COMPUTE_64F:
      return type == CUDA_R_64F && description->scale == CUDA_R_64F ? CUBLAS_STATUS_SUCCESS
                                                                    : CUBLAS_STATUS_NOT_SUPPORTED;
    case CUBLAS_COMPUTE_32F:
      return type != CUDA_R_64F && description->scale == CUDA_R_32F ? CUBLAS_STATUS_SUCCESS
                                                                    : CUBLAS_STATUS_NOT_SUPPORTED;
    case CUBLAS_COMPUTE_32F_FAST_TF32:
      return type == CUDA_R_32F && description->scale == CUDA_R_32F ? CUBLAS_STATUS_SUCCESS
                                                                    : CUBLAS_STATUS_NOT_SUPPORTED;
  }
  return CUBLAS_STATUS_NOT_SUPPORTED;
}

/// What an algorithm was chosen for; the rest of its words are alignments and the workspace.
uint64_t problem_of(const cublasLtMatmulDescOpaque_t& t, const cublasLtMatrixLayoutOpaque_t& a,
                    const cublasLtMatrixLayoutOpaque_t& b, const cublasLtMatrixLayoutOpaque_t& d) {
  uint64_t hash = kAlgorithm;
  const auto add = [&](uint64_t number) { hash = (hash ^ number) * 0x9e3779b97f4a7c15u; };
  for (int part : {int(t.compute), int(t.scale), int(t.transpose_a), int(t.transpose_b)}) add(uint64_t(part));
  for (const auto* m : {&a, &b, &d})
    for (uint64_t part : {uint64_t(m->type), m->rows, m->cols, uint64_t(m->ld), uint64_t(m->batch),
                          uint64_t(m->batch_stride)})
      add(part);
  return hash;
}

/// An operand's numbers, rounded to TF32 if asked, by columns and without gaps.
std::vector<float> widen(const void* data, const cublasLtMatrixLayoutOpaque_t& layout, bool tf32) {
  std::vector<float> numbers;
  for (int32_t i = 0; i < layout.batch; ++i)
    for (uint64_t col = 0; col < layout.cols; ++col)
      for (uint64_t row = 0; row < layout.rows; ++row) {
        const int64_t at = i * layout.batch_stride + int64_t(col) * layout.ld + int64_t(row);
        float number = layout.type == CUDA_R_16F    ? float(static_cast<const Half*>(data)[at])
                       : layout.type == CUDA_R_16BF ? float(static_cast<const BFloat16*>(data)[at])
                                                    : static_cast<const float*>(data)[at];
        if (tf32 && std::isfinite(number))
          number = std::bit_cast<float>((std::bit_cast<uint32_t>(number) + 0x1000u) & ~0x1fffu);
        numbers.push_back(number);
      }
  return numbers;
}
cublasLtMatrixLayoutOpaque_t packed(const cublasLtMatrixLayoutOpaque_t& layout) {
  return {CUDA_R_32F,           layout.rows,  layout.cols,
          int64_t(layout.rows), layout.batch, int64_t(layout.rows * layout.cols)};
}

void multiply(const cublasLtMatmulDescOpaque_t& t, const void* a, cublasLtMatrixLayoutOpaque_t a_layout,
              const void* b, cublasLtMatrixLayoutOpaque_t b_layout, void* d,
              cublasLtMatrixLayoutOpaque_t d_layout) {
  const bool narrow = is_narrow(d_layout.type), tf32 = t.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
  std::vector<float> wide_a, wide_b, wide_d;
  const cublasLtMatrixLayoutOpaque_t result = d_layout;
  void* out = d;
  if (narrow || tf32) {
    wide_a = widen(a, a_layout, tf32), a = wide_a.data(), a_layout = packed(a_layout);
    wide_b = widen(b, b_layout, tf32), b = wide_b.data(), b_layout = packed(b_layout);
  }
  if (narrow) {
    d_layout = packed(d_layout);
    wide_d.resize(size_t(d_layout.batch_stride * d_layout.batch));
    out = wide_d.data();
  }
  MatmulShape s{};
  s.batch = result.batch, s.m = int64_t(result.rows), s.n = int64_t(result.cols);
  s.k = int64_t(t.transpose_a ? a_layout.rows : a_layout.cols);
  s.a_batch = a_layout.batch_stride, s.b_batch = b_layout.batch_stride, s.out_batch = d_layout.batch_stride;
  s.a_row = 1, s.a_col = a_layout.ld, s.b_row = 1, s.b_col = b_layout.ld, s.out_row = 1,
  s.out_col = d_layout.ld;
  if (t.transpose_a) std::swap(s.a_row, s.a_col);
  if (t.transpose_b) std::swap(s.b_row, s.b_col);
  tengen::kernels(tengen::kCPU)
      .matmul(result.type == CUDA_R_64F ? tengen::kDouble : tengen::kFloat, s, a, b, out);
  if (!narrow) return;
  size_t next = 0;
  for (int32_t i = 0; i < result.batch; ++i)
    for (uint64_t col = 0; col < result.cols; ++col)
      for (uint64_t row = 0; row < result.rows; ++row, ++next) {
        const int64_t at = i * result.batch_stride + int64_t(col) * result.ld + int64_t(row);
        if (result.type == CUDA_R_16F)
          static_cast<Half*>(d)[at] = wide_d[next];
        else
          static_cast<BFloat16*>(d)[at] = wide_d[next];
      }
}

bool is_number(const void* scale, cudaDataType_t type, double expected) {
  return scale && (type == CUDA_R_64F ? *static_cast<const double*>(scale)
                                      : double(*static_cast<const float*>(scale))) == expected;
}

}  // namespace

const char* cublasLtGetStatusString(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "success";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "the library was not initialized";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "an unsupported value or parameter was passed to the function";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "the GPU program failed to execute";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "the functionality requested is not supported";
  }
  return "unknown status";
}

struct cublasLtContext {};
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = new cublasLtContext;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType_t type, uint64_t rows,
                                          uint64_t cols, int64_t ld) {
  *layout = new cublasLtMatrixLayoutOpaque_t{type, rows, cols, ld};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete layout;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute, const void* value,
                                                size_t bytes) {
  switch (attribute) {
    case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
      return set(layout->batch, value, bytes);
    case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
      return set(layout->batch_stride, value, bytes);
  }
  return CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* description, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  *description = new cublasLtMatmulDescOpaque_t{compute, scale};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t description) {
  delete description;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description,
                                              cublasLtMatmulDescAttributes_t attribute, const void* value,
                                              size_t bytes) {
  int32_t operation = -1;
  if (cublasStatus_t status = set(operation, value, bytes)) return status;
  if (operation != CUBLAS_OP_N && operation != CUBLAS_OP_T) return CUBLAS_STATUS_INVALID_VALUE;
  (attribute == CUBLASLT_MATMUL_DESC_TRANSA ? description->transpose_a : description->transpose_b) =
      operation;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = new cublasLtMatmulPreferenceOpaque_t;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete preference;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, size_t bytes) {
  if (attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES) return set(preference->workspace, value, bytes);
  if (attribute == CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK)
    return set(preference->reductions, value, bytes);
  return set(preference->alignments[attribute - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES], value, bytes);
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t description,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t results[], int* found) {
  if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!preference || wanted <= 0 || !results || !found) return CUBLAS_STATUS_INVALID_VALUE;
  *found = 0;
  if (cublasStatus_t status = check(description, a, b, c, d)) return status;
  for (uint32_t alignment : preference->alignments)
    if (alignment < size_of(a->type)) return CUBLAS_STATUS_NOT_SUPPORTED;
  const bool deep = (description->transpose_a ? a->rows : a->cols) > 256;
  *found = 1;
  results[0] = {};
  results[0].workspaceSize = deep && preference->workspace >= kWorkspace ? kWorkspace : 0;
  results[0].state = CUBLAS_STATUS_SUCCESS;
  uint64_t* words = results[0].algo.data;
  words[0] = kAlgorithm, words[1] = problem_of(*description, *a, *b, *d), words[2] = results[0].workspaceSize;
  for (int i = 0; i < 4; ++i) words[3 + i] = preference->alignments[i];
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t description, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t a_layout, const void* b,
                              cublasLtMatrixLayout_t b_layout, const void* beta, const void* c,
                              cublasLtMatrixLayout_t c_layout, void* d, cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t* algo, void* workspace, size_t workspace_bytes,
                              cudaStream_t stream) {
  if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (cublasStatus_t status = check(description, a_layout, b_layout, c_layout, d_layout)) return status;
  if (!algo || algo->data[0] != kAlgorithm ||
      algo->data[1] != problem_of(*description, *a_layout, *b_layout, *d_layout))
    return CUBLAS_STATUS_NOT_SUPPORTED;
  const void* const operands[] = {a, b, c, d};
  for (int i = 0; i < 4; ++i)
    if (!operands[i] || reinterpret_cast<uint64_t>(operands[i]) % algo->data[3 + i] != 0)
      return CUBLAS_STATUS_INVALID_VALUE;
  const uint64_t need = algo->data[2];
  if (workspace_bytes < need || (need && (!workspace || reinterpret_cast<uint64_t>(workspace) % 16 != 0)))
    return CUBLAS_STATUS_INVALID_VALUE;
  if (!is_number(alpha, description->scale, 1) || !is_number(beta, description->scale, 0))
    return CUBLAS_STATUS_NOT_SUPPORTED;
  const cudaError_t error = tengen::cuda::emulator::run(
      stream, [=, t = *description, al = *a_layout, bl = *b_layout, dl = *d_layout] {
        if (need) std::memset(workspace, 0xff, need);
        multiply(t, a, al, b, bl, d, dl);
      });
  return error ? CUBLAS_STATUS_EXECUTION_FAILED : CUBLAS_STATUS_SUCCESS;
}
