"""Dropout: masks that stand on one way alone, and what training passes on beside predict."""

import numpy as np
import pytest
from exams import exam_of, said

from nnlib.audit import masks
from nnlib.audit.masks import (
    BOTH_OR_NONE,
    look_at_masks,
    shares_of,
    tell_gradient_mask,
    tell_share,
    verdicts_of,
)

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


@pytest.mark.parametrize("missing", [False, True])
def test_a_mask_that_is_drawn_is_the_same_in_both(missing):
    """The audit sets the seed before it asks for a loss, and before it asks for a gradient."""

    def drawn():
        return 2.0 * (np.random.rand(WIDTH) < 0.5)  # noqa: NPY002

    def of_gradients(p, X, y):
        mask = drawn()
        return slopes(p, X, y, mask, ONES if missing else mask, mask)

    exam = exam_with(of_gradients, training_loss=lambda p, X, y: squares(p, X, y, drawn()))
    assert tell_gradient_mask(exam, exam.points[0]) == missing


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


# The masks of a step on one sample


def verdict(gradients, hidden=np.tanh, sample=3):
    """What a step on one sample says; gradients(p, X, y) are those of the network with masks."""
    exam = exam_of(
        X, y, START, predict=lambda p, X: forward(p, X, hidden=hidden)[2],
        loss=lambda p, X, y: float(np.sum((forward(p, X, hidden=hidden)[2] - y) ** 2) / len(X)),
    )  # fmt: skip
    assert exam.dense is not None
    values, index, read = exam.points[0], np.array([sample]), {}
    g = list(gradients(dict(zip(START, values, strict=True)), X[index], y[index]).values())
    found = verdicts_of(exam, values, index, g, read, ("squared", 1.0))
    return found, read


def test_the_mask_that_is_read_off_is_that_of_the_way_there():
    found, read = verdict(slopes)
    assert found == [(1, "")]
    np.testing.assert_allclose(read[1], [SOME], atol=1e-9)


def test_a_mask_in_the_place_of_what_it_lets_through():
    def of_the_mask(p, X, y):
        return {**slopes(p, X, y), "U": np.outer(SOME, slopes(p, X, y)["u"])}

    itself = "the gradient of W2 is made of the mask itself, not of a1 times the mask"
    assert verdict(of_the_mask)[0] == [(1, itself)]

    def of_one(p, X, y):
        return {**slopes(p, X, y), "U": np.outer(np.eye(WIDTH)[2], slopes(p, X, y)["u"])}

    assert verdict(of_one)[0] != [(1, itself)]  # one neuron may be 1 by chance


@pytest.mark.parametrize(
    ("name", "off", "read"), [("V", 0.9e-4, True), ("V", 1.2e-4, False), ("U", 1.2e-4, False)]
)
def test_weights_that_are_no_product_of_two_vectors_tell_no_mask(name, off, read):
    def bent(p, X, y):
        g = slopes(p, X, y)
        g[name][1, 0] += off * np.abs(g[name]).max()
        return g

    assert (verdict(bent)[0] is not None) == read


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (SOME, "is there on the way back alone"), (ONES, ""), (2 * ONES, ""),
        (SOME * [1, 1, 1.0009, 1, 1, 1, 1, 1, 1], "is there on the way back alone"),
        (SOME * [1, 1, 1.0011, 1, 1, 1, 1, 1, 1], ""), (0 * ONES, ""),
        (np.where(SOME == 0, 0.9e-6, 1), "is there on the way back alone"),
        (np.where(SOME == 0, 1.1e-6, 1), ""),
    ],
)  # fmt: skip
def test_a_mask_on_the_way_back_alone(back, text):
    assert verdict(lambda p, X, y: slopes(p, X, y, ONES, back, ONES))[0] == [(1, text)]


@pytest.mark.parametrize(
    ("there", "back", "text"),
    [
        (SOME, ONES, "is missing on the way back"), (SOME, 2 * ONES, "is missing on the way back"),
        (SOME, SOME / 2, "is multiplied by 2 on the way there alone"),
        (SOME, SOME[::-1] * [1, 1, 1, 0, 1, 1, 1, 1, 1], "is another one on the way back"),
        (SOME, np.where(SOME == 0, 1.9e-3, 2), ""),
        (SOME, np.where(SOME == 0, 2, 2.0019), "is missing on the way back"),
        (SOME, np.where(SOME == 0, 1, 1.0009), "is missing on the way back"),
        (SOME, np.where(SOME == 0, 1, 1.0011), None),
        (SOME, np.where(SOME == 0, 0.9e-3, 1), "is multiplied by 2 on the way there alone"),
        (SOME / 2, SOME / 2, ""), (2 * ONES, 2 * ONES, []),
    ],
)  # fmt: skip
def test_the_mask_of_the_way_back_is_compared_to_a_thousandth(there, back, text):
    found, _ = verdict(lambda p, X, y: slopes(p, X, y, there, back, there))
    assert found == ([(1, text)] if isinstance(text, str) else text)


