"""Dropout: masks that stand on one way alone, and what training passes on beside predict."""

import numpy as np
import pytest
from exams import exam_of, said

from nnlib.audit import masks
from nnlib.audit.masks import shares_of, tell_gradient_mask, tell_share

rng = np.random.default_rng(8)
N, WIDTH = 24, 9
X, y = rng.normal(size=(N, 3)), rng.uniform(0.1, 0.9, size=(N, 2))
START = {
    "V": 0.3 * rng.normal(size=(3, WIDTH)), "v": 0.3 * rng.normal(size=WIDTH),
    "U": 0.3 * rng.normal(size=(WIDTH, 2)), "u": 0.3 * rng.normal(size=2),
}  # fmt: skip
ONES, SOME = np.ones(WIDTH), np.array([2.0, 0, 2, 2, 0, 2, 2, 2, 2])


def forward(p, X, mask=ONES, hidden=np.tanh):
    a = hidden(X @ p["V"] + p["v"])
    return a, a * mask, a * mask @ p["U"] + p["u"]


def squares(p, X, y, mask=ONES):
    return float(np.sum((forward(p, X, mask)[2] - y) ** 2) / len(X))


def slopes(p, X, y, there=SOME, back=SOME, passed=SOME):
    """Gradients of a network with dropout; each of the three masks may be another one."""
    a, _, out = forward(p, X, there)
    d2 = 2 * (out - y) / len(X)
    d1 = d2 @ p["U"].T * back * (1 - a**2)
    return {"V": X.T @ d1, "v": d1.sum(0), "U": (a * passed).T @ d2, "u": d2.sum(0)}


def exam_with(gradients, there=SOME, **given):
    given.setdefault("training_loss", lambda p, X, y: squares(p, X, y, there))
    return exam_of(X, y, START, predict=lambda p, X: forward(p, X)[2], gradients=gradients, **given)


def seen(exam):
    return [f"{f.where}: {f.seen}" for f in exam.findings]


@pytest.fixture(autouse=True)
def no_warnings():
    with np.errstate(all="ignore"):
        yield


# The mask in the training loss, and in the gradient

AT = "dropout: at sample 0 the training loss has no slope at the neurons with index 1, 4 of layer 1"
BACK = f"delta1: {AT}, which are dropped, and delta1 goes back to them all the same."
PASSED = (
    f"U: {AT}, which are dropped, and the gradient of U holds what they would have passed on: a1 "
    "without the mask."
)


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ({}, []), ({"back": ONES}, [BACK]), ({"passed": ONES}, [PASSED]),
        ({"back": ONES, "passed": ONES}, [BACK, PASSED]),
    ],
)  # fmt: skip
def test_a_gradient_without_the_mask_of_the_loss_is_named(slip, told):
    exam = exam_with(lambda p, X, y: slopes(p, X, y, **slip))
    assert tell_gradient_mask(exam, exam.points[0]) == bool(told)
    assert seen(exam) == told
    assert {(f.kind, f.severity) for f in exam.findings} <= {("gradient_wrong", "wrong")}


def test_six_of_the_dropped_neurons_are_shown():
    there = np.eye(WIDTH)[2]
    exam = exam_with(lambda p, X, y: slopes(p, X, y, there, ONES, there), there)
    assert tell_gradient_mask(exam, exam.points[0])
    assert " with index 0, 1, 3, 4, 5, 6 of layer 1," in exam.findings[0].seen


@pytest.mark.parametrize("sample", [0, 4, 5, 6, 11, 17, 23])
def test_five_samples_are_asked(sample):
    """The mask is there for one sample alone, whose first input is found in X."""

    def mask_of(X):
        return np.where(np.isclose(X[:, :1], X_of(sample)), SOME, ONES)

    def X_of(i):
        return X[i, 0]

    exam = exam_with(
        lambda p, X, y: slopes(p, X, y, mask_of(X), ONES, mask_of(X)),
        training_loss=lambda p, X, y: squares(p, X, y, mask_of(X)),
    )
    told = sample in (0, 5, 11, 17, 23)
    assert tell_gradient_mask(exam, exam.points[0]) == told
    assert [f"at sample {sample} the" in f.seen for f in exam.findings] == [True] * told


def test_the_first_sample_at_which_a_mask_is_missing_is_named():
    exam = exam_with(lambda p, X, y: slopes(p, X, y, back=SOME if X[0, 0] == first else ONES))
    first = X[0, 0]
    assert tell_gradient_mask(exam, exam.points[0])
    assert "at sample 5 the" in exam.findings[0].seen


