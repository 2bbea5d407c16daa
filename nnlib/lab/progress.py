"""A progress bar for long runs, which leaves nothing behind on the page."""

import os


def progress_bar(epochs):
    """Wrap the epochs of a training: ``train(..., progress=progress_bar)``.

    The bar appears when a run has taken a second, and disappears when it is done.

    Parameters
    ----------
    epochs : iterable

    Returns
    -------
    iterable over the same epochs
    """
    from tqdm.auto import tqdm  # here, since it takes a moment to load

    # tqdm's bar for notebooks does not look at its own environment variable.
    disable = bool(os.environ.get("TQDM_DISABLE"))
    return tqdm(epochs, desc="epochs", leave=False, delay=1, disable=disable)
