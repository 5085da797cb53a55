import torch

from common import gradient, tensor, value


def expansions(n):
    number, result = [0] * 2**n, []
    for size in range(1, n + 1):
        columns, remainder, count = [], [], 0
        for chosen in range(1, 2**n):
            if chosen.bit_count() != size:
                continue
            number[chosen] = count
            count += 1
            inside = [column for column in range(n) if chosen >> column & 1]
            columns += inside
            remainder += [number[chosen ^ 1 << column] for column in inside]
        if size > 1:
            signs = tensor([(-1.0) ** i for i in range(size)])
            result.append((torch.tensor(columns), torch.tensor(remainder), signs))
    return result


def determinant(a, plan):
    rows = a.unbind(0)
    minors = rows[-1]
    for i, (columns, remainder, signs) in enumerate(plan):
        factors = rows[-2 - i].index_select(0, columns).view(-1, len(signs)) * signs
        minors = (factors * minors.index_select(0, remainder).view_as(factors)).sum(1)
    return minors


def primal(data):
    n = data["ell"]
    a, plan = tensor(data["A"]).view(n, n), expansions(n)
    return value(lambda: determinant(a, plan).sum())


def gradient_of(data):
    n = data["ell"]
    a, plan = tensor(data["A"]).view(n, n).requires_grad_(), expansions(n)
    return lambda: gradient(determinant(a, plan), a).flatten()


functions = dict(primal=primal, gradient=gradient_of)