@pytest.mark.parametrize(("share", "told"), [(0.9, False), (1.1, True)])
@pytest.mark.parametrize("name", ["V", "U"])
def test_what_goes_through_a_mask_is_more_than_noise(share, told, name):
    def gradients(p, X, y):
        g = slopes(p, X, y)
        g["V"][0, 1] = g["U"][1, 1] = 0
        place = {"V": (0, 1), "U": (1, 1)}[name]
        noise = exam.measured(list(p.values()), np.flatnonzero(exam.X_rows[:, 0] == X[0, 0])).noise
        g[name][place] = share * 1e3 * noise
        return g

    exam = exam_with(gradients)
    assert tell_gradient_mask(exam, exam.points[0]) == told


def test_gradients_in_another_form_have_a_mask_too():
    exam = exam_with(
        lambda p, X, y: {n: g.reshape(-1, *p[n].shape) for n, g in slopes(p, X, y).items()}
    )
    assert not tell_gradient_mask(exam, exam.points[0])
    exam = exam_with(lambda p, X, y: {n: g[None] for n, g in slopes(p, X, y, back=ONES).items()})
    assert tell_gradient_mask(exam, exam.points[0])


def test_a_mask_is_looked_for_where_training_has_a_loss_of_its_own_and_all_can_be_measured():
    def missing(p, X, y):
        return slopes(p, X, y, back=ONES)

    def of_training(p, X, y):
        return squares(p, X, y, SOME)

    def at_the_last(p, X, y):
        return np.nan if X[0, 0] == exam.X_rows[-1, 0] else squares(p, X, y, SOME)

    exam = exam_with(missing, training_loss=None, loss=of_training)
    assert not tell_gradient_mask(exam, exam.points[0])
    exam = exam_with(missing)
    exam.patient.random_loss = True
    assert not tell_gradient_mask(exam, exam.points[0])
    exam = exam_with(missing, training_loss=at_the_last)
    assert not tell_gradient_mask(exam, exam.points[0])
    exam = exam_with(lambda p, X, y: {**missing(p, X, y), "U": p["U"][:, :1]})
    assert not tell_gradient_mask(exam, exam.points[0])
    for work, told in ((400, True), (401, False)):
        exam = exam_with(missing)
        exam.work = lambda index, work=work: 0 if index is None else work * len(index)
        assert tell_gradient_mask(exam, exam.points[0]) == told


def test_without_a_hidden_layer_nothing_is_dropped():
    line = {"W": START["V"][:, :2], "b": START["u"]}
    exam = exam_of(
        X, y, line, predict=lambda p, X: X @ p["W"] + p["b"],
        training_loss=lambda p, X, y: np.sum((X @ p["W"] + p["b"] - y) ** 2),
        gradients=lambda p, X, y: {"W": 0 * p["W"], "b": 0 * p["b"]},
    )  # fmt: skip
    assert not tell_gradient_mask(exam, exam.points[0])


def test_where_all_are_dropped_or_a_relu_is_off_nothing_is_told_of_masks():
    exam = exam_with(lambda p, X, y: slopes(p, X, y, 0 * ONES, ONES, ONES), 0 * ONES)
    assert not tell_gradient_mask(exam, exam.points[0])

    def answer(p, X):
        return forward(p, X, hidden=lambda z: np.maximum(z, 0))[2]

    def open_masks(p, X, y):
        d2 = 2 * (answer(p, X) - y) / len(X)
        return {"V": X.T @ (d2 @ p["U"].T), "v": p["v"], "U": p["U"], "u": p["u"]}

    exam = exam_of(
        X, y, START, predict=answer, gradients=open_masks,
        training_loss=lambda p, X, y: np.sum((answer(p, X) - y) ** 2) / len(X),
    )  # fmt: skip
    assert exam.dense is not None
    assert not tell_gradient_mask(exam, exam.points[0])


# What training passes on, on average


def dropped(n=N, keep=0.5, divisor=1.0, width=WIDTH):
    """The masks that a training loss draws behind the seed of the audit."""
    np.random.seed(7)  # noqa: NPY002
    return (np.random.rand(n, width) < keep) / divisor  # noqa: NPY002


def exam_behind(keep=0.5, divisor=1.0, data=(X, y), start=START, **given):
    def training_loss(p, X, y):
        mask = (np.random.rand(len(X), WIDTH) < keep) / divisor  # noqa: NPY002
        return squares(p, X, y, mask)

    functions = {"predict": lambda p, X: forward(p, X)[2], "loss": squares}
    return exam_of(*data, start, **{**functions, "training_loss": training_loss, **given})


@pytest.mark.parametrize(("keep", "divisor"), [(0.5, 1.0), (0.5, 0.5), (0.8, 1.0)])
def test_the_shares_that_training_passes_on_are_the_means_of_the_masks(keep, divisor):
    exam = exam_behind(keep, divisor)
    np.testing.assert_allclose(shares_of(exam), dropped(N, keep, divisor).mean(axis=1), rtol=1e-6)


