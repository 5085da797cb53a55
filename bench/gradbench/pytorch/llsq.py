import torch

from common import gradient, tensor, value


def objective(x, n):
    m = x.size(0)
    t = torch.arange(n, dtype=torch.float64) * 2 / (n - 1) - 1
    one = torch.ones(n, 1, dtype=torch.float64)
    powers = torch.cat([one, t.unsqueeze(1).expand(n, m - 1)], 1).cumprod(1)  # (n, m)
    return (t.sign() - powers.mv(x)).square().sum() / 2


def primal(data):
    x, n = tensor(data["x"]), data["n"]
    return value(lambda: objective(x, n))


def gradient_of(data):
    x, n = tensor(data["x"]).requires_grad_(), data["n"]
    return lambda: gradient(objective(x, n), x)


functions = dict(primal=primal, gradient=gradient_of)
