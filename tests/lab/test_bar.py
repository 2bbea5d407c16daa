"""The progress bar of a notebook."""

import tqdm.auto
import tqdm.notebook

from nnlib.lab import progress_bar


def test_a_bar_is_taken_off_the_page_when_a_run_ends_early(monkeypatch):
    shown = []

    class Bar(tqdm.notebook.tqdm):
        def __init__(self, *args, **options):
            super().__init__(*args, **{**options, "delay": 0, "display": False})

        def display(self, *args, close=False, bar_style=None, **options):
            shown.append("closed" if close else bar_style)

    monkeypatch.delenv("TQDM_DISABLE")
    monkeypatch.setattr(tqdm.auto, "tqdm", Bar)
    for epoch in progress_bar(range(10)):
        if epoch == 3:
            break
    assert shown[-1] == "closed"
    assert "danger" not in shown
