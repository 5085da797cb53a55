// ht, hand tracking: the distance of measured points from a hand model whose bones are posed by 26
// parameters; the points lie on vertices, or inside triangles at places that are parameters too ("us"). The
// Jacobian is narrow, so it is computed by forward mode, with a copy of all parameters for each of its
// columns.
#include <cmath>

#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

constexpr int64_t kTheta = 26;  // rotation 3, translation 3, and 4 angles for each of 5 fingers

struct Hand {
  int64_t bones, correspondences;
  bool on_triangles;
  // Bones are sorted by their distance from the root.
  std::vector<int64_t> level_sizes;
  std::vector<Tensor> level_parents;  // by the number within the level above
  Tensor relatives, inverse_bases;    // (bones, 4, 4)
  Tensor x_angles, z_angles;          // (bones): which parameter bends the bone; 26: none does
  // (vertices, bones * 4): positions in the rest pose times the weights of the bones. A vertex is one of a
  // correspondence, or one of three.
  Tensor skin;
  Tensor mirror;  // (3)
  Tensor points;  // (correspondences, 3)
};

// Bone 0 is the wrist; fingers have four bones, of which the first one is rigid and the second one bends
// about two axes.
void bending(int64_t bone, int64_t bones, int64_t& x, int64_t& z) {
  x = z = kTheta;
  const int64_t finger = (bone - 1) / 4, joint = (bone - 1) % 4;
  if (bone == 0 || bone == bones - 1 || joint == 0) return;
  x = 6 + 4 * finger + (joint == 1 ? 0 : joint);
  if (joint == 1) z = x + 1;
}

Hand hand(const json& input) {
  const json &data = input.at("data"), &model = data.at("model");
  const std::vector<int64_t> parents = model.at("parents"), matches = data.at("correspondences");
  Hand hand;
  hand.bones = int64_t(parents.size()), hand.correspondences = int64_t(matches.size());
  hand.on_triangles = !input.at("us").empty();

  std::vector<int64_t> order, depth, place, x_angles, z_angles;
  for (int64_t parent : parents)
    depth.push_back(parent < 0 ? 0 : depth[size_t(parent)] + 1);  // parents stand first
  place.resize(parents.size());
  for (int64_t level = 0; order.size() < parents.size(); ++level) {
    std::vector<int64_t> level_parents;
    for (size_t bone = 0; bone < parents.size(); ++bone) {
      if (depth[bone] != level) continue;
      place[bone] = int64_t(level_parents.size());
      level_parents.push_back(level == 0 ? 0 : place[size_t(parents[bone])]);
      order.push_back(int64_t(bone));
      bending(int64_t(bone), hand.bones, x_angles.emplace_back(), z_angles.emplace_back());
    }
    hand.level_sizes.push_back(int64_t(level_parents.size()));
    hand.level_parents.push_back(indices(level_parents));
  }
  const Tensor sorted = indices(order);
  hand.relatives = tensor(model.at("base_relatives")).index_select(0, sorted);
  hand.inverse_bases = tensor(model.at("inverse_base_absolutes")).index_select(0, sorted);
  hand.x_angles = indices(x_angles), hand.z_angles = indices(z_angles);

  std::vector<int64_t> chosen = matches;
  if (hand.on_triangles) {
    chosen.clear();
    for (int64_t triangle : matches)
      for (int64_t vertex : model.at("triangles").at(size_t(triangle))) chosen.push_back(vertex);
  }
  const Tensor vertices = indices(chosen);
  const Tensor weights = tensor(model.at("weights")).index_select(0, vertices).index_select(1, sorted);
  const Tensor positions = tensor(model.at("base_positions")).index_select(0, vertices);  // homogeneous
  hand.skin = (weights.unsqueeze(2) * positions.unsqueeze(1)).flatten(1);
  hand.mirror = torch::ones({3}, torch::kFloat64);
  if (model.at("is_mirrored").get<bool>()) hand.mirror[0] = -1;
  hand.points = tensor(data.at("points"));
  return hand;
}

// The parameters: "us" and theta, (2 * correspondences + 26), the first ones only for points inside
// triangles.
Tensor parameters(const json& input) {
  const Tensor theta = tensor(input.at("theta"));
  return input.at("us").empty() ? theta : torch::cat({tensor(input.at("us")).flatten(), theta});
}

