"""Checks at the door: bad input is named and explained before any arithmetic starts.

Every message says which argument it was, what came, what was expected, and what to do. A ``value``
is of type Any: whatever comes, a check can say what is wrong with it.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike, DTypeLike

T = TypeVar("T")  # the type of what a check returns, where that depends on its arguments
F = TypeVar("F", bound=Callable[..., Any])  # a function, and the same function decorated

# What other libraries call the things that have a name here.
OTHER_NAMES = {
    "linear": "identity",
    "none": "identity",
    "logistic": "sigmoid",
    "expit": "sigmoid",
    "hyperbolic_tangent": "tanh",
    "rectifier": "relu",
    "sgd": "gradient_descent",
    "gd": "gradient_descent",
    "nesterov": "momentum",
    "adamw": "adam",
    "mean_squared_error": "mse",
    "squared_error": "mse",
    "l2": "mse",
    "binary_cross_entropy": "bce",
    "binary_crossentropy": "bce",
    "bce_with_logits": "bce",
    "log_loss": "bce",
    "categorical_crossentropy": "cross_entropy",
    "categorical_cross_entropy": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy",
    "softmax_cross_entropy": "cross_entropy",
    "nll": "cross_entropy",
    "ce": "cross_entropy",
    "cce": "cross_entropy",
    "xent": "cross_entropy",
    "xavier": "glorot",
    "xavier_uniform": "glorot",
    "glorot_uniform": "glorot",
    "kaiming": "he",
    "kaiming_normal": "he",
    "he_normal": "he",
    "gaussian": "normal",
    "random_normal": "normal",
    "standard_normal": "normal",
    "randn": "normal",
    "xavier_normal": "glorot",
    "glorot_normal": "glorot",
    "kaiming_uniform": "he",
    "he_uniform": "he",
    "stochastic_gradient_descent": "gradient_descent",
    "batch_gradient_descent": "gradient_descent",
    "heavy_ball": "momentum",
    "least_squares": "mse",
    "sum_of_squared_errors": "mse",
    "sse": "mse",
    "log_likelihood": "cross_entropy",
    "negative_log_likelihood": "cross_entropy",
    "logistic_loss": "bce",
}

# Other things than those with a similar name here: of these nothing is "meant".
NOT_HERE = {
    *("leaky_relu", "prelu", "elu", "selu", "gelu", "crelu", "relu6", "hard_tanh", "hard_sigmoid"),
    *("log_sigmoid", "log_softmax", "sparsemax", "softmin", "mae", "rmse", "msle", "mape"),
    *("uniform", "random_uniform", "lecun_normal", "truncated_normal", "nadam", "adamax"),
}

# What users of other libraries look for on a network or its parameters.
ELSEWHERE_METHODS = {
    name: advice
    for advice, names in {
        "Training is a function: train(net, X, y, loss=loss, learning_rate=0.1, epochs=100).": (
            *("fit", "train", "compile", "partial_fit"),
        ),
        "The output is a method: net.predict(X).": (
            *("predict_proba", "transform", "decision_function"),
        ),
        "Classes come from a function: classify(net, X).": ("predict_classes", "classify"),
        "Loss and accuracy come from a function: evaluate(net, X, y, loss).": (
            *("score", "evaluate", "accuracy", "loss"),
        ),
        "The gradient comes from a function: gradients(net, X, y, loss).": (
            *("backward", "gradients", "gradient", "grad"),
        ),
        "A gradient is made anew each time: gradients(net, X, y, loss).": ("zero_grad",),
        'Saving is a function: save_network(net, "network.npz").': ("save", "save_weights"),
        'Loading is a function: load_network("network.npz").': ("load", "load_weights"),
        "The weights of layer 1 are net.W[1], and its biases net.b[1].": (
            *("weights", "weight", "coefs_", "coef_", "get_weights", "state_dict"),
        ),
        "The biases of layer 1 are net.b[1].": ("biases", "intercepts_", "intercept_"),
        "Assign to one layer, net.W[1] = W1, or to all of them, net.W = [W1, W2].": (
            *("set_weights", "load_state_dict"),
        ),
        "All numbers are in one vector: net.parameters.vector.": (
            *("theta", "vector", "params", "named_parameters", "size", "n_parameters", "n_params"),
            *("num_parameters", "num_params", "count_params", "shape", "flatten", "ravel", "numpy"),
        ),
        "A copy: net.copy().": ("clone", "clone_model", "deepcopy"),
        "print(net) and print(net.parameters) show what there is.": ("summary",),
        "A network has two: net.hidden and net.output.": ("activation",),
        "The numbers of neurons: net.layer_sizes.": ("sizes", "shapes"),
    }.items()
    for name in names
}

# The advice where something of a network is fixed.
ANOTHER_NETWORK = (
    "Make another network around the same parameters: "
    'Network(net.parameters, hidden="relu", output="{output}").'
)


def describe(value: Any) -> str:
    """Say in a few words what ``value`` is, for an error message."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    if len(text) > 60:
        text = text[:57] + "..."
    return f"{text} ({type(value).__name__})"


def check_array(name: str, value: Any, dtype: DTypeLike | None = None) -> np.ndarray:
    """Return ``value`` as an array of finite real numbers.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array or nested list of numbers, any shape
    dtype : dtype, optional
        The float type to return; by default float64, and float32 stays float32.

    Returns
    -------
    array of floats, the shape of ``value``
        ``value`` itself if it already fits, a converted copy otherwise.

    Raises
    ------
    TypeError
        If the entries are not real numbers.
    ValueError
        If the rows have different lengths, or an entry is missing, NaN or infinite.
    """
    array = check_real(name, value)
    if dtype is None:
        dtype = array.dtype if array.dtype == np.float32 else np.float64
    found = array
    if array.dtype != dtype or type(array) is not np.ndarray:
        with np.errstate(all="ignore"):  # a number too large for dtype becomes inf: see below
            found = np.asarray(array, dtype=dtype)
    if np.isfinite(found).all():
        return found
    if found.ndim == 0:
        raise ValueError(
            f"{name} is {found}, but a finite number is expected. Find where it comes from: "
            "an overflow, a division by 0, the logarithm of 0?"
        )
    bad = np.argwhere(~np.isfinite(found))
    first = ", ".join(map(str, bad[0]))
    entries = "entries that are" if len(bad) > 1 else "entry that is"
    code = name.isidentifier()  # "analytic W1" is a name to read, and no name in a program
    where = f"{name}[{first}]" if code else f"at [{first}]"
    if np.isfinite(array).all():
        advice = f"The numbers are too large for {found.dtype}: divide them."
        if found.dtype == np.float32:
            advice = "The numbers are too large for float32: divide them, or use float64."
    elif code:
        advice = f"Remove or replace them: np.isfinite({name}) finds them."
    else:
        advice = "Find where they come from: an overflow, a division by 0, the logarithm of 0?"
    raise ValueError(
        f"{name} holds {len(bad)} {entries} NaN or infinite in {found.dtype}; "
        f"the first is {where} = {found[tuple(bad[0])]}. {advice}"
    )


