"""The figures of lesson 05: paths downhill, losses over the epochs, boundaries that move."""

import numpy as np
from matplotlib.ticker import MultipleLocator, NullLocator

from nnlib.activations import sigmoid
from nnlib.lab.figures.plane import (
    add_colour_bar,
    draw_decision_boundary,
    grid_of_points,
    span_of,
)
from nnlib.lab.figures.style import (
    BLACK,
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    LINE_STYLES,
    ORANGE,
    PURPLE,
    WHITE_BOX,
    new_figure,
    show,
)
from nnlib.lab.words import listed
from nnlib.losses import bce
from nnlib.training import train

MARKERS = "osD^v*"
LEVELS = (1 / 8, 1 / 6, 1 / 4)  # where XOR gets stuck
PLACES = [GREEN, BLACK, PURPLE]  # blue and orange are taken by the two classes
RATE_TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
LOSS_TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2]
SHADES = ["#9A9A9A", "#6E6E6E", "#444444", "#000000"]  # one neuron, later and later


# ---------------------------------------------------------- one neuron: its loss as a landscape


def losses_of_a_neuron(X, y, w, b):
    """Return the BCE of one sigmoid neuron for every pair of a weight and a bias.

    Parameters
    ----------
    X, y : array (n_samples, 1)
    w, b : arrays of one shape

    Returns
    -------
    array of that shape
    """
    z = np.asarray(w)[..., np.newaxis, np.newaxis] * X + np.asarray(b)[..., np.newaxis, np.newaxis]
    return bce(z, y)


def draw_landscape(axes, X, y, w_range, b_range, *, labelled=True):
    """Draw contour lines of the loss of one neuron over its weight and bias."""
    w, b = np.meshgrid(np.linspace(*w_range, 181), np.linspace(*b_range, 151))
    levels = [0.36, 0.4, 0.5, 0.7, 1, 1.5, 2.25, 3, 4, 5, 6, 7]
    lines = axes.contour(
        w, b, losses_of_a_neuron(X, y, w, b), levels=levels, colors=GREY, linewidths=0.8
    )
    if labelled:
        axes.clabel(lines, levels=[0.4, 0.5, 0.7, 1, 1.5], fontsize=8, fmt="%g")
    axes.set(xlabel="weight w", ylabel="bias b", aspect="equal", xlim=w_range, ylim=b_range)
    axes.xaxis.set_major_locator(MultipleLocator(4))
    axes.yaxis.set_major_locator(MultipleLocator(4))
    axes.grid(False)


def draw_mornings(axes, X, y):
    """Draw the samples of the one-neuron example: input across, target upwards."""
    for label, marker, colour in [(0, "o", BLUE), (1, "s", ORANGE)]:
        rows = y[:, 0] == label
        axes.scatter(
            X[rows, 0], y[rows, 0], marker=marker, s=70, color=colour, edgecolors="white", zorder=3
        )
    axes.set(xlabel="wind x", ylabel="answer a", ylim=(-0.08, 1.5), yticks=[0, 0.5, 1])


def lowest_point(start, X, y):
    """Return (w, b, loss) where the descent of one neuron ends."""
    network = start.copy()
    history = train(network, X, y, loss="bce", learning_rate=8.0, epochs=3_000, measure_every=3_000)
    return (*network.parameters.vector, history.loss[-1])


def loss_landscape(start, X, y, points):
    """Show the loss of one neuron over its two parameters, and a few neurons as curves.

    Parameters
    ----------
    start : Network
        One sigmoid neuron with one input.
    X, y : array (n_samples, 1)
    points : dict of name: (w, b)
        At most three.
    """
    figure, (left, right) = new_figure(1, 2, height=3.7, width_ratios=[1.35, 1])
    draw_landscape(left, X, y, (-13, 5), (-5, 8))
    w, b, loss = lowest_point(start, X, y)
    left.plot(w, b, "*", color=BLACK, markersize=13)
    left.annotate(
        "lowest", (w, b), (-9, -3), ha="right", textcoords="offset points", bbox=WHITE_BOX
    )
    x = np.linspace(0, 1, 201)
    texts = []
    for i, (name, (w_here, b_here)) in enumerate(points.items()):
        left.plot(w_here, b_here, "D^v"[i], color=PLACES[i], markersize=8)
        left.annotate(
            name,
            (w_here, b_here),
            (8, 7),
            textcoords="offset points",
            weight="bold",
            bbox=WHITE_BOX,
        )
        curve = sigmoid(w_here * x + b_here)
        right.plot(x, curve, color=PLACES[i], linestyle=LINE_STYLES[i], label=name)
        here = losses_of_a_neuron(X, y, w_here, b_here)
        texts.append(f"{name} at w = {w_here:g}, b = {b_here:g} has the loss {here:.4f}")
    draw_mornings(right, X, y)
    left.set_title("Every neuron is a point …")
    right.set_title("… and every point is a curve")
    right.legend(loc="upper center", ncols=3)
    text = (
        f"Left: contour lines of the loss over weight and bias. {'; '.join(texts)}. The lowest "
        f"loss, {loss:.4f}, is at w = {w:.2f}, b = {b:.2f}. Right: the same neurons as curves of "
        "their answers, with the six mornings (squares: by bicycle, circles: not)."
    )
    show(figure, text.replace("= -", "= −"))


