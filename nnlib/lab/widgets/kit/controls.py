"""What a reader can set: declared here, drawn by ``stage.js``.

A control knows which values it takes. What it does not take is refused in words, and never
becomes another value.
"""

from dataclasses import asdict, dataclass, field, fields, replace

RATES = (0.01, 100.0)  # learning rates that a reader can choose


@dataclass
class Control:
    """What all controls have in common.

    Attributes
    ----------
    label : str
        The visible and spoken name.
    value : object
    hint : str
        Shown when the mouse rests on it.
    group : str
        The heading of the fold it stands in; without one it is always in view.
    """

    label: str
    value: object = None
    hint: str = ""
    group: str = ""

    @property
    def kind(self):
        """The name that ``stage.js`` knows it by."""
        return type(self).__name__.lower()

    def spec(self):
        """Return what the page has to know."""
        return {"kind": self.kind, **asdict(self)}

    def check(self, value):
        """Return a value that comes from the page or from code, or refuse it.

        Raises
        ------
        ValueError
            If the control does not take it.
        """
        return value


@dataclass
class Slider(Control):
    """A number, moved by a slider or typed into a box.

    Attributes
    ----------
    low, high : numbers
        Whole numbers make a control for whole numbers.
    step : number
        Of the slider. For a logarithmic one, in powers of ten.
    log : bool
        Whether equal ways on the slider are equal factors. The slider's values are rounded to two
        significant digits; the box takes any number.
    stops : list of numbers, optional
        The only values there are; then there is no box.
    """

    low: float = 0.0
    high: float = 1.0
    step: float = 1
    log: bool = False
    stops: list | None = None

    def __post_init__(self):
        if self.stops is not None:
            self.stops = sorted({self.value, *self.stops})
            self.low, self.high = self.stops[0], self.stops[-1]
        self.whole = all(isinstance(n, int) for n in (self.low, self.high))
        self.value = self.check(self.value)

    def spec(self):
        return {**super().spec(), "whole": self.whole}

    def check(self, value):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and self.whole and value == int(value):
            value = int(value)
        ok = number and self.low <= value <= self.high and not (self.whole and value % 1)
        if not ok or (self.stops is not None and value not in self.stops):
            raise ValueError(
                f"{self.label} cannot be {value!r}. It takes "
                f"{'whole numbers ' if self.whole else 'numbers '}from {self.low:g} to "
                f"{self.high:g}. Choose one of them."
            )
        return value if self.whole else float(value)


class Number(Slider):
    """A number, typed into a box or moved by the arrow keys; it takes less room."""


@dataclass
class Choice(Control):
    """One of a few choices, a button for each.

    Attributes
    ----------
    choices : list of values, or of (label, value) pairs
    """

    choices: list = field(default_factory=list)

    def __post_init__(self):
        self.choices = [c if isinstance(c, tuple) else (str(c), c) for c in self.choices]
        self.value = self.check(self.value)

    def check(self, value):
        known = [choice for _, choice in self.choices]
        if value not in known:
            raise ValueError(
                f"{self.label} is {value!r}, but the choices are {', '.join(map(repr, known))}."
            )
        return value


class Tick(Control):
    """Yes or no."""


class Button(Control):
    """A button with words on it; pressing it calls what :meth:`Stage.on` has tied to it."""


@dataclass
class Player(Control):
    """Play, Step and Reset: they lead through the stops of a slider, as if a hand moved it.

    Attributes
    ----------
    value : list of numbers
        The stops.
    target : str
        The slider's name.
    """

    target: str = ""


@dataclass
class Pad(Control):
    """A square to draw on; its value is a list of darknesses from 0 to 1, row by row.

    Attributes
    ----------
    side : int
    eraser : str
        The name of the Tick that makes it erase.
    """

    side: int = 8
    eraser: str = ""

    def check(self, value):
        if len(value) != self.side**2 or not all(0 <= pixel <= 1 for pixel in value):
            raise ValueError(f"{self.label} takes {self.side**2} numbers from 0 to 1.")
        return [float(pixel) for pixel in value]


def setting(control):
    """Return a field for a dataclass of settings: the control's value is its default."""
    return field(default=control.value, metadata={"control": control})


def controls_of(settings):
    """Return a control for each of the settings that was declared with :func:`setting`.

    Parameters
    ----------
    settings : dataclass
        What the controls are to say.

    Returns
    -------
    dict of name: Control

    Raises
    ------
    ValueError
        If a control does not take the value of its setting.
    """
    return {
        one.name: replace(one.metadata["control"], value=getattr(settings, one.name))
        for one in fields(settings)
        if "control" in one.metadata
    }


def rate_slider(value):
    """Return the control for a learning rate, the same in all widgets."""
    low, high = RATES
    return Slider("learning rate", float(value), low=low, high=high, step=0.1, log=True)
