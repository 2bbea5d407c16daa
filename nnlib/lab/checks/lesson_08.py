"""The exercises of lesson 08: scaling, cross-entropy from labels, momentum, precision."""

import numpy as np

from nnlib.lab.checks.exercise import Function, Mistake, Value

# ------------------------------------------------------------------------------ Exercise 8.1


def deviations(X):
    std = X.std(axis=0)
    return np.where(std == 0, 1, std)


def standardized(X_train, X_new):
    return (X_new - X_train.mean(axis=0)) / deviations(X_train)


def training_and_new_data(rng):
    train = rng.normal(loc=[3.0, -1.0, 20.0], scale=[0.5, 2.0, 7.0], size=(6, 3))
    new = rng.normal(loc=[3.0, -1.0, 20.0], scale=[0.5, 2.0, 7.0], size=(4, 3))
    white = np.column_stack([train, np.full(6, 2.0)])
    return [
        (np.array([[1.0, 10.0], [3.0, 50.0]]), np.array([[2.0, 10.0], [4.0, 70.0], [1.0, 50.0]])),
        (train, new),
        (train, new[:1]),
        (white, np.column_stack([new, [2.0, 2.5, 2.0, 7.0]])),
        (np.array([[1, 5], [2, 9], [6, 1]]), np.array([[3, 4], [0, 2]])),
    ]


def by_its_own(X_train, X_new):
    return standardized(X_new, X_new)


def by_its_own_unguarded(X_train, X_new):
    return divided_by_zero(X_new, X_new)


def by_both(X_train, X_new):
    return standardized(np.concatenate([X_train, X_new]), X_new)


def divided_by_zero(X_train, X_new):
    with np.errstate(all="ignore"):
        return (X_new - X_train.mean(axis=0)) / X_train.std(axis=0)


def sample_deviation(X_train, X_new):
    std = X_train.std(axis=0, ddof=1)
    return (X_new - X_train.mean(axis=0)) / np.where(std == 0, 1, std)


def by_a_little_more(little):
    return lambda X_train, X_new: (X_new - X_train.mean(axis=0)) / (X_train.std(axis=0) + little)


def zeros_where_nothing_changes(X_train, X_new):
    return np.where(X_train.std(axis=0) == 0, 0, standardized(X_train, X_new))


def by_its_range(X_train, X_new):
    low, high = X_train.min(axis=0), X_train.max(axis=0)
    return (X_new - low) / np.where(high == low, 1, high - low)


def by_the_variance(X_train, X_new):
    variance = X_train.var(axis=0)
    return (X_new - X_train.mean(axis=0)) / np.where(variance == 0, 1, variance)