def check_real(name: str, value: Any) -> np.ndarray:
    """Return ``value`` as an array of real numbers, of whatever type and finite or not."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} is {describe(value)}, whose rows do not have the same length. "
            "Every row must hold the same number of entries."
        ) from None
    if hasattr(value, "mask") and np.ma.is_masked(value):
        code = name if name.isidentifier() else "it"
        raise ValueError(
            f"{name} is a masked array with {np.ma.count_masked(value)} entries missing, but every "
            f"entry must be a number. Fill them, {code}.filled(0), or drop their rows."
        )
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} is {describe(value)}, but real numbers are expected. "
            f"{how_to_get_numbers(name, value, array)}"
        )
    return array


def how_to_get_numbers(name: str, value: Any, array: np.ndarray) -> str:
    """Say how to make real numbers of ``value``, of which NumPy has made ``array``."""
    if not name.isidentifier():
        name = "it"
    if value is None:
        return "Was it made by a function that returns nothing?"
    if hasattr(value, "toarray"):
        return f"It is sparse; write all its entries out: {name}.toarray()."
    if array.dtype.kind == "c":
        one = f"np.real({name})"
        return f"Take one part of the complex numbers, {one}, or their size, np.abs({name})."
    if isinstance(value, Mapping):
        return f"Take the numbers out of it, in the right order: list({name}.values())."
    if array.ndim == 0 and hasattr(value, "__iter__") and not isinstance(value, (str, bytes)):
        return f"Put its entries into a list: list({name})."
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        if np.isfinite(np.array(value, dtype=float)).all() and array.dtype.kind not in "mM":
            return f"Convert it first: np.array({name}, dtype=float)."
    if array.dtype.kind in "OT" and all(isinstance(entry, str) for entry in array.flat):
        array = np.array(array.tolist())  # words as pandas holds them
    if array.dtype.kind in "US" and array.size:
        if len(np.unique(array)) > 2:
            numbers = f"np.unique({name}, return_inverse=True)[1].reshape(np.shape({name}))"
            return f"Give each word a number, in alphabetical order: {numbers}."
        words = f"np.array({name}) == {array.flat[0].item()!r}"
        return f"Give each word a number, for example ({words}) * 1.0."
    if array.dtype.kind in "mM":
        return "Give each entry a number first; of a date that can be the days since the first one."
    fields = [field[0] for field in (array.dtype.fields or {}).values()]
    if fields and all(field.kind in "biuf" for field in fields):
        columns = f"np.array({name}.tolist(), dtype=float)"
        return f"Put the fields side by side, one column each: {columns}."
    entries = list(array.flat)
    if any(entry is None for entry in entries):
        return "An entry is None: put a number in its place, or leave its row out."
    if any(isinstance(entry, int) and abs(entry) > sys.float_info.max for entry in entries):
        return "A whole number is too large for a float, which ends at 1.8e308. Divide it first."
    return "Give each entry a number first."


def takes_floats(function: F, infinite: bool = True) -> F:
    """Make a function of arrays take lists and whole numbers too; it computes with floats.

    NaN is refused, and so is infinity where it has no limit.

    NumPy computes with the type it is given: in whole numbers of 8 bits, 1 - 2 is 255.
    """
    code = inspect.unwrap(function).__code__
    names = code.co_varnames[: code.co_argcount]

    @functools.wraps(function)
    def with_floats(*values: Any, **named: Any) -> Any:
        given = {**dict(zip(names, values, strict=False)), **named}
        if len(values) + len(named) != len(names) or given.keys() != set(names):
            return function(*values, **named)  # Python says what is wrong
        arrays = [as_floats(name, given[name]) for name in names]
        for name, array in zip(names, arrays, strict=True):
            refuse_nan(name, array) if infinite else check_array(name, array, array.dtype)
        if names == ("z", "a") and arrays[0].shape != arrays[1].shape:
            raise ValueError(
                f"z has shape {arrays[0].shape}, but a has shape {arrays[1].shape}. Give the sums "
                "and the activations of the same layer: a is made of z, entry by entry."
            )
        with np.errstate(under="ignore"):
            return function(*arrays)

    return with_floats  # type: ignore[return-value]


def as_floats(name: str, value: Any) -> np.ndarray:
    """Return ``value`` as an array of floats, as it is if it is one, NaN and infinity too.

    Floats of 16 bits become float64, as whole numbers do: they hold three digits, and sums of them
    end at 65504.
    """
    array = check_real(name, value)
    wide = array.dtype.kind == "f" and array.dtype != np.float16
    return np.asarray(array, array.dtype if wide else np.float64)[()]


def refuse_nan(name: str, array: np.ndarray) -> None:
    """Raise a ValueError if an entry is NaN."""
    bad = np.argwhere(np.isnan(array))
    if len(bad):
        entries = "entries that are" if len(bad) > 1 else "entry that is"
        what = f"{name} is NaN, but a number is expected."
        if array.ndim:
            first = ", ".join(map(str, bad[0]))
            what = f"{name} holds {len(bad)} {entries} NaN; the first is {name}[{first}]."
        raise ValueError(
            f"{what} Find where it comes from: an overflow, a division by 0, the logarithm of 0?"
        )


def takes_rows(function: F) -> F:
    """Make a function of rows of numbers refuse what has no row, or an empty one."""

    @functools.wraps(function)
    def with_rows(z: np.ndarray) -> Any:
        if np.ndim(z) == 0 or np.shape(z)[-1] == 0:
            raise ValueError(
                f"z has shape {np.shape(z)}, but rows with a number for each class are expected: "
                "(..., n_samples, n_classes). Give at least one class."
            )
        if not np.isfinite(z.max(axis=-1)).all():
            raise ValueError(
                "in a row of z the largest number is infinite, and infinity divided by infinity "
                "is no number. Find where it comes from: an overflow, a division by 0? Only -inf "
                "has a limit, beside a finite number: the probability 0."
            )
        return function(z)

    checked = takes_floats(with_rows)
    checked.__wrapped__ = function  # what a network calls
    return checked  # type: ignore[return-value]


class Held:
    """What a tensor of the tape holds: a value that is looked at whenever it is set.

    The value of a result is read-only, since its slopes belong to it. That of a tensor which was
    given may change, between one tape and the next.
    """

    def __set__(self, tensor: Any, value: Any) -> None:
        memory = vars(tensor)
        if not isinstance(tensor.made_from, tuple):
            raise TypeError(
                f"made_from is {describe(tensor.made_from)}, which operations fill in. Give a name "
                "as such: Tensor(value, name='x')."
            )
        if "value" in memory:
            memory["value"] = check_new_value(tensor, value)
        elif tensor.made_from:  # what an operation has computed is taken as it is
            memory["value"] = np.asarray(value).view()
            memory["value"].setflags(write=False)
            # No operation has made these: they may change.
            given = [argument for argument, _ in tensor.made_from if not argument.made_from]
            memory["seen"] = [(each, each.value.tobytes()) for each in given]
        else:
            memory["value"] = check_array("value", value)

    def __delete__(self, tensor: Any) -> None:
        raise AttributeError(f"value of {tensor!r} cannot be deleted. Set it to other numbers.")


def refuse_operation(tensor: Any, *_: Any) -> None:
    """Raise the TypeError of ``tensor / 2`` and others that the tape does not have."""
    raise TypeError(
        f"{tensor!r} has +, -, *, @, sum and mean, and in nnlib.autodiff exp, log, relu and tanh. "
        "Write x / 2 as x * 0.5 and x**2 as x * x, or make an operation of your own: made_by."
    )


def check_new_value(tensor: Any, value: Any) -> np.ndarray:
    """Return the value that is set in place of a tensor's, or raise."""
    if tensor.made_from:
        raise AttributeError(
            f"value of {tensor!r} cannot be set, since it was computed: its slopes would not "
            "follow. Change the tensors that it was made from, and compute it anew."
        )
    return check_replacement("value", value, tensor.value)


class Recorded:
    """A tensor's memory: how it was made, and from which values."""

    made_from: tuple[tuple[Any, Any], ...]
    if TYPE_CHECKING:
        value: np.ndarray
    else:
        value = Held()

    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __abs__ = __getitem__ = refuse_operation

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise TypeError(
            f"{self!r} is no array: NumPy would lose how it was made. Compute with a @ b, a * b "
            "and the functions of nnlib.autodiff, or take the numbers out: tensor.value."
        )

    def __getstate__(self) -> dict[str, Any]:
        # A copy, or one from a pickle, holds the numbers; how they were made stays with the tape.
        return {**vars(self), "made_from": (), "seen": []}


def check_tape(order: list[T]) -> list[T]:
    """Return the tensors of a tape, if each holds what it held, and the last one is finite."""
    last: Any = order[-1]
    made_from = [argument.value for argument, _ in last.made_from]
    check_finite(last.name or "value", last.value, made_from or [last.value])
    for result in order:
        for tensor, seen in vars(result).get("seen", ()):
            if tensor.value.tobytes() != seen:
                raise ValueError(
                    f"the value of {tensor!r} has changed since {result!r} was computed from it, "
                    "so the slopes would belong to neither. Change values after backward(), then "
                    "compute the loss anew."
                )
    return order


