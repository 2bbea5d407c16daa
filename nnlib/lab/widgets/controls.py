"""Controls that can be reached by keyboard and have a name that a screen reader speaks.

ipywidgets' sliders have no accessible name, so each comes with a number box that has one. The box
holds the value; the slider is a second way to move it.
"""

from math import floor, log10

import ipywidgets as widgets

LABEL = {"description_width": "initial"}  # as wide as the words: no label is cut


class Control:
    """What all controls have in common.

    Attributes
    ----------
    name : str
        The visible and spoken name.
    widget : ipywidgets widget
        What stands on the page.
    holder : ipywidgets widget
        The part of it whose ``value`` counts.
    """

    def __init__(self, name, widget, holder):
        self.name, self.widget, self.holder = name, widget, holder

    @property
    def value(self):
        """The value that is set now."""
        return self.holder.value

    @value.setter
    def value(self, value):
        self.holder.value = value

    def observe(self, function):
        """Call ``function()`` after each change."""
        self.holder.observe(lambda change: function(), "value")


class NumberSlider(Control):
    """A number, moved by a slider or typed into a box.

    Parameters
    ----------
    name : str
        The visible and spoken name: "learning rate".
    value, minimum, maximum : numbers
        Whole numbers make a control for whole numbers.
    step : number
        Of the slider. For a logarithmic one, in powers of ten.
    logarithmic : bool
        Whether equal ways on the slider are equal factors. The slider's values are rounded to two
        significant digits; the box takes any number.

    Attributes
    ----------
    box, slider : ipywidgets widgets

    Raises
    ------
    ValueError
        If ``value`` is out of the range.
    """

    def __init__(self, name, value, minimum, maximum, step=1, *, logarithmic=False):
        check_range(name, value, minimum, maximum)
        self.logarithmic = logarithmic
        limits = {"value": value, "min": minimum, "max": maximum, "step": step}
        whole = not logarithmic and all(isinstance(number, int) for number in limits.values())
        self.box = number_box(name, limits, whole)
        if logarithmic:
            exponents = {"min": log10(minimum), "max": log10(maximum), "step": step}
            self.slider = widgets.FloatLogSlider(value=value, readout=False, **exponents)
            self._fit_step_of_box()
        else:
            slider_type = widgets.IntSlider if whole else widgets.FloatSlider
            self.slider = slider_type(**limits, readout=False)
        self.slider.layout.width = "9em"
        line = widgets.HBox([self.box, self.slider])
        line.layout.overflow = "visible"
        super().__init__(name, line, self.box)
        self._following = False
        self.slider.observe(self._slider_moved, "value")
        self.box.observe(self._box_changed, "value")

    def reach(self, maximum, step):
        """Change how far it reaches. A value beyond that becomes the new maximum."""
        for part in (self.slider, self.box):
            part.max, part.step = maximum, step

    def neighbour(self, direction):
        """Return the value one step of the slider up (1) or down (-1), or the end of its range."""
        slider = self.slider
        if self.logarithmic:
            exponent = log10(self.value) + direction * slider.step
            return two_significant_digits(10 ** min(max(exponent, slider.min), slider.max))
        return tidy(min(max(self.value + direction * slider.step, slider.min), slider.max))

    def _slider_moved(self, change):
        new = change["new"]
        if not self._following and not self._is_nearest_place(new):
            self._following = True  # the box follows; it does not push the slider back
            try:
                self.box.value = two_significant_digits(new) if self.logarithmic else tidy(new)
            finally:
                self._following = False

    def _is_nearest_place(self, new):
        """Whether the slider stands as near to the box's value as its steps allow.

        On the page a slider moves from a number between its steps to the nearest step by itself,
        and reports that as a move. What was typed into the box shall stay.
        """
        new, held = (log10(each) if self.logarithmic else each for each in (new, self.box.value))
        return abs(new - held) <= 0.5000001 * self.slider.step

    def _box_changed(self, change):
        if self.logarithmic:
            self._fit_step_of_box()
        if not self._following:
            self._following = True
            try:
                self.slider.value = change["new"]
            finally:
                self._following = False

    def _fit_step_of_box(self):
        """Let the arrow keys in the box move the second significant digit."""
        self.box.step = 10.0 ** (floor(log10(self.box.value)) - 1)