scaling = Function(
    number="8.1",
    inputs=training_and_new_data,
    answer=standardized,
    mistakes=[
        Mistake(
            name="the new data scaled by their own mean and deviation",
            hint="A single new row has no scatter of its own. Measure on the training data only.",
            wrong=[by_its_own, by_its_own_unguarded],
        ),
        Mistake(
            name="training and new data measured together",
            hint="That lets the new data into what was learned: a leak. Measure on X_train only.",
            wrong=by_both,
        ),
        Mistake(
            name="a small number added to the deviation",
            hint="Where a column never changes it is divided by that small number, and a change of "
            "0.5 becomes millions. Put 1 in the place of a deviation of 0.",
            wrong=[by_a_little_more(1e-8), by_a_little_more(1e-7), by_a_little_more(1e-12)],
        ),
        Mistake(
            name="the variance in place of the standard deviation",
            hint="The variance is in squared units. Take its root: std.",
            wrong=by_the_variance,
        ),
        Mistake(
            name="a division by 0 where a column never changes",
            hint="Its standard deviation is 0. Put 1 in its place before you divide.",
            wrong=divided_by_zero,
        ),
        Mistake(
            name="one mean and one deviation for all columns together",
            hint="Kilograms and years have nothing in common: one for each column, over axis 0.",
            wrong=lambda X_train, X_new: (X_new - X_train.mean()) / X_train.std(),
        ),
        Mistake(
            name="the standard deviation with n - 1 in place of n",
            hint="X_train.std(axis=0), without ddof, divides by the number of samples.",
            wrong=sample_deviation,
        ),
        Mistake(
            name="zeros where a column never changed in training",
            hint="A new row may differ there. Subtract the mean, and divide by 1.",
            wrong=zeros_where_nothing_changes,
        ),
        Mistake(
            name="smallest and largest in place of mean and deviation",
            hint="That brings each column between 0 and 1. Wanted are mean 0 and deviation 1.",
            wrong=by_its_range,
        ),
        Mistake(
            name="a division before the mean is subtracted",
            hint="The mean is in the units of the data: subtract first, in brackets, then divide.",
            wrong=[
                lambda X_train, X_new: X_new / deviations(X_train) - X_train.mean(axis=0),
                lambda X_train, X_new: X_new - X_train.mean(axis=0) / deviations(X_train),
            ],
        ),
        Mistake(
            name="a column that never changes left as it is",
            hint="Its mean is subtracted as everywhere. Only the division is left out.",
            wrong=lambda X_train, X_new: np.where(
                X_train.std(axis=0) == 0, X_new, standardized(X_train, X_new)
            ),
        ),
        Mistake(
            name="a product where the division belongs",
            hint="A column that scatters much is to be made smaller, not larger.",
            wrong=[
                lambda X_train, X_new: (X_new - X_train.mean(axis=0)) * X_train.std(axis=0),
                lambda X_train, X_new: (X_new - X_train.mean(axis=0)) * deviations(X_train),
            ],
        ),
        Mistake(
            name="the median in place of the mean",
            hint="Half of the numbers lie below the median. The mean is their sum over their "
            "number.",
            wrong=lambda X_train, X_new: (X_new - np.median(X_train, axis=0)) / deviations(X_train),
        ),
    ],
    why="What is measured on the training data is a parameter like a weight. It is fixed from "
    "then on, also for the one image that arrives tomorrow.",
)

# ------------------------------------------------------------------------------ Exercise 8.2


def cross_entropy_of_labels(z, labels):
    shifted = z - z.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return (log_sums - shifted[np.arange(len(z)), labels]).mean()


def logits_and_labels(rng):
    return [
        (np.array([[1.0, 3.0], [0.5, -1.0], [2.0, 2.5]]), np.array([1, 0, 0])),
        (rng.normal(size=(5, 4)), np.array([3, 0, 2, 2, 1])),
        (rng.normal(size=(1, 3)), np.array([2])),
        (np.array([[2, 7, 1], [5, 4, 4]]), np.array([0, 2])),
        (np.array([[1000.0, 998.0, 0.0], [-1000.0, -1001.0, -999.0]]), np.array([1, 0])),
        (np.array([[1000.0, 0.0]]), np.array([1])),
        (np.array([[1000.0, 0.0, 0.0, 0.0, 0.0]]), np.array([3])),
        (np.array([[0.0, 50.0], [300.0, 0.0]]), np.array([0, 1])),
    ]


def without_shift(z, labels):
    with np.errstate(all="ignore"):
        e = np.exp(z)
        a = e / e.sum(axis=1, keepdims=True)
        return -np.log(a[np.arange(len(z)), labels]).mean()


def logarithm_without_shift(z, labels):
    with np.errstate(all="ignore"):
        return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]).mean()


def shifted_by_the_largest_of_all(z, labels):
    with np.errstate(all="ignore"):
        shifted = z - z.max()
        log_sums = np.log(np.exp(shifted).sum(axis=1))
        return (log_sums - shifted[np.arange(len(z)), labels]).mean()


def over_the_wrong_axis(z, labels):
    with np.errstate(all="ignore"):
        shifted = z - z.max(axis=0, keepdims=True)
        log_a = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
        return -log_a[np.arange(len(z)), labels].mean()


def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def from_probabilities(z, labels, mend):
    with np.errstate(all="ignore"):
        a = np.exp(log_softmax(z))
        return -np.log(mend(a)[np.arange(len(z)), labels]).mean()


