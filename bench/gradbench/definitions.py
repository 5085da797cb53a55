"""The functions of gradbench's evals from their definitions, in plain Python, to check what tools answer.

Derivatives are taken by the complex step: f(x + ih) / h has the derivative in its imaginary part, to all digits, as nothing
is subtracted. So everything here computes with complex numbers."""
import cmath, math, random

STEP = 1e-30


def flat(values):
    if isinstance(values, (list, tuple)):
        return [number for value in values for number in flat(value)]
    return [values]


def real(value):
    return value.real if isinstance(value, complex) else float(value)


def difference(expected, got):
    """The largest difference as a fraction of the largest expected number; infinite for another shape."""
    expected, got = flat(expected), flat(got)
    if len(expected) != len(got) or any(not isinstance(b, (int, float)) for b in got):
        return math.inf
    return max((abs(a - b) for a, b in zip(expected, got)), default=0) / (max(map(abs, expected), default=0) or 1)


def derivative(function, x, direction):
    """The derivative of all that the function returns, along a direction."""
    result = function([a + 1j * STEP * d for a, d in zip(x, direction)])
    return [complex(value).imag / STEP for value in flat(result)]


def gradient_difference(function, x, gradient):
    """Compares a gradient with the derivative along a random direction: an error in any element shows."""
    if len(x) != len(gradient):
        return math.inf
    chance = random.Random(1)
    direction = [chance.uniform(-1, 1) for _ in x]
    return difference(derivative(function, x, direction), [sum(g * d for g, d in zip(gradient, direction))])


# Functions of a list of numbers, in the order in which the derivative's output lists them.


def log_sum_exp(x):
    highest = max(x, key=real)
    return highest + cmath.log(sum(cmath.exp(a - highest) for a in x))


def lse(data):
    return data["x"], log_sum_exp


def llsq(data):
    n = data["n"]

    def objective(x):
        total = 0
        for i in range(n):
            t = -1 + i * 2 / (n - 1)
            polynomial = 0
            for coefficient in reversed(x):
                polynomial = polynomial * t + coefficient
            total += ((t > 0) - (t < 0) - polynomial) ** 2
        return total / 2

    return data["x"], objective


def ode(data):
    steps = data["s"]
    h = 2 / steps

    def solution(x):
        def slope(y):
            return [x[0]] + [a * b for a, b in zip(x[1:], y)]

        y = [0] * len(x)
        for _ in range(steps):
            k1 = slope(y)
            k2 = slope([a + h / 2 * b for a, b in zip(y, k1)])
            k3 = slope([a + h / 2 * b for a, b in zip(y, k2)])
            k4 = slope([a + h * b for a, b in zip(y, k3)])
            y = [a + h / 6 * (b + 2 * c + 2 * d + e) for a, b, c, d, e in zip(y, k1, k2, k3, k4)]
        return y

    return data["x"], solution


def det(data):
    n = data["ell"]

    def determinant(a):
        rows = [list(a[i * n:(i + 1) * n]) for i in range(n)]
        result = 1
        for i in range(n):
            pivot = max(range(i, n), key=lambda row: abs(rows[row][i]))
            if pivot != i:
                rows[i], rows[pivot] = rows[pivot], rows[i]
                result = -result
            result *= rows[i][i]
            for row in rows[i + 1:]:
                factor = row[i] / rows[i][i]
                for j in range(i, n):
                    row[j] -= factor * rows[i][j]
        return result

    return data["A"], determinant


def gmm(data):
    d, k, n, m, gamma = (data[name] for name in ("d", "k", "n", "m", "gamma"))
    triangle = d * (d - 1) // 2

    def log_posterior(parameters):
        it = iter(parameters)
        alpha, mu, q, l = ([next(it) for _ in range(count)] for count in (k, k * d, k * d, k * triangle))
        terms = []
        for c in range(k):
            diagonal = [cmath.exp(a) for a in q[c * d:(c + 1) * d]]
            rows = [[0] * d for _ in range(d)]
            lower = iter(l[c * triangle:(c + 1) * triangle])
            for column in range(d):
                rows[column][column] = diagonal[column]
                for row in range(column + 1, d):
                    rows[row][column] = next(lower)
            terms.append((mu[c * d:(c + 1) * d], rows, alpha[c] + sum(q[c * d:(c + 1) * d])))
        total = -0.5 * n * d * math.log(2 * math.pi) - n * log_sum_exp(alpha)
        for x in data["x"]:
            weights = []
            for center, rows, weight in terms:
                offset = [a - b for a, b in zip(x, center)]
                square = 0
                for i, row in enumerate(rows):
                    square += sum(a * b for a, b in zip(row[:i + 1], offset)) ** 2
                weights.append(weight - 0.5 * square)
            total += log_sum_exp(weights)
        degrees = d + m + 1
        log_gamma = 0.25 * d * (d - 1) * math.log(math.pi) + sum(math.lgamma(0.5 * (degrees - j)) for j in range(d))
        total += k * (degrees * d * (math.log(gamma) - 0.5 * math.log(2)) - log_gamma)
        for center, rows, weight in terms:
            total -= 0.5 * gamma**2 * sum(a * a for row in rows for a in row)
        return total + m * sum(q)

    return flat([data["alpha"], data["mu"], data["q"], data["l"]]), log_posterior