class NumberBox(Control):
    """A number, typed into a box or moved by the arrow keys; it takes less room.

    Parameters
    ----------
    name : str
        The visible and spoken name: "start (seed)".
    value, minimum, maximum : numbers
        Whole numbers make a control for whole numbers.
    step : number
        Of the arrow keys.
    room : float
        For the digits, in em.

    Raises
    ------
    ValueError
        If ``value`` is out of the range.
    """

    def __init__(self, name, value, minimum, maximum, step=1, *, room=5.5):
        check_range(name, value, minimum, maximum)
        whole = all(isinstance(number, int) for number in (value, minimum, maximum, step))
        limits = {"value": value, "min": minimum, "max": maximum, "step": step}
        box = number_box(name, limits, whole, room)
        super().__init__(name, box, box)


def check_range(name, value, minimum, maximum):
    """Raise a ValueError that names the control, if the value is out of its range."""
    if not minimum <= value <= maximum:
        raise ValueError(
            f"{name} is {value}, but its control reaches from {minimum} to {maximum}. "
            "Choose a value in this range."
        )


def number_box(name, limits, whole, room=5.5):
    """Return a box for a number, with its name before it."""
    box_type = widgets.BoundedIntText if whole else widgets.BoundedFloatText
    layout = widgets.Layout(width=f"{0.55 * len(name) + room}em", flex="0 0 auto")
    return box_type(**limits, description=name, style=LABEL, layout=layout)


class Menu(Control):
    """One of a few choices, a button for each.

    A drop-down list would take less room. But on a focused list JupyterLab takes the arrow keys
    and letters for its own commands: "b" would not choose a word with b, but add a cell. Buttons
    are reached with Tab, and pressed with Enter or Space. The choice is also written in front of
    them, so that colour is not the only sign of it.

    Parameters
    ----------
    name : str
    value : object
        One of the choices.
    choices : list of values, or of (label, value) pairs

    Raises
    ------
    ValueError
        If ``value`` is not a choice.
    """

    def __init__(self, name, value, choices):
        pairs = [
            choice if isinstance(choice, tuple) else (str(choice), choice) for choice in choices
        ]
        if value not in [choice for _, choice in pairs]:
            known = ", ".join(repr(choice) for _, choice in pairs)
            raise ValueError(f"{name} is {value!r}, but the choices are {known}.")
        buttons = widgets.ToggleButtons(
            options=pairs, value=value, tooltips=[f"{name}: {label}" for label, _ in pairs],
            style={"button_width": "auto", "description_width": "initial"},
            layout=widgets.Layout(width="auto", flex="0 1 auto"),
        )  # fmt: skip
        super().__init__(name, buttons, buttons)
        buttons.observe(self._name_the_choice, "value")
        self._name_the_choice()

    def _name_the_choice(self, change=None):
        self.widget.description = f"{self.name}: {self.widget.label}"


class Tick(Control):
    """Yes or no.

    Parameters
    ----------
    name : str
    value : bool
    """

    def __init__(self, name, value):
        layout = widgets.Layout(width="auto")
        box = widgets.Checkbox(value=value, description=name, indent=False, layout=layout)
        super().__init__(name, box, box)


class Button:
    """A button with words on it.

    Parameters
    ----------
    words : str
    hint : str
        Shown when the mouse rests on it.

    Attributes
    ----------
    widget : ipywidgets Button
    """

    def __init__(self, words, hint=""):
        layout = widgets.Layout(width="auto")
        self.widget = widgets.Button(description=words, tooltip=hint, layout=layout)

    def observe(self, function):
        """Call ``function()`` after each press."""
        self.widget.on_click(lambda _: function())

    def press(self):
        """Press it from code."""
        self.widget.click()


def tidy(number):
    """Round -3.4999999999999996 to -3.5; whole numbers stay."""
    return number if isinstance(number, int) else float(f"{number:.10g}")


def two_significant_digits(number):
    """Round 0.11220 to 0.11 and 316.2 to 320."""
    if number == 0:
        return 0.0
    return round(number, 1 - floor(log10(abs(number))))
