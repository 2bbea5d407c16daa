"""A progress bar for long runs, which leaves nothing behind on the page."""


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

    return tqdm(epochs, desc="epochs", leave=False, delay=1)
