import torch

from common import derivative_along, gradient


def gradient_by(mode, of, input, create_graph=False):
    if mode == "r":
        return gradient(of, input, create_graph)
    basis = torch.eye(input.numel(), dtype=torch.float64)
    return torch.stack([derivative_along(tangent.view_as(input), of, input, create_graph)
                        for tangent in basis]).view_as(input)


def argmin(value, slope, x):
    small = 1e-5

    def length(v):
        return v.detach().square().sum().sqrt().item()

    least, rate, descents = value(x).item(), 1e-5, 0
    step_gradient = slope(x)
    while length(step_gradient) > small:
        if descents == 10:
            rate, descents = rate * 2, 0
        step = rate * step_gradient
        following = x - step
        if length(step) <= small:
            break
        found = value(following).item()
        if found < least:
            x, least, descents = following, found, descents + 1
            step_gradient = slope(x)
        else:
            rate, descents = rate / 2, 0
    return x
