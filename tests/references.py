"""The same functions in decimal arithmetic: a judge that neither overflows nor rounds away."""

from decimal import Decimal, localcontext

DIGITS = 480  # 1 - exp(-1000) differs from 1 in the 435th digit


def precise(function):
    """Run a function with many digits, on the exact values of the floats that it is given."""

    def wrapped(*numbers):
        with localcontext(prec=DIGITS):
            return +function(*(Decimal(float(number)) for number in numbers))

    return wrapped


@precise
def sigmoid(z):
    return 1 / (1 + (-z).exp())


@precise
def tanh(z):
    return ((2 * z).exp() - 1) / ((2 * z).exp() + 1)


@precise
def binary_cross_entropy(z, y):
    """``-y log(a) - (1 - y) log(1 - a)`` with ``a = sigmoid(z)``."""
    a = 1 / (1 + (-z).exp())
    not_a = 1 / (1 + z.exp())
    return -y * a.ln() - (1 - y) * not_a.ln()


def softmax(row):
    with localcontext(prec=DIGITS):
        exponentials = [Decimal(float(z)).exp() for z in row]
        return [e / sum(exponentials) for e in exponentials]


def cross_entropy(z_row, y_row):
    """``-sum_k y_k log(a_k)`` with ``a = softmax(z)``."""
    with localcontext(prec=DIGITS):
        probabilities = softmax(z_row)
        return -sum(Decimal(float(y)) * a.ln() for y, a in zip(y_row, probabilities, strict=True))
