"""Controls, picture and messages together, on the page."""

import html
from dataclasses import fields

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from nnlib.history import DivergenceError
from nnlib.lab.widgets.picture import Picture
from nnlib.lab.widgets.runner import Runner

VIEW = "application/vnd.jupyter.widget-view+json"


class Message:
    """A line of words under the controls: what is being done, or what went wrong.

    Attributes
    ----------
    widget : ipywidgets HTML
    words : str
        What it says now.
    """

    def __init__(self):
        self.widget = widgets.HTML()
        self.say("")

    def say(self, words, *, alert=False):
        """Show ``words``, which a screen reader speaks; an empty text clears the line.

        Parameters
        ----------
        words : str
        alert : bool
            Something went wrong: spoken at once.
        """
        self.words = words
        role, weight = ("alert", "bold") if alert else ("status", "normal")
        style = f"min-height: 1.4em; line-height: 1.4; font-weight: {weight}"
        self.widget.value = f'<div role="{role}" style="{style}">{html.escape(words)}</div>'


class Panel:
    """A widget on the page: rows of controls, a message line, a picture.

    Parameters
    ----------
    what : str
        What it is, for the sentence that stands in its place until its cell is run: "a neuron
        with sliders for its weight and its bias".
    controls : dict of name: control
        In the order of the page. The names are those of the settings.
    hide : collection of names
        Controls that are left out; they keep their value.
    rows : list of lists of names, optional
        Which controls share a row; by default all of them, wrapped where the page is narrow.

    Attributes
    ----------
    controls : dict of name: control
    picture : Picture
    message : Message
    root : ipywidgets widget
        All of it.

    Raises
    ------
    ValueError
        If a name to hide is not a control's.
    """

    def __init__(self, what, controls, *, hide=(), rows=None):
        hide = [hide] if isinstance(hide, str) else list(hide)
        unknown = [name for name in hide if name not in controls]
        if unknown:
            raise ValueError(
                f"hide names {unknown[0]!r}, but the controls are {', '.join(controls)}."
            )
        self.what, self.controls = what, controls
        self.picture, self.message = Picture(), Message()
        self.runner = None
        self.closed = False
        rows = [list(controls)] if rows is None else rows
        shown = [[name for name in row if name not in hide] for row in rows]
        lines = [row_of([controls[name].widget for name in row]) for row in shown if row]
        self.root = widgets.VBox([*lines, self.message.widget, self.picture.widget])

    def values(self, settings_type):
        """Return the values of the controls that are settings, by name.

        Parameters
        ----------
        settings_type : dataclass
        """
        names = {field.name for field in fields(settings_type)}
        return {name: self.controls[name].value for name in self.controls if name in names}

    def on_change(self, names, function):
        """Call ``function()`` after a change of one of the controls; errors are said in words.

        Parameters
        ----------
        names : list of str
            Of controls, buttons among them.
        function : function()
        """
        for name in names:
            self.controls[name].observe(lambda: self.guarded(function))

    def guarded(self, function):
        """Call ``function()``; an exception in it becomes words in the message line."""
        try:
            function()
        except Exception as error:  # whatever it is, the learner shall read it in words
            self.complain(error)

    def complain(self, error):
        """Say what an exception means."""
        self.message.say(in_words(error), alert=True)

    def work(self, function, deliver, working):
        """Compute in the background, for settings that take long.

        Parameters
        ----------
        function : function(job)
            Computes and returns the result. It should stop early when ``job.cancelled``;
            ``train`` does with ``callback=job.stop_training``.
        deliver : function(result)
            Draws. It is called for the newest result only.
        working : str
            Said when it takes longer than a moment: "Training 20,000 epochs …"
        """
        if self.runner is None:
            self.runner = Runner(None, self.complain, None)
        self.runner.deliver = deliver
        self.runner.working = lambda: self.message.say(working)
        self.runner.submit(function)

    def work_ahead(self, function):
        """Compute in the background what will probably be asked for next.

        Parameters
        ----------
        function : function(job)
            Computes and stores. It has to stop early when ``job.cancelled``.
        """
        if self.runner is not None:
            self.runner.work_ahead(function)

    def draw(self, function):
        """Call ``function()``, which draws on the widget's figure, and let no thread interfere."""
        if self.runner is None:
            function()
        else:
            with self.runner.lock:
                function()

    def wait(self):
        """Return when everything that was asked for is done; for tests."""
        if self.runner is not None:
            self.runner.wait()

    def show(self):
        """Put it on the page, in place of what the same cell showed before.

        A reader who has not run the cell sees a sentence in its place.
        """
        replace_earlier(self)
        sentence = f"Interactive: {self.what}. Run this cell (Shift+Enter) to wake it up."
        view = {"version_major": 2, "version_minor": 0, "model_id": self.root.model_id}
        display({VIEW: view, "text/plain": sentence}, raw=True)

    def close(self):
        """Take it off the page, with everything that belongs to it, and end its thread."""
        self.closed = True
        if self.runner is not None:
            self.runner.close()
        roots = [self.root, *(control.widget for control in self.controls.values())]
        for widget in with_parts(roots):
            widget.unobserve_all()
            widget.close()


def row_of(parts):
    """Put widgets side by side, wrapped where the page is narrow."""
    row = widgets.HBox(parts)
    row.layout.flex_flow = "row wrap"
    row.layout.grid_gap = "0.2em 1.4em"
    row.layout.align_items = "center"
    row.layout.overflow = "visible"
    return row


def with_parts(roots):
    """Return widgets with all that belongs to them: children, layouts, styles."""
    found, waiting = {}, list(roots)
    while waiting:
        widget = waiting.pop()
        if widget.model_id is None or widget.model_id in found:
            continue  # closed, or seen
        found[widget.model_id] = widget
        for name in widget.keys:
            value = getattr(widget, name)
            parts = value if isinstance(value, (list, tuple)) else [value]
            waiting += [part for part in parts if isinstance(part, widgets.Widget)]
    return list(found.values())


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


# Of each cell: the request that ran it last, and the panels that it showed.
shown_by_cell: dict[str, tuple[str, list[Panel]]] = {}


def replace_earlier(panel):
    """Close what an earlier run of the same cell showed, and remember this panel.

    JupyterLab sends the cell's id along with its code, and the ids of deleted cells. Where it is
    missing, cells with the same text count as the same.
    """
    shell = get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return
    request = kernel.get_parent() or {}
    metadata = request.get("metadata", {})
    request_id = request.get("header", {}).get("msg_id", "")
    cell = metadata.get("cellId") or request.get("content", {}).get("code", "")
    for gone in metadata.get("deletedCells", []):
        close_all(shown_by_cell.pop(gone, ("", []))[1])
    earlier_id, earlier = shown_by_cell.get(cell, (request_id, []))
    if earlier_id != request_id:
        close_all(earlier)
        earlier = []
    shown_by_cell[cell] = (request_id, [*earlier, panel])


def close_all(panels):
    """Close panels that nobody sees any more."""
    for panel in panels:
        panel.close()
