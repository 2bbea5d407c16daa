"""A widget on the page: controls, picture, words and state together.

Python holds the state and draws; the page, ``stage.js``, lays it out for the room there is. The
page asks ("weight is 2 now; the picture has 610 pixels"), Python answers with a state and a
picture.
"""

import html
import json
from base64 import b64encode
from dataclasses import fields, replace
from io import BytesIO
from itertools import product
from pathlib import Path

import anywidget
import traitlets
from IPython import get_ipython
from IPython.display import display
from PIL import Image as Pillow

from nnlib.history import DivergenceError
from nnlib.lab.figures.style import show_png
from nnlib.lab.widgets.kit.controls import Button, controls_of
from nnlib.lab.widgets.kit.jobs import Job, listen_for_interrupts
from nnlib.lab.widgets.kit.painter import PIXELS_PER_INCH, Painter, png_of

HERE = Path(__file__).parent
STAGE, PAD, LOOK, PLAYBACK = (
    (HERE / name).read_text("utf-8") for name in ("stage.js", "pad.js", "stage.css", "record.js")
)
SCRIPT = f"{STAGE}\n{PAD}"  # one module, without a build step
VIEW = "application/vnd.jupyter.widget-view+json"
FIRST_PLACE = (792, 405, 2.0)  # width and height in pixels of the page, pixels of the screen in one
LARGE = 1.35  # how much larger letters are at the wall
# The living widget hides the three outputs before it, which are for whoever has no kernel; and
# where it is dead and gone, what JupyterLab puts in its place is hidden.
HIDE = (
    ".jp-OutputArea-child:has(+ .jp-OutputArea-child .nnlib-stage),"
    ".jp-OutputArea-child:has(+ .jp-OutputArea-child + .jp-OutputArea-child .nnlib-stage),"
    ".jp-OutputArea-child:has(.nnlib-asleep) + .jp-OutputArea-child:not(:has(.nnlib-stage))"
    "{display: none}"
)


class Front(anywidget.AnyWidget):
    """What is shared with the page."""

    _esm = traitlets.Unicode(SCRIPT).tag(sync=True)
    _css = traitlets.Unicode(LOOK).tag(sync=True)
    plan = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)


