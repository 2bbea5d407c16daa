"""The checks of a step: its shapes, the rows that it looks at, and in which order it is judged."""

import numpy as np
import pytest
from exams import checked, exam_of, handed, said, words
from xor_program import gradients, loss, predict, start

from nnlib.audit import steps as checks
from nnlib.audit.exam import Exam
from nnlib.audit.patient import Failed
from nnlib.audit.steps import (
    along_signs,
    look_at_shapes,
    look_at_step,
    look_for_rows_unused_by_step,
    stays_whole,
    tell_no_number,
)
from nnlib.audit.update import Steps

X = np.random.default_rng(3).normal(size=(12, 2))
y = 1.0 * (X[:, :1] * X[:, 1:] > 0)


def descend(p, X, y, rate=0.1):
    return {name: p[name] - rate * g for name, g in gradients(p, X, y).items()}


def program(step=descend, data=(X, y), p=None, **given):
    functions = {"predict": predict, "loss": loss, "step": step, "rate": 0.1, **given}
    return exam_of(*data, start() if p is None else p, **functions)


def stepped(step=descend, **given):
    """An audit that has taken its four steps."""
    exam = program(step, **given)
    look_at_shapes(exam)
    return exam


def by_call(*changes):
    """A step that does another thing at each call, and goes down the slopes behind them."""

    def new_step():
        calls = iter(changes)
        return lambda p, X, y: next(calls, descend)(p, X, y)

    return new_step


def raises(error):
    def step(p, X, y):
        raise error

    return step


# Shapes and types


def test_four_steps_of_one_object_are_taken():
    sizes = [lambda p, X, y, k=k: {n: v + k for n, v in p.items()} for k in (1, 2, 3, 4)]
    exam = stepped(None, new_step=by_call(*sizes), step_is="update")
    exam = program(sizes[0], new_step=by_call(*sizes))
    look_at_shapes(exam)
    moves = [points[0][0, 0] - exam.patient.start[0][0, 0] for points in exam.chain]
    assert moves == pytest.approx([0, 1, 3, 6, 10])
    assert exam.findings == []
    exam = program(None)
    look_at_shapes(exam)
    assert exam.chain == []


@pytest.mark.parametrize("new", [False, True])
def test_a_step_that_fails_at_once_is_not_asked_again(new):
    given = {"new_step": lambda: raises(ValueError("no"))} if new else {}
    exam = stepped(raises(ValueError("no")), **given)
    assert said(exam) == [("raises", "wrong", "step")]
    assert words(exam).startswith("step raised ValueError: no")
    assert words(exam).endswith(". It was asked for one update for X (12, 2).")
    assert not exam.patient.has("step")
    assert not exam.patient.has("new_step")


def test_a_step_that_fails_later_is_told_and_kept():
    new_step = by_call(descend, raises(ValueError("no")))
    exam = stepped(new_step(), new_step=new_step)
    assert said(exam) == [("raises", "wrong", "step")]
    assert exam.patient.has("step")
    assert len(exam.chain) == 2


@pytest.mark.parametrize("new", [False, True])
@pytest.mark.parametrize("later", [descend, raises(ValueError("no"))])
def test_a_parameter_of_another_shape_is_named_once(later, new):
    def grow(p, X, y):
        return {**p, "b1": p["b1"] + np.ones((3, 1)), "W2": np.ones((5, 1))}

    new_step = by_call(grow, later)
    exam = stepped(new_step(), **({"new_step": new_step} if new else {}))
    assert said(exam) == [("parameter_shape", "wrong", "b1")]
    assert words(exam) == "b1 has shape (1, 4) before the step and (3, 4) after it."
    assert not exam.patient.has("step")
    assert not exam.patient.has("new_step")


WHOLE = {"W": np.array([[1], [-2]]), "b": np.array([3])}


@pytest.mark.parametrize(("floats", "names", "hold"), [("b", "W", "holds"), ("", "W, b", "hold")])
def test_whole_numbers_are_named(floats, names, hold):
    p = {name: v.astype(float if name == floats else int) for name, v in WHOLE.items()}

    def in_place(p, X, y):
        p["W"] -= 0.5
        return p

    def cut(p, X, y):
        return {name: (v - 0.4).astype(v.dtype) for name, v in p.items()}

    functions = {"predict": lambda p, X: X @ p["W"] + p["b"], "loss": None}
    exam = stepped(in_place, p=p, **functions)
    assert said(exam) == [("integer_parameters", "wrong", names)]
    assert words(exam).startswith(f"{names} {hold} whole numbers, and step raised ")
    exam = stepped(cut, p=p, **functions)
    assert said(exam) == [("integer_parameters", "wrong", names)]
    assert words(exam) == (
        f"{names} {hold} whole numbers, before a step and after it: what a step adds is cut off."
    )
    exam = stepped(raises(ValueError("no")), p=p, **functions)
    assert said(exam) == [("raises", "wrong", "step")]


