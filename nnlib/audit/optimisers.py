"""The steps that optimisers would take along some gradients: the published ones, and known slips.

All are computed from the same gradients, at the points where the program has been. The gradients
are flat arrays; ``order`` says of each entry to which parameter it belongs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnlib.audit.slopes import one_factor

Rule = tuple[bool, str, list[np.ndarray]]
BETAS = [(0.9, 0.999), (0.9, 0.99), (0.9, 0.9), (0.5, 0.999), (0.8, 0.999), (0.95, 0.999),
         (0.9, 0.9999), (0.8, 0.9), (0.9, 0.95)]  # fmt: skip
EPSILONS = (1e-8, 1e-7, 1e-6, 1e-5, 1e-10, 1e-4, 1e-3)


def rules(
    gs: list[np.ndarray],
    rate: float | None,
    order: np.ndarray,
    us: list[np.ndarray],
    values: list[np.ndarray],
) -> Iterator[Rule]:
    """Yield optimisers, sound ones first: whether sound, its name, the steps it would take."""
    lr = rate if rate is not None else one_factor(us[0], gs[0])
    if rate is None and not us[0].any() and len(us) > 1:  # the first step is none
        lr = one_factor(us[1], gs[0])
    yield from momentum_rules(gs, lr, rate is None)
    lr = rate if rate is not None else float(np.median(np.abs(us[0])))
    yield from sound_adaptive(gs, lr, values, us, rate is None)
    yield True, "RProp", rprop(gs, lr)
    yield from faulty_adaptive(gs, lr, order)
    for name, others in (
        ("the gradient of the first step, at every step", [gs[0]] * len(gs)),
        ("gradients that add up from step to step", list(np.cumsum(gs, axis=0))),
    ):
        for own, made in adaptive_and_sound(others, rate, us, values):
            yield False, f"{own} with {name}", made
    if rate is not None:
        yield from counted_otherwise(gs, rate, order, us)


def nothing(gs: list[np.ndarray]) -> np.ndarray:
    """Return a step, or a memory, of zeros."""
    return np.zeros_like(gs[0])


def common_rules(
    gs: list[np.ndarray],
    us: list[np.ndarray],
    rate: float | None,
) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield the sound optimisers that are met most, for gradients with a twist."""
    lr = rate if rate is not None else one_factor(us[0], gs[0])
    for sound, name, made in momentum_rules(gs, lr, rate is None):
        if sound:
            yield name, made
    lr = rate if rate is not None else float(np.median(np.abs(us[0])))
    for b1, b2 in ((0.9, 0.999), (0.9, 0.99)):
        made = run(gs, b1, b2, sound_updates(b1, b2, 1e-8)["Adam"])
        yield f"Adam ({b1}, {b2})", [lr * x for x in made]
    for rho in (0.9, 0.99):
        made = run(gs, 0.0, rho, lambda m, v, g, t: g / (np.sqrt(v) + 1e-8))
        yield f"RMSProp ({rho})", [lr * x for x in made]
    squares = np.cumsum([g * g for g in gs], axis=0)
    yield "AdaGrad", [lr * g / (np.sqrt(v) + 1e-8) for g, v in zip(gs, squares, strict=True)]


