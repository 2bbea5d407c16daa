"""A doctor for programs that people wrote themselves: what is wrong, where, and why.

The program stays a black box: it is asked for predictions, losses, gradients and steps, and what
it answers is compared with what its other answers imply. Only where its network cannot be rebuilt
and its gradient is wrong, the operations of its loss are watched (`traces`, `paths`).
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

# The order of these modules is the order of the checks.
from nnlib.audit import (  # isort: skip
    data, functions, unused, start, loss, gradient, steps, pairs, blindness, training, numbers,
)  # fmt: skip
from nnlib.audit.exam import CHECKS, Exam
from nnlib.audit.findings import KINDS, SEVERITIES, Finding, Kind, Report, in_order
from nnlib.audit.inside import arrays_inside
from nnlib.audit.patient import (
    Failed,
    Patient,
    Silent,
    TooLong,
    assign,
    attribute,
    copied,
    leaves,
    of_an_object,
)
from nnlib.audit.states import defaults_of, parts_of
from nnlib.validation import check_number, describe

__all__ = ["KINDS", "SEVERITIES", "Finding", "Kind", "Report", "audit"]

SECONDS = 8.0  # of computing: after these nothing more is asked of the program
SECONDS_BY_THE_CLOCK = 25.0  # for programs that wait, and computers that are busy
PARTS = {data, functions, unused, start, loss, gradient, steps, pairs, blindness, training, numbers}


def audit(
    X: Any,
    y: Any,
    *,
    parameters: Any = None,
    predict: Any = None,
    loss: Any = None,
    gradients: Any = None,
    step: Any = None,
    new_step: Callable[[], Any] | None = None,
    learning_rate: float | None = None,
    step_is: str | None = None,
    training_loss: Any = None,
    reports: Mapping[str, Any] | None = None,
    samples: str | Mapping[str, str] | None = None,
    program: Any = None,
    arrays: Sequence[str] | None = None,
) -> Report:
    """Look for what is wrong in a network that somebody wrote, and say what it is.

    Nothing that is passed is changed. What is not passed is not looked at, and the report says so.

    Parameters
    ----------
    X, y : arrays of any shape, or nested lists
        The data: samples as rows or as columns, images (n, 8, 8), class numbers (n,).
    parameters : dict, list, or any nesting of them
        The program's arrays at its start, under any names.
    predict : function of (parameters, X)
        Returns an answer for each sample: an array (n, m), (n,), or (m, n).
    loss : function of (parameters, X, y), returning one number
    gradients : function of (parameters, X, y), returning the structure of the parameters
        Known by their names, also as dW1 or grad_W1, or by their order.
    step : function of (parameters, X, y)
        Returns the parameters after one update, or changes them in place.
    new_step : function of nothing, returning a step
        Where a step keeps something from call to call, such as momentum.
    learning_rate : float, above 0
        What the step should multiply the gradient by.
    step_is : str
        "update", "batch" (a step takes some of the samples) or "epoch" (it makes many updates).
    training_loss : function of (parameters, X, y)
        What is descended, where that is not ``loss``: with dropout or a penalty.
    reports : dict of functions of (parameters, X, y)
        Numbers that the program prints, such as ``{"accuracy": f}``; they are computed again.
    samples : "rows" or "columns", or a dict of these for "X" and "y"
        How the samples lie. Left out, it is found out.
    program : object
        A program that keeps its arrays itself. It is copied. ``predict``, ``loss``, ``gradients``
        and ``step`` are then names of its methods, or functions of it: ``f(program, X, y)``.
    arrays : list of str
        The names of its attributes that are trained, such as ``["W1", "b1"]`` or
        ``["layers[0].W"]``. Left out, these are all arrays of floats that it holds; if it holds
        none itself, those in its parts, such as layers, on which its predictions depend.

    Returns
    -------
    Report
        ``.findings``, in the order in which to mend them. True if nothing is wrong and something
        was compared.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind that is described here.

    Source: DeepDiagnosis (Wardat et al., *ICSE* 2022) for Keras programs; here the causes are
    found by computing everything again, lesson 07.
    """
    roles = {
        "predict": predict, "loss": loss, "gradients": gradients, "step": step,
        "training_loss": training_loss,
    }  # fmt: skip
    passed = [f for f in (*roles.values(), new_step, *parts_of(program)) if f is not None]
    check_options(learning_rate, step_is, reports, new_step, program)
    check_ways_in(parameters, program, arrays)
    told = layouts(samples)
    copied_program = True
    if program is not None:
        names = check_arrays(program, arrays, predict, X)
        check_roles(roles, program)
        parameters, made, copied_program = of_an_object(program, names, roles)
        roles = made
        reports = {
            name: (lambda p, *d, f=f, at=names: run_report(program, at, p, f, d))
            for name, f in (reports or {}).items()
        }
    else:
        check_roles(roles, None)
    functions = {**roles, "new_step": new_step or roles.get("new_step")}
    patient = admitted(X, y, parameters, functions)
    patient.defaults = defaults_of(passed)
    exam = Exam(patient, learning_rate, step_is, dict(reports or {}))
    if not copied_program:
        exam.miss("the program as it was: it cannot be copied, so it was used itself")
    kept = {} if copied_program else {name: copied(attribute(program, name)) for name in names}
    try:
        with quiet(), patient.alarm:
            patient.start_the_clock(SECONDS, SECONDS_BY_THE_CLOCK)
            look(exam, told)
    finally:
        for each in patient.defaults:
            each.restore()
        for name, value in kept.items():
            assign(program, name, value)
    return Report(in_order(exam.findings), tuple(exam.compared), tuple(exam.missing))


def admitted(X: Any, y: Any, parameters: Any, functions: dict[str, Any]) -> Patient:
    """Return the program in one form, or say why there is nothing to look at."""
    try:
        patient = Patient(X, y, parameters, functions)
    except MemoryError:
        raise ValueError(
            f"X of shape {np.shape(X)}, y of shape {np.shape(y)} or the parameters are too large "
            "for a copy, and nothing is looked at without one. Pass fewer samples, such as "
            "X[:1000] and y[:1000]."
        ) from None
    if not patient.has("step") and patient.has("new_step"):
        patient.functions["step"] = lambda *given: patient.fresh_step()(*given)
    if parameters is not None and not patient.start:
        raise TypeError(
            f"parameters is {describe(parameters)}, in which no array of numbers was found. Pass "
            'the arrays of the program, for example {"W1": W1, "b1": b1}.'
        )
    return patient


def look(exam: Exam, told: dict[str, int]) -> None:
    """Make all checks, one after the other."""
    start.look_for_one_array(exam)
    for number, each in enumerate(CHECKS):
        if number == 1:  # the data are numbers: how do they lie?
            if exam.stopped:
                return
            data.find_layout(exam, told)
            if exam.stopped:
                return
            if not exam.patient.start:
                exam.miss("the program: pass its parameters, or program and arrays")
                exam.patient.functions.clear()
            data.find_answers(exam)
            data.cut_vector(exam)
            data.bundle_neurons(exam)
        if exam.patient.late():
            exam.miss(f"{line_of(each)} (the time for the audit was up)")
            continue
        try:
            each(exam)
        except Failed as error:
            exam.failed(error)
        except (
            ArithmeticError,
            LookupError,
            np.linalg.LinAlgError,
            ValueError,
            TypeError,
        ) as error:
            exam.miss(f"{line_of(each)} ({type(error).__name__}: {error})")
        except TooLong:
            exam.miss("more: the time for the audit was up")
            return
        if exam.patient.late():
            exam.miss(f"all of this: {line_of(each)} (the time for the audit was up)")


def line_of(check: Callable[[Exam], None]) -> str:
    """Return what a check looks at, in words."""
    words = (check.__doc__ or "").strip()
    return words.removesuffix(".")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Show nothing that the program prints or warns of, and put back what it sets for all.

    These are random numbers, how arrays are printed and the folder. It can read nothing, since
    nobody answers, and its figures are closed.
    """
    import os
    import random
    import sys

    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    out, err, folder, stdin = Silent(), Silent(), os.getcwd(), sys.stdin
    figures = sys.modules.get("matplotlib.pyplot")
    before = set(figures.get_fignums()) if figures is not None else set()
    try:
        sys.stdin = io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            np.printoptions(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stdin = stdin
        os.chdir(folder)
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002
        if figures is not None:
            for number in set(figures.get_fignums()) - before:
                figures.close(number)


def run_report(
    program: Any, names: list[str], parameters: dict[str, Any], function: Any, given: Any
) -> Any:
    """Return a printed number of a program that keeps its arrays itself."""
    _, made, _ = of_an_object(program, names, {"report": function})
    return made["report"](parameters, *given)


def layouts(samples: str | Mapping[str, str] | None) -> dict[str, int]:
    """Return the axis of the samples for what was said of it."""
    if samples is None:
        return {}
    pairs = {"X": samples, "y": samples} if isinstance(samples, str) else samples
    if (
        not isinstance(pairs, Mapping)
        or not set(pairs) <= {"X", "y"}
        or not all(isinstance(v, str) and v in data.LAYOUTS for v in pairs.values())
    ):
        raise ValueError(
            f'samples is {describe(samples)}, but "rows" or "columns" is expected, or a dict of '
            'them: samples={"X": "rows", "y": "columns"}.'
        )
    return {name: data.LAYOUTS[layout] for name, layout in pairs.items()}


def check_options(
    learning_rate: Any, step_is: Any, reports: Any, new_step: Any, program: Any
) -> None:
    """Raise an error that says what is expected, if an option is of another kind."""
    if learning_rate is not None:
        check_number("learning_rate", learning_rate, above=0, advice="Leave it out if unknown.")
    if step_is is not None and not (
        isinstance(step_is, str) and step_is in ("update", "batch", "epoch")
    ):
        raise ValueError(
            f'step_is is {describe(step_is)}, but "update", "batch" or "epoch" is expected. '
            "Leave it out if you are not sure."
        )
    if reports is not None and not (
        isinstance(reports, Mapping) and all(isinstance(name, str) for name in reports)
    ):
        raise TypeError(
            f"reports is {describe(reports)}, but a dict of functions is expected, such as "
            '{"accuracy": f}.'
        )
    for name, function in (reports or {}).items():
        if not callable(function) and (program is None or not isinstance(function, str)):
            raise TypeError(
                f"reports[{name!r}] is {describe(function)}, but a function is expected that "
                "returns the number: of (parameters, X, y), or of (program, X, y) beside program."
            )
        if isinstance(function, str):
            check_roles({f"reports[{name!r}]": function}, program)
    if new_step is not None and not callable(new_step):
        raise TypeError(
            f"new_step is {describe(new_step)}, but a function is expected that returns a step."
        )


def check_ways_in(parameters: Any, program: Any, arrays: Any) -> None:
    """Raise an error if the ways in are mixed: parameters, or a program and its arrays."""
    if program is None and arrays is not None:
        raise TypeError(
            f"arrays is {describe(arrays)}, but no program is given whose attributes these are. "
            "Pass program too, or the arrays themselves as parameters."
        )
    if program is not None and parameters is not None:
        raise TypeError(
            f"parameters is {describe(parameters)}, and a program is given as well, which holds "
            'its own. Leave one of them out; arrays=["W1", "b1"] names those of the program.'
        )
    if isinstance(program, (dict, list, tuple, np.ndarray)):
        raise TypeError(
            f"program is {describe(program)}, but an object is expected that holds its arrays as "
            "attributes. Pass these as parameters."
        )
    if isinstance(program, type):
        raise TypeError(
            f"program is the class {program.__name__}, but an object of it is expected, such as "
            f"{program.__name__}()."
        )


def check_roles(roles: Mapping[str, Any], program: Any) -> None:
    """Raise an error if a function is none, or a name is no method."""
    for name, function in roles.items():
        if function is None or callable(function):
            continue
        if program is None or not isinstance(function, str):
            given = "(parameters, X)" if name == "predict" else "(parameters, X, y)"
            expected = (
                f"a function of {given}" if program is None else "a method's name, or a function"
            )
            raise TypeError(
                f"{name} is {describe(function)}, but {expected} is expected."
                + (" Pass program too, if it is a method's name." * isinstance(function, str))
            )
        try:
            method = attribute(program, function)
        except (AttributeError, LookupError, TypeError):
            method = None
        if not callable(method):
            raise ValueError(
                f"{name} is {function!r}, but {type(program).__name__} has no such method. It has "
                f"{', '.join(n for n in dir(program) if not n.startswith('_')) or 'none'}."
            )


def check_arrays(program: Any, arrays: Any, predict: Any = None, X: Any = None) -> list[str]:
    """Return the names of a program's arrays, or raise an error that says what is expected."""
    if arrays is None:
        found = [
            name
            for name, value in getattr(program, "__dict__", {}).items()
            if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        ]
        if not found:
            with quiet():
                found = arrays_inside(program, predict, X)
    elif isinstance(arrays, (list, tuple)) and all(isinstance(name, str) for name in arrays):
        found = list(arrays)
    else:
        raise TypeError(
            f'arrays is {describe(arrays)}, but a list of names is expected: ["W1", "b1"].'
        )
    for name in found:
        try:
            value = attribute(program, name)
        except (AttributeError, LookupError, TypeError, ValueError):
            raise ValueError(
                f"arrays names {name!r}, which {type(program).__name__} does not have. It has "
                f"{', '.join(getattr(program, '__dict__', {})) or 'no attributes'}."
            ) from None
        if not leaves(value):
            raise TypeError(
                f"arrays names {name!r}, which is {describe(value)}, and no array of numbers is "
                "in it. Leave it out."
            )
    if not found:
        raise ValueError(
            f"program is {describe(program)}, and no arrays were found in it. Pass arrays, the "
            'names of its attributes: arrays=["W1", "b1"].'
        )
    return found
