"""A step that is not the rate times the gradient: in which order its causes are looked for."""

from types import SimpleNamespace

import numpy as np
import pytest
from exams import exam_of, handed, well_said
from xor_program import NAMES, gradients, loss, predict, start

from nnlib.audit import missteps
from nnlib.audit.missteps import (
    at_a_softmax,
    compare_single,
    explain,
    sums_over_everything,
    unsteady,
)
from nnlib.audit.patient import Failed
from nnlib.audit.update import Steps

RATE = 0.5
rng = np.random.default_rng(2)
X = rng.normal(size=(12, 2))
y = 1.0 * (X[:, :1] * X[:, 1:] > 0)


def moving(change, rate=RATE):
    """A step by the rate times the gradient, of which ``change`` makes something else."""

    def step(p, X, y):
        moves = {name: rate * g for name, g in gradients(p, X, y).items()}
        moves = change(moves, p) or moves
        return {name: p[name] - moves[name] for name in p}

    return step


def times(**factors):
    return moving(lambda u, p: {name: factors.get(name, 1) * x for name, x in u.items()})


def walked(step, rate=RATE, own=False, **given):
    """An audit that has taken four steps; the program's own gradients are given, or not."""
    if own:
        given["gradients"] = gradients
    exam = exam_of(X, y, start(), rate=rate, step=step,
                   **{"predict": predict, "loss": loss, **given})  # fmt: skip
    exam.chain = [exam.patient.start]
    for _ in range(4):
        exam.chain.append(exam.patient.stepped(exam.chain[-1], exam.patient.data()))
    return exam


def explained(exam, index=None):
    """Explain a step; return what was found, in one line each."""
    with np.errstate(all="ignore"):
        explain(exam, Steps(exam), exam.points[0], index)
    return [f"{f.severity} {f.kind} ({f.where}): {f.seen}" for f in well_said(exam)]


def slope(exam, *names):
    """The largest slope of these parameters, at the point that is looked at."""
    g = gradients(dict(zip(NAMES, exam.points[0], strict=True)), X, y)
    return max(np.abs(g[name]).max() for name in names)


arguments = {}  # of the searches that were asked last


@pytest.fixture
def only(monkeypatch):
    """Let all but some of the searches find nothing; return the names of those that were asked."""
    asked = []
    arguments.clear()

    def leave(*names, **answers):
        for name in (
            "compare_chain", "tell_output_slope", "tell_copied", "cut_to_length",
            "keeps_something", "unsteady", "tell_factor", "tell_one_side", "tell_parts",
            "tell_other_gradient", "tell_bare", "tell_lost", "slip_of_some", "tell_signs",
            "known_chain", "tell_twist", "tell_epsilon", "tell_limit", "tell_few",
            "one_after_the_other", "too_early", "some_later", "decays",
        ):  # fmt: skip
            if name not in names:

                def answer(*given, name=name, **more):
                    asked.append(name)
                    arguments[name] = given
                    return answers.get(name, False)

                monkeypatch.setattr(missteps, name, answer)
        return asked

    return leave


# Nothing moves


def test_a_step_that_changes_nothing():
    still = "the step changes nothing: all parameters are what they were."
    assert explained(walked(lambda p, X, y: p)) == [f"wrong parameter_not_moved (step): {still}"]
    assert explained(walked(lambda p, X, y: p), np.array([2])) == []


def test_a_step_that_moved_at_first_alone_is_not_judged():
    calls = iter(range(100))

    def step(p, X, y):
        return moving(lambda u, p: u if next(calls) < 4 else dict.fromkeys(u, 0))(p, X, y)

    exam = walked(step)
    assert explained(exam) == []
    assert exam.missing[-1] == (
        "the step from another point: it moved at first, and does not any more, as where its rate "
        "has come to 0. Pass new_step, which makes a fresh step"
    )
    exam = walked(lambda p, X, y: p, new_step=lambda: lambda p, X, y: p)
    exam.chain[1] = exam.points[0]
    assert len(explained(exam)) == 1  # a fresh step moves nothing either
    assert exam.missing == []


@pytest.mark.parametrize("known", [False, True])
def test_a_step_that_moves_later_alone(known, only):
    asked = only(compare_chain=known)
    exam = walked(lambda p, X, y: p)
    exam.chain[-1] = exam.points[0]
    words = "the first step changes nothing, and a later one does."
    assert explained(exam) == [f"wrong optimizer_formula (step): {words}"] * (not known)
    assert asked == ["compare_chain"]
    asked.clear()
    assert explained(walked(lambda p, X, y: p), np.array([1])) == []
    assert asked == []


# One factor


def test_one_factor_throughout():
    exam = walked(times(W1=3, b1=3, W2=3, b2=3))
    (line,) = explained(exam)
    assert line.startswith("wrong gradient_scale (step): the step is 1.5 times the slope of the ")
    assert explained(walked(times())) == []
    assert explained(walked(moving(lambda u, p: {n: -x for n, x in u.items()}))) == [
        "wrong gradient_sign (step): the step is 0.5 times the gradient, added: it goes uphill."
    ]


