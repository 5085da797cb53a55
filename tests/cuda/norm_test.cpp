// Softmax, batch and layer normalisation: sizes that take every way through the kernels.
#include "compare.h"

using namespace cuda_test;

namespace {

double tolerance(ScalarType dtype) { return dtype == kFloat ? 3e-5 : 1e-11; }

void check_softmax(int64_t rows, int64_t size, ScalarType dtype, int64_t shift) {
  CAPTURE(rows);
  CAPTURE(size);
  CAPTURE(to_string(dtype));
  CAPTURE(shift);
  const Tensor x = randn({rows, size}, dtype) * 3, g = randn({rows, size}, dtype);
  const Tensor dx = on_device(x, shift), dg = on_device(g, shift);
  for (bool log : {false, true}) {
    CAPTURE(log);
    const Tensor y = empty_like(x), grad = empty_like(x);
    const Tensor dy = empty_on_device(x, shift), dgrad = empty_on_device(x, shift);
    kernels(kCPU).softmax(dtype, rows, size, x.data_ptr(), y.data_ptr(), log);
    kernels(kCUDA).softmax(dtype, rows, size, dx.data_ptr(), dy.data_ptr(), log);
    CHECK(difference(dy, y, tolerance(dtype)) == "");
    dy.copy_(y);
    kernels(kCPU).softmax_grad(dtype, rows, size, g.data_ptr(), y.data_ptr(), grad.data_ptr(), log);
    kernels(kCUDA).softmax_grad(dtype, rows, size, dg.data_ptr(), dy.data_ptr(), dgrad.data_ptr(), log);
    // The sum over the gradients of a long row is as inexact on either side.
    CHECK(difference(dgrad, grad, tolerance(dtype) * (size > 2000 ? 20 : 1)) == "");
  }
}

Tensor device_softmax(const Tensor& x, bool log) {
  const Tensor dx = on_device(x), dy = empty_on_device(x);
  kernels(kCUDA).softmax(x.dtype(), x.size(0), x.size(1), dx.data_ptr(), dy.data_ptr(), log);
  return dy;
}

struct BatchNorm {
  NormShape shape;
  ScalarType dtype;
  int64_t shift;
  bool affine;

