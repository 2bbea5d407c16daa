"""Short trainings: what is made of the losses on the way, from both sides of each bound."""

import numpy as np
import pytest
from exams import checked, exam_of, said, words
from xor_program import gradients, loss, predict, start

from nnlib.audit import training
from nnlib.audit.patient import Failed
from nnlib.audit.training import Way, look_at_the_way_down, tell_flat, tell_rate_below_0

X = np.random.default_rng(3).normal(size=(10, 2))
y = 1.0 * (X[:, :1] * X[:, 1:] > 0)


def program(step=lambda p, X, y: p, **given):
    exam = exam_of(X, y, start(), **{"predict": predict, "loss": loss, "step": step, **given})
    exam.chain = [exam.patient.start] * 2
    return exam


def with_rates(rates, turned=0.0):
    """Make steps along the gradient, each by another rate; ``turned``: how far beside it."""

    def new_step():
        left = iter(rates)

        def step(p, X, y):
            f = next(left)
            g = gradients(p, X, y)
            g["W1"][0, 0] += turned
            return {name: p[name] - f * g[name] for name in p}

        return step

    return new_step


def falling(rates, turned=0.0, **given):
    new_step = with_rates(rates, turned)
    return program(new_step(), new_step=new_step, **given)


# A rate that falls below 0


@pytest.mark.parametrize("step_is", ["update", "epoch", None])
def test_a_rate_that_falls_below_0_is_told(step_is):
    exam = falling([0.3, 0.2, 0.1, 0.0, -0.1, -0.2], step_is=step_is)
    assert tell_rate_below_0(exam, 60)
    assert said(exam) == [("gradient_sign", "wrong", "step")]
    on = "" if step_is == "update" else " on one sample"
    assert words(exam) == (
        f"steps{on} are the gradient times a rate that changes, 0.3 at first: step 5 is -0.1 times "
        "it. It goes uphill."
    )


@pytest.mark.parametrize(
    ("at", "n_steps", "told"), [(5, 5, True), (6, 5, False), (60, 99, True), (61, 99, False)]
)
def test_a_rate_is_followed_for_as_many_steps_as_were_made_and_for_sixty(at, n_steps, told):
    exam = falling([0.01] * (at - 1) + [-0.01] * 100, step_is="update")
    assert tell_rate_below_0(exam, n_steps) == told


def test_a_rate_that_begins_below_0_or_stays_above_is_none_that_falls():
    for rates, turned in (([-0.1] * 60, 0), ([0.01] * 60, 0), ([0.1, -0.1], 0.5)):
        exam = falling(rates, turned, step_is="update")
        assert not tell_rate_below_0(exam, len(rates))
        assert exam.findings == []

    def fails(p, X, y):
        raise ValueError

    assert not tell_rate_below_0(program(fails), 60)
    assert not tell_rate_below_0(falling([0.1, -0.1], loss=None), 60)


# What stays as it is while others learn


def shut(p, X):
    return (1 / (1 + np.exp(-(X @ p["G"] + p["t"])))).sum(axis=1, keepdims=True) + p["b"]


def square(p, X, y):
    return np.mean((shut(p, X) - y) ** 2)


@pytest.mark.parametrize(
    ("note", "moved", "cost", "told"),
    [
        (True, 0.0, square, ["G"]),
        (False, 0.0, square, []),
        (True, 1e-9, square, []),
        (True, 0.0, lambda p, X, y: float(p["b"][0]), []),  # no one uses it
    ],
)
def test_weights_behind_a_gate_that_is_shut_are_told(note, moved, cost, told):
    p = {"G": np.eye(2), "t": np.full(2, -100.0), "b": np.zeros(1)}
    exam = exam_of(X, y, p, predict=shut, loss=cost)
    if note:
        exam.find("nothing_compared", "note", "G, t", "no slope")
    end = [np.eye(2) + moved, p["t"], p["b"]]
    training.tell_shut(exam, Way([2.0, 1.0], 60, end))
    assert [f.where for f in exam.findings if f.kind == "saturated"] == told
    if told:
        assert words(exam).startswith(
            "in 60 steps, in which the loss falls, G stays as it is: it has"
        )


def test_a_loss_that_fails_with_small_parameters_shows_nothing():
    exam = exam_of(X, y, {"G": np.eye(2)}, loss=lambda p, X, y: 1 / 0)
    assert not training.awake_if_small(exam, 0)


# The way down


