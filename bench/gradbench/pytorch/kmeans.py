from common import gradient, tensor, value


def cost_of(points, centroids):
    squares = points.square().sum(1, keepdim=True) + centroids.square().sum(1)
    distances = squares - 2 * points.mm(centroids.t())  # (n, k)
    return distances.min(1).values.sum()


def cost(data):
    points, centroids = tensor(data["points"]), tensor(data["centroids"])
    return value(lambda: cost_of(points, centroids))


def direction(data):
    points, centroids = tensor(data["points"]), tensor(data["centroids"]).requires_grad_()

    def run():
        slope = gradient(cost_of(points, centroids), centroids, create_graph=True)
        return slope.detach() / gradient(slope, centroids)

    return run


functions = dict(cost=cost, dir=direction)
