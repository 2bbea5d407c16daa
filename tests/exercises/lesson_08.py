"""Answers to the exercises of lesson 08."""

import math

import numpy as np

# ------------------------------------------------------------------------------ Exercise 8.1


def scaled_by_loops(X_train, X_new):
    result = np.array(X_new, float)
    for j in range(X_train.shape[1]):
        column = X_train[:, j]
        result[:, j] -= column.mean()
        if column.std() > 0:
            result[:, j] /= column.std()
    return result


def scaled_by_variance(X_train, X_new):
    mean = sum(X_train) / len(X_train)
    variance = ((X_train - mean) ** 2).mean(axis=0)
    variance[variance == 0] = 1
    return (X_new - mean) * variance**-0.5


# ------------------------------------------------------------------------------ Exercise 8.2


def loss_by_loops(z, labels):
    total = 0.0
    for row, label in zip(z, labels, strict=True):
        top = max(row)
        total += top + math.log(sum(math.exp(entry - top) for entry in row)) - row[label]
    return total / len(z)


def loss_by_logaddexp(z, labels):
    picked = np.take_along_axis(z, labels[:, None], axis=1)[:, 0]
    return np.mean(np.logaddexp.reduce(z, axis=1) - picked)


def loss_by_one_hot(z, labels):
    y = np.eye(z.shape[1])[labels]
    shifted = z - z.max(axis=1, keepdims=True)
    return -(y * (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))).sum() / len(z)


# ------------------------------------------------------------------------------ Exercise 8.4


def step_in_pytorch_words(theta, velocity, gradient, learning_rate, mu):
    way = mu * (-velocity / learning_rate) + gradient
    return theta - learning_rate * way, -learning_rate * way


def step_by_copies(theta, velocity, gradient, learning_rate, mu):
    velocity = np.array(velocity, float)
    velocity *= mu
    velocity -= learning_rate * gradient
    return [np.add(theta, velocity), velocity]


# ------------------------------------------------------------------------------ Exercise 8.5


def precision_by_loops(table):
    return [table[k, k] / sum(table[i, k] for i in range(len(table))) for k in range(len(table))]


def precision_of_the_transposed(table):
    return (table / table.sum(axis=0)).diagonal()


RIGHT = {
    "8.1": [scaled_by_loops, scaled_by_variance],
    "8.2": [loss_by_loops, loss_by_logaddexp, loss_by_one_hot],
    "8.3": [math.log(26), 3.2581, -math.log(1 / 26)],
    "8.4": [step_in_pytorch_words, step_by_copies],
    "8.5": [precision_by_loops, precision_of_the_transposed],
}

WRONG = {
    "8.3": {
        "the loss of two classes": [0.693, 0.6931],
        "the probability itself": [1 / 26, 0.0385, 0.038],
    }
}
