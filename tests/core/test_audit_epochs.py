"""Epochs, update by update: batches, momentum, stale gradients, rows that do not count."""

from types import SimpleNamespace

import numpy as np
import pytest
from exams import exam_of, said, words
from small_network import START, X, Y, mse, predict, unknown

from nnlib.audit import epochs
from nnlib.audit.epochs import (
    MOMENTA,
    Momentum,
    Slopes,
    ends_at,
    follow,
    look_at_epoch,
    rule_on_one,
    update,
)
from nnlib.audit.update import Steps

RATE = 0.3


def gradient(p, X, y, first=None, n=None):
    """The gradient of the mean of the squared errors; of some weights by the first rows alone."""
    h = np.tanh(X @ p["W1"] + p["b1"])
    a = predict(p, X)
    d2 = 2 * (a - y) / (n or len(y)) * a * (1 - a)
    d1 = d2 @ p["W2"].T * (1 - h**2)
    some = {name: slice(first[1] if first and first[0] == name else None) for name in ("W1", "W2")}
    return {
        "W1": X[some["W1"]].T @ d1[some["W1"]], "b1": d1.sum(axis=0),
        "W2": h[some["W2"]].T @ d2[some["W2"]], "b2": d2.sum(axis=0),
    }  # fmt: skip


def epoch_of(
    size, keep=0.0, new=1.0, repeats=1, order=slice(None), first=None, rate=RATE, over=None
):
    """Return what makes steps that go through the samples in batches."""

    def new_step():
        v = {name: np.zeros_like(value) for name, value in START.items()}

        def step(p, X, y):
            p = dict(p)
            X, y = X[order], y[order]
            for i in range(0, len(X), size):
                for _ in range(repeats):
                    g = gradient(p, X[i : i + size], y[i : i + size], first, over)
                    for name in p:
                        v[name] = keep * v[name] + new * rate * g[name]
                        p[name] = p[name] - v[name]
            return p

        return step

    return new_step


def exam_with(new_step, **given):
    given = {"predict": predict, "loss": mse, "rate": RATE} | given
    return exam_of(X, Y, START, step=new_step(), new_step=new_step, **given)


def look(exam, rule=MOMENTA[0], **given):
    """Look at an epoch from the start."""
    return look_at_epoch(exam, Steps(exam), exam.patient.start, rule, **given)


# Sound epochs