  void check() const {
    CAPTURE(shape.outer);
    CAPTURE(shape.channels);
    CAPTURE(shape.inner);
    CAPTURE(to_string(dtype));
    CAPTURE(shift);
    const DimVector sizes{shape.outer, shape.channels, shape.inner};
    const Tensor x = randn(sizes, dtype) * 2 + 1, g = randn(sizes, dtype);
    const Tensor weight = affine ? randn({shape.channels}, dtype) : Tensor();
    const Tensor bias = affine ? randn({shape.channels}, dtype) : Tensor();
    const auto device = [&](const Tensor& t) { return t.defined() ? on_device(t, shift) : t; };
    const Tensor dx = device(x), dg = device(g), dweight = device(weight), dbias = device(bias);
    const auto channels = [&] { return empty({shape.channels}, dtype); };
    const Tensor out = empty_like(x), mean = channels(), var = channels(), invstd = channels();
    const Tensor dout = empty_on_device(x, shift), dmean = empty_on_device(mean),
                 dvar = empty_on_device(mean), dinvstd = empty_on_device(mean);
    const double eps = 1e-5;
    kernels(kCPU).batch_norm(dtype, shape, x.data_ptr(), data_of(weight), data_of(bias), eps, out.data_ptr(),
                             mean.data_ptr(), var.data_ptr(), invstd.data_ptr());
    kernels(kCUDA).batch_norm(dtype, shape, dx.data_ptr(), data_of(dweight), data_of(dbias), eps,
                              dout.data_ptr(), dmean.data_ptr(), dvar.data_ptr(), dinvstd.data_ptr());
    const double close = tolerance(dtype);
    CHECK(difference(dmean, mean, close) == "");
    CHECK(difference(dvar, var, close) == "");
    CHECK(difference(dinvstd, invstd, close) == "");
    CHECK(difference(dout, out, close) == "");
    for (Activation activation : {Activation::None, Activation::ReLU, Activation::SiLU}) {
      if (activation != Activation::None && shape.inner == 1) continue;
      CAPTURE(int(activation));
      // ReLU takes the side that its input is on: both get the same statistics.
      dmean.copy_(mean), dinvstd.copy_(invstd);
      const Tensor grad = empty_like(x), dw = channels(), db = channels();
      const Tensor dgrad = empty_on_device(x, shift), ddw = empty_on_device(dw), ddb = empty_on_device(db);
      kernels(kCPU).batch_norm_grad(dtype, shape, activation, g.data_ptr(), x.data_ptr(), mean.data_ptr(),
                                    invstd.data_ptr(), data_of(weight), data_of(bias), grad.data_ptr(),
                                    dw.data_ptr(), db.data_ptr());
      kernels(kCUDA).batch_norm_grad(dtype, shape, activation, dg.data_ptr(), dx.data_ptr(), dmean.data_ptr(),
                                     dinvstd.data_ptr(), data_of(dweight), data_of(dbias), dgrad.data_ptr(),
                                     ddw.data_ptr(), ddb.data_ptr());
      const double elements = double(shape.outer * shape.inner);
      CHECK(difference(dgrad, grad, close) == "");
      CHECK(difference(ddw, dw, close * (1 + std::sqrt(elements))) == "");
      CHECK(difference(ddb, db, close * (1 + std::sqrt(elements))) == "");
    }
  }
};

void check_layer_norm(int64_t rows, int64_t size, ScalarType dtype, int64_t shift, bool affine) {
  CAPTURE(rows);
  CAPTURE(size);
  CAPTURE(to_string(dtype));
  CAPTURE(shift);
  const Tensor x = randn({rows, size}, dtype) * 2 + 1, g = randn({rows, size}, dtype);
  const Tensor weight = affine ? randn({size}, dtype) : Tensor(),
               bias = affine ? randn({size}, dtype) : Tensor();
  const auto device = [&](const Tensor& t) { return t.defined() ? on_device(t, shift) : t; };
  const Tensor dx = device(x), dg = device(g), dweight = device(weight), dbias = device(bias);
  const Tensor out = empty_like(x), mean = empty({rows}, dtype), invstd = empty({rows}, dtype);
  const Tensor dout = empty_on_device(x, shift), dmean = empty_on_device(mean),
               dinvstd = empty_on_device(mean);
  kernels(kCPU).layer_norm(dtype, rows, size, x.data_ptr(), data_of(weight), data_of(bias), 1e-5,
                           out.data_ptr(), mean.data_ptr(), invstd.data_ptr());
  kernels(kCUDA).layer_norm(dtype, rows, size, dx.data_ptr(), data_of(dweight), data_of(dbias), 1e-5,
                            dout.data_ptr(), dmean.data_ptr(), dinvstd.data_ptr());
  const double close = tolerance(dtype);
  CHECK(difference(dmean, mean, close) == "");
  CHECK(difference(dinvstd, invstd, close) == "");
  CHECK(difference(dout, out, close) == "");
  const Tensor grad = empty_like(x), dw = empty({size}, dtype), db = empty({size}, dtype);
  const Tensor dgrad = empty_on_device(x, shift), ddw = empty_on_device(dw), ddb = empty_on_device(db);
  kernels(kCPU).layer_norm_grad(dtype, rows, size, g.data_ptr(), x.data_ptr(), mean.data_ptr(),
                                invstd.data_ptr(), data_of(weight), grad.data_ptr(), dw.data_ptr(),
                                db.data_ptr());
  kernels(kCUDA).layer_norm_grad(dtype, rows, size, dg.data_ptr(), dx.data_ptr(), dmean.data_ptr(),
                                 dinvstd.data_ptr(), data_of(dweight), dgrad.data_ptr(), ddw.data_ptr(),
                                 ddb.data_ptr());
  CHECK(difference(dgrad, grad, close) == "");
  CHECK(difference(ddw, dw, close * (1 + std::sqrt(double(rows)))) == "");
  CHECK(difference(ddb, db, close * (1 + std::sqrt(double(rows)))) == "");
}

}  // namespace

