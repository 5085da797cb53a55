// kmeans: the sum of squared distances to the nearest centroid, and the step of Newton's method: the gradient
// divided by the diagonal of the Hessian, which is zero elsewhere, so that its row sums are the diagonal.
#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

Tensor cost(const Tensor& points, const Tensor& centroids) {
  const Tensor squares = points.square().sum(1, true) + centroids.square().sum(1);
  const Tensor distances = squares - 2 * points.mm(centroids.t());  // (n, k)
  return std::get<0>(distances.min(1)).sum();
}

}  // namespace

Functions kmeans() {
  return {{"cost",
           [](const json& input) {
             const Tensor points = tensor(input.at("points")), centroids = tensor(input.at("centroids"));
             return value_task([=] { return cost(points, centroids); });
           }},
          {"dir", [](const json& input) {
             const Tensor points = tensor(input.at("points"));
             const Tensor centroids = tensor(input.at("centroids")).requires_grad_();
             return task([=] {
               const Tensor slope = gradient(cost(points, centroids), centroids, true);
               return slope.detach() / gradient(slope, centroids);
             });
           }}};
}

}  // namespace gradbench
