"""The figure of lesson 09: a tape, with what went forwards and what comes back."""

from nnlib.autodiff import in_order
from nnlib.lab.figures.style import BLACK, BLUE, ORANGE, new_figure, show
from nnlib.lab.words import listed


def tape(result):
    """Show the tape of a tensor: how it was made, and the shapes on the way.

    Parameters
    ----------
    result : Tensor
        After ``result.backward()``.
    """
    made = [tensor for tensor in in_order(result) if tensor.made_from]
    given = [tensor for tensor in in_order(result) if not tensor.made_from]
    places = {tensor: (i, 0.0) for i, tensor in enumerate(made)}
    for tensor in given:  # above the operation that uses it first
        user = next(other for other in made if tensor in arguments(other))
        places[tensor] = (places[user][0] - 0.25, 1.0)
    figure, axes = new_figure(height=3.0)
    for tensor in made:
        for argument in arguments(tensor):
            draw_links(axes, places[argument], places[tensor], times_used(argument, tensor))
    for tensor, (x, y) in places.items():
        draw_tensor(axes, tensor, x, y, is_given=not tensor.made_from)
    axes.set(xlim=(-0.8, len(made) - 0.3), ylim=(-0.8, 1.75))
    axes.set_axis_off()
    show(figure, describe(result, made, given))


def arguments(tensor):
    """The tensors that one was made from, each once."""
    return list(dict.fromkeys(argument for argument, _ in tensor.made_from))


def times_used(argument, tensor):
    """How often one tensor stands in the operation that made another: twice in ``e * e``."""
    return sum(each is argument for each, _ in tensor.made_from)


def draw_links(axes, start, end, n_times):
    """An arrow from an argument to what was made of it, one for each time that it is used."""
    passes_by = start[1] == end[1] and end[0] - start[0] > 1  # others stand in between
    bends = [-0.35 if passes_by else 0] if n_times == 1 else [-0.35, 0.35]
    for bend in bends:
        style = {"arrowstyle": "-|>", "color": BLACK, "shrinkA": 15, "shrinkB": 15}
        style["connectionstyle"] = f"arc3,rad={bend}"
        axes.annotate("", end, start, arrowprops=style)


def draw_tensor(axes, tensor, x, y, is_given):
    """A tensor as a box with its name; the shape of its value in black, of its slope in orange."""
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": BLACK}
    if is_given:
        box |= {"facecolor": "#E8F1F8", "edgecolor": BLUE}
    axes.text(x, y, tensor.name, ha="center", va="center", bbox=box, zorder=3)
    value, slope = (0.32, 0.56) if is_given else (-0.32, -0.56)
    style = {"ha": "center", "va": "center", "fontsize": 10}
    axes.text(x, y + value, shape_in_words(tensor.value), **style)
    axes.text(x, y + slope, f"← {shape_in_words(tensor.grad)}", color=ORANGE, **style)


def shape_in_words(array):
    return "number" if array.shape == () else str(array.shape).replace(" ", "")


def describe(result, made, given):
    """Say what is drawn: the operations in order, where the parameters enter, what is kept."""
    kept = sum(tensor.value.size for tensor in made)
    names = listed(f"{tensor.name} {shape_in_words(tensor.value)}" for tensor in given[::-1])
    twice = [tensor.name for tensor in made if len(tensor.made_from) > len(arguments(tensor))]
    meet = f" In {listed(twice)}, one tensor is used twice: two slopes add." if twice else ""
    return (
        f"A tape of {len(made)} operations, from left to right: "
        f"{listed(tensor.name for tensor in made)}. From above come {names}. The shapes in black "
        f"are those of the values, {kept} numbers in all; the slopes, in orange, travel from right "
        f"to left and have the same shapes.{meet} The result is {result.value:.4f}."
    )