@pytest.fixture
def down(monkeypatch):
    """Look at the way down by given losses: as it is, and with scaled inputs."""

    def look(raw, scaled=(), *, level=None, found=(), below_0=False, others=False):
        ways = [Way(list(raw), 50), Way(list(scaled), 50)]
        asked = []

        def trained(exam, data, n, at_most, *more, **given):
            asked.append(at_most)
            way = ways[len(asked) - 1]
            if not way.losses:
                raise Failed("step", "raised ValueError.")
            return way

        monkeypatch.setattr(training, "trained", trained)
        monkeypatch.setattr(training, "of_one_answer", lambda exam: level)
        monkeypatch.setattr(training, "tell_rate_below_0", lambda exam, n: below_0)
        monkeypatch.setattr(training, "tell_flat", lambda exam, losses: others)
        monkeypatch.setattr(training, "ruined_by_scale", lambda exam: False)
        monkeypatch.setattr(training, "risen", lambda exam, way: exam.look("it rises"))
        exam = program()
        for kind in found:
            exam.find(kind, "suspicious", "X", "seen.")
        checked(look_at_the_way_down, exam)
        look.asked = asked
        return exam

    return look


SCALE = ("data_scale",)


def wrong(exam):
    return [f.kind for f in exam.findings if f.severity == "wrong"]


def test_a_training_is_longer_where_inputs_are_out_of_scale(down):
    assert down([1.0, 0.5]).compared == ["in 50 steps the loss falls, from 1 to 0.5"]
    assert down.asked == [60]
    down([1.0, 0.5], [1.0, 0.5], found=SCALE)
    assert down.asked == [300, 300]


@pytest.mark.parametrize(
    ("losses", "breaks"),
    [([1.0, np.nan], True), ([1.0, np.inf], True), ([1.0, 0.99e4], False), ([1.0, 1.01e4], True),
     ([1e-9, 9.9], False), ([1e-9, 10.1], True), ([-2.0, 1.9e4], False), ([-2.0, 2.1e4], True),
     ([-1.0, -1.01e4], True)],
)  # fmt: skip
def test_a_loss_that_grows_ten_thousand_times_diverges(losses, breaks, down):
    exam = down(losses)
    assert wrong(exam) == ["divergence"] * breaks
    if breaks:
        assert words(exam) == (
            f"the loss goes from {losses[0]:.4g} to {losses[-1]:.4g} within 50 steps."
        )
        for scaled, kind in (([1.0, 0.94], "data_scale"), ([1.0, 0.96], "divergence")):
            exam = down(losses, scaled, found=SCALE)
            assert wrong(exam) == [kind]


def test_a_rate_below_0_comes_first_where_the_loss_does_not_fall(down):
    for losses, told in (([1.0, 1.5], True), ([1.0, np.nan], True), ([1.0, 0.9], False)):
        assert (down(losses, below_0=True).compared == []) == told
    assert down([np.nan, 1.0]).compared == []
    assert down([1.0, 0.9], others=True).compared == []


@pytest.mark.parametrize(
    ("raw", "scaled", "level", "found", "told"),
    [
        ([1.0, 0.991], [1.0, 0.69], None, SCALE, True),  # it hardly falls
        ([1.0, 0.989], [1.0, 0.69], None, SCALE, False),
        ([1.0, 0.991], [1.0, 0.70], None, SCALE, False),  # nor does it with scaled inputs
        ([1.0, 0.991], [0.6, 0.58], None, SCALE, False),
        ([1.0, 0.991], [], None, SCALE, False),
        ([1.0, 0.5], [1.0, 0.34], 0.51, SCALE, True),  # no better than one answer for all
        ([1.0, 0.5], [1.0, 0.34], 0.52, SCALE, False),
        ([1.0, 0.5], [1.0, 0.36], 0.51, SCALE, False),
        ([1.0, 0.5], [1.0, 0.34], 0.37, SCALE, False),
        ([1.0, 0.5], [1.0, 0.34], 0.38, SCALE, True),
        ([1.0, 0.56], [1.0, 0.3], None, (*SCALE, "saturated"), True),  # neurons are flat
        ([1.0, 0.54], [1.0, 0.3], None, (*SCALE, "saturated"), False),
        ([1.0, 0.56], [1.0, 0.3], None, (*SCALE, "nothing_compared"), True),
        ([1.0, 0.56], [1.0, 0.3], None, (*SCALE, "dead"), False),
        ([1.0, 0.991], [1.0, 0.69], None, (), False),
    ],
)
def test_inputs_out_of_scale_are_wrong_where_scaled_ones_learn(
    raw, scaled, level, found, told, down
):
    exam = down(raw, scaled, level=level, found=found)
    assert wrong(exam) == ["data_scale"] * told
    if told:
        assert [f.seen for f in exam.findings if f.severity == "wrong"] == [
            f"in 50 steps the loss goes from {raw[0]:.4g} to {raw[-1]:.4g}; with X scaled, from "
            f"the same start, from {scaled[0]:.4g} to {scaled[-1]:.4g}."
        ]