@pytest.mark.parametrize(
    ("f", "answers", "order"),
    [
        (1.0, {}, ["cut_to_length", "tell_factor"]),
        (1.019, {}, ["cut_to_length", "tell_factor"]),
        (1.021, {}, ["cut_to_length", "unsteady", "tell_factor"]),
        (2.0, {"cut_to_length": True}, ["cut_to_length"]),
        (2.0, {"unsteady": True}, ["cut_to_length", "unsteady"]),
        (-1.0, {"unsteady": True}, ["cut_to_length", "unsteady"]),
    ],
)
def test_a_factor_is_told_unless_it_is_cut_or_does_not_last(f, answers, order, only):
    asked = only(**answers)
    assert explained(walked(times(W1=f, b1=f, W2=f, b2=f), own=True)) == []
    assert asked == order


@pytest.mark.parametrize(
    ("f", "answers", "order"),
    [
        (1.021, {}, ["keeps_something", "unsteady", "tell_factor"]),
        (1.019, {}, ["tell_factor"]),
        (-2.0, {}, ["unsteady", "tell_factor"]),
        (2.0, {"keeps_something": True}, ["keeps_something", "compare_chain", "unsteady",
                                          "tell_factor"]),
        (2.0, {"keeps_something": True, "compare_chain": True},
         ["keeps_something", "compare_chain"]),
    ],
)  # fmt: skip
def test_on_some_samples_it_may_be_the_first_step_of_momentum(f, answers, order, only):
    asked = only(**answers)
    explained(walked(times(W1=f, b1=f, W2=f, b2=f), own=True), np.arange(3))
    assert asked == ["cut_to_length", *order]


# What does not move


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(
    ("names", "stay"), [(["b2"], "stays where it was"), (["b1", "W2"], "stay where they were")]
)
def test_parameters_that_stay_are_named(names, stay, own):
    exam = walked(times(**dict.fromkeys(names, 0)), own=own)
    assert explained(exam) == [
        f"wrong parameter_not_moved ({', '.join(names)}): {', '.join(names)} {stay}, and the slope "
        f"there is up to {slope(exam, *names):.4g}."
    ]


def test_beside_steps_of_one_length_those_that_stay_are_named():
    exam = walked(moving(lambda u, p: {n: 0.01 * np.sign(x) * (n != "b1") for n, x in u.items()}))
    assert explained(exam) == [
        "wrong parameter_not_moved (b1): b1 stays where it was, and the slope there is up to "
        f"{slope(exam, 'b1'):.4g}."
    ]


def test_where_others_are_wrong_too_these_are_told():
    def step(u, p):
        u["b2"] = 0 * u["b2"]
        u["W1"] = u["W1"].sum() * np.ones((2, 4)) + np.arange(8).reshape(2, 4)

    exam = walked(moving(step))
    explained(exam)
    assert "parameter_not_moved" not in {f.kind for f in exam.findings}
    assert exam.findings
    exam = walked(moving(step), own=True)  # these gradients are right
    explained(exam)
    assert [f.kind for f in exam.findings] == ["parameter_not_moved"]
    exam = walked(moving(step), rate=None)
    explained(exam)
    assert [f.kind for f in exam.findings] == ["parameter_not_moved"]
    exam = walked(moving(step))
    exam.find("loss_random", "wrong", "loss", "seen")
    explained(exam)
    assert [f.kind for f in exam.findings] == ["loss_random", "parameter_not_moved"]


# The biases of a softmax

CLASSES = np.eye(3)[np.arange(12) % 3]
DEEP = {
    "V1": rng.normal(size=(2, 4)), "v1": rng.normal(size=4),
    "V2": rng.normal(size=(4, 5)), "v2": rng.normal(size=5),
    "V3": rng.normal(size=(5, 3)), "v3": rng.normal(size=3),
}  # fmt: skip


def classify(p, X):
    a = np.tanh(np.tanh(X @ p["V1"] + p["v1"]) @ p["V2"] + p["v2"])
    e = np.exp(a @ p["V3"] + p["v3"])
    return e / e.sum(axis=1, keepdims=True)


def softmax_exam(rate=RATE, p=DEEP, predict=classify):
    return exam_of(X, CLASSES, p, rate=rate, predict=predict)


def summed(share=1.0, rate=RATE):
    """Moves and slopes; those of the hidden biases are one number, the sum of their slopes."""
    g = [rng.normal(size=v.shape) for v in DEEP.values()]
    u = [rate * x for x in g]
    for k, n in ((1, 4), (3, 5)):
        u[k] = np.full(n, rate * g[k].sum() / (share if share != "size" else n))
    u[5] = np.zeros(3)
    return u, g


