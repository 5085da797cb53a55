// Convolution and pooling of volumes, pooling with indices and its reverse, against PyTorch 2's numbers.
#include <sstream>

#include <tengen/nn/nn.h>

#include "../temporary.h"
#include "reference.h"

using namespace tengen;
using namespace tengen::nn;
namespace F = nn::functional;

namespace {

void check_indices(const Tensor& found, std::vector<int64_t> expected) {
  CHECK(found.dtype() == kLong);
  CHECK(found.reshape(-1).equal(tensor(expected)));
}

template <class Holder>
std::string printed(const Holder& module) {
  return (std::ostringstream() << module).str();
}

}  // namespace

TEST_CASE("Conv3d and ConvTranspose3d") {
  const Tensor x = ramp({1, 2, 3, 4, 3});
  const auto options =
      Conv3dOptions(2, 2, {2, 3, 2}).stride({1, 2, 1}).padding({1, 1, 0}).dilation({2, 1, 1});
  const Tensor y = filled(Conv3d(options))(x);
  CHECK(y.sizes() == IntArrayRef({1, 2, 3, 2, 2}));
  check_values(
      y, {0.180272331327,  0.008705845095,  1.110524792781, 0.986454114737, 0.021724734201,  0.680976675724,
          0.048331968047,  -0.766671153676, 0.952949622894, 0.786259497687, -0.212892975763, 0.232991012975,
          0.184682341127,  0.519123404398,  0.478933854183, 0.143968718524, 1.430788651213,  1.244504118289,
          -0.363811491423, 0.370807618302,  0.271488728049, 0.090343964513, 1.173833953605,  1.064687889352});
  Conv3d same =
      filled(Conv3d(Conv3dOptions(2, 4, 2).groups(2).padding(kSame).padding_mode(kCircular).bias(false)));
  CHECK(same(x).sizes() == IntArrayRef({1, 4, 3, 4, 3}));
  check_values(same(x).sum({2, 3, 4}), {-0.004751870715, -0.007308136676, -0.005217432355, -0.002301667682});
  ConvTranspose3d transposed = filled(ConvTranspose3d(
      ConvTranspose3dOptions(2, 2, 2).stride({2, 1, 2}).padding({1, 0, 0}).output_padding({1, 0, 0}).groups(
          2)));
  CHECK(transposed(x).sizes() == IntArrayRef({1, 2, 5, 5, 6}));
  check_values(transposed(x).sum({3, 4}),
               {11.849007102332, 13.11490743194, 12.25239998377, 11.079557448092, 13.779047902737,
                14.842724260229, 15.036447732238, 14.863617406219, 14.248670895284, 14.919012839626});
  const std::vector<int64_t> size{4, 5, 7};
  CHECK(transposed(x, IntArrayRef(size)).sizes() == IntArrayRef({1, 2, 4, 5, 7}));
  manual_seed(1);
  Conv3d drawn(1, 1, 2);
  check_values(cat({drawn->weight.flatten().narrow(0, 0, 3), drawn->bias}),
               {0.182173043489, -0.156050771475, -0.068540386856, 0.049149926752}, 1e-6);
  Sequential net(drawn, MaxPool3d(2), Flatten());
  CHECK(net->forward(ones({2, 1, 5, 5, 5})).sizes() == IntArrayRef({2, 8}));
  CHECK(printed(Conv3d(options)) ==
        "torch::nn::Conv3d(2, 2, kernel_size=[2, 3, 2], stride=[1, 2, 1], padding=[1, 1, 0], dilation=[2, 1, "
        "1])");
  CHECK(contains(error_of([&] { F::conv3d(x, ramp({2, 2, 2, 2})); }), "expected a weight of 5 dimensions"));
}

