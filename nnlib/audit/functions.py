"""Checks of the functions themselves: the same answer to the same question, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnlib.audit.exam import Exam, check, seed
from nnlib.audit.patient import Arrays, Failed, as_columns_of, in_form_of, leaves, taken
from nnlib.audit.slopes import at_largest, flat_of
from nnlib.audit.states import KEPT, ONE_FOR_ALL, Default, as_they_were, blank, content, kept


def ask(exam: Exam, name: str, values: Arrays | None = None) -> np.ndarray:
    """Return what a function gives at the start, as one flat array."""
    patient = exam.patient
    values = patient.start if values is None else values
    if name == "predict":
        return np.ravel(patient.predict(values, patient.X)).astype(float)
    if name == "gradients":
        return flat_of(patient.gradients(values, patient.data()))
    return np.array([patient.number(name, values, patient.data(), exact=False)])


@check
def look_at_defaults(exam: Exam) -> None:
    """No answer depends on what a default argument keeps from the calls before."""
    patient = exam.patient
    if not patient.defaults:
        return
    with as_they_were(patient.defaults):
        fill_anew(exam)
        for name in ("predict", "loss", "training_loss", "gradients"):
            if patient.has(name) and not exam.found("state_kept"):
                compare_with_fresh(exam, name)


def fill_anew(exam: Exam) -> None:
    """Take those lists for empty ones that calls before the audit have filled.

    So they are where all functions can be called after they were emptied, and fill them again.
    """
    patient = exam.patient
    for each in patient.defaults:
        if isinstance(each.value, np.ndarray) or blank(each.begin):
            continue
        each.fresh = content(type(each.value)())
        each.refresh()
        try:
            for name in ("predict", "loss", "training_loss", "gradients"):
                if patient.has(name):
                    ask(exam, name)
            if patient.has("step"):
                patient.stepped(patient.start, patient.data())
            works = bool(len(each.value))
        except Failed:
            works = False
        if not works:
            each.fresh = each.begin
        each.restore()


def compare_with_fresh(exam: Exam, name: str) -> None:
    """See whether a call with other parameters changes what a function answers."""
    patient, (here, there) = exam.patient, exam.points[:2]

    def answer(first: bool) -> np.ndarray:
        seed(7)
        if first:
            patient.renew()
        return ask(exam, name, here)

    try:
        fresh = answer(True)
        again = answer(True)
        changed = [each for each in patient.defaults if each.changed()]
        patient.renew()
        ask(exam, name, there)
    except Failed:
        return
    if not changed or not np.array_equal(fresh, again, equal_nan=True):
        return
    try:
        later = answer(False)
    except Failed as error:
        seen = f"{name} answers once, and in the second call it {error.what}"
    else:
        off = np.abs(later - fresh) if later.shape == fresh.shape else np.full(1, np.nan)
        if not off.max(initial=0) > 1e-9 * np.abs(fresh).max(initial=0):
            return
        k = at_largest(off)
        seen = (
            f"{name} gives {fresh[k]:.6g} in the first call, and {later[k]:.6g} after a call with "
            "other parameters."
        )
    by = [each for each in changed if mends(exam, name, each, fresh)] or changed
    exam.find(
        "state_kept", "wrong", name,
        f"{' and '.join(map(str, by))} calls, keeps what a call leaves in it: {seen}",
        advice=ONE_FOR_ALL,
    )  # fmt: skip
    patient.renewed = True  # what else there is shows without it


def mends(exam: Exam, name: str, default: Default, fresh: np.ndarray) -> bool:
    """Say whether the first answer comes again where one default argument alone is renewed."""
    here, there = exam.points[:2]
    exam.patient.renew()
    try:
        ask(exam, name, there)
        default.refresh()
        seed(7)
        return bool(np.array_equal(ask(exam, name, here), fresh, equal_nan=True))
    except Failed:
        return False


@check
def call_each_once(exam: Exam) -> None:
    """Each function can be called with what was passed; those that cannot are left out."""
    patient = exam.patient
    said = False  # a loss that is not finite follows from predictions that are not
    answers = exam.first_answers
    if answers is not None and not np.isfinite(answers).all():
        exam.no_numbers.add("predict")
        tell_no_answers(exam, answers)
        said = True
    for name in ("loss", "training_loss", "gradients"):
        if not patient.has(name):
            continue
        try:
            answer = ask(exam, name, None)
            if name != "gradients" and not np.isfinite(answer).all():
                exam.no_numbers.add(name)
                if not said:
                    not_finite(exam, name, answer)
        except Failed as error:
            shapes = f"X {np.shape(patient.X)} and y {np.shape(patient.y)}"
            exam.failed(error, f"its value for {shapes}")
            del patient.functions[name]
    for name, how in [
        ("loss", "the loss: pass loss(parameters, X, y)"),
        ("gradients", "the gradient: pass gradients(parameters, X, y)"),
        ("step", "the update: pass step(parameters, X, y)"),
    ]:
        if not patient.has(name) and not any(f.where == name for f in exam.findings):
            exam.miss(how)


def tell_no_answers(exam: Exam, answers: np.ndarray) -> None:
    """Report samples whose predictions are nan or inf at the start, and why, if that is known."""
    bad = ~np.isfinite(answers).all(axis=1)
    which = [word for word, has in (("nan", np.isnan), ("inf", np.isinf)) if has(answers).any()]
    seen = (
        f"predict gives {' and '.join(which)} for {int(bad.sum())} of {len(bad)} samples at the "
        "start, with parameters and an X of finite numbers."
    )
    advice, sums = NO_NUMBER, too_large(exam, bad)
    if sums is not None:
        seen += (
            f" The weighted sums of the output reach {sums.max():.4g}, and exp of more than "
            f"{highest(exam):.0f} is inf."
        )
        usually, do = OVERFLOW[sums.shape[1] > 1]
        columns = exam.patient.axis["predictions"] != 0
        advice = usually, do.replace("axis=1", "axis=0").replace("row", "column") if columns else do
    exam.find("saturated", "wrong", "predict", seen, advice=advice)


NO_NUMBER = (
    "It is exp of a large number, then inf / inf, or the logarithm or the root of a negative one.",
    "Print the smallest and the largest number before the last function. In a softmax subtract "
    "the largest first: np.exp(z - z.max(axis=1, keepdims=True)).",
)
OVERFLOW = {
    True: (
        "exp of a large number is inf, and inf / inf is nan: the softmax does not subtract the "
        "largest first.",
        "Subtract the largest of each row before exp: np.exp(z - z.max(axis=1, keepdims=True)). "
        "Then scale X, or start with smaller weights.",
    ),
    False: (
        "exp of a large number is inf, and inf / inf is nan, as in exp(z) / (1 + exp(z)).",
        "Write 1 / (1 + np.exp(-z)). Then scale X, or start with smaller weights.",
    ),
}


def highest(exam: Exam) -> float:
    """Return about the largest number of which exp is finite, in the program's precision."""
    return 88.0 if exam.patient.short_steps or exam.patient.single else 709.0


