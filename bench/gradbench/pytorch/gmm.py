import math

import torch

from common import tensor, value


class Mixture:
    def __init__(self, data):
        d = data["d"]
        self.d, self.k, self.n, self.m, self.gamma = d, data["k"], data["n"], data["m"], data["gamma"]
        self.x, self.alpha = tensor(data["x"]), tensor(data["alpha"])
        self.mu, self.q, self.l = tensor(data["mu"]), tensor(data["q"]), tensor(data["l"]).view(self.k, -1)
        following = d
        layout = [d + d * (d - 1) // 2] * (d * d)
        for column in range(d):
            layout[column * d + column] = column
            for row in range(column + 1, d):
                layout[row * d + column] = following
                following += 1
        self.layout = torch.tensor(layout)


def log_gamma(a, d):
    return 0.25 * d * (d - 1) * math.log(math.pi) + sum(math.lgamma(a - 0.5 * j) for j in range(d))


def log_posterior(mix):
    d, k, n, m = mix.d, mix.k, mix.n, mix.m
    diagonal, log_det = mix.q.exp(), mix.q.sum(1)
    zero = torch.zeros(k, 1, dtype=torch.float64)
    factor = torch.cat([diagonal, mix.l, zero], 1).index_select(1, mix.layout).view(k, d, d)
    centered = mix.x - mix.mu.unsqueeze(1)  # (k, n, d)
    distance = centered.bmm(factor.transpose(1, 2)).square().sum(2)  # (k, n)
    terms = (mix.alpha + log_det).unsqueeze(1) - 0.5 * distance
    likelihood = terms.logsumexp(0).sum() - n * mix.alpha.logsumexp(0)

    degrees = d + m + 1
    normalizer = degrees * d * (math.log(mix.gamma) - 0.5 * math.log(2)) - log_gamma(0.5 * degrees, d)
    norm = diagonal.square().sum() + mix.l.square().sum()
    prior = m * log_det.sum() - 0.5 * mix.gamma * mix.gamma * norm
    return likelihood + prior + (k * normalizer - 0.5 * n * d * math.log(2 * math.pi))


def objective(data):
    mix = Mixture(data)
    return value(lambda: log_posterior(mix))


def jacobian(data):
    mix = Mixture(data)
    names = ["alpha", "mu", "q", "l"]
    inputs = [getattr(mix, name).requires_grad_() for name in names]
    return lambda: dict(zip(names, torch.autograd.grad(log_posterior(mix), inputs)))


functions = dict(objective=objective, jacobian=jacobian)
