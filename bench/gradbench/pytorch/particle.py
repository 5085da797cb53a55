import torch

from common import tensor
from descent import argmin, gradient_by

REST, MOVING = tensor([[10, 10], [10, 0]]), tensor([[0, -1], [0, 0]])
TIME_STEP = 0.1


def potential(x, charges):
    return (charges - x).square().sum(1).sqrt().reciprocal().sum()


def crossing(w, inner):
    differentiable = torch.is_grad_enabled()
    charges = REST + w * MOVING
    x, velocity = tensor([0.0, 8.0]), tensor([0.75, 0.0])
    while True:
        with torch.enable_grad():
            here = x if x.requires_grad else x.detach().requires_grad_()
            acceleration = -gradient_by(inner, potential(here, charges), here, differentiable)
        x = x + TIME_STEP * velocity
        if x[1].item() <= 0:
            return (x[0] - x[1] / velocity[1] * velocity[0]).square()
        velocity = velocity + TIME_STEP * acceleration


def particle(outer, inner):
    def value(w):
        with torch.no_grad():
            return crossing(w, inner)

    def slope(w):
        variable = w.detach().requires_grad_()
        return gradient_by(outer, crossing(variable, inner), variable)

    def ready(data):
        start = tensor(data["w"]).view(1)
        return lambda: argmin(value, slope, start).sum()

    return ready


functions = {outer + inner: particle(outer, inner) for outer in "fr" for inner in "fr"}