def too_large(exam: Exam, bad: np.ndarray) -> np.ndarray | None:
    """Return the weighted sums of a softmax or a sigmoid, if exp of them is inf for these samples.

    It has to be inf for these samples alone; a sum of several may be so a little earlier.
    """
    dense, limit = exam.dense, highest(exam)
    if dense is None or dense.activations[-1].name not in ("softmax", "sigmoid"):
        return None
    sums = dense.forward(exam.patient.start, exam.X_rows)[0][-1]
    largest = sums.max(axis=1)
    above, nearly = largest > limit + 1, largest > limit - 5
    under = largest < -limit  # all are 0, and so is their sum
    return sums if above.any() and bad[above].all() and (nearly | under)[bad].all() else None


def not_finite(exam: Exam, name: str, answer: np.ndarray) -> None:
    """Report a loss that is no finite number at the start, beside predictions that are, if any."""
    a = exam.first_answers
    if a is not None and bool(((a > 1e-12) & (a < 1 - 1e-12)).all()):
        exam.find(
            "loss_formula", "wrong", name,
            f"{name} is {answer[0]} at the start, and the predictions are numbers from "
            f"{a.min():.4g} to {a.max():.4g}. So it divides by 0, or takes a root or a "
            "logarithm of something else than a prediction.",
        )  # fmt: skip
        return
    if by_negative_numbers(exam, name):
        return
    scaled = exam.dense is not None and np.any(exam.dense.divisor != 1)
    big = np.abs(exam.X_rows).max() > 15 and not scaled
    beside = ""
    if a is not None:
        sure = int(((a == 0) | (a == 1)).sum())
        beside = ", and all predictions are finite numbers"
        beside += f", {sure} of {a.size} exactly 0 or 1" if sure else ""
    exam.find(
        "data_scale" if big else "saturated", "suspicious" if big else "wrong", name,
        f"{name} is {answer[0]} at the start{beside}. For example it is the logarithm of 0, or a "
        "number too large for a float."
        + (f" X reaches {np.abs(exam.X_rows).max():g}." if big else ""),
    )  # fmt: skip


