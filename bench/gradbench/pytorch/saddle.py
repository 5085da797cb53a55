import torch

from common import tensor
from descent import argmin, gradient_by


def function(x, y):
    return x.square().sum() - y.square().sum()


def argmax(x, start, mode):
    differentiable = torch.is_grad_enabled() and x.requires_grad

    def value(y):
        with torch.no_grad():
            return -function(x, y)

    def slope(y):
        with torch.enable_grad():
            here = y if differentiable else y.detach().requires_grad_()
            return gradient_by(mode, -function(x, here), here, differentiable)

    return argmin(value, slope, start.detach().requires_grad_() if differentiable else start)


def saddle(outer, inner):
    def ready(data):
        start = tensor(data["start"])

        def value(x):
            with torch.no_grad():
                return function(x, argmax(x, start, inner))

        def slope(x):
            variable = x.detach().requires_grad_()
            return gradient_by(outer, function(variable, argmax(variable, start, inner)), variable)

        def run():
            x = argmin(value, slope, start)
            return torch.cat([x, argmax(x, start, inner)])

        return run

    return ready


functions = {outer + inner: saddle(outer, inner) for outer in "fr" for inner in "fr"}
