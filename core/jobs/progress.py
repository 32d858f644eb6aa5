"""What a job function is given: its workspace, its job, and a cheap way to report and to stop."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core.store.tables import Job
from core.store.workspace import Workspace

REPORT_EVERY_S = 0.5
ASK_EVERY_S = 0.25


class Stopped(Exception):
    """Somebody asked the job to stop; a job function may raise it from any depth."""


class JobContext:
    """One running job.

    Args:
        workspace: Where to read the inputs and write the results.
        job: As it was claimed; `job.payload` says what to do.
        low: Progress of the whole job when this part of it begins.
        high: Progress of the whole job when this part of it is done.
        clock: Seconds that only ever grow.
    """

    def __init__(
        self,
        workspace: Workspace,
        job: Job,
        low: float = 0.0,
        high: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workspace = workspace
        self.job = job
        self._low, self._high = low, high
        self._clock = clock
        self._next_report = self._next_question = clock()
        self._stop = False

    def due(self) -> bool:
        """Return whether the next report would be written; looks at the clock only."""
        return self._clock() >= self._next_report

    def report(
        self, done: float, message: str, eta_s: float | None = None, *, force: bool = False
    ) -> None:
        """Tell those who watch, at most twice a second unless forced.

        Args:
            done: Share of this job (or part) that is done, in [0, 1].
            message: What is being done, in words for the page.
            eta_s: Seconds left, if they can be foreseen.
            force: Write it even if the last report was a moment ago.
        """
        if not (force or self.due()):
            return
        whole = self._low + (self._high - self._low) * min(1.0, max(0.0, done))
        self.workspace.registry.report(self.job.id, whole, message, eta_s)
        self._next_report = self._clock() + REPORT_EVERY_S

    def should_stop(self) -> bool:
        """Return whether to stop now; asks the store at most four times a second."""
        if not self._stop and self._clock() >= self._next_question:
            # Threads of a job ask at once: the first puts the next question off before it asks,
            # and an answer that is late never takes back what another thread has seen.
            self._next_question = self._clock() + ASK_EVERY_S
            if self.workspace.registry.stop_requested(self.job.id):
                self._stop = True
        return self._stop

    @property
    def stop_seen(self) -> bool:
        """Whether the job function was told to stop."""
        return self._stop

    def put_result(self, result: Mapping[str, Any]) -> None:
        """Show what there is so far; it is kept if the job fails or is stopped."""
        self.workspace.registry.put_result(self.job.id, dict(result))

    def part(self, payload: Mapping[str, Any], low: float, high: float) -> "JobContext":
        """Return the context for another job function run as a part of this job."""
        job = replace(self.job, payload=dict(payload))
        return JobContext(self.workspace, job, low, high, self._clock)