@pytest.mark.parametrize("rate", [RATE, None])
def test_biases_that_move_by_the_sum_of_their_slopes(rate):
    exam = softmax_exam(rate)
    for share in (1.0, "size"):
        u, g = summed(share, rate or 1.0)
        assert sums_over_everything(exam, u, g, ["v3"])
        assert not sums_over_everything(exam, u, g, ["v3", "v2"])
        assert not sums_over_everything(exam, u, g, ["v2"])
    u, g = summed()
    for off, fits in ((0.9e-3, True), (1.1e-3, False)):
        moved = [x * (1 + off) for x in u]
        assert sums_over_everything(softmax_exam(), moved, g, ["v3"]) == fits
        assert sums_over_everything(softmax_exam(None), moved, g, ["v3"])
    exam = softmax_exam()
    exam.patient.short_steps = True
    assert sums_over_everything(exam, [2 * x for x in u], g, ["v3"])


def test_a_sum_over_samples_and_neurons_may_be_a_mean():
    u, g = summed()
    for k, n in ((1, 4), (3, 5)):
        u[k] = np.full(n, RATE * g[k].sum() / (12 * n))
    assert sums_over_everything(softmax_exam(), u, g, ["v3"])


@pytest.mark.parametrize("k", [1, 3])
def test_each_hidden_bias_moves_by_one_number_and_has_slopes_that_differ(k):
    for change, fits in ((0.9e-6, True), (1.1e-6, False)):
        u, g = summed()
        u[k][0] *= 1 - change
        assert sums_over_everything(softmax_exam(), u, g, ["v3"]) == fits
    for spread, fits in ((0.9e-9, False), (1.1e-9, True)):
        u, g = summed()
        g[k] = 1.0 + spread * np.linspace(0, 1, len(g[k]))
        u[k] = np.full(len(g[k]), RATE * g[k].sum())
        assert sums_over_everything(softmax_exam(), u, g, ["v3"]) == fits
    u, g = summed()
    g[k][1] = np.nan
    assert not sums_over_everything(softmax_exam(), u, g, ["v3"])


def test_sums_over_everything_are_those_of_a_known_softmax_behind_hidden_layers():
    u, g = summed()
    exam = softmax_exam()
    exam.dense = None
    assert not sums_over_everything(exam, u, g, ["v3"])
    assert not at_a_softmax(exam, ["v3"])
    sigmoids = softmax_exam(predict=lambda p, X: 1 / (1 + np.exp(-np.log(classify(p, X)))))
    assert not sums_over_everything(sigmoids, u, g, ["v3"])
    single = {"V": DEEP["V1"][:, :3], "v": DEEP["v3"]}

    def alone(p, X):
        return classify({**{n: 0 * v for n, v in DEEP.items()}, "v3": X @ p["V"] + p["v"]}, X)

    exam = softmax_exam(p=single, predict=alone)
    assert at_a_softmax(exam, ["v"])
    assert not at_a_softmax(exam, ["V"])
    assert not sums_over_everything(exam, [np.ones((2, 3)), np.zeros(3)], [g[0], g[5]], ["v"])


def of_classes(slip, rate=RATE, step=0.1):
    """Explain a step of a softmax network; ``slip`` changes the gradient of its biases."""

    def gradients(p, X, y):
        a1 = np.tanh(X @ p["V1"] + p["v1"])
        a2 = np.tanh(a1 @ p["V2"] + p["v2"])
        d3 = (classify(p, X) - y) / len(X)
        d2 = d3 @ p["V3"].T * (1 - a2**2)
        d1 = d2 @ p["V2"].T * (1 - a1**2)
        g = {"V1": X.T @ d1, "v1": d1.sum(0), "V2": a1.T @ d2, "v2": d2.sum(0), "V3": a2.T @ d3,
             "v3": d3.sum(0)}  # fmt: skip
        return {n: slip(n, x) for n, x in g.items()}

    def step(p, X, y):
        return {name: p[name] - rate * g for name, g in gradients(p, X, y).items()}

    def entropy(p, X, y):
        return -np.sum(y * np.log(classify(p, X))) / len(X)

    exam = exam_of(X, CLASSES, DEEP, rate=rate, predict=classify, loss=entropy, step=step)
    exam.chain = [exam.patient.start, exam.patient.stepped(exam.patient.start, exam.patient.data())]
    lines = explained(exam)
    p = dict(zip(DEEP, exam.points[0], strict=True))
    d3 = (classify(p, X) - CLASSES) / len(X)
    return lines, np.abs(d3.sum(0)).max()


def test_a_softmax_s_bias_that_stays_may_be_a_sum_over_everything():
    lines, most = of_classes(lambda n, g: g.sum() + 0 * g if n[0] == "v" else g)
    stays = f"v3 stays where it was, and the slope there is up to {most:.4g}."
    assert lines == [  # its sum is 0 but for rounding
        f"wrong axis_missing (v3): {stays} The other biases move by one number for all, the sum of "
        "all their slopes; at a softmax such a sum over samples and outputs is 0."
    ]
    lines, most = of_classes(lambda n, g: 0 * g if n == "v3" else g)
    assert lines == [
        f"wrong parameter_not_moved (v3): v3 stays where it was, and the slope there is up to "
        f"{most:.4g}. Its gradient may be missing in the update, or be a sum over samples and "
        "outputs, which is 0 at a softmax."
    ]
    lines, _ = of_classes(lambda n, g: 0 * g if n == "v2" else g)
    assert [line.split(":")[0] for line in lines] == ["wrong parameter_not_moved (v2)"]
    assert "softmax" not in lines[0]


