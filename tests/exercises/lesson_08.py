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


def scaled_by_itself(X_train, X_new):
    deviation = np.std(X_new, axis=0)
    return (X_new - np.mean(X_new, axis=0)) / np.where(deviation > 0, deviation, 1)


def scaled_by_all(X_train, X_new):
    together = np.vstack([X_train, X_new])
    deviation = together.std(axis=0)
    return (X_new - together.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def scaled_without_a_look(X_train, X_new):
    return (X_new - X_train.mean(axis=0)) / X_train.std(axis=0)


def scaled_with_ddof(X_train, X_new):
    deviation = X_train.std(axis=0, ddof=1)
    return (X_new - X_train.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


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


def naive_loss(z, labels):
    a = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return np.mean(-np.log(a[range(len(z)), labels]))


def naive_log_sum(z, labels):
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[range(len(z)), labels])


def loss_of_a_table(z, labels):
    log_sums = np.logaddexp.reduce(z, axis=1, keepdims=True)
    return (log_sums - z[:, labels]).mean()


def loss_over_the_samples(z, labels):
    log_a = z - np.logaddexp.reduce(z, axis=0, keepdims=True)
    return -log_a[range(len(z)), labels].mean()


# ------------------------------------------------------------------------------ Exercise 8.4


def step_in_pytorch_words(theta, velocity, gradient, learning_rate, mu):
    way = mu * (-velocity / learning_rate) + gradient
    return theta - learning_rate * way, -learning_rate * way


def step_by_copies(theta, velocity, gradient, learning_rate, mu):
    velocity = np.array(velocity, float)
    velocity *= mu
    velocity -= learning_rate * gradient
    return [np.add(theta, velocity), velocity]


def step_with_old_velocity(theta, velocity, gradient, learning_rate, mu):
    new_theta = theta + velocity
    return new_theta, mu * velocity - learning_rate * gradient


def step_uphill(theta, velocity, gradient, learning_rate, mu):
    velocity = mu * velocity + learning_rate * gradient
    return theta + velocity, velocity


def step_without_velocity(theta, velocity, gradient, learning_rate, mu):
    return theta - learning_rate * gradient, mu * velocity - learning_rate * gradient


def step_without_mu(theta, velocity, gradient, learning_rate, mu):
    velocity = velocity - learning_rate * gradient
    return theta + velocity, velocity


def step_of_pytorch(theta, velocity, gradient, learning_rate, mu):
    velocity = mu * velocity + gradient
    return theta - learning_rate * velocity, velocity


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
    "8.1": {
        "the new data scaled by their own mean and deviation": scaled_by_itself,
        "training and new data measured together": scaled_by_all,
        "a division by 0 where a column never changes": scaled_without_a_look,
        "one mean and one deviation for all columns together": lambda X_train, X_new: (
            (X_new - np.mean(X_train)) / np.std(X_train)
        ),
        "the standard deviation with n - 1 in place of n": scaled_with_ddof,
    },
    "8.2": {
        "exponentials of logits that were not shifted": [naive_loss, naive_log_sum],
        "the sum over the samples where the mean is meant": lambda z, labels: (
            loss_by_logaddexp(z, labels) * len(labels)
        ),
        "divided by the number of classes too": lambda z, labels: (
            loss_by_loops(z, labels) / z.shape[1]
        ),
        "z[:, labels], which picks all labelled columns in every row": loss_of_a_table,
        "softmax over the samples": loss_over_the_samples,
    },
    "8.3": {
        "the probability itself": 0.03846,
        "the logarithm to base 2": math.log2(26),
        "the logarithm to base 10": math.log10(26),
        "the logarithm without its minus sign": math.log(1 / 26),
    },
    "8.4": {
        "theta moved by the old velocity": step_with_old_velocity,
        "the gradient added to the velocity, and the velocity to theta": step_uphill,
        "theta moved by the gradient alone": step_without_velocity,
        "the whole old velocity kept, without mu": step_without_mu,
        "a velocity without the learning rate, which is applied to theta": step_of_pytorch,
    },
    "8.5": {
        "the share of each row, which is recall": lambda table: table.diagonal() / table.sum(1),
        "the diagonal over all images": lambda table: table.diagonal() / np.sum(table),
        "one share for the whole table": lambda table: table.trace() / np.sum(table),
        "every entry of the table divided": [
            lambda table: table / table.sum(0),
            lambda table: table / np.sum(table),
        ],
        "the share of wrong answers": lambda table: 1 - table.diagonal() / table.sum(0),
    },
}
