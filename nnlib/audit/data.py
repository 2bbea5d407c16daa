"""Checks of the data: types, layout, shapes, ranges, classes, scale."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnlib.audit.exam import Exam, check, seed
from nnlib.audit.formulas import RANGES, cuts, rebuilt
from nnlib.audit.patient import Failed, as_columns_of, copied, taken
from nnlib.audit.slopes import flat_of
from nnlib.validation import describe

LAYOUTS = {"rows": 0, "columns": -1}


@check
def look_at_types(exam: Exam) -> None:
    """Texts, objects and missing numbers are no data to compute with."""
    patient = exam.patient
    for name in ("X", "y"):
        data = getattr(patient, name)
        try:
            array = np.asarray(data)
        except ValueError:
            exam.find(
                "data_type", "wrong", name, f"the rows of {name} have different lengths.",
                advice=("A row was read with an entry too few or too many.",
                        f"Print len(row) for each row of {name}, and mend the odd ones."),
            )  # fmt: skip
            exam.stopped = True
            return
        if isinstance(data, np.ma.MaskedArray) and np.ma.getmaskarray(data).any():
            bad = np.argwhere(np.ma.getmaskarray(data))
            place = f"{name}[{', '.join(map(str, bad[0]))}]" if array.ndim else name
            exam.find(
                "data_type", "wrong", name,
                f"{name} is a masked array, and {len(bad)} of its entries are masked, the first at "
                f"{place}. What becomes of them in a sum or a product is not said.", (place,),
                advice=("Entries were masked because they are missing, or not to be used.",
                        f"Fill them, {name}.filled(0), or leave these samples out."),
            )  # fmt: skip
            exam.stopped = True
        elif isinstance(data, Iterator):
            exam.find(
                "data_type", "wrong", name,
                f"{name} is a {type(data).__name__}, which can be read once only: pass "
                f"list({name}).",
            )  # fmt: skip
            exam.stopped = True
        elif array.dtype.kind not in "biuf":
            seen, advice = no_numbers(name, data, array)
            exam.find("data_type", "wrong", name, seen, advice=advice)
            exam.stopped = True
        elif not np.isfinite(array).all():
            bad = np.argwhere(~np.isfinite(array))
            place = f"{name}[{', '.join(map(str, bad[0]))}]" if array.ndim else name
            exam.find(
                "data_type", "wrong", name,
                f"{entries_of(name, len(bad))} NaN or infinite, the first at {place}. No sum over "
                "all entries is a finite number.", (place,),
                advice=("A cell of the table was empty, or a column that is constant was divided "
                        "by its spread, 0.",
                        "Fill these entries, or leave these samples out, before anything else."),
            )  # fmt: skip
            exam.stopped = True
        elif array.size == 0 or array.ndim == 0:
            exam.find("data_type", "wrong", name, f"{name} has shape {array.shape}: no samples.",
                      advice=NO_TABLE)  # fmt: skip
            exam.stopped = True

    for name, value in zip(patient.names, patient.start, strict=True):
        if value.size and not np.isfinite(value).all():
            bad = np.argwhere(~np.isfinite(value))
            place = f"{name}[{', '.join(map(str, bad[0]))}]" if value.ndim else name
            exam.find(
                "data_type", "wrong", name,
                f"{entries_of(name, len(bad))} NaN or infinite before anything is computed, the "
                f"first at {place}.", (place,),
                advice=("It was trained until it diverged, or never filled: np.empty holds what "
                        "was there before.",
                        "Draw its start anew, and pass that."),
            )  # fmt: skip
            exam.stopped = True


NO_TABLE = (
    "A variable of another meaning was passed, or one that was never filled.",
    "Pass an array with a row for each sample, such as np.array([[0.0, 1.0], [1.0, 0.0]]).",
)


def no_numbers(name: str, data: Any, array: np.ndarray) -> tuple[str, tuple[str, str] | None]:
    """Say of what data are made that are no numbers, and what to do about it."""
    kind, first = array.dtype.kind, array.ravel()[:1].tolist() if array.dtype.kind in "USO" else []
    if kind == "c":
        return f"{name} has the type {array.dtype}: a network here takes real numbers.", (
            "A Fourier transform, or the root of a negative number, gives complex ones.",
            f"Take what is meant: {name}.real, or np.abs({name}).",
        )
    if kind in "USO" and array.ndim == 0:
        plain = re.sub(r" at 0x[0-9a-fA-F]+(\.\.\.)?", "", describe(data))
        return f"{name} is {plain}, not an array of numbers.", NO_TABLE
    if kind == "O":
        numbers = (int, float, np.number, np.bool_)
        odd = [each for each in array.ravel().tolist() if not isinstance(each, numbers)]
        if not odd:
            return f"{name} has the type object: NumPy keeps its entries as Python's objects.", None
        return f"{name} has the type object, and {len(odd)} of its entries are no numbers, such " \
            f"as {re.sub(' at 0x[0-9a-fA-F]+', '', repr(odd[0])[:60])}.", None  # fmt: skip
    seen = f"{name} has the type {array.dtype}: its entries are no numbers."
    return seen + (f" Its first entry is {first[0]!r}." if first else ""), None


def entries_of(name: str, n: int) -> str:
    """Begin a sentence about some entries of an array."""
    return f"1 entry of {name} is" if n == 1 else f"{n} entries of {name} are"


def find_layout(exam: Exam, told: dict[str, int]) -> None:
    """Find out on which axes the samples lie."""
    patient = exam.patient
    shape_X, shape_y = np.shape(patient.X), np.shape(patient.y)
    fitting = [
        (i, j)
        for i, j in [(0, 0), (-1, -1), (0, -1), (-1, 0)]
        if shape_X[i] == shape_y[j] and not (len(shape_X) == 1 and i) and not (
            len(shape_y) == 1 and j and i == 0
        )
    ]  # fmt: skip
    allowed = [(i, j) for i, j in fitting if told.get("X", i) == i and
               (told.get("y", j) == j or len(shape_y) == 1)]  # fmt: skip
    if not fitting:
        exam.find(
            "target_shape", "wrong", "y",
            f"X has shape {shape_X} and y has shape {shape_y}: they do not hold the same number "
            "of samples on their first or last axis.",
            advice=("X and y were cut, filtered or split apart from each other.",
                    "Print both shapes after each line that changes one of them."),
        )  # fmt: skip
        exam.stopped = True
        return
    if not allowed:
        exam.find(
            "samples_as_columns", "wrong", "X, y",
            f"samples was given as {words_of(told)}, but then X {shape_X} and y {shape_y} do not "
            f"hold the same number of samples. As {pair_in_words(fitting[0])} they do.",
        )  # fmt: skip
        allowed = fitting
    if any(shape_X[i] > 1 for i, _ in allowed):  # (25, 1) and (25, 1) are no single sample
        allowed = [(i, j) for i, j in allowed if shape_X[i] > 1]
    pair = allowed[0]
    if len(allowed) > 1 and patient.has("predict"):
        pair = next((p for p in allowed if works(exam, p)), pair)
    patient.axis["X"], patient.axis["y"] = pair
    patient.n = shape_X[pair[0]]
    if pair != (0, 0) and not told and (len(shape_X) > 1 or len(shape_y) > 1):
        exam.find(
            "samples_as_columns", "note", "X, y",
            f"X {shape_X} and y {shape_y} fit together as {pair_in_words(pair)}, and were taken "
            "so.",
        )  # fmt: skip


def words_of(told: dict[str, int]) -> str:
    """Say which layout was given."""
    names = {axis: name for name, axis in LAYOUTS.items()}
    return ", ".join(f"{name}: {names[axis]}" for name, axis in told.items())


def pair_in_words(pair: tuple[int, int]) -> str:
    """Say what a pair of axes means."""
    words = {0: "rows", -1: "columns"}
    if pair[0] == pair[1]:
        return f"samples in {words[pair[0]]}"
    return f"samples in {words[pair[0]]} of X and in {words[pair[1]]} of y"


def works(exam: Exam, pair: tuple[int, int]) -> bool:
    """Say whether the program answers half of the samples as it answers them among all."""
    patient = exam.patient
    n = np.shape(patient.X)[pair[0]]
    half = np.arange(max(1, n // 2))
    try:
        whole = patient.predict(patient.start, patient.X)
        part = patient.predict(patient.start, taken(patient.X, half, pair[0]))
    except Failed:
        return False
    for axis in (pair[0], pair[1], 0, -1):
        if whole.ndim and whole.shape[axis] == n and part.shape[axis] == len(half):
            a, b = as_columns_of(whole, axis)[half], as_columns_of(part, axis)
            return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-4, equal_nan=True))
    return False


def find_answers(exam: Exam) -> None:
    """Ask for the predictions once, and find out how they lie."""
    patient = exam.patient
    if not patient.has("predict"):
        exam.miss("the predictions: pass predict(parameters, X)")
        return
    shape_X, shape_y = np.shape(patient.X), np.shape(patient.y)
    try:
        answer = patient.predict(patient.start, patient.X)
    except Failed as error:
        exam.failed(error, f"the predictions for X of shape {shape_X}")
        if turned_works(exam):
            exam.find(
                "samples_as_columns", "wrong", "X",
                f"predict refuses X of shape {shape_X}, and takes its transpose: it expects "
                f"samples as {'columns' if patient.axis['X'] == 0 else 'rows'}.",
            )  # fmt: skip
        del patient.functions["predict"]
        return
    n = patient.n
    if answer.ndim == 0 and n == 1:
        return
    if answer.ndim and answer.shape == shape_y:
        patient.axis["predictions"] = patient.axis["y"]
    elif answer.ndim and answer.shape[patient.axis["X"]] == n:
        patient.axis["predictions"] = patient.axis["X"]
    elif answer.ndim and answer.shape[patient.axis["y"]] == n:
        patient.axis["predictions"] = patient.axis["y"]
    elif answer.ndim and n in answer.shape:
        patient.axis["predictions"] = 0 if answer.shape[0] == n else -1
    else:
        exam.find(
            "raises", "wrong", "predict",
            f"predict returned the shape {answer.shape} for {n} samples. An answer for each "
            "sample was expected.",
            advice=("Samples are dropped, doubled or summed over on the way to the output.",
                    "Print the shape of what each line of predict makes."),
        )  # fmt: skip
        del patient.functions["predict"]


def cut_vector(exam: Exam) -> None:
    """Cut one long vector of all parameters as the program cuts it, if that can be found out."""
    patient = exam.patient
    if not patient.has("predict") or len(patient.start) != 1 or exam.first_answers is None:
        return
    vector, given, name = patient.start[0], patient.as_given[0], patient.names[0]
    if max(vector.shape, default=0) != vector.size or vector.size < 4 or exam.dense is not None:
        return
    n = min(6, patient.n)
    points = exam.points[:2]
    wanted = [patient.predictions(values, np.arange(n), exact=True) for values in points]
    for shapes in itertools.islice(cuts(vector.size, exam.X_rows.shape[1], wanted[0].shape[1]), 24):
        patient.cut(shapes)
        parts = [patient.parts(values[0]) for values in points]
        if rebuilt(answers_in_turn(wanted), parts, exam.X_rows[:n], 900, ask=False) is not None:
            del exam.__dict__["dense"], exam.__dict__["points"]
            pieces = zip(patient.names, shapes, strict=True)
            exam.look("the vector is cut into " + ", ".join(f"{k} as {s}" for k, s in pieces))
            return
        patient.uncut(name, vector, given)


NEURON = re.compile(r"(.*)\[(\d+)\](.*?)")  # one of several, and what it holds


def bundle_neurons(exam: Exam) -> None:
    """Take neurons that hold their weights each for itself as layers, if they make a network."""
    patient = exam.patient
    if len(patient.start) < 2 or patient.shapes or any(v.ndim > 1 for v in patient.start):
        return
    if not patient.has("predict") or exam.first_answers is None or exam.dense is not None:
        return
    groups: dict[str, list[int]] = {}
    for k, name in enumerate(patient.names):
        found = NEURON.fullmatch(name)
        if found is None or not (found[3] or found[1].endswith("]")):
            return  # a plain list of arrays is told array by array
        groups.setdefault(f"{found[1]}[:]{found[3]}", []).append(k)
    if any(len({patient.start[k].shape for k in group}) > 1 for group in groups.values()):
        return
    patient.bundle(groups)
    del exam.__dict__["dense"], exam.__dict__["points"]
    if exam.dense is None:
        patient.unbundle()
        del exam.__dict__["dense"], exam.__dict__["points"]
    else:
        exam.look("the neurons are taken together as layers: " + ", ".join(patient.names))


def answers_in_turn(answers: list[np.ndarray]) -> Callable[[Any], np.ndarray]:
    """Return a function that gives known answers, one after the other."""
    left = iter(answers)
    return lambda values: next(left)


def turned_works(exam: Exam) -> bool:
    """Say whether predict takes the transpose of X."""
    X = np.asarray(exam.patient.X)
    if X.ndim != 2:
        return False
    try:
        return exam.patient.n in exam.patient.predict(exam.patient.start, X.T.copy()).shape
    except Failed:
        return False


def values_of(exam: Exam, y: Any) -> list[tuple[str, np.ndarray]]:
    """Return what the program's functions give with these targets, as flat arrays."""
    patient, found = exam.patient, []
    X = exam.patient.data()[0]
    for name in ("loss", "training_loss", "gradients", "step"):
        if not patient.has(name):
            continue
        seed(7)
        try:
            if name == "gradients":
                result = patient.gradients(exam.points[0], (X, y), exact=False)
            elif name == "step":
                fresh = patient.fresh_step() if patient.has("new_step") else None
                if fresh is None:
                    continue
                result = patient.stepped(exam.points[0], (X, y), fresh)
            else:
                result = [np.array(patient.number(name, exam.points[0], (X, y)))]
        except Failed:
            found.append((name, np.array([np.nan])))
            continue
        found.append((name, flat_of(result)))
    return found


