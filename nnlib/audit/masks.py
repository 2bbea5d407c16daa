"""Dropout within a step: is the mask of the way there the one of the way back?

A step on one sample tells its mask: the gradient of W is a outer delta, and that of b is delta, so
what was passed on, a times the mask, can be read off layer by layer.
"""

from __future__ import annotations

import itertools

import numpy as np

from nnlib.audit.exam import Exam, seed
from nnlib.audit.formulas import Dense, Formula, Layer, chains, disorder
from nnlib.audit.patient import Arrays, in_form_of
from nnlib.audit.slopes import peak
from nnlib.audit.update import Steps, alike, between, close, near, zeros
from nnlib.audit.walk import Walk

SEEDS = range(7, 19)
MORE_SEEDS = range(19, 199)  # for the mean of a mask, which few steps do not tell
BOTH_OR_NONE = (
    "Inverted dropout divides by the share that is kept, in training, and predict uses the neurons "
    "as they are; the older one multiplies by it, in predict alone. Here both do it, or none, or "
    "the mask keeps what it should drop.",
    "Divide by the share that is kept in training, and leave predict as it is.",
)


def tell_gradient_mask(exam: Exam, point: Arrays) -> bool:
    """See whether gradients lack the mask of dropout that stands in the training loss.

    At one sample a neuron that is dropped has no slope at all in the training loss, and one in
    the loss without dropout: its weights' gradients have to be 0 as well.
    """
    patient, dense = exam.patient, exam.dense
    if exam.loss_name == "loss" or dense is None or len(dense.layers) < 2 or patient.random_loss:
        return False
    if exam.work(np.arange(1)) > 400:
        return False  # every slope is measured
    verdicts: dict[tuple[str, str], tuple[int, list[int]]] = {}
    for i in np.unique(np.linspace(0, patient.n - 1, 5).astype(int)):
        index = np.array([i])
        seed(7)
        g = patient.gradients(point, patient.data(index))
        slopes = exam.measured(point, index)
        if any(not np.isfinite(s).all() for s in slopes.slope):
            return False
        if not all(x.size == v.size for x, v in zip(g, point, strict=True)):
            return False
        g = [x.reshape(v.shape) for x, v in zip(g, point, strict=True)]
        z, _ = dense.forward(point, exam.X_rows[index])
        for number in range(1, len(dense.layers)):
            s, own = (dense.split(each, number)[0] for each in (slopes.slope, g))
            above = [dense.split(each, number + 1)[0] for each in (slopes.slope, g)]
            most = np.maximum(np.abs(s).max(axis=0), np.abs(above[0]).max(axis=1))
            still = most <= slopes.noise
            dropped = still & (np.abs(dense.activations[number - 1].slope(z[number])[0]) > 1e-3)
            if not dropped.any() or still.all():
                continue
            for where, moved, words in (
                (f"delta{number}", np.abs(own).max(axis=0), "goes back to them all the same"),
                (f"W{number + 1}", np.abs(above[1]).max(axis=1),
                 f"holds what they would have passed on: a{number} without the mask"),
            ):  # fmt: skip
                if (moved[dropped] > 1e3 * slopes.noise).any():
                    verdicts.setdefault((where, words), (int(i), np.flatnonzero(dropped).tolist()))
    for (where, words), (i, neurons) in verdicts.items():
        names, own = ", ".join(map(str, neurons[:6])), exam.in_own_names(where)
        exam.find(
            "gradient_wrong", "wrong", own,
            f"dropout: at sample {i} the training loss has no slope at the neurons with index "
            f"{names} of layer {where[5:] if where[0] == 'd' else int(where[1:]) - 1}, which are "
            "dropped, and "
            f"{where if where[0] == 'd' else f'the gradient of {own}'} {words}.",
            advice=("The mask of the way there is not the one of the way back, or there is none.",
                    "Keep the mask of the forward pass, and multiply what is passed on and what "
                    "comes back by the same one."),
        )  # fmt: skip
    return bool(verdicts)