def by_negative_numbers(exam: Exam, name: str) -> bool:
    """See whether a loss is no number just where predictions lie outside of 0 and 1."""
    a, patient = exam.first_answers, exam.patient
    if a is None or not np.isfinite(a).all():
        return False
    outside = np.asarray(((a < 0) | (a > 1)).any(axis=1))
    chosen = [*np.flatnonzero(outside)[:6], *np.flatnonzero(~outside)[:6]]
    if not outside.any():
        return False
    for i in chosen:
        data = patient.data(np.array([i]))
        try:
            value = patient.number(name, patient.start, data, exact=False)
        except Failed:
            return False
        if np.isfinite(value) == outside[i]:
            return False
    exam.find(
        "loss_formula", "wrong", name,
        f"{name} is no number at the start, just where a prediction lies outside of 0 to 1: the "
        f"predictions reach from {a.min():.4g} to {a.max():.4g}, and a negative number has no "
        "logarithm.",
        advice=("A cross-entropy is taken of an output that is no sigmoid and no softmax.",
                "Give the output a sigmoid or a softmax, or take the squared error."),
    )  # fmt: skip
    return True


@check
def look_at_precision(exam: Exam) -> None:
    """Find out whether the loss is computed in float32 whatever the parameters are."""
    patient = exam.patient
    if not patient.has(exam.loss_name):
        return
    try:
        losses = [exam.loss(values, exam.few) for values in exam.points[:3]]
    except Failed:
        return
    finite = [loss for loss in losses if np.isfinite(loss) and loss != 0]
    patient.single = len(set(finite)) > 1 and all(float(np.float32(x)) == x for x in finite)


@check
def look_for_changes(exam: Exam) -> None:
    """No function changes what it is given."""
    patient = exam.patient
    for name in ("predict", "loss", "training_loss", "gradients", "step"):
        if not patient.has(name) or (name == "step" and not patient.has("new_step")):
            continue
        given = patient.made(exam.points[0])
        X, y = patient.data()
        before = [array.copy() for _, array in leaves(given)]
        arguments = (given, X) if name == "predict" else (given, X, y)
        try:
            if name == "step":
                kept = patient.functions["step"]
                patient.functions["step"] = patient.fresh_step()
            patient.call(name, *arguments)
        except Failed:
            continue
        finally:
            if name == "step":
                patient.functions["step"] = kept
        report_changes(exam, name, before, given, X, y)


