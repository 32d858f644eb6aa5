"""What those who watch a training see: epochs in the store, at most two writes a second."""

import math

from core.jobs.progress import JobContext
from core.model.keeper import EpochFigures, Watch
from core.model.settings import NetworkSettings
from core.store.tables import Epoch


class LiveEpochs:
    """Collects figures and writes them when a report is due.

    Fast epochs end many times a second; they are kept and written together. The very first
    loss is written at once.
    """

    def __init__(
        self,
        context: JobContext,
        run_id: str,
        settings: NetworkSettings,
        low: float,
        high: float,
        *,
        refits: bool,
    ) -> None:
        """Report progress from `low` to `high` of the job; see core.model.refit for `refits`."""
        self._context, self._run_id, self._settings = context, run_id, settings
        self._low, self._high = low, high
        self._best, self._lowest, self._share = 0, math.inf, 0.0
        # How long an epoch on all rows takes beside one in which each fold leaves its own out.
        self._again = settings.folds / (settings.folds - 1) if refits else 0.0
        self._last: EpochFigures | None = None
        self._waiting: dict[int, Epoch] = {}
        self._begun = False

    @property
    def watch(self) -> Watch:
        """What training is given."""
        return Watch(
            due=lambda: not self._begun or self._context.due(),
            step=self._write,
            epoch=self._finished,
            refit=self._refit,
            should_stop=self._context.should_stop,
        )

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._context.workspace.registry.put_epochs(self._run_id, self._waiting.values())
            self._waiting = {}

    def _finished(self, figures: EpochFigures) -> None:
        self._waiting[figures.epoch] = _row(figures)
        self._last = figures
        if figures.val_loss is not None and figures.val_loss < self._lowest:
            self._best, self._lowest = figures.epoch, figures.val_loss
        if self._context.due():
            self._write(figures)

    def _write(self, figures: EpochFigures) -> None:
        self._waiting[figures.epoch] = _row(figures)
        self.flush()
        self._begun = True
        done = figures.epoch - 1 + figures.step / figures.steps
        expected = max(done, self._expected) + self._again * self._best
        pace = figures.seconds / done if done else None
        message = f"Epoch {figures.epoch} of at most {self._settings.epochs:,}"
        self._report(message, done, expected, pace)

    def _refit(self, epoch: int, epochs: int) -> None:
        self.flush()
        if self._last is not None and self._context.due():
            first, again = self._last.epoch, self._again
            message = f"Learning again from all rows: epoch {epoch} of {epochs}"
            done, expected = first + again * epoch, first + again * epochs
            self._report(message, done, expected, self._last.seconds / first)

    def _report(self, message: str, done: float, expected: float, pace: float | None) -> None:
        """Report epochs that are done and expected, and how many seconds each takes."""
        left = None if pace is None else pace * (expected - done)
        # A best epoch puts the end off; the bar waits instead of going back.
        self._share = max(self._share, done / expected)
        share = self._low + (self._high - self._low) * self._share
        self._context.report(share, message, left, force=True)

    @property
    def _expected(self) -> int:
        """Epochs it will probably take: early stopping mostly ends it before the last."""
        settings = self._settings
        if not settings.patience:
            return settings.epochs
        return min(settings.epochs, self._best + 2 * settings.patience)


def _row(figures: EpochFigures) -> Epoch:
    return Epoch(
        epoch=figures.epoch,
        step=figures.step,
        steps=figures.steps,
        loss=figures.loss,
        val_loss=figures.val_loss,
        auc=figures.auc,
        val_auc=figures.val_auc,
        seconds=figures.seconds,
        member_losses=list(figures.member_losses),
        taught=figures.taught,
    )
