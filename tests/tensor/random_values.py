# Prints the table of tests/tensor/random_test.cpp: for each distribution and type the hash of all bits that PyTorch
# (1.13, x86-64 with AVX2) draws for many sizes after manual_seed(seed). Usage: python3 random_values.py
import torch

SIZES = list(range(1, 21)) + [31, 32, 33, 100, 1000]


def fnv(tensors):
    h = 0xCBF29CE484222325
    for t in tensors:
        for byte in t.contiguous().numpy().tobytes():
            h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def draws(name, n, dtype):
    empty = torch.empty(n, dtype=dtype)
    return {
        "rand": lambda: torch.rand(n, dtype=dtype),
        "randn": lambda: torch.randn(n, dtype=dtype),
        "normal": lambda: torch.normal(0.3, 1.7, (n,), dtype=dtype),
        "uniform_": lambda: empty.uniform_(-0.31, 0.77),
        "bernoulli_": lambda: empty.bernoulli_(0.3),
        "bernoulli": lambda: torch.rand(n, dtype=dtype).bernoulli(),
        "exponential_": lambda: empty.exponential_(1.5),
        "random_": lambda: empty.random_(),
        "random_range": lambda: empty.random_(3, 100),
        "randperm": lambda: torch.randperm(n, dtype=dtype),
        "multinomial": lambda: torch.rand(n, dtype=dtype).multinomial(min(n, 5)),
        "multinomial_replacement": lambda: torch.rand(n, dtype=dtype).multinomial(7, True),
    }[name]()


REAL = ["rand", "randn", "normal", "uniform_", "bernoulli_", "bernoulli", "exponential_", "random_", "random_range",
        "multinomial", "multinomial_replacement"]
INTEGER = ["bernoulli_", "random_", "random_range"]
for kind, dtype in [("kFloat", torch.float32), ("kDouble", torch.float64), ("kByte", torch.uint8), ("kChar", torch.int8),
                    ("kShort", torch.int16), ("kInt", torch.int32), ("kLong", torch.int64)]:
    for name in REAL if dtype.is_floating_point else INTEGER + ["randperm"] * (dtype == torch.int64):
        result = []
        for seed in (0, 42):
            torch.manual_seed(seed)
            for n in SIZES:
                value = draws(name, n, dtype)
                # The last bits of doubles depend on the C library's log, sin and cos.
                rounded = dtype == torch.float64 and name in ("randn", "normal", "exponential_")
                result.append(torch.round(value * 2.0**30).long() if rounded else value)
        print('    {"%s", %s, 0x%016x},' % (name, kind, fnv(result)))
