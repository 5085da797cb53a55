// Other resolutions and places against PyTorch 2's numbers.
#include <sstream>

#include <tengen/nn/nn.h>

#include "../temporary.h"
#include "reference.h"

using namespace tengen;
using namespace tengen::nn;
namespace F = nn::functional;

namespace {

using Sizes = std::vector<int64_t>;
using Factors = std::vector<double>;

F::InterpolateFuncOptions to(Sizes size, EnumType mode) {
  return F::InterpolateFuncOptions().size(std::move(size)).mode(mode);
}
F::InterpolateFuncOptions by(Factors factors, EnumType mode) {
  return F::InterpolateFuncOptions().scale_factor(std::move(factors)).mode(mode);
}

}  // namespace

TEST_CASE("interpolate in every mode") {
  const Tensor x = ramp({1, 1, 2, 3, 4}), plane = x[0], line = x[0][0];
  check_values(
      F::interpolate(x, by({1.5, 1, 2}, kTrilinear))[0][0].select(1, 1),
      {0.167494075078,  0.081772652847,  -0.089670191614, -0.240490681935, -0.370688818116, -0.449647491233,
       -0.477366701286, -0.491226306312, -0.161047394749, -0.181343067307, -0.221934412423, -0.234044609061,
       -0.217673657219, -0.176671314125, -0.11103757978,  -0.078220712607, -0.489588864576, -0.444458787461,
       -0.354198633233, -0.227598536186, -0.064658496322, 0.096304862983,  0.255291541726,  0.334784881098});
  check_values(
      F::interpolate(x, to({3, 2, 3}, kTrilinear).align_corners(true)),
      {0, 0.407416854307, 0.431604683324, -0.315633318936, 0.168450124801, 0.494084116939, 0.213649727022,
       0.19778583129, -0.004121598331, 0.089835179456, 0.227833210886, 0.151524204173, 0.427299454044,
       -0.011845191726, -0.439847879986, 0.495303677847, 0.287216296972, -0.191035708592});
  check_values(F::interpolate(x, to({3, 2, 3}, kNearest))[0][0][1],
               {0, 0.322108843619, 0.492724864994, 0.167494075078, -0.175391613845, -0.435787886207});
  check_values(F::interpolate(x, to({3, 2, 5}, kNearestExact))[0][0][0],
               {0, 0.322108843619, 0.492724864994, 0.492724864994, 0.431604683324, -0.315633318936,
                0.008406950242, 0.328493299359, 0.328493299359, 0.494084116939});
  check_values(F::interpolate(plane, by({1.7, 0.6}, kNearestExact))[0][1],
               {0.427299454044, -0.183239564626, 0.427299454044, -0.183239564626, -0.489588864576,
                0.016811523611, 0.495303677847, 0.151559178373, 0.495303677847, 0.151559178373});
  check_values(F::interpolate(line, to({3}, kNearestExact))[0][0], {0, 0.492724864994, 0.431604683324});
  check_values(F::interpolate(line, to({6}, kLinear))[0][0],
               {0, 0.161054421809, 0.350544847181, 0.464288861432, 0.462164774159, 0.431604683324});
  check_values(F::interpolate(line, by({1.5}, kLinear).align_corners(true))[0][0],
               {0, 0.193265306171, 0.356232047894, 0.458601660719, 0.468276792326, 0.431604683324});
  check_values(
      F::interpolate(plane, to({4, 6}, kBicubic))[0][0].narrow(0, 0, 2),
      {-0.04412647987, 0.154002324558, 0.419917078741, 0.542206277246, 0.547502630228, 0.492502067971,
       0.175538595309, 0.087783078754, -0.054446655338, -0.156896293917, -0.241877795547, -0.274030143792});
  check_values(F::interpolate(plane, to({2, 5}, kBicubic).align_corners(true))[0][1],
               {0.427299454044, 0.256364852905, -0.012889750242, -0.277530886608, -0.439847879986,
                0.495303677847, 0.467898570323, 0.312544230537, 0.04532485084, -0.191035708592});
  check_values(
      F::interpolate(plane, by({1.3, 1.6}, kBicubic))[0][0][1],
      {0.184462050792, 0.095612295382, -0.049284291698, -0.162751330145, -0.259585375958, -0.293647473996});
  check_values(F::interpolate(x, to({1, 2, 2}, kArea)),
               {0.012800314922, -0.034271960513, -0.024450529342, 0.025960387284});

  // Images of whole numbers are rounded, and cut off where a cubic overshoots.
  const Tensor sharp = tensor({0, 255, 0, 255, 255, 0}).to(kByte).reshape({1, 1, 1, 6});
  const Tensor wide = F::interpolate(sharp, to({1, 9}, kBicubic));
  CHECK(wide.dtype() == kByte);
  CHECK(wide.to(kLong).reshape(-1).equal(tensor({0, 151, 236, 19, 104, 255, 255, 128, 0})));
  CHECK(F::interpolate(sharp, to({1, 12}, kNearestExact)).dtype() == kByte);
  CHECK(Upsample(UpsampleOptions().scale_factor(Factors{2, 2, 2}).mode(kTrilinear))(x).sizes() ==
        IntArrayRef({1, 1, 4, 6, 8}));
  CHECK(contains(error_of([&] {
                   F::interpolate(x, to({2, 2, 2}, kNearestExact).align_corners(true));
                 }),
                 "can only be set with the interpolating modes"));
  CHECK(contains(error_of([&] {
                   F::interpolate(plane, to({2, 2}, kBilinear).antialias(true));
                 }),
                 "antialias is not available"));
}