@pytest.mark.parametrize(
    ("losses", "rises"),
    [([1.0, 1.0009], False), ([1.0, 1.0011], True), ([1e-5, 1.09e-5], False),
     ([1e-5, 1.11e-5], True), ([1.0, 1.0], False)],
)  # fmt: skip
def test_a_loss_rises_by_more_than_a_thousandth_and_a_millionth(losses, rises, down):
    assert down(losses).compared == ["it rises"] * rises


@pytest.mark.parametrize(
    ("raw", "scaled", "level", "note"),
    [
        ([1.0, 0.69], [], None, True), ([1.0, 0.71], [], None, False),
        ([1.0, 0.69], [], 0.77, True), ([1.0, 0.69], [], 0.76, False),
        ([1.0, 0.94], [1.0, 0.9], None, True), ([1.0, 0.96], [1.0, 0.9], None, False),
        ([1.0, 0.94], [1.0, 0.6], None, False),
    ],
)  # fmt: skip
def test_what_was_suspicious_is_a_note_where_the_loss_falls(raw, scaled, level, note, down):
    kinds = (*SCALE, "dead") if scaled else ("dead", "saturated")
    exam = down(raw, scaled, level=level, found=kinds)
    assert {f.severity for f in exam.findings} == {"note" if note else "suspicious"}


def test_a_note_is_made_of_three_kinds(down):
    exam = down([1.0, 0.5], found=("dead", "saturated", "neurons_alike"))
    assert [f.severity for f in exam.findings] == ["note", "note", "suspicious"]


# Starts with flat slopes


def flat(losses, tamed, monkeypatch, **changes):
    asked = []

    def trained(exam, data, n, at_most, **given):
        asked.append(given["start"])
        return Way(tamed, at_most)

    monkeypatch.setattr(training, "trained", trained)
    exam = program()
    exam.flat = {1: (0.5, 4.0), 2: (0.75, 0.5)}
    for name, value in changes.items():
        setattr(exam, name, value)
    return exam, tell_flat(exam, losses), asked


@pytest.mark.parametrize(
    ("losses", "tamed", "told"),
    [
        ([1.0, 0.95, 0.91], [1.0, 0.7, 0.5], "note"), ([1.0, 0.89], [1.0, 0.5], None),
        ([1.0, 0.96], [1.0, 0.5], "wrong"), ([1.0, 0.94], [1.0, 0.56], "note"),
        ([1.0, 0.94], [1.0, 0.57], None), ([1.0, 1.0], [0.5, 0.48], None),
        ([1.0, 1.0], [0.5, 0.47], "wrong"),
    ],
)  # fmt: skip
def test_flat_slopes_are_told_where_smaller_weights_learn_far_better(
    losses, tamed, told, monkeypatch
):
    exam, found, asked = flat(losses, tamed, monkeypatch)
    assert found == (told is not None)
    assert said(exam) == ([("saturated", told, "layer 1, layer 2")] if told else [])
    if told:
        assert words(exam) == (
            "of the slopes 50 % of layer 1 and 75 % of layer 2 are as good as 0, and in a short "
            f"training the loss goes from {losses[0]:.4g} to {losses[-1]:.4g}; with the weights of "
            f"layer 1 divided by 4, from {tamed[0]:.4g} to {tamed[-1]:.4g}."
        )
    for begin in asked:
        for k, (a, b) in enumerate(zip(begin, exam.patient.start, strict=True)):
            np.testing.assert_allclose(a, b / (4 if k < 2 else 1))


def test_flat_slopes_are_looked_at_where_the_network_is_known(monkeypatch):
    for name, value in (("dense", None), ("flat", {}), ("flat", {1: (0.5, 1.0)})):
        assert not flat([1.0, 1.0], [1.0, 0.5], monkeypatch, **{name: value})[1]
    exam = program()
    exam.find("data_scale", "suspicious", "X", "seen")
    assert not flat([1.0, 1.0], [1.0, 0.5], monkeypatch, findings=exam.findings)[1]


