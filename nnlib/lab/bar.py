"""A progress bar for long runs, which leaves nothing behind on the page."""

import os
from collections.abc import Iterable
from typing import TypeVar

Step = TypeVar("Step")


def progress_bar(steps: Iterable[Step]) -> Iterable[Step]:
    """Wrap the epochs of a training, ``train(..., progress=progress_bar)``, or any other loop.

    The bar appears when a run has taken a second, and disappears when it is done.

    Parameters
    ----------
    steps : iterable

    Returns
    -------
    iterable over the same steps
    """
    from tqdm.auto import tqdm  # here, since it takes a moment to load

    # tqdm's bar for notebooks does not look at its own environment variable.
    disable = bool(os.environ.get("TQDM_DISABLE"))
    bar = tqdm(steps, leave=False, delay=1, disable=disable)
    try:
        for step in steps:
            yield step
            bar.update()
    finally:  # below its total, a bar stays on the page in red: a run may end early, and well
        bar.total = bar.n
        bar.close()