def report_changes(
    exam: Exam, name: str, before: list[np.ndarray], given: Any, X: Any, y: Any
) -> None:
    """Say which argument a call has changed."""
    patient = exam.patient
    new_X, new_y = order_of(exam, "X", X), order_of(exam, "y", y)
    if new_X is not None and name == "step":
        if new_y is not None and np.array_equal(new_X, new_y):
            return  # shuffled in place, rows and labels alike
        exam.find(
            "pairs_broken", "wrong", name,
            "step brings the rows of X into another order, in place, and those of y "
            + ("into a third one." if new_y is not None else "stay where they are."),
        )  # fmt: skip
        return
    changed = [n for n, a, b in [("X", patient.X, X), ("y", patient.y, y)] if not same(a, b)]
    if name != "step":
        after = [array for _, array in leaves(given)][: len(before)]
        changed += [
            label
            for label, a, b in zip(patient.leaf_names, before, after, strict=False)
            if a.shape != b.shape or not np.array_equal(a, b, equal_nan=True)
        ]
    if changed:
        exam.find(
            "changes_its_arguments", "wrong", name,
            f"{name} changes {', '.join(changed)}, which it was given: after one call "
            "the caller has other numbers.", tuple(changed),
        )  # fmt: skip


def same(a: Any, b: Any) -> bool:
    """Say whether data are what they were."""
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and a.dtype == b.dtype and bool((a == b).all())


def order_of(exam: Exam, name: str, now: Any) -> np.ndarray | None:
    """Return the order into which samples were brought, or None if they were not."""
    patient = exam.patient
    old = getattr(patient, name)
    if same(old, now) or np.shape(old) != np.shape(now):
        return None
    rows = [as_columns_of(np.asarray(each), patient.axis[name]) for each in (old, now)]
    places = []
    for row in rows[1]:
        hit = np.flatnonzero((rows[0] == row).all(axis=1))
        if len(hit) == 0:
            return None
        places.append(hit[0])
    return np.array(places)


@check
def ask_twice(exam: Exam) -> None:
    """The same question gets the same answer."""
    patient = exam.patient
    for name in ("predict", "loss", "training_loss", "gradients"):
        if not patient.has(name) or exam.found("changes_its_arguments"):
            continue
        try:
            with patient.on_one_object():
                answers = [ask(exam, name, exam.points[0]) for _ in range(3)]
        except Failed:
            continue
        if any(a.shape != answers[0].shape for a in answers) or not np.isfinite(answers[0]).all():
            continue
        scale = max(np.abs(answers[0]).max(initial=0), 1e-300)
        if max(np.abs(a - answers[0]).max(initial=0) for a in answers[1:]) <= 1e-9 * scale:
            continue
        report_difference(exam, name, answers)


def report_difference(exam: Exam, name: str, answers: list[np.ndarray]) -> None:
    """Say whether a function is random, or remembers."""
    a, b, c = answers
    k = at_largest(np.abs(a - b))
    seen = f"two calls with the same arguments gave {a[k]:.6g} and {b[k]:.6g}"
    if name == "training_loss":
        exam.patient.random_loss = not repeats(exam, name)
        if exam.patient.random_loss:
            exam.miss("the slopes of training_loss, which draws new random numbers at each call")
        return
    first, then = b - a, c - b
    lengths = float(np.sqrt(np.sum(first**2) * np.sum(then**2)))
    if name == "gradients" and len(a) > 1 and float(np.vdot(first, then)) > 0.999 * lengths > 0:
        exam.find(
            "state_kept", "wrong", name,
            f"{seen}, and a third one {c[k]:.6g}: what changes is the same each time, so something "
            "is kept from call to call.",
        )  # fmt: skip
    elif name == "gradients" and exam.patient.has("training_loss"):
        exam.patient.random_loss = not repeats(exam, name)
    else:
        why = what_is_kept(exam, name)
        exam.find("loss_random", "wrong", name, f"{seen}{why and f': {why}'}.",
                  advice=KEPT if why else None)  # fmt: skip