class Stage:
    """A widget.

    Parameters
    ----------
    what : str
        What it is, for the sentence that stands in its place until its cell is run: "a neuron
        with sliders for its weight and its bias".
    controls : dict of name: Control
        In the order of the page. The names are those of the settings.
    make_view : function(width, height)
        Makes the view for the room there is, in inches: an object with ``figure``, and
        ``update(*shown)``, which returns the words.
    hide, lock : collections of names
        Controls that are left out, or that cannot be moved. They keep their value.
    large : bool
        Large letters, for the wall.

    Attributes
    ----------
    values : dict of name: value
    words, message : str
    reach : dict of name: (high, step)
        Sliders whose end has moved.

    Raises
    ------
    ValueError
        If a name to hide or lock is not a control's.
    """

    def __init__(self, what, controls, make_view, *, hide=(), lock=(), large=False):
        hide, lock = ([n] if isinstance(n, str | int | None) else list(n) for n in (hide, lock))
        for role, names in (("hide", hide), ("lock", lock)):
            unknown = [name for name in names if name not in list(controls)]
            if unknown:
                raise ValueError(
                    f"{role} names {unknown[0]!r}, but the controls are {', '.join(controls)}."
                )
        self.what, self.controls, self.make_view = what, controls, make_view
        self.lock, self.large, self.closed = lock, large, False
        self.functions = {name: [] for name in [*controls, "spot"]}
        self.words, self.message, self.alert, self.code = "", "", False, None
        self.spots, self.reach, self.share, self.job, self.number = [], {}, None, None, 0
        self.place, self.view, self.shown, self.waits_for_picture = FIRST_PLACE, None, None, False
        self.size = list(FIRST_PLACE[:2])
        self.at_once = True  # until it is on the page
        specs = [{"name": name, **controls[name].spec()} for name in controls if name not in hide]
        self.front = Front(plan={"label": what, "controls": specs, "large": large})

    @property
    def values(self):
        """The values of all controls, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def settings(self, base):
        """Return the settings ``base`` with what the controls say now."""
        names = [field.name for field in fields(base) if field.name in self.controls]
        return replace(base, **{name: self.controls[name].value for name in names})

    # ------------------------------------------------------------------------- what widgets call

    def on(self, names, function):
        """Call ``function()`` after one of the controls was moved; of "spot", with its number."""
        for name in [names] if isinstance(names, str) else names:
            self.functions[name].append(function)

    def guarded(self, function, *arguments):
        """Call a function; what goes wrong in it becomes words."""
        try:
            function(*arguments)
        except KeyboardInterrupt:
            self.say("Stopped.")
        except Exception as error:  # whatever it is, the learner shall read it in words
            self.complain(error)

    def draw(self, *shown):
        """Show what ``view.update(*shown)`` draws."""
        self.shown, self.waits_for_picture = shown, True

    def say(self, message, *, alert=False):
        """Say a sentence above the words; an empty one takes it away."""
        self.message, self.alert = message, alert

    def complain(self, error):
        """Say what an exception means."""
        self.say(in_words(error), alert=True)

    def set(self, **values):
        """Move controls without calling anything."""
        for name, value in values.items():
            self.controls[name].value = self.controls[name].check(value)

    def extend(self, name, high, step):
        """Change how far a slider reaches. A value beyond that becomes the new end."""
        control = self.controls[name]
        control.high, control.step = high, step
        control.value = min(control.value, high)
        self.reach[name] = high, step

    def work(self, slices, show, words):
        """Work that may take long: see :class:`.jobs.Job`.

        Parameters
        ----------
        slices : generator of (share, result)
        show : function(result)
            Draws a result, the last one and some on the way.
        words : str
            Said meanwhile: "Training 20,000 epochs …"
        """
        if self.job is not None:
            self.job.forget()

        def deliver(share, result, done):
            self.share = None if done else share
            self.say("" if done else words)
            show(result)
            if not self.at_once:
                self.send()

        def fail(error):
            self.share = None
            self.complain(error)
            self.send()

        self.job = Job(slices, deliver, fail)
        self.job.begin(self.at_once)

    # -------------------------------------------------------------------------- what readers do

    def change(self, **values):
        """Move controls as a reader does, and call what is tied to them."""
        self.receive({"events": list(values.items())})

    def press(self, name):
        """Press a button as a reader does."""
        self.receive({"events": [(name, True)]})

    def receive(self, question):
        """Answer the page.

        Parameters
        ----------
        question : dict
            "events": pairs of a control's name and its new value. The name can be "place", with
            the room there is; "spot", with the number of a part of the picture; or "stop".
        """
        self.number = question.get("number", self.number)
        calls = {}  # each function once, however many of its controls were moved
        if [name for name, _ in question["events"]] != ["place"]:
            self.say("")
        for name, value in question["events"]:
            try:
                for call in self.take(name, value):
                    calls[call] = True
            except (ValueError, TypeError) as refusal:
                self.say(str(refusal), alert=True)
        for function, *arguments in calls:
            self.guarded(function, *arguments)
        self.send()

    def take(self, name, value):
        """Take one event, and return the calls that follow from it.

        Raises
        ------
        ValueError
            If the value is refused.
        """
        if name == "place":
            self.place, self.view = tuple(value), None
            self.waits_for_picture = self.shown is not None
        elif name == "stop":
            if self.job is not None:
                self.job.stop()
        elif name == "spot":
            return [(function, value) for function in self.functions["spot"]]
        elif name in self.lock:
            raise ValueError(f"{self.controls[name].label} is locked here.")
        else:
            control = self.controls[name]
            if not isinstance(control, Button):
                control.value = control.check(value)
            return [(function,) for function in self.functions[name]]
        return []

    # ------------------------------------------------------------------------------ on the page

    def paint(self):
        """Draw what is to be shown, and return it as an array of pixels."""
        width, height, ratio = self.place
        scale = PIXELS_PER_INCH * (LARGE if self.large and width > 500 else 1)
        if self.view is None:
            self.view = self.make_view(width / scale, height / scale)
            self.painter = Painter(self.view.figure, scale * ratio)
        self.words = self.view.update(*self.shown)
        self.spots = getattr(self.view, "spots", [])
        self.waits_for_picture = False
        return self.painter.pixels()

    def send(self):
        """Send state and picture to the page, together."""
        if self.closed:
            return
        with self.front.hold_sync():
            if self.waits_for_picture:
                try:
                    pixels = self.paint()
                    self.size = [round(side / self.place[2]) for side in pixels.shape[1::-1]]
                    self.front.picture = png_of(pixels)
                except Exception as error:
                    self.complain(error)
            self.front.state = self.state()

    def state(self):
        """Return all that the page shows, but for the picture."""
        names = "number", "reach", "words", "message", "alert", "code", "spots", "size"
        state = {name: getattr(self, name) for name in names}
        return {**state, "values": self.values, "off": list(self.lock), "busy": self.share}

    def show(self):
        """Put it on the page, in place of what the same cell showed before.

        Three outputs are stored with the notebook: a picture, its words with what to do to wake
        the widget up, and nothing in the widget's own place. The living widget hides the others.
        """
        self.send()
        replace_earlier(self)
        words = self.words or self.message
        show_png(self.front.picture, self.size[0], words, "A picture of the widget.")
        sentence = (
            f"Interactive: {self.what}. To wake it up: Run → Run All Above, then this cell. "
            f"Until then, a picture of it: {words}"
        )
        page = f'<p class="nnlib-asleep"><small>{html.escape(sentence)}</small></p>'
        page += f"<style>{HIDE}</style>"
        display({"text/html": page, "text/plain": sentence}, raw=True)
        self.at_once = False
        self.front.on_msg(lambda _, content, __: self.receive(content))
        view = {"version_major": 2, "version_minor": 0, "model_id": self.front.model_id}
        display({VIEW: view, "text/plain": ""}, raw=True)

    def close(self):
        """Take it off the page, with everything that belongs to it."""
        self.closed = True
        if self.job is not None:
            self.job.forget()
        self.front.layout.close()
        self.front.close()

    # ------------------------------------------------------------------------------- recorded

    def record(self, controls, *, extra=(), width=620, height=420, ratio=1.25):
        """Return HTML that plays the widget without a kernel, for some values of some controls.

        The other controls are left out. It is one piece of HTML, with the same module: put it into
        a file of its own, and show that with ``<iframe loading="lazy">``, or into a page as it is;
        the pictures are unpacked when it is first touched.

        Parameters
        ----------
        controls : dict of name: list of values
        extra : collection of names
            Controls that need no kernel, like a Player; they are shown too.
        width, height : int
            Room for the picture, in pixels; on a telephone there are about 280 and 330.
        ratio : number
            Pixels of the picture in one of the page.

        Returns
        -------
        str
        """
        self.place, self.view = (width, height, ratio), None
        names, pictures, words = list(controls), [], []
        plan = {**self.front.plan, "controls": self.recorded_plan(controls, extra)}
        for values in product(*controls.values()):
            self.change(**dict(zip(names, values, strict=True)))
            self.waits_for_picture = True
            pixels = Pillow.fromarray(self.paint()[..., :3])
            buffer = BytesIO()
            pixels.save(buffer, "webp", quality=50, method=4)
            pictures.append(b64encode(buffer.getvalue()).decode())
            words.append(self.words)
        size = [round(side / self.place[2]) for side in pixels.size]
        self.set(**{name: values[0] for name, values in controls.items()})
        state = {**self.state(), "off": [], "number": 0, "spots": [], "size": size, "reach": {}}
        tape = {"plan": plan, "state": state, "controls": controls}
        tape |= {"words": words, "pictures": pictures}
        data = json.dumps(tape, ensure_ascii=False).replace("</", "<\\/")
        return (
            f'<div class="nnlib-recorded"><style>{LOOK}</style><div></div>'
            f'<script type="application/json">{data}</script>'
            f'<script type="module">{recorded_module()}</script></div>\n'
        )

    def recorded_plan(self, controls, extra):
        """Return the plan of the recorded controls: only their values can be chosen."""
        plan = [{"name": name, **self.controls[name].spec()} for name in extra]
        for name, values in controls.items():
            spec = {"name": name, **self.controls[name].spec(), "value": values[0], "group": ""}
            if spec["kind"] in ("slider", "number"):
                spec |= {"kind": "slider", "stops": list(values)}
            elif spec["kind"] == "choice":
                spec["choices"] = [pair for pair in spec["choices"] if pair[1] in values]
            plan.append(spec)
        return plan


def recorded_module():
    """Return the page's side of a record: the stage, and what answers in place of a kernel."""
    return f"{SCRIPT.replace('export default', 'const stage =')}\n{PLAYBACK}"


