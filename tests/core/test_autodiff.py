"""The tape: its slopes against backpropagation, the autograd library and finite differences."""

import copy
import pickle

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from cases import LOSS_AND_OUTPUT, random_data, random_network

from nnlib import Network, autodiff, gradients, losses, numerical_gradient
from nnlib.autodiff import Tensor, exp, log, relu, tanh

ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": relu,
    "tanh": tanh,
    "sigmoid": lambda z: 0.5 * tanh(0.5 * z) + 0.5,
}


def log_sum_exp(z):
    """Of each row, shifted by its largest entry, which is a constant to the tape."""
    largest = z.value.max(axis=-1, keepdims=True)
    return log(exp(z - largest).sum(axis=-1, keepdims=True)) + largest


def softplus(z):
    """``log(1 + exp(z))`` without overflow."""
    return relu(z) + log(1 + exp(-(relu(z) + relu(-z))))


LOSSES = {
    "mse": lambda z, a, y: ((a - y) * (a - y)).mean(axis=(-2, -1)),
    "bce": lambda z, a, y: (softplus(z) - y * z).mean(axis=(-2, -1)),
    "cross_entropy": lambda z, a, y: ((log_sum_exp(z) - z) * y).sum(axis=(-2, -1)) * (1 / len(y)),
}


def loss_of(net, tensors, X, y, loss):
    """The loss of a network on the tape, from the tensors of its parameters."""
    a = X
    for layer in range(1, net.n_layers + 1):
        z = a @ tensors[f"W{layer}"]
        z = z + tensors[f"b{layer}"] if f"b{layer}" in tensors else z
        name = net.output if layer == net.n_layers else net.hidden
        a = exp(z - log_sum_exp(z)) if name == "softmax" else ACTIVATIONS[name](z)
    return LOSSES[loss](z, a, y)


@pytest.mark.parametrize("stack_shape", [(), (3,)])
@pytest.mark.parametrize("hidden", ["identity", "relu", "tanh", "sigmoid"])
@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
def test_the_tape_finds_what_backpropagation_computes(loss, output, hidden, stack_shape):
    net = random_network([3, 5, 4, 2], hidden, output, stack_shape=stack_shape)
    X, y = random_data(net, loss)
    tensors = {name: Tensor(values, name=name) for name, values in net.parameters.named()}
    result = loss_of(net, tensors, X, y, loss)
    result.backward()
    z, a = net.forward(X)
    np.testing.assert_allclose(result.value, losses.LOSSES[loss].value(z[-1], a[-1], y), rtol=1e-12)
    for name, expected in gradients(net, X, y, loss).named():
        scale = np.abs(expected).max()
        np.testing.assert_allclose(tensors[name].grad, expected, rtol=0, atol=1e-13 * scale)


# ---------------------------------------------------------------------------- random expressions

SHAPES = [(), (3,), (1, 3), (4, 1), (4, 3), (2, 4, 3)]


def random_expression(rng, depth):
    """A function of a list of arrays, for the tape and for autograd alike.

    It is given the operations to use as a dictionary. Values stay small: exp and log are taken of
    what tanh has tamed.
    """
    kind = rng.choice(["leaf"] if depth == 0 else ["+", "-", "*", "@", "f", "sum", "mean", "const"])
    if kind == "leaf":
        i = rng.integers(len(SHAPES))
        return lambda v, op: v[i]
    one = random_expression(rng, depth - 1)
    if kind in ("+", "-", "*"):
        other = random_expression(rng, rng.integers(depth))
        return lambda v, op: op[kind](one(v, op), other(v, op))
    if kind == "@":  # (..., 1, 1) @ (1, 3): any left side becomes a matrix with one column
        right = rng.standard_normal((1, 3))
        return lambda v, op: op["@"](op["sum"](one(v, op) * np.ones((1, 1)), -1, True), right)
    if kind == "const":
        c = rng.standard_normal()
        return lambda v, op: c * one(v, op) + c
    if kind == "f":
        f = rng.choice(["exp", "log", "tanh", "relu"])
        if f in ("exp", "log"):
            shift = 0.0 if f == "exp" else 1.5
            return lambda v, op: op[f](op["tanh"](one(v, op)) + shift)
        return lambda v, op: op[f](one(v, op))
    keepdims = bool(rng.integers(2))
    return lambda v, op: op[kind](one(v, op), None, keepdims)


