import torch

from common import gradient, tensor

CAMERA = 11
PARAMETERS = CAMERA + 3 + 1


class Scene:
    def __init__(self, data):
        n, m, p = self.n, self.m, self.p = data["n"], data["m"], data["p"]

        def repeated(one, times):
            return tensor(one).reshape(-1, 1).expand(-1, times).contiguous()

        self.cameras, self.points = repeated(data["cam"], n), repeated(data["x"], m)
        self.weights, self.features = repeated(data["w"], p).flatten(), repeated(data["feat"], p)
        self.camera, self.point = torch.arange(p).remainder(n), torch.arange(p).remainder(m)

    def parameters(self):  # (15, p)
        return torch.cat([self.cameras.index_select(1, self.camera), self.points.index_select(1, self.point),
                          self.weights.unsqueeze(0)])


def rotate(axis, x):
    square = axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]
    still = square == 0
    divisor = torch.where(still, 1.0, square)
    angle = divisor.sqrt()
    cosine = torch.where(still, 1.0, angle.cos())
    sine = torch.where(still, 1.0, angle.sin() / angle)
    along = (axis[0] * x[0] + axis[1] * x[1] + axis[2] * x[2]) * (1 - cosine) / divisor
    return [x[i] * cosine + (axis[j] * x[k] - axis[k] * x[j]) * sine + axis[i] * along
            for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1))]


def reprojection_error(parameters, features):
    q = parameters.unbind(0)
    x, y, z = rotate(q[:3], [q[11] - q[3], q[12] - q[4], q[13] - q[5]])
    u, v = x / z, y / z
    square = u * u + v * v
    scale = ((q[10] * square + q[9]) * square + 1) * q[6]
    return q[14] * (u * scale + q[7] - features[0]), q[14] * (v * scale + q[8] - features[1])


def weight_error(weights):
    return 1 - weights * weights


def columns(scene):
    points = CAMERA * scene.n
    weights = points + 3 * scene.m
    weight = (torch.arange(scene.p) + weights).unsqueeze(1)
    reprojection = torch.cat([scene.camera.unsqueeze(1) * CAMERA + torch.arange(CAMERA),
                              scene.point.unsqueeze(1) * 3 + (torch.arange(3) + points), weight], 1)
    entries = torch.empty(scene.p * (2 * PARAMETERS + 1), dtype=torch.int64)
    entries[: -scene.p].view(scene.p, 2, PARAMETERS).copy_(reprojection.unsqueeze(1))
    entries[-scene.p:].copy_(weight.flatten())
    return entries


def shortened(values):
    """The rows of all observations are alike: the entries of the first one and the last entry of all."""
    return torch.cat([values[: 2 * PARAMETERS], values[-1:]])


def objective(data):
    scene = Scene(data)

    def run():
        with torch.no_grad():
            x, y = reprojection_error(scene.parameters(), scene.features)
            return dict(reproj_error=dict(elements=[x[0], y[0]], repeated=scene.p),
                        w_err=dict(element=weight_error(scene.weights)[0], repeated=scene.p))

    return run


def jacobian(data):
    scene = Scene(data)

    def run():
        inputs = scene.parameters().requires_grad_()
        x, y = reprojection_error(inputs, scene.features)
        (by_x,) = torch.autograd.grad(x.sum(), inputs, retain_graph=True)
        by_y = gradient(y, inputs)
        weights = scene.weights.detach().requires_grad_()
        by_weight = gradient(weight_error(weights), weights)
        rows = torch.cat([torch.arange(2 * scene.p) * PARAMETERS,
                          torch.arange(scene.p + 1) + 2 * scene.p * PARAMETERS])
        values = torch.empty(scene.p * (2 * PARAMETERS + 1), dtype=torch.float64)
        blocks = values[: -scene.p].view(scene.p, 2, PARAMETERS)
        blocks[:, 0].copy_(by_x.t())
        blocks[:, 1].copy_(by_y.t())
        values[-scene.p:].copy_(by_weight)
        return dict(rows=shortened(rows), cols=shortened(columns(scene)), vals=shortened(values))

    return run


functions = dict(objective=objective, jacobian=jacobian)
