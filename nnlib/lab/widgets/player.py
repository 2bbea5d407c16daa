"""Play, pause, step and reset: buttons that move through stored pictures, one after the other."""

import ipywidgets as widgets

from nnlib.lab.widgets.controls import Button

INTERVAL = 60  # milliseconds from one picture to the next


class Clock:
    """Counts while it runs. The page counts, not the kernel: it stops when the page is closed.

    Attributes
    ----------
    widget : ipywidgets Play
        Not to be seen: its buttons have no words on them, those of the :class:`Player` do.
    """

    def __init__(self):
        layout = widgets.Layout(display="none")
        self.widget = widgets.Play(min=0, max=1, interval=INTERVAL, layout=layout)

    def observe(self, function):
        """Call ``function()`` whenever it has counted."""
        self.widget.observe(lambda change: function(), "value")


class Player:
    """The buttons, and the clock behind them.

    Parameters
    ----------
    show : function(frame)
        Shows a picture by its number.

    Attributes
    ----------
    controls : dict of name: control
        For the panel: "play", "step", "reset" and "clock".
    frame : int
        The number of the picture that is shown.
    """

    def __init__(self, show):
        self.show = show
        self.frame, self.last = 0, 1
        self.controls = {
            "play": Button("Play", "Play the training from here; press again to pause"),
            "step": Button("Step", "Go on to the next stored epoch"),
            "reset": Button("Reset", "Back to epoch 0, with the same start"),
            "clock": Clock(),
        }
        self.clock = self.controls["clock"].widget
        self.controls["play"].widget.layout.width = "6em"  # room for both words
        self.counting = False  # the clock moves the picture, and not the other way round

    def connect(self, panel):
        """Let the buttons work; the panel says their errors in words."""
        panel.on_change(["play"], self.play_or_pause)
        panel.on_change(["step"], self.step)
        panel.on_change(["reset"], self.reset)
        panel.on_change(["clock"], self.counted)
        words = self.controls["play"].widget
        self.clock.observe(
            lambda change: words.set_trait("description", "Pause" if change["new"] else "Play"),
            "playing",
        )

    def tell(self, frame, last):
        """Take note of the picture that is shown, and of the number of the last."""
        self.frame = frame
        if last != self.last:
            self.last = self.clock.max = last
        if not self.clock.playing:
            self.clock.value = frame

    def play_or_pause(self):
        """Start, or stop where it is."""
        if self.clock.playing:
            self.pause()
            return
        if self.frame == self.last:
            self.show(0)
        self.clock.playing = True

    def pause(self):
        """Stop where it is."""
        self.clock.playing = False

    def step(self):
        """Show the next picture."""
        self.pause()
        self.show(min(self.frame + 1, self.last))

    def reset(self):
        """Show the first picture."""
        self.pause()
        self.show(0)

    def counted(self):
        """Show the picture that the clock has arrived at."""
        if self.clock.value != self.frame:
            self.counting = True
            try:
                self.show(min(self.clock.value, self.last))
            finally:
                self.counting = False
