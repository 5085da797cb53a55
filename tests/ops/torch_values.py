#!/usr/bin/env python3
"""Writes torch_values.h: what PyTorch computes for the cases of torch_values_test.cpp. Needs PyTorch (1.13 was used)."""
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
values = {}


def put(name, tensor):
    values[name] = tensor.detach().double().flatten().tolist()


def wave(*sizes, start=0):
    """The input of a case: sin(start), sin(start + 1), ..."""
    count = math.prod(sizes)
    return torch.arange(start, start + count, dtype=torch.float64).sin().reshape(sizes)


def with_grad(name, inputs, function):
    inputs = [x.requires_grad_() for x in inputs]
    out = function(*inputs)
    put(name, out)
    out.backward(wave(*out.shape, start=100))
    for i, x in enumerate(inputs):
        put(f"{name}_grad{i}", x.grad)


target = torch.tensor([1, 0, 3, 2, 3])
weight = torch.tensor([0.5, 1.0, 2.0, 0.25])
for reduction in ["none", "mean", "sum"]:
    for weighted in [False, True]:
        for smoothing in [0.0, 0.3]:
            with_grad(
                f"cross_entropy_{reduction}{'_weighted' * weighted}{'_smooth' * (smoothing > 0)}", [wave(5, 4)],
                lambda x: F.cross_entropy(x, target, weight if weighted else None, reduction=reduction,
                                          ignore_index=3, label_smoothing=smoothing))
with_grad("cross_entropy_soft", [wave(5, 4), wave(5, 4, start=7).abs()],
          lambda x, t: F.cross_entropy(x, t, weight, label_smoothing=0.3))

edge = torch.tensor([0.0, 1.0, 0.0, 1.0, 1e-50, 0.5])
edge_target = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.25])
with_grad("bce_edges", [edge], lambda x: F.binary_cross_entropy(x, edge_target, reduction="none"))
far = torch.tensor([-1000.0, -40.0, 0.0, 40.0, 1000.0])
with_grad("bce_logits_far", [far], lambda x: F.binary_cross_entropy_with_logits(x, torch.full([5], 0.25), reduction="none"))
with_grad("bce_logits_far_positive", [far.detach().clone()], lambda x: F.binary_cross_entropy_with_logits(
    x, torch.full([5], 0.25), pos_weight=torch.tensor(3.0), reduction="none"))
with_grad("kl_div_zero", [wave(4)], lambda x: F.kl_div(x, torch.tensor([0.0, 0.5, 0.0, 0.5]), reduction="none"))
with_grad("smooth_l1", [torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0])],
          lambda x: F.smooth_l1_loss(x, torch.zeros(5), reduction="none", beta=0.5))
with_grad("huber", [torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0])],
          lambda x: F.huber_loss(x, torch.zeros(5), reduction="none", delta=0.5))
with_grad("triplet", [wave(3, 4), wave(3, 4, start=12), wave(3, 4, start=24)],
          lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=1.5, p=3, swap=True, reduction="none"))
with_grad("cosine_embedding", [wave(3, 4), wave(3, 4, start=12)],
          lambda a, b: F.cosine_embedding_loss(a, b, torch.tensor([1, -1, -1]), margin=-0.5, reduction="none"))

for name, options in {
    "nearest_size": dict(size=(7, 4)), "nearest_factor": dict(scale_factor=(2.3, 0.6)),
    "nearest_twice": dict(scale_factor=2.0), "bilinear_size": dict(size=(7, 4), mode="bilinear"),
    "bilinear_align": dict(size=(7, 4), mode="bilinear", align_corners=True),
    "bilinear_factor": dict(scale_factor=(2.3, 0.6), mode="bilinear"),
    "bilinear_factor_recompute": dict(scale_factor=(2.3, 0.6), mode="bilinear", recompute_scale_factor=True)
}.items():
    with_grad(name, [wave(1, 2, 5, 6)], lambda x: F.interpolate(x, **options))
# Every output size from 1 to 20 of every input size from 1 to 7: where each target pixel comes from.
put("nearest_sources", torch.cat([
    F.interpolate(torch.arange(n, dtype=torch.float64).view(1, 1, 1, n), size=(1, m)).flatten()
    for n in range(1, 8) for m in range(1, 21)]))