def in_words(error):
    """Say what an exception means for somebody who moved a slider."""
    if isinstance(error, DivergenceError):
        return (
            f"At learning rate {error.learning_rate:g} the loss left the finite numbers at epoch "
            f"{error.epoch}: each step overshot further than the one before. Move the learning "
            "rate down."
        )
    message = str(error).rstrip(".") or type(error).__name__
    return f"This setting did not work: {message}. Change it, or run the cell again."


def follow(what, settings_type, compute, make_view, given, **options):
    """Return a Stage whose picture follows its settings; there is a control for each.

    Parameters
    ----------
    what, make_view, options
        As for :class:`Stage`. The view draws ``update(settings, compute(settings))``.
    settings_type : dataclass
        Its fields are declared with :func:`.controls.setting`.
    compute : function(settings)
    given : dict of name: value
        Settings that are not to have their default.
    """
    settings = make_settings(settings_type, given)
    stage = Stage(what, controls_of(settings), make_view, **options)

    def draw():
        now = stage.settings(settings)
        stage.draw(now, compute(now))

    stage.on(stage.controls, draw)
    stage.guarded(draw)
    return stage


def make_settings(settings_type, given):
    """Return the settings, after a look at the names.

    Parameters
    ----------
    settings_type : dataclass
    given : dict of name: value

    Raises
    ------
    TypeError
        For a name that is not a setting.
    """
    known = [field.name for field in fields(settings_type)]
    for name in given:
        if name not in known:
            raise TypeError(f"there is no setting {name!r}. The settings are {', '.join(known)}.")
    return settings_type(**given)


# Of each cell: the request that ran it last, and the stages that it showed.
shown_by_cell: dict[str, tuple[str, list[Stage]]] = {}


def replace_earlier(stage):
    """Close what an earlier run of the same cell showed, and remember this stage.

    JupyterLab sends the cell's id along with its code, and the ids of deleted cells. Where it is
    missing, cells with the same text count as the same.
    """
    shell = get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return
    listen_for_interrupts(kernel)
    request = kernel.get_parent() or {}
    metadata = request.get("metadata", {})
    request_id = request.get("header", {}).get("msg_id", "")
    cell = metadata.get("cellId") or request.get("content", {}).get("code", "")
    for gone in metadata.get("deletedCells", []):
        for old in shown_by_cell.pop(gone, ("", []))[1]:
            old.close()
    earlier_id, earlier = shown_by_cell.get(cell, (request_id, []))
    if earlier_id != request_id:
        for old in earlier:
            old.close()
        earlier = []
    shown_by_cell[cell] = (request_id, [*earlier, stage])