TEST_CASE("softmax: rows of a few lanes, a warp, a block, and longer than shared memory") {
  manual_seed(0);
  for (ScalarType dtype : {kFloat, kDouble})
    for (int64_t size : {1, 3, 10, 32, 33, 128, 130, 512, 513, 1000, 1024, 1025, 4096, 5002})
      for (int64_t shift : {0, 1}) check_softmax(size < 100 ? 37 : 5, size, dtype, shift);
  check_softmax(2, 20000, kFloat, 0);
  check_softmax(2, 70004, kFloat, 0);
  check_softmax(1, 70001, kFloat, 1);
  check_softmax(1, 40000, kDouble, 0);
}

TEST_CASE("softmax: infinities and NaN") {
  const float inf = INFINITY;
  for (int64_t size : {4, 40, 3000}) {
    CAPTURE(size);
    Tensor x = zeros({5, size});
    x[0].fill_(-inf);
    x[1].fill_(-inf), x[1][size - 1].fill_(2);
    x[2][1].fill_(NAN);
    x[3][2].fill_(inf);
    x[4].fill_(-inf), x[4][0].fill_(NAN);
    for (bool log : {false, true}) {
      const Tensor y = empty_like(x);
      kernels(kCPU).softmax(kFloat, 5, size, x.data_ptr(), y.data_ptr(), log);
      CHECK(difference(device_softmax(x, log), y, 1e-6) == "");
    }
  }
}

TEST_CASE("batch_norm: planes in packs or not, columns, one part and several") {
  manual_seed(1);
  for (ScalarType dtype : {kFloat, kDouble}) {
    for (int64_t shift : {0, 1})
      for (NormShape shape : {NormShape{4, 3, 7},
                              {2, 5, 16},
                              {3, 2, 81},
                              {1, 1, 1},
                              {2, 2, 6000},
                              {5, 33, 1},
                              {300, 70, 1},
                              {3, 2, 4097},
                              {700, 3, 13}})
        BatchNorm{shape, dtype, shift, shift == 0 || shape.channels % 2 == 0}.check();
  }
  BatchNorm{{0, 3, 0}, kFloat, 0, true}.check();
}

TEST_CASE("batch_norm: the variance of numbers far from zero") {
  manual_seed(2);
  const Tensor x = randn({2, 1, 30000}) + 10000;
  const double variance = x.to(kDouble).var(false).item<double>();
  for (NormShape shape : {NormShape{2, 1, 30000}, NormShape{60000, 1, 1}}) {
    const Tensor dx = on_device(x), out = empty_on_device(x);
    const Tensor mean = empty({1}, TensorOptions(kCUDA)), var = empty_like(mean), invstd = empty_like(mean);
    kernels(kCUDA).batch_norm(kFloat, shape, dx.data_ptr(), nullptr, nullptr, 0, out.data_ptr(),
                              mean.data_ptr(), var.data_ptr(), invstd.data_ptr());
    CHECK(std::abs(var.item<float>() - variance) < 1e-5);
  }
}

TEST_CASE("layer_norm: rows of a few lanes, a warp, a block, and longer than shared memory") {
  manual_seed(3);
  for (ScalarType dtype : {kFloat, kDouble})
    for (int64_t size : {1, 10, 32, 33, 128, 130, 512, 513, 768, 1024, 1025, 4096, 5002})
      for (int64_t shift : {0, 1}) check_layer_norm(size < 100 ? 37 : 5, size, dtype, shift, size % 2 == 0);
  check_layer_norm(600, 40, kFloat, 0, true);
  check_layer_norm(2, 70004, kFloat, 0, true);
  check_layer_norm(1, 30001, kDouble, 1, true);
}