with_grad("max_pool_ceil", [wave(1, 2, 6, 7)], lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True))
with_grad("max_pool_dilated", [wave(1, 2, 7, 7)], lambda x: F.max_pool2d(x, (2, 3), 1, 1, dilation=2))
with_grad("avg_pool_ceil", [wave(1, 2, 6, 7)], lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True))
with_grad("avg_pool_ceil_inside", [wave(1, 2, 6, 7)],
          lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False))
with_grad("avg_pool_divisor", [wave(1, 2, 6, 7)], lambda x: F.avg_pool2d(x, 3, 2, 1, divisor_override=5))
with_grad("adaptive", [wave(1, 2, 7, 5)], lambda x: F.adaptive_avg_pool2d(x, (3, 4)))
odd = torch.tensor([[1.0, 3.0, 3.0, math.nan], [3.0, -math.inf, 2.0, 0.0], [-math.inf, -math.inf, 5.0, 5.0]])
out, at = F.max_pool2d_with_indices(odd.view(1, 1, 3, 4), 2, 1, 1)
put("max_pool_odd", out)
put("max_pool_odd_indices", at)
out, at = F.max_pool2d_with_indices(torch.full([1, 1, 3, 4], -math.inf), 3, 1, 1)
put("max_pool_minus_infinity_indices", at)

mean, var = wave(3), wave(3, start=3).abs()
with_grad("batch_norm_train", [wave(2, 3, 2, 2), wave(3, start=50), wave(3, start=60)],
          lambda x, w, b: F.batch_norm(x, mean, var, w, b, True, 0.3, 1e-3))
put("running_mean", mean)
put("running_var", var)
with_grad("batch_norm_eval", [wave(2, 3, 2, 2), wave(3, start=50), wave(3, start=60)],
          lambda x, w, b: F.batch_norm(x, mean, var, w, b, False, 0.3, 1e-3))
with_grad("group_norm", [wave(2, 6, 2), wave(6, start=50), wave(6, start=60)], lambda x, w, b: F.group_norm(x, 3, w, b))
with_grad("layer_norm", [wave(2, 3, 2), wave(3, 2, start=50), wave(3, 2, start=60)],
          lambda x, w, b: F.layer_norm(x, (3, 2), w, b))
inf = math.inf
rows = torch.tensor([[0.0, -inf, 1.0], [-inf, -inf, -inf], [inf, 0.0, 1.0], [math.nan, 0.0, 1.0], [1e4, -1e4, 0.0]])
put("softmax_odd", F.softmax(rows, 1))
put("log_softmax_odd", F.log_softmax(rows, 1))

with_grad("conv_transpose", [wave(1, 4, 3, 2), wave(4, 2, 3, 2, start=30), wave(4, start=90)],
          lambda x, w, b: F.conv_transpose2d(x, w, b, (2, 3), 1, (1, 2), 2, (1, 2)))
with_grad("conv", [wave(1, 4, 7, 6), wave(4, 2, 3, 2, start=30), wave(4, start=90)],
          lambda x, w, b: F.conv2d(x, w, b, (2, 1), (1, 2), (1, 2), 2))
put("einsum_implicit", torch.einsum("b...,aBb", wave(3, 2), wave(2, 1, 3)))

for name, count in {"few": 10, "many": 40}.items():
    torch.manual_seed(7)
    put(f"dropout_{name}", F.dropout(torch.ones(count, dtype=torch.float32), 0.3))


def number(x):
    return "NAN" if math.isnan(x) else "INFINITY" if x == inf else "-INFINITY" if x == -inf else repr(x)


with open(pathlib.Path(__file__).with_name("torch_values.h"), "w") as file:
    file.write("// Written by torch_values.py with PyTorch " + torch.__version__.split("a")[0] + ".\n#pragma once\n\n")
    file.write("#include <cmath>\n#include <vector>\n\nnamespace torch_values {\n\n// clang-format off\n")
    for name, list in values.items():
        file.write(f"inline const std::vector<double> {name} = {{{', '.join(map(number, list))}}};\n")
    file.write("// clang-format on\n\n}  // namespace torch_values\n")