def shared_rules(
    gs: list[np.ndarray],
    rate: float | None,
    order: np.ndarray,
    us: list[np.ndarray],
    keys: list[Any] | None = None,
) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield optimisers with one memory for all parameters of a key, one after the other.

    ``keys``: the shape of each parameter; if not given, its size. The parameters may be visited
    from the first to the last or from the last to the first, and of a layer the weights first.
    """
    n = int(order.max()) + 1
    parts = [np.flatnonzero(order == k) for k in range(n)]
    keys = keys or [len(part) for part in parts]
    by_layers = [k for i in range(0, n, 2) for k in (n - 2 - i, n - 1 - i) if k >= 0]
    for visits in (list(range(n)), list(range(n))[::-1], by_layers):
        ways = [(keys[k], parts[k]) for k in visits]
        first = parts[visits[0]]  # nobody has written into its memory before
        lr = rate if rate is not None else one_factor(us[0][first], gs[0][first])
        for mu in (0.9, 0.5, 0.8, 0.95, 0.99) if lr is not None else ():
            for new, words in ((1.0, ""), (1 - mu, ", as a running mean")):
                means = shared_means(gs, ways, mu, new)
                yield f"momentum {mu}{words}", [(lr or 0.0) * m for m in means]
        lr = rate if rate is not None else float(np.median(np.abs(us[0][first])))
        squares = [g * g for g in gs]
        for b1, b2 in ((0.9, 0.999), (0.9, 0.99)):
            pairs = zip(
                shared_means(gs, ways, b1, 1 - b1), shared_means(squares, ways, b2, 1 - b2),
                strict=True,
            )  # fmt: skip
            yield (
                f"Adam ({b1}, {b2})",
                [
                    lr * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + 1e-8)
                    for t, (m, v) in enumerate(pairs, start=1)
                ],
            )
        for name, keep, new in (
            ("AdaGrad", 1.0, 1.0), ("RMSProp (0.9)", 0.9, 0.1), ("RMSProp (0.99)", 0.99, 0.01),
        ):  # fmt: skip
            means = shared_means(squares, ways, keep, new)
            for inside, outside in ((0.0, 1e-8), (1e-8, 0.0)):  # where its epsilon stands
                yield (
                    name,
                    [
                        lr * g / (np.sqrt(v + inside) + outside)
                        for g, v in zip(gs, means, strict=True)
                    ],
                )


def shared_means(
    gs: list[np.ndarray], parts: list[tuple[Any, np.ndarray]], keep: float, new: float
) -> list[np.ndarray]:
    """Return keep * mean + new * g for each step, with one mean for all parts of a key."""
    kept: dict[Any, np.ndarray] = {}
    means = [np.zeros_like(g) for g in gs]
    for g, mean in zip(gs, means, strict=True):
        for key, part in parts:
            kept[key] = keep * kept.get(key, np.zeros(len(part))) + new * g[part]
            mean[part] = kept[key]
    return means


def divided_by_itself(u: np.ndarray, g: np.ndarray, lr: float) -> bool:
    """Say whether a step is lr g / (|g| + epsilon), with an epsilon that shows; not lr sign(g)."""
    seen = (np.abs(g) > 0) & (np.abs(u) > 0)
    if not lr > 0 or seen.sum() < 4:
        return False
    u, g = np.abs(u[seen]), np.abs(g[seen])
    epsilon = lr * g / u - g
    middle = float(np.median(epsilon))
    return bool(middle > 1e-12 and np.percentile(np.abs(epsilon / middle - 1), 90) < 0.05)


def adaptive_and_sound(
    gs: list[np.ndarray], rate: float | None, us: list[np.ndarray], values: list[np.ndarray]
) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield Adam and its relatives, all sound, but for steps of one length."""
    lr = rate if rate is not None else float(np.median(np.abs(us[0])))
    for _, name, made in sound_adaptive(gs, lr, values, us, rate is None):
        if "sign of" not in name:
            yield name, made


def uphill(
    gs: list[np.ndarray], rate: float | None, us: list[np.ndarray], values: list[np.ndarray]
) -> Iterator[Rule]:
    """Yield the steps of sound optimisers along the gradients, in the wrong direction."""
    against = [-g for g in gs]
    order = np.zeros(len(gs[0]), dtype=int)
    for sound, name, made in rules(against, rate, order, us, values):
        if sound and "sign of" not in name:
            yield False, name, made