TAPE = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "@": lambda a, b: a @ b,
    "sum": lambda a, axis, keepdims: a.sum(axis, keepdims),
    "mean": lambda a, axis, keepdims: a.mean(axis, keepdims),
    "exp": exp,
    "log": log,
    "tanh": tanh,
    "relu": relu,
}
AUTOGRAD = TAPE | {
    "@": anp.matmul,
    "sum": lambda a, axis, keepdims: anp.sum(a, axis=axis, keepdims=keepdims),
    "mean": lambda a, axis, keepdims: anp.mean(a, axis=axis, keepdims=keepdims),
    "exp": anp.exp,
    "log": anp.log,
    "tanh": anp.tanh,
    "relu": lambda a: anp.maximum(a, 0) if np.ndim(a) else anp.where(a > 0, a, 0.0),
}


@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_random_expressions_against_autograd_and_finite_differences(seed):
    rng = np.random.default_rng(seed)
    for _ in range(100):
        expression = random_expression(rng, int(rng.integers(1, 9)))
        arrays = [rng.standard_normal(shape) for shape in SHAPES]

        def total(values, expression=expression):
            return anp.sum(expression(values, AUTOGRAD))

        tensors = [Tensor(array) for array in arrays]
        result = expression(tensors, TAPE).sum()
        result.backward()
        expected = grad(total)(arrays)
        scale = max(1.0, *(np.abs(slope).max() for slope in expected))
        direction = [rng.standard_normal(shape) for shape in SHAPES]

        def along(t, arrays=arrays, direction=direction, total=total):
            return total([a + t * d for a, d in zip(arrays, direction, strict=True)])

        for tensor, slope in zip(tensors, expected, strict=True):
            found = np.zeros(slope.shape) if tensor.grad is None else tensor.grad
            assert found.shape == slope.shape
            np.testing.assert_allclose(found, slope, rtol=0, atol=1e-12 * scale)
        measured = float(numerical_gradient(along, 0.0))
        pairs = zip(tensors, direction, strict=True)
        computed = sum(float((t.grad * d).sum()) for t, d in pairs if t.grad is not None)
        assert abs(measured - computed) <= 1e-4 * max(1.0, abs(computed), scale)


# --------------------------------------------------------------------------------- single things


def test_where_paths_meet_slopes_add():
    x = Tensor(3.0)
    (x * x + x).backward()
    assert x.grad == 2 * 3 + 1


def test_a_second_walk_finds_the_same_again():
    x = Tensor([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_slopes_of_two_arguments_are_not_one_array():
    a, b = Tensor([1.0]), Tensor([2.0])
    c = a + b
    c.backward()
    a.grad += 5
    np.testing.assert_array_equal(b.grad, [1.0])
    np.testing.assert_array_equal(c.grad, [1.0])


@pytest.mark.parametrize(
    ("shape", "other"), [((), (2, 3)), ((3,), (2, 3)), ((1, 3), (2, 3)), ((2, 1), (2, 3))]
)
def test_what_numpy_stretches_gets_the_sum(shape, other):
    a, b = Tensor(np.ones(shape)), Tensor(np.ones(other))
    (a + b).backward()
    assert a.grad.shape == shape
    np.testing.assert_array_equal(a.grad, np.full(shape, 6 / max(1, np.prod(shape))))


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (-2, -1)])
@pytest.mark.parametrize("keepdims", [True, False])
def test_sum_and_mean_along_an_axis(axis, keepdims):
    values = np.arange(6.0).reshape(2, 3)
    for name in ("sum", "mean"):
        tensor = Tensor(values)
        result = getattr(tensor, name)(axis, keepdims)
        expected = getattr(np, name)(values, axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(result.value, expected)
        (result * result).sum().backward()
        slope = grad(lambda v, n=name: anp.sum(getattr(anp, n)(v, axis=axis) ** 2))(values)
        np.testing.assert_allclose(tensor.grad, slope)


def test_arrays_and_numbers_on_either_side():
    x = Tensor([[1.0, 2.0]])
    one = np.ones((1, 2))
    for result in (one + x, x + one, one - x, x - one, one * x, x * 2, 2 * x, one @ x.value.T):
        assert not isinstance(result, Tensor) or isinstance(result.value, np.ndarray)
    assert isinstance(one + x, Tensor)
    assert isinstance(np.ones((3, 1)) @ x, Tensor)
    np.testing.assert_array_equal((5 - x).value, [[4.0, 3.0]])


def test_constants_are_not_remembered():
    x = Tensor([1.0])
    (only,) = (x * np.array([2.0])).made_from
    assert only[0] is x
    assert (np.ones((1, 1)) @ x.value.reshape(1, 1)).shape == (1, 1)


def test_a_tape_longer_than_python_can_call():
    x = Tensor(1.0)
    y = x
    for _ in range(20_000):
        y = y + 0.0
    y.backward()
    assert x.grad == 1.0


def test_float32_stays_float32():
    x = Tensor(np.array([1.0, 2.0], np.float32))
    y = (tanh(x) * 2 + 1).mean()
    y.backward()
    assert y.value.dtype == x.grad.dtype == np.float32


def test_relu_has_the_slope_0_at_its_corner():
    x = Tensor([-1.0, 0.0, 1.0])
    relu(x).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0, 1.0])