def test_flat_slopes_whose_smaller_weights_fail_are_left_alone(monkeypatch):
    def fails(*given, **more):
        raise Failed("step", "raised ValueError.")

    exam = program()
    exam.flat = {1: (0.5, 4.0)}
    monkeypatch.setattr(training, "trained", fails)
    assert not tell_flat(exam, [1.0, 1.0])
    assert exam.findings == []


def test_the_loss_of_one_answer_is_that_of_all_samples():
    """It is a mean over all of them, so that it is not computed where a few are asked."""
    exam = program()
    assert training.of_one_answer(exam) == pytest.approx(
        -np.mean(y * np.log(y.mean()) + (1 - y) * np.log(1 - y.mean()))
    )
    exam.few = np.array([0, 1])
    assert training.of_one_answer(exam) is None
    for name in ("formula", "targets"):
        exam = program()
        assert exam.formula is not None
        setattr(exam, name, None)
        assert training.of_one_answer(exam) is None


# A loss that rises, and samples that are learned by heart


def test_a_hundredth_of_the_first_step_is_tried():
    def of_one(p, X, y):
        return float(p["W1"][0, 0])

    exam = program(loss=of_one)
    first = exam.patient.start[0][0, 0]
    exam.chain = [exam.patient.start, [v.reshape(1, *v.shape) - 3.0 for v in exam.patient.start]]
    training.risen(exam, Way([first, first + 1.0], 7))
    assert words(exam) == (
        f"the loss rises from {first:.4g} to {first + 1:.4g} in 7 steps; a hundredth of the first "
        f"step lowers it, to {first - 0.03:.6g}."
    )


@pytest.mark.parametrize(
    ("raw", "tamed", "told"),
    [
        ([1.0, 0.8, 0.71], [1.0, 0.5, 0.19], True), ([1.0, 0.69], [1.0, 0.19], False),
        ([1.0, 0.71], [1.0, 0.21], False), ([0.0, 0.5], [1.0, 0.1], False),
        ([np.nan, 0.5], [1.0, 0.1], False), ([1.0, 0.71], None, False),
    ],
)  # fmt: skip
def test_eight_samples_are_learned_with_scaled_inputs_and_not_without(
    raw, tamed, told, monkeypatch
):
    asked = []

    def trained(exam, data, n, at_most, enough):
        asked.append((len(data[0]), n, at_most, enough))
        losses = raw if len(asked) == 1 else tamed
        if losses is None:
            raise Failed("step", "raised ValueError.")
        if len(asked) == 2:
            chosen = training.few_different(exam, 8)
            spread = (X - X.mean(axis=0)) / X.std(axis=0)
            np.testing.assert_allclose(data[0], spread[chosen])
            np.testing.assert_array_equal(data[1], y[chosen])
        return Way(losses, 9)

    monkeypatch.setattr(training, "trained", trained)
    exam = program()
    assert not training.ruined_by_scale(exam)
    assert asked == []
    exam.find("data_scale", "suspicious", "X", "seen")
    assert training.ruined_by_scale(exam) == told
    assert asked == [(8, 8, 400, 0.3), (8, 8, 400, 0.1)][: len(asked)]
    assert said(exam) == [("data_scale", "wrong" if told else "suspicious", "X")]
    if told:
        assert words(exam) == (
            f"8 samples are not learned by heart, the loss goes from {raw[0]:.4g} to "
            f"{raw[-1]:.4g}; with X scaled, from the same start, from {tamed[0]:.4g} to "
            f"{tamed[-1]:.4g}."
        )


@pytest.mark.parametrize(
    ("losses", "n_steps", "told"),
    [
        ([1.0, 0.6, 0.49], 9, "from 1 to 0.49"),
        ([1.0, 0.6, 0.5], 9, "in 9 steps the loss goes from 1 to 0.5"),
        ([1.0, 0.4], 1, "in 1 step the loss goes from 1 to 0.4"),
        (None, 0, "step raised ValueError."),
    ],
)
def test_a_few_samples_are_learned_where_their_loss_is_halved(losses, n_steps, told, monkeypatch):
    def trained(exam, data, n, at_most, enough):
        assert (len(data[0]), n, at_most, enough) == (3, 3, 400, 0.1)
        if losses is None:
            raise Failed("step", "raised ValueError.")
        return Way(losses, n_steps)

    monkeypatch.setattr(training, "trained", trained)
    chosen, exam = np.array([1, 4, 6]), program()
    training.by_own_steps(exam, chosen)
    learned = losses is not None and losses[-1] == 0.49
    assert (
        exam.compared == [f"3 samples are being learned by heart: the loss goes {told}"] * learned
    )
    assert exam.missing == [f"whether 3 samples can be learned by heart: {told}"] * (not learned)
    exam = program(step=None)
    training.by_own_steps(exam, chosen)
    assert exam.compared + exam.missing == []


