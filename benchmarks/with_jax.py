"""The stack with JAX: one network's step, ``vmap`` over the stack, ``jit``.

The gradient is JAX's own. All steps of a run are one compiled program (``lax.scan``), and the
compilation is not timed.
"""

from functools import partial
from time import process_time

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.problems import STACK

X, y, network, _, learning_rate = STACK


def loss(parameters):
    W1, b1, W2, b2 = parameters
    z = jnp.tanh(X @ W1 + b1) @ W2 + b2
    return jnp.mean(jnp.logaddexp(-y * z, (1 - y) * z))


def step(parameters, _):
    value, gradient = jax.value_and_grad(loss)(parameters)
    return [p - learning_rate * g for p, g in zip(parameters, gradient, strict=True)], value


@partial(jax.jit, static_argnums=1)
def steps(parameters, n_steps):
    return jax.lax.scan(jax.vmap(step, in_axes=(0, None)), parameters, None, length=n_steps)


compiled = {}


def stack_steps(n_steps):
    parameters = [jnp.asarray(values) for _, values in network.parameters.named()]
    if n_steps not in compiled:
        compiled[n_steps] = steps.lower(parameters, n_steps).compile()
    start = process_time()
    _, losses = jax.block_until_ready(compiled[n_steps](parameters))
    return np.asarray(losses), (process_time() - start) / n_steps