def check_finite(name: str, result: Any, arguments: Sequence[Any]) -> Any:
    """Return what an operation has computed, if it is finite."""
    if not np.isfinite(result).all():
        largest = max(np.abs(value).max() for value in arguments)
        advice = "Bring the numbers to a scale near 1."
        if name == "exp":
            advice = (
                "Subtract the largest entry of each row first, as softmax does; a logarithm of the "
                "sum gets it back."
            )
        raise OverflowError(
            f"{name} of entries as large as {largest:g} is no finite number in {result.dtype}. "
            f"{advice}"
        )
    return result


def finite_exp(x: Any) -> Any:
    """Return ``e**x`` if all of it is finite."""
    with np.errstate(over="ignore"):  # looked at in the next line
        result = np.exp(x)
    return check_finite("exp", result, [x])


def check_slope(slope: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return the slope that an operation gives for an argument of this shape, if it can be one."""
    found = getattr(slope, "shape", None)
    if found != shape:
        last = found[len(found) - len(shape) :] if found and len(found) >= len(shape) else None
        if last is None or any(n not in (1, m) for n, m in zip(shape, last, strict=True)):
            raise ValueError(
                f"an operation gives {describe(slope)} as the slope for an argument of shape "
                f"{shape}. The function in made_by has to return dL/d(argument), in the shape of "
                "the argument or in that of the result."
            )
    return slope


def check_axes(axis: Any, keepdims: Any, shape: tuple[int, ...]) -> Any:
    """Return the axes to add over, None for all, or raise a ValueError."""
    check_switch("keepdims", keepdims)
    given = axis if isinstance(axis, tuple) else () if axis is None else (axis,)
    whole = [isinstance(i, (int, np.integer)) and not isinstance(i, bool) for i in given]
    n = len(shape)
    if not all(whole) or len({i % n for i in given if -n <= i < n}) < len(given):
        raise ValueError(
            f"axis is {describe(axis)}, but the tensor has shape {shape}. Give one of its {n} axes "
            "by its number, from 0 (or -1 for the last), several as a tuple, or None for all."
        )
    return axis


def how_many(shape: tuple[int, ...], axis: Any) -> int:
    """Return how many entries go into each mean over ``axis``, or raise if there are none."""
    axes = range(len(shape)) if axis is None else np.ravel(axis)
    number = math.prod(shape[i] for i in axes)
    if number == 0:
        raise ValueError(
            f"the mean over axis {axis} of shape {shape} is asked for, but there are no numbers "
            "in it. Give at least one."
        )
    return number


def value_of(argument: Any, name: str = "a") -> Any:
    """Return the array behind a tensor of the tape; anything else is a constant, looked at here."""
    return argument.value if hasattr(argument, "made_from") else check_constant(name, argument)


def values_of(a: Any, b: Any, product: bool = False) -> tuple[Any, Any]:
    """Return the arrays behind the two arguments of an operation, whose shapes fit together."""
    x, y = value_of(a), value_of(b, "b")
    if product or np.shape(x) != np.shape(y):
        check_together(np.shape(x), np.shape(y), product)
    return x, y


def check_above_0(x: Any) -> Any:
    """Return numbers whose logarithm is asked for, if they have one."""
    if np.any(np.less_equal(x, 0)):
        raise ValueError(
            f"the logarithm of {np.min(x):g} is asked for, but numbers above 0 are expected. For "
            "the loss of probabilities that can be 0, go from the logits: nnlib.losses does."
        )
    return x


def check_constant(name: str, value: Any) -> Any:
    """Return a number as a float, anything else as an array of floats."""
    if type(value) in (bool, int, float) and abs(value) <= sys.float_info.max:
        return float(value)  # a number of Python's leaves float32 as it is
    return check_array(name, value).copy()  # what happens to it later is no matter of the tape


def check_together(a: tuple[int, ...], b: tuple[int, ...], product: bool) -> None:
    """Raise a ValueError unless arrays of these shapes can be combined, or multiplied."""
    if product and (len(a) < 2 or len(b) < 2 or a[-1] != b[-2]):
        raise ValueError(
            f"a has shape {a} and b has shape {b}, but a product a @ b takes matrices, with as "
            "many columns in a as rows in b. Write a row of numbers as a matrix: "
            ".reshape(1, -1), or .reshape(-1, 1) for a column."
        )
    pair = (a[:-2], b[:-2]) if product else (a, b)
    if not all(m == n or 1 in (m, n) for m, n in zip(*map(reversed, pair), strict=False)):
        raise ValueError(
            f"a has shape {a} and b has shape {b}, which do not fit: counted from the last axis, "
            "two lengths have to be equal, or one of them 1. Reshape one of the two."
        )


def takes_targets(check: Callable[[np.ndarray], np.ndarray]) -> Callable[[F], F]:
    """Make a function of predictions and targets look at both, and take lists as well."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def checked(predictions: np.ndarray, y: np.ndarray) -> Any:
            check_shapes(predictions, y)
            return function(predictions, check(check_array("y", y)))

        return takes_floats(checked, infinite=False)  # type: ignore[return-value]

    return decorate


def check_shapes(predictions: np.ndarray, y: np.ndarray) -> None:
    """Raise a ValueError where NumPy would stretch ``y`` to the predictions, or they to it."""
    if predictions.shape[-2:] != y.shape or y.ndim != 2 or y.size == 0:
        raise ValueError(
            f"y has shape {y.shape}, but the predictions have shape {predictions.shape}. Give y "
            "the shape (n_samples, n_outputs) of the predictions' last two axes, with at least one "
            "sample; for one output that is np.reshape(y, (-1, 1))."
        )


def check_numbers(y: np.ndarray) -> np.ndarray:
    """Return targets that may be any numbers."""
    return y


def check_probabilities(y: np.ndarray) -> np.ndarray:
    """Return targets that lie between 0 and 1, or raise a ValueError."""
    low, high = y.min(), y.max()
    if low >= 0 and high <= 1:
        return y
    labels = set(np.unique(y))
    if labels == {-1.0, 1.0}:
        advice = "Recode the labels -1 and 1 as 0 and 1: (np.array(y) + 1) / 2."
    elif y.shape[1] == 1 and labels <= set(range(100)):
        advice = (
            'For several classes take an output for each, output="softmax", with '
            'loss="cross_entropy" and targets datasets.one_hot(np.ravel(y).astype(int), '
            f"{int(high) + 1})."
        )
    else:
        advice = (
            'Bring the labels to 0 and 1; for numbers of any size take output="identity" with '
            'loss="mse".'
        )
    raise ValueError(
        f"y ranges from {low:g} to {high:g}, but binary cross-entropy expects labels "
        f"between 0 and 1. {advice}"
    )


def check_distributions(y: np.ndarray) -> np.ndarray:
    """Return targets whose rows sum to 1, exactly now, or raise a ValueError."""
    sums, eps = y.sum(axis=1, keepdims=True), np.finfo(y.dtype).eps
    errors = np.abs(sums - 1).ravel()
    worst = int(errors.argmax())
    if not (y.min() >= 0 and errors[worst] <= max(1e-6, 4 * eps * y.shape[1])):
        advice = f"One-hot rows fit: datasets.one_hot(labels, {y.shape[1]})."
        if y.min() >= 0 and sums.min() > 0:
            advice = "Divide each row by its sum: y / np.sum(y, axis=1, keepdims=True)."
        raise ValueError(
            "each row of y must be a distribution over the classes (no negative entry, sum "
            f"1), but y has the smallest entry {y.min():g}, and row {worst} sums to "
            f"{sums.flat[worst]:.7g}. {advice}"
        )
    if y.shape[1] == 1:
        raise ValueError(
            "y has one column, but cross-entropy tells at least two classes apart. For yes or no "
            'take a sigmoid output with one column and loss "bce".'
        )
    return y if errors[worst] <= 4 * eps else y / sums


def check_matrix(
    name: str, value: Any, columns: int, columns_are: str, dtype: DTypeLike | None = None
) -> np.ndarray:
    """Return ``value`` as a matrix of finite floats with one row a sample.

    Parameters
    ----------
    name : str
    value : array or nested list, shape (n_samples, columns)
    columns : int
        The number of columns expected.
    columns_are : str
        What a column stands for, for the message: "input of the network".
    dtype : dtype, optional
        As in :func:`check_array`.

    Raises
    ------
    TypeError, ValueError
        As :func:`check_array`; also for another shape or for no rows at all.
    """
    array = check_array(name, value, dtype)
    if array.ndim == 2 and array.shape[1] == columns and len(array) > 0:
        return array
    expected = f"(n_samples, {columns}): a row for each sample, a column for each {columns_are}"
    code = as_array(name, value)
    if array.size == 0:
        advice = "There is nothing to compute from an empty batch; pass at least one sample."
    elif array.ndim == 1 and columns == 1:
        advice = f"Use {code}.reshape(-1, 1) to make each number a row of its own."
    elif array.ndim == 1 and array.size == columns:
        advice = f"For a single sample use {code}.reshape(1, -1)."
    elif array.ndim == 2 and array.shape[0] == columns:
        advice = f"It looks transposed: use {code}.T if each column is a sample."
    elif array.ndim and math.prod(array.shape[1:]) == columns:
        advice = f"Write the entries of each sample in a row: {code}.reshape({len(array)}, -1)."
    else:
        advice = f"Reshape {name}, or build a network with matching layer sizes."
    raise ValueError(f"{name} has shape {array.shape}, but expected is {expected}. {advice}")


def as_array(name: str, value: Any) -> str:
    """Return the code for ``value`` as an array, for a message: a list has no reshape."""
    return name if isinstance(value, np.ndarray) else f"np.array({name})"


def check_choice(name: str, value: Any, choices: Mapping[str, T]) -> T:
    """Return ``choices[value]``, or raise a ValueError that names the nearest choice."""
    if isinstance(value, str) and value in choices:
        return choices[value]
    close = nearest_choice(value, choices)
    hint = f' Did you mean "{close}"?' if close else ""
    known = ", ".join(f'"{choice}"' for choice in choices)
    raise ValueError(
        f"{name} is {describe(value)}, which is not known.{hint} Choose one of {known}."
    )


def nearest_choice(value: Any, choices: Mapping[str, T]) -> str | None:
    """Return the choice that ``value`` may stand for: spelt differently, or as elsewhere."""
    import difflib  # only needed for the message

    value = getattr(value, "name", getattr(value, "__name__", value))  # of a function: its own
    if not isinstance(value, str):
        return None
    letters = "".join(filter(str.isalnum, value.lower()))
    elsewhere = {other.replace("_", ""): here for other, here in OTHER_NAMES.items()}
    plain = letters.removesuffix("loss") or letters
    if {letters, plain} & {name.replace("_", "") for name in NOT_HERE}:
        return None
    here = {choice.replace("_", ""): choice for choice in choices}
    plain = here.get(plain, elsewhere.get(letters, elsewhere.get(plain, value)))
    return next(iter(difflib.get_close_matches(plain, choices)), None)


def check_integer(name: str, value: Any, advice: str, *, at_least: int = 1) -> int:
    """Return ``value`` as an int of at least 1 (or of at least 0, for a seed)."""
    is_integer = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_integer or value < at_least:
        raise ValueError(
            f"{name} is {describe(value)}, but a whole number of at least {at_least} is expected. "
            f"{advice}"
        )
    return int(value)


def check_number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    advice: str,
) -> float:
    """Return ``value`` as a float, finite and within the bound that is given."""
    bound = f"above {above}" if above is not None else f"of at least {at_least}"
    number = math.nan
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):  # a whole number may have 400 digits
            number = float(value)
    low = number > above if above is not None else at_least is None or number >= at_least
    if not (math.isfinite(number) and low):
        raise ValueError(
            f"{name} is {describe(value)}, but a finite number {bound} is expected. {advice}"
        )
    return number


