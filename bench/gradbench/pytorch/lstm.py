import torch

from common import tensor, value


def layer(input, weights, biases, hidden, cell):
    weight, bias = weights.chunk(4), biases.chunk(4)
    forget = (input * weight[0] + bias[0]).sigmoid().unbind(0)
    out = (input * weight[2] + bias[2]).sigmoid().unbind(0)
    outputs = []
    for t in range(len(out)):
        enter = torch.addcmul(bias[1], hidden, weight[1]).sigmoid()
        change = torch.addcmul(bias[3], hidden, weight[3]).tanh()
        cell = torch.addcmul(enter * change, cell, forget[t])
        hidden = out[t] * cell.tanh()
        outputs.append(hidden)
    return torch.stack(outputs)


def loss(main, extra, state, sequence):
    times = sequence.size(0) - 1
    input = sequence[:times] * extra[0]
    for i in range(0, main.size(0), 2):
        input = layer(input, main[i], main[i + 1], state[i], state[i + 1])
    predicted = input * extra[1] + extra[2]
    normalizer = (predicted.exp().sum(1, keepdim=True) + 2).log()
    return -(sequence[1:] * (predicted - normalizer)).mean()


def network(data):
    return [tensor(data[name]) for name in ("main_params", "extra_params", "state", "sequence")]


def objective(data):
    net = network(data)
    return value(lambda: loss(*net))


def jacobian(data):
    main, extra, state, sequence = network(data)

    def run():
        leaves = main.detach().requires_grad_(), extra.detach().requires_grad_()
        loss(*leaves, state, sequence).backward()
        return torch.cat([leaf.grad.flatten() for leaf in leaves])

    return run


functions = dict(objective=objective, jacobian=jacobian)