def lstm(data):
    layers, width = len(data["state"]) // 2, len(data["state"][0])

    def sigmoid(x):
        return 1 / (1 + cmath.exp(-x))

    def loss(parameters):
        rows = [parameters[i:i + width] for i in range(0, len(parameters), width)]
        main, (in_weight, out_weight, out_bias) = rows[:8 * layers], rows[8 * layers:]
        state = [list(row) for row in data["state"]]
        total = 0
        for now, following in zip(data["sequence"], data["sequence"][1:]):
            prediction = []
            for i in range(width):
                value = now[i] * in_weight[i]
                for layer in range(layers):
                    weight, bias = main[8 * layer:8 * layer + 4], main[8 * layer + 4:8 * layer + 8]
                    hidden = state[2 * layer][i]
                    forget = sigmoid(value * weight[0][i] + bias[0][i])
                    enter = sigmoid(hidden * weight[1][i] + bias[1][i])
                    out = sigmoid(value * weight[2][i] + bias[2][i])
                    change = cmath.tanh(hidden * weight[3][i] + bias[3][i])
                    cell = state[2 * layer + 1][i] * forget + enter * change
                    value = out * cmath.tanh(cell)
                    state[2 * layer][i], state[2 * layer + 1][i] = value, cell
                prediction.append(value * out_weight[i] + out_bias[i])
            normalizer = cmath.log(sum(cmath.exp(p) for p in prediction) + 2)
            total += sum(target * (p - normalizer) for target, p in zip(following, prediction))
        return -total / (width * (len(data["sequence"]) - 1))

    return flat([data["main_params"], data["extra_params"]]), loss


def cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def ba_errors(feature):
    def errors(parameters):
        axis, center, (focal, u0, v0, k1, k2), point, weight = (
            parameters[:3], parameters[3:6], parameters[6:11], parameters[11:14], parameters[14])
        x = [a - b for a, b in zip(point, center)]
        angle = cmath.sqrt(sum(a * a for a in axis))
        if angle == 0:
            seen = [a + b for a, b in zip(x, cross(axis, x))]
        else:
            k = [a / angle for a in axis]
            along = sum(a * b for a, b in zip(k, x))
            seen = [a * cmath.cos(angle) + b * cmath.sin(angle) + c * along * (1 - cmath.cos(angle))
                    for a, b, c in zip(x, cross(k, x), k)]
        u, v = seen[0] / seen[2], seen[1] / seen[2]
        square = u * u + v * v
        scale = focal * (1 + k1 * square + k2 * square * square)
        return [weight * (u * scale + u0 - feature[0]), weight * (v * scale + v0 - feature[1])]

    return errors