def what_is_kept(exam: Exam, name: str) -> str:
    """Say what a program that is an object keeps from call to call; nothing if that is unknown."""
    one = exam.patient.functions.get(f"{name} of one object")
    if one is None:
        return ""
    try:
        with exam.patient.on_one_object():
            return kept(one.work, lambda: ask(exam, name, exam.points[0]))
    except (Failed, AttributeError, ValueError, TypeError):
        return ""


def repeats(exam: Exam, name: str) -> bool:
    """Say whether a random function repeats itself with the same seed."""
    seed(7)
    a = ask(exam, name, exam.points[0])
    seed(7)
    return bool(np.array_equal(a, ask(exam, name, exam.points[0])))


@check
def look_for_one_array(exam: Exam) -> None:
    """A gradient is a new array at each call."""
    patient = exam.patient
    if not patient.has("gradients"):
        return
    try:
        answers = []
        kept: Arrays = []
        with patient.on_one_object():
            for values in exam.points[:2]:
                seed(7)
                given = patient.made(values, exact=True)
                answer = patient.call("gradients", given, *patient.data())
                answers.append([array for _, array in leaves(answer)])
                kept = kept or [array.copy() for array in answers[0]]
    except Failed:
        return
    first = [
        i
        for i, (now, then) in enumerate(zip(answers[0], kept, strict=False))
        if now.shape == then.shape and not np.array_equal(now, then, equal_nan=True)
    ]
    shared = [
        i
        for i, (a, b) in enumerate(zip(*answers, strict=False))
        if a.size and np.shares_memory(a, b)
    ]
    if shared and first:
        own = patient.leaf_names
        names = ", ".join(own[i] for i in shared if i < len(own))
        of_an_object = "gradients of one object" in patient.functions  # its step may use them first
        exam.find(
            "same_array_returned", "suspicious" if of_an_object else "wrong", "gradients",
            f"two calls with different parameters returned the same array for {names}: the second "
            "call has overwritten what the first one returned.",
        )  # fmt: skip


@check
def ask_one_alone(exam: Exam) -> None:
    """A sample gets the same answer alone and among others."""
    patient = exam.patient
    if not patient.has("predict") or exam.first_answers is None or patient.n < 2:
        return
    if exam.found("loss_random", "changes_its_arguments"):
        return
    values = exam.points[0]
    try:
        among = patient.predictions(values, exact=True)
    except Failed:
        return
    worst, place, alone = 0.0, 0, among[0]
    for i in np.unique(np.linspace(0, patient.n - 1, 4).astype(int)):
        try:
            answer = patient.predictions(values, np.array([i]), exact=True)
        except Failed as error:
            if by_columns(exam, values):
                say_other_layout(exam)
            elif exam.patient.n > 3 and takes_no_part(exam):
                tell_one_number_of_samples(exam, error)
            else:
                exam.miss(f"one sample alone: {error}")
            return
        if answer.shape != (1, among.shape[1]):
            if answer.size != among.shape[1]:
                tell_entry_per_sample(exam, answer)
                return
            answer = answer.reshape(1, -1)
        off = float(np.abs(answer[0] - among[i]).max())
        if np.isnan(off):
            off = np.inf  # alone it gets no number: a spread over the samples, perhaps
        if off > worst:
            worst, place, alone = off, int(i), answer[0]
    if not np.isfinite(among).all():
        return
    scale = max(float(np.abs(among).max()), 1e-12)
    if not worst > (1e-3 if patient.single else 1e-6) * scale:
        exam.look(
            "a sample alone and among others gets the same answer"
            + ", where that is a number" * ("predict" in exam.no_numbers)
        )
        return
    if by_columns(exam, values):
        say_other_layout(exam)
        return
    k = at_largest(np.abs(alone - among[place]))
    text, advice = sums(among), None
    if takes_across(exam, values, among):
        text = " It is given numbers of several samples, those in its place after a reshape."
        advice = RESHAPED
    elif scales_by_batch(exam, values, among, by_column=True):
        text = " With each column of X times a number and plus another one, for all samples, all "
        text += "answers stay as they are: X is scaled by what comes with it."
        advice = BY_ITS_BATCH
        exam.make_note("data_scale", "The program scales it, by the samples that it is given.")
    elif scales_by_batch(exam, values, among, by_column=False):
        text = " With 3 X + 2 for all samples, all answers stay as they are: X, or what the first "
        text += "layer makes of it, is scaled by what comes with it."
        advice = NORM_BY_ITS_BATCH
    exam.find(
        "samples_mixed", "wrong", "predict",
        f"sample {place} alone gets {alone[k]:.4f}, and among all {patient.n} samples it gets "
        f"{among[place][k]:.4f}.{text}",
        (f"sample {place}, output {k}",), advice=advice,
    )  # fmt: skip