@contextlib.contextmanager
def room_for(what: str, *shape: int) -> Iterator[None]:
    """Say what is too large where arrays of this shape do not fit into memory.

    Raises
    ------
    MemoryError
        If one is refused, or has more entries than NumPy can count.
    """
    try:
        if math.prod(shape) > sys.maxsize // 8:
            raise MemoryError
        yield
    except MemoryError:
        size = " × ".join(map(str, shape))
        raise MemoryError(
            f"{what} would be {size} numbers, {8 * math.prod(shape) / 1e9:,.1f} GB, for which "
            "there is no memory. Take fewer."
        ) from None


def check_switch(name: str, value: Any) -> bool:
    """Return ``value`` if it is True or False; a word like "no" would count as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {describe(value)}, but True or False is expected.")
    return bool(value)


def check_generator(name: str, value: Any) -> np.random.Generator:
    """Return ``value`` if it is a numpy.random.Generator."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(
            f"{name} is {describe(value)}, but a numpy.random.Generator is expected. "
            "Make one with np.random.default_rng(42); the seed makes the run repeatable."
        )
    return value


def check_instance(
    name: str, value: Any, expected: type[T] | tuple[type[T], ...], advice: str
) -> T:
    """Return ``value`` if it is an instance of the class, or of one of the classes."""
    if not isinstance(value, expected):
        classes = expected if isinstance(expected, tuple) else (expected,)
        wanted = " or ".join(each.__name__ for each in classes)
        raise TypeError(f"{name} is {describe(value)}, but a {wanted} is expected. {advice}")
    return value


def check_sequence(name: str, value: Any) -> list[Any]:
    """Return the entries of ``value`` as a list."""
    if isinstance(value, (str, bytes, dict, set)) or not hasattr(value, "__iter__"):
        raise TypeError(f"{name} is {describe(value)}, but a sequence is expected, such as a list.")
    if isinstance(value, np.ndarray) and value.ndim != 1:
        raise ValueError(f"{name} has shape {value.shape}, but one axis is expected. Pass a list.")
    return list(value)


def check_path(path: Any) -> str:
    """Return the name of a file as a text, or raise."""
    advice = 'Give its name, with the folder if it is another: "network.npz".'
    kinds = (str, bytes, os.PathLike)
    if not isinstance(path, kinds):
        raise TypeError(f"path is {describe(path)}, but the name of a file is expected. {advice}")
    name = os.fsdecode(path)
    if not name or "\0" in name:
        raise ValueError(f"path is {describe(path)}, which no file can be called. {advice}")
    if re.match(r"\w+://", name):
        raise ValueError(
            f"path is {describe(path)}, which is an address, but the name of a file is expected. "
            "Save to a file and send that; or fetch the file first, and load it."
        )
    return name


def check_function(name: str, value: Any, advice: str) -> Callable[..., Any]:
    """Return ``value`` if it can be called."""
    if not callable(value):
        raise TypeError(f"{name} is {describe(value)}, but a function is expected. {advice}")
    return value


def check_layer_sizes(layer_sizes: Sequence[int]) -> tuple[int, ...]:
    """Return ``layer_sizes`` as a tuple of at least two positive ints, or raise."""
    layer_sizes = check_sequence("layer_sizes", layer_sizes)
    if len(layer_sizes) < 2:
        raise ValueError(
            f"layer_sizes is {describe(layer_sizes)}, but at least two numbers are expected: the "
            "inputs, the neurons of each hidden layer, the outputs. For example [2, 4, 1]."
        )
    advice = "It is a number of neurons, for example [2, 4, 1]."
    return tuple(check_integer("layer_sizes", size, advice) for size in layer_sizes)


