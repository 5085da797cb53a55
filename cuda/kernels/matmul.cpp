// The matrix product by cuBLASLt. It takes matrices stored by columns, each with one stride between them;
// ours are (mostly) stored by rows, which is the same as their transposes by columns: out^T (n,m) = b^T (n,k)
// * a^T (k,m). What choosing an algorithm found is kept for each kind of problem.
#include <tengen/cuda/kernels/matmul.h>

#include <cublasLt.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include <tengen/cuda/kernels/families.h>
#include <tengen/cuda/runtime/runtime.h>
#include <tengen/tensor/context.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/error.h>

namespace tengen::cuda {
namespace {

constexpr size_t kMaxWorkspace = size_t{32} << 20;
constexpr size_t kMaxProducts = 4096;    // kept; more are forgotten all at once
constexpr int64_t kMaxBatch = 65535;     // one launch's: a grid's last dimensions end there
constexpr uint64_t kMaxAlignment = 256;  // more does not matter to cuBLASLt

void check(cublasStatus_t status, const char* what) {
  if (status != CUBLAS_STATUS_SUCCESS) fail("cuda: matmul: ", what, ": ", cublasLtGetStatusString(status));
}

/// A matrix as stored: by rows that are `pitch` elements apart, or so after being transposed.
struct Storage {
  bool transposed;
  int64_t pitch;
};
std::optional<int64_t> pitch_by_rows(int64_t rows, int64_t cols, int64_t row, int64_t col) {
  if ((cols > 1 && col != 1) || (rows > 1 && row < cols)) return {};
  return rows > 1 ? row : cols;
}
std::optional<Storage> storage_of(int64_t rows, int64_t cols, int64_t row, int64_t col) {
  if (auto pitch = pitch_by_rows(rows, cols, row, col)) return Storage{false, *pitch};
  if (auto pitch = pitch_by_rows(cols, rows, col, row)) return Storage{true, *pitch};
  return {};
}

/// What an algorithm is chosen by, all of it numbers.
struct Problem {
  std::array<int64_t, 6> sizes;  // type, tf32, batch, m, n, k
  struct Matrix {
    int64_t transposed, pitch, batch_stride, alignment;
    bool operator==(const Matrix&) const = default;
  } a, b, out;
  bool operator==(const Problem&) const = default;
};
struct HashProblem {
  size_t operator()(const Problem& p) const {
    uint64_t hash = 0;
    const auto add = [&](int64_t number) {
      hash = (hash ^ uint64_t(number)) * 0x9e3779b97f4a7c15u, hash ^= hash >> 29;
    };
    for (int64_t number : p.sizes) add(number);
    for (const Problem::Matrix& m : {p.a, p.b, p.out})
      for (int64_t number : {m.transposed, m.pitch, m.batch_stride, m.alignment}) add(number);
    return size_t(hash);
  }
};

/// cuBLASLt's objects, each destroyed by its own function.
template <class T, cublasStatus_t (*kDestroy)(T)>
class Handle {
 public:
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (value_) kDestroy(value_);
  }
  T* receive() { return &value_; }
  T get() const { return value_; }