def test_sixty_samples_are_asked_for_their_shares():
    many = np.random.default_rng(3).normal(size=(70, 3)), np.linspace(0, 1, 140).reshape(70, 2)
    np.testing.assert_allclose(
        shares_of(exam_behind(data=many)), dropped(70).mean(axis=1)[:60], rtol=1e-6
    )


def test_a_training_loss_may_be_a_multiple_and_y_may_lie_across():
    twice = exam_behind(training_loss=lambda p, X, y: 2 * squares(p, X, y, dropped()))
    np.testing.assert_allclose(shares_of(twice), dropped().mean(axis=1), rtol=1e-6)

    def across(p, X, y):
        return squares(p, X.T, np.array(y).T)

    exam = exam_behind(
        data=(X.T, y.T.tolist()), predict=lambda p, X: forward(p, X.T)[2].T, loss=across,
        training_loss=lambda p, X, y: squares(p, X.T, np.array(y).T, dropped()),
        told={"X": -1, "y": -1},
    )  # fmt: skip
    np.testing.assert_allclose(shares_of(exam), dropped().mean(axis=1), rtol=1e-6)


def test_shares_need_three_functions_two_layers_with_biases_and_targets_that_differ():
    for name in ("predict", "loss", "training_loss"):
        assert shares_of(exam_behind(**{name: None})) is None
    assert shares_of(exam_behind(predict=lambda p, X: 1 / 0)) is None
    assert shares_of(exam_behind(data=(X, y * 0 + 0.5))) is None
    for n, enough in ((15, False), (16, True)):
        assert (shares_of(exam_behind(data=(X[:n], y[:n]))) is not None) == enough
    for work, little in ((100_000, True), (100_001, False)):
        exam = exam_behind()
        exam.work = lambda index, work=work: work
        assert (shares_of(exam) is not None) == little
    bare = {n: v for n, v in START.items() if n != "v"}
    without = {**START, "v": 0}
    exam = exam_behind(
        start=bare, predict=lambda p, X: forward({**without, **p}, X)[2],
        loss=lambda p, X, y: squares({**without, **p}, X, y),
        training_loss=lambda p, X, y: squares({**without, **p}, X, y, dropped()),
    )  # fmt: skip
    assert exam.dense is not None
    assert shares_of(exam) is None


def test_shares_are_none_where_the_losses_are_others_or_random():
    assert shares_of(exam_behind(training_loss=lambda p, X, y: np.sum(np.abs(y)))) is None
    assert shares_of(exam_behind(loss=lambda p, X, y: 1.0)) is None
    generator = np.random.default_rng(1)
    noisy = exam_behind(loss=lambda p, X, y: squares(p, X, y) + 1e-9 * generator.random())
    assert shares_of(noisy) is None


@pytest.mark.parametrize(
    ("shares", "right", "wrong"),
    [
        (None, False, ""), ([0.5] * 16, False, ""), ([0.5, *[0.5 + 0.9e-6] * 15], False, ""),
        ([0.5, *[0.5 + 1.1e-6] * 15], False, "0.50"), ([0.921, *[0.9203] * 15], True, ""),
        ([1.079, *[1.0797] * 15], True, ""), ([0.919, *[0.9197] * 15], False, "0.92"),
        ([1.081, *[1.0803] * 15], False, "1.08"),
    ],
)  # fmt: skip
def test_a_mean_share_is_1_to_eight_hundredths(shares, right, wrong, monkeypatch):
    exam = exam_behind()
    monkeypatch.setattr(masks, "shares_of", lambda e: None if shares is None else np.array(shares))
    tell_share(exam)
    line = "with dropout, training passes on as much on average as predict does"
    assert exam.compared == [line] * right
    assert seen(exam) == [
        f"predict and training_loss: with dropout, training passes on {wrong} times as much to the "
        "output as predict, on average over 16 samples."
    ] * bool(wrong)


@pytest.mark.parametrize(("times", "wrong"), [(6.9, False), (7.1, True)])
def test_a_mean_share_is_off_by_more_than_seven_of_its_own_errors(times, wrong, monkeypatch):
    spread = np.array([-1.0, 1, -1, 1, -1, 1, -1, 1])
    error = spread.std(ddof=1) / np.sqrt(8)
    exam = exam_behind()
    monkeypatch.setattr(masks, "shares_of", lambda e: 1 + times * error + spread)
    tell_share(exam)
    assert said(exam) == [("loss_formula", "wrong", "predict and training_loss")] * wrong