def check_stack_shape(stack_shape: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return ``stack_shape`` as a tuple of positive ints, or raise."""
    if isinstance(stack_shape, (int, np.integer)):
        stack_shape = (stack_shape,)
    advice = "It is the number of networks in the stack; leave it out for a single one."
    if not hasattr(stack_shape, "__iter__"):
        check_integer("stack_shape", stack_shape, advice)
    stack_shape = check_sequence("stack_shape", stack_shape)
    return tuple(check_integer("stack_shape", n, advice) for n in stack_shape)


def check_dtype(dtype: type | str | np.dtype) -> np.dtype:
    """Return ``dtype`` if it is float64 or float32, or raise a TypeError."""
    for known in map(np.dtype, (np.float64, np.float32)):
        if isinstance(dtype, (type, str, np.dtype)) and known == dtype:
            return known
    raise TypeError(
        f"dtype is {describe(dtype)}, but np.float64 or np.float32 is expected. "
        "Leave it out for float64."
    )


def check_replacement(name: str, values: Any, held: np.ndarray) -> np.ndarray:
    """Return ``values`` as an array that can be written over ``held``, or raise."""
    if values is held and name.isidentifier():
        return held  # vector -= step has written already
    if not held.flags.writeable:
        raise ValueError(
            f"{name} is read-only, so nothing can be written into it. Take a copy, network.copy(), "
            "or unlock it: net.parameters.vector.flags.writeable = True."
        )
    array = check_array(name, values, held.dtype)
    if array.shape != held.shape:
        raise ValueError(
            f"{name} has shape {held.shape}, but the new values "
            f"have shape {array.shape}. Give them exactly the same shape."
        )
    return array


def check_weights(W: Any, b: Any) -> tuple[list[np.ndarray], list[np.ndarray] | None]:
    """Return the matrices and the rows of biases of all layers, if they fit each other."""
    for name, arrays in [("W", W), ("b", () if b is None else b)]:
        advice = f"Put the layers' arrays into a list: [{name}1, {name}2]."
        check_instance(name, arrays, (list, tuple), advice)
    # net.W and net.b hold None for layer 0, and every b is None in a network without biases.
    given = [each for each in W if each is not None]
    rows = [each for each in b or () if each is not None]
    no_biases = b is None or (len(b) > 0 and not rows)
    matrices = [check_array(f"W{layer}", values) for layer, values in enumerate(given, start=1)]
    dtype = np.result_type(*matrices) if matrices else None
    matrices = [np.asarray(matrix, dtype) for matrix in matrices]
    if not matrices or any(matrix.ndim < 2 for matrix in matrices):
        raise ValueError(
            f"W holds arrays of shapes {[matrix.shape for matrix in matrices]}, but a matrix "
            "(n_in, n_out) for each of one or more layers is expected."
        )
    for layer, (matrix, after) in enumerate(pairwise(matrices), start=1):
        if (*matrix.shape[:-2], matrix.shape[-1]) != after.shape[:-1]:
            raise ValueError(
                f"W{layer} has shape {matrix.shape}, but W{layer + 1} has {after.shape[-2]} rows "
                f"(its shape is {after.shape}). The columns of one layer's W are the rows of "
                "the next."
            )
    if no_biases:
        return matrices, None
    if len(rows) != len(matrices):
        raise ValueError(
            f"b holds {len(rows)} arrays and W holds {len(matrices)}. Give one b for each W, "
            "or b=None for a network without biases."
        )
    return matrices, [
        check_bias(f"b{layer}", values, matrices[layer - 1])
        for layer, values in enumerate(rows, start=1)
    ]


def check_bias(name: str, values: Any, W: np.ndarray) -> np.ndarray:
    """Return the biases of the layer whose weights are ``W``, or raise."""
    array = check_array(name, values, W.dtype)
    expected = (*W.shape[:-2], 1, W.shape[-1])
    if array.shape == expected:
        return array
    if array.size == math.prod(expected):
        advice = f"Use np.reshape({name}, {'(1, -1)' if W.ndim == 2 else expected})."
    elif array.ndim == 2 and array.shape[1] == W.shape[-1]:
        advice = "The biases are the same for all samples: give one row of them."
    else:
        advice = f"The layer has {W.shape[-1]} neurons; give it as many biases."
    raise ValueError(
        f"{name} has shape {array.shape}, but expected is "
        f"{expected}: one row, a column for each neuron. {advice}"
    )


def check_member(index: tuple[Any, ...], stack_shape: tuple[int, ...], whole: bool = False) -> None:
    """Raise an IndexError unless ``index`` picks networks from a stack; one network if whole.

    Raises
    ------
    IndexError
        If there are no such networks.
    TypeError
        If this is no stack.
    """
    kinds = (int, np.integer) if whole else (int, np.integer, slice)
    fits = all(isinstance(i, kinds) and not isinstance(i, bool) for i in index)
    n_axes = len(stack_shape)
    fewest = n_axes if whole else 1
    if not fits or n_axes == 0 or not fewest <= len(index) <= n_axes:
        asked = ", ".join(map(repr, index))
        if n_axes == 0:  # an IndexError would end a loop over it without a word
            raise TypeError(f"member({asked}) was asked for, but this is a single network.")
        axes = "1 axis" if n_axes == 1 else f"{n_axes} axes"
        advice = "Give one whole number for each axis."
        if not whole:
            n, asked_for = stack_shape[0], index[0]
            some = (0, n - 1) if n > 1 else (0,)
            if isinstance(asked_for, (list, tuple, range, np.ndarray)):
                some = some_of(asked_for, n) or some
            several = f"Network.stack([stack[i] for i in {some}])"
            advice = f"Give whole numbers, or a slice, stack[0:{n}]; for some of them {several}."
        raise IndexError(
            f"member({asked}) was asked for, but this stack has {axes} "
            f"(stack_shape {stack_shape}). {advice}"
        )
    for i, n in zip(index, stack_shape, strict=False):
        if not isinstance(i, slice) and not -n <= i < n:
            raise IndexError(
                f"member({', '.join(map(repr, index))}) was asked for, but this stack has shape "
                f"{stack_shape}. Count from 0 to {n - 1}."
            )
        if isinstance(i, slice):
            check_slice(i, n)


def some_of(asked: Any, n: int) -> tuple[int, ...]:
    """Return the numbers of the networks that a list of numbers, or of True and False, asks for."""
    numbers = np.asarray(asked)
    if numbers.dtype == bool and numbers.shape == (n,):
        numbers = np.flatnonzero(numbers)
    fits = numbers.dtype.kind in "iu" and numbers.ndim == 1
    return tuple(numbers.tolist()) if fits and ((-n <= numbers) & (numbers < n)).all() else ()


def check_slice(part: slice, n: int) -> None:
    """Raise an IndexError unless a slice takes something from a stack of n networks."""
    try:
        found = range(n)[part]
    except (TypeError, ValueError):  # a word or a fraction; a step of 0
        raise IndexError(
            f"{part} was asked for, but a part of a stack is given by whole numbers, "
            f"stack[0:{n}], with a step that is not 0."
        ) from None
    if not found:
        raise IndexError(
            f"{part} was asked for, but it takes no network from a stack of {n}. Count from 0 to "
            f"{n - 1}."
        )


def check_targets(y: Any, expected: tuple[int, int], dtype: DTypeLike | None = None) -> np.ndarray:
    """Return ``y`` as a float matrix of the output's shape, or raise."""
    array = check_array("y", y, dtype)
    if array.shape == expected:
        return array
    n_samples, n_outputs = expected
    message = (
        f"y has shape {array.shape}, but this network's output for these {n_samples} samples "
        f"has shape {expected}."
    )
    one_each = array.size and array.size == n_samples
    labels = one_each and not (array % 1).any() and array.min() >= 0
    if labels and n_outputs > 1 and array.max() < n_outputs:
        message += (
            "\nThese look like the numbers of the classes. Give each class a column: "
            f"datasets.one_hot(np.ravel(y).astype(int), {n_outputs})."
        )
    elif array.ndim == 1 and expected == (len(array), 1):
        message += (
            f"\nNumPy would stretch {array.shape} against {expected} into a "
            f"{(n_samples, n_samples)} table and train on nonsense."
            f"\nUse {as_array('y', y)}.reshape(-1, 1), or {as_array('y', y)}[:, None]."
        )
    elif array.shape == expected[::-1]:
        message += f"\nIt looks transposed: use {as_array('y', y)}.T."
    else:
        message += "\nGive one row for each sample and one column for each output."
    raise ValueError(message)


def check_learning_rate(
    learning_rate: float | ArrayLike, stack_shape: tuple[int, ...], dtype: DTypeLike
) -> float | np.ndarray:
    """Return the learning rate ready to be multiplied with a vector of parameters.

    Raises
    ------
    ValueError
        If it is not positive and finite, or an array whose shape is not that of the stack.
    """
    advice = "Try 0.1 first; smaller if the loss grows, larger if it hardly falls."
    if isinstance(learning_rate, np.ndarray) and learning_rate.ndim == 0:
        learning_rate = learning_rate[()]  # one number
    if not isinstance(learning_rate, (np.ndarray, list, tuple)):
        rate = check_number("learning_rate", learning_rate, above=0, advice=advice)
        if np.full((), min(rate, 1.0), dtype) == 0:
            raise ValueError(f"learning_rate is {rate:g}, which is 0 in {dtype}. {advice}")
        return rate
    rates = check_array("learning_rate", learning_rate, dtype)
    if rates.shape != stack_shape:
        raise ValueError(
            f"learning_rate has shape {rates.shape}, but the stack of networks has shape "
            f"{stack_shape}. Give one number for all, or one for each network."
        )
    if rates.min() <= 0:
        raise ValueError(
            f"the smallest learning_rate is {rates.min():g}, but each must be above 0. {advice}"
        )
    return rates[..., np.newaxis]


def check_batches(batch_size: int | None, rng: np.random.Generator | None, n_samples: int) -> int:
    """Return the number of samples in a step, which is ``n_samples`` by default."""
    if rng is not None:
        check_generator("rng", rng)
    if batch_size is None:
        return n_samples
    check_integer("batch_size", batch_size, "Leave it out to use all samples at once.")
    if batch_size > n_samples:
        raise ValueError(
            f"batch_size is {batch_size}, but there are only {n_samples} samples. "
            "Leave it out to use all samples at once."
        )
    if batch_size < n_samples:
        check_generator("rng", rng)
    return int(batch_size)


def check_validation(
    validation: Any, check_data: Callable[..., tuple[np.ndarray, np.ndarray, T]], loss: str
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the validation data as a checked pair (X, y), or None."""
    if validation is None:
        return None
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(
            f"validation is {describe(validation)}, but a pair (X, y) is expected. "
            "Pass validation=(X_validation, y_validation)."
        )
    try:
        X, y, _ = check_data(*validation, loss)
    except (TypeError, ValueError) as error:
        raise type(error)(f"in the validation data, {error}") from None
    return X, y


def check_fraction(name: str, value: float) -> float:
    """Return ``value`` as a float from 0 to below 1, or raise a ValueError."""
    advice = "It is the share that is kept from step to step, for example 0.9."
    value = check_number(name, value, at_least=0, advice=advice)
    if value >= 1:
        raise ValueError(f"{name} is {value:g}, but a number below 1 is expected. {advice}")
    return value


def check_callback(
    callback: Any, vector: np.ndarray, data: tuple[np.ndarray, ...], held_out: Any
) -> Any:
    """Return the callback, or one that does nothing; NumPy warns in it as it does outside.

    What it leaves is looked at: parameters, data, validation data. The training would blame its
    learning rate for numbers that are not finite.
    """
    if callback is None:

        def count(epoch: int, network: Any) -> bool:
            count.done = epoch  # type: ignore[attr-defined]
            return False

        count.done = 0  # type: ignore[attr-defined]
        return count
    check_function("callback", callback, "Leave it out for none.")
    settings = np.geterr()
    names = ("X", "y", "the validation X", "the validation y")
    watched = dict(zip(names, (*data, *(held_out or ())), strict=False))

    def as_outside(epoch: int, network: Any) -> bool:
        as_outside.done = epoch  # type: ignore[attr-defined]  # if it is stopped in the callback
        finite = np.count_nonzero(np.isfinite(vector))  # all of them, unless the steps diverge
        with np.errstate(**settings):
            stop = callback(epoch, network)
        keep_writable("callback", vector)
        spoiled = [name for name, array in watched.items() if not np.isfinite(array).all()]
        if np.count_nonzero(np.isfinite(vector)) < finite:
            spoiled.append("the parameters of network")
        if spoiled:
            raise ValueError(
                f"callback has put NaN or infinity into {', '.join(spoiled)}, with which the "
                f"training would go on after epoch {epoch}. Let it change a copy."
            )
        try:
            return bool(stop)
        except ValueError:
            raise TypeError(
                f"callback returned {describe(stop)}, but True or False is expected: whether to "
                "stop. Leave return out to go on."
            ) from None

    as_outside.done = 0  # type: ignore[attr-defined]
    return as_outside


def despite_ctrl_c(function: Callable[[], T]) -> T:
    """Return what a function returns; another Ctrl-C only makes it begin anew."""
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return function()


def keep_writable(who: str, vector: np.ndarray) -> None:
    """Raise a ValueError if somebody has made the parameters read-only; they are so no more."""
    if not vector.flags.writeable:
        vector.flags.writeable = True
        raise ValueError(
            f"{who} has made the parameters of network read-only, but training changes them in "
            "place. Keep a copy of them: network.parameters.vector.copy()."
        )


def check_progress(progress: Any) -> Callable[[range], Any]:
    """Return the progress bar, or one that shows nothing."""
    if progress is None:
        return iter
    check_function("progress", progress, "Leave it out for none.")

    def numbers(epochs: range) -> Iterator[int]:
        wrapped = progress(epochs)
        if not hasattr(wrapped, "__iter__"):
            raise TypeError(
                f"progress returned {describe(wrapped)}, but something to loop over is expected. "
                "Return what it was given, wrapped: progress=tqdm does."
            )
        for epoch, _ in enumerate(wrapped):  # whatever it gives, epochs are counted here
            yield epoch

    return numbers


def check_activations(hidden: str, output: str, n_outputs: int, known: Mapping[str, T]) -> list[T]:
    """Return the activations of the hidden layers and of the output, or raise a ValueError."""
    found = [check_choice("hidden", hidden, known), check_choice("output", output, known)]
    if hidden == "softmax":
        raise ValueError(
            'hidden is "softmax", which is for the output layer only. '
            'Choose "sigmoid", "tanh", "relu" or "identity" for the hidden layers.'
        )
    if output == "softmax" and n_outputs == 1:
        raise ValueError(
            'output is "softmax" with one output, whose answer would always be 1. Use '
            'output="sigmoid" with loss="bce", or an output for each of two or more classes.'
        )
    return found


def check_loss(loss: str, output: str, known: Mapping[str, T]) -> T:
    """Return the loss of this name if it goes with the output activation, or raise a ValueError."""
    found: Any = check_choice("loss", loss, known)
    wanted = found.output
    if wanted not in (None, output):
        raise ValueError(
            f'loss "{loss}" reads the output as "{wanted}" probabilities, but this '
            f'network\'s output is "{output}". '
            f'Build the network with output="{wanted}", or use loss="mse".'
        )
    if wanted is None and output == "softmax":
        raise ValueError(
            f'loss "{loss}" needs the derivative of each output on its own, which softmax does '
            'not have. Use loss="cross_entropy" with a softmax output.'
        )
    return found


def check_stackable(networks: Any, kind: type[T]) -> list[T]:
    """Return single networks of one architecture as a list, or raise."""
    networks = check_sequence("networks", networks)
    if not networks:
        raise ValueError("networks is empty. Pass at least one network to stack.")
    first: Any = networks[0]
    for s, network in enumerate(networks):
        check_instance(f"networks[{s}]", network, kind, "Stack networks only.")
        if network.stack_shape or network.architecture != first.architecture:
            raise ValueError(
                f"network {s} is {network!r} in {network.dtype}, but the first is {first!r} in "
                f"{first.dtype}. Only single networks of one architecture can be stacked."
            )
    return networks


def check_sums(z: Sequence[np.ndarray], theta: np.ndarray) -> None:
    """Raise an OverflowError if the weighted sums of a layer are not all finite."""
    for layer, sums in enumerate(z):
        if not np.isfinite(sums).all():
            raise OverflowError(
                f"the weighted sums z[{layer}] of layer {layer} left the finite numbers. The "
                f"largest entry of X is {np.abs(z[0]).max():.3g}, the largest parameter "
                f"{np.abs(theta).max():.3g}. Scale X, or train again with "
                "a smaller learning rate."
            )


class Setting:
    """An attribute that is looked at whenever it is set; reading it takes no longer for that."""

    def __init__(self, name: str, check: Callable[[str, Any], Any]) -> None:
        self.name, self.check = name, check

    def __set__(self, thing: Any, value: Any) -> None:
        vars(thing)[self.name] = self.check(self.name, value)

    def __delete__(self, thing: Any) -> None:
        raise AttributeError(f"{self.name} of {thing!r} cannot be deleted. Set it to a number.")


def settings(**checks: Callable[[str, Any], Any]) -> Callable[[type[T]], type[T]]:
    """Make the settings of a class of optimisers be looked at, not only when one is made."""

    def decorate(kind: type[T]) -> type[T]:
        for name, check in checks.items():
            setattr(kind, name, Setting(name, check))
        for name in ("learning_rate", "lr", "eta", "alpha"):
            setattr(kind, name, NoRate(name))
        kind.__repr__ = in_words  # type: ignore[method-assign]
        return kind

    def in_words(optimizer: Any) -> str:
        given = ", ".join(f"{name}={getattr(optimizer, name)}" for name in checks)
        return f"{type(optimizer).__name__}({given})"

    return decorate


class NoRate:
    """A learning rate on an optimiser, which would be ignored: it is neither set nor read."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, thing: Any, kind: type) -> NoRate:
        if thing is None:
            return self
        raise AttributeError(f"{kind.__name__!r} object has no attribute {self.name!r}")

    def __set__(self, thing: Any, value: Any) -> None:
        raise AttributeError(
            f"{self.name} of an optimiser cannot be set: it has none of its own. Give it to the "
            f"training, train(net, X, y, loss=loss, learning_rate={value!r}, epochs=100), or to a "
            "step by hand."
        )


def check_small(name: str, value: Any) -> float:
    """Return a number above 0 that keeps a division finite."""
    return check_number(name, value, above=0, advice="Leave it out for 1e-8.")


def check_step(
    theta: Any, gradient: Any, learning_rate: Any, remembered: float | np.ndarray = 0.0
) -> np.ndarray:
    """Return the gradient for a step of an optimiser that remembers an array, or 0.0 so far.

    Raises
    ------
    TypeError
        If ``theta`` is no array of floats, or something else holds no real numbers.
    ValueError
        If ``theta`` cannot be written to, or if the shapes do not fit.
    """
    usual = type(theta) is type(gradient) is np.ndarray and theta.dtype == gradient.dtype
    if not (usual and theta.dtype.char in "dfg" and theta.flags.writeable):
        floats = isinstance(theta, np.ndarray) and theta.dtype.char in "dfg"
        if not floats or isinstance(theta, (np.ma.MaskedArray, np.matrix)):
            raise TypeError(
                f"theta is {describe(theta)}, but a plain array of floats (of 32 bits or more) is "
                "expected, since a step changes it in place. Make one first: theta = "
                "np.array(theta, dtype=float)."
            )
        if not theta.flags.writeable:
            raise ValueError(
                "theta is read-only, but a step changes it in place. Take a copy: theta.copy()."
            )
        gradient = np.asarray(check_real("gradient", gradient), dtype=theta.dtype)
    if gradient.shape != theta.shape:
        raise ValueError(
            f"gradient has shape {gradient.shape}, but theta has shape {theta.shape}. Give a slope "
            "for each parameter: the gradient of this very theta."
        )
    if type(remembered) is not float and np.shape(remembered) != theta.shape:
        raise ValueError(
            f"theta has shape {theta.shape}, but this optimiser remembers steps of shape "
            f"{np.shape(remembered)}: it belongs to other parameters. Take a new one for these."
        )
    if not (type(learning_rate) is float and 0 <= learning_rate < math.inf):
        rates = check_array("learning_rate", learning_rate)
        shape = rates.shape
        if (rates < 0).any():
            raise ValueError(
                f"learning_rate is {rates.min():g}, but a number of at least 0 is expected: a step "
                "goes against the gradient by itself. Take the sign away."
            )
        if shape not in ((), (1,), (*theta.shape[:-1], 1), theta.shape):
            raise ValueError(
                f"learning_rate has shape {shape}, but theta has shape {theta.shape}. Give one "
                f"number, or in a stack one for each network: shape {(*theta.shape[:-1], 1)}."
            )
    return gradient


class OwnOptimizer:
    """A user's own optimiser in a training: it is made sure that a step changes ``theta``."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer
        self.unchanged = 0  # steps so far; -1 once theta has moved

    def step(
        self, theta: np.ndarray, gradient: np.ndarray, learning_rate: float | np.ndarray
    ) -> None:
        """Change ``theta`` in place by one step.

        Raises
        ------
        TypeError, ValueError
            If the optimiser returns something in place of changing ``theta``, or locks it.
        """
        before = theta.copy() if self.unchanged >= 0 and gradient.any() else None
        returned = self.optimizer.step(theta, gradient, learning_rate)
        if before is not None:
            self.unchanged = self.unchanged + 1 if np.array_equal(theta, before) else -1
        if self.unchanged == 100:
            warnings.warn(
                f"step of {type(self.optimizer).__name__} has changed nothing in 100 steps. Does "
                "it say theta = …? It has to change theta in place: theta[...] = new.",
                RuntimeWarning,
                stacklevel=3,
            )
        keep_writable(f"step of {type(self.optimizer).__name__}", theta)
        if returned is not None and returned is not theta:
            raise TypeError(
                f"step of {type(self.optimizer).__name__} returned {describe(returned)}, but it "
                "has to change theta in place: theta[...] = new, or theta -= step."
            )


def check_optimizer(optimizer: Any, theta: np.ndarray, known: Mapping[str, type[T]]) -> T:
    """Return an optimiser for ``theta``: a new one for a name, or the one that is given.

    Raises
    ------
    TypeError
        For a class in place of an optimiser.
    ValueError
        For an unknown name, an optimiser whose memory belongs to other parameters or is not
        finite, or parameters that cannot be written to.
    """
    if not theta.flags.writeable:
        raise ValueError(
            "the parameters of network are read-only, but training changes them in place. Train a "
            "copy: network.copy()."
        )
    if isinstance(optimizer, type):
        raise TypeError(
            f"optimizer is the class {optimizer.__name__}. Make one of it: {optimizer.__name__}()."
        )
    if isinstance(optimizer, str) or not callable(getattr(optimizer, "step", None)):
        return check_choice("optimizer", optimizer, known)()
    left = getattr(optimizer, "left", None)
    if left is not None and not np.array_equal(left, theta):
        name = type(optimizer).__name__
        raise ValueError(
            f"this {name} has trained other parameters, and remembers their steps. Take a new one, "
            f"{name}(), or go on with the network where it stopped."
        )
    for memory in ("velocity", "mean", "mean_of_squares"):
        steps = check_real(memory, getattr(optimizer, memory, 0.0))
        if not np.isfinite(steps).all(axis=-1).any():
            name = type(optimizer).__name__
            raise ValueError(
                f"this {name} remembers steps that left the finite numbers. Take a new one, "
                f"{name}()."
            )
    own: Any = optimizer if type(optimizer) in known.values() else OwnOptimizer(optimizer)
    return own


def entry(module: str, table: str, name: str) -> Any:
    """Return an entry of a module's table; pickle and deepcopy find activations and losses so."""
    return getattr(sys.modules[module], table)[name]


def check_network(network: Any, kind: type[T]) -> T:
    """Return ``network`` if it is one."""
    advice = "Make one: Network.random([2, 4, 1], rng=np.random.default_rng(42))."
    return check_instance("network", network, kind, advice)


def check_layer(layer: Any, views: Sequence[np.ndarray | None]) -> np.ndarray:
    """Return the view of one layer, or raise a ValueError."""
    view = None
    whole = isinstance(layer, (int, np.integer)) and not isinstance(layer, bool)
    if whole and -len(views) <= layer < len(views):
        view = views[layer]
    if view is None:
        raise ValueError(
            f"there is no single parameter at {layer!r}. Layers count from 1, one at a time, and "
            "in a network without biases every b[l] is None."
        )
    return view


def check_one_layer(layer: Any, values: Any, view: np.ndarray) -> np.ndarray:
    """Return an array that can be written over one layer's parameter, or raise.

    Another layer's own numbers are refused: in ``W[1], W[2] = W[2], W[1]`` they have changed when
    their turn comes, and one layer would stand there twice.
    """
    same = isinstance(values, np.ndarray) and whole_memory(values) is whole_memory(view)
    if same and not np.shares_memory(values, view):
        raise ValueError(
            f"the parameter of layer {layer} is given another part of the same parameters, "
            "which changes with them: in a swap one of the two would be written twice. Give it a "
            "copy, as in net.W[1], net.W[2] = net.W[2].copy(), net.W[1].copy()."
        )
    return check_replacement(f"the parameter of layer {layer}", values, view)


def whole_memory(array: np.ndarray) -> Any:
    """Return the array into whose memory this one looks, through however many others."""
    memory: Any = array
    while isinstance(getattr(memory, "base", None), np.ndarray):
        memory = memory.base
    return memory


def refuse_arithmetic(views: Any, other: Any) -> None:
    """Raise the TypeError of ``net.W * 2``: a tuple would be repeated, and no number changed."""
    raise TypeError(
        "W and b hold an array for each layer, and do not compute with all of them. Compute with "
        "one, W[1] * 2, or with all numbers at once, parameters.vector * 2."
    )


def same_entries(these: Any, those: Any) -> bool:
    """Whether two sequences hold the same, arrays included; the ``==`` of tuples would not know."""
    if not isinstance(those, (tuple, list)) or len(these) != len(those):
        return False
    pairs = zip(these, those, strict=True)
    return all(
        same_entries(this, that) if isinstance(this, tuple) else np.array_equal(this, that)
        for this, that in pairs
    )


def check_layout(parameters: Any, held: Any) -> Any:
    """Return parameters that can be written over those that are held: of the same layers."""
    if (parameters.layer_sizes, parameters.bias) != (held.layer_sizes, held.bias):
        raise ValueError(
            f"parameters are {held!r}, but the new ones are {parameters!r}. Give parameters of the "
            "same layers, or make another network around these: "
            'Network(parameters, hidden="tanh", output="sigmoid").'
        )
    return parameters


def check_held_shapes(parameters: Any) -> None:
    """Raise a ValueError if the shape of a W, of a b or of the vector was set from outside.

    After ``net.b[1].shape = (4, 1)`` NumPy would add a bias to a sample, and not to a neuron.
    """
    sizes, stack = list(pairwise(parameters.layer_sizes)), parameters.stack_shape
    n_parameters = sum((n_in + parameters.bias) * n_out for n_in, n_out in sizes)
    held = [("parameters.vector", parameters.vector, (*stack, n_parameters))]
    for layer, (n_in, n_out) in enumerate(sizes, start=1):
        held.append((f"W[{layer}]", parameters.W[layer], (*stack, n_in, n_out)))
        if parameters.bias:
            held.append((f"b[{layer}]", parameters.b[layer], (*stack, 1, n_out)))
    for name, array, own in held:
        if array.shape != own:
            raise ValueError(
                f"{name} of network was given the shape {array.shape}, but the network computes "
                f"with its own. Set it back, network.{name}.shape = {own}; reshape(…) returns "
                "another view, and leaves this one as it is."
            )


def check_layers(
    name: str, values: Any, views: Sequence[np.ndarray | None]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return each layer's view with the array that is to be written into it, or raise."""
    present = [view for view in views if view is not None]
    given = [each for each in check_sequence(name, values) if each is not None]
    if len(given) != len(present):
        raise ValueError(
            f"{name} is given {len(given)} arrays, but {len(present)} are expected, one for each "
            "layer. To change one of them, assign to it alone, with its number: "
            f"{name}[1] = {name}1."
        )
    names = [f"the parameter of layer {layer}" for layer in range(1, len(views))]
    checked = list(map(check_replacement, names, given, present))
    # Copies: they may be views of the layers into which they are written, one after the other.
    return [(view, array.copy()) for view, array in zip(present, checked, strict=True)]


def check_length(vector: np.ndarray, n_parameters: int) -> None:
    """Raise a ValueError unless the last axis has one entry for each parameter."""
    if vector.shape[-1:] != (n_parameters,):
        raise ValueError(
            f"vector has shape {vector.shape}, but these layers have {n_parameters} parameters. "
            f"Give it the shape ({n_parameters},), with leading axes for a stack."
        )


def is_ours(thing: Any, name: str) -> bool:
    """Whether nnlib gave a thing this attribute; what a user's own class adds is the user's."""
    kinds = [kind for kind in type(thing).__mro__ if kind.__module__.startswith("nnlib.")]
    return any(name in vars(kind) for kind in kinds)


def check_deletion(thing: Any, name: str) -> None:
    """Raise the AttributeError of an attribute that cannot be deleted, if nnlib gave it."""
    if is_ours(thing, name):
        refuse_change(name, thing)


def refuse_change(name: str, thing: Any) -> None:
    """Raise the AttributeError of an attribute that cannot be assigned to, or deleted."""
    kind = type(thing).__name__
    held = getattr(thing, name)
    if callable(held) and not isinstance(held, type):
        advice = f"Give a class of your own another {name}: class Mine({kind})."
    elif name in ("vector", "W", "b", "parameters"):
        advice = "Write other numbers of the same shape into it: net.parameters.vector = theta."
    elif hasattr(thing, "hidden") and name in ("hidden", "output", "activations", "layers"):
        advice = ANOTHER_NETWORK.format(output=thing.output)
    elif hasattr(thing, "hidden") and name == "dtype":
        other = "float32" if thing.dtype == np.float64 else "float64"
        advice = (
            "Make another network of these numbers: "
            f"net.with_vector(net.parameters.vector.astype(np.{other}))."
        )
    elif hasattr(thing, "hidden"):
        advice = "Make a new one: Network.random([2, 8, 1], rng=np.random.default_rng(42))."
    else:
        advice = "Make new ones: Parameters([2, 4, 1])."
    raise AttributeError(
        f"{name} of a {kind} cannot be changed, since what was made from it would not follow. "
        f"{advice}"
    )


def refuse_entry(fixed: Any, index: Any, value: Any = None) -> None:
    """Raise the AttributeError of ``net.activations[1] = …``, and of ``del net.activations[1]``."""
    raise AttributeError(
        f"entry {index} of a Network's activations or layers cannot be changed, since what was "
        f"made from it would not follow. {ANOTHER_NETWORK.format(output='sigmoid')}"
    )


def refuse_no_layer(views: Any, layer: Any) -> None:
    """Raise the TypeError of ``del net.W[1]``."""
    raise TypeError(
        f"the parameter of layer {layer} cannot be taken away: a network keeps its layers. Set it "
        "to 0, net.W[1][...] = 0, or make a network of other layers: Network.from_weights([W1])."
    )


def refuse_name(thing: Any, name: str) -> None:
    """Raise the AttributeError of an attribute that is not there; other libraries' are explained.

    Parameters
    ----------
    thing : Network or Parameters
    name : str
    """
    kind = type(thing).__name__
    message = f"{kind!r} object has no attribute {name!r}"
    gradient = re.fullmatch(r"d([Wb])(\d*)", name)
    numbered = re.fullmatch(r"([Wb])(\d+)", name)
    if numbered:
        message += f". Layers count from 1, in brackets: {numbered[1]}[{numbered[2]}]."
    elif gradient:
        code = f"{gradient[1]}[{gradient[2] or 1}]"
        message += f". It is laid out like the parameters: gradients(net, X, y, loss).{code}."
    elif name in ELSEWHERE_METHODS:
        message += f". {ELSEWHERE_METHODS[name]}"
    raise AttributeError(message, name=name, obj=thing)