def counted_otherwise(
    gs: list[np.ndarray], rate: float, order: np.ndarray, us: list[np.ndarray]
) -> Iterator[Rule]:
    """Yield Adam whose counter reads other numbers than 1, 2, 3, …; they are read off its steps."""
    n_parameters = int(order.max()) + 1 if len(order) else 1
    for b1, b2 in [(0.9, 0.999), (0.9, 0.99), (0.9, 0.9), (0.5, 0.999), (0.95, 0.999)]:
        steps = np.arange(1, 40 * n_parameters + 40)
        corrections = np.sqrt(1 - b2**steps) / (1 - b1**steps)
        bare = run(gs, b1, b2, lambda m, v, g, t: m / (np.sqrt(v) + 1e-12))
        made, read = [np.zeros_like(u) for u in us], []
        for k, (u, b) in enumerate(zip(us, bare, strict=True)):
            for p in range(n_parameters):
                at = (order == p) & (np.abs(b) > 1e-3)
                if not at.any():
                    return
                ratio = float(np.median(u[at] / (rate * b[at])))
                off = np.abs(corrections / max(ratio, 1e-12) - 1)
                t = int(steps[off.argmin()]) if off[k] > 1e-3 else k + 1
                read.append(t)
                made[k][order == p] = rate * corrections[t - 1] * b[order == p]
        counts = np.reshape(read, (len(us), n_parameters))
        if (np.diff(counts, axis=0) < 0).any():
            continue  # no counter goes back
        if read != [k + 1 for k in range(len(us)) for _ in range(n_parameters)]:
            yield False, (
                f"Adam ({b1}, {b2}) whose counter reads {', '.join(map(str, read[:6]))}, … "
                f"at the {n_parameters} parameters, one step after the other"
            ), made  # fmt: skip


def momentum_rules(gs: list[np.ndarray], lr: float | None, free: bool) -> Iterator[Rule]:
    """Yield gradient descent and momentum in their forms, and known slips."""
    if lr is None:
        return
    yield True, f"gradient descent with the rate {lr:.4g}", [lr * g for g in gs]
    for mu in (0.9, 0.5, 0.8, 0.95, 0.99, 0.7, 0.6, 0.3):
        heavy, running, nesterov, old = [], [], [], []
        v = w = nothing(gs)
        for g in gs:
            before, v = v, mu * v + lr * g
            heavy.append(v)
            nesterov.append((1 + mu) * v - mu * before)
            w = mu * w + (1 - mu) * g
            running.append(lr * w)
            old.append(before)
        yield True, f"momentum {mu}", heavy
        yield True, f"momentum {mu}, as a running mean", running
        yield True, f"Nesterov's momentum {mu}", nesterov
        if free:
            yield True, f"momentum {mu}, as a running mean", [x / (1 - mu) for x in running]
        corrected = [x / (1 - mu ** (k + 1)) for k, x in enumerate(running)]
        yield True, f"momentum {mu}, as a corrected running mean", corrected
        yield False, f"momentum {mu} whose velocity is added twice", [2 * x for x in heavy]
        yield False, f"momentum {mu} applied twice in each step", [(1 + mu) * x for x in heavy]
        yield False, f"momentum {mu} with the rate applied twice", [lr * x for x in heavy]
        twice = [lr * x for x in running]
        yield False, f"momentum {mu}, as a running mean, with the rate applied twice", twice
        yield False, f"momentum {mu} with the velocity of the step before", old
        late = [nothing(gs), *running[:-1]]
        yield False, f"momentum {mu}, as a running mean, with that of the step before", late
        added = [mu * lr * x for x in np.cumsum(gs, axis=0)]
        yield False, f"momentum whose {mu} stands at the gradient, not at the velocity", added
        v, long = gs[0], [gs[0]]
        for g in gs[1:]:
            v = mu * v + lr * g
            long.append(v)
        yield False, f"momentum {mu} whose first velocity is the gradient without the rate", long
        against, shrunk = [], []
        v = w = nothing(gs)
        for g in gs:
            v = lr * g - mu * v
            against.append(v)
            w = mu * (w + lr * g)
            shrunk.append(w)
        yield False, f"momentum {mu} with the wrong sign: it works against the last step", against
        yield False, f"momentum {mu} that shrinks the new gradient too", shrunk
        turned, v = [], nothing(gs)
        for g in gs:
            v = mu * v + lr * g
            turned.append(lr * g - mu * v)
        yield False, f"momentum {mu} whose velocity is added where it is subtracted", turned
        yield from velocity_slips(gs, lr, mu, free)
        grown, v = [], nothing(gs)
        for g in gs:
            v = v + lr * g
            grown.append(v)
        yield False, (
            "momentum of 1, which forgets nothing, as where gradients add up from step to step "
            "and are not set to 0"
        ), grown  # fmt: skip
    for k in range(1, len(gs)):
        lags = [gs[0] * lr] * k + [lr * g for g in gs[:-k]]
        first = k == len(gs) - 1  # none but that of the first step is among them
        words = "of the first step, at every step" if first else f"of {k} step(s) before"
        yield False, f"gradient descent with the gradient {words}", lags


