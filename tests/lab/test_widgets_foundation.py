"""What all widgets stand on: controls, the background thread, the panel, the end of a re-run."""

import gc
import threading
import time
from dataclasses import dataclass
from math import log10
from types import SimpleNamespace

import pytest
from ipywidgets.widgets.widget import _instances
from matplotlib.figure import Figure

from nnlib.history import DivergenceError
from nnlib.lab.figures.style import new_figure
from nnlib.lab.widgets import panel as panels
from nnlib.lab.widgets.controls import Button, Menu, NumberSlider, Tick, two_significant_digits
from nnlib.lab.widgets.panel import Panel, in_words, make_settings, with_parts
from nnlib.lab.widgets.runner import BREATH, PATIENCE, Runner

# ------------------------------------------------------------------------------ controls


def test_the_box_holds_the_value_and_the_slider_moves_it():
    control = NumberSlider("weight", 1.0, -5.0, 5.0, 0.5)
    seen = []
    control.observe(lambda: seen.append(control.value))
    control.slider.value = 2.5
    assert control.value == control.box.value == 2.5
    control.box.value = -1.23
    assert control.slider.value == -1.23
    control.value = 4
    assert seen == [2.5, -1.23, 4]


def test_a_logarithmic_slider_writes_two_significant_digits_and_the_box_takes_any_number():
    control = NumberSlider("learning rate", 0.5, 0.01, 100.0, 0.1, logarithmic=True)
    control.slider.value = 10**0.55
    assert control.value == 3.5
    assert control.slider.value == 10**0.55  # not pushed back
    control.box.value = 1.2345
    assert control.value == control.slider.value == 1.2345
    for limit in (0.01, 100.0):
        control.slider.value = limit
        assert control.value == limit


def test_what_is_typed_between_the_steps_of_the_slider_stays():
    control = NumberSlider("weight", 1.0, -5.0, 5.0, 0.5)
    control.box.value = -3.3
    control.slider.value = -3.5  # as the page reports: the nearest step
    assert control.value == -3.3
    control.slider.value = -3.0
    assert control.value == -3.0
    control = NumberSlider("learning rate", 0.5, 0.01, 100.0, 0.1, logarithmic=True)
    control.box.value = 1.2345
    control.slider.value = 10**0.1
    assert control.value == 1.2345
    control.slider.value = 10**0.2
    assert control.value == 1.6


def test_the_slider_writes_numbers_without_the_noise_of_floats():
    control = NumberSlider("weight", 1.0, -5.0, 5.0, 0.5)
    control.slider.value = -3.4999999999999996
    assert control.value == -3.5


@pytest.mark.parametrize(("value", "step"), [(0.5, 0.01), (1.0, 0.1), (9.9, 0.1), (10.0, 1.0)])
def test_arrow_keys_in_a_logarithmic_box_move_the_second_digit(value, step):
    control = NumberSlider("rate", 0.02, 0.01, 100.0, 0.1, logarithmic=True)
    control.value = value
    assert control.box.step == pytest.approx(step)


def test_whole_numbers_make_a_control_for_whole_numbers():
    control = NumberSlider("hidden size", 4, 1, 16)
    control.slider.value = 7
    assert control.value == 7
    assert isinstance(control.value, int)


def test_every_control_has_a_visible_name_that_is_not_cut():
    number, menu, tick = NumberSlider("a name", 1, 0, 2), Menu("a name", 1, [1, 2]), Tick("x", True)
    for holder, name in ((number.holder, "a name"), (menu.holder, "a name: 1")):
        assert holder.description == name
        assert holder.style.description_width == "initial"
    menu.value = 2
    assert menu.holder.description == "a name: 2"  # the choice in words, not in colour alone
    assert menu.holder.tooltips == ("a name: 1", "a name: 2")
    assert tick.holder.description == "x"
    assert Button("Press me").widget.description == "Press me"


def test_a_value_that_the_control_does_not_have_is_named():
    with pytest.raises(ValueError, match="rate is 7, but its control reaches from 0 to 5"):
        NumberSlider("rate", 7, 0, 5)
    with pytest.raises(ValueError, match="loss is 'mae', but the choices are 'mse', 'bce'"):
        Menu("loss", "mae", [("squared", "mse"), ("cross", "bce")])


@pytest.mark.parametrize(
    ("number", "rounded"), [(0.1122, 0.11), (316.2, 320), (0, 0), (-0.0456, -0.046)]
)
def test_two_significant_digits(number, rounded):
    assert two_significant_digits(number) == rounded


