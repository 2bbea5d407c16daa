"""What a lesson shows and asks: figures, widgets, exercise checks. Needs the lab packages.

``nnlib.lab`` imports ``nnlib``, and never the other way round.
"""

from nnlib.lab.bar import progress_bar
from nnlib.lab.checks import check
from nnlib.lab.set_up import check_set_up
from nnlib.lab.solved import own_answer, progress
from nnlib.lab.source import show_source

__all__ = ["check", "check_set_up", "own_answer", "progress", "progress_bar", "show_source"]