def velocity_slips(gs: list[np.ndarray], lr: float, mu: float, free: bool) -> Iterator[Rule]:
    """Yield momentum whose velocity is made, or is used, in a wrong way.

    ``free``: the rate was not given, and ``lr`` is what the first step takes of its gradient.
    """
    v = [nothing(gs)]
    for g in gs:
        v.append(mu * v[-1] + lr * g)
    before = [nothing(gs), *gs[:-1]]
    yield False, (
        f"momentum {mu} that remembers one gradient alone, that of the step before, and not what "
        "that step had gathered"
    ), [lr * (g + mu * b) for g, b in zip(gs, before, strict=True)]  # fmt: skip
    whole = 1 + mu + mu * mu
    yield False, (
        f"Nesterov's momentum {mu} with the new velocity in mu**2 v - (1 + mu) rate g, where that "
        "of the step before belongs"
    ), [(mu * mu * n + (1 + mu) * lr * g) / (whole if free else 1)
        for n, g in zip(v[1:], gs, strict=True)]  # fmt: skip
    yield False, (
        f"momentum {mu} beside which rate * gradient is subtracted once more: it is in the "
        "velocity already"
    ), [(n + lr * g) / (2 if free else 1) for n, g in zip(v[1:], gs, strict=True)]  # fmt: skip
    if free or not mu * lr < 0.1:
        return  # a larger share may be meant
    shrunk, w = [], nothing(gs)
    for g in gs:
        w = lr * (g + mu * w)
        shrunk.append(w)
    yield False, (
        f"momentum whose velocity is multiplied by the rate, too: {mu} * {lr:.4g} = "
        f"{mu * lr:.4g} of the last step is kept, and not {mu}"
    ), shrunk  # fmt: skip


def sound_adaptive(
    gs: list[np.ndarray],
    lr: float,
    values: list[np.ndarray],
    us: list[np.ndarray],
    free: bool,
) -> Iterator[Rule]:
    """Yield Adam and its relatives, as they are published.

    ``free``: the rate was not given, and is the usual length of the first step.
    """
    for b1, b2 in BETAS:
        both = means(gs, b1, b2)
        for epsilon in EPSILONS:
            for name, update in sound_updates(b1, b2, epsilon).items():
                yield True, f"{name} ({b1}, {b2})", list(lr * update(*both))
    yield from other_adaptive(gs, lr, EPSILONS, free)
    for decay in (0.01, 0.1, 0.001, 1e-4):
        made = run(gs, 0.9, 0.999, sound_updates(0.9, 0.999, 1e-8)["Adam"])
        yield True, "AdamW", [lr * (x + decay * p) for x, p in zip(made, values, strict=True)]
    if not divided_by_itself(us[-1], gs[-1], lr):
        yield True, "steps along the sign of the gradient", [lr * np.sign(g) for g in gs]
    yield from later_adaptive(gs, lr, us)