# What is handed on


class Compared:
    """A comparison that takes note of what it is asked, and finds what it is told to."""

    made, answer, finds = [], False, None

    def __init__(self, exam, point, index):
        self.exam, self.index = exam, index
        assert point is exam.points[0]
        Compared.made.append(self)


def by_parameters(made, g, where, free):
    made.asked = ("by_parameters", g, where, free)


def judge(made, g, where, free):
    made.asked = ("judge", g, where, free)
    if Compared.finds:
        made.exam.find(Compared.finds, "wrong", "step", "seen")
    return Compared.answer


@pytest.fixture
def compared(monkeypatch):
    Compared.made, Compared.answer, Compared.finds = [], False, None
    for each in (by_parameters, judge):
        monkeypatch.setattr(missteps, each.__name__, each)
    monkeypatch.setattr(missteps, "Comparison", Compared)
    return Compared


@pytest.mark.parametrize("own", [False, True])
def test_a_parameter_may_stay_since_its_slopes_have_the_sign_that_is_cut(own):
    b2 = gradients(dict(zip(NAMES, walked(moving(odd)).points[0], strict=True)), X, y)["b2"]
    sign = -np.sign(b2.item())
    exam = walked(moving(lambda u, p: {n: np.where(sign * x > 0, x, 0) for n, x in u.items()}),
                  own=own)  # fmt: skip
    (line,) = explained(exam)
    assert line.startswith("wrong step_not_gradient (step): of the ")
    assert f"entries whose slope is {'negative' if sign > 0 else 'positive'} none moves" in line


FEW = np.array([0, 3, 5])


@pytest.mark.parametrize(
    ("index", "few", "asked"), [(None, None, True), (FEW, None, True), (FEW, FEW, True),
                                (None, FEW, False)]
)  # fmt: skip
def test_beside_what_stays_a_wrong_gradient_is_compared_by_parameters(index, few, asked, compared):
    step = moving(lambda u, p: {**odd(u, p), "b1": 0 * u["b1"]})
    exam = walked(step)
    exam.few = few
    explained(exam, index)
    (one,) = compared.made
    assert one.index is (few if index is None else index)
    assert hasattr(one, "asked") == asked
    if asked:
        assert exam.findings == []
        name, g, where, free = one.asked
        assert (name, where, free) == ("by_parameters", "step", False)
        u = Steps(exam).moved(exam.points[0], index)
        for a, b in zip(g, u, strict=True):
            np.testing.assert_allclose(a, b / RATE)
    else:
        assert [f.kind for f in exam.findings] == ["parameter_not_moved"]


@pytest.mark.parametrize("rate", [RATE, None])
@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize(
    ("index", "few", "asked"),
    [(None, None, True), (FEW, FEW, True), (FEW, None, True), (None, FEW, False)],
)
def test_what_no_search_explains_is_compared_as_a_gradient(
    index, few, asked, keeps, rate, compared, only
):
    only(keeps_something=keeps)
    compared.answer = True
    exam = walked(moving(odd), rate)
    exam.few = few
    explained(exam, index)
    (one,) = compared.made
    assert one.index is (few if index is None else index)
    assert one.factor_known == (not keeps)
    assert hasattr(one, "alone") == (rate is not None)
    assert hasattr(one, "asked") == asked
    assert bool(exam.findings) == (not asked)
    if asked:
        _, g, where, free = one.asked
        assert (where, free) == ("step", rate is None)
        u = Steps(exam).moved(exam.points[0], index)
        for a, b in zip(g, u, strict=True):
            np.testing.assert_allclose(a, b / RATE, rtol=1e-3)  # known, or read off the others
    if rate:
        one_alone = Steps(exam).moved(exam.points[0], np.array([3]))
        for a, b in zip(one.alone(np.array([3])), one_alone, strict=True):
            np.testing.assert_allclose(a, b / RATE)


def test_where_a_comparison_finds_something_no_more_is_said(compared, only):
    only()
    compared.finds = "gradient_wrong"
    exam = walked(moving(odd))
    explained(exam)
    assert [f.kind for f in exam.findings] == ["gradient_wrong"]
    compared.made.clear()
    exam = walked(moving(odd), own=True)
    explained(exam)
    assert compared.made == []
    exam = walked(moving(odd))
    exam.find("dead", "wrong", "layer 1", "seen")
    explained(exam)
    assert compared.made == []
    assert [f.kind for f in exam.findings] == ["dead", "step_not_gradient"]


