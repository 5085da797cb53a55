// Files and messages hold the same numbers whatever locale the program has chosen.
#include <doctest/doctest.h>
#include <tengen/io/numpy.h>
#include <tengen/io/safetensors.h>
#include <tengen/tensor/plain_text.h>
#include <tengen/torch.h>

#include <sstream>

#include "../../foreign_locale.h"
#include "../../temporary.h"

TEST_CASE("locale: the guard works") {
  ForeignLocale foreign;
  std::ostringstream out;
  out << 12345.5;
  CHECK(out.str() == "12.345,5");
}

TEST_CASE("locale: numbers as text and back") {
  ForeignLocale foreign;
  CHECK(tengen::plain_text::format("%.2f %d", 12345.5, 67890) == "12345.50 67890");
  CHECK(tengen::plain_text::number<double>("12345.5") == 12345.5);
  CHECK(tengen::plain_text::number<int>("12.345") == std::nullopt);
  tengen::plain_text::Classic<std::ostringstream> out;
  out << 12345.5;
  CHECK(out.str() == "12345.5");
  tengen::plain_text::Classic<std::istringstream> in("12345.5");
  double value = 0;
  CHECK((in >> value && value == 12345.5));
}

TEST_CASE("locale: messages and printed tensors") {
  ForeignLocale foreign;
  CHECK(contains(error_of([] { torch::ones({12345}).view({7}); }), "input of size 12345"));
  CHECK(contains(error_of([] { torch::ones({4}).clamp_(1, 2).select(0, 54321); }), "54321"));
  std::ostringstream out;
  out << torch::full({1, 12345}, 1.5).narrow(1, 0, 2) << torch::zeros({2000, 0}) << torch::tensor(0.25)
      << torch::ones({2000, 0}).sizes() << torch::Scalar(1234.5) << torch::nn::Linear(12345, 1);
  CHECK(
      out.str() ==
      " 1.5000  1.5000\n[ CPUFloatType{1,2} ][ CPUFloatType{2000,0} ]0.25\n[ CPUFloatType{} ][2000, 0]1234.5"
      "torch::nn::Linear(in_features=12345, out_features=1, bias=true)");
  CHECK(torch::autograd::to_dot(torch::ones({12345}).requires_grad_()).find("12345") != std::string::npos);
  std::ostringstream after;  // a caller's stream is left as it was
  after << torch::tensor(0.5) << 12345;
  CHECK(contains(after.str(), "12.345"));
}

TEST_CASE("locale: files") {
  TemporaryFolder folder;
  const torch::Tensor t = torch::arange(12345);
  {
    ForeignLocale foreign;
    torch::save(t, folder / "a.safetensors");
    tengen::io::save_npy(folder / "a.npy", t);
  }
  std::string header = folder.read("a.safetensors").substr(8, 200);
  CHECK(contains(header, "12345"));
  CHECK_FALSE(contains(header, "12.345"));
  torch::Tensor back;
  torch::load(back, folder / "a.safetensors");
  CHECK(back.equal(t));
  CHECK(tengen::io::load_npy(folder / "a.npy").equal(t));
  std::string npy_header = folder.read("a.npy").substr(0, 128);
  CHECK(contains(npy_header, "(12345,)"));

  torch::nn::Linear model(3, 2000);
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(0.00125));
  model(torch::ones({1, 3})).sum().backward();
  {
    ForeignLocale foreign;
    for (int i = 0; i < 1500; ++i) optimizer.step();
    torch::save(optimizer, folder / "optimizer.safetensors");
    torch::load(optimizer, folder / "optimizer.safetensors");
  }
  torch::load(optimizer, folder / "optimizer.safetensors");
}
