"""Data sets: the right points, the right labels, the same for the same generator."""

import sys

import numpy as np
import pytest

from nnlib import datasets

CLOUDS = [datasets.circles, datasets.moons, datasets.blobs, datasets.spirals]


def generator():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("gate", "rule"),
    [
        (datasets.and_gate, lambda p, q: p and q),
        (datasets.or_gate, lambda p, q: p or q),
        (datasets.xor, lambda p, q: p != q),
    ],
)
def test_a_gate_is_its_truth_table(gate, rule):
    X, y = gate()
    assert {tuple(row) for row in X} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert y.shape == (4, 1)
    assert X.dtype == y.dtype == np.float64
    for (p, q), label in zip(X, y[:, 0], strict=True):
        assert label == rule(bool(p), bool(q))


def test_a_gate_is_made_anew_each_time():
    X, y = datasets.xor()
    X[...], y[...] = 9, 9
    assert datasets.xor()[0].max() == datasets.xor()[1].max() == 1


def test_the_published_data_are_those_of_the_write_ups():
    X, y = datasets.published("000")
    np.testing.assert_array_equal(X, [[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]])
    np.testing.assert_array_equal(y, [[0, 1], [1, 0], [1, 0], [0, 1]])
    assert X.dtype == y.dtype == np.float64
    X, y = datasets.published("002")
    np.testing.assert_array_equal(X, [[1, 2], [2, 3]])
    np.testing.assert_array_equal(y, [[1], [0]])
    for name in ("001", "003"):
        for found, expected in zip(datasets.published(name), datasets.xor(), strict=True):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("make", CLOUDS)
@pytest.mark.parametrize("n_samples", [1, 2, 7, 50])
def test_a_cloud_has_as_many_points_as_asked_and_halves_of_each_label(make, n_samples):
    X, y = make(n_samples, rng=generator())
    assert (X.shape, y.shape) == ((n_samples, 2), (n_samples, 1))
    assert X.dtype == y.dtype == np.float64
    assert set(y.ravel()) <= {0.0, 1.0}
    assert abs(np.count_nonzero(y) - n_samples / 2) <= 0.5


def test_of_an_odd_number_of_points_the_second_arm_has_one_more():
    assert datasets.spirals(5, rng=generator())[1].ravel().tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("make", CLOUDS)
def test_a_cloud_has_200_points_if_nothing_is_said(make):
    assert len(make(rng=generator())[0]) == 200


@pytest.mark.parametrize("make", CLOUDS)
def test_the_same_generator_gives_the_same_points_and_the_next_others(make):
    rng = generator()
    first, again, second = make(20, rng=generator()), make(20, rng=rng), make(20, rng=rng)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(again[0], second[0])


@pytest.mark.parametrize(("make", "noise"), list(zip(CLOUDS, [0.1, 0.1, 0.3, 0.05], strict=True)))
def test_a_cloud_has_the_noise_that_it_documents_if_nothing_is_said(make, noise):
    default, said = make(rng=generator()), make(200, noise=noise, rng=generator())
    np.testing.assert_array_equal(default[0], said[0])


def test_a_cloud_is_scikit_learns_for_a_seed_from_all_that_the_generator_has():
    import sklearn.datasets

    seed = int(generator().integers(2**32))
    expected, labels = sklearn.datasets.make_moons(20, noise=0.1, random_state=seed)
    X, y = datasets.moons(20, rng=generator())
    np.testing.assert_array_equal(X, expected)
    np.testing.assert_array_equal(y[:, 0], labels)


def test_without_noise_the_circles_are_circles_and_the_inner_one_is_1():
    X, y = datasets.circles(40, noise=0, rng=generator())
    radius = np.hypot(X[:, 0], X[:, 1])
    np.testing.assert_allclose(radius, np.where(y[:, 0] == 1, 0.5, 1.0))


def test_without_noise_the_moons_are_half_circles():
    X, y = datasets.moons(40, noise=0, rng=generator())
    centres = np.where(y == 1, [1.0, 0.5], [0.0, 0.0])
    np.testing.assert_allclose(np.linalg.norm(X - centres, axis=1), 1.0)


def test_the_blobs_lie_around_their_centres_as_wide_as_the_noise():
    X, y = datasets.blobs(20_000, noise=0.3, rng=generator())
    for label, centre in [(0, -1), (1, 1)]:
        cloud = X[y[:, 0] == label]
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.02)
        np.testing.assert_allclose(cloud.std(axis=0), 0.3, rtol=0.03)


