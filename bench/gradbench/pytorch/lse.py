from common import gradient, tensor, value


def log_sum_exp(x):
    highest = x.max()
    return (x - highest).exp().sum().log() + highest


def primal(data):
    x = tensor(data["x"])
    return value(lambda: log_sum_exp(x))


def gradient_of(data):
    x = tensor(data["x"]).requires_grad_()
    return lambda: gradient(log_sum_exp(x), x)


functions = dict(primal=primal, gradient=gradient_of)