loss_from_labels = Function(
    number="8.2",
    inputs=logits_and_labels,
    answer=cross_entropy_of_labels,
    mistakes=[
        Mistake(
            name="exponentials of logits that were not shifted",
            hint="exp(1000) overflows. Subtract the largest logit of each row first.",
            wrong=[without_shift, logarithm_without_shift],
        ),
        Mistake(
            name="the logarithm of a probability that was rounded to 0",
            hint="The row [1000, 0] has a probability of 0 for its second class, and the logarithm "
            "of that is infinite; clipped, it stands still. Take the logarithm before you divide: "
            "it is a logit minus the logarithm of a sum.",
            wrong=[
                lambda z, labels: from_probabilities(z, labels, lambda a: a),
                *[
                    lambda z, labels, e=e: from_probabilities(z, labels, lambda a: a + e)
                    for e in (1e-8, 1e-10, 1e-12, 1e-15)
                ],
                *[
                    lambda z, labels, e=e: from_probabilities(z, labels, lambda a: np.clip(a, e, 1))
                    for e in (1e-7, 1e-8, 1e-10, 1e-12, 1e-15)
                ],
            ],
        ),
        Mistake(
            name="one logit, the largest of the whole table, taken from all rows",
            hint="Where a row lies far below it, all its exponentials are rounded to 0. Take from "
            "each row its own largest: axis=1, keepdims=True.",
            wrong=shifted_by_the_largest_of_all,
        ),
        Mistake(
            name="the sum over the samples where the mean is meant",
            hint="Divide by the number of samples, or use .mean().",
            wrong=lambda z, labels: cross_entropy_of_labels(z, labels) * len(z),
        ),
        Mistake(
            name="divided by the number of classes too",
            hint="A row is one question, however many answers there are: divide by n alone.",
            wrong=lambda z, labels: cross_entropy_of_labels(z, labels) / z.shape[1],
        ),
        Mistake(
            name="z[:, labels], which picks all labelled columns in every row",
            hint="One column for each row: index with np.arange(len(z)) and labels.",
            wrong=lambda z, labels: -log_softmax(z)[:, labels].mean(),
        ),
        Mistake(
            name="softmax over the samples",
            hint="The probabilities of one row sum to 1: the sum runs over axis 1.",
            wrong=over_the_wrong_axis,
        ),
        Mistake(
            name="all classes averaged, not only the labelled one",
            hint="Only the probability of the true class counts: pick one entry of each row.",
            wrong=lambda z, labels: -log_softmax(z).mean(),
        ),
        Mistake(
            name="labels counted from 1",
            hint="The labels run from 0 to K - 1, as the columns do: index with them as they are.",
            wrong=lambda z, labels: cross_entropy_of_labels(z, labels - 1),
        ),
        Mistake(
            name="the logarithm of the sums alone",
            hint="From it the labelled logit is subtracted, row by row.",
            wrong=lambda z, labels: (
                cross_entropy_of_labels(z, labels) + z[np.arange(len(z)), labels].mean()
            ),
        ),
        Mistake(
            name="the labelled logits alone",
            hint="A logit says little by itself: the logarithm of the sum of all exponentials of "
            "its row belongs to it.",
            wrong=[
                lambda z, labels: -z[np.arange(len(z)), labels].mean(),
                lambda z, labels: (
                    -(z - z.max(axis=1, keepdims=True))[np.arange(len(z)), labels].mean()
                ),
            ],
        ),
        Mistake(
            name="the labelled logit added where it is subtracted",
            hint="The loss is the logarithm of the sum minus the labelled logit: a large logit "
            "for the true class makes it small.",
            wrong=lambda z, labels: (
                cross_entropy_of_labels(z, labels) + 2 * z[np.arange(len(z)), labels].mean()
            ),
        ),
        Mistake(
            name="the share of wrong answers",
            hint="That counts only which logit is the largest. The loss asks how probable the true "
            "class is.",
            wrong=lambda z, labels: np.mean(z.argmax(axis=1) != labels),
        ),
        Mistake(
            name="the probability of a mistake in place of its surprise",
            hint="The loss is minus the logarithm of the probability of the true class.",
            wrong=[
                lambda z, labels: 1 - np.exp(log_softmax(z)[np.arange(len(z)), labels]).mean(),
                lambda z, labels: 1 - np.exp(-cross_entropy_of_labels(z, labels)),
            ],
        ),
        Mistake(
            name="another summary than the mean over the samples",
            hint="Of the losses of all rows the mean is asked for.",
            wrong=[
                lambda z, labels: np.median(-log_softmax(z)[np.arange(len(z)), labels]),
                lambda z, labels: np.std(-log_softmax(z)[np.arange(len(z)), labels]),
                lambda z, labels: np.max(-log_softmax(z)[np.arange(len(z)), labels]),
            ],
        ),
        Mistake(
            name="the label itself in place of its logit",
            hint="labels says which column to take from each row of z.",
            wrong=lambda z, labels: (np.logaddexp.reduce(z, axis=1) - labels).mean(),
        ),
        Mistake(
            name="divided by the logarithm of the number of classes",
            hint="The loss is a mean over the samples, and nothing else.",
            wrong=lambda z, labels: cross_entropy_of_labels(z, labels) / np.log(z.shape[1]),
        ),
    ],
    why="Large libraries compute it like this, from logits and labels: PyTorch's CrossEntropyLoss, "
    "and Keras under the name SparseCategoricalCrossentropy.",
)

