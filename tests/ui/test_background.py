"""Work in the background of pages: begun once, told how far it is, and given up."""

import threading
import time

import pytest

from ui.background import Background


def wait_until(condition) -> None:
    """Return once the condition holds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.01)


@pytest.fixture
def gate():
    """Holds work until it is set, at the latest when the test ends."""
    event = threading.Event()
    yield event
    event.set()


def test_the_result_is_there_once_the_work_is_done(gate):
    """Until then there is none, and whoever asks again begins nothing anew."""
    at, begun = Background(), []

    def do(tell):
        begun.append(1)
        tell(3, 20)
        gate.wait(20)
        return "made"

    assert at.result("work", do) is None
    wait_until(lambda: at.work("work").done == 3)
    assert at.work("work").of == 20
    assert at.result("work", do) is None
    gate.set()
    wait_until(lambda: at.work("work").future.done())
    assert at.result("work", do) == "made"
    assert at.work("work") is None
    assert begun == [1]


def test_what_nobody_waits_for_ends(gate):
    """What waits is dropped, and what is under way ends when it next tells how far it is."""
    at, told = Background(), []

    def slowly(tell):
        gate.wait(20)
        tell(1, 2)
        told.append("went on")

    assert at.result("first", slowly) is None
    assert at.result("second", slowly) is None
    first = at.work("first")
    wait_until(first.future.running)
    at.give_up("second")
    assert at.work("second") is None
    at.give_up("first")
    gate.set()
    wait_until(first.future.done)
    assert told == []
    assert at.result("first", lambda tell: "anew") is None
    wait_until(lambda: at.work("first").future.done())
    assert at.result("first", slowly) == "anew"


def test_a_failure_is_told_and_can_be_tried_again():
    """The page shows the error; asked again, the work begins anew."""
    at = Background()
    assert at.result("work", lambda tell: 1 / 0) is None
    wait_until(lambda: at.work("work").future.done())
    with pytest.raises(ZeroDivisionError):
        at.result("work", lambda tell: 1 / 0)
    assert at.work("work") is None
