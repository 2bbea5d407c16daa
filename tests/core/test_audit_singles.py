"""What single samples cost: weights that have no effect, and errors that cost nothing."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib.audit import singles
from nnlib.audit.formulas import BASES, WORDS, Formula
from nnlib.audit.patient import Failed

RNG = np.random.default_rng(8)


def exam(cost, n=20, n_points=4, goals=None, possible=singles.EVEN):
    """An audit of predictions that are the parameters; ``cost`` is that of one sample alone."""
    goals = RNG.normal(size=(n, 1)) if goals is None else goals
    found = []
    points = [[goals + RNG.normal(size=(n, 1))] for _ in range(n_points)]

    def loss(values, index, name):
        (i,) = index
        assert name == "loss"
        return cost(values[0][i], goals[i], i)

    def predictions(values, index, exact):
        assert exact
        return values[0][index]

    def find(kind, severity, where, seen, advice):
        assert (kind, severity, where) == ("loss_formula", "wrong", "loss")
        assert all(text[-1] in ".:" and text[0].isupper() for text in advice)
        found.append(seen)

    def is_possible(base, answers, y):
        assert len(answers) == min(3, n_points)
        np.testing.assert_array_equal(y, goals[singles.asked(made)])
        return base in possible

    made = SimpleNamespace(
        patient=SimpleNamespace(n=n, predictions=predictions), points=points, loss=loss, find=find,
        targets_of=lambda index: goals[index], possible=is_possible, n_outputs=1,
        loses_weights=False, seen=found,
    )  # fmt: skip
    return made


def errors(made, n_points=3):
    """The errors a - y of the samples that are asked for, at some points."""
    index = singles.asked(made)
    y = made.targets_of(index)
    return np.concatenate([(values[0][index] - y)[:, 0] for values in made.points[:n_points]])


def one_sided(base, factor, edge, sign):
    """Errors beyond an edge cost nothing."""

    def cost(a, t, i):
        return 0.0 if sign * (a - t)[0] > edge else factor * BASES[base](a[None], t[None])

    return cost


def test_all_samples_are_asked_for_or_sixty_that_are_spread():
    assert list(singles.asked(exam(None, 60))) == list(range(60))
    many = singles.asked(exam(None, 600))
    assert len(many) == 60
    assert (many[0], many[-1]) == (0, 599)
    assert set(np.diff(many)) <= {10, 11}


@pytest.mark.parametrize("n", [20, 200])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("base", "words"), [
    ("squared", "squared errors"), ("absolute", "absolute errors"),
    ("huber", "Huber losses, whose corner is at 1"), ("log_cosh", "log(cosh(error))"),
])  # fmt: skip
@pytest.mark.parametrize(("factor", "by"), [(1.0, ""), (0.5, "half "), (0.3, "0.3 times ")])
def test_errors_beyond_an_edge_that_cost_nothing_are_told(n, sign, base, words, factor, by):
    made = exam(one_sided(base, factor, 0.4, sign), n)
    assert singles.look_for_costless(made, "loss")
    e = errors(made)
    lost = e[sign * e > 0.4]
    edge = lost.min() if sign > 0 else lost.max()
    assert made.seen == [
        f"sample by sample, loss is {by}the {words}; but errors a - y "
        f"{'above' if sign > 0 else 'below'} {edge:.3g}, {len(lost)} of the {len(e)} that were "
        "tried, cost nothing."
    ]


def sample_of(e_lost, e_kept):
    """An audit at one point with these errors, of which the first cost nothing."""
    e = np.array([*e_lost, *e_kept])[:, None]
    made = exam(lambda a, t, i: 0.0 if i < len(e_lost) else float((a - t)[0] ** 2), len(e), 1,
                np.zeros((len(e), 1)))  # fmt: skip
    made.points[0][0][:] = e
    return made


@pytest.mark.parametrize(("n_lost", "n_kept", "told"), [
    (2, 8, True), (1, 8, False), (2, 7, False), (0, 12, False), (2, 6, False), (3, 8, True),
])  # fmt: skip
@pytest.mark.parametrize("sign", [1, -1])
def test_two_samples_that_cost_nothing_and_eight_others_tell_it(n_lost, n_kept, told, sign):
    made = sample_of(sign * (2 + np.arange(n_lost)), sign * np.linspace(-1, 1.5, n_kept))
    assert singles.look_for_costless(made, "loss") == told
    assert len(made.seen) == told


def test_fewer_than_eight_samples_are_too_few():
    for n, told in ((7, False), (8, True)):
        made = exam(one_sided("squared", 1.0, 0.3, 1), n)
        assert (errors(made) > 0.3).sum() >= 2
        assert singles.look_for_costless(made, "loss") == told


def test_errors_that_cost_nothing_lie_beyond_all_others():
    kept = np.linspace(-1, 1.5, 9)
    assert not singles.look_for_costless(sample_of([2, -2], kept), "loss")
    assert not singles.look_for_costless(sample_of([2, 1.4], kept), "loss")
    assert not singles.look_for_costless(sample_of([2, 1.5], kept), "loss")
    assert not singles.look_for_costless(sample_of([-2, -1], kept), "loss")
    # An error of almost 0 costs nothing anyway.
    assert not singles.look_for_costless(sample_of([2, 1e-7], kept[kept < 0]), "loss")
    assert singles.look_for_costless(sample_of([2, 3e-3, 1e-2], kept[kept < 0].repeat(3)), "loss")


def test_the_other_costs_have_to_be_those_of_a_known_loss():
    made = exam(lambda a, t, i: 0.0 if a[0] > t[0] else float((a - t)[0] ** 4))
    assert not singles.look_for_costless(made, "loss")
    made = exam(one_sided("absolute", 1.0, 0.3, 1), possible=("squared", "huber"))
    assert not singles.look_for_costless(made, "loss")
    for off, told in ((5e-6, True), (2e-5, False)):
        made = sample_of([2, 3], np.linspace(-1, 1.5, 9))
        sound = made.loss
        made.loss = lambda v, index, name, off=off, sound=sound: sound(v, index, name) * (
            1 + off * (index[0] == 5))  # fmt: skip
        assert singles.look_for_costless(made, "loss") == told


def test_what_cannot_be_asked_sample_by_sample_says_nothing():
    def failing(a, t, i):
        raise Failed("loss", "raised ValueError.")

    made = exam(failing)
    assert singles.costs(made, "loss", made.points[0]) is None
    assert not singles.look_for_costless(made, "loss")
    assert not singles.tell_lost_weights(made, "loss", Formula("squared", 1.0))
    two = exam(one_sided("squared", 1.0, 0.3, 1), goals=RNG.normal(size=(20, 2)))
    assert not singles.look_for_costless(two, "loss")
    two.targets_of = lambda index: None
    assert not singles.look_for_costless(two, "loss")
    assert not singles.tell_lost_weights(two, "loss", Formula("squared", 1.0))


# Weights of samples

WEIGHTS = np.tile([1.0, 3.0, 0.25, 7.0, 2.0], 40)


def weighted(base, w=WEIGHTS, factor=1.0):
    return lambda a, t, i: factor * w[i] * BASES[base](a[None], t[None])


@pytest.mark.parametrize("base", ["squared", "absolute", "huber", "log_cosh"])
def test_weights_that_single_samples_have_and_all_together_do_not_are_told(base):
    made, formula = exam(weighted(base)), Formula(base, 1 / 20)
    assert singles.tell_lost_weights(made, "loss", formula)
    assert made.loses_weights
    what = WORDS[base].removesuffix(",")
    assert made.seen == [
        f"alone, samples cost 1, 3, 0.25, 7, … times the {what}; together all have one factor: "
        f"loss is the mean of the {what}. So the weights of the samples have no effect."
    ]


@pytest.mark.parametrize(("cost", "n", "formula"), [
    (weighted("squared", np.ones(99)), 20, Formula("squared", 0.05)),  # all alike
    (weighted("squared", 1 + 0.0099 * (WEIGHTS > 2)), 20, Formula("squared", 0.05)),
    (weighted("squared", -WEIGHTS), 20, Formula("squared", 0.05)),
    (weighted("squared", WEIGHTS * (WEIGHTS > 1)), 20, Formula("squared", 0.05)),
    (weighted("squared"), 5, Formula("squared", 0.2)),
    (weighted("squared"), 20, Formula("cross", 0.05)),
    (weighted("squared"), 20, Formula("squared", 0.05, decay=0.1)),
    (lambda a, t, i: WEIGHTS[i] * float((a - t)[0] ** 4), 20, Formula("squared", 0.05)),
    (lambda a, t, i: WEIGHTS[i] * float((a - t)[0] ** 2) * (1 + 3e-4 * a[0]), 20,
     Formula("squared", 0.05)),
])  # fmt: skip
def test_what_are_no_weights_of_samples_is_not_called_so(cost, n, formula):
    made = exam(cost, n)
    assert not singles.tell_lost_weights(made, "loss", formula)
    assert not made.loses_weights
    assert made.seen == []


def test_weights_that_differ_by_more_than_a_hundredth_are_told():
    for share, told in ((0.011, True), (0.0095, False)):
        made = exam(weighted("squared", 1 + share * (WEIGHTS > 2)), 6)
        assert singles.tell_lost_weights(made, "loss", Formula("squared", 1 / 6)) == told


def test_samples_that_are_right_already_show_no_weight():
    made = exam(weighted("squared"))
    for values in made.points:
        values[0][3] = made.targets_of(3)
    assert not singles.tell_lost_weights(made, "loss", Formula("squared", 0.05))