@pytest.mark.parametrize(
    ("size", "of"),
    [
        (1, "batches of 1 sample"), (2, "batches of 2 samples"), (5, "batches of 5 samples"),
        (6, "batches of 6 samples"), (7, "all samples at once"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (Momentum(), "gradient descent"),
        (Momentum(0.9), "momentum 0.9"),
        (Momentum(0.8, 0.2), "momentum 0.8, as a running mean"),
        (Momentum(repeats=3), "gradient descent"),
    ],
)
def test_an_epoch_is_followed(size, of, rule, name):
    new_step = epoch_of(size, rule.keep, rule.new, rule.repeats)
    exam = exam_with(new_step)
    assert look(exam, rule)
    assert exam.compared == [f"an epoch is made of updates by {name} on {of}, in their order"]
    exam = exam_with(new_step)
    assert look(exam, rule, quiet=True)
    assert exam.compared == []
    if size < 7:
        assert not look(exam_with(new_step), Momentum(0.95))


@pytest.mark.parametrize(
    "new_step",
    [
        epoch_of(2, order=slice(None, None, -1)),
        epoch_of(3, rate=1.01 * RATE),
        epoch_of(2, first=("W1", 0)),
        lambda: lambda p, X, y: {**p, "W1": p["W1"] * np.nan},
        lambda: lambda p, X, y: p,
    ],
)
def test_other_epochs_are_not_explained(new_step):
    exam = exam_with(new_step)
    assert not look(exam)
    assert said(exam) == []
    assert exam.compared == []


def test_epochs_in_another_order_each_time_are_not_followed():
    def new_step():
        def step(p, X, y):
            order = np.random.permutation(len(X)) if np.random.rand() > 0.3 else np.arange(len(X))  # noqa: NPY002
            return epoch_of(7, order=order)()(p, X, y)

        return step

    exam = exam_with(new_step)
    assert look(exam)  # all at once: the order does not matter

    def shuffled():
        return lambda p, X, y: epoch_of(2, order=np.random.permutation(len(X)))()(p, X, y)  # noqa: NPY002

    exam = exam_with(shuffled)
    assert not look(exam)


@pytest.mark.parametrize(
    ("n", "width", "followed"),
    [
        (3, 3, True), (2, 3, False), (300, 3, True), (301, 3, False), (250, 99, True),
        (250, 100, False),  # 401 parameters
    ],
)  # fmt: skip
def test_short_epochs_of_small_networks_are_followed(n, width, followed):
    rng = np.random.default_rng(4)
    data = rng.normal(size=(n, 2))
    start = {"W1": rng.normal(size=(2, width)), "b1": np.zeros(width),
             "W2": rng.normal(size=(width, 1)) / width, "b2": np.zeros(1)}  # fmt: skip

    def step(p, X, y):
        return {name: p[name] - RATE * g for name, g in gradient(p, X, y).items()}

    exam = exam_of(data, (data[:, :1] > 0) * 1.0, start, predict=predict, loss=mse, step=step,
                   rate=RATE)  # fmt: skip
    assert look(exam) == followed


def test_without_an_optimiser_no_epoch_is_followed():
    assert not look(exam_with(epoch_of(2)), None)


def test_the_longest_batch_is_known():
    """More samples than the largest size but one, in batches of 128 and of what is not tried."""
    rng = np.random.default_rng(4)
    data = rng.normal(size=(140, 2))
    for size, known in ((128, True), (100, True), (70, False)):
        new_step = epoch_of(size)
        exam = exam_of(data, (data[:, :1] > 0) * 1.0, START, predict=predict, loss=mse,
                       step=new_step(), new_step=new_step, rate=RATE)  # fmt: skip
        assert look(exam) == known


# Slips


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("keep", [0.0, 0.9])
def test_gradients_of_the_epoch_s_start_are_named(size, whole, keep):
    def step(p, X, y):
        begin, p, v = p, dict(p), dict.fromkeys(p, 0.0)
        for i in range(0, len(X), size):
            batch = slice(None) if whole else slice(i, i + size)
            g = gradient(begin, X[batch], y[batch])
            for name in p:
                v[name] = keep * v[name] + RATE * g[name]
                p[name] = p[name] - v[name]
        return p

    exam = exam_with(lambda: step)
    assert look(exam, Momentum(keep))
    assert said(exam) == [("step_not_gradient", "wrong", "step")]
    of = "of all samples" if whole else "of its own batch"
    assert words(exam) == (
        f"an epoch ends where {4 if size == 2 else 3} updates end that all go along the gradient "
        f"{of} at the epoch's start: it is not computed anew after an update."
    )
    assert exam.findings[0].usually == (
        "The gradient stands before the loop over the batches, or a pass forward is made once for "
        "all of them."
    )


@pytest.mark.parametrize(("off", "named"), [(0.9e-5, True), (1.1e-5, False)])
def test_gradients_of_the_start_have_to_end_there_to_five_digits(off, named):
    def step(p, X, y):
        g = gradient(p, X, y)
        return {name: p[name] - (1 + off) * 4 * RATE * g[name] for name in p}

    exam = exam_with(lambda: step)
    assert look(exam) == named
    assert said(exam) == [("step_not_gradient", "wrong", "step")] * named


def overlapping(size, apart, keep=0.0, off=0.0):
    """Return a step through batches that begin so far apart."""

    def step(p, X, y):
        begin, p, v = p, dict(p), dict.fromkeys(p, 0.0)
        for i in range(0, len(X), apart):
            g = gradient(p, X[i : i + size], y[i : i + size])
            for name in p:
                v[name] = keep * v[name] + RATE * g[name]
                p[name] = p[name] - v[name]
        return {name: p[name] + off * (p[name] - begin[name]) for name in p}

    return lambda: step


@pytest.mark.parametrize(
    ("size", "apart", "named"),
    [
        (4, 2, True), (6, 2, True), (6, 3, True), (2, 1, True), (5, 1, True), (6, 1, True),
        (7, 1, False), (5, 2, False), (2, 2, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("keep", [0.0, 0.9])
def test_batches_that_overlap_are_named(size, apart, named, keep):
    exam = exam_with(overlapping(size, apart, keep))
    known = look(exam, Momentum(keep))
    assert said(exam) == [("step_not_gradient", "wrong", "step")] * named
    if named:
        assert known
        name = f"momentum {keep}" if keep else "gradient descent"
        assert words(exam) == (
            f"an epoch ends where updates by {name} end on the samples 0 to {size - 1}, {apart} to "
            f"{apart + size - 1}, and so on: batches of {size} that begin {apart} apart, so that "
            "they overlap."
        )
        assert exam.findings[0].usually == (
            "The slice of a batch is longer than the step of the loop."
        )


@pytest.mark.parametrize(("off", "named"), [(0.8e-5, True), (1.2e-5, False)])
def test_batches_that_overlap_have_to_end_there_to_five_digits(off, named):
    exam = exam_with(overlapping(4, 2, off=off))
    assert look(exam) == named
    assert said(exam) == [("step_not_gradient", "wrong", "step")] * named


@pytest.mark.parametrize(
    ("size", "name", "count"),
    [(3, "W1", 1), (3, "W2", 2), (5, "W2", 4), (7, "W1", 3), (2, "W1", 1)],
)
@pytest.mark.parametrize("keep", [0.0, 0.9])
def test_rows_that_do_not_count_are_named(size, name, count, keep):
    exam = exam_with(epoch_of(size, keep, first=(name, count)))
    assert look(exam, Momentum(keep))
    assert said(exam) == [("samples_unused", "wrong", name)]
    of = f"each batch of {size}" if size < 7 else "the 7 samples"
    rule = "momentum 0.9" if keep else "gradient descent"
    assert words(exam) == (
        f"an epoch ends where updates by {rule} end whose gradient of {name} takes the first "
        f"{count} of {of} alone; all other gradients take every one."
    )
    assert exam.findings[0].what_to_do == "Use the same rows in all products of a batch."


def test_rows_are_not_looked_at_where_the_bias_stands_in_the_same_array():
    """Then its gradient would be of the first rows, too."""
    start = {"W": np.array([[0.3], [0.5], [-0.4]]), "b": np.zeros(1)}

    def glued(p, X):
        return 1 / (1 + np.exp(-np.c_[np.ones(len(X)), X] @ p["W"]))

    def step(p, X, y):
        a = glued(p, X[:3])
        d = 2 * (a - y[:3]) / len(y) * a * (1 - a)
        return {**p, "W": p["W"] - RATE * np.c_[np.ones(3), X[:3]].T @ d}

    exam = exam_of(X, Y, start, predict=glued, step=step, rate=RATE,
                   loss=lambda p, X, y: mse(p, X, y, glued))  # fmt: skip
    assert not look(exam)


def test_where_gradients_are_no_numbers_no_epoch_is_followed(monkeypatch):
    monkeypatch.setattr(epochs, "follow", lambda *given: None)
    assert not look(exam_with(epoch_of(2)))


def test_the_rows_of_weights_with_their_bias_in_one_array_are_not_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(epochs, "follow", lambda *given: asked.append(given[2]))
    exam = exam_with(epoch_of(3))
    values, off = exam.patient.start, {3: [1.0, 0.1, 0.1, 0.1], 2: [0.1, 0.1, 0.5, 0.1]}
    for layer, given, sizes in [
        (SimpleNamespace(W=0, b=1), values, [3, 3, 2]), (SimpleNamespace(W=0, b=0), values, []),
        (SimpleNamespace(W=2, b=3), values, [2, 3, 3]), (SimpleNamespace(W=0, b=None),
                                                         values[:1], []),
    ]:  # fmt: skip
        exam.dense = SimpleNamespace(layers=[layer])
        assert not epochs.tell_first_rows(exam, Steps(exam), given, values, off, MOMENTA[0])
        assert asked == sizes
        asked.clear()


# One sample


@pytest.mark.parametrize("rule", MOMENTA)
def test_the_rule_is_that_of_steps_on_one_sample(rule):
    exam = exam_with(epoch_of(3, rule.keep, rule.new))
    assert rule_on_one(exam, Steps(exam), np.array([2])) == rule
    exam = exam_with(epoch_of(3, rule.keep, 1.002 * rule.new))
    assert rule_on_one(exam, Steps(exam), np.array([2])) is None
    exam = exam_with(epoch_of(3, rule.keep, rule.new), rate=None)
    assert rule_on_one(exam, Steps(exam), np.array([2])) is None


def test_an_unknown_rule_is_none():
    exam = exam_with(epoch_of(3, 0.7))
    assert rule_on_one(exam, Steps(exam), np.array([2])) is None
    exam = exam_with(lambda: lambda p, X, y: {k: v * np.nan for k, v in p.items()})
    assert rule_on_one(exam, Steps(exam), np.array([2])) is None


def test_slopes_are_not_measured_for_it():
    def loss(p, X, y):
        return mse(p, X, y, unknown)

    def gradients(p, X, y):
        return {k: np.ones_like(v) for k, v in p.items()}

    def step(p, X, y):
        return {k: v - RATE for k, v in p.items()}

    exam = exam_with(lambda: step, predict=unknown, loss=loss)
    assert rule_on_one(exam, Steps(exam), np.array([2])) is None
    exam = exam_with(lambda: step, predict=unknown, loss=loss, gradients=gradients)
    assert rule_on_one(exam, Steps(exam), np.array([2])) == Momentum()


# Parts


def test_names_of_rules():
    assert [each.name for each in MOMENTA] == [
        "gradient descent", "momentum 0.9", "momentum 0.5", "momentum 0.8", "momentum 0.95",
        "momentum 0.99", "momentum 0.9, as a running mean", "momentum 0.5, as a running mean",
        "momentum 0.8, as a running mean", "momentum 0.95, as a running mean",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("off", "tolerance", "there"),
    [
        ([0.9e-3, 0], 1e-3, True), ([1.1e-3, 0], 1e-3, False), ([-1.1e-3, 0], 1e-3, False),
        ([1.9e-3, 0], 2e-3, True), ([0, 0.9e-3 * 1e-2], 1e-3, True),
        ([0, 1.1e-3 * 1e-2], 1e-3, False),
    ],
)  # fmt: skip
def test_ways_end_at_the_same_place(off, tolerance, there):
    """Each parameter by its own move: the first by 1, the second by a hundredth."""
    begin = [np.array([1.0, 2.0]), np.array([3.0])]
    after = [np.array([2.0, 2.5]), np.array([[3.01]])]
    made = [np.array([2.0, 2.5 + off[0]]), np.array([3.01 + off[1]])]
    assert ends_at(made, after, begin, tolerance) == there
    if tolerance == 1e-3:
        assert ends_at(made, after, begin) == there


@pytest.mark.parametrize(("off", "there"), [(0.9e-6, True), (1.1e-6, False)])
def test_a_parameter_that_hardly_moves_is_measured_by_the_others(off, there):
    begin = [np.array([1.0]), np.array([3.0])]
    after = [np.array([2.0]), np.array([3.0 + 1e-5])]
    assert ends_at([after[0], after[1] + off], after, begin) == there


def test_an_update_keeps_a_share_and_adds_the_new_gradient():
    exam = exam_with(epoch_of(3))
    steps, here = Steps(exam), [np.array([1.0]), np.array([2.0])]
    v, index = [np.array([0.5]), np.array([-1.0])], np.array([0, 3])
    asked = []

    def slopes(values, batch):
        asked.append((values, batch))
        return [np.array([4.0]), np.array([10.0])]

    after, moved = update(steps, here, v, index, Momentum(0.5, 2.0), slopes)
    assert asked == [(here, index)]
    np.testing.assert_allclose(np.ravel(moved), [0.25 + 2 * RATE * 4, -0.5 + 2 * RATE * 10])
    np.testing.assert_allclose(np.ravel(after), np.ravel(here) - np.ravel(moved))
    assert update(steps, here, v, index, Momentum(), lambda *_: None) is None
    assert update(steps, here, v, index, Momentum(), lambda *_: [here[0], v[1] * np.nan]) is None
    steps.rate = None
    assert update(steps, here, v, index, Momentum(), slopes)[0] == here


def test_an_epoch_goes_through_the_samples_in_their_order():
    exam = exam_with(epoch_of(3))
    steps, batches = Steps(exam), []

    def slopes(values, batch):
        batches.append(batch.tolist())
        return [np.ones_like(v) for v in values] if len(batches) < 9 else None

    end = follow(steps, exam.patient.start, 3, Momentum(repeats=2), slopes)
    assert batches == [[0, 1, 2], [0, 1, 2], [3, 4, 5], [3, 4, 5], [6], [6]]
    for a, b in zip(end, exam.patient.start, strict=True):
        np.testing.assert_allclose(a, b - 6 * RATE)
    assert follow(steps, exam.patient.start, 1, Momentum(), slopes) is None


def test_slopes_of_the_first_rows_are_divided_by_the_whole_batch():
    exam = exam_with(epoch_of(3))
    slopes, index = Slopes(exam, Steps(exam)), np.array([1, 4, 6, 2])
    whole = gradient(START, X[index], Y[index])
    part = gradient(START, X[index[:2]], Y[index[:2]], n=4)
    start = exam.patient.start
    for made, right in ((slopes(start, index), whole), (slopes.of_first(start, index, 2), part)):
        for g, name in zip(made, START, strict=True):
            np.testing.assert_allclose(g, right[name], rtol=1e-6)
    assert list(slopes.factors) == [4]
    slopes(start, index[:3])
    assert list(slopes.factors) == [4, 3]


def test_slopes_without_a_known_network_are_the_program_s_own():
    def gradients(p, X, y):
        return {k: np.full_like(v, len(X)) for k, v in p.items()}

    exam = exam_with(epoch_of(3), predict=unknown, gradients=gradients)
    slopes, index = Slopes(exam, Steps(exam)), np.array([1, 4, 6])
    assert [g.max() for g in slopes(exam.patient.start, index)] == [3, 3, 3, 3]
    assert slopes.of_first(exam.patient.start, index, 2) is None


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize(("keep", "name"), [(0.0, "gradient descent"), (0.5, "momentum 0.5")])
def test_batches_that_are_divided_by_all_samples_are_named(size, keep, name):
    exam = exam_with(epoch_of(size, keep, over=len(X)))
    assert look(exam, Momentum(keep))
    assert said(exam) == [("gradient_scale", "wrong", "step")]
    assert f"updates by {name} on batches of {size} samples end whose" in words(exam)
    assert f"by all 7 samples: each is {size / 7:.4g} times as long" in words(exam)


@pytest.mark.parametrize("new_step", [epoch_of(2, over=6), epoch_of(2, over=7, rate=1.001 * RATE)])
def test_batches_that_are_divided_by_another_number_are_not(new_step):
    exam = exam_with(new_step)
    assert not look(exam)
    assert said(exam) == []


def test_with_a_penalty_nothing_is_said_of_what_divides_a_batch():
    def penalised(p, X, y):
        return mse(p, X, y) + 0.1 * sum(np.sum(p[name] ** 2) for name in ("W1", "W2"))

    def step(p, X, y):
        for i in range(0, len(X), 2):
            batch = X[i : i + 2], y[i : i + 2]
            g = gradient(p, *batch)
            slopes = {name: g[name] + 0.2 * p[name] * (name[0] == "W") for name in p}
            p = {name: p[name] - RATE * len(batch[0]) / 7 * slopes[name] for name in p}
        return p

    exam = exam_with(lambda: step, loss=penalised)
    assert exam.formula.penalised
    assert not look(exam)
    assert said(exam) == []


@pytest.mark.parametrize("rate", [RATE, 1e-7])
def test_one_update_on_some_samples_is_not_several_on_parts_of_them(rate):
    def new_step():
        def step(p, X, y):
            some = np.random.permutation(len(X))[:3]  # noqa: NPY002
            return epoch_of(3, rate=rate)()(p, X[some], y[some])

        return step

    exam = exam_with(new_step, rate=rate)
    assert not look(exam)
    assert said(exam) == []


@pytest.mark.parametrize(("over", "named"), [(len(X), True), (None, False), (6, False)])
def test_of_shuffled_batches_it_is_seen_on_copies(over, named):
    def new_step():
        def step(p, X, y):
            order = np.random.permutation(len(X))  # noqa: NPY002
            return epoch_of(2, order=order, over=over)()(p, X, y)

        return step

    exam = exam_with(new_step)
    assert look(exam) is named
    assert said(exam) == [("gradient_scale", "wrong", "step")] * named
    if named:
        assert "on batches of 2 samples end whose gradients are divided by all 7" in words(exam)


@pytest.mark.parametrize(("n", "most"), [(7, 6), (250, 12), (300, 8)])
def test_batches_that_overlap_by_all_but_one_are_tried_as_there_is_time(n, most, monkeypatch):
    asked = []
    monkeypatch.setattr(
        epochs, "follow", lambda steps, values, size, rule, gradient, apart: asked.append(
            (apart, size)))  # fmt: skip
    exam = exam_with(epoch_of(3))
    exam.patient.n = n
    assert not epochs.tell_overlap(exam, Steps(exam), [], [], MOMENTA[0])
    wide = [(apart, k * apart) for apart in epochs.SIZES[1:] for k in (2, 3) if k * apart < n]
    assert asked == wide + [(1, size) for size in range(2, most + 1) if size in epochs.SIZES]
