"""The figures of lesson 06: rates and curvature, success over rate and size, luck with one seed."""

import itertools

import numpy as np
from matplotlib.ticker import NullLocator

from nnlib.lab.figures.style import BLACK, COLOURS, GREY, LINE_STYLES, new_figure, show
from nnlib.lab.words import listed, minus, sentence, short

MARKERS = "os^Dv*"


def losses_per_rate(histories):
    """Show the losses of one start with several learning rates.

    Parameters
    ----------
    histories : dict of learning rate: History
        Measured after every epoch.
    """
    figure, axes = new_figure(height=3.4)
    texts = []
    for i, (rate, history) in enumerate(histories.items()):
        axes.semilogy(
            history.epoch,
            history.loss,
            color=COLOURS[i],
            linestyle=LINE_STYLES[i],
            linewidth=1.6,
            label=f"rate {rate:g}",
        )
        rises = (np.diff(history.loss[:51]) > 0).sum()
        text = f"with rate {rate:g} it rises in {rises} of the first 50 steps"
        if rises < 10:  # a run that bounces on and on ends elsewhere on another processor
            text += f" and ends at {history.loss[-1]:.4f}"
        texts.append(text)
    axes.set(title="One start, several learning rates", xlabel="epoch", ylabel="loss (log scale)")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    last = next(iter(histories.values())).epoch[-1]
    show(figure, f"The loss over {last} epochs, log scale: {'; '.join(texts)}.")


def bowls(curvature, start, rates, n_steps):
    """Show gradient descent on the bowl L = curvature / 2 * w**2, one panel for each rate.

    Parameters
    ----------
    curvature, start : float
    rates : list of float
        At most four.
    n_steps : int
    """
    figure, row = new_figure(1, len(rates), height=2.9, sharey=True)
    texts = []
    reach = 2.2 * abs(start)
    line = np.linspace(-reach, reach, 201)
    for i, (axes, rate) in enumerate(zip(row, rates, strict=True)):
        w = start * (1 - rate * curvature) ** np.arange(n_steps + 1)
        axes.plot(line, curvature / 2 * line**2, color=GREY, linewidth=1.2)
        axes.plot(w, curvature / 2 * w**2, color=COLOURS[i], linewidth=1, marker="o", markersize=5)
        axes.plot(w[0], curvature / 2 * w[0] ** 2, "o", color=BLACK, markersize=8)
        axes.set(title=minus(f"rate {rate:g}: factor {1 - rate * curvature:g}"))
        axes.set(xlabel="w", xlim=(-reach, reach), ylim=(-0.3, curvature / 2 * reach**2))
        texts.append(f"rate {rate:g} leads from {w[0]:g} to {w[1]:.2f}, {w[2]:.2f}, {w[3]:.2f}")
    row[0].set_ylabel("loss")
    half = "" if curvature == 2 else f"{curvature / 2:g} "
    text = (
        f"The bowl L = {half}w², which has the curvature {curvature:g}, and {n_steps} steps from "
    )
    show(figure, minus(f"{text}the black dot. {sentence(texts)}"))


def success_map(rates, sizes, solved):
    """Show which share of the starts solves the task, over learning rate and hidden size.

    Parameters
    ----------
    rates : array (n_rates,)
    sizes : list of int
    solved : dict of size: array of bool (n_rates, n_starts)
    """
    shares = np.array([100 * solved[size].mean(axis=1) for size in sizes])
    figure, axes = new_figure(height=3.9)
    picture = axes.imshow(shares, cmap="cividis", vmin=0, vmax=100, aspect="auto", origin="lower")
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share < 55 else "black"
        axes.text(column, row, f"{share:.0f}", ha="center", va="center", color=colour, fontsize=10)
    axes.set_xticks(range(len(rates)), [short(rate, 2) for rate in rates])
    axes.set_yticks(range(len(sizes)), sizes)
    axes.set(xlabel="learning rate", ylabel="hidden size", title="Starts that solve XOR, in %")
    axes.grid(False)
    figure.colorbar(picture, ax=axes, label="%", aspect=14)
    n_starts = solved[sizes[0]].shape[1]
    texts = []
    for size, row in zip(sizes, shares, strict=True):
        nearly_all = np.flatnonzero(row >= 95)
        if len(nearly_all) > 1:
            first, last = rates[nearly_all[0]], rates[nearly_all[-1]]
            texts.append(
                f"size {size}: at least 95 % from rate {short(first, 2)} to {short(last, 2)}"
            )
        else:
            best = np.argmax(row)
            where = f" (rate {short(rates[best], 2)})" if row[best] > 0 else ""
            texts.append(f"size {size}: at most {row[best]:.0f} %{where}")
    show(
        figure,
        f"The share of {n_starts} starts that solve XOR, for each learning rate (across) and "
        f"hidden size (upwards). {sentence(texts)}",
    )


