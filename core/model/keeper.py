"""Watches one training: measures each epoch, keeps the best weights, stops in time.

A row is judged only by networks that have not learnt from it. With one fold these are all of
them and the rows are the validation rows; with more, every row is left out by one fold.

Networks that boosted trees teach have three terms (core.model.lessons). When they get no better
they go back to their best epoch and begin the next. Whichever epoch of all terms is best is kept.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import keras
import numpy as np

from core.model.batches import Rows, outcome_weights
from core.model.lessons import Lessons
from core.model.network import served, to_numpy
from core.model.served import ROWS_AT_ONCE, ServedNetwork
from core.model.settings import NetworkSettings

MOST_AUC_ROWS = 4_000
"""Training rows the AUC of each epoch rests on; validation always uses all of its rows."""


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """Where a training is: the running epoch while step < steps, else a finished one.

    Attributes:
        epoch: Counts from 1.
        step: Batches done in this epoch; a short one may be done before it is reported.
        steps: Batches of an epoch.
        loss: Mean training loss of the epoch so far, penalties included.
        val_loss: On all rows that are left out, without penalties; None while the epoch runs.
        auc: On at most 4,000 rows learnt from, without dropout; None while the epoch runs or where
            nobody looks.
        val_auc: On all rows that are left out; None while the epoch runs.
        seconds: Since the training began.
        member_losses: The same as val_loss for each network alone, if there are several.
        taught: Whether networks were shown what boosted trees say in this epoch.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    val_loss: float | None
    auc: float | None
    val_auc: float | None
    seconds: float
    member_losses: tuple[float, ...] = ()
    taught: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on. `due` is asked often and must be cheap; `step` is called when it says so.

    `refit` is told of each epoch in which a team learns again from all rows, and how many there
    will be. Without `thorough`, epochs are measured no further than early stopping needs: the AUC
    of rows learnt from and each network's own loss stay unknown.
    """

    due: Callable[[], bool] = lambda: False
    step: Callable[[EpochFigures], None] = lambda figures: None
    epoch: Callable[[EpochFigures], None] = lambda figures: None
    refit: Callable[[int, int], None] = lambda epoch, epochs: None
    should_stop: Callable[[], bool] = lambda: False
    thorough: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """An epoch to go back to.

    Attributes:
        epoch: From 1.
        path: How many epochs of each term led to it.
        network: What scores.
        held_out: (n,) log-odds of the rows by the networks that left them out; NaN where none did.
    """

    epoch: int
    path: tuple[int, ...]
    network: ServedNetwork
    held_out: np.ndarray


class Keeper(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Reports, measures each epoch, keeps the best weights and stops in time."""

    def __init__(
        self,
        settings: NetworkSettings,
        rows: Rows,
        lessons: Lessons,
        watch: Watch,
        started: float,
    ) -> None:
        super().__init__()
        self._settings, self._rows, self._watch = settings, rows, watch
        self._lessons, self._started = lessons, started
        self._judged = [np.flatnonzero(rows.fold == fold) for fold in range(settings.folds)]
        self._learnt = [_learnt(rows, fold, settings) for fold in range(settings.folds)]
        self._weights = np.where(rows.y == 1, *reversed(outcome_weights(settings, rows.y)))
        self._epoch = 0
        self._lowest = np.inf
        self.history: list[EpochFigures] = []
        self._best: Kept | None = None
        self._last: Kept | None = None
        self._best_weights: list[np.ndarray] = []
        self._term = 0
        self._before = 0  # the last epoch of the term before
        self._led: tuple[int, ...] = ()  # epochs of each earlier term that led here
        self.stopped = False
        self.failed = ""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Count from 1, as people do, and deal the rows anew."""
        self._epoch = epoch + 1
        if self._epoch == 2 and self._rows.said is not None:
            self._lessons.hear(self.model, self._rows.said())
        self._lessons.batches.shuffle()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Obey the stop flag, and report if somebody is due to hear."""
        if self._watch.should_stop():
            self.stopped = self.model.stop_training = True
        elif self._watch.due():
            # Keras counts what it would have done at once.
            done = min(batch + 1, len(self._lessons.batches))
            self._watch.step(self._figures(done, (logs or {})["loss"]))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Measure, keep what is best, and stop when it gets no better."""
        if self.stopped:
            return  # half an epoch is not measured; the best whole one is kept
        loss = (logs or {})["loss"]
        if not np.isfinite(loss):
            self.model.stop_training = True
            self.failed = diverged(self._epoch, self._settings)
            return
        figures = self._measure(loss)
        self.history.append(figures)
        self._watch.epoch(figures)
        if not self._ends_term():
            return
        if self._term + 1 < self._lessons.terms:
            self._begin_next_term()
        else:
            self.model.stop_training = True

    @property
    def kept(self) -> Kept | None:
        """The epoch to go back to; None before one has ended.

        The best, with early stopping or when somebody stopped it; else the last.
        """
        return self._best if self._settings.patience or self.stopped else self._last

    def _ends_term(self) -> bool:
        """Return whether it has not got better for too long; half as long after the first term.

        Without patience, terms are of equal length.
        """
        if not self._settings.patience or self._best is None:
            share = (self._term + 1) / self._lessons.terms
            return self._epoch >= share * self._settings.epochs
        patience = self._settings.patience / (2 if self._term else 1)
        return self._epoch - max(self._best.epoch, self._before) >= patience

    def _begin_next_term(self) -> None:
        """Go back to the best weights; without patience, go on from the last."""
        assert self.kept is not None  # an epoch has ended
        self._term, self._before = self._term + 1, self._epoch
        path = self.kept.path
        self._led = (*path, *(0 for _ in range(self._term - len(path))))
        if self._settings.patience:
            weights = self.model.trainable_variables
            for weight, best in zip(weights, self._best_weights, strict=True):
                weight.assign(best)
        self._lessons.enter(self.model, self._term)

    def _measure(self, loss: float) -> EpochFigures:
        network = served(self.model, self._settings, self._rows.x.shape[1])
        held_out = np.full(len(self._rows.y), np.nan)
        auc, losses = [], []
        for fold, team in enumerate(_teams(network, self._settings.folds)):
            judged, learnt = self._judged[fold], self._learnt[fold]
            scores = _scores(team, self._rows.x[judged])
            held_out[judged] = scores.mean(axis=0)
            if self._watch.thorough:
                losses += [self._loss(judged, each) for each in scores]
                seen = _scores(team, self._rows.x[learnt]).mean(axis=0)
                auc.append(_auc(self._rows.y[learnt], seen))
        judged = np.flatnonzero(self._rows.fold >= 0)
        val_loss = self._loss(judged, held_out[judged])
        self._keep(val_loss, network, held_out)
        figures = self._figures(len(self._lessons.batches), loss)
        return replace(
            figures,
            val_loss=val_loss,
            auc=float(np.mean(auc)) if auc else None,
            val_auc=_auc(self._rows.y[judged], held_out[judged]),
            member_losses=tuple(losses) if len(losses) > 1 else (),
        )

    def _loss(self, rows: np.ndarray, scores: np.ndarray) -> float:
        losses = np.logaddexp(0, scores) - self._rows.y[rows] * scores
        return float(np.average(losses, weights=self._weights[rows]))

    def _keep(self, val_loss: float, network: ServedNetwork, held_out: np.ndarray) -> None:
        path = (*self._led, self._epoch - self._before)
        self._last = Kept(self._epoch, path, network, held_out)
        if self._best is None or val_loss < self._lowest:
            self._best, self._lowest = self._last, val_loss
            if self._rows.said is not None:
                self._best_weights = [to_numpy(each) for each in self.model.trainable_variables]

    def _figures(self, step: int, loss: float) -> EpochFigures:
        seconds, lessons = time.perf_counter() - self._started, self._lessons
        done = self._epoch, step, len(lessons.batches)
        return EpochFigures(*done, loss, None, None, None, seconds, taught=lessons.taught)


def diverged(epoch: int, settings: NetworkSettings) -> str:
    """Say that the loss of an epoch is not a number, and what to do."""
    return (
        f"The loss of epoch {epoch} is not a number any more. "
        f"Choose a learning rate below {settings.learning_rate:g}."
    )


def _teams(network: ServedNetwork, folds: int) -> list[ServedNetwork]:
    """Return the networks of each fold."""
    members = network.members // folds
    return [network.select(slice(f * members, (f + 1) * members)) for f in range(folds)]


def _scores(network: ServedNetwork, x: np.ndarray) -> np.ndarray:
    """Return (members, n) log-odds in float32: exact enough to watch, and twice as fast."""
    return np.concatenate(
        [
            network.tails(x[start : start + ROWS_AT_ONCE] @ network.weights[0] + network.biases[0])
            for start in range(0, len(x), ROWS_AT_ONCE)
        ],
        axis=1,
    )


def _auc(y: np.ndarray, scores: np.ndarray) -> float:
    """Return the share of pairs of a bad and a good that are ranked rightly; a tie is half."""
    goods, bads = np.sort(scores[y == 0]), np.sort(scores[y == 1])
    below = np.searchsorted(goods, bads, "left") + np.searchsorted(goods, bads, "right")
    return float(below.mean() / (2 * len(goods)))


def _learnt(rows: Rows, fold: int, settings: NetworkSettings) -> np.ndarray:
    """Return rows that the networks of a fold learn from; a sample where there are many."""
    learnt = np.flatnonzero(rows.fold != fold)
    most = MOST_AUC_ROWS // settings.folds
    if len(learnt) <= most:
        return learnt
    return np.random.default_rng(settings.seed).permutation(learnt)[:most]