def draw_path(axes, path, colour):
    """Draw the steps of a descent: a dot where each step begins, a ring around the first."""
    axes.plot(*path.T, color=colour, linewidth=1, marker="o", markersize=2.8, zorder=3)
    axes.plot(*path[0], "o", color=colour, markersize=10, markerfacecolor="none", zorder=4)


def step_lengths(path):
    """Return the length of each step of a path (n_points, 2)."""
    return np.linalg.norm(np.diff(path, axis=0), axis=1)


def descent(start, history, X, y, shown_epochs):
    """Show the path of a neuron over its landscape, and the neuron at a few moments.

    Parameters
    ----------
    start : Network
        One sigmoid neuron with one input.
    history : History
        With the parameters of every epoch.
    X, y : array (n_samples, 1)
    shown_epochs : list of int
        At most 4; the moments to draw as curves on the right.
    """
    figure, (left, right) = new_figure(1, 2, height=3.7, width_ratios=[1.35, 1])
    path = history.parameters
    draw_landscape(left, X, y, (-13, 5), (-5, 8))
    draw_path(left, path, BLUE)
    w, b, _ = lowest_point(start, X, y)
    left.plot(w, b, "*", color=BLACK, markersize=13)
    left.annotate("start", path[0], (6, 8), textcoords="offset points", weight="bold")
    x = np.linspace(0, 1, 201)
    for i, epoch in enumerate(shown_epochs):
        w_then, b_then = path[epoch]
        right.plot(
            x,
            sigmoid(w_then * x + b_then),
            color=SHADES[i],
            linestyle=LINE_STYLES[i],
            label=f"epoch {epoch}",
        )
    draw_mornings(right, X, y)
    left.set_title("Steps downhill")
    right.set_title("The neuron on its way")
    right.legend(loc="upper center", ncols=2)
    lengths = step_lengths(path)
    text = (
        f"Left: {len(lengths)} steps with learning rate {rate_of(history, X, y):g}, from the ring "
        f"towards the star. The first step is {lengths[0]:.2f} long, the last one "
        f"{lengths[-1]:.2f}. The loss falls from {history.loss[0]:.4f} to {history.loss[-1]:.4f}. "
        f"Right: the neuron's answers at epochs {listed(map(str, shown_epochs))}."
    )
    show(figure, text)


def rate_of(history, X, y):
    """Return the learning rate of a one-neuron descent: the first step over its gradient."""
    w, b = history.parameters[0]
    error = (sigmoid(w * X + b) - y) / len(y)
    gradient = np.array([(error * X).sum(), error.sum()])
    return round(step_lengths(history.parameters[:2])[0] / np.linalg.norm(gradient), 6)


