// Hand tracking with derivatives written by hand, as a measure for ht.cpp.
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include <tengen/bench/gradbench/evals.h>

namespace gradbench::manual {
namespace {

using Vector = std::array<double, 3>;
using Matrix3 = std::array<Vector, 3>;
using Matrix4 = std::array<std::array<double, 4>, 4>;

constexpr int kTheta = 26;

template <class Matrix>
Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result{};
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t k = 0; k < a.size(); ++k)
      for (size_t j = 0; j < a.size(); ++j) result[i][j] += a[i][k] * b[k][j];
  return result;
}

Vector product(const Matrix3& a, const Vector& x) {
  Vector result;
  for (int i = 0; i < 3; ++i) result[i] = a[i][0] * x[0] + a[i][1] * x[1] + a[i][2] * x[2];
  return result;
}

struct Hand {
  std::vector<int> parents, correspondences;
  std::vector<Matrix4> relatives, inverse_bases;
  std::vector<std::array<double, 4>> positions;  // of the vertices in the rest pose
  std::vector<std::vector<double>> weights;      // of the bones, for each vertex
  std::vector<std::array<int, 3>> triangles;
  bool mirrored;
  std::vector<Vector> points;
  std::vector<double> theta;
  std::vector<std::array<double, 2>> us;
};

Hand hand(const json& input) {
  const json &data = input.at("data"), &model = data.at("model");
  return {model.at("parents"),
          data.at("correspondences"),
          model.at("base_relatives"),
          model.at("inverse_base_absolutes"),
          model.at("base_positions"),
          model.at("weights"),
          model.at("triangles"),
          model.at("is_mirrored"),
          data.at("points"),
          input.at("theta"),
          input.at("us")};
}

