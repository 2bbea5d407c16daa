"""What all widgets stand on: controls, jobs, the stage, the end of a re-run."""

import asyncio
import gc
import json
import re
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from ipywidgets.widgets import widget as all_widgets
from matplotlib.figure import Figure

from nnlib.history import DivergenceError
from nnlib.lab.figures.style import new_figure
from nnlib.lab.widgets.kit import stage as stages
from nnlib.lab.widgets.kit.controls import Button, Choice, Number, Pad, Slider, Tick
from nnlib.lab.widgets.kit.jobs import FRAME, PATIENCE, listen_for_interrupts
from nnlib.lab.widgets.kit.painter import Painter, png_of
from nnlib.lab.widgets.kit.stage import Stage, in_words, make_settings
from nnlib.lab.widgets.panes import mosaic

# All living widgets, under the name that ipywidgets 8 or 7 has for them.
INSTANCES = getattr(all_widgets, "_instances", all_widgets.Widget.__dict__.get("widgets"))

# ------------------------------------------------------------------------------ controls


def test_a_slider_takes_what_lies_in_its_range_and_refuses_the_rest_in_words():
    slider = Slider("noise", 0.2, low=0.0, high=1.0, step=0.05)
    assert slider.check(0.123) == 0.123
    for value in (7, -0.1, float("nan"), "1", None, True):
        with pytest.raises(ValueError, match=r"noise cannot be .*from 0 to 1"):
            slider.check(value)
    with pytest.raises(ValueError, match="rate cannot be 200"):
        Slider("rate", 200, low=0.1, high=100)


def test_whole_numbers_stay_whole():
    slider = Slider("units", 4, low=1, high=8)
    assert slider.check(3.0) == 3
    assert isinstance(slider.check(3.0), int)
    for make in (lambda: slider.check(2.5), lambda: Slider("units", 2.5, low=1, high=8)):
        with pytest.raises(ValueError, match="whole numbers from 1 to 8"):
            make()


def test_a_slider_with_stops_takes_only_these():
    slider = Slider("samples", 30, stops=[20, 60])
    assert slider.stops == [20, 30, 60]
    with pytest.raises(ValueError, match="samples cannot be 40"):
        slider.check(40)


def test_a_choice_is_one_of_the_choices():
    choice = Choice("loss", "mse", choices=["mse", ("cross-entropy", "bce")])
    assert choice.check("bce") == "bce"
    with pytest.raises(ValueError, match="loss is 'nll', but the choices are 'mse', 'bce'"):
        choice.check("nll")


def test_a_pad_takes_as_many_numbers_as_it_has_squares():
    pad = Pad("image", [0.0] * 4, side=2)
    assert pad.check([1, 0, 0, 0.5]) == [1.0, 0.0, 0.0, 0.5]
    for wrong in ([1.0] * 3, [2.0] * 4):
        with pytest.raises(ValueError, match="4 numbers"):
            pad.check(wrong)


# --------------------------------------------------------------------------------- stage


class View:
    def __init__(self, width=2.0, height=1.0):
        self.figure, axes = new_figure(width=width, height=height)
        (self.line,) = axes.plot([], [])

    def update(self, value):
        self.line.set_data([0, 1], [0, value])
        return f"The value is {value}."


def make_stage(**options):
    controls = {
        "weight": Slider("weight", 1.0, low=-5.0, high=5.0, step=0.5),
        "kind": Choice("kind", "a", choices=["a", "b"]),
        "go": Button("Go"),
    }
    stage = Stage("a test", controls, View, **options)
    stage.on("weight", lambda: stage.draw(stage.values["weight"]))
    stage.draw(1.0)
    stage.send()
    return stage


def test_a_question_is_answered_with_state_and_picture_under_its_number():
    stage = make_stage()
    before = stage.front.picture
    stage.receive({"number": 17, "events": [["weight", 2.5]]})
    assert stage.front.state["number"] == 17
    assert stage.front.state["values"]["weight"] == 2.5
    assert stage.front.state["words"] == "The value is 2.5."
    assert stage.front.picture != before
    json.dumps([stage.front.state, stage.front.plan])
    stage.close()


def test_the_picture_has_the_pixels_of_the_place():
    stage = make_stage()
    for width, height, ratio in ((300, 200, 1), (300, 200, 2), (640, 200, 1.5)):
        stage.change(place=[width, height, ratio])
        assert stage.size == [width, height]
        there = [int.from_bytes(stage.front.picture[k : k + 4]) for k in (16, 20)]
        assert there == [width * ratio, height * ratio]
    stage.close()


def test_what_is_refused_is_said_and_the_old_value_stays():
    stage = make_stage()
    stage.change(weight=99.0)
    assert "weight cannot be 99" in stage.message
    assert stage.front.state["alert"]
    assert stage.front.state["values"]["weight"] == 1.0
    stage.change(weight=2.0)
    assert stage.message == ""
    stage.close()