# ------------------------------------------------------------------------------ Exercise 8.3

first_loss = Value(
    number="8.3",
    wanted="the loss when all 26 letters get the same probability",
    answer=float(np.log(26)),
    decimals=3,
    beside={"the number of letters": 26, "1/26": 1 / 26, "the loss in the text": 8},
    mistakes=[
        Mistake(
            name="the probability itself",
            hint="1/26 is what each letter gets. The loss is minus its logarithm.",
            looks_like=lambda loss: abs(loss - 1 / 26) < 6e-4,  # 0.038, not -log(25/26)
        ),
        Mistake(
            name="the logarithm to base 2",
            hint="Cross-entropy here uses the natural logarithm, np.log.",
            wrong=float(np.log2(26)),
        ),
        Mistake(
            name="the logarithm to base 10",
            hint="Cross-entropy here uses the natural logarithm, np.log.",
            wrong=float(np.log10(26)),
        ),
        Mistake(
            name="the logarithm without its minus sign",
            hint="A probability is below 1, so its logarithm is negative. The loss is not.",
            wrong=float(-np.log(26)),
        ),
        Mistake(
            name="another number of classes",
            hint="The letters are 26. Ten is the number of digits.",
            wrong=float(np.log(10)),
        ),
        Mistake(
            name="the logarithm divided by the number of letters",
            hint="The loss is a mean over the samples. Each of them has one true letter.",
            wrong=float(np.log(26) / 26),
        ),
        Mistake(
            name="the loss that the text tells of",
            hint="That is what somebody sees. What would a network give that has no opinion?",
            wrong=8.0,
        ),
        Mistake(
            name="the number of letters",
            hint="Each letter gets 1/26. The loss is minus the logarithm of that.",
            wrong=26.0,
        ),
        Mistake(
            name="the loss of two classes",
            hint="That is ln 2. The letters are 26.",
            looks_like=lambda loss: abs(loss - np.log(2)) < 1e-3,
        ),
        Mistake(
            name="one letter too few or too many",
            hint="All 26 are possible answers, the true one among them.",
            wrong=[float(np.log(25)), float(np.log(27))],
        ),
        Mistake(
            name="the loss of all 26 letters together",
            hint="Only the true letter counts, in each sample once.",
            wrong=float(26 * np.log(26)),
        ),
    ],
    why="Compare the first loss with log K before you train: a value far above it means a start "
    "that is sure of wrong answers.",
)

# ------------------------------------------------------------------------------ Exercise 8.4


def momentum_step(theta, velocity, gradient, learning_rate, mu):
    velocity = mu * velocity - learning_rate * gradient
    return theta + velocity, velocity


def steps(rng):
    return [
        (np.array([1.0, -2.0]), np.array([0.4, 0.2]), np.array([3.0, -1.0]), 0.1, 0.5),
        (rng.normal(size=5), rng.normal(size=5), rng.normal(size=5), 0.03, 0.9),
        (rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), 0.2, 0.8),
        (np.array([1.0, 4.0]), np.array([0.0, 0.0]), np.array([2.0, 5.0]), 0.1, 0.9),
        (np.array([3, -1]), np.array([2, 5]), np.array([1, -4]), 0.25, 0.75),
        (np.array([[0.5]]), np.array([[-0.2]]), np.array([[2.0]]), 0.35, 0.85),
    ]