@check
def look_at_target_shape(exam: Exam) -> None:
    """The targets have the shape of the predictions, or the program brings them into it."""
    patient = exam.patient
    if exam.first_answers is None:
        return
    answer = patient.predict(patient.start, patient.X)
    y = np.asarray(patient.y)
    if answer.shape == y.shape:
        exam.look(f"y has the shape of the predictions, {y.shape}")
        return
    if exam.labels:
        compare_class_numbers(exam, answer, y)
        return
    if answer.size != y.size:
        try:
            shape = np.broadcast_shapes(answer.shape, y.shape)
            text = f"NumPy stretches them to {shape}."
        except ValueError:
            text = "They do not fit together."
        exam.find(
            "target_shape", "wrong", "y",
            f"y has shape {y.shape}, but the predictions have shape {answer.shape}. {text}",
        )  # fmt: skip
        return
    reshaped = dict(values_of(exam, y.reshape(answer.shape)))
    again = dict(values_of(exam, copied(patient.y)))
    for name, value in values_of(exam, copied(patient.y)):
        other = reshaped.get(name, value)
        if np.isnan(other).any() or fits_as_it_came(exam, name, value, other):
            continue
        if not np.array_equal(value, again.get(name, value), equal_nan=True):
            continue  # it is another number at each call
        shape = np.broadcast_shapes(answer.shape, y.shape)
        numbers = f": {value[0]:.4f} and {other[0]:.4f}" if value.size == 1 else ""
        exam.find(
            "target_shape", "wrong", "y",
            f"y has shape {y.shape}, the predictions have shape {answer.shape}, and NumPy "
            f"stretches them to {shape}. {name} gives something else with "
            f"y.reshape{answer.shape}{numbers}.", (f"y.shape = {y.shape}",),
        )  # fmt: skip
        return
    exam.look(f"y {y.shape} is brought into the shape of the predictions, {answer.shape}")


