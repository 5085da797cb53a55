// Literals: what LibTorch 1.13 prints.
#include <doctest/doctest.h>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/factories.h>

using namespace tengen;

namespace {

std::string text(const Tensor& t) {
  std::ostringstream out;
  out << t;
  return out.str();
}

constexpr double kInf = INFINITY, kNan = NAN;

}  // namespace

// clang-format off
TEST_CASE("print: character for character LibTorch") {
  CHECK(text(tensor({{1.0, 2.0}, {3.0, 4.0}})) == R"( 1  2
 3  4
[ CPUFloatType{2,2} ])");
  CHECK(text(tensor({1.5, -2.25, 300.0})) == R"(   1.5000
  -2.2500
 300.0000
[ CPUFloatType{3} ])");
  CHECK(text(tensor({0.001, 0.002})) == R"(0.001 *
 1.0000
 2.0000
[ CPUFloatType{2} ])");
  CHECK(text(tensor({{123456.7, 2e5}, {-3e5, 4.5e5}})) == R"(1e+05 *
 1.2346  2.0000
 -3.0000  4.5000
[ CPUFloatType{2,2} ])");
  CHECK(text(tensor({1e-10, 1.0})) == R"( 1.0000e-10
 1.0000e+00
[ CPUFloatType{2} ])");
  CHECK(text(tensor({1e200, 1e-200}, kDouble)) == R"( 1.0000e+200
 1.0000e-200
[ CPUDoubleType{2} ])");
  CHECK(text(tensor({1e10, 1.0})) == R"( 1.0000e+10
 1.0000e+00
[ CPUFloatType{2} ])");
  CHECK(text(tensor({kNan, kInf, -kInf})) == R"(nan
inf
-inf
[ CPUFloatType{3} ])");
  CHECK(text(tensor({kNan, 1.5})) == R"(    nan
 1.5000
[ CPUFloatType{2} ])");
  CHECK(text(tensor(2.5)) == R"(2.5
[ CPUFloatType{} ])");
  CHECK(text(tensor(true)) == R"(1
[ CPUBoolType{} ])");
  CHECK(text(tensor({1, -20, 300})) == R"(   1
 -20
 300
[ CPULongType{3} ])");
  CHECK(text(tensor({true, false})) == R"( 1
 0
[ CPUBoolType{2} ])");
  CHECK(text(arange(8).view({2, 2, 2})) == R"((1,.,.) = 
  0  1
  2  3

(2,.,.) = 
  4  5
  6  7
[ CPULongType{2,2,2} ])");
  CHECK(text(full({2, 1, 1, 2}, 0.001)) == R"((1,1,.,.) = 
 0.001 *
  1.0000  1.0000

(2,1,.,.) = 
 0.001 *
  1.0000  1.0000
[ CPUFloatType{2,1,1,2} ])");
  CHECK(text(zeros({2, 30})) == R"(Columns 1 to 26 0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0
 0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0  0

Columns 27 to 30 0  0  0  0
 0  0  0  0
[ CPUFloatType{2,30} ])");
  CHECK(text(empty({0})) == R"([ CPUFloatType{0} ])");
  CHECK(text(empty({2, 0, 3}, kByte)) == R"([ CPUByteType{2,0,3} ])");
  CHECK(text(ones({1}, kHalf)) == R"( 1
[ CPUHalfType{1} ])");
  CHECK(text(Tensor()) == R"([ Tensor (undefined) ])");
}
// clang-format on

TEST_CASE(
    "print: the stream's own format stays, and its precision counts for whole numbers and scalars only") {
  std::ostringstream out;
  out << std::setprecision(3) << std::fixed << tensor(3.14159) << ' ' << 1.23456 << ' ' << tensor({0.123456})
      << ' ' << 2.5;
  CHECK(out.str() == "3.14\n[ CPUFloatType{} ] 1.235  0.1235\n[ CPUFloatType{1} ] 2.500");
}

TEST_CASE("print: names of types") {
  CHECK(empty({2}, kLong).toString() == "CPULongType");
  CHECK(empty({2}, kBFloat16).toString() == "CPUBFloat16Type");
  CHECK(Tensor().toString() == "UndefinedType");
}

TEST_CASE("print: devices and their types") {
  std::ostringstream out;
  out << kCPU << ' ' << kCUDA << ' ' << Device(kCUDA, 1) << ' ' << ones({1}).device();
  CHECK(out.str() == "cpu cuda cuda:1 cpu");
}

TEST_CASE("print: options of tensors") {
  std::ostringstream given, unset;
  given << ones({2}, kLong).options().requires_grad(false);
  unset << TensorOptions();
  CHECK(given.str() ==
        "TensorOptions(dtype=Long, device=cpu, layout=Strided, requires_grad=false, pinned_memory=false "
        "(default))");
  CHECK(unset.str() ==
        "TensorOptions(dtype=Float (default), device=cpu (default), layout=Strided, requires_grad=false "
        "(default), pinned_memory=false (default))");
}

TEST_CASE("print: print() writes type and shape to stderr") {
  std::ostringstream caught;
  std::streambuf* before = std::cerr.rdbuf(caught.rdbuf());
  zeros({2, 3}).print();
  Tensor().print();
  std::cerr.rdbuf(before);
  CHECK(caught.str() == "[CPUFloatType [2, 3]]\n[UndefinedTensor]\n");
}