// The rotation and its derivatives by the three elements of axis times angle.
struct Rotation {
  Matrix3 value{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  std::array<Matrix3, 3> by{};
};

Rotation rotation(const double* turn) {
  Rotation result;
  const double angle = std::sqrt(turn[0] * turn[0] + turn[1] * turn[1] + turn[2] * turn[2]);
  if (angle < 1e-4) return result;
  const double s = std::sin(angle), c = std::cos(angle);
  const Vector k{turn[0] / angle, turn[1] / angle, turn[2] / angle};
  const auto fill = [](Matrix3& matrix, auto element) {
    for (int i = 0; i < 3; ++i) {
      const int j = (i + 1) % 3, l = (i + 2) % 3;
      matrix[i][i] = element(i, i, -1, 0), matrix[i][j] = element(i, j, l, -1),
      matrix[i][l] = element(i, l, j, 1);
    }
  };
  fill(result.value,
       [&](int i, int j, int l, int sign) { return k[i] * k[j] * (1 - c) + (l < 0 ? c : sign * k[l] * s); });
  for (int a = 0; a < 3; ++a) {
    const double ds = c * k[a], dc = -s * k[a];
    Vector dk;
    for (int i = 0; i < 3; ++i) dk[i] = ((i == a) - k[i] * k[a]) / angle;
    fill(result.by[a], [&](int i, int j, int l, int sign) {
      return (dk[i] * k[j] + k[i] * dk[j]) * (1 - c) - k[i] * k[j] * dc +
             (l < 0 ? dc : sign * (dk[l] * s + k[l] * ds));
    });
  }
  return result;
}

Matrix4 about_x(double s, double c, double one) {
  return {{{one, 0, 0, 0}, {0, c, -s, 0}, {0, s, c, 0}, {0, 0, 0, one}}};
}
Matrix4 about_z(double s, double c, double one) {
  return {{{c, -s, 0, 0}, {s, c, 0, 0}, {0, 0, one, 0}, {0, 0, 0, one}}};
}

// A transform and its derivatives by the four angles of its finger.
struct Bone {
  Matrix4 value{};
  std::array<Matrix4, 4> by{};
  int parameters = 0;  // how many of them it depends on
};

// Where the bones are, as transforms of what they hold in the rest pose.
std::vector<Bone> bone_transforms(const Hand& hand) {
  const int bones = int(hand.parents.size());
  std::vector<Bone> absolutes(hand.parents.size());
  for (int b = 0; b < bones; ++b) {
    const int joint = (b - 1) % 4, finger = (b - 1) / 4;
    Bone local;
    local.value = hand.relatives[b];
    if (b > 0 && b < bones - 1 && joint > 0) {
      const double* angle = &hand.theta[6 + 4 * finger + (joint == 1 ? 0 : joint)];
      const double sx = std::sin(angle[0]), cx = std::cos(angle[0]);
      const Matrix4 x = about_x(sx, cx, 1), dx = about_x(cx, -sx, 0);
      Matrix4 before = hand.relatives[b];
      if (joint == 1) {
        const double sz = std::sin(angle[1]), cz = std::cos(angle[1]);
        local.by[1] = product(product(before, about_z(cz, -sz, 0)), x);
        before = product(before, about_z(sz, cz, 1));
        local.by[0] = product(before, dx);
      } else {
        local.by[joint] = product(before, dx);
      }
      local.value = product(before, x);
      local.parameters = joint + 1;
    }
    Bone& absolute = absolutes[b];
    if (hand.parents[b] < 0) {
      absolute = local;
      continue;
    }
    const Bone& parent = absolutes[hand.parents[b]];
    absolute.value = product(parent.value, local.value);
    absolute.parameters = local.parameters;
    for (int a = 0; a < local.parameters; ++a)
      absolute.by[a] =
          a < parent.parameters ? product(parent.by[a], local.value) : product(parent.value, local.by[a]);
  }
  for (int b = 0; b < bones; ++b) {
    Bone& bone = absolutes[b];
    bone.value = product(bone.value, hand.inverse_bases[b]);
    for (int a = 0; a < bone.parameters; ++a) bone.by[a] = product(bone.by[a], hand.inverse_bases[b]);
  }
  return absolutes;
}

// A point and its derivatives by theta.
struct Place {
  Vector value{};
  std::array<Vector, kTheta> by{};
};

Vector transformed(const Matrix4& transform, const std::array<double, 4>& x) {
  Vector result;
  for (int i = 0; i < 3; ++i)
    result[i] =
        transform[i][0] * x[0] + transform[i][1] * x[1] + transform[i][2] * x[2] + transform[i][3] * x[3];
  return result;
}

Place vertex(const Hand& hand, const std::vector<Bone>& bones, const Rotation& turn, int number,
             bool derivatives) {
  Place rest;
  for (size_t b = 0; b < bones.size(); ++b) {
    const double weight = hand.weights[number][b];
    if (weight == 0) continue;
    const auto add = [&](Vector& sum, const Matrix4& transform) {
      const Vector x = transformed(transform, hand.positions[number]);
      sum[0] += hand.mirrored ? -weight * x[0] : weight * x[0];
      sum[1] += weight * x[1], sum[2] += weight * x[2];
    };
    add(rest.value, bones[b].value);
    const int first = 6 + 4 * ((int(b) - 1) / 4);
    for (int a = 0; derivatives && a < bones[b].parameters; ++a) add(rest.by[first + a], bones[b].by[a]);
  }
  Place place;
  place.value = product(turn.value, rest.value);
  for (int i = 0; i < 3; ++i) place.value[i] += hand.theta[3 + i];
  if (!derivatives) return place;
  for (int a = 0; a < 3; ++a) place.by[a] = product(turn.by[a], rest.value), place.by[3 + a][a] = 1;
  for (int a = 6; a < kTheta; ++a) place.by[a] = product(turn.value, rest.by[a]);
  return place;
}

// The errors, three for each point; `jacobian`, unless null, gets their derivatives, row by row: by the
// point's own "us", if there are any, and by theta.
std::vector<double> errors(const Hand& hand, std::vector<std::vector<double>>* jacobian) {
  const std::vector<Bone> bones = bone_transforms(hand);
  const Rotation turn = rotation(hand.theta.data());
  const bool on_triangles = !hand.us.empty();
  std::vector<double> result;
  for (size_t p = 0; p < hand.correspondences.size(); ++p) {
    const int match = hand.correspondences[p];
    std::array<int, 3> vertices{match, match, match};
    std::array<double, 3> shares{1, 0, 0};
    if (on_triangles) {
      vertices = hand.triangles[match];
      shares = {hand.us[p][0], hand.us[p][1], 1 - hand.us[p][0] - hand.us[p][1]};
    }
    std::array<Place, 3> places;
    for (int v = 0; v < (on_triangles ? 3 : 1); ++v)
      places[v] = vertex(hand, bones, turn, vertices[v], jacobian);
    for (int i = 0; i < 3; ++i) {
      const auto weighted = [&](auto value) {
        double sum = shares[0] * value(places[0]);
        if (on_triangles) sum += shares[1] * value(places[1]) + shares[2] * value(places[2]);
        return sum;
      };
      result.push_back(hand.points[p][i] - weighted([&](const Place& place) { return place.value[i]; }));
      if (!jacobian) continue;
      std::vector<double>& row = jacobian->emplace_back();
      row.reserve(kTheta + 2);
      for (int v = 0; on_triangles && v < 2; ++v) row.push_back(places[2].value[i] - places[v].value[i]);
      for (int a = 0; a < kTheta; ++a)
        row.push_back(-weighted([&](const Place& place) { return place.by[a][i]; }));
    }
  }
  return result;
}

}  // namespace

Functions ht() {
  return {{"objective",
           [](const json& input) {
             const Hand model = hand(input);
             return task([=] { return errors(model, nullptr); },
                         [](const std::vector<double>& list) { return list; });
           }},
          {"jacobian", [](const json& input) {
             const Hand model = hand(input);
             return task(
                 [=] {
                   std::vector<std::vector<double>> jacobian;
                   errors(model, &jacobian);
                   return jacobian;
                 },
                 [](const std::vector<std::vector<double>>& rows) { return rows; });
           }}};
}

}  // namespace gradbench::manual