def fits_as_it_came(exam: Exam, name: str, value: np.ndarray, other: np.ndarray) -> bool:
    """Say whether a function is right with y as it came; ``other`` is its value with y reshaped."""
    same = value.shape == other.shape and np.allclose(value, other, rtol=1e-3, atol=1e-12)
    if same or not exam.patient.has(exam.loss_name):
        return same
    if name in ("loss", "training_loss"):
        return exam.formula_of(name) is not None or adds_up(exam, name)
    if exam.formula is None or name != "gradients":
        return True  # what else is wrong with it will be seen where it is compared
    try:
        slopes = exam.measured(exam.points[0], None, 60).slope
    except Failed:
        return True
    s = flat_of(slopes)
    keep = ~np.isnan(s)
    scale = np.abs(s[keep]).max(initial=0) * 1e-2
    return not (
        other.shape == s.shape == value.shape
        and np.abs(value - s)[keep].max(initial=0) > scale
        and np.abs(other - s)[keep].max(initial=0) < scale
    )


def adds_up(exam: Exam, name: str) -> bool:
    """Say whether a loss is the sum, or the mean, of those of single samples: so it is no table's.

    At one sample nothing can be stretched.
    """
    index = np.arange(min(exam.patient.n, 12))
    point = exam.points[0]
    try:
        whole = exam.loss(point, index, name)
        alone = [exam.loss(point, np.array([i]), name) for i in index]
    except Failed:
        return False
    return any(abs(whole - v) <= 1e-6 * abs(whole) for v in (np.sum(alone), np.mean(alone)))