def bouncing(histories, X, y, mapped):
    """Show descents of one neuron with different learning rates: paths and losses.

    Parameters
    ----------
    histories : dict of learning rate: History
        At most three, each with the parameters of every epoch.
    X, y : array (n_samples, 1)
    mapped : list of two learning rates
        Whose paths to draw; the losses are drawn for all.
    """
    figure, axes = new_figure(1, 3, height=3.2)
    for panel, rate in zip(axes[:2], mapped, strict=True):
        draw_landscape(panel, X, y, (-17, 6), (-9, 12), labelled=False)
        draw_path(panel, histories[rate].parameters, BLACK)
        panel.set_title(f"Learning rate {rate:g}")
        panel.label_outer()
    texts = []
    for i, (rate, history) in enumerate(histories.items()):
        axes[-1].semilogy(
            history.epoch,
            history.loss,
            color=COLOURS[i],
            linestyle=LINE_STYLES[i],
            label=f"rate {rate:g}",
        )
        ups = (np.diff(history.loss) > 0).sum()
        texts.append(
            f"with rate {rate:g} it rises in {ups} of {len(history.loss) - 1} steps, is at most "
            f"{history.loss.max():.2f}, and ends at {history.loss[-1]:.4f}"
        )
    axes[-1].set(title="Loss (log scale)", xlabel="epoch")
    axes[-1].set_yticks([0.4, 0.6, 1, 2, 4], ["0.4", "0.6", "1", "2", "4"])
    axes[-1].set_yticks([], minor=True)
    axes[-1].legend()
    show(
        figure,
        f"The same neuron from the same start (ring), with learning rates {mapped[0]:g} and "
        f"{mapped[1]:g}. On the right the loss: {'; '.join(texts)}.",
    )


# -------------------------------------------------------------------- losses over the epochs


def middle_of_the_fall(history):
    """Return the epochs at which a quarter and three quarters of the fall are done."""
    first, last = history.loss[0], history.loss[-1]
    done = (first - history.loss) / (first - last)
    return [history.epoch[np.argmax(done >= share)] for share in (0.25, 0.75)]


def loss_curve(history, *, title, guessing=None):
    """Show the loss of one training over its epochs.

    Parameters
    ----------
    history : History
    title : str
    guessing : float, optional
        The loss of always answering one half, drawn as a dotted line.
    """
    figure, axes = new_figure(height=3.2)
    axes.plot(history.epoch, history.loss, color=BLUE)
    axes.set(title=title, xlabel="epoch", ylabel="loss", ylim=(0, None))
    if guessing is not None:
        axes.axhline(guessing, color=GREY, linewidth=1, linestyle=":")
        place = {"xytext": (0, 3), "textcoords": "offset points", "ha": "right", "va": "bottom"}
        axes.annotate("always answering 0.5", (history.epoch[-1], guessing), **place, color=GREY)
    early, late = middle_of_the_fall(history)
    show(
        figure,
        f"{title}: the loss goes from {history.loss[0]:.4f} to {history.loss[-1]:.4f} in "
        f"{history.epoch[-1]} epochs. The middle half of the fall lies between epochs "
        f"{early} and {late}.",
    )


def loss_with_milestones(history, milestones, *, title):
    """Show a loss on a logarithmic scale, with vertical lines at moments that matter.

    Parameters
    ----------
    history : History
        Measured after every epoch.
    milestones : dict of name: epoch
    title : str
    """
    figure, axes = new_figure(height=3.4)
    axes.semilogy(history.epoch, history.loss, color=BLUE)
    axes.set(title=title, xlabel="epoch", ylabel="loss (log scale)")
    texts = []
    for i, (name, epoch) in enumerate(milestones.items()):
        axes.axvline(
            epoch,
            color=COLOURS[i + 1],
            linestyle=LINE_STYLES[i + 1],
            linewidth=1.5,
            label=f"{name}: from epoch {epoch} on",
        )
        texts.append(f"{name} from epoch {epoch} on, where the loss is {history.loss[epoch]:.4f}")
    axes.legend(loc="upper right")
    early, late = middle_of_the_fall(history)
    show(
        figure,
        f"{title}, loss on a log scale: from {history.loss[0]:.4f} to {history.loss[-1]:.4f} in "
        f"{history.epoch[-1]} epochs. The middle half of the fall lies between epochs "
        f"{early} and {late}. "
        f"{'; '.join(texts).capitalize()}.",
    )