def faulty_adaptive(gs: list[np.ndarray], lr: float, order: np.ndarray) -> Iterator[Rule]:
    """Yield Adam and its relatives with a slip each."""
    for rho in (0.9, 0.99, 0.999):
        v, whole = gs[0] ** 2, []
        for k, g in enumerate(gs):
            v = rho * v + (1 - rho) * g * g if k else v
            whole.append(lr * g / (np.sqrt(v) + 1e-8))
        yield False, f"RMSProp ({rho}) whose mean starts at the first square, not at 0", whole
        turned = run(gs, 0.0, 1 - rho, lambda m, v, g, t: g / (np.sqrt(v) + 1e-8))
        words = "whose rho is the wrong way round: (1 - rho) v + rho g * g"
        yield False, f"RMSProp ({rho}) {words}", [lr * x for x in turned]
    for epsilon in EPSILONS:
        for rho, keeps, words in (
            (1.0, 1.0, "AdaGrad whose sum of squares"), (0.9, 0.1, "RMSProp (0.9) whose mean"),
            (0.99, 0.01, "RMSProp (0.99) whose mean"),
        ):  # fmt: skip
            v, late = nothing(gs), []
            for g in gs:
                late.append(lr * g / (np.sqrt(v) + epsilon))
                v = rho * v + keeps * g * g
            yield False, f"{words} is taken before the new square is in it", late
    yield False, (
        "Adamax (0.9, 0.999) with the maximum taken of the slope, not of its size: where it is "
        "negative the divisor is 0 but for epsilon"
    ), adamax(gs, lr, 0.9, 0.999, lambda g: g)  # fmt: skip
    for b1, b2 in BETAS[:3]:
        root = np.sqrt(1 - b2)
        made = [
            lr * np.sign(g) * (1 - b1) / (1 - b1**t) * np.sqrt(1 - b2**t) / root
            for t, g in enumerate(gs, start=1)
        ]
        yield False, (
            f"Adam ({b1}, {b2}) whose means are 0 again at each step, while its counter goes on"
        ), made  # fmt: skip
    n_parameters = int(order.max()) + 1 if len(order) else 1
    for b1, b2 in BETAS[:6]:
        both = means(gs, b1, b2)
        for epsilon in EPSILONS[:4]:
            for name, update in faulty_updates(b1, b2, epsilon, order, n_parameters).items():
                yield False, f"Adam ({b1}, {b2}) {name}", list(lr * update(*both))
            swapped = run(gs, b2, b1, sound_updates(b2, b1, epsilon)["Adam"])
            yield (
                False,
                f"Adam with beta1 = {b2} and beta2 = {b1}, exchanged",
                [lr * x for x in swapped],
            )
            own = sound_updates(b1, b2, epsilon)["Adam"]
            for c1, c2, words in (
                (1 - b1, 1 - b2, "both means"), (1 - b1, b2, "the mean"),
                (b1, 1 - b2, "the mean of the squares"),
            ):  # fmt: skip
                for update in (own, sound_updates(c1, c2, epsilon)["Adam"]):
                    turned = run(gs, c1, c2, update)
                    yield False, (
                        f"Adam ({b1}, {b2}) whose betas are the wrong way round in {words}: "
                        "(1 - beta) m + beta g"
                    ), [lr * x for x in turned]  # fmt: skip
            forgotten = (
                "whose means are forgotten after each step, or AdaGrad and RMSProp without +="
            )
            yield False, f"Adam ({b1}, {b2}) {forgotten}", [
                lr * g / (np.abs(g) + epsilon) for g in gs]  # fmt: skip
            m, v, made = nothing(gs), nothing(gs), []
            for t, g in enumerate(gs, start=1):
                m = b1 * m + (1 - b1) * g
                v = b2 * v + (1 - b2) * m**2
                made.append(lr * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + epsilon))
            yield (
                False,
                f"Adam ({b1}, {b2}) with the squares of the mean, not of the gradient",
                made,
            )
            m, v, made = nothing(gs), nothing(gs), []
            for t, g in enumerate(gs, start=1):
                m = (b1 * m + (1 - b1) * g) / (1 - b1**t)
                v = (b2 * v + (1 - b2) * g**2) / (1 - b2**t)
                made.append(lr * m / (np.sqrt(v) + epsilon))
            yield False, f"Adam ({b1}, {b2}) that keeps the corrected means for the next step", made


Update = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def means(gs: list[np.ndarray], b1: float, b2: float) -> tuple[np.ndarray, ...]:
    """Return what an update is made of: both running means, the gradient, the number of the step.

    Each has a row for each step.
    """
    m, v = np.zeros((len(gs), gs[0].size)), np.zeros((len(gs), gs[0].size))
    for k, g in enumerate(gs):
        m[k] = b1 * m[k - 1] + (1 - b1) * g  # before the first row is the last one, which is 0
        v[k] = b2 * v[k - 1] + (1 - b2) * g * g
    return m, v, np.stack(gs), np.arange(1, len(gs) + 1)[:, None]