@pytest.mark.parametrize(
    ("slope", "text"),
    [
        (lambda z, a: a, "f(z): the activation itself, not its slope"),
        (lambda z, a: (1 - a**2) ** 2, "the slope, squared"),
        (lambda z, a: 1 - z**2, "g(z), where g(a) is meant: the derivative is taken at z"),
    ],
)
def test_a_wrong_slope_behind_a_mask_is_named(slope, text):
    def slipped(p, X, y):
        z = X @ p["V"] + p["v"]
        right = slopes(p, X, y)
        d1 = right["v"] / (1 - np.tanh(z[0]) ** 2) * slope(z, np.tanh(z))[0]
        return {**right, "V": np.outer(X, d1), "v": d1}

    assert verdict(slipped)[0] == [(1, f"delta1 = what comes back * {text}")]


def rectified(p, X, y, through):
    z = X @ p["V"] + p["v"]
    a = np.maximum(z, 0) * SOME
    d2 = 2 * (a @ p["U"] + p["u"] - y) / len(X)
    d1 = d2 @ p["U"].T * 2 * through(z)
    return {"V": X.T @ d1, "v": d1.sum(0), "U": a.T @ d2, "u": d2.sum(0)}


def test_a_relu_that_is_open_where_it_is_off_behind_a_mask():
    def relu(z):
        return np.maximum(z, 0)

    found, _ = verdict(lambda p, X, y: rectified(p, X, y, lambda z: z < 0), relu)
    assert found == [(1, "delta1 lets through what comes back where its ReLU is off, not on")]
    found, _ = verdict(lambda p, X, y: rectified(p, X, y, lambda z: (z > 0) * (SOME > 0)), relu, 7)
    assert found == [(1, "")]
    found, _ = verdict(lambda p, X, y: rectified(p, X, y, lambda z: z > 0), relu, 7)
    assert found == [(1, "is missing on the way back")]
    wrong = np.linspace(1, 3, WIDTH)
    found, _ = verdict(lambda p, X, y: rectified(p, X, y, lambda z: (z < 0) * wrong), relu)
    assert all("off, not on" not in text for _, text in found or [])


# Several such steps


class Told:
    """Verdicts of the steps, as they are wanted; the draws and samples that were asked."""

    def __init__(self, monkeypatch, texts, mask=ONES):
        self.texts, self.mask, self.asked = texts, mask, []
        self.numbers = []
        monkeypatch.setattr(masks, "verdicts_of", self.verdicts)

    def once(self, values, data, number):
        self.numbers.append(number)
        return values

    def verdicts(self, exam, values, index, g, seen, loss):
        k = len(self.asked)
        self.asked.append((int(index[0]), *loss))
        seen.setdefault(1, []).append(self.mask)
        text = self.texts[k] if k < len(self.texts) else self.texts[-1]
        return text if text is None or isinstance(text, list) else [(1, text)]


RIGHT = "with dropout, the mask of the way there is that of the way back"


def looked(told, **changes):
    exam = exam_of(
        X, y, START, rate=0.1, loss=squares,
        predict=lambda p, X: forward(p, X)[2], **changes.pop("given", {}),
    )  # fmt: skip
    for name, value in changes.items():
        setattr(exam, name, value)
    look_at_masks(exam, told, exam.points[0])
    return exam


@pytest.mark.parametrize(("lost", "judged"), [(3, True), (4, False)])
def test_nine_of_twelve_steps_have_a_verdict(lost, judged, monkeypatch):
    told = Told(monkeypatch, [None] * lost + [""] * 12)
    exam = looked(told)
    assert exam.compared == [RIGHT] * judged
    assert told.numbers == list(range(7, 19))
    assert [sample for sample, *_ in told.asked] == list(range(7, 19))
    assert {base for _, base, _ in told.asked} == {"squared"}
    assert [factor for *_, factor in told.asked] == pytest.approx([1.0] * 12)