def losses_per_batch_size(losses, n_samples, epochs):
    """Show where training ends with several batch sizes, each with learning rates of its own.

    Parameters
    ----------
    losses : dict of batch size: dict of learning rate: array (n_starts,)
        The loss over all data at the end.
    n_samples : int
        Samples in the data.
    epochs : int
        As many in every training.
    """
    figure, axes = new_figure(height=3.7)
    texts = []
    for i, (size, of_rates) in enumerate(losses.items()):
        rates, ends = np.array(list(of_rates)), np.array(list(of_rates.values()))
        medians = np.median(ends, axis=1)
        steps = -(-n_samples // size)
        axes.loglog(
            rates,
            medians,
            color=COLOURS[i],
            linestyle=LINE_STYLES[i],
            marker=MARKERS[i],
            label=f"batches of {size}: {steps} step{'s' if steps > 1 else ''} an epoch",
        )
        axes.fill_between(rates, *np.quantile(ends, [0, 1], axis=1), color=COLOURS[i], alpha=0.15)
        best = medians.argmin()
        texts.append(
            f"batches of {size} do best with rate {rates[best]:g}, where the median is "
            f"{medians[best]:.4f} after {steps * epochs} steps"
        )
    axes.set(
        title=f"The loss after {epochs} epochs, each batch size with rates of its own",
        xlabel="learning rate (log scale)",
        ylabel="loss (log scale)",
    )
    for axis, ticks in [(axes.xaxis, RATE_TICKS), (axes.yaxis, LOSS_TICKS)]:
        axis.set_minor_locator(NullLocator())
        axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylim(0.03, 4)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    starts = len(next(iter(next(iter(losses.values())).values())))
    show(
        figure,
        f"Lines: medians of {starts} starts; bands: from the lowest to the highest. "
        f"{listed(texts)[0].upper()}{listed(texts)[1:]}.",
    )


def training_and_validation(history, *, highest=None):
    """Show the loss over the data trained on, and over data never trained on.

    Parameters
    ----------
    history : History
        With a validation loss.
    highest : float, optional
        Where the picture ends; by default above the first loss.
    """
    figure, axes = new_figure(height=3.4)
    axes.plot(history.epoch, history.loss, color=BLUE, label="training data")
    axes.plot(
        history.epoch,
        history.validation_loss,
        color=ORANGE,
        linestyle="--",
        label="validation data",
    )
    best = history.validation_loss.argmin()
    place = (history.epoch[best], history.validation_loss[best])
    axes.plot(*place, "o", color=BLACK)
    axes.annotate(
        f"lowest: epoch {place[0]}",
        place,
        (8, 14),
        textcoords="offset points",
        ha="right" if best > 0.8 * len(history.epoch) else "left",
        bbox=WHITE_BOX,
    )
    axes.set(title="What training sees, and what it does not", xlabel="epoch", ylabel="loss")
    axes.set_ylim(0, highest)
    axes.legend(loc="upper right")
    last = history.validation_loss[-1]
    then = f", and then rises to {last:.4f}" if best < len(history.epoch) - 1 else ", the last one"
    show(
        figure,
        f"The training loss falls from {history.loss[0]:.4f} to {history.loss[-1]:.4f}. The "
        f"validation loss is lowest, {place[1]:.4f}, at epoch {place[0]}{then}.",
    )


# ---------------------------------------------------------------- boundaries and many starts


def boundaries_over_epochs(network, history, X, y, epochs):
    """Show what a network predicted over the plane at several epochs of its training.

    Parameters
    ----------
    network : Network
        Two inputs, one output.
    history : History
        With the parameters of every epoch.
    X : array (n_samples, 2)
    y : array (n_samples, 1)
    epochs : list of int
        At most five.
    """
    figure, row = new_figure(1, len(epochs), height=2.3, squeeze=False)
    points = grid_of_points(span_of(X), 101)
    texts, sides = [], None
    for axes, epoch in zip(row[0], epochs, strict=True):
        then = network.copy()
        then.parameters.vector[...] = history.parameters[epoch]
        text = draw_decision_boundary(axes, then, X, y).partition(";")[0].removesuffix(".")
        axes.set(title=f"epoch {epoch}", xticks=[0, 1], yticks=[0, 1])
        axes.label_outer()
        before, sides = sides, then.predict(points) > 0.5
        if before is not None:
            changed = 100 * np.mean(sides != before)
            text += f"; since the picture before, {changed:.1f} % of the area has changed side"
        texts.append(f"Epoch {epoch}, loss {history.loss[epoch]:.4f}: {text}.")
    add_colour_bar(figure, list(row[0]))
    show(
        figure,
        "Predictions over the plane, blue for 0, orange for 1, with the black line at 0.5. "
        f"{' '.join(texts)}",
    )


def learned_over_epochs(learned_at, stuck_losses, last_epoch):
    """Show which share of many starts has learned, and where the others end.

    Parameters
    ----------
    learned_at : dict of hidden size: array of int (n_starts,)
        The epoch by which each start had learned; 0 if it never did.
    stuck_losses : dict of hidden size: array
        The last losses of those that did not.
    last_epoch : int
    """
    figure, (left, right) = new_figure(1, 2, height=3.7, width_ratios=[1.35, 1])
    texts = []
    for i, (size, epochs) in enumerate(learned_at.items()):
        when = np.arange(0, last_epoch + 1, 1000)
        share = [100 * ((epochs > 0) & (epochs <= epoch)).mean() for epoch in when]
        left.plot(
            when,
            share,
            color=COLOURS[i],
            linestyle=LINE_STYLES[i],
            marker=MARKERS[i],
            label=f"{size} hidden: {share[-1]:.1f} %",
        )
        texts.append(f"{share[-1]:.1f} % with {size} hidden neurons")
        losses = stuck_losses[size]
        spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(losses))
        if len(losses) == 0:
            right.annotate("none", (0.06, i), va="center", color=GREY)
        right.plot(losses, i + spread, MARKERS[i], color=COLOURS[i], markersize=3.5, alpha=0.6)
    left.set(title="Starts that have learned XOR", xlabel="epoch", ylabel="% of the starts")
    left.set_ylim(-3, 103)
    left.legend(loc="lower right")
    right.set(title="Where the others end", xlabel="loss", ylabel="hidden neurons")
    right.set(
        yticks=range(len(learned_at)),
        yticklabels=learned_at,
        ylim=(-0.6, len(learned_at) - 0.5),
        xlim=(0, 0.27),
    )
    right.set_xticks([0, 0.05, *LEVELS], ["0", "0.05", "1/8", "1/6", "1/4"])
    right.axvline(0.05, color=GREY, linestyle=":")
    smallest = min(stuck_losses)
    near = [int((np.abs(stuck_losses[smallest] - level) < 0.01).sum()) for level in LEVELS]
    show(
        figure,
        f"Left: the share of 1000 starts whose loss is below 0.05. After {last_epoch} epochs it is "
        f"{listed(texts)}. Right: the losses of all others; the dotted line is 0.05. Of the "
        f"{len(stuck_losses[smallest])} with {smallest} hidden neurons, {near[0]} lie within 0.01 "
        f"of 1/8, {near[1]} of 1/6 and {near[2]} of 1/4.",
    )