def run(gs: list[np.ndarray], b1: float, b2: float, update: Update) -> list[np.ndarray]:
    """Return the steps of an optimiser with two running means, at a rate of 1."""
    return list(update(*means(gs, b1, b2)))


def sound_updates(b1: float, b2: float, epsilon: float) -> dict[str, Update]:
    """Return what Adam and relatives make of the two means."""
    return {
        "Adam": lambda m, v, g, t: (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + epsilon),
        "Adam, epsilon outside": lambda m, v, g, t: (
            np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + epsilon)
        ),
        "Adam, epsilon inside": lambda m, v, g, t: (
            (m / (1 - b1**t)) / np.sqrt(v / (1 - b2**t) + epsilon)
        ),
        "NAdam": lambda m, v, g, t: (
            (b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t))
            / (np.sqrt(v / (1 - b2**t)) + epsilon)
        ),
    }


def faulty_updates(
    b1: float, b2: float, epsilon: float, order: np.ndarray, n_parameters: int
) -> dict[str, Update]:
    """Return slips in Adam, named after what they are."""

    def counted(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: np.ndarray) -> np.ndarray:
        at = (t - 1) * n_parameters + order + 1
        return (m / (1 - b1**at)) / (np.sqrt(v / (1 - b2**at)) + epsilon)

    def once(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: np.ndarray) -> np.ndarray:
        return (m / (1 - b1)) / (np.sqrt(v / (1 - b2)) + epsilon)

    def later(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: np.ndarray) -> np.ndarray:
        return (m / (1 - b1 ** (t + 1))) / (np.sqrt(v / (1 - b2 ** (t + 1))) + epsilon)

    def backwards(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: np.ndarray) -> np.ndarray:
        at = (t - 1) * n_parameters + (n_parameters - 1 - order) + 1
        return (m / (1 - b1**at)) / (np.sqrt(v / (1 - b2**at)) + epsilon)

    def forgetful(m: np.ndarray, v: np.ndarray, g: np.ndarray, t: np.ndarray) -> np.ndarray:
        mean, square = (1 - b1) * g / (1 - b1**t), (1 - b2) * g * g / (1 - b2**t)
        return mean / (np.sqrt(square) + epsilon)

    return {
        "without the correction of the means": lambda m, v, g, t: m / (np.sqrt(v) + epsilon),
        "corrected by 1 - beta, not 1 - beta**t, or without the factors 1 - beta": once,
        "with a counter that moves on at each parameter": counted,
        "with a counter that moves on at each parameter, from the last": backwards,
        "with a counter that is one step ahead": later,
        "with the correction of the first mean alone": lambda m, v, g, t: (
            (m / (1 - b1**t)) / (np.sqrt(v) + epsilon)
        ),
        "with the correction of the second mean alone": lambda m, v, g, t: (
            m / (np.sqrt(v / (1 - b2**t)) + epsilon)
        ),
        "multiplied by the corrections, not divided": lambda m, v, g, t: (
            (m * (1 - b1**t)) / (np.sqrt(v * (1 - b2**t)) + epsilon)
        ),
        "with the root of beta2**t, not of 1 - beta2**t": lambda m, v, g, t: (
            np.sqrt(b2**t) / (1 - b1**t) * m / (np.sqrt(v) + epsilon)
        ),
        "with beta2**2 in place of beta2**t": lambda m, v, g, t: (
            (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**2)) + epsilon)
        ),
        "with beta**2 in place of beta**t": lambda m, v, g, t: (
            (m / (1 - b1**2)) / (np.sqrt(v / (1 - b2**2)) + epsilon)
        ),
        "without the root": lambda m, v, g, t: (m / (1 - b1**t)) / (v / (1 - b2**t) + epsilon),
        "with the gradient in place of its mean": lambda m, v, g, t: np.where(
            t > 1, g / (np.sqrt(v / (1 - b2**t)) + epsilon), np.nan
        ),
        "with both corrections by beta1": lambda m, v, g, t: (
            (m / (1 - b1**t)) / (np.sqrt(v / (1 - b1**t)) + epsilon)
        ),
        "with both corrections by beta2": lambda m, v, g, t: (
            (m / (1 - b2**t)) / (np.sqrt(v / (1 - b2**t)) + epsilon)
        ),
        "whose means are forgotten while its counter moves on": forgetful,
        "with beta1 * t in place of beta1**t": lambda m, v, g, t: (
            (m / (1 - b1 * t)) / (np.sqrt(v / (1 - b2**t)) + epsilon)
        ),
        "with beta * t in place of beta**t": lambda m, v, g, t: (
            (m / (1 - b1 * t)) / (np.sqrt(np.abs(v / (1 - b2 * t))) + epsilon)
        ),
    }


