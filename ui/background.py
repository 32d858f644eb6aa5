"""Work of this process that takes seconds, done while its pages are used.

For what one visitor asks about one applicant: it should neither wait behind a training nor leave
the applicant's values in the list of jobs. All else that takes long is a job of a worker.
"""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

MOST_KEPT = 64

T = TypeVar("T")
Tell = Callable[[int, int], None]
"""Takes how much is done, and of how much; raises where nobody waits any longer."""


@dataclass
class Work:
    """One piece of work under way."""

    future: "Future[Any]"
    done: int = 0
    of: int = 1
    given_up: bool = False


class _GivenUp(Exception):
    """Nobody waits for this work any longer."""


@dataclass
class Background:
    """Pieces of work by name, done one after the other."""

    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="background")
    )
    _works: dict[str, Work] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def result(self, name: str, do: Callable[[Tell], T]) -> T | None:
        """Return what `do` returned, once; None while it is under way, begun if it was not.

        Raises:
            Exception: What `do` raised; asked again, it is tried again.
        """
        with self._lock:
            work = self._works.get(name) or self._begin(name, do)
            if not work.future.done():
                return None
            del self._works[name]
        try:
            made: T = work.future.result()
        except (_GivenUp, CancelledError):  # by another visitor who asked the same
            return self.result(name, do)
        return made

    def work(self, name: str) -> Work | None:
        """Return how far a piece of work is; None if it is not under way."""
        return self._works.get(name)

    def give_up(self, name: str) -> None:
        """End a piece of work that nobody waits for."""
        with self._lock:
            if work := self._works.get(name):
                work.given_up = True
                if work.future.cancel():
                    del self._works[name]

    def _begin(self, name: str, do: Callable[[Tell], Any]) -> Work:
        def tell(done: int, of: int) -> None:
            work.done, work.of = done, of
            if work.given_up:
                raise _GivenUp

        begun = threading.Event()

        def run() -> Any:
            begun.wait()
            return do(tell)

        if len(self._works) >= MOST_KEPT:  # nobody came back for what is done
            self._works = {k: each for k, each in self._works.items() if not each.future.done()}
        self._works[name] = work = Work(self.pool.submit(run))
        begun.set()
        return work


@cache
def background() -> Background:
    """Return the one of this process."""
    return Background()
