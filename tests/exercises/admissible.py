"""Any input that a task admits, drawn at random: ``ADMISSIBLE["1.3"](rng)`` gives the arguments.

The checks try a few inputs of their own. These here are for the tests: whatever gives other
numbers on any of them is wrong, and has to be refused.
"""

import numpy as np


def sizes(rng, n=3, largest=5):
    return [int(size) for size in rng.integers(1, largest + 1, size=n)]


def logits(rng, shape):
    """Logits as they occur, and far out."""
    return rng.normal(size=shape) * rng.choice([1, 10, 50, 1000])


def network(rng, n_in, n_hidden, n_out):
    shapes = [(n_in, n_hidden), (1, n_hidden), (n_hidden, n_out), (1, n_out)]
    return [rng.normal(size=shape) for shape in shapes]


def weight_slope(rng):
    shape = [(), (4,), (3, 2)][rng.integers(3)]
    return rng.normal(size=shape) * 2, rng.normal() * 2, rng.normal() * 2


def slope(rng):
    shape = [(), (4,), (3, 2)][rng.integers(3)]
    return (np.clip(logits(rng, shape), -1000, 1000),)


def leak(rng):
    z = rng.integers(-3, 4, size=(3, 2)) if rng.integers(2) else rng.normal(size=(4, 3)) * 3
    return z, np.where(z > 0, z, 0.1 * z)


def stored_by_rows(rng):
    n, n_in, n_out = sizes(rng)
    return rng.normal(size=(n, n_in)), rng.normal(size=(n_out, n_in)), rng.normal(size=n_out)


def forward(rng):
    n, *others = sizes(rng, 4)
    return rng.normal(size=(n, others[0])), *network(rng, *others)


def answers_and_targets(rng):
    n = int(rng.integers(1, 9))
    a = rng.choice([0.0, 0.2, 0.5, 0.7, 1.0, rng.uniform()], size=(n, 1))
    y = rng.integers(0, 2, size=[(n,), (n, 1)][rng.integers(2)])
    return a, y.astype([float, int, bool][rng.integers(3)])


def three_layers(rng):
    n = sizes(rng, 4)
    return [rng.normal(size=s) for k in range(3) for s in [(n[k], n[k + 1]), (1, n[k + 1])]]


def output_of_tanh(rng):
    n, m = sizes(rng, 2)
    z = logits(rng, (n, m))
    return z, np.tanh(z), rng.choice([-1.0, 1.0], size=(n, m))


def labels_of_signs(rng):
    n, m = sizes(rng, 2)
    return np.clip(logits(rng, (n, m)), -1000, 1000), rng.choice([-1.0, 1.0], size=(n, m))


def logits_and_targets(rng):
    n, m = sizes(rng, 2)
    z = np.clip(logits(rng, (n, m)), -1000, 1000)
    return z, rng.integers(0, 2, size=(n, m)).astype(float)


def backward(rng):
    n, n_in, n_hidden, n_out = sizes(rng, 4)
    z1 = rng.normal(size=(n, n_hidden))
    return (
        rng.normal(size=(n, n_in)),
        rng.normal(size=(n_hidden, n_out)),
        z1,
        1 / (1 + np.exp(-z1)),
        rng.normal(size=(n, n_out)),
    )


def step(rng):
    n, *others = sizes(rng, 4)
    y = rng.integers(0, 2, size=(n, others[2])).astype(float)
    return rng.normal(size=(n, others[0])), y, *network(rng, *others), rng.uniform(0.1, 3)


def gradient(rng):
    return step(rng)[:-1]


def parameters_and_slopes(rng):
    others = sizes(rng)
    return network(rng, *others), network(rng, *others), rng.uniform(0.1, 3)


def training(rng):
    return *step(rng), int(rng.integers(1, 5))


