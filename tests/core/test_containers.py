"""Lists, whole numbers of any width, True and False: everywhere the same result as for floats."""

import inspect

import numpy as np
import pytest

from nnlib import activations, losses
from nnlib.activations import ACTIVATIONS

WHOLE = [np.bool_, np.uint8, np.int8, np.uint16, np.int16, np.int32, np.uint64, np.int64]
FUNCTIONS = ["sigmoid", "tanh", "relu", "identity", "softmax"]
LOSSES = ["mse", "mse_gradient", "bce", "bce_gradient", "cross_entropy", "cross_entropy_gradient"]
VALUES = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
TARGETS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


def containers(values):
    """The same numbers in other ways."""
    yield from (values.astype(dtype) for dtype in WHOLE)
    yield values.tolist()
    yield tuple(map(tuple, values.astype(int).tolist()))
    yield np.ma.masked_array(values, mask=False)
    yield values.astype(">f8")
    yield values.astype(int).astype(object).astype(bool)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_activation_gives_floats_for_numbers_of_any_kind(name):
    function = getattr(activations, name)
    expected = function(VALUES)
    for z in containers(VALUES):
        found = function(z)
        assert found.dtype.kind == "f"
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", FUNCTIONS[:-1])
def test_a_derivative_gives_floats_for_numbers_of_any_kind(name):
    derivative = getattr(activations, f"{name}_derivative")
    expected = derivative(VALUES, VALUES)
    for values in containers(VALUES):
        for z, a in [(values, values), (VALUES, values), (values, VALUES)]:
            found = derivative(z, a)
            assert found.dtype.kind == "f"
            np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(derivative(a=[1, 0], z=[2, 0]), derivative([2.0, 0.0], [1.0, 0]))


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_gives_floats_for_numbers_of_any_kind(name):
    function = getattr(losses, name)
    expected = function(VALUES, TARGETS)
    for y in containers(TARGETS):
        for values in [*containers(VALUES), VALUES]:
            found = function(values, y)
            np.testing.assert_array_equal(found, expected)
            assert np.asarray(found).dtype.kind == "f"


def test_the_reviewed_cases():
    assert losses.bce(np.array([[2.0], [-1.0]]), np.array([[1], [0]], np.uint8)) == pytest.approx(
        0.2201, abs=1e-4
    )
    gradient = losses.mse_gradient(np.array([[10]], np.uint8), np.array([[12]], np.uint8))
    np.testing.assert_array_equal(gradient, [[-4.0]])
    found = activations.sigmoid(np.array([0, 1, 2], np.uint8))
    np.testing.assert_allclose(found, [0.5, 0.7311, 0.8808], atol=1e-4)


@pytest.mark.parametrize("name", FUNCTIONS[:-1])
@pytest.mark.parametrize("number", [2, 2.0, np.float64(2), np.int8(2), True])
def test_a_number_gives_a_number(name, number):
    found = getattr(activations, name)(number)
    assert np.ndim(found) == 0
    assert isinstance(found, float)
    assert found == getattr(activations, name)(np.array([float(number)]))[0]


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble])
def test_other_floats_stay_what_they_are(dtype):
    for name in FUNCTIONS:
        assert getattr(activations, name)(VALUES.astype(dtype)).dtype == dtype


@pytest.mark.parametrize("wrap", [np.ma.masked_array, np.matrix, lambda z: z.view(np.recarray)])
@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_subclass_keeps_its_float_type(wrap):
    for name in FUNCTIONS:
        assert getattr(activations, name)(wrap(VALUES.astype(np.float32))).dtype == np.float32
    assert activations.tanh(np.float32(1)).dtype == np.float32


def test_floats_of_16_bits_are_computed_in_64():
    z = np.array([[100.0, 0.1]], np.float16)
    for name in FUNCTIONS:
        found, expected = (getattr(activations, name)(values) for values in (z, z.astype(float)))
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, expected)
    large = np.full((1000, 1), 10, np.float16)  # whose squares add up to more than 65504
    assert losses.mse(large, np.zeros((1000, 1), np.float16)) == 100