TEST_CASE("grid_sample in every mode, with every padding") {
  struct Case {
    EnumType mode, padding;
    bool align;
    std::vector<double> expected;  // 4 results, 4 gradients of places, the sum of gradients of the input
  };
  for (const Case& c : std::vector<Case>{
           {kBilinear,
            kZeros,
            false,
            {0.017318577381, 0, 0.247953967258, 0, 0.015207630414, -0.246668442949, 0, 0, -0.055047035962}},
           {kBilinear,
            kZeros,
            true,
            {0.250092387037, 0.091528945126, 0.38495465216, 0, 0.182083441872, -0.124484880752,
             -0.483694027841, -0.065769115286, -0.046623875536}},
           {kBilinear,
            kBorder,
            false,
            {0.39739773173, 0.494084116939, 0.429409268597, 0, 0.34895925333, 0, 0, 0, -0.148269845457}},
           {kBilinear,
            kReflection,
            false,
            {0.39739773173, 0.399008342032, 0.429409268597, 0.160822554741, 0.34895925333, 0, -0.499107406893,
             0, -0.148269845457}},
           {kBilinear,
            kReflection,
            true,
            {0.114334946074, 0.322766116837, 0.38495465216, 0.120972931541, 0.127038196971, -0.335542236699,
             -0.343863201021, -0.397155960771, -0.148269845457}},
           {kNearest, kZeros, true, {0.328493299359, 0, 0.492724864994, 0, 0, 0, 0, 0, 0.010810809348}},
           {kNearest,
            kReflection,
            false,
            {0.328493299359, 0.328493299359, 0.492724864994, 0.322108843619, 0, 0, 0, 0, -0.148269845457}},
           {kBicubic,
            kZeros,
            true,
            {0.380210525097, 0.090290885935, 0.437868031724, -0.012170368059, 0.389747397924, -0.138774659004,
             -0.595455415839, 0.032314559752, -0.044265139041}},
           {kBicubic,
            kBorder,
            false,
            {0.431014112186, 0.571865736683, 0.546158258686, 0, 0.342320517122, -0.040831652851, 0,
             -0.2562883261, -0.148269845457}},
           {kBicubic,
            kReflection,
            true,
            {0.193327158988, 0.385091242912, 0.45015242745, 0.158776029989, 0.253798455595, -0.511590808807,
             -0.550159494982, -0.135120062223, -0.148269845457}}}) {
    CAPTURE(enum_name(c.mode));
    CAPTURE(enum_name(c.padding));
    const Tensor x = ramp({1, 2, 3, 4}).requires_grad_(),
                 grid = (ramp({1, 2, 2, 2}, 0.3) * 3.1).requires_grad_();
    const Tensor y = F::grid_sample(
        x, grid, F::GridSampleFuncOptions().mode(c.mode).padding_mode(c.padding).align_corners(c.align));
    (y * ramp(y.sizes(), 1)).sum().backward();
    check_values(cat({y.flatten().narrow(0, 0, 4), grid.grad().flatten().narrow(0, 0, 4),
                      x.grad().sum().reshape({1})}),
                 c.expected);
  }
  const Tensor volume = ramp({1, 1, 2, 3, 2}), places = ramp({1, 1, 1, 2, 3}, 0.3) * 1.7;
  check_values(F::grid_sample(volume, places), {0.275896607523, 0.362384262308});
  check_values(F::grid_sample(volume, places, F::GridSampleFuncOptions().padding_mode(kBorder)),
               {0.452883825886, 0.399424565458});
  check_values(F::grid_sample(volume, places, F::GridSampleFuncOptions().mode(kNearest)),
               {0.494084116939, 0.431604683324});
  CHECK(contains(error_of([&] { F::grid_sample(volume, places, F::GridSampleFuncOptions().mode(kArea)); }),
                 "expected mode to be kBilinear"));
  CHECK(contains(error_of([&] { F::grid_sample(volume, places, F::GridSampleFuncOptions().mode(kBicubic)); }),
                 "only supports 4D"));

  const Tensor theta = tensor({1.0, 0.2, 0.1, -0.3, 0.8, 0.0}, kDouble).reshape({1, 2, 3});
  check_values(F::affine_grid(theta, {1, 1, 2, 3}), {-0.666666666667, -0.2, 0, -0.4, 0.666666666667, -0.6,
                                                     -0.466666666667, 0.6, 0.2, 0.4, 0.866666666667, 0.2});
  check_values(F::affine_grid(theta, {1, 1, 2, 3}, true),
               {-1.1, -0.5, -0.1, -0.8, 0.9, -1.1, -0.7, 1.1, 0.3, 0.8, 1.3, 0.5});
  check_values(
      F::affine_grid(ramp({1, 3, 4}), {1, 1, 2, 1, 2}),
      {0.185242250827, -0.357079400748, 0.487654126727, 0.185242250827, -0.18958532567, 0.172020807791,
       0.677967115822, -0.792867286955, 0.816147426086, 0.677967115822, -0.625373211877, 0.50051410715});
  const Tensor same = tensor({1.0, 0.0, 0.0, 0.0, 1.0, 0.0}, kDouble).reshape({1, 2, 3});
  const Tensor image = ramp({1, 2, 3, 4});
  CHECK(F::grid_sample(image, F::affine_grid(same, {1, 2, 3, 4})).allclose(image));
  CHECK(contains(error_of([&] { F::affine_grid(theta, {1, 1, 2, 3, 4}); }), "3D affine matrices"));
}
