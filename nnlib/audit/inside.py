"""Arrays that a program holds deep inside: in its layers, and in the lists of these."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from nnlib.audit.patient import attribute, called, copied, leaves, short_name


def arrays_inside(program: Any, predict: Any, X: Any) -> list[str]:
    """Return the names of the arrays of floats in the parts of an object: "layers[0].W".

    Those that its predictions do not depend on are left out: what a layer keeps of its last
    call, gradients, velocities. Where it cannot be asked, all are there.
    """
    names, seen = list[str](), set[int]()
    for full, _ in leaves(program):
        value = attribute(program, short_name(full))
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and id(value) not in seen:
            names.append(short_name(full))
            seen.add(id(value))
    try:
        used = [name for name in names if depends_on(program, name, predict, X)]
    except Exception:
        return names
    return used or names


def depends_on(program: Any, name: str, predict: Any, X: Any) -> bool:
    """Say whether a program's predictions are others where one of its arrays is another."""
    answers = []
    for share in (0.0, 0.1):
        work = copy.deepcopy(program)
        array = attribute(work, name)
        array += share * np.random.default_rng(15).normal(size=array.shape)
        answers.append(np.asarray(called(work, predict, "predict", (copied(X),))))
    return not np.array_equal(answers[0], answers[1], equal_nan=True)