TEST_CASE("pooling of volumes") {
  const Tensor x = ramp({1, 1, 4, 4, 5});
  const auto [values, indices] =
      MaxPool3d(MaxPool3dOptions({2, 3, 2}).stride({2, 1, 2}).padding({1, 1, 0}))->forward_with_indices(x);
  check_values(values, {0.322108843619, 0.492724864994, 0.494084116939, 0.492724864994, 0.494084116939,
                        0.427299454044, 0.494084116939, 0.427299454044, 0.495303677847, 0.498120964377,
                        0.495303677847, 0.498120964377, 0.498778709454, 0.498120964377, 0.498778709454,
                        0.497322386939, 0.499295436206, 0.111012006097, 0.499295436206, 0.370486305401,
                        0.499295436206, 0.370486305401, 0.393852613492, 0.370486305401});
  check_indices(
      indices, {1, 2, 11, 2, 11, 12, 11, 12, 20, 47, 20, 47, 56, 47, 56, 38, 65, 67, 65, 73, 65, 73, 75, 73});
  check_values(MaxPool3d(MaxPool3dOptions(3).stride(2).ceil_mode(true))(x),
               {0.498120964377, 0.498120964377, 0.498778709454, 0.497322386939, 0.499295436206,
                0.499670998541, 0.498778709454, 0.499670998541});
  const Tensor means =
      AvgPool3d(AvgPool3dOptions(3).stride(2).padding(1).ceil_mode(true).count_include_pad(false))(x);
  CHECK(means.sizes() == IntArrayRef({1, 1, 3, 3, 3}));
  check_values(means[0][0][1],
               {0.03439029134, 0.008383683744, -0.025096073614, 0.041311036108, 0.050165441144,
                0.014302766434, 0.182057180144, 0.144604274103, -0.021747744735});
  check_values(AvgPool3d(AvgPool3dOptions(2).divisor_override(3))(x)[0][0][0],
               {-0.053707658984, 0.148062182263, 0.064306695999, 0.164208266102});
  check_values(
      AdaptiveAvgPool3d(AdaptiveAvgPool3dOptions({3, 1, 2}))(x),
      {0.019858399271, 0.051859254185, 0.051453115483, -0.004010741856, -0.005787287512, -0.052956089554});
  const auto [largest, where] =
      AdaptiveMaxPool3d(AdaptiveMaxPool3dOptions({3, 1, 2}))->forward_with_indices(x);
  check_values(largest, {0.495303677847, 0.497322386939, 0.498778709454, 0.498120964377, 0.499295436206,
                         0.499670998541});
  check_indices(where, {20, 38, 56, 47, 65, 74});
  AdaptiveMaxPool2d planes(AdaptiveMaxPool2dOptions({3, std::nullopt}));
  check_indices(std::get<1>(planes->forward_with_indices(x[0]))[0][0],
                {0, 1, 2, 3, 4, 10, 11, 12, 13, 9, 10, 11, 12, 13, 19});
  check_indices(std::get<1>(AdaptiveMaxPool1d(2)->forward_with_indices(x[0][0]))[0],
                {2, 2, 0, 4, 1, 2, 2, 4});
  CHECK(printed(planes) == "torch::nn::AdaptiveMaxPool2d(output_size=[3, None])");
  CHECK(printed(AdaptiveMaxPool1d(2)) == "torch::nn::AdaptiveMaxPool1d(output_size=2)");
  CHECK(
      printed(MaxPool3d(2)) ==
      "torch::nn::MaxPool3d(kernel_size=[2, 2, 2], stride=[2, 2, 2], padding=[0, 0, 0], dilation=[1, 1, 1], "
      "ceil_mode=false)");
  const Tensor whole = x.mul(20).to(kLong);
  CHECK(std::get<1>(F::max_pool3d_with_indices(whole, F::MaxPool3dFuncOptions(2))).sizes() ==
        IntArrayRef({1, 1, 2, 2, 2}));
}