def worst_errors(errors):
    """Show how the largest errors of many trained networks are spread.

    Parameters
    ----------
    errors : array (n_networks,)
    """
    figure, axes = new_figure(height=2.8)
    axes.hist(errors, bins=np.arange(0, 0.1201, 0.004), color=BLUE, edgecolor="white")
    axes.axvline(0.1, color=ORANGE, linestyle="--", label="the mark for solved: 0.1")
    axes.plot(errors.max(), 0, "v", color=BLACK, markersize=9, clip_on=False, label="the worst")
    axes.legend()
    axes.set(title="The worst of the four errors", xlabel="largest error", ylabel="starts")
    show(
        figure,
        f"The largest of the four errors after training, for {len(errors)} starts: between "
        f"{errors.min():.3f} and {errors.max():.3f}, half of them below {np.median(errors):.3f}. "
        f"{int((errors >= 0.1).sum())} are at 0.1 or above.",
    )


def weight_decays(networks, X, y, X_validation, y_validation):
    """Show the boundaries of networks that were trained with different weight decays.

    Parameters
    ----------
    networks : dict of weight decay: Network
    X, X_validation : array (n_samples, 2)
    y, y_validation : array (n_samples, 1)
        The boundary is drawn with the training data; the validation data are only counted.
    """
    figure, row = new_figure(1, len(networks), height=2.9, squeeze=False)
    span = span_of(np.concatenate([X, X_validation]), margin=0.2)
    texts = []
    for axes, (decay, network) in zip(row[0], networks.items(), strict=True):
        draw_decision_boundary(axes, network, X, y, span=span, size=45)
        axes.set_title(f"weight decay {decay:g}")
        axes.label_outer()
        right = [
            100 * ((network.predict(inputs) > 0.5) == targets).mean()
            for inputs, targets in ((X, y), (X_validation, y_validation))
        ]
        texts.append(
            f"weight decay {decay:g}: {right[0]:.1f} % of the training data and {right[1]:.1f} % "
            "of the validation data are right"
        )
    add_colour_bar(figure, list(row[0]))
    show(
        figure,
        "Predictions over the plane with the training data; what is predicted wrongly is struck "
        f"out. {'; '.join(texts)}.",
    )