def compare_class_numbers(exam: Exam, answer: np.ndarray, y: np.ndarray) -> None:
    """Class numbers may be used as an index; they may not be subtracted from columns."""
    targets, patient = exam.targets, exam.patient
    name = exam.loss_name
    if targets is None or not patient.has(name):
        return
    columns = targets if patient.axis["predictions"] == 0 else targets.T
    ratios = []
    try:
        for values in exam.points[:4]:
            a = patient.predict(values, patient.X, exact=True)
            loss = exam.loss(values)
            with_columns = np.nan
            with contextlib.suppress(Failed):
                with_columns = patient.number(name, values, (patient.data()[0], columns))
            stretched = np.nan
            if y.ndim and np.broadcast_shapes(a.shape, y.shape):
                stretched = float(np.sum((a - y) ** 2)) or np.nan
            ratios.append((loss / stretched, loss, with_columns))
    except (Failed, ValueError):
        return
    table = np.array(ratios)
    one_ratio = np.ptp(table[:, 0]) <= 1e-4 * np.abs(table[:, 0]).max()
    if np.isfinite(table[:, 0]).all() and one_ratio and exam.formula is None:
        exam.find(
            "target_shape", "wrong", "y",
            f"y holds class numbers, shape {y.shape}, and they are subtracted from "
            f"{answer.shape[-1]} columns of predictions as if they were targets: the loss is "
            f"{table[0, 1]:.4f}, and with a column for each class it is {table[0, 2]:.4f}.",
        )  # fmt: skip