def test_steps_alone_are_handed_on_in_units_of_the_rate(only):
    only()
    exam = walked(moving(odd))
    exam.dense = None
    explained(exam, np.array([3]))
    _, alone, values, where = arguments["tell_output_slope"]
    assert values is exam.points[0]
    assert where == "step"
    for a, b in zip(alone(FEW), Steps(exam).moved(values, FEW), strict=True):
        np.testing.assert_allclose(a, b / RATE)
    _, copied, where, points = arguments["tell_copied"]
    assert where == "step"
    assert len(points) == 2
    for a, b in zip(copied(points[1], FEW), Steps(exam).moved(points[1], FEW), strict=True):
        np.testing.assert_allclose(a, b / RATE)


# The order of the searches

ALL = [
    "tell_copied", "tell_one_side", "tell_parts", "tell_other_gradient", "tell_bare", "tell_lost",
    "slip_of_some", "tell_signs", "compare_chain", "keeps_something", "tell_twist", "tell_epsilon",
    "tell_limit", "tell_few", "one_after_the_other", "too_early", "some_later", "decays",
    "compare_chain",
]  # fmt: skip


def odd(u, p):
    """W2 moves by something else, and all others as they should."""
    return {**u, "W2": u["W2"] * np.array([[2.0], [0.5], [1.0], [-0.5]])}


def test_all_is_looked_for_in_this_order(only):
    asked = only()
    explained(walked(moving(odd)))
    assert asked[: len(ALL)] == ALL
    for n, name in enumerate(ALL[:-1]):
        if name == "keeps_something":
            continue
        asked = only(**{name: True})
        asked.clear()
        assert explained(walked(moving(odd))) == []
        assert asked == ALL[: n + 1]
    asked = only(keeps_something=True, known_chain=True)
    asked.clear()
    assert explained(walked(moving(odd))) == []
    assert asked[-2:] == ["keeps_something", "known_chain"]


HANDED = {  # what each search is given
    "tell_one_side": "exam a b", "tell_parts": "exam u g", "tell_other_gradient": "exam u g",
    "tell_bare": "exam u g", "tell_lost": "exam u g values",
    "slip_of_some": "exam steps u index", "tell_signs": "exam u g",
    "keeps_something": "steps values index", "known_chain": "exam steps index",
    "tell_twist": "exam steps index", "tell_epsilon": "exam a b",
    "tell_limit": "exam values u g", "tell_few": "exam values u g",
    "one_after_the_other": "exam steps values index u", "too_early": "exam steps values index u",
    "some_later": "exam steps values index u g", "decays": "exam u g values",
    "compare_chain": "exam steps index", "cut_to_length": "exam steps u f",
    "unsteady": "exam steps f index", "tell_factor": "exam f rate index",
}  # fmt: skip


@pytest.mark.parametrize("change", ["odd", "twice"])
def test_each_search_is_given_what_it_is_to_look_at(change, only):
    only(keeps_something=True)
    step = moving(odd) if change == "odd" else times(W1=2, b1=2, W2=2, b2=2)
    exam = walked(step, own=True)
    explained(exam, FEW)
    steps, values = Steps(exam), exam.points[0]
    u, g = steps.moved(values, FEW), steps.gradient(values, FEW)
    flat = {
        "a": np.concatenate([x.ravel() for x in u]),
        "b": np.concatenate([x.ravel() for x in g]),
    }
    whole = {
        "exam": exam,
        "values": values,
        "index": FEW,
        "rate": RATE,
        "f": pytest.approx(2 * RATE),
    }
    names = [name for name in HANDED if name in arguments]
    assert len(names) == (18 if change == "odd" else 5)
    for name in names:
        wanted = HANDED[name].split()
        assert len(arguments[name]) == len(wanted)
        for made, what in zip(arguments[name], wanted, strict=True):
            if what == "steps":
                assert isinstance(made, Steps)
            elif what in "ug":
                for x, y in zip(made, u if what == "u" else g, strict=True):
                    np.testing.assert_allclose(x, y)
            elif what in flat:
                np.testing.assert_allclose(made, flat[what])
            else:
                assert made is whole[what] or made == whole[what]


def test_what_needs_a_rate_or_all_samples_is_left_out_without(only):
    asked = only()
    explained(walked(moving(odd), rate=None))
    assert "tell_copied" not in asked
    assert asked.count("compare_chain") == 1
    asked.clear()
    explained(walked(moving(odd)), np.arange(3))
    assert asked.count("compare_chain") == 1
    assert "tell_output_slope" not in asked
    asked.clear()
    explained(walked(moving(odd), own=True))
    assert "tell_copied" not in asked
    asked.clear()
    for index, rate, dense in (
        ([3], RATE, None), ([3, 4], RATE, None), ([3], None, None), ([3], RATE, "known")
    ):  # fmt: skip
        exam = walked(moving(odd), rate)
        if dense is None:
            exam.dense = None
        explained(exam, np.array(index))
        assert ("tell_output_slope" in asked) == (index == [3] and rate == RATE and dense is None)
        asked.clear()