def tell_share(exam: Exam) -> None:
    """See whether training passes on as much, on average, as predict does, behind dropout.

    With constant neurons, one another sample's target apart, a loss tells what came to the output
    for that sample; that is proportional to the mean of its mask, and should be what predict gets.
    """
    shares = shares_of(exam)
    if shares is None or np.ptp(shares) < 1e-6:
        return
    mean = float(shares.mean())
    spread = float(shares.std(ddof=1)) / np.sqrt(len(shares))
    if abs(mean - 1) < max(7 * spread, 0.08):
        exam.look("with dropout, training passes on as much on average as predict does")
        return
    exam.find(
        "loss_formula", "wrong", "predict and training_loss",
        f"with dropout, training passes on {mean:.2f} times as much to the output as predict, on "
        f"average over {len(shares)} samples.",
        advice=BOTH_OR_NONE,
    )  # fmt: skip


def shares_of(exam: Exam) -> np.ndarray | None:
    """Return by sample how much training passes on to the output, relative to predict."""
    patient = exam.patient
    if not patient.has("predict", "loss", "training_loss") or exam.first_answers is None:
        return None
    layers = layers_of(exam)
    if len(layers) < 2 or any(layer.b is None for layer in layers) or patient.n < 16:
        return None
    if exam.work(None) > 100_000 or not (exam.y_rows != exam.y_rows[0]).any():
        return None
    y = np.moveaxis(np.asarray(patient.y), patient.axis["y"], 0)
    chosen = np.arange(min(patient.n, 60))
    tables = [y] + [y.copy() for _ in chosen]
    for i in chosen:  # one sample gets the target of another one
        tables[i + 1][i] = y[np.flatnonzero((exam.y_rows != exam.y_rows[i]).any(axis=1))[0]]
    changes = np.zeros((2, 2, len(chosen)))  # by loss, by weights, by sample
    for k, name in enumerate(("loss", "training_loss")):
        for on in (0, 1):
            values = constant_neurons(patient.start, layers, on * 0.01)
            losses = [lost(exam, name, values, table) for table in tables]
            if losses[0] != lost(exam, name, values, y):
                return None
            changes[k, on] = np.array(losses[1:]) - losses[0]
    still = changes[:, 0]
    with np.errstate(all="ignore"):
        scale = still[1] / still[0]
        shares = (changes[1, 1] - still[1]) / (changes[0, 1] - still[0]) / scale
    if not np.isfinite(shares).all() or not alike(scale, 1e-6):
        return None
    return np.asarray(shares)


def constant_neurons(start: Arrays, layers: tuple[Layer, ...], size: float) -> Arrays:
    """Return parameters by which each hidden neuron is constant and passes on a little."""
    values = zeros(start)
    for layer in layers:
        assert layer.b is not None
        values[layer.b] += 1.0
    last = layers[-1]
    assert last.b is not None
    width = last.matrix(start).shape
    values[last.b] = np.linspace(0.3, -0.2, width[1]).reshape(values[last.b].shape)
    W = np.full(width, size / width[0]) * np.linspace(1, 2, width[1])
    values[last.W] = (W.T if last.turned else W).reshape(values[last.W].shape)
    return values


def lost(exam: Exam, name: str, values: Arrays, y: np.ndarray) -> float:
    """Return a loss for other targets, in the layout in which they came."""
    patient = exam.patient
    seed(7)
    moved = np.moveaxis(y, 0, patient.axis["y"])
    return patient.number(name, values, (patient.data()[0], in_form_of(patient.y, moved)))


def layers_of(exam: Exam) -> tuple[Layer, ...]:
    """Return the layers of the rebuilt network, or what the shapes say where there is none."""
    if exam.dense is not None:
        return exam.dense.layers
    shapes = [v.shape for v in exam.patient.start]
    found = itertools.islice(chains(shapes, exam.X_rows.shape[1], exam.n_outputs), 200)
    return min(found, key=lambda each: (len(each), disorder(each)), default=())


