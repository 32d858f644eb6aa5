"""What those who watch a training see: epochs in the store, at most two writes a second."""

from core.jobs.progress import JobContext
from core.model.training import EpochFigures, Watch
from core.store.tables import Epoch


class LiveEpochs:
    """Collects figures and writes them when a report is due.

    Fast epochs end many times a second; they are kept and written together. The very first
    loss is written at once.
    """

    def __init__(
        self, context: JobContext, run_id: str, epochs: int, low: float, high: float
    ) -> None:
        """Report progress from `low` to `high` for a training of at most `epochs` epochs."""
        self._context, self._run_id, self._epochs = context, run_id, epochs
        self._low, self._high = low, high
        self._waiting: dict[int, Epoch] = {}
        self._begun = False

    @property
    def watch(self) -> Watch:
        """What training is given."""
        return Watch(
            due=lambda: not self._begun or self._context.due(),
            step=self._write,
            epoch=self._finished,
            should_stop=self._context.should_stop,
        )

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._context.workspace.registry.put_epochs(self._run_id, self._waiting.values())
            self._waiting = {}

    def _finished(self, figures: EpochFigures) -> None:
        self._waiting[figures.epoch] = _row(figures)
        if self._context.due():
            self._write(figures)

    def _write(self, figures: EpochFigures) -> None:
        self._waiting[figures.epoch] = _row(figures)
        self.flush()
        self._begun = True
        epochs = figures.epoch - 1 + figures.step / figures.steps
        left = figures.seconds / epochs * (self._epochs - epochs) if epochs else None
        share = self._low + (self._high - self._low) * epochs / self._epochs
        message = f"Epoch {figures.epoch} of at most {self._epochs}"
        self._context.report(share, message, left, force=True)


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
    )
