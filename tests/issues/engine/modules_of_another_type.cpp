// Modules that are asked for as what they are not, and layers that cannot be made.
#include <doctest/doctest.h>

#include <tengen/torch.h>

#include "../../temporary.h"

using namespace torch;

TEST_CASE("modules of another type: ModuleList, Sequential and AnyModule") {
  nn::ModuleList list(nn::Linear(1, 2));
  CHECK(&list->at<nn::LinearImpl>(0) == list->ptr<nn::LinearImpl>(0).get());
  CHECK(contains(error_of([&] { list->at<nn::Conv2dImpl>(0); }), "Unable to cast module[0]"));
  CHECK(list->ptr<nn::Conv2dImpl>(0) == nullptr);
  nn::Sequential sequence(nn::Linear(1, 2));
  CHECK(error_of([&] { sequence->at<nn::Conv2dImpl>(0); }) != "");
  nn::AnyModule any(nn::Linear(1, 2)), nothing;
  CHECK(error_of([&] { any.get<nn::Conv2d>(); }) != "");
  CHECK(error_of([&] { any.ptr<nn::Conv2dImpl>(); }) != "");
  CHECK(error_of([&] { any.forward(1); }) != "");
  CHECK(error_of([&] { any.forward<int>(ones({1})); }) != "");
  CHECK(error_of([&] { any.forward(ones({1}), ones({1})); }) != "");
  CHECK(error_of([&] { nothing.forward(ones({1})); }) != "");
  CHECK(error_of([&] { nn::AnyValue(5).get<float>(); }) != "");
}

TEST_CASE("modules of another type: layers that cannot be made") {
  const std::string same = "padding='same' is not supported for strided convolutions";
  CHECK(contains(error_of([] { nn::Conv2d(nn::Conv2dOptions(1, 1, 3).padding(kSame).stride(2)); }), same));
  CHECK(contains(error_of([] {
                   nn::Conv2d(nn::Conv2dOptions(1, 1, 3).padding(kSame).stride({1, 2}));
                 }),
                 same));
  CHECK(contains(error_of([] { nn::Conv1d(nn::Conv1dOptions(1, 1, 3).padding(kSame).stride(2)); }), same));
  nn::Conv2d fine(nn::Conv2dOptions(1, 1, 3).padding(kSame));
  CHECK(fine(ones({1, 1, 4, 5})).sizes().equals({1, 1, 4, 5}));
  const std::string greater = "max_val must be greater than min_val";
  CHECK(contains(error_of([] { nn::Hardtanh(nn::HardtanhOptions().min_val(1).max_val(1)); }), greater));
  CHECK(contains(error_of([] { nn::Hardtanh(nn::HardtanhOptions().min_val(2).max_val(1)); }), greater));
  CHECK(contains(error_of([] {
                   nn::functional::hardtanh(ones({1}),
                                            nn::functional::HardtanhFuncOptions().min_val(2).max_val(1));
                 }),
                 "min_val cannot be greater than max_val"));
}