def test_what_a_step_changes_of_its_data_is_looked_at_after_the_first_one():
    def changing(p, X, y):
        X[0] = 9
        return descend(p, X, y)

    exam = stepped(changing)
    assert [f.kind for f in exam.findings] == ["changes_its_arguments"]
    new_step = by_call(descend, changing)
    assert stepped(new_step(), new_step=new_step).findings == []
    for kind, more in (("changes_its_arguments", 0), ("pairs_broken", 0), ("dead", 1)):
        exam = program(changing)
        exam.find(kind, "wrong", "elsewhere", "seen")
        look_at_shapes(exam)
        assert len(exam.findings) == 1 + more


# Numbers that are none


def broken(p, X, y):
    return {name: v + np.inf for name, v in p.items()}


@pytest.mark.parametrize(("largest", "big"), [(15.0, False), (15.1, True)])
@pytest.mark.parametrize(("after", "steps"), [(2, "2 steps"), (4, "4 steps")])
def test_steps_that_leave_the_numbers_end_the_chain(after, steps, largest, big):
    new_step = by_call(*[descend] * (after - 1), *[broken] * 4)
    data = X.copy()
    data[0, 0] = largest
    exam = stepped(new_step(), data=(data, y), new_step=new_step)
    assert exam.findings == []
    assert exam.diverged == (
        "data_scale" if big else "divergence", "X" if big else "step",
        f"after {steps} the parameters are no finite numbers." + " X reaches 15.1." * big,
    )  # fmt: skip
    assert len(exam.chain) == after


def test_a_first_step_that_leaves_the_numbers_is_told_at_once():
    exam = stepped(lambda p, X, y: {**p, "W1": p["W1"] + np.inf})
    assert said(exam) == [("divergence", "wrong", "step")]
    assert words(exam) == "after 1 step the parameters are no finite numbers."
    assert not exam.patient.has("step")
    exam = stepped(broken, new_step=lambda: broken)
    assert said(exam) == [("optimizer_formula", "wrong", "step")]
    assert words(exam) == (
        "after one step 17 of 17 numbers are no finite numbers, and the gradient is one of finite "
        "numbers: as where the update divides by 0, such as by 1 - beta**t with t = 0."
    )
    assert not exam.patient.has("step")
    assert not exam.patient.has("new_step")


def lost_where(choose, slopes):
    """What is said of a first step that loses the numbers at some slopes, which are given."""
    p = start()
    shapes = [v.shape for v in p.values()]
    cut = np.split(np.asarray(slopes, dtype=float), [8, 12, 16])
    g = {n: x.reshape(s) for n, x, s in zip(p, cut, shapes, strict=True)}
    exam = program(gradients=lambda p, X, y: g)
    exam.chain = [exam.patient.start, [
        np.where(choose(x), np.nan, v) for x, v in zip(g.values(), exam.patient.start, strict=True)
    ]]  # fmt: skip
    told = tell_no_number(exam)
    assert told == bool(exam.findings)
    return words(exam).split(" numbers, ", 1)[1] if told else ""


def test_numbers_are_lost_at_negative_slopes_at_none_or_everywhere():
    slopes = np.linspace(-2, 3, 17)
    some = np.where(np.arange(17) % 5, slopes, 0)
    assert lost_where(lambda x: x < 0, slopes) == (
        "wherever the gradient is negative, as where a root is taken of it, or of a running mean "
        "of it that should be one of its squares."
    )
    assert lost_where(lambda x: x == 0, some) == (
        "wherever the gradient is 0, as where something is divided by it."
    )
    everywhere = "and the gradient is one of finite numbers: as where the update divides by 0, "
    assert lost_where(lambda x: x < 9, slopes).startswith(everywhere)
    assert lost_where(lambda x: x < 9, 0 * slopes).startswith(everywhere)
    assert lost_where(lambda x: x < 9, -1 - np.abs(slopes)).startswith(everywhere)
    assert lost_where(lambda x: x < 9e9, 0.99e6 / 3 * slopes).startswith(everywhere)
    assert lost_where(lambda x: x < 9e9, 1.01e6 / 3 * slopes) == ""
    assert lost_where(lambda x: x > 0, slopes) == ""
    assert lost_where(lambda x: x < 9, np.where(slopes > 2, np.inf, slopes)) == ""