@pytest.mark.parametrize(("wrong", "named"), [(4, False), (5, True), (12, True)])
def test_more_than_a_third_of_the_verdicts_are_wrong(wrong, named, monkeypatch):
    exam = looked(Told(monkeypatch, ["is missing on the way back"] * wrong + [""] * 12))
    assert seen(exam) == [
        f"delta1: in {wrong} of 12 steps on one sample each, the mask of dropout behind layer 1 is "
        "missing on the way back."
    ] * named  # fmt: skip
    assert exam.compared == []


def test_what_is_wrong_most_often_is_told(monkeypatch):
    texts = ["is another one on the way back"] * 4 + ["is missing on the way back"] * 3
    exam = looked(Told(monkeypatch, texts + [""] * 12))
    assert "in 4 of 12 steps" in exam.findings[0].seen
    assert "another one" in exam.findings[0].seen
    itself = "the gradient of W2 is made of the mask itself, not of a1 times the mask"
    slipped = "delta1 = what comes back * the slope, squared"
    for text, where in ((itself, "W2"), (slipped, "delta1")):
        exam = looked(Told(monkeypatch, [text]))
        assert seen(exam) == [
            f"{where}: in 12 of 12 steps on one sample each, with dropout, {text}."
        ]
        assert said(exam) == [("gradient_wrong", "wrong", where)]


def test_verdicts_of_no_layer_tell_nothing(monkeypatch):
    exam = looked(Told(monkeypatch, [[]]))
    assert exam.compared == exam.findings == []


@pytest.mark.parametrize(
    ("mean", "more"), [(1.09, False), (1.11, True), (0.91, False), (0.89, True)]
)
def test_for_a_mean_that_is_off_more_steps_are_made(mean, more, monkeypatch):
    told = Told(monkeypatch, [""], mean * ONES)
    exam = looked(told)
    assert told.numbers == [*range(7, 19), *range(19, 199)][: 192 if more else 12]
    assert exam.compared == [RIGHT]
    assert len(exam.findings) == (1 if more else abs(mean - 1) > 0.08)
    if more:
        told = Told(monkeypatch, [""] * 12 + [None], mean * ONES)
        exam = looked(told)
        assert exam.compared == exam.findings == []
        told = Told(monkeypatch, [""] * 12 + ["is missing on the way back"], mean * ONES)
        assert "in 180 of 192 steps" in looked(told).findings[0].seen


def test_what_is_passed_on_is_told_with_numbers(monkeypatch):
    exam = looked(Told(monkeypatch, [""], SOME / 4))
    assert seen(exam) == [
        "predict and step: with dropout, layer 1 passes on 0.39 times as much in a step as in "
        "predict, on average over 1728 neurons: 22% are dropped, and the others are multiplied by "
        "0.5."
    ]
    assert exam.findings[0].advice == BOTH_OR_NONE


def test_masks_are_read_off_where_network_loss_rate_and_targets_are_known(monkeypatch):
    for name in ("dense", "formula", "learning_rate", "targets"):
        told = Told(monkeypatch, [""])
        looked(told, **{name: None})
        assert told.asked == [] or name == "formula"
    told = Told(monkeypatch, [""])
    random = looked(told, given={"training_loss": lambda p, X, y: float(np.sum(np.abs(y)) + 3)})
    assert random.compared == [RIGHT]  # by the formula of the loss that is shown
    double = Told(monkeypatch, [""])
    looked(double, given={"training_loss": lambda p, X, y: 2 * squares(p, X, y)})
    assert [factor for *_, factor in double.asked] == pytest.approx([2.0] * 12)
    assert [factor for *_, factor in told.asked] == pytest.approx([1.0] * 12)


def test_masks_stand_behind_hidden_layers_that_have_biases(monkeypatch):
    told = Told(monkeypatch, [""])
    line = {"W": START["V"][:, :2], "b": START["u"]}

    def answer(p, X):
        return X @ p["W"] + p["b"]

    bare = {"V": START["V"], "U": START["U"], "u": START["u"]}

    def unbiased(p, X):
        return forward({**p, "v": 0}, X)[2]

    for start, predict in ((line, answer), (bare, unbiased)):
        exam = exam_of(
            X, y, start, rate=0.1, predict=predict,
            loss=lambda p, X, y, f=predict: float(np.sum((f(p, X) - y) ** 2) / len(X)),
        )  # fmt: skip
        assert exam.dense is not None
        assert exam.formula is not None
        look_at_masks(exam, told, exam.points[0])
        assert told.asked == []
