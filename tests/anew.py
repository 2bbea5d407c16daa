"""Optimisers written anew, as functions of a memory, the slopes and the count of the step."""

import numpy as np

RATE = 0.07  # no 1 - beta, by which it might be mistaken
ORDER = np.array([0, 0, 0, 1, 1])  # a parameter of three entries and one of two
rng = np.random.default_rng(0)
# Slopes of four steps that differ, with small ones, at which an epsilon shows.
GS = list(rng.normal(size=(4, 5)) * [1.0, 1e-2, 1e-3, 1e-5, 1e-6])
VALUES = list(rng.normal(size=(4, 5)))


def walked(step, gs=GS):
    """The steps of an optimiser written as a function of its memory, the slopes and the count."""
    memory = {}
    return [step(memory, g, t) for t, g in enumerate(gs, start=1)]


def velocity(mu, new=1.0):
    """Momentum: v = mu v + new * slope."""

    def step(memory, g, t):
        memory["v"] = mu * memory.get("v", 0) + new * g
        return memory["v"]

    return step


def times(factor, step):
    return lambda memory, g, t: factor * step(memory, g, t)


def means(b1, b2, make):
    """Adam and whatever is made of its two running means."""

    def step(memory, g, t):
        memory["m"] = b1 * memory.get("m", 0) + (1 - b1) * g
        memory["v"] = b2 * memory.get("v", 0) + (1 - b2) * g**2
        return RATE * make(memory["m"], memory["v"], g, t)

    return step


def adam(b1, b2, epsilon):
    return means(b1, b2, lambda m, v, g, t: m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + epsilon))


def rmsprop(rho, epsilon=1e-8, new=None, inside=False):
    """RMSProp, and AdaGrad where all squares are kept; new: what a square counts."""

    def step(memory, g, t):
        memory["v"] = rho * memory.get("v", 0) + (1 - rho if new is None else new) * g**2
        root = np.sqrt(memory["v"] + epsilon) if inside else np.sqrt(memory["v"]) + epsilon
        return RATE * g / root

    return step


def adagrad(epsilon=1e-8, inside=False):
    return rmsprop(1.0, epsilon, 1.0, inside)


# Of a memory, the slopes, the weights of a mean of squares that is corrected, and epsilon.
LATER = {
    "AMSGrad": lambda s, g, whole, e: s["mean"] / (np.sqrt(s["top"]) + e),
    "AMSGrad, corrected last": lambda s, g, whole, e: s["mean"] / (
        np.sqrt(s["top of v"] / whole) + e),
    "Adamax": lambda s, g, whole, e: s["mean"] / (s["norm"] + e),
    "AdaBelief": lambda s, g, whole, e: s["mean"] / (np.sqrt(s["spread"] / whole) + e),
    "NAdam": lambda s, g, whole, e: s["ahead"] / (np.sqrt(s["v"] / whole) + e),
}  # fmt: skip


def later(name, b2, epsilon):
    """A relative of Adam that keeps another second mean."""

    def step(memory, g, t):
        names = ("m", "v", "top", "top of v", "norm", "spread")
        old = dict.fromkeys(names, np.zeros_like(g)) | memory
        m, v = 0.9 * old["m"] + 0.1 * g, b2 * old["v"] + (1 - b2) * g**2
        memory |= {
            "m": m, "v": v, "top": np.maximum(old["top"], v / (1 - b2**t)),
            "top of v": np.maximum(old["top of v"], v),
            "norm": np.maximum(b2 * old["norm"], np.abs(g)),
            "spread": b2 * old["spread"] + (1 - b2) * (g - m) ** 2 + epsilon,
            "mean": m / (1 - 0.9**t), "ahead": (0.9 * m + 0.1 * g) / (1 - 0.9**t),
        }  # fmt: skip
        return RATE * LATER[name](memory, g, 1 - b2**t, epsilon)

    return step


def centred(rho, epsilon, inside=True):
    def step(memory, g, t):
        memory["m"] = rho * memory.get("m", 0) + (1 - rho) * g
        memory["v"] = rho * memory.get("v", 0) + (1 - rho) * g**2
        spread = memory["v"] - memory["m"] ** 2
        root = np.sqrt(spread + epsilon) if inside else np.sqrt(np.maximum(spread, 0)) + epsilon
        return RATE * g / root

    return step


def adadelta(rho, epsilon):
    def step(memory, g, t):
        memory["v"] = rho * memory.get("v", 0) + (1 - rho) * g**2
        step = np.sqrt((memory.get("w", 0) + epsilon) / (memory["v"] + epsilon)) * g
        memory["w"] = rho * memory.get("w", 0) + (1 - rho) * step**2
        return step

    return step


MOMENTA = [0.9, 0.5, 0.8, 0.95, 0.99, 0.7, 0.6, 0.3]
BETAS = [
    (0.9, 0.999), (0.9, 0.99), (0.9, 0.9), (0.5, 0.999), (0.8, 0.999), (0.95, 0.999),
    (0.9, 0.9999), (0.8, 0.9), (0.9, 0.95),
]  # fmt: skip
EPSILONS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-10, 1e-4, 1e-3]
