// Tensors on a device: where they live, how they travel, memory, streams, graphs.
#include <doctest/doctest.h>
#include <tengen/cuda/runtime/graph.h>
#include <tengen/cuda/runtime/stream.h>
#include <tengen/torch.h>

#include <cmath>

using namespace tengen;

namespace {
bool same(const Tensor& a, const Tensor& b) { return a.to(kCPU, kDouble).equal(b.to(kCPU, kDouble)); }
}  // namespace

TEST_CASE("tensors know their device") {
  Tensor t = ones({2, 3}, kCUDA);
  CHECK(t.is_cuda());
  CHECK(t.device().str() == "cuda:0");
  CHECK(t.toString() == "CUDAFloatType");
  CHECK(same(t, ones({2, 3})));
  CHECK_THROWS_WITH_AS(ones({2}, Device("cuda:1")), doctest::Contains("one device"), Error);
  CHECK(zeros_like(t).is_cuda());
  CHECK((t + 1).sum().item<float>() == 12);
}

TEST_CASE("values travel: any type, any strides, both ways") {
  for (ScalarType type : {kByte, kBool, kInt, kLong, kHalf, kBFloat16, kFloat, kDouble}) {
    INFO(to_string(type));
    Tensor host = arange(24).reshape({2, 3, 4}).to(type);
    Tensor strided = host.transpose(0, 2).slice(1, 0, 3, 2);
    CHECK(same(host.to(kCUDA).to(kDouble), host.to(kDouble)));
    CHECK(same(strided.to(kCUDA), strided));
    CHECK(same(host.to(kCUDA).transpose(0, 2).slice(1, 0, 3, 2), strided));
    Tensor wide = zeros({4, 2, 2}, TensorOptions(kDouble).device(kCUDA));
    wide.copy_(strided);
    CHECK(same(wide, strided.to(kDouble)));
    Tensor back = zeros({4, 2, 2}, kFloat);
    back.copy_(wide);
    CHECK(same(back, strided.to(kFloat)));
  }
}

TEST_CASE("devices do not mix, but for numbers") {
  Tensor host = ones({3}), device = ones({3}, kCUDA), number = tensor(2.f);
  CHECK_THROWS_WITH_AS(host + device, doctest::Contains("same device"), Error);
  CHECK_THROWS_WITH_AS(device.matmul(host), doctest::Contains("same device"), Error);
  CHECK_THROWS_WITH_AS(cat({host, device}), doctest::Contains("same device"), Error);
  CHECK_THROWS_WITH_AS(host.gather(0, zeros({1}, TensorOptions(kLong).device(kCUDA))),
                       doctest::Contains("same device"), Error);
  CHECK((device * number).is_cuda());
  CHECK(same(number - device, ones({3})));
  CHECK(same(device.index({tensor({0, 2})}), ones({2})));  // indices may be on the host
  // And the gradient of the number comes back to it.
  number.set_requires_grad(true);
  (device * number).sum().backward();
  CHECK(number.grad().is_cpu());
  CHECK(number.grad().item<float>() == 3);
}

TEST_CASE("gradients flow through copies between devices") {
  Tensor x = randn({4, 5}).set_requires_grad(true);
  (x.to(kCUDA) * 3).cpu().sum().backward();
  CHECK(same(x.grad(), full({4, 5}, 3.f)));
}

TEST_CASE("a module and its optimizer live on the device") {
  manual_seed(3);
  nn::Sequential host(nn::Linear(4, 8), nn::ReLU(), nn::Linear(8, 1));
  auto device = std::dynamic_pointer_cast<nn::SequentialImpl>(host->clone());
  device->to(kCUDA);
  Tensor x = randn({16, 4}), y = randn({16, 1});
  optim::Adam on_host(host->parameters(), optim::AdamOptions(0.01)),
      on_device(device->parameters(), optim::AdamOptions(0.01));
  for (int i = 0; i < 5; ++i) {
    on_host.zero_grad();
    on_device.zero_grad();
    mse_loss(host->forward(x), y).backward();
    mse_loss(device->forward(x.to(kCUDA)), y.to(kCUDA)).backward();
    on_host.step();
    on_device.step();
  }
  for (size_t i = 0; i < host->parameters().size(); ++i)
    CHECK(host->parameters()[i].allclose(device->parameters()[i].cpu(), 1e-4, 1e-5));
}

