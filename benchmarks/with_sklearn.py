"""The problems with scikit-learn: ``MLPClassifier``, plain gradient descent, no momentum.

``fit`` runs its own loop over the epochs; ``warm_start`` makes it go on from the weights that are
there, which are set to the start. ``partial_fit`` is its way to take a single step.
"""

import warnings
from time import process_time

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.problems import BATCH_SIZE, LARGE, XOR, shuffles


def classifier(problem, n_epochs, **settings):
    model = MLPClassifier(
        hidden_layer_sizes=problem.network.layer_sizes[1:-1],
        activation=problem.network.hidden,
        solver="sgd",
        learning_rate_init=problem.learning_rate,
        momentum=0,
        nesterovs_momentum=False,
        alpha=0,
        max_iter=n_epochs,
        n_iter_no_change=n_epochs + 1,
        warm_start=True,
        **settings,
    )
    few = slice(BATCH_SIZE)  # only to make the arrays
    model.partial_fit(problem.X[few], labels(problem)[few], classes=np.unique(labels(problem)))
    model.coefs_ = [W.copy() for W in problem.network.W[1:]]
    model.intercepts_ = [b[0].copy() for b in problem.network.b[1:]]
    model.loss_curve_ = []
    return model


def labels(problem):
    return problem.y[:, 0] if problem.y.shape[1] == 1 else problem.y.argmax(axis=1)


def fit(model, X, y):
    start = process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    return (process_time() - start) / model.max_iter


def xor_steps(n_steps):
    model = classifier(XOR, n_steps, batch_size=len(XOR.X), shuffle=False)
    seconds = fit(model, XOR.X, labels(XOR))
    return np.array(model.loss_curve_), seconds


def xor_single_steps(n_steps):
    model = classifier(XOR, 1, batch_size=len(XOR.X), shuffle=False)
    X, y = XOR.X, labels(XOR)
    start = process_time()
    for _ in range(n_steps):
        model.partial_fit(X, y)
    return np.array(model.loss_curve_), (process_time() - start) / n_steps


def large_epochs(n_epochs):
    model = classifier(LARGE, n_epochs, batch_size=BATCH_SIZE, shuffle=True)
    return None, fit(model, LARGE.X, labels(LARGE))


def large_check(n_epochs):
    """The same epochs with nnlib's shuffles, for the comparison: scikit-learn draws its own."""
    model = classifier(LARGE, 1, batch_size=BATCH_SIZE, shuffle=False)
    rng = shuffles()
    for _ in range(n_epochs):
        order = rng.permutation(len(LARGE.X))
        fit(model, LARGE.X[order], labels(LARGE)[order])
    W1, W2, b1, b2 = (array.ravel() for array in [*model.coefs_, *model.intercepts_])
    return np.concatenate([W1, b1, W2, b2]), None