def test_a_locked_control_stays_and_a_hidden_one_is_not_on_the_page():
    stage = make_stage(hide="kind", lock=["weight"])
    assert [spec["name"] for spec in stage.front.plan["controls"]] == ["weight", "go"]
    assert stage.front.state["off"] == ["weight"]
    stage.change(weight=2.0)
    assert stage.values["weight"] == 1.0
    assert "locked" in stage.message
    for role in ("hide", "lock"):
        with pytest.raises(ValueError, match=f"{role} names 'knid', but the controls are weight"):
            make_stage(**{role: ("knid",)})
        for wrong in (None, 3, [["kind"]]):
            with pytest.raises(ValueError, match=f"{role} names .*, but the controls are weight"):
                make_stage(**{role: wrong})
    stage.close()


def test_an_error_in_a_function_becomes_words():
    stage = make_stage()
    stage.on("go", lambda: 1 / 0)
    stage.press("go")
    assert "division by zero" in stage.message
    assert in_words(DivergenceError(7, 50.0, None)).startswith("At learning rate 50 the loss left")
    stage.close()


@dataclass(frozen=True)
class Settings:
    weight: float = 1.0


def test_unknown_settings_are_named():
    assert make_settings(Settings, {"weight": 2}) == Settings(2)
    with pytest.raises(TypeError, match=r"no setting 'wieght'\. The settings are weight"):
        make_settings(Settings, {"wieght": 2})


# ---------------------------------------------------------------------------------- work


def count_to(n, seconds=0.0):
    for k in range(1, n + 1):
        time.sleep(seconds)
        yield k / n, k


def test_without_a_loop_work_is_done_at_once(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    stage = make_stage()
    stage.at_once = False
    stage.work(count_to(5, 0.02), stage.draw, "Counting …")
    assert stage.words == "The value is 5."
    assert stage.front.state["busy"] is None
    stage.close()


def in_a_loop(scenario):
    """Run a scenario while the stage's slices go on in the same loop."""
    stage = make_stage()
    stage.at_once = False
    asyncio.run(scenario(stage))
    stage.close()
    return stage


def test_in_a_loop_the_page_lives_between_the_slices_and_the_newest_counts():
    async def scenario(stage):
        stage.work(count_to(1000, 0.01), stage.draw, "Counting …")
        assert stage.front.state["message"] == "Counting …"  # what there is so far is shown
        assert 0 < stage.front.state["busy"] < 1
        old = stage.job
        stage.work(count_to(3, 0.02), stage.draw, "Counting …")
        assert old.over
        while not stage.job.over:
            await asyncio.sleep(0.01)
        assert stage.words == "The value is 3."
        assert stage.front.state["busy"] is None
        assert stage.message == ""

    in_a_loop(scenario)


def test_stop_ends_the_work_and_shows_what_there_is():
    async def scenario(stage):
        stage.work(count_to(1000, 0.01), stage.draw, "Counting …")
        await asyncio.sleep(0.1)
        stage.receive({"events": [["stop", True]]})
        shown = int(re.search(r"\d+", stage.words)[0])
        assert 3 < shown < 100
        await asyncio.sleep(0.1)
        assert stage.words == f"The value is {shown}."
        assert stage.front.state["busy"] is None

    in_a_loop(scenario)


def test_jupyterlabs_own_stop_ends_it_too():
    async def scenario(stage):
        stage.work(count_to(1000, 0.01), stage.draw, "Counting …")
        asyncio.get_running_loop().call_later(0.1, signal.raise_signal, signal.SIGINT)
        end = time.time() + 5
        while not stage.job.over and time.time() < end:
            await asyncio.sleep(0)
        assert stage.job.over
        assert stage.front.state["busy"] is None

    kernel = SimpleNamespace(saved_sigint_handler=signal.SIG_IGN)  # as in ipykernel
    listen_for_interrupts(kernel)
    before = signal.signal(signal.SIGINT, kernel.saved_sigint_handler)
    try:
        in_a_loop(scenario)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_failure_in_the_work_is_said():
    def failing():
        yield 0.5, 1
        raise ValueError("no more numbers")

    stage = make_stage()
    stage.work(failing(), stage.draw, "Counting …")
    assert "no more numbers" in stage.message
    stage.close()


def test_pictures_on_the_way_are_few():
    assert PATIENCE < FRAME


# ------------------------------------------------------------------------------- picture


def test_the_still_part_is_drawn_once_and_the_picture_is_the_same():
    view = View()
    painter = Painter(view.figure, 100)
    view.update(0.02)
    before = painter.pixels().copy()
    still = painter.still
    view.update(0.04)
    again = painter.pixels().copy()
    assert painter.still is still
    assert (again != before).any()
    fresh = Painter(view.figure, 100).pixels()
    assert (again == fresh).all()
    assert png_of(again).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("width", "height", "rows"), [(9.0, 6.0, 3), (9.0, 2.0, 1), (3.0, 6.0, 3), (4.0, 1.5, 1)]
)
def test_panes_are_put_where_they_get_the_most_room(width, height, rows):
    below_each_other = [["a"], ["b"], ["c"]]
    figure, axes = mosaic(width, height, below_each_other, [["a", "b", "c"]], aspect=2.0)
    assert list(axes) == ["a", "b", "c"]
    assert axes["a"].get_gridspec().nrows == rows
    assert figure.get_size_inches() == pytest.approx([width, figure.get_figheight()])
    assert figure.get_figheight() <= height


