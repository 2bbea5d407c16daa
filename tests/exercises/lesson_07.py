"""Answers to the exercises of lesson 07."""

import numpy as np


def update_by_loops(hidden, output, y):
    update = np.zeros((hidden.shape[1], y.shape[1]))
    for i in range(len(y)):
        for j in range(hidden.shape[1]):
            for k in range(y.shape[1]):
                update[j, k] += hidden[i, j] * (y[i, k] - output[i, k])
    return update


def update_by_einsum(hidden, output, y):
    return np.einsum("ij,ik->jk", hidden, y - output)


def update_turned(hidden, output, y):
    return -((output - y).T @ hidden).T


def update_in_float32(hidden, output, y):
    hidden, output, y = (part.astype(np.float32) for part in (hidden, output, y))
    return hidden.T @ y - hidden.T @ output


RIGHT = {
    "7.1": [update_by_loops, update_by_einsum, update_turned, update_in_float32],
    "7.2": [0.05 * 30, 3 / 2, np.array([1.5])],
    "7.3": [-8, -3 - 5.0],
    "7.4": [
        ("mean", "transpose", "sign", "mask"),
        tuple(np.array(["mean", "transpose", "sign", "mask"]).tolist()),
    ],
    "7.5": [
        ("generator", "labels", "state", "leak"),
        tuple(np.array(["generator", "labels", "state", "leak"]).tolist()),
    ],
    "7.6": [(0.5, 0.9), (0.7, 1.0), (0.4, 0.85)],
    "7.7": [(5, 0), (12, 0), (9.0, np.int64(0))],
}

WRONG = {
    "7.3": {"a logit above that of the origin": [3, 0, -1.5]},
    "7.4": {
        "a word that is not in the table": ("mean", "transposed", "sign", "relu"),
        "a bug that passes the gradient check": [
            ("mean", "transpose", "sign", "labels"),
            ("state", "transpose", "sign", "mask"),
        ],
        "another cause for A's single factor": ("sign", "transpose", "mean", "mask"),
        "another cause for C's factor of -1": ("mean", "sign", "transpose", "mask"),
        "one word for two programs": ("mean", "mask", "sign", "mask"),
    },
    "7.5": {
        "a word that is none of the four": ("generator", "shape", "state", "leak"),
        "one word for two programs": ("generator", "generator", "state", "leak"),
        "a bug that the gradient check would have found": ("mean", "labels", "state", "leak"),
    },
    "7.6": {
        "a sum of exactly 0": [(0.5, 1.0), (1.0, 1.5)],
        "one neuron is off": [(0.5, 0.6), (1.0, 1.0)],
        "two neurons are off": [(0.0, 0.51), (3.0, -3.0)],
    },
    "7.7": {
        "a report that compared nothing": (0, 0),
        "a report that compared little": [(1, 0), (4, 0)],
        "something is still wrong": [(8, 1), (0, 2)],
        "a number that is no count": [(-1, 0), (5.5, 0)],
    },
}
