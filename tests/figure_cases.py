"""Every figure of the lessons: data to draw it with, and the numbers that its words must hold.

``CASES`` holds, by name ("network.hidden_space"), a :class:`Case` for each function that shows a
figure. ``tests/lab/test_figures.py`` puts all of them through the same tests.
"""

import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from matplotlib.patches import Circle, Rectangle

from nnlib import Network, datasets, losses, train
from nnlib.activations import ACTIVATIONS, sigmoid
from nnlib.autodiff import Tensor, in_order, tanh
from nnlib.lab.figures import (
    activations,
    autodiff,
    backprop,
    drawing,
    network,
    plane,
    start,
    style,
    training,
)
from nnlib.lab.figures import datasets as digit_figures
from nnlib.lab.figures import gradcheck as bug_figures
from nnlib.lab.figures import learning_rate_and_hidden_size as rates_and_sizes
from nnlib.lab.figures import losses as loss_figures

FOLDER = Path(style.__file__).parent
CASES = {}


@dataclass
class Case:
    """A figure function, and what it takes to test it.

    Attributes
    ----------
    function : the function that shows the figure
    data : function of a numpy.random.Generator
        Returns the list of arguments; another seed gives other data.
    numbers : function of a Picture and the arguments
        Compares the words with what is drawn.
    changed : (name, value) or None
        For a figure that is given no data: what to put in place of a name of its module.
    """

    function: Callable
    data: Callable
    numbers: Callable
    changed: tuple | None

    @property
    def module(self):
        return inspect.getmodule(self.function)


def of(function, data=lambda rng: [], changed=None):
    """Register the decorated function as the test of the numbers of a figure."""

    def register(numbers):
        module = function.__module__.rpartition(".")[2]
        CASES[f"{module}.{function.__name__}"] = Case(function, data, numbers, changed)
        return numbers

    return register