def test_without_a_gradient_nothing_is_said_of_lost_numbers():
    for given in ({"loss": None}, {"loss": raises(ValueError("no"))}):
        exam = program(**given)
        exam.chain = [exam.patient.start, [v + np.inf for v in exam.patient.start]]
        assert not tell_no_number(exam)
        assert exam.findings == []


def test_whole_numbers_that_move_are_none_to_be_named():
    def step_of(kinds):
        return lambda p, X, y: {n: v.astype(k) for (n, v), k in zip(p.items(), kinds, strict=True)}

    for kinds, stays in (((int, int), True), ((int, float), False), ((float, float), False)):
        exam = program(step_of(kinds), p=WHOLE, predict=None, loss=None)
        assert stays_whole(exam) == stays
    exam = program(raises(ValueError("no")), p=WHOLE, predict=None, loss=None)
    assert not stays_whole(exam)
    exam = program(lambda p, X, y: p["W"], p=WHOLE, predict=None, loss=None)
    assert stays_whole(exam)  # what was given is looked at where less comes back
    floats = {name: v * 1.0 for name, v in WHOLE.items()}
    assert not stays_whole(program(step_of((int, int)), p=floats, predict=None, loss=None))


# Rows


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        (slice(0, 11), "sample 11: 1 of 12"), (slice(0, 8), "samples 8 to 11: 4 of 12"),
        (slice(None), None),
    ],
)  # fmt: skip
def test_rows_that_no_update_looks_at_are_counted(rows, seen):
    exam = stepped(lambda p, X, y: descend(p, X[rows], y[rows]))
    assert checked(look_for_rows_unused_by_step, exam) == [
        ("samples_unused", "wrong", "step")
    ] * bool(seen)
    if seen:
        assert words(exam) == (
            f"a step goes to the same place whatever stands in {seen} samples are never looked at."
        )


def test_targets_that_no_update_looks_at_are_named():
    exam = stepped(lambda p, X, y: descend(p, X, y[[0, 1, 2, 3] * 3]))
    assert checked(look_for_rows_unused_by_step, exam) == [("samples_unused", "wrong", "step")]
    assert "whatever the targets of samples 4 to 11 are" in words(exam)
    exam = stepped(lambda p, X, y: descend(p, X, y[[11] * 12]))
    assert checked(look_for_rows_unused_by_step, exam) == [("samples_unused", "wrong", "step")]
    assert "whatever the targets are, but for y[11]" in words(exam)


def drawing(size):
    def step(p, X, y):
        rows = np.random.permutation(len(X))[:size]  # noqa: NPY002
        return descend(p, X[rows], y[rows])

    return step


@pytest.mark.parametrize(
    ("size", "step_is", "found"),
    [(5, "epoch", "wrong"), (6, "epoch", "note"), (6, "update", None), (6, None, None)],
)
def test_rows_that_are_drawn_are_left_out_of_an_epoch(size, step_is, found):
    exam = stepped(drawing(size), step_is=step_is)
    place = [("samples_unused", found, "step")] if found else []
    assert checked(look_for_rows_unused_by_step, exam) == place
    if found:
        assert words(exam) == (
            f"an epoch looks at {size} of 12 samples, later ones also at others; the rest is left "
            "out."
        )
    line = 'the rows of each batch: pass step_is="batch" if a step draws some rows'
    assert exam.missing == [line] * (step_is is None)


def test_rows_that_a_fresh_step_draws_alone():
    def step(p, X, y):
        """By the seed alone, so that later steps of an epoch look at the same rows."""
        rows = np.random.RandomState(np.random.get_state()[1][0]).permutation(12)[:5]  # noqa: NPY002
        return descend(p, X[rows], y[rows])

    exam = stepped(step, step_is="epoch")
    assert checked(look_for_rows_unused_by_step, exam) == [("samples_unused", "wrong", "step")]
    assert words(exam) == (
        "an epoch looks at 5 of 12 samples, at others each time; the rest is left out."
    )


