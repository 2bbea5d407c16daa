"""Trainings in slices: the same numbers as in one piece."""

import re
import time
from pathlib import Path

import numpy as np
import pytest

from nnlib import Network, datasets, train
from nnlib.lab import runs
from nnlib.lab.runs import XOR, Cache, Data, in_slices, last_of, trained_once


def circles(n=40):
    X, y = datasets.circles(n, rng=np.random.default_rng(0))
    return Data(X, y, np.arange(n // 2), np.arange(n // 2, n))


def start(seed=1):
    return Network.random(
        [2, 4, 1], hidden="tanh", output="sigmoid", rng=np.random.default_rng(seed)
    )


@pytest.mark.parametrize("options", [
    {"loss": "bce", "learning_rate": 0.5, "epochs": 300},
    {"loss": "mse", "learning_rate": 0.5, "epochs": 301, "measure_every": 7},
    {"loss": "bce", "learning_rate": 0.1, "epochs": 97, "measure_every": 4, "batch_size": 3,
     "weight_decay": 0.01},
], ids=str)  # fmt: skip
def test_slices_give_the_numbers_of_one_piece_to_the_last_bit(options, monkeypatch):
    monkeypatch.setattr(runs, "SLICE", 0.0005)
    data, network = circles(), start()
    rng = np.random.default_rng(3) if "batch_size" in options else None
    shares, parts = zip(*in_slices("s", data, network, rng=rng, **options), strict=True)
    assert len(parts) > 3
    assert all(np.diff(shares) > 0)
    run = parts[-1]
    whole = start()
    history = train(
        whole, data.X[:20], data.y[:20], keep_parameters=True,
        rng=np.random.default_rng(3) if rng else None,
        validation=(data.X[20:], data.y[20:]), **options,
    )  # fmt: skip
    assert np.array_equal(run.epoch, history.epoch)
    assert np.array_equal(run.loss, history.loss)
    assert np.array_equal(run.validation_loss, history.validation_loss)
    assert np.array_equal(run.networks.parameters.vector, history.parameters)
    assert np.array_equal(network.parameters.vector, start().parameters.vector)  # untouched


def test_a_divergence_does_not_depend_on_where_the_slices_end(monkeypatch):
    deep = Network.random(
        [2, 4, 1], hidden="identity", output="sigmoid", rng=np.random.default_rng(0)
    )
    epochs = set()
    for seconds in (0.0001, 0.002, 10.0):
        monkeypatch.setattr(runs, "SLICE", seconds)
        run = last_of(in_slices("s", XOR, deep, loss="bce", learning_rate=100.0, epochs=400))
        epochs.add((run.divergence.epoch, len(run.epoch), run.last_epoch))
    assert len(epochs) == 1


def test_a_slice_is_short(monkeypatch):
    slices = in_slices("s", XOR, start(), loss="bce", learning_rate=0.5, epochs=50_000)
    begin = time.perf_counter()
    next(slices)
    assert time.perf_counter() - begin < 1
    slices.close()


def test_the_cache_keeps_the_newest_and_trains_each_once():
    cache, made = Cache(2), []

    def make(name):
        made.append(name)
        return iter([(0.5, f"half {name}"), (1.0, name)])

    for name in "abab":
        assert [run for _, run in cache.slices(name, lambda name=name: make(name))][-1] == name
    assert made == ["a", "b"]
    list(cache.slices("c", lambda: make("c")))
    assert list(cache.runs) == ["b", "c"]


def test_a_function_that_trains_does_it_once_for_the_settings_used_last():
    trained = []

    @trained_once
    def loss_from(w):
        """Its own words."""
        trained.append(w)
        return None if w == 0 else w / 2

    assert [loss_from(w) for w in (2.0, 0.0, 2.0, 0.0)] == [1.0, None, 1.0, None]
    assert trained == [2.0, 0.0]
    assert loss_from.__doc__ == "Its own words."
    for w in range(1, 30):
        loss_from(float(w))
    loss_from(1.0)
    assert trained[-1] == 1.0


def test_no_check_and_no_widget_has_a_cache_of_its_own():
    folder = Path(runs.__file__).parent
    others = [
        path.name
        for path in folder.rglob("*.py")
        if re.search(
            r"\b(lru_cache|functools\.cache|import .*\bcache)\b", path.read_text(encoding="utf-8")
        )
        and path.name != "runs.py"
    ]
    assert not others


def test_what_was_stopped_half_way_is_not_kept():
    cache = Cache()
    slices = cache.slices("a", lambda: iter([(0.5, "half"), (1.0, "whole")]))
    next(slices)
    slices.close()
    assert "a" not in cache.runs
