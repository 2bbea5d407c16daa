"""The handwritten digits, one-hot targets, and dealing rows out to sets."""

import numpy as np
import pytest

from nnlib import datasets


def test_the_digits_are_1797_images_with_pixels_from_0_to_1():
    X, labels = datasets.digits()
    assert X.shape == (1797, 64)
    assert labels.shape == (1797,)
    assert (X.min(), X.max()) == (0.0, 1.0)
    assert set(labels) == set(range(10))
    assert labels.dtype == int


def test_the_digits_are_those_of_scikit_learn():
    import sklearn.datasets

    X, labels = datasets.digits()
    expected = sklearn.datasets.load_digits()
    np.testing.assert_array_equal(X, expected.data / 16)
    np.testing.assert_array_equal(labels, expected.target)


def test_one_hot_has_a_single_1_in_the_column_of_the_label():
    np.testing.assert_array_equal(datasets.one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])


def test_one_label_alone_is_enough():
    np.testing.assert_array_equal(datasets.one_hot([1], 2), [[0, 1]])


@pytest.mark.parametrize("labels", [[0.5, 1.0], [[1], [0]], [], "12", [True, False]])
def test_one_hot_names_labels_that_are_no_whole_numbers(labels):
    with pytest.raises(TypeError, match="labels is"):
        datasets.one_hot(labels, 3)


@pytest.mark.parametrize("labels", [[-1, 0], [0, 3]])
def test_one_hot_names_labels_out_of_range(labels):
    with pytest.raises(ValueError, match="but 0 to 2 is expected"):
        datasets.one_hot(labels, 3)


def test_split_deals_each_row_to_one_set():
    sets = datasets.split(10, [5, 3, 2], rng=np.random.default_rng(0))
    assert [len(rows) for rows in sets] == [5, 3, 2]
    assert sorted(np.concatenate(sets)) == list(range(10))
    assert list(np.concatenate(sets)) != list(range(10))


def test_split_leaves_the_rest_out():
    sets = datasets.split(10, [2, 3], rng=np.random.default_rng(0))
    assert [len(rows) for rows in sets] == [2, 3]
    assert len(set(np.concatenate(sets))) == 5


def test_split_is_repeatable_by_its_generator():
    first, second = (datasets.split(10, [5, 5], rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("n_samples", "sizes", "error", "message"),
    [
        (4, [3, 2], ValueError, "sizes add up to 5, but there are only 4"),
        (4, [0, 2], ValueError, "sizes is 0"),
        (4, 2, TypeError, "sizes is 2"),
        (0, [1], ValueError, "n_samples is 0"),
    ],
)
def test_split_explains_sizes_that_do_not_fit(n_samples, sizes, error, message):
    with pytest.raises(error, match=message):
        datasets.split(n_samples, sizes, rng=np.random.default_rng(0))
