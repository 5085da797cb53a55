"""What the evals share: the counterpart of ../tensors.h."""
import torch


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def value(function):
    """`function` without recording."""

    def run():
        with torch.no_grad():
            return function()

    return run


def gradient(of, input, create_graph=False):
    return torch.autograd.grad(of.sum(), input, create_graph=create_graph)[0]


def derivative_along(tangent, of, input, create_graph=False):
    cotangent = torch.ones_like(of).requires_grad_()
    (pulled_back,) = torch.autograd.grad(of, input, cotangent, create_graph=True)
    return torch.autograd.grad(pulled_back, cotangent, tangent, retain_graph=True, create_graph=create_graph)[0]