def uphill(theta, velocity, gradient, learning_rate, mu):
    velocity = mu * velocity + learning_rate * gradient
    return theta + velocity, velocity


one_step_of_momentum = Function(
    number="8.4",
    inputs=steps,
    answer=momentum_step,
    returns=("theta", "velocity"),
    mistakes=[
        Mistake(
            name="theta moved by the old velocity",
            hint="Compute the new velocity first. theta moves by that one.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: (
                theta + velocity,
                mu * velocity - learning_rate * gradient,
            ),
        ),
        Mistake(
            name="the gradient added to the velocity, and the velocity to theta",
            hint="That rolls uphill. One of the two has to be a minus.",
            wrong=uphill,
        ),
        Mistake(
            name="a velocity with the opposite sign, subtracted from theta",
            hint="theta comes out right if the old velocity has that sign, too. Here the velocity "
            "is the step itself: theta + velocity.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: (
                theta - (mu * velocity + learning_rate * gradient),
                mu * velocity + learning_rate * gradient,
            ),
        ),
        Mistake(
            name="theta moved by the gradient alone",
            hint="That is plain gradient descent, and the velocity goes unused. Add the velocity.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: (
                theta - learning_rate * gradient,
                mu * velocity - learning_rate * gradient,
            ),
        ),
        Mistake(
            name="the whole old velocity kept, without mu",
            hint="Nothing would ever slow it down. Only the share mu of the velocity is kept.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: (
                theta + velocity - learning_rate * gradient,
                velocity - learning_rate * gradient,
            ),
        ),
        Mistake(
            name="a velocity without the learning rate, which is applied to theta",
            hint="That is PyTorch's way of writing it, with the opposite sign of the velocity. "
            "Here the velocity is the step itself.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: (
                theta - learning_rate * (mu * velocity + gradient),
                mu * velocity + gradient,
            ),
        ),
        Mistake(
            name="an average, with (1 - mu) on the gradient",
            hint="That is Adam's first average. Momentum adds the whole step of the gradient.",
            wrong=[
                lambda theta, velocity, gradient, learning_rate, mu: momentum_step(
                    theta, velocity, (1 - mu) * gradient, learning_rate, mu
                ),
                lambda theta, velocity, gradient, learning_rate, mu: (
                    theta - learning_rate * (mu * velocity + (1 - mu) * gradient),
                    mu * velocity + (1 - mu) * gradient,
                ),
            ],
        ),
        Mistake(
            name="the learning rate used twice",
            hint="It is in the velocity already. theta moves by the whole velocity.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: (
                theta + learning_rate * (mu * velocity - learning_rate * gradient),
                mu * velocity - learning_rate * gradient,
            ),
        ),
        Mistake(
            name="learning rate and mu exchanged",
            hint="mu says how much of the velocity is kept, the rate how much of the gradient "
            "counts.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: momentum_step(
                theta, velocity, gradient, mu, learning_rate
            ),
        ),
        Mistake(
            name="a look ahead, which is Nesterov's momentum",
            hint="Here theta moves by the new velocity and nothing else.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: (
                theta + mu * (mu * velocity - learning_rate * gradient) - learning_rate * gradient,
                mu * velocity - learning_rate * gradient,
            ),
        ),
        Mistake(
            name="a learning rate that multiplies the velocity once more",
            hint="The velocity is the step, with its sign: theta + velocity.",
            wrong=[
                lambda theta, velocity, gradient, learning_rate, mu: (
                    theta - learning_rate * (mu * velocity - learning_rate * gradient),
                    mu * velocity - learning_rate * gradient,
                ),
            ],
        ),
        Mistake(
            name="mu and 1 - mu exchanged",
            hint="mu is the share of the velocity that is kept.",
            wrong=[
                lambda theta, velocity, gradient, learning_rate, mu: momentum_step(
                    theta, velocity, gradient, learning_rate, 1 - mu
                ),
            ],
        ),
        Mistake(
            name="mu on the gradient as well",
            hint="Only the old velocity is multiplied with mu.",
            wrong=lambda theta, velocity, gradient, learning_rate, mu: momentum_step(
                theta, velocity, mu * gradient, learning_rate, mu
            ),
        ),
        Mistake(
            name="mu on theta",
            hint="mu slows the velocity down, not the weights: theta stays as it is.",
            wrong=[
                lambda theta, velocity, gradient, learning_rate, mu: (
                    mu * theta - learning_rate * gradient,
                    mu * velocity - learning_rate * gradient,
                ),
                lambda theta, velocity, gradient, learning_rate, mu: (
                    mu * theta + mu * velocity - learning_rate * gradient,
                    mu * velocity - learning_rate * gradient,
                ),
            ],
        ),
    ],
    why="Two lines and one more array: pushes that agree add up to 1 / (1 - mu) times the plain "
    "step.",
)