def look_at_masks(exam: Exam, steps: Steps, values: Arrays) -> None:
    """Compare the masks of the way there and of the way back, at some samples."""
    dense, own, rate = exam.dense, exam.formula, exam.learning_rate
    name = exam.loss_name
    if own is None and exam.patient.has("loss"):  # with dropout it has no formula
        own, name = exam.formula_of("loss"), "loss"
    if dense is None or own is None or rate is None or exam.targets is None:
        return
    if len(dense.layers) < 2 or any(layer.b is None for layer in dense.layers):
        return
    verdicts: list[tuple[int, str]] = []
    masks: dict[int, list[np.ndarray]] = {}

    def looked(seeds: range) -> bool:
        return sum(look(number) for number in seeds) >= 0.75 * len(seeds)  # some masks tell nothing

    def look(number: int) -> bool:
        index = np.array([number % exam.patient.n])
        after = steps.once(values, exam.patient.data(index), number)
        g = [x / rate for x in between(values, after)]
        factor = exam.factor_for(values, index, own.base, own, name)
        found = verdicts_of(exam, values, index, g, masks, (own.base, factor))
        verdicts.extend(found or [])
        return found is not None

    if not looked(SEEDS) or not verdicts:
        return
    wrong = [each for each in verdicts if each[1]]
    if not wrong and any(abs(np.concatenate(m).mean() - 1) > 0.1 for m in masks.values()):
        if not looked(MORE_SEEDS):
            return
        wrong = [each for each in verdicts if each[1]]
    if not wrong:
        exam.look("with dropout, the mask of the way there is that of the way back")
        tell_scale(exam, masks)
    elif len(wrong) > len(verdicts) / 3:
        layer, text = max(set(wrong), key=wrong.count)
        begin = f"in {wrong.count((layer, text))} of {len(verdicts)} steps on one sample each, "
        if not text.startswith(("is ", "has ")):  # no mask is wrong, but what stands beside it
            where = f"W{layer + 1}" if f"W{layer + 1} is" in text else f"delta{layer}"
            exam.find("gradient_wrong", "wrong", where, f"{begin}with dropout, {text}.")
            return
        exam.find(
            "gradient_wrong", "wrong", f"delta{layer}",
            f"{begin}the mask of dropout behind layer {layer} {text}.",
            advice=("On the way there neurons were dropped, and on the way back others, or none.",
                    "Keep the mask of the forward pass, and multiply delta by the same mask."),
        )  # fmt: skip


def tell_scale(exam: Exam, masks: dict[int, list[np.ndarray]]) -> None:
    """Report masks by which a layer passes on less, or more, on average than in predict."""
    for layer, parts in sorted(masks.items()):
        values = np.concatenate(parts)
        mean, spread = float(values.mean()), float(values.std() / np.sqrt(len(values)))
        if abs(mean - 1) > max(7 * spread, 0.08):
            exam.find(
                "loss_formula", "wrong", "predict and step",
                f"with dropout, layer {layer} passes on {mean:.2f} times as much in a step as in "
                f"predict, on average over {len(values)} neurons: {(values == 0).mean():.0%} are "
                f"dropped, and the others are multiplied by {values.max():.4g}.",
                advice=BOTH_OR_NONE,
            )  # fmt: skip


