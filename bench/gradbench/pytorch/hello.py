from common import gradient, tensor, value


def square(data):
    x = tensor(data)
    return value(lambda: x * x)


def double(data):
    x = tensor(data).requires_grad_()
    return lambda: gradient(x * x, x)


functions = dict(square=square, double=double)