@pytest.mark.parametrize(
    ("kind", "ends"),
    [("gradient_wrong", True), ("gradient_sign", True), ("samples_mixed", True),
     ("loss_formula", True), ("data_scale", False)],
)  # fmt: skip
def test_after_a_wrong_gradient_or_loss_no_more_is_looked_for(kind, ends, only):
    asked = only()
    exam = walked(moving(odd), own=True)
    exam.find(kind, "wrong", "X", "seen")
    explained(exam)
    assert ("tell_one_side" not in asked) == ends


# What no search explains


def test_what_is_odd_is_told_by_parameter(only):
    only()
    exam = walked(moving(odd), own=True)
    g = gradients(dict(zip(NAMES, exam.points[0], strict=True)), X, y)
    u = odd(g, None)
    k = np.abs(u["W2"] - g["W2"]).argmax()
    flat = [np.concatenate([np.ravel(x) for x in each.values()]) for each in (u, g)]
    cosine = flat[0] @ flat[1] / np.sqrt((flat[0] @ flat[0]) * (flat[1] @ flat[1]))
    assert explained(exam) == [
        "wrong step_not_gradient (step): the step is not the rate times the gradient: W2 moves by "
        f"the rate times {u['W2'].flat[k]:.4g}, where the gradient is {g['W2'].flat[k]:.4g}. The "
        f"two have the cosine {cosine:.4f}."
    ]


@pytest.mark.parametrize(("size", "severity"), [(0.1, "suspicious"), (4.0, "wrong")])
def test_where_all_is_odd_the_direction_counts(size, severity, only):
    def step(u, p):
        scale = {n: np.linalg.norm(x) for n, x in u.items()}
        return {n: x + size * scale[n] * np.cos(np.arange(x.size) * 7 + 1).reshape(x.shape)
                for n, x in u.items()}  # fmt: skip

    only()
    exam = walked(moving(step), own=True)
    (line,) = explained(exam)
    assert line.startswith(f"{severity} step_not_gradient (step): the step is not the rate times")
    assert all(f"{name} " in line for name in NAMES)


@pytest.mark.parametrize(("off", "named"), [(1.009, False), (1.011, True), (0.989, True)])
def test_a_parameter_is_odd_from_a_hundredth_on(off, named, only):
    only()
    exam = walked(moving(lambda u, p: {**odd(u, p), "W1": off * u["W1"]}), own=True)
    (line,) = explained(exam)
    assert (f"W1 is {off:.4g} times what it should be; W2 moves" in line) == named


def test_where_no_parameter_is_odd_by_itself_that_is_said(only):
    only()
    exam = walked(moving(lambda u, p: {**u, "W1": 1.009 * u["W1"]}), own=True)
    assert explained(exam) == [
        "suspicious step_not_gradient (step): the step is only nearly the rate times the gradient: "
        "parameter by parameter it is off by up to a hundredth."
    ]


@pytest.mark.parametrize("rate", [RATE, None])
def test_some_parameters_that_go_uphill_are_named(rate, only):
    only()
    exam = walked(times(W1=-2, b1=-2), rate, own=True)
    assert explained(exam) == [
        "wrong gradient_sign (W1, b1): the step of W1, b1 is -2 times what it should be: it goes "
        "uphill. All other parameters move as they should."
    ]
    exam = walked(times(W1=-2, b1=2), own=True)
    (line,) = explained(exam)
    assert "W1 is -2 times what it should be; b1 is 2 times what it should be" in line


def test_where_a_search_of_one_sample_finds_something_no_other_is_asked(only):
    asked = only(tell_output_slope=True)
    exam = walked(moving(odd))
    exam.dense = None
    assert explained(exam, np.array([3])) == []
    assert asked == ["tell_output_slope"]


@pytest.mark.parametrize("known", [True, False])
def test_all_slopes_are_measured_before_a_cause_is_sought(known, only, monkeypatch):
    asked = only()
    exam = walked(moving(odd), own=True)
    closer = Steps(exam)
    monkeypatch.setattr(Steps, "closer", lambda steps: closer)

    def compared(exam, steps, values, index):
        asked.append(steps)
        return known

    monkeypatch.setattr(missteps, "compare_single", compared)
    monkeypatch.setattr(closer, "moved", lambda values, index: asked.append("its own") or
                        Steps.moved(closer, values, index))  # fmt: skip
    explained(exam)
    assert asked[:2] == [closer, "its own"][: 2 - known]
    assert (len(asked) == 1) == known


# The first comparison