def verdicts_of(
    exam: Exam,
    values: Arrays,
    index: np.ndarray,
    g: Arrays,
    seen: dict[int, list[np.ndarray]],
    loss: tuple[str, float],
) -> list[tuple[int, str]] | None:
    """Return for each layer with a mask what is wrong, "" if nothing; None if it is none.

    The masks are added to ``seen``, by layer; ``loss`` is its base and its factor.
    """
    dense, y = exam.dense, exam.targets_of(index)
    assert dense is not None
    assert y is not None
    parts = [dense.split(g, k + 1) for k in range(len(dense.layers))]
    masks, z = [], []
    X = a = (exam.X_rows[index] - dense.shift) / dense.divisor
    for k, (layer, activation) in enumerate(zip(dense.layers, dense.activations, strict=True)):
        W, b = parts[k]
        assert b is not None
        still = not np.abs(b).max() > 0
        if still and k:
            return []
        # Where all of the first layer is dropped, nothing comes back to it; X was passed on.
        passed = a if still else (W @ b / (b @ b)).reshape(1, -1)
        if not close(np.outer(passed, b), W, 1e-4):
            return None
        ones = passed[np.abs(passed) > 1e-9]
        if k and len(ones) > 1 and alike(ones, 1e-6) and (
            np.ptp(a[np.abs(passed) > 1e-9]) > 1e-2
        ):  # fmt: skip
            return [(k, f"the gradient of W{k + 1} is made of the mask itself, not of a{k} times "
                        "the mask")]  # fmt: skip
        ratio = np.where(np.abs(a) > 1e-9, passed / np.where(a == 0, 1, a), np.nan)
        masks.append(ratio)
        z.append(passed @ layer.matrix(values) + layer.bias(values))
        a = activation.value(z[-1])
    expected = loss[1] * dense.output_delta(z[-1], a, y, loss[0])
    last = parts[-1][1]
    assert last is not None
    if not close(last, expected[0], 1e-3):
        return None
    found = []
    for k in range(len(dense.layers) - 1, 0, -1):
        mask, above, own_delta = masks[k][0], parts[k][1], parts[k - 1][1]
        assert above is not None
        assert own_delta is not None
        known = np.isfinite(mask)
        dropped = known & (np.abs(mask) <= 1e-6)
        kept = mask[known & ~dropped]
        seen.setdefault(k, []).append(mask[known])
        if not len(kept):
            continue  # all are dropped: such a step tells nothing of the way back
        if not alike(kept, 1e-3):
            return None
        bare = above @ dense.layers[k].matrix(values).T
        back = bare * dense.activations[k - 1].slope(z[k - 1])[0]
        clear = known & (np.abs(back) > 1e-6 * max(np.abs(back).max(), 1e-300))
        scale = float(kept[0])
        way = own_delta[clear] / back[clear]
        there = mask[clear]
        if not dropped.any() and near(scale, 1, 1e-3) and len(way) > 1:
            lost = np.abs(way) < 1e-6
            rest = way[~lost]
            alone = lost.any() and len(rest) and alike(rest, 1e-3)
            found.append((k, "is there on the way back alone" if alone else ""))
            continue
        text = another_slope(exam, dense, values, [X, *z], k, mask, bare, own_delta)
        if text:
            found.append((k, text))
            continue
        if not (dropped & clear).any() or not clear.any():
            continue
        same = np.abs(way - there).max() <= 1e-3 * abs(scale)
        if same:
            found.append((k, ""))
        elif np.abs(way - 1).max() < 1e-3 or np.abs(way - scale).max() < 1e-3 * abs(scale):
            found.append((k, "is missing on the way back"))
        elif all(min(abs(x), abs(x - scale)) < 1e-3 * abs(scale) for x in way):
            found.append((k, "is another one on the way back"))
        elif np.abs(way - (there != 0)).max() < 1e-3:
            found.append((k, f"is multiplied by {scale:.4g} on the way there alone"))
        else:
            return None
    return found


def another_slope(
    exam: Exam,
    dense: Dense,
    values: Arrays,
    z: list[np.ndarray],
    k: int,
    mask: np.ndarray,
    bare: np.ndarray,
    own: np.ndarray,
) -> str:
    """Say which wrong slope stands in delta of layer k behind dropout; nothing if none is known.

    ``bare``: what comes back to the layer, without its mask and its slope.
    """
    seen = np.isfinite(mask)
    activation, scale = dense.activations[k - 1], peak(mask[seen])
    right, room = activation.slope(z[k])[0], 1e-3 * peak(own)
    if activation.name == "ReLU":  # where it is off its mask cannot be read off
        off = right == 0
        ratio = np.abs(own[off] - scale * bare[off]) <= room
        through = np.abs(own[off]) > room
        if through.any() and not (np.abs(own[~off]) > room).any() and ratio[through].all():
            return f"delta{k} lets through what comes back where its ReLU is off, not on"
        return ""
    if (np.abs(own - bare * right * mask)[seen] <= room).all() or (mask[seen] != 0).sum() < 2:
        return ""
    y = exam.targets_of(np.arange(1))
    assert y is not None
    walk = Walk(exam, dense, values, z[0], y, Formula("squared", 1.0), list(values), False)
    walk.z = z
    walk.a = [z[0], *(f.value(x) for f, x in zip(dense.activations, z[1:], strict=True))]
    for _, text, slope in walk.slopes(activation, z[k], walk.a[k], k):
        made = (bare * slope[0] * mask)[seen]
        if np.isfinite(made).all() and (np.abs(own[seen] - made) <= room).all():
            return f"delta{k} = what comes back * {text}"
    return ""