@pytest.mark.parametrize(
    ("losses", "line"),
    [
        ([np.nan, 1.0], "whether the loss falls: it is nan at the start"),
        ([1.0, 1.0], "whether the loss falls: in 60 steps it stays at 1"),
        ([1.0, 1.0 + 1e-4], "whether the loss falls: in 60 steps it stays at 1"),
    ],
)
def test_a_loss_that_does_not_fall_and_hardly_rises_is_told(losses, line, monkeypatch):
    monkeypatch.setattr(training, "trained", lambda *given, **more: Way(losses, 60))
    exam = program()
    look_at_the_way_down(exam)
    assert (exam.missing, said(exam)) == ([line], [])


# Exactly at a bound


@pytest.mark.parametrize(("enough", "n_steps"), [(0.5, 2), (0.51, 1), (0.25, 3), (-np.inf, 10)])
def test_it_is_enough_when_a_loss_is_below_a_share_of_the_first(enough, n_steps):
    def halve(p, X, y):
        return {**p, "W1": p["W1"] / 2}

    exam = program(halve, loss=lambda p, X, y: 8 * abs(float(p["W1"][0, 0])))
    way = training.trained(exam, exam.patient.data(), len(X), 10, enough)
    assert way.n_steps == n_steps
    assert way.losses == [way.losses[0] / 2**k for k in range(n_steps + 1)]


def test_shares_of_a_fall_are_no_bounds_themselves():
    """A fall by exactly 1/20 or 1/100 is none of both."""
    assert not training.falls([20.0, 19.0])
    assert not training.stuck([100.0, 99.0])


def test_exactly_at_its_bounds_a_way_down_is_sound(down):
    assert wrong(down([1.0, 1e4])) == []
    assert wrong(down([-2.0, 2e4])) == []
    assert down([1.0, 1.001]).compared == []  # it rises by less than what is said
    for raw, scaled, level in [
        ([1.0, 1.0], [1.0, 0.7], None), ([2.0, 0.97], [1.0, 0.6], 1.0),
        ([2.0, 0.98], [1.0, 0.9], 1.0), ([20.0, 11.0], [20.0, 8.0], None),
    ]:  # fmt: skip
        assert wrong(down(raw, scaled, level=level, found=(*SCALE, "saturated"))) == []
    for raw, level in (([10.0, 7.0], None), ([2.0, 0.9], 1.0)):
        assert [f.severity for f in down(raw, level=level, found=("dead",)).findings] == [
            "suspicious"
        ]


def test_exactly_at_their_bounds_other_trainings_tell_nothing(monkeypatch):
    assert flat([10.0, 9.0], [10.0, 5.0], monkeypatch)[1]
    assert not flat([1.0, 1.0], [1.0, 0.6], monkeypatch)[1]
    for raw, tamed, told in (([10.0, 7.0], [10.0, 1.0], True), ([10.0, 8.0], [10.0, 2.0], False)):
        ways = iter([Way(raw, 9), Way(tamed, 9)])
        monkeypatch.setattr(training, "trained", lambda *given, ways=ways: next(ways))
        exam = program()
        exam.find("data_scale", "suspicious", "X", "seen")
        assert training.ruined_by_scale(exam) == told


def test_a_training_needs_a_first_step_and_a_loss():
    assert training.can_train(program())
    assert not training.can_train(program(loss=None))
    short = program()
    short.chain = short.chain[:1]
    assert not training.can_train(short)


def test_a_training_is_behind_one_seed():
    def drawing(p, X, y):
        return {name: v - np.random.random() for name, v in p.items()}  # noqa: NPY002

    exam = program(drawing, loss=lambda p, X, y: float(p["W1"][0, 0]))
    way = training.trained(exam, exam.patient.data(), len(X), 10)
    drawn = np.random.RandomState(7).random_sample(40)[::4]
    np.testing.assert_allclose(-np.diff(way.losses), drawn)
