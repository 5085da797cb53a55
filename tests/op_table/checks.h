// The checks that follow from a row. A family's file of rows ends with OP_TABLE_TESTS(family).
#pragma once

#include <doctest/doctest.h>

#include "table.h"

namespace op_table {

void check_forward(const Rows& rows);  // float64, non-contiguous and float32 runs against the reference
void check_gradients(const Rows& rows, bool second_order);
void check_inplace(const Rows& rows);                         // data, version, gradients, leaves, views
void check_threads(const Rows& rows);                         // the same bits with 1 and 2 threads
void check_reduced(const Rows& rows, tengen::Device device);  // Half and BFloat16 against float32
void check_errors(const Rows& rows);
// On the CUDA device, emulated or real; without one they say so and do nothing.
void check_cuda_forward(const Rows& rows);  // agrees with the CPU, as do in-place variants
void check_cuda_gradients(const Rows& rows, bool second_order);  // agree with the CPU's
void check_reduced_cuda(const Rows& rows);                       // check_reduced there
void check_cuda_differences(const Rows& rows);                   // gradcheck in float64

inline Rows rows_of(void (*add)(Rows&)) {
  Rows rows;
  add(rows);
  return rows;
}

}  // namespace op_table

#define OP_TABLE_TESTS(family)                                                        \
  [[maybe_unused]] static const bool family##_entered =                               \
      (op_table::families().push_back({#family, op_table::add_##family}), true);      \
                                                                                      \
  TEST_CASE(#family ": forward agrees with the reference") {                          \
    op_table::check_forward(op_table::rows_of(op_table::add_##family));               \
  }                                                                                   \
  TEST_CASE(#family ": gradients agree with finite differences") {                    \
    op_table::check_gradients(op_table::rows_of(op_table::add_##family), false);      \
  }                                                                                   \
  TEST_CASE(#family ": second derivatives agree with finite differences") {           \
    op_table::check_gradients(op_table::rows_of(op_table::add_##family), true);       \
  }                                                                                   \
  TEST_CASE(#family ": in-place variants") {                                          \
    op_table::check_inplace(op_table::rows_of(op_table::add_##family));               \
  }                                                                                   \
  TEST_CASE(#family ": the same bits with one and two threads") {                     \
    op_table::check_threads(op_table::rows_of(op_table::add_##family));               \
  }                                                                                   \
  TEST_CASE(#family ": 16-bit types agree with float32") {                            \
    op_table::check_reduced(op_table::rows_of(op_table::add_##family), tengen::kCPU); \
  }                                                                                   \
  TEST_CASE(#family ": errors name what is wrong") {                                  \
    op_table::check_errors(op_table::rows_of(op_table::add_##family));                \
  }                                                                                   \
  TEST_CASE(#family ": CUDA, forward agrees with the CPU") {                          \
    op_table::check_cuda_forward(op_table::rows_of(op_table::add_##family));          \
  }                                                                                   \
  TEST_CASE(#family ": CUDA, gradients agree with the CPU") {                         \
    op_table::check_cuda_gradients(op_table::rows_of(op_table::add_##family), false); \
  }                                                                                   \
  TEST_CASE(#family ": CUDA, second derivatives agree with the CPU") {                \
    op_table::check_cuda_gradients(op_table::rows_of(op_table::add_##family), true);  \
  }                                                                                   \
  TEST_CASE(#family ": CUDA, 16-bit types agree with float32") {                      \
    op_table::check_reduced_cuda(op_table::rows_of(op_table::add_##family));          \
  }                                                                                   \
  TEST_CASE(#family ": CUDA, gradients agree with finite differences") {              \
    op_table::check_cuda_differences(op_table::rows_of(op_table::add_##family));      \
  }