TEST_CASE("the caching allocator gives blocks back to itself") {
  cuda::empty_cache();
  const size_t before = cuda::memory_allocated();
  void* first;
  {
    Tensor t = empty({1000, 1000}, kCUDA);
    first = t.data_ptr();
    CHECK(cuda::memory_allocated() >= before + 4'000'000);
  }
  CHECK(cuda::memory_allocated() == before);
  CHECK(cuda::max_memory_allocated() >= before + 4'000'000);
#if !defined(__SANITIZE_ADDRESS__)
  CHECK(empty({1000, 1000}, kCUDA).data_ptr() == first);
  CHECK(cuda::memory_reserved() >= 4'000'000);
#endif
  cuda::empty_cache();
  CHECK_THROWS_WITH_AS(empty({int64_t{1} << 45}, kCUDA), doctest::Contains("out of memory"), Error);
}

TEST_CASE("pinned memory: copies that nobody waits for") {
  Tensor host = arange(1000, kFloat).pin_memory();
  CHECK(host.is_pinned());
  CHECK(!host.clone().is_pinned());
  CHECK(empty({3}, TensorOptions().pinned_memory(true)).is_pinned());
  Tensor device = host.to(kCUDA, /*non_blocking=*/true);
  Tensor back = device.to(kCPU, /*non_blocking=*/true);
  cuda::synchronize();
  CHECK(back.is_pinned());
  CHECK(back.equal(host));
}

TEST_CASE("streams and events") {
  cuda::CUDAStream other = cuda::getStreamFromPool();
  CHECK(!(other == cuda::getCurrentCUDAStream()));
  cuda::CUDAEvent done(/*timing=*/true), start(/*timing=*/true);
  Tensor x;
  {
    cuda::CUDAStreamGuard guard(other);
    CHECK(cuda::getCurrentCUDAStream() == other);
    start.record();
    x = ones({100}, kCUDA) * 2;
    done.record();
  }
  CHECK(cuda::getCurrentCUDAStream() == cuda::getDefaultCUDAStream());
  done.block(cuda::getCurrentCUDAStream());
  CHECK((x + 1).sum().item<float>() == 300);
  done.synchronize();
  CHECK(done.query());
  CHECK(start.elapsed_time(done) >= 0);
}

TEST_CASE("a graph computes again what was recorded, on new input") {
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(2, 4, 3).padding(1)), nn::ReLU(), nn::Flatten(),
                     nn::Linear(100, 3));
  net->to(kCUDA);
  NoGradGuard guard;
  Tensor input = zeros({1, 2, 5, 5}, kCUDA), output;
  cuda::CUDAGraph graph;
  CHECK_THROWS_WITH_AS(graph.capture_begin(), doctest::Contains("default stream"), Error);
  CHECK_THROWS_AS(graph.replay(), Error);
  {
    cuda::CUDAStreamGuard stream(cuda::getStreamFromPool());
    net->forward(input);
    graph.capture_begin();
    output = net->forward(input);
    graph.capture_end();
  }
  const size_t allocated = cuda::memory_allocated();
  for (int i = 0; i < 3; ++i) {
    Tensor x = randn({1, 2, 5, 5});
    input.copy_(x);
    graph.replay();
    Tensor expected = net->forward(x.to(kCUDA)).cpu();
    CHECK(output.cpu().allclose(expected));
  }
  CHECK(cuda::memory_allocated() == allocated);
  graph.reset();
  CHECK_THROWS_AS(graph.replay(), Error);
}

TEST_CASE("graphs recorded one after the other on a stream share memory with it") {
  const cuda::CUDAStream stream = cuda::getStreamFromPool();
  const Tensor x = ones({100000}, kCUDA);
  size_t reserved = 0;
  for (int i = 0; i < 4; ++i) {
    cuda::CUDAStreamGuard guard(stream);
    (x * 2 + 1).exp();
    cuda::CUDAGraph graph;
    graph.capture_begin();
    const Tensor y = (x * 2 + 1).exp();
    graph.capture_end();
    if (i == 0) reserved = cuda::memory_reserved();
    CHECK(cuda::memory_reserved() == reserved);
    if (i == 3) cuda::empty_cache();  // leaves the graph its memory
    graph.replay();
    CHECK(y[0].item<float>() == doctest::Approx(std::exp(3.0)));
  }
}

TEST_CASE("waiting for the device while recording is an error, after which all goes on") {
  Tensor x = ones({3}, kCUDA);
  {
    cuda::CUDAStreamGuard stream(cuda::getStreamFromPool());
    cuda::CUDAGraph graph;
    graph.capture_begin();
    Tensor y = x * 2;
    CHECK_THROWS_AS(y.sum().item(), Error);
    CHECK_THROWS_AS(graph.capture_end(), Error);
  }
  CHECK((x * 2).sum().item<float>() == 6);
}