@pytest.mark.parametrize("name", [*FUNCTIONS, *(f"{name}_derivative" for name in FUNCTIONS[:-1])])
def test_an_activation_refuses_nan(name):
    function, z = getattr(activations, name), np.array([[0.0, np.nan], [np.nan, 1.0]])
    for bad in (z, z.astype(np.float32), z.tolist()):
        given = [bad] if name in FUNCTIONS else [np.zeros((2, 2)), bad]
        with pytest.raises(ValueError, match=r"^[za] holds 2 entries that are NaN; the first is"):
            function(*given)
    if name != "softmax":
        with pytest.raises(
            ValueError, match=r"^[za] is NaN, but a number is expected\. Find where"
        ):
            function(*(np.nan for _ in given))
    with pytest.raises(ValueError, match=r"holds 1 entry that is NaN; the first is [za]\[0, 1\]\."):
        function(*([[0.0, np.nan]] for _ in given))


def test_an_activation_has_a_limit_at_infinity():
    z = np.array([[-np.inf, 0.0, np.inf]])
    np.testing.assert_array_equal(activations.sigmoid(z), [[0, 0.5, 1]])
    np.testing.assert_array_equal(activations.tanh(z), [[-1, 0, 1]])
    np.testing.assert_array_equal(activations.relu(z), [[0, 0, np.inf]])
    np.testing.assert_array_equal(activations.softmax([[-np.inf, 0.0, 0.0]]), [[0, 0.5, 0.5]])


@pytest.mark.parametrize("row", [[np.inf, 0.0], [np.inf, np.inf], [-np.inf, -np.inf]])
def test_softmax_refuses_a_row_without_a_limit(row):
    with pytest.raises(ValueError, match="in a row of z the largest number is infinite"):
        activations.softmax([[0.0, 1.0], row])


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_loss_refuses_predictions_that_are_no_finite_numbers(name, bad):
    values = VALUES.copy()
    values[1, 2] = bad
    with pytest.raises(
        ValueError, match=r"^[za] holds 1 entry .* NaN or infinite .* \[?[za]\[1, 2\]"
    ):
        getattr(losses, name)(values, TARGETS)


@pytest.mark.parametrize("name", FUNCTIONS + LOSSES)
@pytest.mark.parametrize("bad", [None, "1", [["a"]], [[1j]], [[None]], np.ma.masked_all((2, 3))])
def test_what_is_no_number_is_refused(name, bad):
    module = losses if name in LOSSES else activations
    with pytest.raises((TypeError, ValueError), match=r"^(z|a|y) is "):
        getattr(module, name)(bad, *([TARGETS] if name in LOSSES else []))


@pytest.mark.parametrize("name", ["bce", "bce_gradient"])
@pytest.mark.parametrize("y", [[[-1.0], [1.0]], [[2], [0]], [[1.1], [0]]])
def test_labels_outside_of_0_to_1_are_refused(name, y):
    with pytest.raises(ValueError, match="expects labels between 0 and 1"):
        getattr(losses, name)([[0.5], [0.5]], y)


@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_gradient"])
@pytest.mark.parametrize("y", [[[1, 1]], [[0, 0]], [[2, -1]], [[0.5, 0.4]]])
def test_rows_that_are_no_distribution_are_refused(name, y):
    with pytest.raises(ValueError, match="must be a distribution"):
        getattr(losses, name)([[0.5, 0.5]], y)


def test_rows_that_nearly_sum_to_1_are_taken_as_if_they_did():
    z, y = np.array([[1.0, 2.0, 0.5]]), np.array([[0.2, 0.3, 0.5 + 9e-7]])
    exact = y / y.sum()
    assert losses.cross_entropy(z, y) == losses.cross_entropy(z, exact)
    a = activations.softmax(z)
    np.testing.assert_array_equal(
        losses.cross_entropy_gradient(a, y), losses.cross_entropy_gradient(a, exact)
    )
    assert abs(losses.cross_entropy_gradient(a, y).sum()) < 1e-15


def test_too_few_and_too_many_arguments_are_pythons_matter():
    for arguments in [(), (1.0, 2.0)]:
        with pytest.raises(TypeError, match="argument"):
            activations.sigmoid(*arguments)
    with pytest.raises(TypeError, match="argument"):
        losses.mse([[1.0]])
    with pytest.raises(TypeError, match="argument"):
        activations.sigmoid(x=1.0)


def test_underflow_is_no_error_for_those_who_raise_on_everything():
    with np.errstate(all="raise"):
        for name in FUNCTIONS:
            getattr(activations, name)(np.array([[-1000.0, 1000.0]]))
        losses.bce(np.array([[-1000.0]]), np.array([[0.0]]))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_functions_inside_a_network_are_the_public_ones_without_the_door(name):
    assert ACTIVATIONS[name].function is inspect.unwrap(getattr(activations, name))
