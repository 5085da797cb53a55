// A child process (fork) computes, with threads of its own, and ends.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <atomic>
#include <thread>

#include "child.h"

TEST_CASE("fork: the child computes in parallel and leaves by exit()" * doctest::skip(kSanitized)) {
  const int threads = torch::get_num_threads();
  torch::set_num_threads(2);
  const torch::Tensor a = torch::randn({300, 300}), b = a.mm(a);
  CHECK(well_in_child([&] {
    bool same = a.mm(a).equal(b);
    torch::set_num_threads(3);
    same &= a.mm(a).equal(b);
    return same && well_in_child([&] { return a.mm(a).equal(b); });  // a grandchild
  }));
  CHECK(a.mm(a).equal(b));
  torch::set_num_threads(threads);
}

TEST_CASE("fork: other threads allocate, draw random numbers and run backward meanwhile" *
          doctest::skip(kSanitized)) {
  torch::Tensor w = torch::ones({64}).set_requires_grad(true);
  std::atomic<bool> quit{false};
  std::vector<std::thread> busy;
  for (int i = 0; i < 3; ++i)
    busy.emplace_back([&] {
      while (!quit) {
        torch::Tensor x = torch::rand({20000});
        (w * x.narrow(0, 0, 64)).sum().backward();
      }
    });
  bool well = true;
  for (int i = 0; i < 20 && well; ++i)
    well = well_in_child(
        [&] {
          const torch::Tensor v = torch::ones({64}).set_requires_grad(true);
          (v * w * torch::rand({64}) + torch::randn({100000}).sum()).sum().backward();
          std::vector<torch::Tensor> many;
          for (int k = 0; k < 200; ++k) many.push_back(torch::empty({k * 100}));
          return v.grad().defined() && w.grad().defined();
        },
        20);
  quit = true;
  for (std::thread& thread : busy) thread.join();
  CHECK(well);
}