def test_a_slider_knows_its_next_values():
    whole = NumberSlider("hidden size", 4, 1, 16)
    assert (whole.neighbour(1), whole.neighbour(-1)) == (5, 3)
    whole.value = 16
    assert whole.neighbour(1) == 16
    decimal = NumberSlider("weight", 0.2, -1.0, 1.0, 0.1)
    assert decimal.neighbour(1) == 0.3
    rate = NumberSlider("learning rate", 0.5, 0.01, 100.0, 0.1, logarithmic=True)
    for direction in (1, -1):
        expected = rate.neighbour(direction)
        rate.slider.value = 10 ** (log10(rate.slider.value) + direction * rate.slider.step)
        assert rate.value == expected
    rate.value = 100.0
    assert rate.neighbour(1) == 100.0


# ------------------------------------------------------------------------------- runner


class Log:
    def __init__(self):
        self.delivered, self.errors, self.working = [], [], 0
        self.runner = Runner(self.delivered.append, self.errors.append, self.note_working)

    def note_working(self):
        self.working += 1


@pytest.fixture
def log():
    log = Log()
    yield log
    log.runner.close()


def test_fast_work_is_delivered_at_once_and_never_says_that_it_works(log):
    log.runner.submit(lambda job: 7)
    assert (log.delivered, log.working) == ([7], 0)


def test_slow_work_says_so_and_is_delivered_later(log):
    log.runner.submit(lambda job: time.sleep(PATIENCE + 0.1) or 7)
    assert (log.delivered, log.working) == ([], 1)
    log.runner.wait()
    assert log.delivered == [7]


def test_only_the_newest_of_ten_quick_changes_is_delivered(log):
    def slow(job, k):
        while not job.cancelled and k < 9:
            time.sleep(0.001)
        return k

    for k in range(10):
        log.runner.submit(lambda job, k=k: slow(job, k))
    log.runner.wait()
    assert log.delivered == [9]
    assert log.errors == []


def test_errors_are_reported_from_work_and_from_delivery(log):
    log.runner.submit(lambda job: 1 / 0)
    log.runner.submit(lambda job: time.sleep(PATIENCE + 0.1) or 1 / 0)
    log.runner.wait()
    assert [type(error) for error in log.errors] == [ZeroDivisionError] * 2
    log.runner.deliver = lambda result: [][0]
    log.runner.submit(lambda job: 7)
    assert isinstance(log.errors[-1], IndexError)


def test_work_ahead_is_done_when_nothing_else_is_and_delivered_to_nobody(log):
    done = threading.Event()
    log.runner.submit(lambda job: 7)
    log.runner.work_ahead(lambda job: done.set())
    assert done.wait(5)
    log.runner.work_ahead(lambda job: 1 / 0)
    time.sleep(2 * BREATH)
    log.runner.submit(lambda job: 8)
    assert (log.delivered, log.errors) == ([7, 8], [])


def test_work_ahead_gives_way_to_what_is_asked_for(log):
    begun, jobs = threading.Event(), []

    def endless(job):
        jobs.append(job)
        begun.set()
        while not job.cancelled:
            time.sleep(0.001)

    log.runner.submit(lambda job: 7)
    log.runner.work_ahead(endless)
    assert begun.wait(5)
    log.runner.submit(lambda job: 8)
    assert log.delivered == [7, 8]
    assert [job.cancelled for job in jobs] == [True]
    log.runner.work_ahead(endless)
    log.runner.submit(lambda job: 9)  # before it has begun: then it never does
    time.sleep(2 * BREATH)
    assert (log.delivered, len(jobs)) == ([7, 8, 9], 1)


def test_a_closed_runner_ends_its_thread_and_delivers_nothing():
    log = Log()
    log.runner.submit(lambda job: time.sleep(PATIENCE + 0.1) or 7)
    thread = log.runner.thread
    log.runner.close()
    thread.join(5)
    assert not thread.is_alive()
    assert log.delivered == []
    log.runner.submit(lambda job: 8)
    assert log.delivered == []


# -------------------------------------------------------------------------------- panel


@dataclass(frozen=True)
class Settings:
    weight: float = 1.0
    kind: str = "a"


def make_panel(**options):
    controls = {
        "weight": NumberSlider("weight", 1.0, -5.0, 5.0, 0.5),
        "kind": Menu("kind", "a", ["a", "b"]),
        "keep": Button("Keep"),
    }
    return Panel("a test", controls, **options)