RESHAPED = (
    "X.reshape(-1, n) only cuts the numbers into other rows, it turns nothing round.",
    "Make a row of each sample, then turn the table: X.reshape(n, -1).T.",
)
BY_ITS_BATCH = (
    "The mean and the deviation, or the smallest and the largest number, are those of the samples "
    "that predict is given.",
    "Compute them once, of the training data, keep them, and use these in predict too.",
)


NORM_BY_ITS_BATCH = (
    f"{BY_ITS_BATCH[0][:-1]}: a batch norm that keeps none of the training, or a layer norm along "
    "the wrong axis.",
    "Keep those of the training data, and use them in predict too; a layer norm runs over the "
    "neurons of each sample, axis=1 with samples as rows.",
)


def scales_by_batch(exam: Exam, values: Arrays, among: np.ndarray, by_column: bool) -> bool:
    """Say whether no answer changes where all samples are multiplied and moved alike.

    ``by_column``: by other numbers in each column. A change of another form has to show.
    """
    patient = exam.patient
    X = np.moveaxis(np.asarray(patient.X, dtype=float), patient.axis["X"], 0)
    factors = np.linspace(3, 7, X[0].size).reshape(X[0].shape) if by_column else 3.0
    bent = X + 0.5 * X.std(axis=0) * np.sin(np.arange(X.size).reshape(X.shape))
    try:
        answers = [
            patient.predict(values, exam.as_it_came("X", each), exact=True)
            for each in (factors * X + factors - 1, bent)
        ]
    except Failed:
        return False
    axis = patient.axis["predictions"] if answers[0].ndim > 1 else 0
    off, shows = (np.abs(as_columns_of(a, axis) - among).max() for a in answers)
    room = 1e-3 * float(np.ptp(among))
    return bool(off < room and shows > 10 * room)


ROWS_MADE_ONCE = (
    "Something in it has a row for each sample and was made once: a column of ones, a state, a "
    "bias.",
    "Make it as long as the X that comes: np.ones((len(X), 1)). New samples have no answer else.",
)


