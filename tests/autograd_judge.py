"""An independent judge: the same networks written a second time, for the autograd library.

Nothing of nnlib is used here. The losses are the textbook formulas with their plain logarithms,
and autograd finds the derivatives by itself.
"""

import functools

import autograd.numpy as anp
from autograd import grad

ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": lambda z: (anp.exp(z) - anp.exp(-z)) / (anp.exp(z) + anp.exp(-z)),
    "relu": lambda z: z * (z > 0),
    "identity": lambda z: z,
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=1, keepdims=True),
}

LOSSES = {
    "mse": lambda a, y: anp.mean((a - y) ** 2),
    "bce": lambda a, y: anp.mean(-y * anp.log(a) - (1 - y) * anp.log(1 - a)),
    "cross_entropy": lambda a, y: anp.mean(anp.sum(-y * anp.log(a), axis=1)),
}


def loss_of(parameters, X, y, *, hidden, output, loss, weight_decay=0.0):
    """The loss of a network given as a dict ``{"W1": …, "b1": …, "W2": …}``; b is optional."""
    a = X
    n_layers = sum(name.startswith("W") for name in parameters)
    penalty = 0.0
    for layer in range(1, n_layers + 1):
        W = parameters[f"W{layer}"]
        z = anp.dot(a, W) + parameters.get(f"b{layer}", 0.0)
        a = ACTIVATIONS[output if layer == n_layers else hidden](z)
        penalty = penalty + anp.sum(W**2)
    return LOSSES[loss](a, y) + weight_decay / 2 * penalty


def parameters_of(net):
    """The weights and biases of a single nnlib network as the dict that ``loss_of`` takes."""
    return {name: values.copy() for name, values in net.parameters.named()}


def loss_function(net, X, y, loss, weight_decay):
    """The loss of a single network as a function of its parameters alone."""
    return functools.partial(
        loss_of,
        X=X,
        y=y,
        hidden=net.hidden,
        output=net.output,
        loss=loss,
        weight_decay=weight_decay,
    )


def gradient_of(net, X, y, loss, weight_decay=0.0):
    """The gradient by autograd of a single network's loss, as a dict of arrays."""
    return grad(loss_function(net, X, y, loss, weight_decay))(parameters_of(net))


def central_differences(net, X, y, loss, weight_decay=0.0, epsilon=6e-6):
    """The measured slopes of the judge's own loss, one parameter at a time."""
    function = loss_function(net, X, y, loss, weight_decay)
    parameters = parameters_of(net)
    slopes = {name: anp.zeros(values.shape) for name, values in parameters.items()}
    for name, values in parameters.items():
        for index in anp.ndindex(values.shape):
            kept = values[index]
            values[index] = kept + epsilon
            up = function(parameters)
            values[index] = kept - epsilon
            down = function(parameters)
            values[index] = kept
            slopes[name][index] = (up - down) / (2 * epsilon)
    return slopes