@pytest.fixture
def single(monkeypatch):
    """Compare one step, where each part answers as it is told."""
    originals = dict(vars(missteps))

    def look(verdict, quiet=False, u=1.0, g=1.0, exam=None, **answers):
        asked = look.asked = []

        def note(name):
            def answer(*given):
                handed(originals[name], given, exam=exam, steps=steps, values=exam.points[0],
                       index=type(None), u=list, g=list)  # fmt: skip
                asked.append(name)
                found = answers.get(name, False)
                return found(given[0]) if callable(found) else found

            monkeypatch.setattr(missteps, name, answer)

        for name in ("barely_early", "compare_chain", "is_cut"):
            note(name)

        def relation(*given):
            handed(originals["relation"], given, exam=exam, u=list, g=list, values=exam.points[0])
            return verdict

        monkeypatch.setattr(missteps, "relation", relation)
        steps = SimpleNamespace(
            moved=lambda values, index: [np.full(2, u)],
            gradient=lambda values, index: None if g is None else [np.full(2, g)],
        )
        exam = exam or walked(lambda p, X, y: p)
        return exam, compare_single(exam, steps, exam.points[0], None, quiet)

    return look


@pytest.mark.parametrize(
    ("own", "why"), [(True, ", which has other shapes"), (False, ": pass gradients, or loss and "
                                                                 "predict")]
)  # fmt: skip
def test_without_a_gradient_a_step_is_not_compared(own, why, single):
    exam, done = single("plain", g=None, exam=walked(lambda p, X, y: p, own=own))
    assert done
    assert exam.missing == [f"the step beside the gradient{why}"]
    assert single.asked == []


@pytest.mark.parametrize(("slope", "found", "ends"), [(0.0, True, True), (0.0, False, False),
                                                      (1e-300, True, False)])  # fmt: skip
def test_a_wrong_loss_without_a_slope_ends_it(slope, found, ends, single):
    exam = walked(lambda p, X, y: p)
    if found:
        exam.find("loss_formula", "wrong", "loss", "seen")
    _, done = single("plain", g=slope, exam=exam)
    line = "the step beside the slope of the loss, which is 0 everywhere"
    assert exam.missing == [line] * ends
    assert (single.asked == []) == ends
    assert done == ends


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("verdict", "answers", "asked", "quiet_asked"),
    [
        ("plain", {}, ["barely_early", "compare_chain"], ["barely_early"]),
        ("none", {"is_cut": True}, ["is_cut", "compare_chain"], ["is_cut"]),
        ("optimiser", {}, ["compare_chain"], []),
    ],
)
def test_what_begins_as_a_known_step_is_compared_in_a_row(
    verdict, answers, asked, quiet_asked, known, single
):
    assert single(verdict, compare_chain=known, **answers)[1] == known
    assert single.asked == asked
    assert single(verdict, quiet=True, compare_chain=known, **answers)[1]
    assert single.asked == quiet_asked


def test_an_early_update_ends_the_comparison(single):
    for quiet in (True, False):
        assert single("plain", quiet, barely_early=True)[1]
        assert single.asked == ["barely_early"]


def test_another_multiple_is_compared_in_a_row_unless_asked_quietly(single):
    for known in (True, False):
        assert single("scaled", compare_chain=known)[1] == known
        assert single.asked == ["compare_chain"]
    assert not single("scaled", quiet=True)[1]
    assert single.asked == []