@pytest.mark.parametrize("value", [[np.nan], [np.inf], ["1"], [1j], None])
def test_values_that_are_no_finite_numbers(value):
    with pytest.raises((TypeError, ValueError), match=r"^value "):
        Tensor(value)


def test_the_tape_and_its_order():
    a, b = Tensor(1.0, name="a"), Tensor(2.0, name="b")
    c = a * b
    d = c + a
    order = autodiff.in_order(d)
    assert order[-1] is d
    assert len(order) == 4
    for tensor in order:
        assert all(order.index(arg) < order.index(tensor) for arg, _ in tensor.made_from)
    assert repr(a) == "Tensor(a, shape ())"
    assert repr(c) == "Tensor(×, shape ())"
    assert repr(Tensor([1.0])) == "Tensor(value, shape (1,))"


def test_each_operation_has_its_sign():
    x = Tensor([[1.0]])
    results = [x + x, x - x, x * x, x @ x, exp(x), log(x), tanh(x), relu(x), x.sum(), x.mean()]
    assert [result.name for result in results] == [
        *["+", "−", "×", "@", "exp", "log", "tanh", "relu", "sum", "×"]
    ]


def test_a_network_trained_by_the_tape_alone():
    """The loss falls as with nnlib's own training, step by step."""
    net = random_network([2, 4, 1], "tanh", "sigmoid")
    X, y = random_data(net, "mse")
    tensors = {name: Tensor(values.copy()) for name, values in net.parameters.named()}
    for _ in range(5):
        expected = gradients(net, X, y, "mse")
        loss_of(net, tensors, X, y, "mse").backward()
        for name, slope in expected.named():
            np.testing.assert_allclose(tensors[name].grad, slope, atol=1e-12)
            tensors[name].value -= 0.1 * tensors[name].grad
        net.parameters.vector -= 0.1 * expected.vector


OPERATIONS = [autodiff.add, autodiff.subtract, autodiff.multiply, autodiff.matmul]
SQUARE = [[2.0, -1.0], [0.5, 3.0]]
NO_CONSTANTS = {
    "NaN": np.full((2, 2), np.nan),
    "infinity": np.full((2, 2), np.inf),
    "complex": np.ones((2, 2)) * 1j,
    "words": [["a", "b"], ["c", "d"]],
    "None": None,
    "masked": np.ma.masked_equal(SQUARE, 0.5),
    "too large": 10**400,
    "not a number": float("nan"),
}


