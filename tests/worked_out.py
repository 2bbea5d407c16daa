"""Where a text takes numbers from that no cell shows: an expression for each, by sitting.

They stand in hints and solutions, are counts written as words, or have two digits. The expressions
are worked out in a sitting in which all exercises are solved, with the names that its cells leave.
A plain number is one that a text itself gives: that of a task, of a table, of a source.
"""

WORKED_OUT = {
    "R": ["np.exp(1) + 2", "slope_of_a", "log_of_product(np.full(1000, 0.01))"],
    "0": ["45"],
    "1a": ["answer_at_minus_2"],
    "1d": ["round(-np.log10(np.spacing(1.0)))", "first_z", "1e16 * np.spacing(1.0)"],
    "2a": ["cycling.parameters.vector.size", "1000 * cycling.parameters.vector.size"],
    "2d": ["n_parameters"],
    "2f": ["3 * 2"],  # a line for two spreads of each kind of network
    "3a": ["0.81 / 0.09", "0.01 + 0.01"],
    "3b": ["steps_bce", "np.exp(2)", "steps_to_undecided(-10.0, mse_gradient_z)"],
    "3c": ["0.5 * (X_four @ start.W[1] + start.b[1])[2, 0]", "0.5 * 4.4"],
    "3e": ["n * m / 2", "4 * 4"],
    "4a": [
        "28",
        "slope_b2",
        "slope_w2",
        "sum(p.size for p in (W1, b1, W2, b2))",
        "100 * 100",
    ],
    "4b": [
        "2 * sum(p.size for p in (W1, b1, W2, b2))",
        "sum(p.size for p in (W1, b1, W2, b2))",
        "W2[1, 1]",
        "1 - a2[0, 1]",
        "1 - a1[0, 1]",
        "delta_output",
        "(other @ W2.T)[0, 1]",
        "delta_hidden",
    ],
    "4c": ["6"],  # lines of a backward pass, which its exercise numbers
    "4d": [
        "W1.size + W2.size",
        "W2[1, 1]",
        "delta2[0, 0]",
        "delta2[0, 0] * W2[1, 0]",
        "wanted_delta",
        "1 - a2[0, 1]",
        "wanted_delta / per_miss",
        "target_2",
    ],
    "4e": ["our_rate", "sum(slopes.size for slopes in ours)"],
    "4f": ["round(-np.log10(np.spacing(1.0)))"],
    "5a": ["np.argmax(np.array(by_hand) < np.log(2))"],
    "5c": ["again.loss.shape[1] / late"],
    "5d": ["6"],  # the verbs of 5a
    "5e": ["1.5"],  # a rate to try
    "5f": ["90"],
    "5g": ["0.5 * 0.03", "1 - 0.5 * 0.03"],
    "5h": ["published.network_001().W[1][0, 1]", "0.2"],
    "6a": ["bowl_edge", "kept"],
    "6b": ["sum(solves(2, start) for start in range(20))"],
    "6c": ["start.parameters.vector.size", "10"],
    "7a": ["20"],
    "7c": ["(np.array([x1, x2]) @ W1 + b1)[0, 2]"],
    "7d": ["90", "np.round(np.divide(*(np.abs(end - y_000).max() for end in ends)), -1)"],
    "7e": ["42", "curvatures.size"],
    "8a": ["43"],
    "8c": ["10"],  # digits
    "8e": ["100 * (unknown[100].mean() - unknown[50].mean())"],
    "9b": ["1 / (1 + np.exp(-0.9))", "-np.log(0.9)", "np.log(1 + np.exp(-1))", "8"],  # 8: of 7b
}