def usual(gs: list[np.ndarray], rate: float) -> dict[str, np.ndarray]:
    """Return the last step of the usual optimisers with a memory along these gradients."""
    found = {}
    for mu in (0.9, 0.5, 0.8, 0.95, 0.99):
        found[f"momentum {mu}"] = rate * sum(
            (mu**k * g for k, g in enumerate(reversed(gs))), nothing(gs)
        )
    for b1, b2 in [(0.9, 0.999), (0.9, 0.99)]:
        update = sound_updates(b1, b2, 1e-8)["Adam"]
        found[f"Adam ({b1}, {b2})"] = rate * run(gs, b1, b2, update)[-1]
    for rho in (0.9, 0.99):
        v = sum((1 - rho) * rho ** (len(gs) - 1 - k) * g * g for k, g in enumerate(gs))
        found[f"RMSProp ({rho})"] = rate * gs[-1] / (np.sqrt(v) + 1e-8)
    found["AdaGrad"] = rate * gs[-1] / (np.sqrt(sum(g * g for g in gs)) + 1e-8)
    return found


def other_adaptive(
    gs: list[np.ndarray], lr: float, epsilons: tuple[float, ...], free: bool
) -> Iterator[Rule]:
    """Yield AdaGrad and RMSProp, then RMSProp without a factor: near to AdaGrad at first."""
    added = []
    for epsilon in epsilons:
        for rho in (0.9, 0.99, 0.999, 0.95):
            v, outside, inside = nothing(gs), [], []
            for g in gs:
                v = rho * v + (1 - rho) * g * g
                outside.append(g / (np.sqrt(v) + epsilon))
                inside.append(g / np.sqrt(v + epsilon))
            for made in (outside, inside):
                yield True, f"RMSProp ({rho})", [lr * x for x in made]
                shorter = [lr * np.sqrt(1 - rho) * x for x in made]
                if free:  # its first step is longer than the rate
                    yield True, f"RMSProp ({rho})", shorter
                elif rho < 0.999:
                    added.append((rho, shorter))
        v, made, other = nothing(gs), [], []
        for g in gs:
            v = v + g * g
            made.append(lr * g / (np.sqrt(v) + epsilon))
            other.append(lr * g / np.sqrt(v + epsilon))
        yield True, "AdaGrad", made
        yield True, "AdaGrad", other
    for rho, shorter in added:
        yield False, (
            f"RMSProp ({rho}) whose squares are added without the factor {1 - rho:.3g}: {rho} v + "
            f"g * g, so that its steps are {np.sqrt(1 - rho):.4g} times as long"
        ), shorter  # fmt: skip


