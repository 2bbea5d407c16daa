"""Lesson 09's networks in PyTorch, JAX, Keras and scikit-learn, from the same start as ours.

Each function trains a copy of a network with one hidden tanh layer by plain gradient descent on all
samples at once, and returns the loss before each step and after the last. The libraries are no
dependencies of the series: a function is run where its library is installed.
"""

import importlib.util
import os

import numpy as np


def with_pytorch(start, X, y, learning_rate, epochs):
    """PyTorch: a model is built of layers, the loss is called, ``backward`` fills the slopes."""
    import torch
    from torch import nn

    n_in, n_hidden, n_out = start.layer_sizes
    model = nn.Sequential(nn.Linear(n_in, n_hidden), nn.Tanh(), nn.Linear(n_hidden, n_out)).double()
    with torch.no_grad():
        for layer, linear in [(1, model[0]), (2, model[2])]:
            linear.weight.copy_(torch.tensor(start.W[layer].T))  # theirs is (n_out, n_in)
            linear.bias.copy_(torch.tensor(start.b[layer][0]))
    criterion = nn.CrossEntropyLoss() if n_out > 1 else nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    X, y = torch.tensor(X), torch.tensor(y)
    losses = []
    for _ in range(epochs + 1):
        optimizer.zero_grad()  # theirs add up until they are told to start afresh
        loss = criterion(model(X), y)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    return losses


def with_jax(start, X, y, learning_rate, epochs):
    """JAX: the loss is a function of the parameters, and ``grad`` makes another function of it."""
    import jax
    import jax.numpy as jnp

    def loss(parameters):
        W1, b1, W2, b2 = parameters
        z = jnp.tanh(X @ W1 + b1) @ W2 + b2
        if z.shape[1] > 1:
            return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(z), axis=1))
        return jnp.mean(jnp.logaddexp(0, z) - y * z)

    losses = []
    with jax.enable_x64(True):  # float32 is its default
        value_and_grad = jax.jit(jax.value_and_grad(loss))
        parameters = [jnp.asarray(values) for _, values in start.parameters.named()]
        for _ in range(epochs + 1):
            value, slopes = value_and_grad(parameters)
            losses.append(float(value))
            steps = zip(parameters, slopes, strict=True)
            parameters = [p - learning_rate * slope for p, slope in steps]
    return losses


def with_keras(start, X, y, learning_rate, epochs):
    """Keras: a model is compiled with its optimiser and its loss, and ``fit`` is the loop."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    n_in, n_hidden, n_out = start.layer_sizes
    hidden, output = keras.layers.Dense(n_hidden, activation="tanh"), keras.layers.Dense(n_out)
    model = keras.Sequential([keras.Input((n_in,)), hidden, output])  # float32 is the default
    model.set_weights([start.W[1], start.b[1][0], start.W[2], start.b[2][0]])
    if n_out > 1:
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)  # False is the default
    else:
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(learning_rate), loss=loss)
    how = {"batch_size": len(X), "epochs": epochs + 1, "shuffle": False, "verbose": 0}
    return model.fit(X, y, **how).history["loss"]


def with_scikit_learn(start, X, y, learning_rate, epochs):
    """scikit-learn: everything is a setting, and ``partial_fit`` is one epoch."""
    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier

    labels = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0]
    model = MLPClassifier(
        hidden_layer_sizes=(start.layer_sizes[1],),
        activation="tanh",
        solver="sgd",
        learning_rate_init=learning_rate,
        momentum=0,  # 0.9 is the default
        alpha=0,  # a weight decay of 0.0001 is
        batch_size=len(X),
        shuffle=False,
    )
    model.partial_fit(X, labels, classes=np.unique(labels))  # makes the arrays that are filled now
    for layer in (1, 2):
        model.coefs_[layer - 1][...] = start.W[layer]
        model.intercepts_[layer - 1][...] = start.b[layer][0]
    losses = [log_loss(labels, model.predict_proba(X))]
    for _ in range(epochs):
        model.partial_fit(X, labels)
        losses.append(log_loss(labels, model.predict_proba(X)))
    return losses


LIBRARIES = {  # the name, the module that has to be there, and how it trains
    "PyTorch": ("torch", with_pytorch),
    "JAX": ("jax", with_jax),
    "Keras": ("keras", with_keras),
    "scikit-learn": ("sklearn", with_scikit_learn),
}


def installed(name):
    """Whether the library of this name can be imported."""
    module, _ = LIBRARIES[name]
    return importlib.util.find_spec(module) is not None


def compare(start, X, y, *, learning_rate, epochs, ours, at):
    """Print the losses of every library that is installed beside ours.

    Parameters
    ----------
    start : Network
        With one hidden tanh layer.
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    learning_rate : float
    epochs : int
    ours : array (epochs + 1,)
        nnlib's losses.
    at : sequence of int
        The epochs that are printed.
    """
    print(f"{'epoch':14}" + "".join(f"{epoch:>9}" for epoch in at))
    print(f"{'nnlib':14}" + "".join(f"{ours[epoch]:9.4f}" for epoch in at))
    for name, (_, train) in LIBRARIES.items():
        if installed(name):
            losses = train(start, X, y, learning_rate, epochs)
            print(f"{name:14}" + "".join(f"{losses[epoch]:9.4f}" for epoch in at))
        else:
            print(f"{name:14} is not installed here")