def figure_functions():
    """Names of all functions of the lessons' figures that show one: their source calls show."""
    for path in sorted(FOLDER.glob("*.py")):
        module = importlib.import_module(f"nnlib.lab.figures.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and module is not style
            if own and re.search(
                r"^    (return )?(show|decision_boundaries)\(", source(function), re.M
            ):
                yield f"{path.stem}.{name}"


def source(function):
    return inspect.getsource(function)


class Picture:
    """A figure that was drawn, and the words that belong to it."""

    def __init__(self, figure, description):
        self.figure, self.description = figure, description
        self.axes = figure.axes

    def says(self, *parts):
        """Each part stands in the description, the minus signs in whichever form."""
        for part in parts:
            assert part.replace("−", "-") in self.description.replace("−", "-"), self.description

    def texts(self):
        """All texts inside the panels."""
        return [text.get_text().replace("−", "-") for axes in self.axes for text in axes.texts]

    def patches(self, kind, axes=0):
        return [patch for patch in self.axes[axes].patches if isinstance(patch, kind)]

    def line(self, axes=0, index=0):
        return np.array(self.axes[axes].lines[index].get_data(), float)

    def scatter(self, axes=0, index=0):
        return np.asarray(self.axes[axes].collections[index].get_offsets())

    def image(self, axes=0):
        return np.asarray(self.axes[axes].images[0].get_array())


def at(line, x):
    """The height of a line at x, which is one of its points."""
    i = np.abs(line[0] - x).argmin()
    assert np.isclose(line[0][i], x, rtol=1e-6, atol=1e-16 if x else 1e-9)
    return line[1][i]


def numbers_in(text):
    """The numbers of four decimals, as they are written."""
    return set(re.findall(r"-?\d+\.\d{4}", text.replace("−", "-")))


def pairs_in(pattern, text):
    """The numbers that fit the two groups of a pattern."""
    return [tuple(map(float, pair)) for pair in re.findall(pattern, text.replace("−", "-"))]


NUMBER = r"(-?[\d.]*\d)"


def network_of(rng, sizes, hidden="tanh", *, scale=2.0):
    """A network whose weights and biases are all random."""
    net = Network.random(sizes, hidden=hidden, output="sigmoid", rng=rng)
    net.parameters.vector[...] = rng.normal(scale=scale, size=net.parameters.vector.shape)
    return net


def trained(rng, epochs=60, *, learning_rate=0.5, sizes=(2, 3, 1), **options):
    """A start, the trained network, its history with parameters, and the data of XOR."""
    X, y = datasets.xor()
    before = network_of(rng, list(sizes), scale=1.0)
    after = before.copy()
    options = {"keep_parameters": True, "loss": "bce"} | options
    history = train(after, X, y, learning_rate=learning_rate, epochs=epochs, **options)
    return before, after, history, X, y


# ---------------------------------------------------------------------------- 01: activations


def steeper(z):
    return sigmoid(2 * np.asarray(z))


@of(activations.sigmoid_curve, changed=("sigmoid", steeper))
def sigmoid_curve(picture):
    curve = picture.line()
    picture.says(f"from {at(curve, -8):.4f} at z = -8", f"to {at(curve, 8):.4f} at z = 8")
    picture.says(f"z = 2, where it has come to {at(curve, 2):.4f}")


@of(
    activations.neurons_with_weights_and_biases,
    lambda rng: [list(rng.integers(1, 9, 3) / 2), [int(b) for b in rng.integers(-5, 6, 2)]],
)
def neurons_with_weights_and_biases(picture, weights, biases):
    slopes = pairs_in(rf"{NUMBER} for w = {NUMBER}", picture.description)
    assert [w for _, w in slopes] == weights
    for i, (slope, _) in enumerate(slopes):
        x, a = picture.line(0, i)
        middle = len(x) // 2
        measured = (a[middle + 1] - a[middle - 1]) / (x[middle + 1] - x[middle - 1])
        assert abs(measured - slope) < 2e-3
    centres = pairs_in(rf"x = {NUMBER} for b = {NUMBER}", picture.description)
    assert [b for _, b in centres] == biases
    for i, (x, _) in enumerate(centres):
        assert np.isclose(at(picture.line(1, i), x), 0.5)


@of(
    activations.sigmoid_and_its_slope,
    changed=("sigmoid_derivative", lambda z, a: 0.9 * a * (1 - a)),
)
def sigmoid_and_its_slope(picture):
    z, slope = picture.line(1)
    grey = picture.patches(Rectangle, 1)[-1].get_x()
    picture.says(f"largest, {slope.max():.4f}", f"|z| of {grey:.2f} and more, it is below 0.01")
    assert slope[z >= grey].max() < 0.01 < slope[z < grey][-1]
    picture.says(f"At z = 8 only {slope[-1]:.6f} is left")


@of(
    activations.slopes_of_three_activations,
    changed=("ACTIVATIONS", ACTIVATIONS | {"sigmoid": ACTIVATIONS["tanh"]}),
)
def slopes_of_three_activations(picture):
    for i, name in enumerate(["sigmoid", "tanh", "ReLU"]):
        picture.says(f"{at(picture.line(1, i), 3):.4f} for {name}")


@of(activations.shrinking_through_layers, lambda rng: [int(rng.integers(3, 12))])
def shrinking_through_layers(picture, n_layers):
    for line in (picture.line(0, 0), picture.line(0, 1)):
        assert line[0][-1] == n_layers
        picture.says(f"{line[1][-1]:.1e}")


# --------------------------------------------------------------------------------- 02: network


@of(drawing.network_diagram, lambda rng: [network_of(rng, [2, 2, 1]), [1.0, -0.5]])
def network_diagram(picture, net, x):
    written = picture.texts()
    for line, weight in zip(
        picture.axes[0].lines, np.concatenate([W.ravel() for W in net.W[1:]]), strict=True
    ):
        assert line.get_linestyle() == ("-" if weight > 0 else "--")
        assert f"{weight:.3g}" in written
        picture.says(f"{weight:.3g}")
    z, a = net.forward([x])
    assert len(picture.patches(Circle)) == 3
    for layer in (1, 2):
        for k in range(net.layer_sizes[layer]):
            bias, total = net.b[layer][0, k], z[layer][0, k]
            assert f"b = {bias:.3g}\nz = {total:.3g}" in written
            assert f"{a[layer][0, k]:.3g}" in written
            picture.says(f"bias {bias:.3g}", f"{a[layer][0, k]:.4f}")


@of(
    network.layer_as_product,
    lambda rng: [*(rng.normal(size=size) for size in [(3, 4), (4, 2), (1, 2)]), 2, 1],
)
def layer_as_product(picture, X, W, b, row, column):
    z = X @ W + b
    cells = [text for text in picture.texts() if re.fullmatch(r"-?[\d.e-]+", text)]
    drawn = [f"{value:.3g}" for matrix in (X, W, b, z) for value in matrix.ravel()]
    assert cells == drawn
    marked = [t.get_text() for t in picture.axes[0].texts if t.get_weight() == "bold"]
    assert len(marked) == 4 + 4 + 1 + 1
    picture.says(f"Row {row + 1} of X", f"column {column + 1} of W", f"= {z[row, column]:.2f}")
    picture.says(*(f"{x:.3g} × {w:.3g}" for x, w in zip(X[row], W[:, column], strict=True)))


@of(
    network.shapes_of_a_pass,
    lambda rng: [[int(n) for n in rng.integers(1, 6, 3)], int(rng.integers(2, 7))],
)
def shapes_of_a_pass(picture, sizes, n):
    (n_in, n_hidden, n_out) = sizes
    cells = n * n_in + n_in * n_hidden + n_hidden + n * n_hidden
    cells += n * n_hidden + n_hidden * n_out + n_out + n * n_out
    assert len(picture.patches(Rectangle)) == cells
    picture.says(f"({n}, {n_in}) @ ({n_in}, {n_hidden}) + (1, {n_hidden}) = ({n}, {n_hidden})")
    picture.says(f"({n}, {n_hidden}) @ ({n_hidden}, {n_out}) + (1, {n_out}) = ({n}, {n_out})")
    picture.says(f"for {n} samples")


def says_the_boundary(picture, axes, net, X, y, span=None):
    """The words for one map of predictions agree with its picture."""
    low, high = X.min(axis=0), X.max(axis=0)
    crossed = picture.scatter(axes, -1)
    wrong = ((net.predict(X) > 0.5) != (y > 0.5))[:, 0]
    assert sorted(map(tuple, crossed)) == sorted(map(tuple, X[wrong]))
    assert picture.axes[axes].collections[-1].get_zorder() < 3  # behind the samples
    if span is None:
        assert picture.axes[axes].get_xlim() == (low[0] - 0.5, high[0] + 0.5)
    return f"{len(X) - len(crossed)} of {len(X)} samples are predicted right"


@of(
    plane.decision_boundaries,
    lambda rng: [[(f"{k}", network_of(rng, [2, 3, 1]), *datasets.xor()) for k in "AB"]],
)
def decision_boundaries(picture, panels):
    for axes, (title, net, X, y) in enumerate(panels):
        words = picture.description.partition(f" {title}: ")[2]
        assert words.startswith(says_the_boundary(picture, axes, net, X, y))


@of(
    plane.decision_boundary,
    lambda rng: [network_of(rng, [2, 3, 1]), *datasets.moons(50, rng=rng)],
)
def decision_boundary(picture, net, X, y):
    picture.says(says_the_boundary(picture, 0, net, X, y))


@of(
    network.hidden_units_and_output,
    lambda rng: [network_of(rng, [2, 2, 1], "sigmoid"), *datasets.xor(), ["one", "two", "output"]],
)
def hidden_units_and_output(picture, net, X, y, titles):
    hidden = net.forward(X)[1][1]
    for unit in range(2):
        answers = (
            f"{a:.2f} at ({x[0]:g}, {x[1]:g})" for a, x in zip(hidden[:, unit], X, strict=True)
        )
        picture.says(*answers)
        image = picture.image(unit)
        points = plane.grid_of_points(plane.span_of(X), len(image))
        assert np.allclose(image.ravel(), net.forward(points)[1][1][:, unit])
    picture.says(says_the_boundary(picture, 2, net, X, y))


@of(network.hidden_space, lambda rng: [network_of(rng, [2, 2, 1]), *datasets.xor()])
def hidden_space(picture, net, X, y):
    moved = np.concatenate([picture.scatter(1, k) for k in (-2, -1)])
    inputs = np.concatenate([picture.scatter(0, k) for k in (-2, -1)])
    for x, place in zip(inputs, moved, strict=True):
        assert np.allclose(place, net.forward([x])[1][1])
        picture.says(f"({x[0]:g}, {x[1]:g}) to ({place[0]:.2f}, {place[1]:.2f})")
    right = int(((net.predict(X) > 0.5) == (y > 0.5)).sum())
    picture.says(f"leaves {right} of 4 samples")


@of(
    network.logits_along_a_line,
    lambda rng: [
        {"bent": network_of(rng, [2, 2, 1], "relu"), "straight": network_of(rng, [2, 1])},
        1.5,
        (-3, 3),
        [-1.0, 2.0],
    ],
)
def logits_along_a_line(picture, networks, x2, x1_range, samples):
    curves = {line.get_label(): line.get_data() for line in picture.axes[0].lines}
    for label in networks:
        x, z = curves[label]
        heights = np.interp(samples, x, z)
        picture.says(f"{label}: {heights[0]:.2f} at -1 and {heights[1]:.2f} at 2")
    net = networks["bent"]
    bends = -(net.W[1][1] * x2 + net.b[1][0]) / net.W[1][0]
    bends = sorted(bends[(x1_range[0] < bends) & (bends < x1_range[1])])
    for bend in bends:
        picture.says(f"{bend:.3g}")
    assert ("bends at" in picture.description) == bool(bends)


# ---------------------------------------------------------------------------------- 03: losses


class OtherNumPy:
    """NumPy, but for one function."""

    log = np.log2

    def __getattr__(self, name):
        return getattr(np, name)


@of(loss_figures.losses_against_prediction, changed=("np", OtherNumPy()))
def losses_against_prediction(picture):
    mse, bce = picture.line(0, 0), picture.line(0, 1)
    for a in (0.9, 0.5, 0.1, 0.001):
        picture.says(f"{at(mse, a):.4f} and {at(bce, a):.4f} at a = {a:g}")
    assert np.allclose(picture.line(1, 0)[1], mse[1][::-1])
    assert np.allclose(picture.line(1, 1)[1], bce[1][::-1])


@of(loss_figures.slopes_against_logit, changed=("sigmoid", lambda z: sigmoid(0.9 * z)))
def slopes_against_logit(picture):
    mse, bce = picture.line(0, 0), picture.line(0, 1)
    peak = mse[1].argmin()
    picture.says(f"at z = -8 it is {bce[1][0]:.4f}", f"largest at z = {mse[0][peak]:.2f}")
    picture.says(f"a = {1 + bce[1][peak]:.2f}: there it is {mse[1][peak]:.4f}")
    for z in (-5, -8):
        picture.says(f"{at(bce, z) / at(mse, z):.0f} times at z = {z}")
    assert np.allclose(picture.line(1, 0)[1], -mse[1])


def two_histories(rng):
    X, y = rng.normal(size=(5, 2)), np.array([[1.0], [0.0], [1.0], [0.0], [1.0]])
    net = network_of(rng, [2, 1])
    histories = [
        train(net.copy(), X, y, loss=loss, learning_rate=0.5, epochs=130, keep_parameters=True)
        for loss in ("mse", "bce")
    ]
    return [*histories, net, X, y, 110]


@of(loss_figures.two_trainings, two_histories)
def two_trainings(picture, history_mse, history_bce, net, X, y, n_shown):
    for i, (name, history) in enumerate([("MSE", history_mse), ("BCE", history_bce)]):
        epochs, errors = picture.line(0, i)
        assert epochs[-1] == n_shown
        last = net.copy()
        last.parameters.vector[...] = history.parameters[-1]
        a = last.predict(X)
        picture.says(f"Under {name} it goes from {errors[0]:.4f} to {errors[100]:.4f} at epoch 100")
        picture.says(f"and {losses.mse(a, y):.4f} at epoch 130")
        right = int(((a > 0.5) == y).sum())
        told = "all 5 answers are right" if right == 5 else f"{right} of 5 answers are right"
        picture.says(told)
    picture.says("the 3 mornings that should go up", "the 2 that should go down")


def clipped(rng):
    epsilon = 10.0 ** -rng.integers(3, 9)

    def bce_clipped(z, y):
        a = np.clip(sigmoid(z), epsilon, 1 - epsilon)
        return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()

    return [bce_clipped, losses.bce]


@of(loss_figures.clipped_loss, clipped)
def clipped_loss(picture, *_):
    (_, clipped), (_, exact) = picture.line(0, 0), picture.line(0, 1)
    (_, slope), (_, exact_slope) = picture.line(1, 0), picture.line(1, 1)
    picture.says(f"to {exact[-1]:.4f} at z = 30", f"stays at {exact_slope[-1]:.4f}")
    picture.says(f"grows to {clipped[-1]:.4f} and no further", f"drops to {abs(slope[-1]):.4f}")


# -------------------------------------------------------------------------------- 04: backprop


def one_sample(rng):
    """A forward and a backward pass of one sample, by the formulas of the lesson."""
    x, y = rng.normal(size=(1, 2)).round(1), np.array([[1.0, 0.0]])
    W1, b1, W2, b2 = (rng.normal(size=size).round(2) for size in [(2, 3), (1, 3), (3, 2), (1, 2)])
    a1 = sigmoid(x @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    delta2 = (a2 - y) * a2 * (1 - a2)
    delta1 = delta2 @ W2.T * a1 * (1 - a1)
    s = SimpleNamespace(**{key: value for key, value in locals().items() if key != "rng"})
    s.z1, s.z2 = x @ W1 + b1, a1 @ W2 + b2
    return s


def given(*names):
    """Arguments from :func:`one_sample`, by their names."""
    return lambda rng: [getattr(sample, name) for sample in [one_sample(rng)] for name in names]


def drawn_but(picture, *others):
    """Every number of four decimals in the words is in the picture too, but for these."""
    told = numbers_in(picture.description) - {f"{value:.4f}" for value in others}
    assert told
    assert told <= numbers_in("\n".join(picture.texts()))


def chain(rng):
    slopes = list(rng.normal(size=3))
    return [["w", "z", "a", "L"], list(rng.normal(size=4)), slopes]


@of(backprop.one_path, chain)
def one_path(picture, names, values, slopes):
    drawn_but(picture)
    picture.says(*(f"{name} = {value:.4f}" for name, value in zip(names, values, strict=True)))
    picture.says(f"∂L/∂w = {np.prod(slopes):.4f}")
    drawn = "\n".join(picture.texts())
    assert all(f"{np.prod(slopes[i:]):.4f}" in drawn for i in range(4))


@of(
    backprop.two_paths,
    lambda rng: [0.6, rng.normal(size=2), rng.random(2), rng.normal(size=(2, 3)), np.ones(2)],
)
def two_paths(picture, a_hidden, z, a, slopes, targets):
    drawn_but(picture)
    paths = slopes.prod(axis=1)
    picture.says(f"∂L/∂a⁽¹⁾ = {paths.sum():.4f}", f"the loss, {np.mean((a - targets) ** 2):.4f}")
    picture.says(f"has the slope {paths[0]:.4f}", f"through output 2, {paths[1]:.4f}")


@of(backprop.prediction, given("x", "W1", "b1", "z1", "a1", "W2", "b2", "z2", "a2", "y"))
def prediction(picture, x, W1, b1, z1, a1, W2, b2, z2, a2, y):
    loss = np.mean((a2 - y) ** 2)
    drawn_but(picture, loss)
    picture.says(f"{loss:.4f}", *(f"{a:.4f}" for a in [*a1[0], *a2[0]]))
    drawn = picture.texts()
    assert all(f"{weight:g}" in drawn for W in (W1, W2) for weight in W.ravel())


@of(backprop.deltas_sent_back, given("x", "a1", "W2", "a2", "y", "delta1", "delta2"))
def deltas_sent_back(picture, x, a1, W2, a2, y, delta1, delta2):
    drawn_but(picture)
    values = [*(a2 - y)[0], *delta2[0], *(delta2 @ W2.T)[0], *delta1[0]]
    picture.says(*(f"{value:.4f}" for value in values))


@of(backprop.wishes, lambda rng: [rng.normal(size=int(rng.integers(3, 7)))])
def wishes(picture, shares):
    widths = [patch.get_width() for patch in picture.patches(Rectangle)]
    assert np.allclose(widths, [*shares, shares.sum()])
    picture.says(f"from {len(shares)} samples", f"{(shares < 0).sum()} want the weight larger")
    picture.says(f"{(shares >= 0).sum()} want it smaller", f"they make {shares.sum():.4f}")


@of(
    backprop.shapes_of_the_four_equations,
    lambda rng: [int(n) for n in rng.choice([2, 3, 4, 5, 6], 3, replace=False)],
)
def shapes_of_the_four_equations(picture, n, h, m):
    cells = [len(picture.patches(Rectangle, k)) for k in range(4)]
    assert cells == [3 * n * m, 2 * n * h + n * m + m * h, h * m + h * n + n * m, m + n * m]
    picture.says(f"{n} samples, {h} hidden neurons and {m} outputs", f"({h}, {m})", f"(1, {m})")


def errors_of_differences(rng):
    epsilons = np.logspace(-1, -15, 29)
    noise = rng.uniform(1, 3, 29)
    return [epsilons, noise * (epsilons + 1e-16 / epsilons), epsilons**2 + 1e-16 * noise / epsilons]


@of(backprop.error_against_epsilon, errors_of_differences)
def error_against_epsilon(picture, epsilons, forward_errors, central_errors):
    picture.says(f"off by {at(picture.line(0, 0), 1e-2):.1e} and")
    picture.says(f"by {at(picture.line(0, 1), 1e-2):.1e}. At", "is below 1e-8")
    ends = [at(picture.line(0, k), 1e-14) for k in (0, 1)]
    assert min(ends) > 1e-3
    picture.says("both are off by more than 0.001")


def errors_of_gradients(rng):
    names = ["right", "no mean", "no slope"]
    scales = [(1e-10, 1e-8), (0.5, 1.0), (1e-9, 0.9)]
    return [{n: rng.uniform(*scale, 20) for n, scale in zip(names, scales, strict=True)}, 1e-7]


@of(backprop.right_and_wrong, errors_of_gradients)
def right_and_wrong(picture, relative_errors, tolerance):
    rows = [picture.line(0, k)[0] for k in range(3)]
    assert picture.line(0, 3)[0][0] == tolerance
    picture.says(f"{(rows[0] < tolerance).sum()} of 20 networks lie below the limit of 1e-07")
    picture.says(f"{(np.concatenate(rows[1:]) > tolerance).sum()} of 40 lie above it")
    picture.says(f"{rows[1].min():.3f} (no mean)", f"{rows[2].min():.3f} (no slope)")


# -------------------------------------------------------------------------------- 05: training


@of(start.learning, lambda rng: list(trained(rng, 300, learning_rate=2.0)))
def learning(picture, before, after, history, X, y):
    epochs, loss = picture.line()
    half = int(epochs[np.argmax(loss < loss[0] / 2)])
    picture.says(f"from {loss[0]:.4f} to {loss[-1]:.4f}; after {half} of 300 epochs")
    for axes, net in ((1, before), (2, after)):
        n_right = ((net.predict(X) > 0.5) == (y > 0.5)).sum()
        assert len(picture.scatter(axes, -1)) == 4 - n_right
        picture.says(f"{n_right} of 4", f"{np.abs(net.predict(X) - y).max():.4f}")


def mornings(rng):
    """The samples of one neuron, and a start."""
    X = np.array([[0.1], [0.3], [0.4], [0.6], [0.7], [0.9]])
    y = np.array([[1.0], [1.0], [0.0], [1.0], [0.0], [0.0]])
    return X, y, network_of(rng, [1, 1])


def descents(rng, *rates, epochs=15):
    X, y, net = mornings(rng)
    options = {"loss": "bce", "epochs": epochs, "keep_parameters": True}
    return net, X, y, [train(net.copy(), X, y, learning_rate=r, **options) for r in rates]


def landscape(rng):
    X, y, net = mornings(rng)
    return [net, X, y, {"A": (2.5, -1.0), "B": tuple(rng.normal(size=2).round(1))}]


@of(training.loss_landscape, landscape)
def loss_landscape(picture, net, X, y, points):
    star = picture.line(0, 0)[:, 0]
    lowest = training.losses_of_a_neuron(X, y, *star)
    picture.says(f"loss, {lowest:.4f}, is at w = {star[0]:.2f}, b = {star[1]:.2f}")
    for k, (name, point) in enumerate(points.items(), start=1):
        place = picture.line(0, k)[:, 0]
        assert tuple(place) == point
        loss = losses.bce(place[0] * X + place[1], y)
        assert loss > lowest
        picture.says(f"{name} at w = {place[0]:g}, b = {place[1]:g} has the loss {loss:.4f}")


def one_descent(rng):
    net, X, y, (history,) = descents(rng, float(rng.integers(1, 9)))
    return [net, history, X, y, [0, 3, 15]]


@of(training.descent, one_descent)
def descent(picture, net, history, X, y, shown):
    path = picture.line()
    steps = np.hypot(*np.diff(path))
    picture.says("15 steps", f"first step is {steps[0]:.2f} long, the last one {steps[-1]:.2f}")
    losses_told = [losses.bce(w * X + b, y) for w, b in path.T[[0, -1]]]
    picture.says(f"from {losses_told[0]:.4f} to {losses_told[1]:.4f}", "epochs 0, 3 and 15")
    slope = X.T @ (sigmoid(path[0, 0] * X + path[1, 0]) - y) / len(y)
    rate = float(re.search(rf"learning rate {NUMBER}", picture.description)[1])
    assert np.isclose(path[0, 0] - rate * slope.item(), path[0, 1])


def three_descents(rng):
    _, X, y, histories = descents(rng, 1.0, 20.0, 2.0)
    return [dict(zip([1.0, 20.0, 2.0], histories, strict=True)), X, y, [1.0, 20.0]]


@of(training.bouncing, three_descents)
def bouncing(picture, histories, X, y, mapped):
    for k, (rate, history) in enumerate(histories.items()):
        _, loss = picture.line(2, k)
        assert np.array_equal(loss, history.loss)
        rises = (np.diff(loss) > 0).sum()
        picture.says(
            f"with rate {rate:g} it rises in {rises} of 15 steps, is at most {loss.max():.2f}"
        )
        picture.says(f"ends at {loss[-1]:.4f}")
    for axes, rate in enumerate(mapped):
        assert np.array_equal(picture.line(axes).T, histories[rate].parameters)
        picture.says(f"{rate:g}")


def half_of_the_fall(epochs, loss):
    """The epochs between which half of the fall lies."""
    done = (loss[0] - loss) / (loss[0] - loss[-1])
    return [int(epochs[np.argmax(done >= share)]) for share in (0.25, 0.75)]


@of(training.loss_curve, lambda rng: [trained(rng)[2]])
def loss_curve(picture, history):
    epochs, loss = picture.line()
    early, late = half_of_the_fall(epochs, loss)
    picture.says(f"from {loss[0]:.4f} to {loss[-1]:.4f} in {epochs[-1]:.0f} epochs")
    picture.says(f"between epochs {early} and {late}")


@of(training.loss_with_milestones, lambda rng: [trained(rng)[2], {"all right": 20, "sure": 50}])
def loss_with_milestones(picture, history, milestones):
    loss_curve(picture, history)
    _, loss = picture.line()
    for k, epoch in enumerate(milestones.values(), start=1):
        assert picture.line(0, k)[0][0] == epoch
        picture.says(f"from epoch {epoch} on, where the loss is {loss[epoch]:.4f}")


def ends_of_batches(rng):
    return [
        {size: {rate: rng.uniform(0.04, 0.9, 5) for rate in (0.1, 0.5, 2.0)} for size in (8, 30)},
        30,
        12,
    ]


@of(training.losses_per_batch_size, ends_of_batches)
def losses_per_batch_size(picture, ends, n_samples, epochs):
    for k, (size, steps) in enumerate({8: 4 * 12, 30: 12}.items()):
        rates, medians = picture.line(0, k)
        assert np.allclose(medians, [np.median(ends[size][rate]) for rate in rates])
        best = medians.argmin()
        picture.says(
            f"atches of {size} do best with rate {rates[best]:g}, where the median is "
            f"{medians[best]:.4f} after {steps} steps"
        )
    picture.says("medians of 5 starts")


def with_validation(rng):
    X, y = datasets.moons(20, noise=0.3, rng=rng)
    net = network_of(rng, [2, 4, 1], scale=1.0)
    validation = datasets.moons(20, noise=0.3, rng=rng)
    options = {"loss": "bce", "learning_rate": 2.0, "epochs": 80, "validation": validation}
    return [train(net, X, y, **options)]


@of(training.training_and_validation, with_validation)
def training_and_validation(picture, history):
    (_, loss), (epochs, unseen) = picture.line(0, 0), picture.line(0, 1)
    best = unseen.argmin()
    picture.says(f"from {loss[0]:.4f} to {loss[-1]:.4f}")
    picture.says(f"lowest, {unseen[best]:.4f}, at epoch {epochs[best]:.0f}")
    assert (f"rises to {unseen[-1]:.4f}" in picture.description) == (best < len(unseen) - 1)
    assert tuple(picture.line(0, 2)[:, 0]) == (epochs[best], unseen[best])


def boundaries(rng):
    before, _, history, X, y = trained(rng)
    return [before, history, X, y, [0, 20, 60]]


@of(training.boundaries_over_epochs, boundaries)
def boundaries_over_epochs(picture, net, history, X, y, epochs):
    for axes, epoch in enumerate(epochs):
        then = net.copy()
        then.parameters.vector[...] = history.parameters[epoch]
        says_the_boundary(picture, axes, then, X, y)
        loss = losses.bce(then.forward(X)[0][-1], y)
        words = picture.description.partition(f"Epoch {epoch}, loss {loss:.4f}: ")[2]
        if axes:
            moved = (picture.image(axes) > 0.5) != (picture.image(axes - 1) > 0.5)
            told = f"before, {100 * moved.mean():.1f} % of the area has changed side"
            assert told in words.partition("Epoch")[0]


def many_starts(rng):
    learned = {2: rng.integers(0, 2, 50) * rng.integers(1, 9000, 50), 4: rng.integers(1, 5000, 50)}
    stuck = {2: rng.choice([1 / 8, 1 / 6, 1 / 4], (learned[2] == 0).sum()), 4: np.array([])}
    return [learned, stuck, 9000]


@of(training.learned_over_epochs, many_starts)
def learned_over_epochs(picture, learned_at, stuck_losses, last_epoch):
    for k, size in enumerate(learned_at):
        epochs, share = picture.line(0, k)
        assert epochs[-1] == last_epoch
        assert np.isclose(share[-1], 100 * (learned_at[size] > 0).mean())
        picture.says(f"{share[-1]:.1f} % with {size} hidden neurons")
        assert np.array_equal(picture.line(1, k)[0], stuck_losses[size])
    stuck = picture.line(1, 0)[0]
    near = [int((np.abs(stuck - level) < 0.01).sum()) for level in (1 / 8, 1 / 6, 1 / 4)]
    picture.says(f"Of the {len(stuck)} with 2 hidden neurons, {near[0]} lie within 0.01 of 1/8")
    picture.says(f"{near[1]} of 1/6 and {near[2]} of 1/4", f"After {last_epoch} epochs")


@of(training.worst_errors, lambda rng: [rng.uniform(0.01, 0.115, 80)])
def worst_errors(picture, errors):
    bars = [bar.get_height() for bar in picture.patches(Rectangle)]
    assert sum(bars) == len(errors) == 80
    picture.says("for 80 starts", f"between {errors.min():.3f} and {errors.max():.3f}")
    at_limit = sum(bars[25:])  # from 0.1 on, in bars of 0.004
    picture.says(f"below {np.median(errors):.3f}", f"{at_limit:.0f} are at 0.1 or above")


def decays(rng):
    networks = {0.0: network_of(rng, [2, 4, 1]), 0.01: network_of(rng, [2, 4, 1])}
    return [networks, *datasets.moons(30, rng=rng), *datasets.moons(40, rng=rng)]


@of(training.weight_decays, decays)
def weight_decays(picture, networks, X, y, X_validation, y_validation):
    for axes, (decay, net) in enumerate(networks.items()):
        struck_out = len(picture.scatter(axes, -1))
        unseen = 100 * ((net.predict(X_validation) > 0.5) == y_validation).mean()
        told = f"weight decay {decay:g}: {100 * (1 - struck_out / 30):.1f} % of the training data"
        picture.says(f"{told} and {unseen:.1f} % of the validation data are right")


# ----------------------------------------------------------- 06: learning rate and hidden size


def several_rates(rng):
    return [
        {
            rate: trained(np.random.default_rng(seed), 60, learning_rate=rate)[2]
            for seed in [int(rng.integers(1000))]
            for rate in (0.1, 1.0, 30.0)
        }
    ]


@of(rates_and_sizes.losses_per_rate, several_rates)
def losses_per_rate(picture, histories):
    picture.says("over 60 epochs")
    for k, rate in enumerate(histories):
        _, loss = picture.line(0, k)
        rises = (np.diff(loss[:51]) > 0).sum()
        picture.says(f"with rate {rate:g} it rises in {rises} of the first 50 steps")
        if rises < 10:
            picture.says(f"ends at {loss[-1]:.4f}")


@of(
    rates_and_sizes.bowls,
    lambda rng: [float(rng.integers(1, 5)), 1.5, [0.1, 0.3], 4],
)
def bowls(picture, curvature, start, rates, n_steps):
    picture.says(f"curvature {curvature:g}", f"{n_steps} steps")
    for axes, rate in enumerate(rates):
        bowl, (w, loss) = picture.line(axes, 0), picture.line(axes, 1)
        assert np.allclose(bowl[1], curvature / 2 * bowl[0] ** 2)
        assert np.allclose(loss, curvature / 2 * w**2)
        assert np.allclose(np.diff(w), -rate * curvature * w[:-1])
        picture.says(f"ate {rate:g} leads from {w[0]:g} to {w[1]:.2f}, {w[2]:.2f}, {w[3]:.2f}")


def map_of_success(rng):
    rates, sizes = np.array([0.1, 1.0, 10.0]), [1, 2, 8]
    chances = np.array([[0, 0, 0], [0.2, 0.5, 0.3], [0.97, 1, 1]]) - rng.uniform(0, 0.02)
    return [
        rates,
        sizes,
        {n: rng.random((3, 100)) < row[:, None] for n, row in zip(sizes, chances, strict=True)},
    ]


@of(rates_and_sizes.success_map, map_of_success)
def success_map(picture, rates, sizes, solved):
    shares = picture.image()
    assert picture.texts() == [f"{share:.0f}" for share in shares.ravel()]
    picture.says("of 100 starts")
    for row, size in zip(shares, sizes, strict=True):
        assert np.allclose(row, 100 * solved[size].mean(axis=1))
        many = rates[row >= 95]
        if len(many) > 1:
            picture.says(f"ize {size}: at least 95 % from rate {many[0]:g} to {many[-1]:g}")
        elif row.max() > 0:
            picture.says(f"ize {size}: at most {row.max():.0f} % (rate {rates[row.argmax()]:g})")
        else:
            picture.says(f"ize {size}: at most 0 %")


@of(
    rates_and_sizes.shares_of_ten,
    lambda rng: [{"two": rng.random(70) < 0.6, "four": rng.random(90) < 0.9}, 5],
)
def shares_of_ten(picture, solved, n_groups):
    picture.says("5 experiments with ten starts each")
    lines = [np.array(line.get_data(), float) for line in picture.axes[0].lines]
    two, four = (solved[label][:50].reshape(5, 10).sum(axis=1) for label in ("two", "four"))
    picture.says(f"four finds more than two in {(four > two).sum()}.")
    for i, (label, outcome) in enumerate(solved.items()):
        own = [line for line in lines if abs(line[1].mean() - i) < 0.01]
        *marks, mean = own
        found = np.round(np.concatenate([x for x, _ in marks]) / 10) * 10
        assert len(found) == n_groups
        assert np.isclose(mean[0][0], 100 * outcome.mean())
        text = f"{label}: from {found.min():.0f} to {found.max():.0f} %, all {len(outcome)}"
        picture.says(f"{text[1:]} together {mean[0][0]:.1f} %")


def medians(rng):
    panels = {
        title: {size: rng.integers(10, 200, 4).astype(float) for size in (4, 8)}
        for title in ("Glorot", "Normal")
    }
    panels["Normal"][8][-1] = np.inf
    return [np.array([0.6, 1.0, 2.0, 4.0]), panels, 200]


@of(rates_and_sizes.epochs_to_solve, medians)
def epochs_to_solve(picture, rates, panels, last_epoch):
    picture.says(f"of at most {last_epoch}")
    for axes, (title, by_size) in enumerate(panels.items()):
        words = picture.description.partition(f"{title}: ")[2].partition(".")[0]
        for i, size in enumerate(by_size):
            epochs = picture.line(axes, 2 * i)[1]
            best = epochs.argmin()
            assert tuple(picture.line(axes, 2 * i + 1)[:, 0]) == (rates[best], epochs[best])
            told = f"size {size} at rate {rates[best]:g} ({epochs[best]:.0f} epochs)"
            assert told in picture.description, words


# ---------------------------------------------------------------------------- 07: gradcheck


@of(
    bug_figures.two_descents,
    lambda rng: [{name: np.sort(rng.random(30))[::-1] for name in ("as it was", "cured")}, 50],
)
def two_descents(picture, losses, every):
    assert [line.get_label() for line in picture.axes[0].lines] == list(losses)
    for i, name in enumerate(losses):
        epochs, values = picture.line(0, i)
        picture.says(f"the first {epochs[-1]:g} epochs")
        assert epochs[1] == every
        assert f"{name}: from {values[0]:.4f} to {values[-1]:.7f}".lower() in (
            picture.description.lower()
        )


def a_valley(rng):
    directions, _ = np.linalg.qr(rng.normal(size=(9, 2)))
    net = network_of(rng, [2, 2, 1], "sigmoid", scale=1.0)
    solved = [network_of(rng, [2, 2, 1], "sigmoid") for _ in range(4)]
    return [net, directions, solved, *datasets.xor()]


@of(bug_figures.valley, a_valley)
def valley(picture, network, directions, solved, X, y):
    def loss(vector):
        moved = network.copy()
        moved.parameters.vector[...] = vector
        return losses.mse(moved.predict(X), y)

    here = network.parameters.vector
    picture.says(f"the end of 001, at {loss(here):.4f}")
    ends = [loss(here + s * directions[:, 0]) for s in (-8, 8)]
    picture.says(f"{ends[0]:.4f} eight units to the one side and {ends[1]:.4f} eight units")
    sides = [loss(here + s * directions[:, 1]) for s in (-1, 1)]
    picture.says(f"one unit away, {sides[0]:.4f} and {sides[1]:.4f}")
    ways = [picture.line(1, i)[1] for i in range(len(solved))]
    for way, other in zip(ways, solved, strict=True):
        assert np.isclose(way[0], loss(here))
        assert np.isclose(way[-1], loss(other.parameters.vector))
    tops = [way.max() for way in ways]
    picture.says(f"{len(solved)} networks that solve XOR")
    picture.says(f"{sum(top > 1.05 * loss(here) for top in tops)} of them climb first")
    picture.says(f"lowest pass is at {min(tops):.4f}, the highest at {max(tops):.4f}")


@of(
    bug_figures.loss_curves,
    lambda rng: [{f"P{i}": 2 + rng.normal(size=20).cumsum() / 9 for i in range(7)}],
)
def loss_curves(picture, curves):
    shown = [axes for axes in picture.axes if axes.get_visible()]
    assert [axes.get_title() for axes in shown] == list(curves)
    ends = [(line[1][0], line[1][-1]) for line in map(picture.line, range(len(shown)))]
    picture.says(f"{len(curves)} programs, of which {sum(b < a for a, b in ends)} have fallen")
    for title, (first, last) in zip(curves, ends, strict=True):
        picture.says(f"{title} from {first:.2f} to {last:.2f}")


def without_biases(rng):
    nets = [Network.random([2, 3, 1], hidden="sigmoid", rng=rng, bias=False) for _ in range(3)]
    return [nets, rng.normal(size=2)]


@of(bug_figures.logits_through_the_origin, without_biases)
def logits_through_the_origin(picture, networks, direction):
    for i in range(len(networks)):
        line = picture.line(0, 2 * i)
        left, middle, right = (at(line, t) for t in (-3, 0, 3))
        picture.says(f"{left:.2f}, {middle:.2f} and {right:.2f}")
        assert np.isclose(left + right, 2 * middle)


# ------------------------------------------------------------------------------- 08: datasets


def some_images(rng, n_samples):
    """Images with every digit among the labels, and a few pixels that are white in all."""
    labels = np.concatenate([np.arange(10), rng.integers(0, 10, n_samples - 10)])
    X = rng.random((n_samples, 64))
    X[:, rng.integers(0, 64, 4)] = 0
    return X, rng.permutation(labels)


@of(digit_figures.images, lambda rng: some_images(rng, 20))
def images(picture, X, labels):
    assert [axes.get_title() for axes in picture.axes] == [str(label) for label in labels]
    shown = np.array([picture.image(i).ravel() for i in range(len(X))])
    assert np.array_equal(shown, X)
    darkness = shown.mean(axis=1)
    picture.says(f"pixel is {shown.mean():.2f} dark")
    picture.says(f"darkest image (a {labels[darkness.argmax()]}) {darkness.max():.2f}")
    picture.says(f"lightest (a {labels[darkness.argmin()]}) {darkness.min():.2f}")


@of(digit_figures.mean_images, lambda rng: some_images(rng, 40))
def mean_images(picture, X, labels):
    counts = [int(axes.get_xlabel()) for axes in picture.axes]
    assert sum(counts) == len(X)
    for digit, count in enumerate(counts):
        picture.says(f"{count} of {digit}")
        assert np.allclose(picture.image(digit).ravel(), X[labels == digit].mean(axis=0))
    everything = sum(count * picture.image(i) for i, count in enumerate(counts)) / len(X)
    picture.says(f"{(everything == 0).sum()} of the 64 pixels are white")
    picture.says(f"darkest pixel is {everything.max():.2f}")


def walks(rng):
    paths = {name: rng.normal(size=(9, 2)) for name in ("plain", "heavy")}
    paths["heavy"][0] = paths["plain"][0]
    return [paths, np.array([1.0, 50.0])]


@of(digit_figures.narrow_valley, walks)
def narrow_valley(picture, paths, curvature):
    for i, (name, path) in enumerate(paths.items()):
        drawn = picture.line(i).T
        assert np.array_equal(drawn, path)
        height = 0.5 * (curvature * drawn**2).sum(axis=1)
        picture.says(f"{len(drawn) - 1} steps", f"where the loss is {height[0]:.4f}")
        turns = (np.sign(drawn[1:, 1]) != np.sign(drawn[:-1, 1])).sum()
        picture.says(f"{name} crosses the floor of the valley {turns} times")
        picture.says(f"ends at a loss of {height[-1]:.4f}")


@of(
    digit_figures.losses_per_optimizer,
    lambda rng: [
        {
            "adam": trained(rng, learning_rate=0.01, optimizer="adam")[2],
            "momentum": trained(rng, optimizer="momentum")[2],
        }
    ],
)
def losses_per_optimizer(picture, histories):
    for i, name in enumerate(["Adam", "momentum"]):
        epochs, loss = picture.line(0, i)
        picture.says(f"over {epochs[-1]:.0f} epochs")
        picture.says(f"{name} goes from {loss[0]:.2f} to {loss[-1]:.3f}")


@of(
    digit_figures.learning_curve,
    lambda rng: [
        {n: rng.uniform(0.9, 1, 6) for n in (20, 80, 300)},
        {n: rng.uniform(0.5, 0.9, 6) for n in (20, 80, 300)},
    ],
)
def learning_curve(picture, training, validation):
    picture.says("Means of 6 starts", "with 20, 80 and 300 training images")
    for i, name in enumerate(["images learned from", "validation images"]):
        a, b, c = picture.line(0, i)[1]
        picture.says(f"of the {name} {a:.1f} %, {b:.1f} % and {c:.1f} % are right")


@of(digit_figures.confusion, lambda rng: [rng.integers(1, 40, (4, 4)) + 40 * np.eye(4, dtype=int)])
def confusion(picture, table):
    shown = {tuple(text.get_position()): int(text.get_text()) for text in picture.axes[0].texts}
    right = sum(count for (answer, true), count in shown.items() if answer == true)
    wrong = {place: count for place, count in shown.items() if place[0] != place[1]}
    picture.says(f"{sum(shown.values())} answers: {right} on the diagonal are right")
    picture.says(f"{sum(wrong.values())} beside it are wrong")
    picture.says(f"frequent mistake, {max(wrong.values())} times")
    for (answer, true), count in wrong.items():
        assert table[true, answer] == count
        assert (f"{true} as {answer}" in picture.description) == (count == max(wrong.values()))


def misread(rng):
    X, labels = some_images(rng, 12)
    probabilities = rng.random((12, 10))
    probabilities[np.arange(12), labels] = 0
    return [X, labels, probabilities / probabilities.sum(axis=1, keepdims=True)]


@of(digit_figures.wrong_images, misread)
def wrong_images(picture, X, labels, probabilities):
    picture.says("10 of 12 mistakes")
    percents = []
    for i, axes in enumerate(picture.axes):
        which = np.flatnonzero((picture.image(i).ravel() == X).all(axis=1))[0]
        true, _, answer = axes.get_title().partition(" → ")
        assert int(true) == labels[which]
        assert int(answer) == probabilities[which].argmax()
        percents.append(100 * probabilities[which].max())
        picture.says(f"{true} read as {answer} ({axes.get_xlabel()})")
        assert axes.get_xlabel() == f"{percents[-1]:.0f} %"
    assert percents == sorted(percents, reverse=True)


def pixels_to_hidden(rng):
    return [network_of(rng, [64, 11, 10]), rng.random(64) < 0.1]


@of(digit_figures.hidden_units, pixels_to_hidden)
def hidden_units(picture, network, always_white):
    shown = np.array([axes.images[0].get_array() for axes in picture.axes if axes.images])
    assert np.array_equal(shown.reshape(-1, 64).T, network.W[1])
    neuron, row, column = np.unravel_index(np.abs(shown).argmax(), shown.shape)
    picture.says(f"each of the {len(shown)} hidden neurons")
    picture.says(f"The strongest is {shown[neuron, row, column]:.2f}")
    picture.says(f"row {row + 1}, column {column + 1} to neuron {neuron + 1}.")
    picture.says(f"Dots mark the {picture.line().shape[1]} pixels")
    picture.says(f"weights is {np.abs(network.W[1][~always_white]).mean():.2f}")


# -------------------------------------------------------------------------------- 09: frameworks


def taped_network(rng):
    X, y = rng.normal(size=(int(rng.integers(1, 5)), 2)), rng.normal(size=(1, 2))
    shapes = {"W1": (2, 3), "b1": (1, 3), "W2": (3, 2), "b2": (1, 2)}
    W1, b1, W2, b2 = (Tensor(rng.normal(size=shape), name=n) for n, shape in shapes.items())
    error = tanh(X @ W1 + b1) @ W2 + b2 - y
    loss = (error * error).mean()
    loss.backward()
    return [loss]


@of(autodiff.tape, taped_network)
def tape(picture, loss):
    made = [tensor for tensor in in_order(loss) if tensor.made_from]
    written = picture.texts()
    for tensor in in_order(loss):
        shape = str(tensor.value.shape).replace(" ", "") if tensor.value.shape else "number"
        assert written.count(shape) == written.count(f"← {shape}") > 0
    names = [text for text in written if text and "(" not in text and "number" not in text]
    assert names[: len(made)] == [tensor.name.replace("−", "-") for tensor in made]
    picture.says(f"A tape of {len(made)} operations")
    picture.says(f"{sum(tensor.value.size for tensor in made)} numbers in all")
    picture.says("In ×, one tensor is used twice", f"The result is {loss.value:.4f}")