def test_of_more_than_200_samples_their_number_is_a_bound():
    rng = np.random.default_rng(1)
    for n, most in ((200, ""), (201, "at most ")):
        data = rng.normal(size=(n, 2)), 1.0 * (rng.normal(size=(n, 1)) > 0)
        exam = stepped(drawing(3), data=data, step_is="epoch")
        checked(look_for_rows_unused_by_step, exam)
        assert words(exam).startswith(f"an epoch looks at {most}")


def test_rows_are_not_asked_for_where_that_tells_nothing():
    def part(p, X, y):
        return descend(p, X[:6], y[:6])

    batch = stepped(part, step_is="batch")
    short = stepped(part)
    short.chain = short.chain[:1]
    wrong = stepped(part)
    wrong.find("dead", "wrong", "layer 1", "seen")
    stepless = stepped(part)
    del stepless.patient.functions["step"]
    for exam in (batch, short, wrong, stepless):
        assert checked(look_for_rows_unused_by_step, exam) == []
        assert exam.missing == []
    signs = stepped(lambda p, X, y: {n: v - 0.125 * np.sign(gradients(p, X[:6], y[:6])[n])
                                     for n, v in p.items()})  # fmt: skip
    assert checked(look_for_rows_unused_by_step, signs) == []
    assert signs.missing == [
        "the rows that a step looks at: it goes along signs, which few samples change"
    ]


@pytest.mark.parametrize(
    ("sizes", "signs"),
    [
        ([1.0] * 4, True), ([1.0] * 3, False), ([1.0] * 3 + [0.0], False), ([1.0, -1] * 2, True),
        ([1.0, 1, 1, 1 + 2.2e-16], True), ([1.0, 1, 1, 1 + 4.4e-16], False),
    ],
)  # fmt: skip
def test_steps_along_signs_have_exactly_one_length(sizes, signs):
    still = [np.zeros(len(sizes))]
    assert along_signs([still, [-np.array(sizes).reshape(-1, 1)]]) == signs
    large = [np.full(len(sizes), 4.0)]
    assert along_signs([large, [4.0 - np.array(sizes)]]) == (signs or sizes[-1] > 1)


@pytest.mark.parametrize(("off", "signs"), [(7e-7, True), (9e-7, False)])
def test_in_float32_steps_have_one_length_but_for_its_rounding(off, signs):
    start, move = [np.full(4, 4.0)], np.array([1.0, 1.0, 1.0, 1 + off])
    assert along_signs([start, [start[0] - move]], short=True) == signs
    assert not along_signs([start, [start[0] - move]])


# The order in which a step is judged


@pytest.fixture
def judged(monkeypatch):
    """Let each part of the check answer as it is told; return which were asked."""
    asked, originals = [], dict(vars(checks))

    def leave(**answers):
        asked.clear()
        answers = {"remembers_nothing": True, "rounding": 0.0, **answers}
        for name in (
            "draws_at_random", "look_at_masks", "compare_single", "rounding", "remembers_nothing",
            "compare_chain", "keeps_something", "tell_shared_memory", "in_other_order",
            "on_all_samples", "explain", "few_samples",
        ):  # fmt: skip

            def answer(*given, name=name):
                handed(originals[name], given, exam=Exam, steps=Steps, values=list)
                asked.append(name)
                found = answers.get(name, False)
                if isinstance(found, Exception):
                    raise found
                return found

            monkeypatch.setattr(checks, name, answer)
        return asked

    return leave


BEGIN = ["draws_at_random", "rounding", "remembers_nothing", "compare_single"]


@pytest.mark.parametrize(
    ("step_is", "answers", "more"),
    [
        ("update", {}, ["keeps_something", "in_other_order", "on_all_samples", "explain"]),
        ("update", {"on_all_samples": True}, ["keeps_something", "in_other_order",
                                              "on_all_samples"]),
        ("update", {"in_other_order": True}, ["keeps_something", "in_other_order"]),
        ("update", {"keeps_something": True, "tell_shared_memory": True},
         ["keeps_something", "tell_shared_memory"]),
        ("epoch", {"keeps_something": True},
         ["keeps_something", "tell_shared_memory", "few_samples"]),
        (None, {}, ["keeps_something", "few_samples"]),
        (None, {"compare_single": True}, []),
    ],
)  # fmt: skip
def test_a_step_is_compared_whole_then_by_what_it_is(step_is, answers, more, judged):
    asked = judged(**answers)
    exam = stepped(step_is=step_is)
    look_at_step(exam)
    assert asked == BEGIN + more
    asked.clear()
    exam.find("optimizer_formula", "wrong", "step", "seen")
    look_at_step(exam)
    assert asked == BEGIN