@check
def look_at_target_range(exam: Exam) -> None:
    """The output can reach the targets."""
    y, answers = exam.y_rows, exam.first_answers
    if answers is None:
        return
    m = exam.n_outputs
    if exam.labels:
        if exam.targets is None:
            used = exam.patient.has(exam.loss_name) or exam.patient.has("gradients")
            exam.find(
                "target_range", "wrong" if used else "suspicious", "y",
                f"y holds class numbers from {y.min():.0f} to {y.max():.0f}, but the {m} columns "
                f"of the predictions are counted from 0 to {m - 1}.",
                (f"y = {y.max() if y.max() >= m else y.min():.0f}",),
            )  # fmt: skip
        return
    name, (low, high) = output_range(exam)
    if not name:
        return
    off = (y < low - 1e-9) | (y > high + 1e-9)
    if off.any():
        worst = y[off].max() if (y > high).any() else y[off].min()
        exam.find(
            "target_range", "wrong", "y",
            f"y reaches from {y.min():g} to {y.max():g}, but {name} gives numbers from {low:g} "
            f"to {high:g}: {int(off.sum())} of {y.size} targets cannot be reached.",
            (f"y = {worst:g}",),
        )  # fmt: skip
    elif name == "a softmax" and y.shape[1] == m and np.abs(y.sum(axis=1) - 1).max() > 1e-3:
        bad = int((np.abs(y.sum(axis=1) - 1) > 1e-3).sum())
        exam.find(
            "target_range", "wrong", "y",
            f"a softmax gives shares that add up to 1, but in {bad} of {len(y)} rows the targets "
            "do not.",
        )  # fmt: skip
    else:
        exam.look(f"the targets lie in the range of {name}")


def output_range(exam: Exam) -> tuple[str, tuple[float, float]]:
    """Return what the output is and its range, from the network or from many predictions."""
    if exam.dense is not None:
        name = exam.dense.activations[-1].name
        return (f"a {name}" if name in RANGES else ""), RANGES.get(name, (-np.inf, np.inf))
    seen = []
    rng = np.random.default_rng(11)
    for scale in (1.0, 10.0, -10.0, 100.0, -100.0, 1000.0):
        try:
            seen.append(exam.patient.predictions(exam.jittered(scale, rng), exam.few, exact=True))
        except Failed:
            return "", (-np.inf, np.inf)
    a = np.concatenate(seen)
    a = a[np.isfinite(a).all(axis=1)]
    if len(a) and a.min() >= 0 and a.max() <= 1 and np.ptp(a) > 0.9:
        sums = a.shape[1] > 1 and np.abs(a.sum(axis=1) - 1).max() < 1e-6
        return ("a softmax" if sums else "the output"), (0.0, 1.0)
    if len(a) and np.abs(a).max() <= 1 and a.min() < -0.9 and a.max() > 0.9:
        return "the output", (-1.0, 1.0)
    return "", (-np.inf, np.inf)