def mini_batches(rng):
    n, n_in, n_out = (int(size) for size in rng.integers(1, 7, size=3))
    X, y = rng.normal(size=(n, n_in)), rng.normal(size=(n, n_out))
    w = rng.normal(size=(n_in, n_out))
    return X, y, w, rng.permutation(n), int(rng.integers(1, n + 2)), rng.uniform(0.01, 0.3)


def many_predictions(rng):
    n, m = sizes(rng, 2, 3)
    y = rng.integers(0, 2, size=(n, m)).astype(float)
    shape = [(5,), (2, 6)][rng.integers(2)]
    predictions = y + rng.normal(size=(*shape, n, m)) * rng.choice([0.03, 0.06, 0.1])
    if rng.integers(2):
        predictions[..., 0, 0, 0] = np.nan
    return predictions, y


def sweep(rng):
    n_rates, n_seeds = sizes(rng, 2, 3)
    return [*rng.uniform(0.1, 2, n_rates)], [*map(int, rng.integers(0, 99, n_seeds))], 3


def update(rng):
    n, h, m = sizes(rng)
    y = rng.integers(0, 2, size=(n, m)).astype(float)
    return rng.normal(size=(n, h)), rng.uniform(size=(n, m)), y


def columns(rng):
    n, new, d = sizes(rng, 3, 6)
    train = rng.normal(size=(n + 1, d)) * rng.uniform(0.1, 9, d) + rng.normal(size=d) * 5
    if rng.integers(2):
        train[:, 0] = 2.0
    return train, rng.normal(size=(new, d)) * 3


def logits_and_labels(rng):
    n, k = sizes(rng, 2)
    return np.clip(logits(rng, (n, k + 1)), -1000, 1000), rng.integers(0, k + 1, size=n)


def momentum(rng):
    shape = tuple(sizes(rng, int(rng.integers(1, 3))))
    return *(rng.normal(size=shape) for _ in range(3)), rng.uniform(0.01, 1), rng.uniform(0.1, 0.95)


def confusion(rng):
    k = int(rng.integers(2, 6))
    return (rng.integers(0, 9, (k, k)) + np.eye(k, dtype=int),)


def positive(rng):
    return (rng.uniform(0.05, 3, size=int(rng.integers(1, 9))),)


def three_layers_deep(rng):
    n, *size = sizes(rng, 5)
    X, *hidden = (rng.normal(size=(n, one)) for one in size[:3])
    a1, a2 = (1 / (1 + np.exp(-z)) for z in hidden)
    W2, W3 = rng.normal(size=size[1:3]), rng.normal(size=size[2:])
    return X, W2, W3, a1, a2, rng.normal(size=(n, size[3]))


def quotient(rng):
    shape = tuple(sizes(rng, 2))
    x, y, slope = rng.normal(size=(3, *shape))
    return x, y + np.sign(y), slope


def tape(rng):
    a, b, c, d = (float(value) for value in rng.uniform(-2, 2, size=4))
    links = [("u", [("x", a), ("x", b)]), ("v", [("u", c), ("x", d)]), ("f", [("v", a), ("u", d)])]
    return links, "f"


ADMISSIBLE = {
    "0.2": positive,
    "1.3": weight_slope,
    "1.5": slope,
    "1.6": leak,
    "2.1": stored_by_rows,
    "2.3": forward,
    "2.4": answers_and_targets,
    "2.6": three_layers,
    "3.2": output_of_tanh,
    "3.5": labels_of_signs,
    "3.7": logits_and_targets,
    "4.4": backward,
    "4.5": step,
    "4.8": gradient,
    "4.9": three_layers_deep,
    "5.1": parameters_and_slopes,
    "5.2": training,
    "5.5": mini_batches,
    "6.4": many_predictions,
    "6.5": sweep,
    "7.1": update,
    "8.1": columns,
    "8.2": logits_and_labels,
    "8.4": momentum,
    "8.5": confusion,
    "9.1": quotient,
    "9.2": tape,
    "9.5": momentum,
}