 private:
  T value_{};
};
using Description = Handle<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using Layout = Handle<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using Preference = Handle<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

struct Product {
  Description description;
  Layout a, b, out;
  cublasLtMatmulAlgo_t algorithm;
  size_t workspace;
};

cudaDataType_t data_type(Dtype dtype) {
  switch (dtype) {
    case kFloat:
      return CUDA_R_32F;
    case kDouble:
      return CUDA_R_64F;
    case kHalf:
      return CUDA_R_16F;
    case kBFloat16:
      return CUDA_R_16BF;
    default:
      not_implemented_error("matmul", int(dtype));
  }
}

/// `matrix` (rows, cols) by rows, that is (cols, rows) by columns.
void describe(Layout& layout, cudaDataType_t type, const Problem::Matrix& matrix, int64_t rows, int64_t cols,
              int64_t batch) {
  if (matrix.transposed) std::swap(rows, cols);
  check(cublasLtMatrixLayoutCreate(layout.receive(), type, uint64_t(cols), uint64_t(rows), matrix.pitch),
        "layout");
  const int32_t count = int32_t(batch);
  check(cublasLtMatrixLayoutSetAttribute(layout.get(), CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                         sizeof count),
        "batch");
  check(cublasLtMatrixLayoutSetAttribute(layout.get(), CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                         &matrix.batch_stride, sizeof matrix.batch_stride),
        "batch stride");
}

void prefer(const Preference& preference, cublasLtMatmulPreferenceAttributes_t attribute, auto value) {
  check(cublasLtMatmulPreferenceSetAttribute(preference.get(), attribute, &value, sizeof value),
        "preference");
}

std::shared_ptr<const Product> choose(cublasLtHandle_t handle, const Problem& p) {
  const auto [dtype, tf32, batch, m, n, k] = p.sizes;
  const cudaDataType_t type = data_type(Dtype(dtype));
  const bool is_double = type == CUDA_R_64F, is_narrow = type == CUDA_R_16F || type == CUDA_R_16BF;
  auto product = std::make_shared<Product>();
  check(cublasLtMatmulDescCreate(product->description.receive(),
                                 is_double ? CUBLAS_COMPUTE_64F
                                 : tf32    ? CUBLAS_COMPUTE_32F_FAST_TF32
                                           : CUBLAS_COMPUTE_32F,
                                 is_double ? CUDA_R_64F : CUDA_R_32F),
        "description");
  const auto transpose = [&](cublasLtMatmulDescAttributes_t attribute, bool transposed) {
    const int32_t operation = transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    check(cublasLtMatmulDescSetAttribute(product->description.get(), attribute, &operation, sizeof operation),
          "transposition");
  };
  transpose(CUBLASLT_MATMUL_DESC_TRANSA, p.b.transposed);
  transpose(CUBLASLT_MATMUL_DESC_TRANSB, p.a.transposed);
  describe(product->a, type, p.a, m, k, batch);
  describe(product->b, type, p.b, k, n, batch);
  describe(product->out, type, p.out, m, n, batch);

  Preference preference;
  check(cublasLtMatmulPreferenceCreate(preference.receive()), "preference");
  prefer(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t(kMaxWorkspace));
  prefer(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, uint32_t(p.b.alignment));
  prefer(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, uint32_t(p.a.alignment));
  prefer(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, uint32_t(p.out.alignment));
  prefer(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, uint32_t(p.out.alignment));
  // Where K is split, parts of 16-bit results are added in float.
  if (is_narrow)
    prefer(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
           uint32_t(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
  cublasLtMatmulHeuristicResult_t found{};
  int count = 0;
  check(cublasLtMatmulAlgoGetHeuristic(handle, product->description.get(), product->b.get(), product->a.get(),
                                       product->out.get(), product->out.get(), preference.get(), 1, &found,
                                       &count),
        "choosing an algorithm");
  if (count == 0)
    fail("cuda: matmul: cuBLASLt has no algorithm for (", m, ", ", k, ") by (", k, ", ", n, ")");
  check(found.state, "choosing an algorithm");
  product->algorithm = found.algo;
  product->workspace = found.workspaceSize;
  return product;
}

/// The device's handle and what has been chosen; any thread may use it.
struct Library {
  cublasLtHandle_t handle = nullptr;
  std::mutex mutex;
  std::unordered_map<Problem, std::shared_ptr<const Product>, HashProblem> products;

  Library() { check(cublasLtCreate(&handle), "cublasLtCreate"); }

  std::shared_ptr<const Product> find(const Problem& problem) {
    {
      std::lock_guard lock(mutex);
      if (auto found = products.find(problem); found != products.end()) return found->second;
    }
    auto chosen = choose(handle, problem);
    std::lock_guard lock(mutex);
    if (products.size() >= kMaxProducts) products.clear();
    return products.emplace(problem, std::move(chosen)).first->second;
  }
};
Library& library() {
  static Library* instance = new Library;  // never destroyed: static tensors may outlive the rest
  return *instance;
}

/// The largest power of two that divides an address.
int64_t alignment(const void* data) {
  const uint64_t address = reinterpret_cast<uint64_t>(data) | kMaxAlignment;
  return int64_t(address & -address);
}

template <class T>
T* advance(T* data, int64_t elements, Dtype dtype) {
  using Byte = std::conditional_t<std::is_const_v<T>, const char, char>;
  return static_cast<Byte*>(data) + elements * int64_t(item_size(dtype));
}

/// (batch, rows, cols) with any strides.
struct Matrices {
  int64_t rows, cols, row, col, batch_stride;

  bool in_place() const { return batch_stride >= 0 && storage_of(rows, cols, row, col); }
  Matrices contiguous() const { return {rows, cols, cols, 1, batch_stride == 0 ? 0 : rows * cols}; }
};
void copy(Dtype dtype, int64_t batch, void* to, const Matrices& out, const void* from, const Matrices& in) {
  const int64_t sizes[] = {in.batch_stride == 0 ? 1 : batch, in.rows, in.cols};
  const int64_t out_strides[] = {out.batch_stride, out.row, out.col},
                in_strides[] = {in.batch_stride, in.row, in.col};
  kernel_table().copy({to, dtype, 3, sizes, out_strides},
                      {const_cast<void*>(from), dtype, 3, sizes, in_strides});
}

/// All three matrices can be used in place, `out` by rows.
void multiply(Dtype dtype, bool tf32, const MatmulShape& s, const void* a, const void* b, void* out) {
  for (int64_t first = 0; first < s.batch; first += kMaxBatch) {
    const int64_t batch = std::min(kMaxBatch, s.batch - first);
    const auto matrix = [&](const void* data, int64_t rows, int64_t cols, int64_t row, int64_t col,
                            int64_t stride) {
      const Storage storage = *storage_of(rows, cols, row, col);
      return Problem::Matrix{storage.transposed, storage.pitch, batch > 1 ? stride : 0, alignment(data)};
    };
    const void *my_a = advance(a, first * s.a_batch, dtype), *my_b = advance(b, first * s.b_batch, dtype);
    void* my_out = advance(out, first * s.out_batch, dtype);
    const Problem problem{{int64_t(dtype), tf32, batch, s.m, s.n, s.k},
                          matrix(my_a, s.m, s.k, s.a_row, s.a_col, s.a_batch),
                          matrix(my_b, s.k, s.n, s.b_row, s.b_col, s.b_batch),
                          {false, s.m > 1 ? s.out_row : s.n, batch > 1 ? s.out_batch : 0, alignment(my_out)}};
    Library& lib = library();
    const auto product = lib.find(problem);
    const DeviceScratch workspace(product->workspace);
    const double numbers[] = {1, 0};
    const float float_numbers[] = {1, 0};
    const bool is_double = dtype == kDouble;
    const void* one = is_double ? static_cast<const void*>(numbers) : float_numbers;
    const void* zero = is_double ? static_cast<const void*>(numbers + 1) : float_numbers + 1;
    check(cublasLtMatmul(lib.handle, product->description.get(), one, my_b, product->b.get(), my_a,
                         product->a.get(), zero, my_out, product->out.get(), my_out, product->out.get(),
                         &product->algorithm, workspace.data(), product->workspace, current_stream()),
          "cublasLtMatmul");
  }
}

}  // namespace

void matmul(Dtype dtype, const MatmulShape& shape, const void* a, const void* b, void* out, bool allow_tf32) {
  MatmulShape s = shape;
  data_type(dtype);  // an Error for other types
  if (s.batch == 0 || s.m == 0 || s.n == 0) return;
  if (s.batch == 1) s.a_batch = s.b_batch = s.out_batch = 0;
  if (s.k == 0) {
    const int64_t sizes[] = {s.batch, s.m, s.n}, strides[] = {s.out_batch, s.out_row, s.out_col};
    return kernel_table().fill({out, dtype, 3, sizes, strides}, 0, 0);
  }
  // Many left matrices, one right one: the rows of all are one tall matrix.
  if (s.batch > 1 && s.b_batch == 0 &&
      (s.m == 1 || (s.a_batch == s.m * s.a_row && s.out_batch == s.m * s.out_row))) {
    if (s.m == 1) s.a_row = s.a_batch, s.out_row = s.out_batch;
    s.m *= s.batch, s.batch = 1;
    s.a_batch = s.out_batch = 0;
  }
  const Matrices result{s.m, s.n, s.out_row, s.out_col, s.out_batch};
  if (!result.in_place()) {
    const Matrices packed{s.m, s.n, s.n, 1, s.batch > 1 ? s.m * s.n : 0};
    const DeviceScratch memory(size_t(s.batch * s.m * s.n) * item_size(dtype));
    s.out_batch = packed.batch_stride, s.out_row = packed.row, s.out_col = packed.col;
    matmul(dtype, s, a, b, memory.data(), allow_tf32);
    return copy(dtype, s.batch, out, result, memory.data(), packed);
  }
  if (storage_of(s.m, s.n, s.out_row, s.out_col)->transposed) {  // out^T = b^T * a^T
    std::swap(a, b);
    std::swap(s.m, s.n);
    std::swap(s.out_row, s.out_col);
    std::swap(s.a_batch, s.b_batch);
    const int64_t a_row = s.a_row, a_col = s.a_col;
    s.a_row = s.b_col, s.a_col = s.b_row, s.b_row = a_col, s.b_col = a_row;
  }
  std::optional<DeviceScratch> memory_a, memory_b;
  const auto pack = [&](std::optional<DeviceScratch>& memory, const void*& data, const Matrices& matrices,
                        int64_t& row, int64_t& col, int64_t& batch_stride) {
    if (matrices.in_place()) return;
    const Matrices packed = matrices.contiguous();
    const int64_t count = (matrices.batch_stride == 0 ? 1 : s.batch) * matrices.rows * matrices.cols;
    memory.emplace(size_t(count) * item_size(dtype));
    copy(dtype, s.batch, memory->data(), packed, data, matrices);
    data = memory->data();
    row = packed.row, col = packed.col, batch_stride = packed.batch_stride;
  };
  pack(memory_a, a, {s.m, s.k, s.a_row, s.a_col, s.a_batch}, s.a_row, s.a_col, s.a_batch);
  pack(memory_b, b, {s.k, s.n, s.b_row, s.b_col, s.b_batch}, s.b_row, s.b_col, s.b_batch);
  multiply(dtype, allow_tf32 && dtype == kFloat, s, a, b, out);
}

void add_matmul_kernels(Kernels& table) {
  table.matmul = [](Dtype dtype, const MatmulShape& shape, const void* a, const void* b, void* out) {
    matmul(dtype, shape, a, b, out, globalContext().allowTF32CuBLAS());
  };
}

}  // namespace tengen::cuda