@pytest.mark.parametrize("constant", NO_CONSTANTS.values(), ids=NO_CONSTANTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_constants_that_are_no_finite_numbers_are_refused(operation, constant):
    with pytest.raises((TypeError, ValueError), match=r"^b (is|holds) "):
        operation(Tensor(SQUARE), constant)
    with pytest.raises((TypeError, ValueError), match=r"^a (is|holds) "):
        operation(constant, Tensor(SQUARE))


@pytest.mark.parametrize(
    "constant", [[[2, 1], [0, 3]], np.array([[200, 1], [0, 3]], np.uint8), np.eye(2, dtype=bool)]
)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_constant_of_any_numbers_gives_the_slopes_of_the_floats(operation, constant):
    found, expected = Tensor(SQUARE), Tensor(SQUARE)
    operation(constant, found).sum().backward()
    operation(np.array(constant, float), expected).sum().backward()
    np.testing.assert_array_equal(found.grad, expected.grad)
    assert exp(np.array([3], np.uint8)).value.dtype == np.float64


@pytest.mark.parametrize("operation", OPERATIONS)
def test_shapes_that_do_not_fit_are_named(operation):
    with pytest.raises(ValueError, match=r"^a has shape \(2, 2\) and b has shape \(3, 2\)"):
        operation(Tensor(SQUARE), np.ones((3, 2)))


def test_a_stack_of_matrices_has_to_fit_too():
    with pytest.raises(ValueError, match="which do not fit"):
        Tensor(np.ones((3, 2, 2))) @ Tensor(np.ones((4, 2, 2)))


@pytest.mark.parametrize(("a", "b"), [((2, 2), (2,)), ((2,), (2, 2)), ((2,), (2,)), ((2, 2), ())])
def test_a_matrix_product_takes_matrices(a, b):
    with pytest.raises(ValueError, match=r"Write a row of numbers as a matrix: .reshape\(1, -1\)"):
        Tensor(np.ones(a)) @ Tensor(np.ones(b))


def test_an_operation_says_what_python_says_of_missing_arguments():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'b'"):
        autodiff.add(Tensor(1.0))
    assert autodiff.subtract(b=1, a=Tensor(3.0)).value == 2.0


@pytest.mark.parametrize("number", [0.0, -1.0])
def test_the_logarithm_of_0_or_less_is_refused(number):
    with pytest.raises(ValueError, match=f"the logarithm of {number:g} is asked for"):
        log(Tensor([1.0, number]))


@pytest.mark.parametrize("value", [1000.0, np.array([1.0, 800.0]), Tensor(1000.0), [710]])
def test_an_exponential_that_overflows_is_refused(value):
    with pytest.raises(OverflowError, match=r"^exp of entries as large as \d+ is no .* in float64"):
        exp(value)
    with pytest.raises(OverflowError, match="in float32"):
        exp(Tensor(np.array([100.0], np.float32)))
    assert exp(Tensor(-1000.0)).value == 0
    assert np.isfinite(exp(Tensor(709.0)).value)


@pytest.mark.filterwarnings("ignore:overflow")
def test_what_is_no_finite_number_has_no_slopes():
    x = Tensor(1e200)
    with pytest.raises(
        OverflowError, match=r"^× of entries as large as 1e[+]200 is no finite number"
    ):
        (x * x).backward()
    assert x.grad is None


def change(x):
    x.value[0] = 9.0


def set_anew(x):
    x.value = [9.0, 2.0]


def take_a_step(x):
    x.value -= 0.1


@pytest.mark.parametrize("how", [change, set_anew, take_a_step])
def test_a_value_that_has_changed_under_its_tape_is_seen(how):
    x = Tensor([1.0, 2.0], name="x")
    y = x * x
    loss = y.sum()
    how(x)
    with pytest.raises(
        ValueError, match=r"value of Tensor\(x, shape \(2,\)\) has changed since .*×"
    ):
        loss.backward()
    (x * x).sum().backward()  # computed anew, as it says
    np.testing.assert_array_equal(x.grad, 2 * x.value)


def test_a_value_that_is_put_back_is_the_same_again():
    x = Tensor([1.0, 2.0])
    loss = (x * x).sum()
    x.value += 1
    x.value -= 1
    loss.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_a_constant_that_changes_later_is_no_matter():
    x, constant = Tensor([1.0, 2.0]), np.array([3.0, 4.0])
    loss = (x * constant).sum()
    constant *= 0
    loss.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])


def test_the_value_of_a_result_stays():
    x = Tensor([1.0, 2.0])
    y = x * 3.0
    with pytest.raises(ValueError, match="read-only"):
        y.value[0] = 5.0
    with pytest.raises(AttributeError, match=r"^value of Tensor\(×, shape \(2,\)\) cannot be set"):
        y.value = [1.0, 2.0]
    mine = np.array([1.0, 2.0])
    autodiff.made_by("mine", mine, (x, np.copy))
    mine += 1  # only the tensor's view of it is read-only


@pytest.mark.parametrize("value", [None, "1", [1.0, np.nan], [1.0, np.inf], [1j, 0]])
def test_a_new_value_is_looked_at(value):
    x = Tensor([1.0, 2.0])
    with pytest.raises((TypeError, ValueError), match=r"^value (is|holds)"):
        x.value = value
    np.testing.assert_array_equal(x.value, [1.0, 2.0])


def test_a_new_value_has_the_shape_and_the_float_type_of_the_old_one():
    x = Tensor(np.array([1.0, 2.0], np.float32))
    with pytest.raises(ValueError, match=r"value has shape \(2,\), but the new values"):
        x.value = [1.0, 2.0, 3.0]
    x.value = [3, 4]
    assert x.value.dtype == np.float32
    np.testing.assert_array_equal(x.value, [3, 4])