@pytest.mark.parametrize(("u", "asks"), [(-1.0, True), (0.0, False), (1.0, False)])
@pytest.mark.parametrize("found", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_a_step_uphill_is_compared_in_a_row(known, found, u, asks, single):
    def chain(exam):
        if found:
            exam.find("gradient_sign", "wrong", "step", "seen")
        return known

    assert single("none", u=u, compare_chain=chain)[1] == (asks and known and found)
    assert single.asked == ["is_cut"] + ["compare_chain"] * asks
    assert not single("none", True, u=u, compare_chain=chain)[1]
    assert single.asked == ["is_cut"]


# Steps whose relation to their gradients changes


@pytest.fixture
def lasting(monkeypatch):
    """See whether a second step is as the first, where each part answers as it is told."""

    def look(f, then, exam=None, chain=True, g=1.0, **answers):
        asked = look.asked = []
        exam = exam or walked(lambda p, X, y: p, own=True)
        points = [[np.zeros(2)], [np.zeros(2)], [-np.array(then if np.ndim(then) else [then] * 2)]]
        monkeypatch.setattr(missteps, "steps_in_a_row", lambda exam, index: points)
        made = SimpleNamespace(us=1, gs=2, order=3, values=4)

        def rate(*given):
            asked.append(("tell_rate", *given[1:]))
            return answers.get("tell_rate", False)

        def uphill(*given):
            asked.append(("tell_uphill", *given[1:]))
            return answers.get("tell_uphill", False)

        monkeypatch.setattr(missteps, "tell_rate", rate)
        monkeypatch.setattr(missteps, "tell_uphill", uphill)
        monkeypatch.setattr(missteps, "chain_of", lambda *given: made if chain else None)
        look.made = made
        steps = SimpleNamespace(gradient=lambda values, index: g and [np.full(2, g)])
        return exam, unsteady(exam, steps, f, "index")

    return look


RATE_ASKED = ("tell_rate", 1, 2, 3, 4, "index")


@pytest.mark.parametrize(
    ("f", "then", "steady"),
    [(0.5, 0.509, True), (0.5, 0.511, False), (0.5, 0.489, False), (-0.5, -0.5, True)],
)
def test_a_second_step_has_the_factor_of_the_first_to_a_fiftieth(f, then, steady, lasting):
    exam, told = lasting(f, then)
    assert told == (not steady)
    assert lasting.asked == [RATE_ASKED] * (not steady)
    if not steady:
        assert [f"{x.severity} {x.kind} ({x.where}): {x.seen}" for x in exam.findings] == [
            f"note optimizer_formula (step): the steps go against the gradient; the first is 0.5 "
            f"times it and the second {then} times: a rate that changes, or a gradient that is cut."
        ]


@pytest.mark.parametrize(
    ("f", "then"), [(0.5, -0.5), (-0.5, 0.5), (0.5, [1.0, 2.0]), (0.0, 0.5), (0.5, 0.0)]
)
def test_a_second_step_that_is_no_positive_multiple_is_wrong(f, then, lasting):
    exam, told = lasting(f, then)
    assert told
    uphill = ("tell_uphill", lasting.made, None, 2e-3)
    assert lasting.asked == [RATE_ASKED] + [uphill] * (f < 0)
    assert [f"{x.severity} {x.kind} ({x.where}): {x.seen}" for x in exam.findings] == [
        f"wrong optimizer_formula (step): the first step is {f:g} times the gradient, and the "
        "second one is no positive multiple of it: it is no single update of gradient descent, and "
        "no optimiser known here."
    ]
    for name in ("tell_rate", "tell_uphill"):
        exam, told = lasting(-0.5, 0.5, **{name: True})
        assert told
        assert exam.findings == []


def test_a_second_step_is_looked_at_where_it_is_there_and_has_slopes(lasting):
    short = walked(lambda p, X, y: p, own=True)
    short.chain = short.chain[:2]
    unknown = walked(lambda p, X, y: p)
    unknown.dense = None
    for exam in (short, unknown):
        assert not lasting(0.5, 0.6, exam)[1]
    three = walked(lambda p, X, y: p)
    three.chain = three.chain[:3]
    assert lasting(0.5, 0.6, three)[1]
    assert not lasting(0.5, 0.6, chain=False)[1]
    assert not lasting(0.5, 0.6, g=None)[1]


@pytest.mark.parametrize(
    ("off", "short", "one"),
    [(2.9e-4, False, True), (3.2e-4, False, False), (1.9e-2, True, True), (2.2e-2, True, False)],
)
def test_one_multiple_is_one_to_three_ten_thousandths(off, short, one, only):
    asked = only()

    def change(u, p):
        least = np.unravel_index(np.abs(u["W1"]).argmin(), (2, 4))
        u["W1"][least] += off * max(np.abs(x).max() for x in u.values())
        return {n: 3 * x for n, x in u.items()}

    exam = walked(moving(change), own=True)
    exam.patient.short_steps = short
    explained(exam)
    assert ("cut_to_length" in asked) == one


@pytest.mark.parametrize(
    ("rows", "times"), [(13, 2), (24, 2), (25, 4), (48, 4), (96, 8), (97, None)]
)
def test_a_batch_that_is_larger_than_the_data_is_told(rows, times):
    """A step moves where it is given so many rows; there are twelve."""

    def step(p, X, y):
        return {n: v + 1 for n, v in p.items()} if len(X) >= rows else p

    exam = walked(step)
    explain(exam, Steps(exam), exam.points[0], None)
    (found,) = exam.findings
    assert (found.kind, found.severity, found.where) == ("parameter_not_moved", "wrong", "step")
    assert found.seen == (
        f"with the 12 samples the step changes nothing; with these {times} times over, "
        f"{12 * times} rows, it does. Is a batch larger than the data, and only whole batches are "
        "taken?" if times else "the step changes nothing: all parameters are what they were."
    )  # fmt: skip
    assert found.advice == ((
        "With range(0, n - size + 1, size), or n // size, there is no batch where n < size.",
        "Let the last batch be shorter: range(0, n, size).",
    ) if times else None)  # fmt: skip


@pytest.mark.parametrize(("n", "most"), [(500, [1000, 2000, 4000]), (501, [])])
def test_of_more_than_five_hundred_samples_no_more_are_made(n, most):
    asked = []

    def moved(values, index):
        assert sorted(set(index.tolist())) == list(range(n))
        asked.append(len(index))
        return [np.zeros(2)]

    exam = walked(lambda p, X, y: p)
    exam.patient.n = n
    missteps.tell_nothing_moved(exam, SimpleNamespace(moved=moved), [])
    assert asked == most
    assert len(exam.findings) == 1


def test_a_step_that_fails_on_more_samples_changes_nothing_all_the_same():
    def moved(values, index):
        raise Failed("step", "raised ValueError.")

    exam = walked(lambda p, X, y: p)
    missteps.tell_nothing_moved(exam, SimpleNamespace(moved=moved), [])
    still = "the step changes nothing: all parameters are what they were."
    assert [f.seen for f in exam.findings] == [still]