def shares_of_ten(solved, n_groups):
    """Show what somebody finds who tries ten starts, again and again.

    Parameters
    ----------
    solved : dict of label: array of bool (n_starts,)
    n_groups : int
        Of ten starts each.
    """
    figure, axes = new_figure(height=3.6)
    texts, found = [], {}
    for i, (label, outcome) in enumerate(solved.items()):
        found[label] = shares = 10 * outcome[: 10 * n_groups].reshape(n_groups, 10).sum(axis=1)
        values, counts = np.unique(shares, return_counts=True)
        for value, count in zip(values, counts, strict=True):
            spacing = min(0.11, 0.86 / count)
            heights = i + spacing * (np.arange(count) - (count - 1) / 2)
            axes.plot(np.full(count, value), heights, MARKERS[i], color=COLOURS[i], markersize=3)
        mean = 100 * outcome.mean()
        axes.plot([mean, mean], [i - 0.45, i + 0.45], color=BLACK, linewidth=2)
        texts.append(
            f"{label}: from {shares.min()} to {shares.max()} %, all {len(outcome)} together "
            f"{mean:.1f} %"
        )
    better = [
        f"{b} finds more than {a} in {(found[b] > found[a]).sum()}"
        for a, b in itertools.combinations(found, 2)
    ]
    axes.set_yticks(range(len(solved)), list(solved))
    axes.set(xlabel="starts that solve XOR, in % of ten", xlim=(-3, 105))
    axes.set(title="Each mark is an experiment with ten starts")
    show(
        figure,
        f"{n_groups} experiments with ten starts each; the black lines are the shares of all "
        f"starts. {sentence(texts)} Of the {n_groups} experiments, {listed(better)}.",
    )


def epochs_to_solve(rates, panels, last_epoch):
    """Show how soon half of the starts have solved the task, over the learning rate.

    Parameters
    ----------
    rates : array (n_rates,)
    panels : dict of title: dict of size: array (n_rates,)
        The median number of epochs, infinity where fewer than half of the starts get there.
    last_epoch : int
    """
    figure, row = new_figure(1, len(panels), height=3.6, sharey=True, squeeze=False)
    texts = []
    for axes, (title, medians) in zip(row[0], panels.items(), strict=True):
        words = []
        for i, (size, median) in enumerate(medians.items()):
            best = int(np.argmin(median))
            style = {"color": COLOURS[i], "linestyle": LINE_STYLES[i], "linewidth": 1.6}
            axes.loglog(rates, median, label=f"size {size}", **style)
            mark = {"color": COLOURS[i], "markersize": 12, "markeredgewidth": 2}
            mark["markerfacecolor"] = "none"  # so that none hides another at the same place
            axes.plot(rates[best], median[best], MARKERS[i], **mark)
            words.append(f"size {size} at rate {short(rates[best], 2)} ({median[best]:.0f} epochs)")
        axes.set(title=title, xlabel="learning rate", ylabel="epochs until half are solved")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks([0.6, 1, 2, 4, 8], ["0.6", "1", "2", "4", "8"])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_yticks([10, 20, 50, 100, 200], ["10", "20", "50", "100", "200"])
        texts.append(f"{title}: fastest is {listed(words)}")
    row[0][0].legend(loc="lower left")
    show(
        figure,
        f"The epochs until half of the starts have solved XOR, of at most {last_epoch}, both axes "
        "log scale; a marker where it is fastest. A line ends where fewer than half get there. "
        f"{'. '.join(texts)}.",
    )