# ------------------------------------------------------------------------------ Exercise 8.5


def precision(table):
    return np.diag(table) / table.sum(axis=0)


def tables(rng):
    return [
        (np.array([[8, 2], [1, 5]]),),
        (rng.integers(1, 9, (4, 4)) + 10 * np.eye(4, dtype=int),),
        (np.array([[0, 3, 1], [2, 6, 0], [4, 1, 9]]),),
        (rng.integers(1, 30, (3, 3)).astype(float),),
    ]


precision_of_answers = Function(
    number="8.5",
    inputs=tables,
    answer=precision,
    mistakes=[
        Mistake(
            name="the share of each row, which is recall",
            hint="A row holds one digit and all answers to it. The question is about one answer: a "
            "column.",
            wrong=lambda table: np.diag(table) / table.sum(axis=1),
        ),
        Mistake(
            name="// in place of /",
            hint="// leaves whole numbers only, and a share below 1 becomes 0.",
            wrong=lambda table: np.diag(table) // table.sum(axis=0),
        ),
        Mistake(
            name="the diagonal over all images",
            hint="Only the times it gave this answer count: divide by the sum of the column.",
            wrong=lambda table: np.diag(table) / table.sum(),
        ),
        Mistake(
            name="one share for the whole table",
            hint="That is the accuracy. Here each answer has a share of its own.",
            wrong=lambda table: np.trace(table) / table.sum(),
        ),
        Mistake(
            name="every entry of the table divided",
            hint="Only the entries on the diagonal are right answers: np.diag(table).",
            wrong=[lambda table: table / table.sum(axis=0), lambda table: table / table.sum()],
        ),
        Mistake(
            name="the share of wrong answers",
            hint="That is one minus the share that is asked for.",
            wrong=lambda table: (table.sum(axis=0) - np.diag(table)) / table.sum(axis=0),
        ),
        Mistake(
            name="right answers held against wrong ones",
            hint="That is a ratio, not a share: divide by all the times it gave this answer, the "
            "right ones included.",
            wrong=lambda table: np.diag(table) / (table.sum(axis=0) - np.diag(table)),
        ),
        Mistake(
            name="the mean of a column where its sum is meant",
            hint="How often was this answer given? Add up its column.",
            wrong=lambda table: np.diag(table) / table.mean(axis=0),
        ),
        Mistake(
            name="the largest number of a column in place of the one on the diagonal",
            hint="The right answers stand on the diagonal, whether there are many or few.",
            wrong=[
                lambda table: table.max(axis=0) / table.sum(axis=0),
                lambda table: np.diag(table) / table.max(axis=0),
            ],
        ),
        Mistake(
            name="the right answers of all digits below the line",
            hint="One answer at a time: how often was it given? Its column says so.",
            wrong=lambda table: np.diag(table) / np.diag(table).sum(),
        ),
        Mistake(
            name="row and column mixed",
            hint="That is a mean of precision and recall. Here only the column counts.",
            wrong=lambda table: 2 * np.diag(table) / (table.sum(axis=0) + table.sum(axis=1)),
        ),
        Mistake(
            name="the number of digits in place of how often the answer was given",
            hint="The sum of a column says how often.",
            wrong=lambda table: np.diag(table) / len(table),
        ),
        Mistake(
            name="the mean of a column alone",
            hint="How many of the answers of a column are right? That is the entry on the "
            "diagonal, over the sum.",
            wrong=[
                lambda table: table.mean(axis=0),
                lambda table: table.sum(axis=0),
            ],
        ),
    ],
    why="Which of the two shares matters depends on which mistake costs more. One number, the "
    "accuracy, hides both.",
)