@pytest.mark.parametrize("axis", [2, -3, (0, 0), (0, -2), True, 1.0, "0", [0]])
@pytest.mark.parametrize("name", ["sum", "mean"])
def test_an_axis_that_is_not_there_is_named(name, axis):
    with pytest.raises(ValueError, match=r"^axis is .*, but the tensor has shape \(2, 2\)"):
        getattr(Tensor(SQUARE), name)(axis)


def test_keepdims_is_true_or_false():
    with pytest.raises(TypeError, match=r"^keepdims is 'no'"):
        Tensor(SQUARE).sum(0, "no")


@pytest.mark.parametrize(("shape", "axis"), [((0,), None), ((2, 0), 1), ((0, 3), (0, 1))])
def test_a_mean_of_nothing_is_refused(shape, axis):
    with pytest.raises(ValueError, match=r"^the mean over axis .* there are no numbers in it"):
        Tensor(np.ones(shape)).mean(axis)
    assert Tensor(np.ones(shape)).sum().value == 0
    assert Tensor(np.ones((0, 3))).mean(1).value.shape == (0,)


@pytest.mark.parametrize("slope", [None, "1", np.ones(3), np.float64(1), np.ones((3, 2))])
def test_an_operation_of_ones_own_gives_slopes_of_the_right_shape(slope):
    x = Tensor([1.0, 2.0, 3.0, 4.0])
    mine = autodiff.made_by("mine", x.value * 2, (x, lambda _: slope))
    with pytest.raises(ValueError, match=r"as the slope for an argument of shape \(4,\)"):
        mine.backward()


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_copy_holds_the_numbers_without_the_tape(again):
    x = Tensor(SQUARE)
    loss = tanh(x)
    for _ in range(2000):  # a tape that is deeper than functions can call each other
        loss = loss * 1.0
    loss.backward()
    found = again(loss)
    np.testing.assert_array_equal(found.value, loss.value)
    np.testing.assert_array_equal(found.grad, loss.grad)
    assert found.name == loss.name
    assert found.made_from == ()
    first = x * x
    assert vars(first)["seen"]
    assert vars(again(first))["seen"] == []  # what it was made from is not carried along
    assert loss.made_from
    np.testing.assert_array_equal(again(x).grad, x.grad)


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (1, 1, 2), (2, 1, 1)], ids=str)
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)], ids=str)
@pytest.mark.parametrize("keepdims", [True, False])
def test_axes_of_length_1_stay_unless_they_are_summed(shape, axis, keepdims):
    values = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    total = Tensor(values).sum(axis=axis, keepdims=keepdims)
    expected = values.sum(axis=axis, keepdims=keepdims)
    assert np.shape(total.value) == np.shape(expected)
    assert np.array_equal(total.value, expected)


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: np.dot(x, x),  # which would multiply entry by entry
        lambda x: np.vstack([x, x]),
        lambda x: np.asarray(x),
        lambda x: np.linalg.norm(x),
        lambda x: Network.random([2, 1], rng=np.random.default_rng(0)).predict(x),
    ],
)
def test_numpy_is_not_given_a_tensor_in_place_of_an_array(compute):
    with pytest.raises(TypeError, match=r"is no array: NumPy would lose .*: tensor\.value\.$"):
        compute(Tensor(SQUARE))


@pytest.mark.parametrize(
    "compute",
    [lambda x: x / 2, lambda x: 2 / x, lambda x: x**2, lambda x: 2**x, abs, lambda x: x[0], list],
)
def test_what_the_tape_does_not_have_is_said(compute):
    with pytest.raises(TypeError, match=r"has \+, -, \*, @, sum and mean, and in nnlib\.autodiff"):
        compute(Tensor(SQUARE))


def test_a_name_is_given_as_such():
    with pytest.raises(TypeError, match=r"made_from is 'x' .*: Tensor\(value, name='x'\)\.$"):
        Tensor(SQUARE, "x")
    assert Tensor(SQUARE, name="x").name == "x"


def test_a_value_cannot_be_deleted():
    x = Tensor(SQUARE)
    with pytest.raises(AttributeError, match=r"value of Tensor.* cannot be deleted"):
        del x.value
    np.testing.assert_array_equal(x.value, SQUARE)
