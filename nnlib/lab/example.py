"""The network that lesson 04 works through: two inputs, three hidden neurons, two outputs.

No input is 1, the samples are more than any layer has neurons, and the factor 2 / (n m) is 1/4:
nothing that a formula says is hidden by a number that happens to be 1.
"""

import numpy as np

X = np.array([[0.5, 0.8], [1.2, -0.4], [-0.6, 0.3], [0.2, -1.5]])  # four samples: (4, 2)
y = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])  # what we want: (4, 2)

W1, b1 = np.array([[0.8, -0.4, 0.3], [0.6, 1.0, -0.7]]), np.array([[0.1, -0.2, 0.4]])
W2, b2 = np.array([[-1.2, 0.9], [0.4, 1.4], [0.7, -0.5]]), np.array([[0.3, -2.0]])

for _array in (X, y, W1, b1, W2, b2):
    _array.setflags(write=False)  # whoever changes one works on copies


def copies():
    """Return W1, W2, X, b1, b2 and y as arrays of one's own, which may be changed."""
    return tuple(array.copy() for array in (W1, W2, X, b1, b2, y))
