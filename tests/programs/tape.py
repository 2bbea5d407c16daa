"""A small tape: arrays that remember how they were made, for gradients of whatever is tried."""

import numpy as np


def fitted(slope, shape):
    """The slope of an array of this shape that was broadcast."""
    slope = slope.sum(axis=tuple(range(slope.ndim - len(shape))))
    stretched = tuple(i for i, size in enumerate(shape) if size == 1)
    return slope.sum(axis=stretched, keepdims=True).reshape(shape)


class Tape:
    """An array, and for each one that it was made of how a slope goes back to it."""

    __array_ufunc__ = None

    def __init__(self, value, made_of=()):
        self.value, self.made_of, self.slope = np.asarray(value), made_of, None

    def __add__(self, other):
        other = constant(other, self)
        return Tape(self.value + other.value, ((self, lambda s: s), (other, lambda s: s)))

    def __mul__(self, other):
        other = constant(other, self)
        return Tape(
            self.value * other.value,
            ((self, lambda s: s * other.value), (other, lambda s: s * self.value)),
        )

    def __matmul__(self, other):
        return Tape(
            self.value @ other.value,
            ((self, lambda s: s @ other.value.T), (other, lambda s: self.value.T @ s)),
        )

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -constant(other, self)

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * constant(other, self) ** -1.0

    def __pow__(self, k):
        return Tape(self.value**k, ((self, lambda s: s * k * self.value ** (k - 1)),))

    @property
    def T(self):
        return Tape(self.value.T, ((self, lambda s: s.T),))

    def sum(self, axis=None):
        made = self.value.sum(axis=axis, keepdims=axis is not None)
        return Tape(made, ((self, lambda s: np.broadcast_to(s, self.value.shape)),))

    def mean(self, axis):
        return self.sum(axis) * (1 / self.value.shape[axis])

    def rows(self, index):
        def back(s):
            made = np.zeros_like(self.value)
            np.add.at(made, index, s)
            return made

        return Tape(self.value[index], ((self, back),))


def constant(value, like):
    if isinstance(value, Tape):
        return value
    return Tape(np.asarray(value, dtype=like.value.dtype))


def curve(value, slope):
    """A function of each entry, by its value and its slope."""
    return lambda a: Tape(value(a.value), ((a, lambda s: s * slope(a.value)),))


def either(condition, a, b):
    """Entry by entry a where the condition holds, b elsewhere."""
    return a * condition + constant(b, a) * ~condition


def gradients(loss, of):
    """The slopes of the loss at these arrays."""
    order, seen = [], set()

    def visit(each):
        if id(each) not in seen:
            seen.add(id(each))
            for other, _ in each.made_of:
                visit(other)
            order.append(each)

    visit(loss)
    loss.slope = np.ones_like(loss.value)
    for each in reversed(order):
        for other, back in each.made_of if each.slope is not None else ():
            slope = fitted(np.asarray(back(each.slope)), other.value.shape)
            other.slope = slope if other.slope is None else other.slope + slope
    return [
        np.zeros_like(a.value) if a.slope is None else a.slope.astype(a.value.dtype) for a in of
    ]


def logistic(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


exp = curve(np.exp, np.exp)
log = curve(np.log, lambda v: 1 / v)
tanh = curve(np.tanh, lambda v: 1 - np.tanh(v) ** 2)
size = curve(np.abs, np.sign)
sigmoid = curve(logistic, lambda v: logistic(v) * (1 - logistic(v)))
softplus = curve(lambda v: np.logaddexp(0, v).astype(v.dtype), logistic)
relu = curve(lambda v: np.maximum(v, 0), lambda v: v > 0)