# ------------------------------------------------------------------------------ the page


def test_every_control_keeps_its_keys_and_the_module_is_short():
    assert len(stages.STAGE.splitlines()) <= 400
    assert "data-lm-suppress-shortcuts" in stages.SCRIPT


def test_a_record_answers_without_a_kernel():
    stage = make_stage()
    page = stage.record({"weight": [-1.0, 0.0, 2.0], "kind": ["a", "b"]}, width=200, height=100)
    tape = json.loads(re.search(r'json">(.*?)</script>', page, re.S)[1])
    assert len(tape["pictures"]) == len(tape["words"]) == 6
    assert tape["words"][4] == "The value is 2.0."
    assert tape["plan"]["controls"][0]["stops"] == [-1.0, 0.0, 2.0]
    assert "export default" not in page
    stage.close()


@pytest.fixture
def kernel(monkeypatch):
    """Pretend to be a kernel in which cells are run."""
    request = {}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: request))
    monkeypatch.setattr(stages, "get_ipython", lambda: shell)
    monkeypatch.setattr(stages, "shown_by_cell", {})
    monkeypatch.setattr(stages, "display", lambda *shown, **options: None)

    def begin(run, cell=None, *, code="", deleted=()):
        metadata = {"deletedCells": list(deleted)} | ({"cellId": cell} if cell else {})
        request.update(header={"msg_id": run}, metadata=metadata, content={"code": code})

    return begin


def test_a_cell_that_is_run_again_closes_what_it_showed_and_no_other(kernel):
    kernel("run 1", "cell A")
    first, second = make_stage(), make_stage()  # two in one cell
    first.show()
    second.show()
    kernel("run 2", "cell B")
    other = make_stage()
    other.show()
    assert [first.closed, second.closed] == [False, False]
    kernel("run 3", "cell A")
    third = make_stage()
    third.show()
    assert first.closed
    assert second.closed
    assert [other.closed, third.closed] == [False, False]
    kernel("run 4", "cell C", deleted=["cell B"])
    make_stage().show()
    assert other.closed


def test_without_cell_ids_the_text_of_the_cell_counts(kernel):
    kernel("run 1", code="show()")
    first = make_stage()
    first.show()
    kernel("run 2", code="show(weight=2)")
    make_stage().show()
    assert not first.closed
    kernel("run 3", code="show()")
    make_stage().show()
    assert first.closed


def test_sixty_runs_of_a_cell_leave_no_widgets_or_figures(kernel):
    def counts():
        gc.collect()
        figures = sum(isinstance(thing, Figure) for thing in gc.get_objects())
        return len(INSTANCES), figures

    def run(k):
        kernel(f"run {k}", "cell")
        make_stage().show()

    run(0)
    before = counts()
    for k in range(1, 61):
        run(k)
    assert counts() == before


def test_a_widget_is_few_objects_in_the_kernel():
    before = len(INSTANCES)
    stage = make_stage()
    assert len(INSTANCES) - before <= 10
    stage.close()


def test_ticks_and_number_boxes_are_drawn_by_their_kind():
    assert Tick("x", False).spec()["kind"] == "tick"
    assert Number("n", 1, low=0, high=3).spec()["kind"] == "number"


WIDGETS = Path(stages.__file__).parents[1]


@pytest.mark.parametrize("path", sorted(WIDGETS.glob("*.py")), ids=lambda path: path.stem)
def test_no_widget_imports_another(path):
    shared = {"kit", "panes", "run_widget"}
    imported = re.findall(r"nnlib\.lab\.widgets(?: import |\.)(\w+)", path.read_text("utf-8"))
    assert set(imported) <= shared
    assert path.stem not in ("panes", "run_widget") or set(imported) <= {"kit", "panes"}


@pytest.mark.parametrize("path", sorted((WIDGETS / "kit").glob("*.py")), ids=lambda path: path.stem)
def test_the_kit_knows_no_widget(path):
    imported = re.findall(r"nnlib\.lab\.widgets\.(\w+)", path.read_text("utf-8"))
    assert set(imported) <= {"kit"}