def later_adaptive(gs: list[np.ndarray], lr: float, us: list[np.ndarray]) -> Iterator[Rule]:
    """Yield AMSGrad, Adamax, AdaBelief, NAdam, centred RMSProp, AdaDelta and Lion."""
    for epsilon, b2 in itertools.product((1e-8, 1e-7, 1e-6), (0.999, 0.99)):
        for name, made in later_than_adam(gs, epsilon, b2):
            yield True, f"{name} (0.9, {b2})", [lr * x for x in made]
    for epsilon, rho in itertools.product((1e-8, 1e-7, 1e-6, 1e-5, 1e-4), (0.9, 0.99, 0.95)):
        m, v, w = (nothing(gs) for _ in range(3))
        inside, outside, delta = [], [], []
        for g in gs:
            m = rho * m + (1 - rho) * g
            v = rho * v + (1 - rho) * g * g
            inside.append(lr * g / np.sqrt(v - m * m + epsilon))
            outside.append(lr * g / (np.sqrt(np.maximum(v - m * m, 0)) + epsilon))
            delta.append(np.sqrt((w + epsilon) / (v + epsilon)) * g)
            w = rho * w + (1 - rho) * delta[-1] ** 2
        yield True, f"centred RMSProp ({rho})", inside
        yield True, f"centred RMSProp ({rho})", outside
        yield True, f"AdaDelta ({rho})", delta  # it has no rate
        yield True, f"AdaDelta ({rho}), times the rate", [lr * x for x in delta]
    if divided_by_itself(us[-1], gs[-1], lr):
        return
    for b1, b2 in ((0.9, 0.99), (0.95, 0.98), (0.9, 0.999)):
        m, lion = nothing(gs), []
        for g in gs:
            lion.append(lr * np.sign(b1 * m + (1 - b1) * g))
            m = b2 * m + (1 - b2) * g
        yield True, f"Lion ({b1}, {b2}), along the sign of a mean", lion


def later_than_adam(
    gs: list[np.ndarray], epsilon: float, b2: float
) -> list[tuple[str, list[np.ndarray]]]:
    """Return the steps of Adam's relatives that keep another second mean, at a rate of 1."""
    b1, names = 0.9, ("AMSGrad", "AMSGrad", "Adamax", "AdaBelief", "NAdam")
    m, v, largest, largest_seen, norm, spread = (nothing(gs) for _ in range(6))
    rows = []
    for t, g in enumerate(gs, start=1):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        largest = np.maximum(largest, v)
        largest_seen = np.maximum(largest_seen, v / (1 - b2**t))
        norm = np.maximum(b2 * norm, np.abs(g))
        spread = b2 * spread + (1 - b2) * (g - m) ** 2 + epsilon
        mean, root = m / (1 - b1**t), np.sqrt(v / (1 - b2**t)) + epsilon
        rows.append((
            mean / (np.sqrt(largest_seen) + epsilon),
            mean / (np.sqrt(largest / (1 - b2**t)) + epsilon),
            mean / (norm + epsilon),
            mean / (np.sqrt(spread / (1 - b2**t)) + epsilon),
            (b1 * mean + (1 - b1) * g / (1 - b1**t)) / root,
        ))  # fmt: skip
    return [(name, list(steps)) for name, steps in zip(names, zip(*rows, strict=True), strict=True)]


def published(gs: list[np.ndarray], us: list[np.ndarray]) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield the sound optimisers with their usual numbers, at a rate of 1."""
    yield "gradient descent", gs
    for b1, b2 in ((0.9, 0.999), (0.9, 0.99)):
        for epsilon in (1e-8, 1e-7):
            for name, update in sound_updates(b1, b2, epsilon).items():
                yield f"{name} ({b1}, {b2})", run(gs, b1, b2, update)
    yield from (
        (name, made) for _, name, made in other_adaptive(gs, 1.0, (1e-8, 1e-7, 1e-6), False)
    )
    yield from ((name, made) for _, name, made in later_adaptive(gs, 1.0, us))
    yield "steps along the sign of the gradient", [np.sign(g) for g in gs]


def rprop(gs: list[np.ndarray], lr: float) -> list[np.ndarray]:
    """Return the steps of RProp, which looks at signs alone: each length grows or is halved."""
    length, old, made = np.full_like(gs[0], lr), nothing(gs), []
    for g in gs:
        length = length * np.where(g * old > 0, 1.2, np.where(g * old < 0, 0.5, 1.0))
        old = g
        made.append(length * np.sign(g))
    return made


def adamax(
    gs: list[np.ndarray], lr: float, b1: float, b2: float, size: Callable[[np.ndarray], np.ndarray]
) -> list[np.ndarray]:
    """Return the steps of Adamax, whose divisor is the largest size of late."""
    m, u, made = nothing(gs), nothing(gs), []
    for t, g in enumerate(gs, start=1):
        m, u = b1 * m + (1 - b1) * g, np.maximum(b2 * u, size(g))
        made.append(lr * m / (1 - b1**t) / (u + 1e-8))
    return made