def test_without_noise_the_arms_of_the_spiral_are_each_other_turned_by_half():
    X, y = datasets.spirals(200, noise=0, rng=generator())
    radius = np.hypot(X[:, 0], X[:, 1])
    assert radius.min() >= 0.1
    assert radius.max() <= 1
    angle = 3 * np.pi * radius + np.pi * y[:, 0]
    np.testing.assert_allclose(X, radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def test_the_noise_of_the_spiral_is_as_wide_as_asked():
    plain, _ = datasets.spirals(20_000, noise=0, rng=generator())
    noisy, _ = datasets.spirals(20_000, noise=0.2, rng=generator())
    np.testing.assert_allclose((noisy - plain).std(axis=0), 0.2, rtol=0.03)


def test_the_noise_of_the_circles_and_moons_is_as_wide_as_asked():
    X, y = datasets.circles(20_000, noise=0.05, rng=generator())
    off = np.hypot(X[:, 0], X[:, 1]) - np.where(y[:, 0] == 1, 0.5, 1.0)
    np.testing.assert_allclose(off.std(), 0.05, rtol=0.03)
    X, y = datasets.moons(20_000, noise=0.05, rng=generator())
    off = np.linalg.norm(X - np.where(y == 1, [1.0, 0.5], [0.0, 0.0]), axis=1) - 1
    np.testing.assert_allclose(off.std(), 0.05, rtol=0.03)


@pytest.mark.parametrize("make", [datasets.circles, datasets.moons, datasets.blobs])
def test_without_scikit_learn_the_message_says_what_to_do(monkeypatch, make):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match="Install scikit-learn"):
        make(10, rng=generator())


def test_the_spirals_need_no_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert datasets.spirals(10, rng=generator())[0].shape == (10, 2)


@pytest.mark.parametrize("n_classes", [10**14, 10**20])
def test_more_classes_than_there_is_memory_for_are_refused(n_classes):
    with pytest.raises(MemoryError, match=f"n_classes columns .* 2 × {n_classes} numbers, .* GB"):
        datasets.one_hot([0, 1], n_classes)


def test_many_classes_take_the_memory_of_their_rows_alone():
    rows = datasets.one_hot([70_000, 3], 100_000)  # and no square of this size
    assert rows.shape == (2, 100_000)
    np.testing.assert_array_equal(np.argwhere(rows), [[0, 70_000], [1, 3]])


def test_labels_that_are_missing_are_refused():
    with pytest.raises(ValueError, match=r"^labels is a masked array with 1 entries missing"):
        datasets.one_hot(np.ma.masked_equal([0, 1, 2], 1), 3)


@pytest.mark.parametrize("name", ["moons", "circles", "spirals"])
def test_more_points_than_there_is_memory_for_are_refused(name):
    with pytest.raises(
        MemoryError, match=r"^n_samples points would be 1000000000000000 × 2 numbers"
    ):
        getattr(datasets, name)(10**15, rng=np.random.default_rng(0))


def test_more_rows_than_there_is_memory_for_are_refused():
    with pytest.raises(MemoryError, match=r"^n_samples rows would be"):
        datasets.split(10**15, [3], rng=np.random.default_rng(0))


@pytest.mark.parametrize("name", ["moons", "spirals"])
def test_noise_ends_at_a_million(name):
    make, rng = getattr(datasets, name), np.random.default_rng(0)
    make(10, noise=1e6, rng=rng)
    with pytest.raises(ValueError, match=r"noise is 1e\+06, but at most 1e6"):
        make(10, noise=1e6 + 0.5, rng=rng)


def test_a_spiral_is_its_formula_with_noise_from_the_same_generator():
    X, y = datasets.spirals(4, noise=0.25, rng=generator())
    rng = generator()
    radius = np.sqrt(rng.uniform(0.01, 1, 4))
    angle = 3 * np.pi * radius + np.pi * np.array([0, 0, 1, 1])
    whole = radius * [np.cos(angle), np.sin(angle)]
    np.testing.assert_allclose(X, whole.T + 0.25 * rng.normal(size=(4, 2)), rtol=1e-12)
    np.testing.assert_array_equal(y, [[0], [0], [1], [1]])
