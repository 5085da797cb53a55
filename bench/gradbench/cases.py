"""The inputs of gradbench's evals, at sizes that gradbench uses."""
import os, random
from collections import namedtuple

# `derivative` is the function whose times count most; `others` are its values and other ways to the same result.
Eval = namedtuple("Eval", "derivative others inputs")


def randoms(count, low=0, high=1):
    chance = random.Random(31337)
    return [chance.uniform(low, high) for _ in range(count)]


def matrix(rows, columns, draw):
    return [[draw() for _ in range(columns)] for _ in range(rows)]


def hello(data_folder, full):
    yield "4", 4.0


def lse(data_folder, full):
    for n in (2500, 10000, 40000, 160000, 640000) if full else (2500, 40000, 640000):
        yield f"n={n}", dict(x=randoms(n, -100, 100))


def llsq(data_folder, full):
    for n in (16, 64, 256, 1024, 4096, 16392) if full else (16, 256, 4096):
        yield f"n={n} m=128", dict(x=randoms(128), n=n)


def det(data_folder, full):
    for n in range(5, 12) if full else (5, 8, 11):
        yield f"l={n}", dict(A=randoms(n * n), ell=n)


def ode(data_folder, full):
    more = [(10000, 1), (10000, 100), (100000, 1), (100000, 10)] if full else []
    for n, s in [(1000, 1), (1000, 10), (1000, 100), (10000, 10)] + more:
        yield f"n={n} s={s}", dict(x=randoms(n), s=s)


def gmm(data_folder, full):
    more = [(10, 50), (32, 50), (64, 25), (64, 100)] if full else []
    for d, k in [(2, 5), (10, 10), (20, 25)] + more:
        chance, n = random.Random(31337), 1000

        def normal():
            return chance.gauss(0, 1)

        yield f"d={d} k={k} n={n}", dict(
            d=d, k=k, n=n, m=0, gamma=1.0, x=matrix(n, d, normal), mu=matrix(k, d, chance.random),
            q=matrix(k, d, normal), l=matrix(k, d * (d - 1) // 2, normal), alpha=[normal() for _ in range(k)])


def kmeans(data_folder, full):
    more = [(10, 100000, 8), (100, 100000, 16)] if full else []
    for k, n, d in [(10, 1000, 8), (100, 1000, 8), (10, 10000, 16), (100, 10000, 16)] + more:
        points = matrix(n, d, random.Random(31337).random)
        yield f"k={k} n={n} d={d}", dict(points=points, centroids=points[-k:])


def lstm(data_folder, full):
    for layers, characters in [(2, 1024), (4, 1024)] + ([(2, 4096), (4, 4096)] if full else []):
        chance, width = random.Random(31337), 14
        yield f"l={layers} c={characters}", dict(
            main_params=matrix(2 * layers, 4 * width, chance.random), extra_params=matrix(3, width, chance.random),
            state=matrix(2 * layers, width, chance.random),
            sequence=matrix(characters, width, lambda: float(chance.getrandbits(1))))


def numbers(line, of=float):
    return [of(word) for word in line.split()]


def ba(data_folder, full):
    folder = os.path.join(data_folder, "ba")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            (n, m, p), cam, x, w, feat = numbers(next(file), int), *(numbers(next(file)) for _ in range(4))
        if full or p < 40000:
            yield name.split("_")[0], dict(n=n, m=m, p=p, cam=cam, x=x, w=w[0], feat=feat)


def hand_model(folder):
    def rows(name):
        with open(os.path.join(folder, name)) as file:
            return [line.strip().split(":") for line in file if line.strip()]

    def square(words):
        return [[float(word) for word in words[i:i + 4]] for i in range(0, 16, 4)]

    bones, vertices = rows("bones.txt"), rows("vertices.txt")
    weights = [[0.0] * len(bones) for _ in vertices]
    for row, words in zip(weights, vertices):
        for i in range(int(words[8])):
            row[int(words[9 + 2 * i])] = float(words[10 + 2 * i])
    return dict(bone_count=len(bones), bone_names=[words[0] for words in bones], parents=[int(words[1]) for words in bones],
                base_relatives=[square(words[2:18]) for words in bones],
                inverse_base_absolutes=[square(words[18:34]) for words in bones],
                base_positions=[[float(word) for word in words[:3]] + [1.0] for words in vertices], weights=weights,
                triangles=[[int(word) for word in words] for words in rows("triangles.txt")], is_mirrored=False)


def ht(data_folder, full):
    for kind in ("simple_small", "complicated_small"):
        folder = os.path.join(data_folder, "ht", kind)
        model = hand_model(os.path.join(folder, "model"))
        for name in sorted(name for name in os.listdir(folder) if name.endswith(".txt")):
            with open(os.path.join(folder, name)) as file:
                count, parameters = numbers(next(file), int)
                measured = [numbers(next(file)) for _ in range(count)]
                us = [numbers(next(file)) for _ in range(count)] if kind == "complicated_small" else []
                theta = [float(next(file)) for _ in range(parameters)]
            yield f"{kind.split('_')[0]} {name.split('_')[0]}", dict(theta=theta, us=us, data=dict(
                model=model, correspondences=[int(row[0]) for row in measured], points=[row[1:] for row in measured]))


def particle(data_folder, full):
    yield "w=0", dict(w=0.0)


def saddle(data_folder, full):
    yield "1 1", dict(start=[1.0, 1.0])


MODES = ["ff", "fr", "rf"]
EVALS = dict(
    hello=Eval("double", ["square"], hello), det=Eval("gradient", ["primal"], det),
    lse=Eval("gradient", ["primal"], lse), llsq=Eval("gradient", ["primal"], llsq),
    ode=Eval("gradient", ["primal"], ode), gmm=Eval("jacobian", ["objective"], gmm),
    ba=Eval("jacobian", ["objective"], ba), ht=Eval("jacobian", ["objective"], ht),
    kmeans=Eval("dir", ["cost"], kmeans), lstm=Eval("jacobian", ["objective"], lstm),
    particle=Eval("rr", MODES, particle), saddle=Eval("rr", MODES, saddle))