TEST_CASE("unpooling puts maxima back") {
  const Tensor x = ramp({1, 4, 4, 5});
  const auto [line, line_at] = F::max_pool1d_with_indices(x[0][0], F::MaxPool1dFuncOptions(2));
  check_indices(line_at, {1, 2, 0, 3, 1, 2, 0, 3});
  MaxUnpool1d unpool(2);
  check_values(unpool(line, line_at, std::vector<int64_t>{5}),
               {0, 0.322108843619, 0.492724864994, 0, 0, -0.175391613845, 0, 0, -0.315633318936, 0,
                0, 0.494084116939, 0.427299454044, 0, 0, -0.439847879986, 0, 0, 0.016811523611,  0});
  CHECK(unpool(line, line_at).sizes() == IntArrayRef({4, 4}));
  const auto [plane, plane_at] = MaxPool2d(2)->forward_with_indices(x);
  const Tensor back = MaxUnpool2d(2)(plane, plane_at, std::vector<int64_t>{1, 4, 4, 5});
  CHECK(back.sizes() == x.sizes());
  CHECK(where(back != 0, x, 0).equal(back));
  const Tensor volume = x.unsqueeze(0);
  const auto [cube, cube_at] = MaxPool3d(2)->forward_with_indices(volume);
  check_values(MaxUnpool3d(2)(cube, cube_at, volume.sizes().vec()).sum({2, 3}),
               {0.994599114053, 0.992862826392, 1.394832531205, 0.497322386939, 0});
  CHECK(printed(MaxUnpool2d(MaxUnpool2dOptions(3).stride(2))) ==
        "torch::nn::MaxUnpool2d(kernel_size=[3, 3], stride=[2, 2], padding=[0, 0])");
  CHECK(contains(error_of([&] { MaxUnpool2d(2)(plane, plane_at); }), "invalid max index"));
  CHECK(
      contains(error_of([&] { unpool(line, line_at, std::vector<int64_t>{7}); }), "must be between 2 and 6"));
  CHECK(contains(error_of([&] { unpool(line, line_at, std::vector<int64_t>{7, 1}); }), "containing 1 or 3"));
}

TEST_CASE("fractional pooling and pooling by norms") {
  const Tensor x = ramp({1, 4, 4, 5});
  manual_seed(2);
  const auto [plane, plane_at] =
      FractionalMaxPool2d(FractionalMaxPool2dOptions(2).output_size(ExpandingArray<2>({2, 3})))
          ->forward_with_indices(x[0]);
  check_indices(plane_at,
                {1, 2, 3, 11, 11, 19, 0, 1, 9, 10, 17, 18, 6, 7, 8, 16, 16, 18, 5, 6, 4, 15, 16, 14});
  CHECK(plane[0][0][0].item<double>() == doctest::Approx(0.322108843619));
  manual_seed(2);
  FractionalMaxPool3d volumes(
      FractionalMaxPool3dOptions(2).output_ratio(ExpandingArray<3, double>({0.5, 0.5, 0.6})));
  check_indices(std::get<1>(volumes->forward_with_indices(x.unsqueeze(0))),
                {20, 2, 29, 11, 11, 38, 65, 47, 48, 56, 56, 74});
  const auto fixed = FractionalMaxPool2dOptions(2).output_size(ExpandingArray<2>({2, 3}));
  FractionalMaxPool2d repeated(
      FractionalMaxPool2dOptions(fixed)._random_samples(full({1, 4, 2}, 0.3, kDouble)));
  CHECK(repeated(x).equal(repeated(x)));
  CHECK(repeated->state_dict().keys() == std::vector<std::string>{"_random_samples"});
  CHECK(contains(error_of([] { FractionalMaxPool2d(2); }), "requires specifying either"));

  LPPool1d line(LPPool1dOptions(3, 2));
  check_values(line(x[0][0].unsqueeze(0).abs()),
               {0.322108843619, 0.58482606055, 0.445059343155, 0.53130484044, 0.53839300722, 0.434589157069,
                0.587180637581, 0.30908513545});
  LPPool2d planes(LPPool2dOptions(2, {2, 3}).stride(1).ceil_mode(true));
  check_values(
      planes(x)[0].narrow(0, 0, 2),
      {0.899170998034, 1.031335668048, 0.893371710592, 0.998292727483, 0.991462877294, 0.763292771833,
       1.031163697958, 0.887503879019, 0.670450907229, 0.881572836865, 0.668316275804, 0.787216061228,
       0.751773519147, 0.684698791244, 0.916106588631, 0.666432225193, 0.793333143639, 1.007404763711});
  check_values(
      LPPool3d(LPPool3dOptions(3, 2).stride({2, 1, 2}))(x.unsqueeze(0).abs())[0][0][0],
      {0.773309364922, 0.736878143509, 0.77424228832, 0.717417361267, 0.772258686584, 0.720449366022});
  CHECK(printed(planes) ==
        "torch::nn::LPPool2d(norm_type=2, kernel_size=[2, 3], stride=[1, 1], ceil_mode=true)");
}