def takes_no_part(exam: Exam) -> bool:
    """Say whether predict fails for each part of the samples that is tried, by either axis."""
    patient = exam.patient
    X = np.asarray(patient.X)
    for axis in range(X.ndim if X.ndim == 2 else 1):
        size = X.shape[axis] if X.ndim == 2 else patient.n
        for part in (size - 1, size // 2):
            index = np.arange(part)
            some = taken(patient.X, index, axis) if X.ndim == 2 else patient.data(index)[0]
            try:
                patient.predict(exam.points[0], some, exact=True)
            except Failed:
                continue
            return False
    return True


def tell_one_number_of_samples(exam: Exam, error: Failed) -> None:
    """Report a predict that takes as many samples as there are, and no other number of them."""
    n = exam.patient.n
    exam.find(
        "raises", "wrong", "predict",
        f"predict answers for all {n} samples, and for no part of them, not for {n - 1} and not "
        f"for one: it {error.what}",
        advice=ROWS_MADE_ONCE,
    )  # fmt: skip


def takes_across(exam: Exam, values: Arrays, among: np.ndarray) -> bool:
    """Say whether a reshape gives each sample the numbers of several."""
    patient = exam.patient
    X = np.asarray(patient.X, dtype=float)
    axis, n = patient.axis["X"], patient.n
    mixed = X.reshape(-1, n).T if axis == 0 else X.reshape(n, -1)
    for i in range(min(n, 5)):
        one = mixed[i].reshape(np.moveaxis(X, axis, 0)[:1].shape)
        try:
            answer = patient.predict(values, in_form_of(patient.X, np.moveaxis(one, 0, axis)))
        except Failed:
            return False
        if answer.size != among.shape[1] or not np.allclose(np.ravel(answer), among[i], 1e-6):
            return False
    return True


def tell_entry_per_sample(exam: Exam, answer: np.ndarray) -> None:
    """Report parameters by which one sample alone gets as many answers as there are samples."""
    n, m = exam.patient.n, exam.n_outputs
    names = [name for k, name in enumerate(exam.patient.names) if by_sample(exam, k)]
    if answer.size == n * m and not names and n > 3 and takes_no_part(exam):
        exam.find(
            "raises", "wrong", "predict",
            f"one sample alone gets {n} answers, and {n - 1} of the {n} samples get none: predict "
            "raises an error.", advice=ROWS_MADE_ONCE,
        )  # fmt: skip
        return
    if answer.size != n * m or not names:
        exam.miss(f"one sample alone: it gets {answer.size} numbers, not {m}")
        return
    verb, they = ("has", "it") if len(names) == 1 else ("have", "they")
    exam.find(
        "parameter_shape", "wrong", ", ".join(names),
        f"one sample alone gets {n} answers: {' and '.join(names)} {verb} an entry for each of the "
        f"{n} samples, and other samples {they} cannot serve.",
        advice=("A bias was made as wide as the data, such as np.zeros((1, m)) with m samples.",
                "A bias has one entry for each neuron, whatever the number of samples is."),
    )  # fmt: skip


def by_sample(exam: Exam, k: int) -> bool:
    """Say whether the first entries of a parameter along an axis are for the first sample alone."""
    values, n = exam.points[0], exam.patient.n
    before = exam.patient.predictions(values, exact=True)
    for axis in (i for i, size in enumerate(values[k].shape) if size == n):
        moved = [v.copy() for v in values]
        np.moveaxis(moved[k], axis, 0)[0] += 1.0
        other = (exam.patient.predictions(moved, exact=True) != before).any(axis=1)
        if other[0] and not other[1:].any():
            return True
    return False


def say_other_layout(exam: Exam) -> None:
    """Report a program that takes the other axis of X for the samples."""
    used, told = ("columns", "rows") if exam.patient.axis["X"] == 0 else ("rows", "columns")
    exam.find(
        "samples_as_columns", "wrong", "X",
        f"X has shape {np.shape(exam.patient.X)}, with the samples in its {told}, but the program "
        f"takes its {used} for samples: one of them alone gets an answer.",
    )  # fmt: skip


def sums(a: np.ndarray) -> str:
    """Say over what the predictions add up to 1."""
    if abs(a.sum() - 1) < 1e-6:
        return " All predictions of all samples together add up to 1."
    if np.abs(a.sum(axis=0) - 1).max() < 1e-6:
        return " For each output the predictions of all samples add up to 1."
    return ""


def by_columns(exam: Exam, values: Arrays) -> bool:
    """Say whether the program answers a single sample rightly in the other layout."""
    patient = exam.patient
    X = np.asarray(patient.X)
    if X.ndim != 2 or X.shape[0] != X.shape[1]:
        return False
    other = -1 if patient.axis["X"] == 0 else 0
    try:
        whole = patient.predict(values, X)
        part = patient.predict(values, taken(X, np.arange(1), other))
    except Failed:
        return False
    for axis in (other, patient.axis["X"]):
        fit = whole.ndim == 2 and whole.shape[axis] == X.shape[other] and part.shape[axis] == 1
        if fit and np.allclose(as_columns_of(whole, axis)[0], as_columns_of(part, axis)[0]):
            return True
    return False