// (batch, 3), an axis times an angle -> (batch, 3, 3)
Tensor rotation(const Tensor& rotations) {
  static const Tensor cross = torch::tensor({0., 0.,  0., 0., 0., -1., 0., 1., 0., 0., 0., 1., 0., 0.,
                                             0., -1., 0., 0., 0., -1., 0., 1., 0., 0., 0., 0., 0.},
                                            torch::kFloat64)
                                  .view({3, 9});
  const Tensor identity = torch::eye(3, torch::kFloat64);
  const Tensor angle = rotations.square().sum(1, true).sqrt();
  if (angle.min().item<double>() < 1e-4) return identity.expand({rotations.size(0), 3, 3});
  const Tensor product = (rotations / angle).mm(cross).view({-1, 3, 3});  // of the axis with a vector
  const Tensor turn = angle.unsqueeze(2);
  return identity + turn.sin() * product + (1 - turn.cos()) * product.bmm(product);
}

// Where the bones are, as transforms of what they hold in the rest pose: (batch, 26) -> (batch, bones, 4, 4)
Tensor bone_transforms(const Hand& hand, const Tensor& theta) {
  const int64_t batch = theta.size(0);
  const Tensor angles = torch::cat({theta, torch::zeros({batch, 1}, torch::kFloat64)}, 1);
  const Tensor x = angles.index_select(1, hand.x_angles), z = angles.index_select(1, hand.z_angles);
  const Tensor cx = x.cos(), sx = x.sin(), cz = z.cos(), sz = z.sin();
  const Tensor zero = torch::zeros_like(cx), one = torch::ones_like(cx);
  const Tensor local = torch::stack({cz, -sz * cx, sz * sx, zero,  //
                                     sz, cz * cx, -cz * sx, zero,  //
                                     zero, sx, cx, zero,           //
                                     zero, zero, zero, one},
                                    2)
                           .view({batch, hand.bones, 4, 4});
  const std::vector<Tensor> relatives = hand.relatives.matmul(local).split_with_sizes(hand.level_sizes, 1);
  std::vector<Tensor> absolutes{relatives[0]};
  for (size_t i = 1; i < relatives.size(); ++i)
    absolutes.push_back(absolutes.back().index_select(1, hand.level_parents[i]).matmul(relatives[i]));
  return torch::cat(absolutes, 1).matmul(hand.inverse_bases);
}

// (batch, parameters) -> (batch, correspondences, 3)
Tensor error(const Hand& hand, const Tensor& parameters) {
  const int64_t batch = parameters.size(0), us = parameters.size(1) - kTheta;
  const Tensor theta = parameters.slice(1, us);
  const Tensor rows = bone_transforms(hand, theta).slice(2, 0, 3);  // (batch, bones, 3, 4)
  const Tensor by_place =
      rows.permute({1, 3, 0, 2}).reshape({4 * hand.bones, 3 * batch});  // as columns of the skin
  const Tensor vertices =
      hand.skin.mm(by_place).view({-1, batch, 3}).transpose(0, 1);  // (batch, vertices, 3)
  Tensor positions = (vertices * hand.mirror).bmm(rotation(theta.slice(1, 0, 3)).transpose(1, 2)) +
                     theta.slice(1, 3, 6).unsqueeze(1);
  if (hand.on_triangles) {
    const Tensor places = parameters.slice(1, 0, us).reshape({batch, -1, 2});
    const Tensor shares = torch::cat({places, 1 - places.sum(2, true)}, 2);
    positions = (shares.unsqueeze(3) * positions.view({batch, -1, 3, 3})).sum(2);
  }
  return hand.points - positions;
}

// Points depend on their own two "us" alone, so that two columns are enough for all of these: (columns,
// parameters)
Tensor directions(int64_t parameters) {
  const int64_t us = parameters - kTheta, first = us == 0 ? 0 : 2;
  Tensor tangents = torch::zeros({first + kTheta, parameters}, torch::kFloat64);
  for (int64_t i = 0; i < us; ++i) tangents[i % 2][i] = 1;
  for (int64_t i = 0; i < kTheta; ++i) tangents[first + i][us + i] = 1;
  return tangents;
}

}  // namespace

Functions ht() {
  return {{"objective",
           [](const json& input) {
             const Hand model = hand(input);
             const Tensor inputs = parameters(input).unsqueeze(0);
             return value_task([=] { return error(model, inputs).flatten(); });
           }},
          {"jacobian", [](const json& input) {
             const Hand model = hand(input);
             const Tensor inputs = parameters(input), tangents = directions(inputs.size(0));
             return task([=] {
               const Tensor copies = inputs.expand_as(tangents).contiguous().requires_grad_();
               return derivative_along(tangents, error(model, copies), copies).flatten(1).t();
             });
           }}};
}

}  // namespace gradbench