def test_values_are_those_of_the_settings_also_of_hidden_controls():
    panel = make_panel(hide=("kind",))
    assert panel.values(Settings) == {"weight": 1.0, "kind": "a"}
    on_page = with_parts([panel.root])
    assert panel.controls["kind"].holder not in on_page
    assert panel.controls["weight"].holder in on_page
    assert panel.controls["weight"].slider in on_page


def test_a_name_to_hide_or_a_setting_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match=r"hide names 'wieght', .* weight, kind, keep"):
        make_panel(hide="wieght")
    with pytest.raises(TypeError, match=r"no setting 'wieght'. The settings are weight, kind"):
        make_settings(Settings, {"wieght": 1})


def test_an_error_in_a_callback_becomes_words():
    panel = make_panel()
    panel.on_change(["weight"], lambda: 1 / 0)
    panel.on_change(["keep"], lambda: [][0])
    panel.controls["weight"].value = 2
    assert "This setting did not work: division by zero. Change it" in panel.message.words
    assert 'role="alert"' in panel.message.widget.value
    panel.controls["keep"].press()
    assert "list index out of range" in panel.message.words
    panel.message.say("<fine>")
    assert "&lt;fine&gt;" in panel.message.widget.value
    assert 'role="status"' in panel.message.widget.value


def test_divergence_is_explained():
    words = in_words(DivergenceError(12, 50.0, None))
    assert words.startswith("At learning rate 50 the loss left the finite numbers at epoch 12: ")
    assert "nan" not in words.lower()


def test_the_picture_has_its_description_as_alternative_text_and_below():
    panel = make_panel()
    figure, _ = new_figure(width=4, height=2)
    panel.picture.show(figure, 'Loss < 1, "fine"')
    value = panel.picture.widget.value
    assert value.count("Loss &lt; 1, &quot;fine&quot;") == 2
    assert 'alt="Loss &lt; 1, &quot;fine&quot;"' in value
    assert 'width="336" height="168"' in value


@pytest.fixture
def kernel(monkeypatch):
    """A kernel that runs cells: ``kernel(cell, run)`` begins a run of a cell."""
    request = {}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: request))
    monkeypatch.setattr(panels, "get_ipython", lambda: shell)
    monkeypatch.setattr(panels, "display", lambda *args, **options: None)
    monkeypatch.setattr(panels, "shown_by_cell", {})

    def begin(run, cell=None, code="", deleted=()):
        request.clear()
        metadata = {"deletedCells": list(deleted)} | ({"cellId": cell} if cell else {})
        request.update(header={"msg_id": run}, metadata=metadata, content={"code": code})

    return begin


def test_a_cell_that_is_run_again_closes_what_it_showed_and_no_other(kernel):
    kernel("run 1", "cell A")
    first, second = make_panel(), make_panel()  # two in one cell
    first.show()
    second.show()
    kernel("run 2", "cell B")
    other = make_panel()
    other.show()
    assert [first.closed, second.closed] == [False, False]
    kernel("run 3", "cell A")
    third = make_panel()
    third.show()
    assert first.closed
    assert second.closed
    assert [other.closed, third.closed] == [False, False]
    kernel("run 4", "cell C", deleted=["cell B"])
    make_panel().show()
    assert other.closed


def test_without_cell_ids_the_text_of_the_cell_counts(kernel):
    kernel("run 1", code="show()")
    first = make_panel()
    first.show()
    kernel("run 2", code="show(weight=2)")
    make_panel().show()
    assert not first.closed
    kernel("run 3", code="show()")
    make_panel().show()
    assert first.closed


def test_a_hundred_runs_of_a_cell_leave_no_widgets_threads_or_figures(kernel):
    def run(k):
        kernel(f"run {k}", "cell")
        panel = make_panel()
        figure, _ = new_figure(width=1, height=1)

        def draw(result):
            panel.picture.show(figure, "words")

        panel.work(lambda job: k, draw, "working")
        panel.on_change(["weight"], lambda: draw(None))
        panel.show()
        assert panel.message.words == ""
        assert panel.picture.description == "words"

    def counts():
        gc.collect()
        figures = sum(isinstance(thing, Figure) for thing in gc.get_objects())
        return len(_instances), figures

    run(0)
    before, threads = counts(), threading.active_count()
    for k in range(1, 101):
        run(k)
    deadline = time.time() + 5
    while threading.active_count() > threads and time.time() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= threads
    assert counts() == before