@check
def look_at_classes(exam: Exam) -> None:
    """Every class that the network has an output for is there."""
    y = exam.y_rows if exam.targets is None else exam.targets
    n, m = y.shape
    values = np.unique(y)
    if not set(values) <= {0.0, 1.0, -1.0} or n < 4 or exam.first_answers is None:
        return
    if m == 1 and len(values) == 1 and output_range(exam)[0]:
        exam.find(
            "class_missing", "wrong", "y",
            f"all {n} targets are {values[0]:g}: there is nothing to tell apart.",
        )  # fmt: skip
    elif m > 1 and (y.sum(axis=1) == 1).all():
        absent = np.flatnonzero(y.max(axis=0) <= 0)
        if len(absent):
            severity = "wrong" if n >= 5 * m else "suspicious"
            exam.find(
                "class_missing", severity, "y",
                f"the predictions have {m} columns, but no sample belongs to "
                f"{'class' if len(absent) == 1 else 'classes'} "
                f"{', '.join(map(str, absent))}. {n} samples are of {m - len(absent)} classes.",
            )  # fmt: skip
        else:
            exam.look(f"all {m} classes are there")


@check
def look_at_scale(exam: Exam) -> None:
    """The inputs are of a size that a network can start from."""
    X = exam.X_rows
    largest = float(np.abs(X).max())
    if exam.dense is not None and np.size(exam.dense.divisor) == 1 and exam.dense.divisor != 1:
        exam.look(f"X, divided by {exam.dense.divisor:g} by the program, is of a good size")
        return
    if exam.dense is not None and np.size(exam.dense.divisor) > 1:
        exam.look("X, scaled column by column by the program, is of a good size")
        return
    spreads = X.std(axis=0)
    spreads = spreads[spreads > 0]
    ratio = float(spreads.max() / spreads.min()) if len(spreads) else 1.0
    if largest > 15 and len(spreads) and (spreads.max() > 5 or np.abs(X.mean(axis=0)).max() > 15):
        exam.find(
            "data_scale", "suspicious", "X",
            f"X reaches from {X.min():g} to {X.max():g}, and its columns have standard deviations "
            f"up to {spreads.max():.4g}.", (f"largest |X| = {largest:g}",),
        )  # fmt: skip
    elif ratio > 300 and X.shape[1] < 200:
        exam.find(
            "data_scale", "suspicious", "X",
            f"the columns of X have standard deviations from {spreads.min():.4g} to "
            f"{spreads.max():.4g}.",
        )  # fmt: skip
    elif exam.patient.has("predict"):
        exam.look(f"X is of a good size, at most {largest:.4g}")


@check
def look_at_whole_numbers(exam: Exam) -> None:
    """With X and y as floats the program gives the same."""
    patient = exam.patient
    for name in ("X", "y"):
        data = np.asarray(getattr(patient, name))
        if data.dtype.kind == "f" or (name == "y" and exam.labels and data.dtype.kind != "u"):
            continue
        as_floats = {"X": copied(patient.X), "y": copied(patient.y)}
        as_floats[name] = (data.astype(int) if name == "y" and exam.labels else
                           data.astype(np.float64))  # fmt: skip
        other = asked(exam, as_floats["X"], as_floats["y"])
        for role, value in asked(exam, *patient.data()).items():
            theirs = other.get(role)
            if theirs is None or theirs.shape != value.shape:
                continue
            if not np.allclose(value, theirs, rtol=1e-3, atol=1e-9, equal_nan=True):
                k = int(np.argmax(~np.isclose(value, theirs, rtol=1e-3, atol=1e-9)))
                exam.find(
                    "data_type", "wrong", name,
                    f"{name} has the type {data.dtype}. With it {role} gives {value[k]:.6g}, and "
                    f"with the same numbers as floats {theirs[k]:.6g}.",
                )  # fmt: skip
                return


def asked(exam: Exam, X: Any, y: Any) -> dict[str, np.ndarray]:
    """Return what predict, loss and gradients give for some data."""
    patient = exam.patient
    found: dict[str, np.ndarray] = {}
    questions: dict[str, Callable[[], Any]] = {
        "predict": lambda: [patient.predict(patient.start, X)],
        "loss": lambda: [np.array(patient.number("loss", patient.start, (X, y), exact=False))],
        "gradients": lambda: patient.gradients(patient.start, (X, y), exact=False),
    }
    for role, ask in questions.items():
        if not patient.has(role):
            continue
        seed(7)
        try:
            found[role] = np.concatenate([np.ravel(np.asarray(a, dtype=float)) for a in ask()])
        except Failed:
            continue
    return found
