"""Explains long lists on every core, in processes.

Threads are of little use here: their sums take a tenth of a millisecond, and after each they wait
for the other to release Python's lock, so that two threads took as long as one. So helpers that are
processes share the work; this one takes part, and has begun before they are ready.
"""

import multiprocessing
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from multiprocessing.connection import Connection, wait
from types import SimpleNamespace

import numpy as np

from core.explanation.attribution import Attribution
from core.explanation.rounds import CORES
from core.explanation.shapley import Explainer

LONG = 200
"""Rows from which helpers pay: one takes about a second of a core to start."""
AHEAD = 4
"""Rows that a helper has in hand, so that it never waits for the next."""

Task = tuple[int, np.ndarray]


def helpers_for(rows: int) -> int:
    """Return how many helpers a list of so many rows should have."""
    return CORES - 1 if rows >= LONG else 0


def explain_long(
    explainer: Explainer, rows: Iterable[np.ndarray], helpers: int
) -> Generator[Attribution]:
    """Yield the attribution of each encoded row (width,), bit for bit as it is alone.

    What a helper that died had in hand is explained here. Helpers end when the iterator is closed,
    and when this process ends, however it ends.
    """
    tasks = iter(enumerate(rows))
    with ExitStack() as stack:
        staff = [stack.enter_context(closing(_Helper(explainer))) for _ in range(helpers)]
        found: dict[int, Attribution] = {}
        number = 0
        while True:
            _exchange(staff, tasks, found, wait_for_one=False)
            if number not in found:
                task = _left_behind(staff) or next(tasks, None)
                if task:
                    found[task[0]] = explainer.explain_encoded(task[1], threads=1)
                elif any(helper.in_hand for helper in staff):
                    _exchange(staff, tasks, found, wait_for_one=True)
                else:
                    return
            while number in found:
                yield found.pop(number)
                number += 1


class _Helper:
    """A process that explains rows in the order in which it is given them."""

    def __init__(self, explainer: Explainer) -> None:
        context = multiprocessing.get_context("spawn")
        self.end, theirs = context.Pipe()
        self.in_hand: deque[Task] = deque()
        self.alive = True
        self._process = context.Process(target=_help, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        # It takes in the model after its imports; nobody waits for that.
        self._telling = threading.Thread(target=self._tell, args=(explainer,), daemon=True)
        self._telling.start()

    def exchange(self, tasks: Iterator[Task], found: dict[int, Attribution]) -> None:
        """Take what it says, and see to it that it has enough in hand."""
        try:
            said = self.end.recv()
            if said is not None:  # else it is ready
                found[self.in_hand.popleft()[0]] = said
            while len(self.in_hand) < AHEAD and (task := next(tasks, None)):
                self.in_hand.append(task)
                self.end.send(task[1])
        except (EOFError, OSError):
            self.alive = False

    def close(self) -> None:
        self._process.terminate()
        self._process.join()
        self._telling.join()
        self.end.close()

    def _tell(self, explainer: Explainer) -> None:
        with suppress(OSError):
            model = explainer.model
            slim = SimpleNamespace(encoder=model.encoder, network=model.network)
            self.end.send((slim, explainer.reference))


def _help(end: Connection) -> None:
    """Explain rows until nobody is there to give more."""
    with suppress(EOFError, OSError):
        explainer = Explainer(*end.recv())
        end.send(None)
        while True:
            end.send(explainer.explain_encoded(end.recv(), threads=1))


def _exchange(
    staff: list[_Helper],
    tasks: Iterator[Task],
    found: dict[int, Attribution],
    wait_for_one: bool,
) -> None:
    by_end = {helper.end: helper for helper in staff if helper.alive}
    for end in wait(list(by_end), None if wait_for_one else 0):
        by_end[end].exchange(tasks, found)  # type: ignore[index]


def _left_behind(staff: list[_Helper]) -> Task | None:
    """Return a row that a helper had in hand when it died."""
    dead = (helper for helper in staff if not helper.alive and helper.in_hand)
    return next((helper.in_hand.popleft() for helper in dead), None)