def test_a_step_that_draws_is_compared_with_the_training_loss_or_its_masks_are(judged):
    line = (
        "the step beside the gradient: a step on one sample differs from call to call, as with "
        "dropout"
    )
    own = {"training_loss": loss}
    for given, single, names in [
        (own, True, ["compare_single"]), (own, False, ["compare_single", "look_at_masks"]),
        ({}, True, ["look_at_masks"]), ({**own, "predict": None}, True, ["look_at_masks"]),
    ]:  # fmt: skip
        asked = judged(draws_at_random=True, compare_single=single)
        exam = stepped(**given)
        look_at_step(exam)
        assert asked == ["draws_at_random", *names]
        assert exam.missing[-1] == line


@pytest.mark.parametrize("then", ["nothing", "compared", "missed", "found", "wrong before"])
def test_a_step_of_which_nothing_is_said_is_said_to_be_so(then, monkeypatch):
    def compare(exam):
        if then == "compared":
            exam.look("4 steps in a row are those of Adam")
        if then == "missed":
            exam.miss("the step")
        if then == "found":
            exam.find("step_not_gradient", "note", "step", "It makes several updates.")

    monkeypatch.setattr(checks, "compare_step", compare)
    exam = stepped()
    if then == "wrong before":
        exam.find("gradient_sign", "wrong", "gradients", "It goes uphill.")
    look_at_step(exam)
    line = (
        "the step beside the gradient: it is no step of an optimiser that is known here, and "
        "none that is known to be wrong"
    )
    assert (line in exam.missing) == (then == "nothing")


@pytest.mark.parametrize(("share", "short"), [(0.3, False), (0.31, True)])
def test_a_step_that_rounding_makes_is_not_judged(share, short, judged):
    asked = judged(rounding=share)
    exam = stepped()
    look_at_step(exam)
    assert ("compare_single" not in asked) == short
    line = "the step beside the gradient: it is so short that rounding makes most of it"
    assert (line in exam.missing) == short
    asked = judged(rounding=share)
    look_at_step(stepped(lambda p, X, y: p))  # no step at all is judged
    assert "compare_single" in asked


def test_a_step_that_keeps_state_of_its_own_is_followed_from_the_start_alone(judged):
    asked = judged(remembers_nothing=False)
    exam = stepped()
    look_at_step(exam)
    assert asked == ["draws_at_random", "rounding", "remembers_nothing", "compare_chain"]
    assert exam.missing == [
        "the step from another point: it keeps state of its own, or draws at random. Pass "
        "new_step, which makes a fresh step"
    ]


def test_a_step_that_fails_is_said_to_be_so(judged):
    judged(compare_single=Failed("step", "raised ValueError: no."))
    exam = stepped()
    look_at_step(exam)
    assert exam.missing == ["the step: step raised ValueError: no."]


@pytest.mark.parametrize(
    ("kind", "judges"),
    [("integer_parameters", False), ("loss_random", False), ("data_type", False),
     ("target_shape", False), ("changes_its_arguments", False), ("dead", True)],
)  # fmt: skip
def test_after_some_findings_a_step_is_not_judged(kind, judges, judged):
    asked = judged()
    exam = stepped()
    exam.find(kind, "wrong", "X", "seen")
    look_at_step(exam)
    assert bool(asked) == judges


def test_a_step_that_cannot_be_compared_is_not_judged(judged):
    asked = judged()
    stepless, short, random, left_out = (stepped() for _ in range(4))
    del stepless.patient.functions["step"]
    short.chain = short.chain[:1]
    random.patient.random_loss = True
    left_out.find("samples_unused", "note", "step", "seen")
    elsewhere = stepped()
    elsewhere.find("samples_unused", "note", "loss", "seen")
    for exam, line in [
        (stepless, []), (short, []),
        (random, ["the step beside the gradient, where the loss is random"]),
        (left_out, ["the step beside the gradient, where it leaves samples out"]),
    ]:  # fmt: skip
        look_at_step(exam)
        assert asked == []
        assert exam.missing == line
    look_at_step(elsewhere)
    assert asked