def check_ba(function, data, output):
    n, m, p = data["n"], data["m"], data["p"]
    x, errors = data["cam"] + data["x"] + [data["w"]], ba_errors(data["feat"])
    if function == "objective":
        expected = dict(reproj_error=dict(elements=[real(e) for e in errors(x)], repeated=p),
                        w_err=dict(element=1 - data["w"] ** 2, repeated=p))
        got = [output["reproj_error"]["elements"], output["w_err"]["element"]]
        if output["reproj_error"]["repeated"] != p or output["w_err"]["repeated"] != p:
            return math.inf
        return difference([expected["reproj_error"]["elements"], expected["w_err"]["element"]], got)
    block = [derivative(errors, x, [float(i == j) for j in range(15)]) for i in range(15)]
    # The first 30 entries belong to the first observation; the last one is the derivative of the last weight's error.
    columns = [*range(11), *(11 * n + i for i in range(3)), 11 * n + 3 * m]
    if output["rows"] != [15 * i for i in range(30)] + [31 * p] or output["cols"] != columns * 2 + [columns[-1] + p - 1]:
        return math.inf
    return difference([[block[i][row] for row in range(2) for i in range(15)], -2 * data["w"]], output["vals"])


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def ht_errors(data):
    model, matches, us = data["data"]["model"], data["data"]["correspondences"], data["us"]

    def bone_rotation(x, z):
        cx, sx, cz, sz = cmath.cos(x), cmath.sin(x), cmath.cos(z), cmath.sin(z)
        about_x = [[1, 0, 0, 0], [0, cx, -sx, 0], [0, sx, cx, 0], [0, 0, 0, 1]]
        about_z = [[cz, -sz, 0, 0], [sz, cz, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
        return product(about_z, about_x)

    def errors(parameters):
        count = 2 * len(us)
        places, theta = parameters[:count], parameters[count:]
        bends, following = {}, 6
        for finger in range(5):
            for joint in (2, 3, 4):  # bone 0 is the wrist, then fingers have four bones
                taken = 2 if joint == 2 else 1
                bends[4 * finger + joint] = (theta[following], theta[following + 1] if taken == 2 else 0)
                following += taken
        absolutes = []
        for bone, parent in enumerate(model["parents"]):
            relative = product(model["base_relatives"][bone], bone_rotation(*bends.get(bone, (0, 0))))
            absolutes.append(relative if parent < 0 else product(absolutes[parent], relative))
        transforms = [product(a, b) for a, b in zip(absolutes, model["inverse_base_absolutes"])]
        angle = cmath.sqrt(sum(a * a for a in theta[:3]))
        turn = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        if abs(angle) >= 1e-4:
            k = [a / angle for a in theta[:3]]
            s, c = cmath.sin(angle), cmath.cos(angle)
            columns = []
            for unit in turn:
                along = sum(a * b for a, b in zip(k, unit))
                columns.append([a * c + b * s + d * along * (1 - c) for a, b, d in zip(unit, cross(k, unit), k)])
            turn = list(zip(*columns))

        def vertex(number):
            x = [0, 0, 0]
            for weight, transform in zip(model["weights"][number], transforms):
                if weight:
                    for i in range(3):
                        x[i] += weight * sum(a * b for a, b in zip(transform[i], model["base_positions"][number]))
            if model["is_mirrored"]:
                x[0] = -x[0]
            return [sum(a * b for a, b in zip(row, x)) + theta[3 + i] for i, row in enumerate(turn)]

        result = []
        for i, match in enumerate(matches):
            if us:
                corners = [vertex(corner) for corner in model["triangles"][match]]
                u, v = places[2 * i], places[2 * i + 1]
                position = [u * a + v * b + (1 - u - v) * c for a, b, c in zip(*corners)]
            else:
                position = vertex(match)
            result += [a - b for a, b in zip(data["data"]["points"][i], position)]
        return result

    return flat(us) + data["theta"], errors


def check_ht(function, data, output):
    x, errors = ht_errors(data)
    if function == "objective":
        return difference([real(e) for e in errors(x)], output)
    us = 2 * len(data["us"])
    directions = [[float(i < us and i % 2 == own) for i in range(len(x))] for own in range(2 if us else 0)]
    directions += [[float(i == us + parameter) for i in range(len(x))] for parameter in range(len(data["theta"]))]
    return difference(list(zip(*(derivative(errors, x, direction) for direction in directions))), output)


def check_kmeans(function, data, output):
    centroids = data["centroids"]
    total, members = 0, [[] for _ in centroids]
    for point in data["points"]:
        distances = [sum((a - b) ** 2 for a, b in zip(point, centroid)) for centroid in centroids]
        nearest = min(range(len(centroids)), key=distances.__getitem__)
        total += distances[nearest]
        members[nearest].append(point)
    if function == "cost":
        return difference(total, output)
    means = [[sum(column) / len(group) for column in zip(*group)] for group in members]
    return difference([[a - b for a, b in zip(*pair)] for pair in zip(centroids, means)], output)


def check_hello(function, data, output):
    return difference(data * data if function == "square" else 2 * data, output)


# What gradbench itself expects of these, from the starting points that it gives.
SOLUTIONS = dict(particle=0.2071918746486116, saddle=[8.246324826140356e-06] * 4)
CHECKS = dict(ba=check_ba, ht=check_ht, kmeans=check_kmeans, hello=check_hello)
SCALAR = dict(lse=lse, llsq=llsq, ode=ode, det=det, gmm=gmm, lstm=lstm)


def check(eval, function, data, output):
    """How far an output is from the definition (see difference)."""
    if eval in SOLUTIONS:
        return difference(SOLUTIONS[eval], output)
    if eval in CHECKS:
        return CHECKS[eval](function, data, output)
    x, definition = SCALAR[eval](data)
    if function in ("primal", "objective"):
        return difference([real(value) for value in flat(definition(x))], output)
    last = (lambda x: definition(x)[-1]) if eval == "ode" else definition
    if eval == "gmm":
        output = [output["alpha"], output["mu"], output["q"], output["l"]]
    return gradient_difference(last, x, flat(output))
