"""A widget that trains: train when a setting moves, show any epoch, keep a run to compare with."""

import numpy as np

from nnlib.lab.figures.plane import point_name, wrongly_predicted
from nnlib.lab.runs import RIGHT, SOLVED, XOR, Cache, in_slices
from nnlib.lab.widgets.kit.controls import Button, Slider
from nnlib.lab.words import listed


class RunWidget:
    """Ties the controls of a stage to trainings.

    Parameters
    ----------
    stage : Stage
        One of its controls is "epoch"; it may have "keep" and "forget", and a Player, "play".
    settings : function()
        Returns what is to be trained now.
    slices : function(settings)
        Trains it: yields (share, Run), see :func:`nnlib.lab.runs.in_slices`.
    in_words : function(settings)
        Said while it trains: "Training 1,000 epochs …".
    trains : collection of names
        The controls that change the settings.
    frames : function(run)
        Returns the epochs that a film of it shows; by default all that were measured.

    Attributes
    ----------
    run, kept : Run or None
        The one that is shown, and the one beside it.
    """

    def __init__(self, stage, settings, slices, in_words, trains, frames=None):
        self.begins_anew = frames is not None
        self.stage, self.settings, self.slices, self.in_words = stage, settings, slices, in_words
        self.frames = frames or (lambda run: run.epoch)
        self.run, self.kept, self.runs = None, None, Cache()
        controls = stage.controls
        self.epoch = controls["epoch"].value  # as it was drawn last
        self.at_the_end = controls["epoch"].value == controls["epoch"].high
        stage.on(trains, self.train)
        stage.on("epoch", self.move)
        for name in ("keep", "forget"):
            if name in controls:
                stage.on(name, getattr(self, name))
        stage.guarded(self.train)

    def train(self):
        """Train with the settings that the controls have now, unless that is done already."""
        if self.begins_anew and self.run is not None:  # another film begins at its start
            self.stage.set(epoch=0)
            self.at_the_end = False
        elif self.stage.values["epoch"] != self.epoch:  # moved by hand, in the same moment
            self.at_the_end = False
        settings = self.settings()
        slices = self.runs.slices(settings, lambda: self.slices(settings))
        self.stage.work(slices, self.show, self.in_words(settings))

    def show(self, run):
        """Show a run, or what there is of it so far."""
        self.run = run
        if run.divergence is not None:
            self.stage.complain(run.divergence)
        epoch = self.stage.controls["epoch"]
        if epoch.high != run.epochs:
            self.stage.extend("epoch", run.epochs, step_of(run.epochs))
        if self.at_the_end:
            self.stage.set(epoch=int(run.epoch[-1]))
        if "play" in self.stage.controls:
            self.stage.set(play=[int(frame) for frame in self.frames(run)])
        self.draw()

    def move(self):
        """Show the epoch that was chosen, or the nearest that was measured, and say so."""
        chosen = self.stage.values["epoch"]
        shown = int(self.run.epoch[self.run.frame_at(chosen)])
        if shown != chosen:
            self.stage.set(epoch=shown)
            self.stage.say(f"Epoch {chosen} was not measured; this is epoch {shown}.")
        self.at_the_end = shown == self.run.epoch[-1]
        self.draw()

    def draw(self):
        """Draw the run at the epoch of the control."""
        self.epoch = self.stage.values["epoch"]
        if self.run is not None:
            self.draw_frame(self.run, self.run.frame_at(self.epoch))

    def draw_frame(self, run, frame):
        """Draw a run at one of its measurements."""
        self.stage.draw(run, frame, self.kept)

    def keep(self):
        """Keep the run that is shown, to compare the next ones with it."""
        self.kept = self.run
        self.draw()
        self.stage.say("Kept. Now change something: the next run is drawn against it.")

    def forget(self):
        """Take the kept run away."""
        self.kept = None
        self.draw()


def keep_buttons():
    """Return the controls that keep a run beside the next ones."""
    return {
        "keep": Button("Keep this run", hint="Draw the next runs against this one"),
        "forget": Button("Forget it", hint="Take the kept run out of the picture"),
    }


def training(settings, data, network, most, epochs=None, **options):
    """Train a network, and yield the share that is done and the Run so far.

    Parameters
    ----------
    settings : object
        It says ``loss``, ``learning_rate`` and ``epochs``.
    data, network, options
        As for :func:`nnlib.lab.runs.in_slices`.
    most : int
        Measurements, besides the start.
    epochs : int, optional
        Fewer than the settings say.
    """
    epochs = epochs or settings.epochs
    options |= {"loss": settings.loss, "learning_rate": settings.learning_rate}
    every = -(-epochs // most)
    return in_slices(settings, data, network, epochs=epochs, measure_every=every, **options)


def epoch_slider(epochs, value=None):
    """Return the control that moves through the epochs; at first at the end."""
    value = epochs if value is None else value
    return Slider("epoch", value, low=0, high=epochs, step=step_of(epochs))


def step_of(epochs):
    """Return how far one press moves the slider of the epochs."""
    return -(-epochs // 200)


def differences(words, others):
    """Say those words that are not the same in ``others``, a dict with the same keys."""
    return ", ".join(words[name] for name in words if words[name] != others[name])


def right_in_words(wrong, corners="corners"):
    """Say how many of the four corners are right, and which are not."""
    right = 4 - wrong.sum()
    text = f"{right} of the 4 {corners} {'is' if right == 1 else 'are'} right"
    if 0 < right < 4:
        text += f" (not {listed(point_name(x) for x in XOR.X[wrong])})"
    return text


def corners_in_words(network):
    """Say how many of the four corners of XOR are right, and how far off the worst is."""
    a = network.predict(XOR.X)
    right = right_in_words(wrongly_predicted(a, XOR.y))
    return f"{right}, the largest error is {np.abs(a - XOR.y).max():.2f}."


def milestones_in_words(run):
    """Say from when on a run was right and solved, or how it ended."""
    right, solved = run.holds_from(RIGHT), run.holds_from(SOLVED)
    if run.divergence is not None:
        return f"The run ended: at epoch {run.divergence.epoch} the loss left the finite numbers."
    if solved is not None:
        return f"All four stay right from epoch {right} on, solved from epoch {solved} on."
    if right is not None:
        return f"All four stay right from epoch {right} on; XOR is not solved (error below 0.1)."
    rises = int((np.diff(run.loss) > 0).sum())
    ups = f"; the loss rose in {rises} steps" if rises else ""
    return f"XOR is not learned{ups}."
