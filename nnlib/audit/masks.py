"""Dropout within a step: is the mask of the way there the one of the way back?

A step on one sample tells its mask: the gradient of W is a outer delta, and that of b is delta, so
what was passed on, a times the mask, can be read off layer by layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.patient import Arrays

if TYPE_CHECKING:
    from nnlib.audit.steps import Steps

SEEDS = range(7, 19)


def look_at_masks(exam: Exam, steps: Steps, values: Arrays) -> None:
    """Compare the masks of the way there and of the way back, at some samples."""
    dense, own, rate = exam.dense, exam.formula, exam.learning_rate
    if dense is None or own is None or rate is None or exam.targets is None:
        return
    if len(dense.layers) < 2 or any(layer.b is None for layer in dense.layers):
        return
    verdicts: list[tuple[int, str]] = []
    for number in SEEDS:
        index = np.array([number % exam.patient.n])
        after = steps.once(values, exam.patient.data(index), number)
        g = [(v - w.reshape(v.shape)) / rate for v, w in zip(values, after, strict=True)]
        found = verdicts_of(exam, steps, values, index, g)
        if found is None:
            return
        verdicts += found
    if not verdicts:
        return
    wrong = [each for each in verdicts if each[1]]
    if not wrong:
        exam.look("with dropout, the mask of the way there is that of the way back")
    elif len(wrong) > len(verdicts) / 3:
        layer, text = max(set(wrong), key=wrong.count)
        exam.find(
            "gradient_wrong", "wrong", f"delta{layer}",
            f"in {wrong.count((layer, text))} of {len(verdicts)} steps on one sample each, the "
            f"mask of dropout behind layer {layer} {text}.",
            advice=("On the way there neurons were dropped, and on the way back others, or none.",
                    "Keep the mask of the forward pass, and multiply delta by the same mask."),
        )  # fmt: skip


def verdicts_of(
    exam: Exam, steps: Steps, values: Arrays, index: np.ndarray, g: Arrays
) -> list[tuple[int, str]] | None:
    """Return for each layer with a mask what is wrong, "" if nothing; None if it is none."""
    dense, own, y = exam.dense, exam.formula, exam.targets_of(index)
    assert dense is not None
    assert own is not None
    assert y is not None
    parts = [dense.split(g, k + 1) for k in range(len(dense.layers))]
    a, masks, z = exam.X_rows[index], [], []
    a = (a - dense.shift) / dense.divisor
    for k, (layer, activation) in enumerate(zip(dense.layers, dense.activations, strict=True)):
        W, b = parts[k]
        assert b is not None
        if not np.abs(b).max() > 0:
            return []
        passed = (W @ b / (b @ b)).reshape(1, -1)
        if np.abs(np.outer(passed, b) - W).max() > 1e-4 * max(np.abs(W).max(), 1e-300):
            return None
        ratio = np.where(np.abs(a) > 1e-9, passed / np.where(a == 0, 1, a), np.nan)
        masks.append(ratio)
        z.append(passed @ layer.matrix(values) + layer.bias(values))
        a = activation.value(z[-1])
    expected = steps.factor_for(values, index, own.base) * dense.output_delta(z[-1], a, y, own.base)
    last = parts[-1][1]
    assert last is not None
    off = np.abs(expected - last).max()
    if off > 1e-3 * np.abs(expected).max():
        return None
    found = []
    for k in range(len(dense.layers) - 1, 0, -1):
        mask, above, own_delta = masks[k][0], parts[k][1], parts[k - 1][1]
        assert above is not None
        assert own_delta is not None
        kept = mask[np.isfinite(mask) & (np.abs(mask) > 1e-6)]
        dropped = np.isfinite(mask) & (np.abs(mask) <= 1e-6)
        if not len(kept) or np.ptp(kept) > 1e-3 * np.abs(kept).max():
            return None
        back = (above @ dense.layers[k].matrix(values).T) * dense.activations[k - 1].slope(
            z[k - 1]
        )[0]
        clear = np.isfinite(mask) & (np.abs(back) > 1e-6 * max(np.abs(back).max(), 1e-300))
        if not (dropped & clear).any() or not clear.any():
            continue
        way = own_delta[clear] / back[clear]
        there = mask[clear]
        scale = float(kept[0])
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
