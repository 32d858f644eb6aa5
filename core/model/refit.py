"""Learns once more, from all rows, when it is known how much learning is enough.

The networks of a fold leave a part of the rows out, so that it can be seen which epoch is best.
Once that is known nothing has to be left out any more, as boosted trees are grown again on all rows
when their number is known. Where rows tell much, that pays; where they tell little, it harms
(decision 0020).
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import keras
import numpy as np

from core.model.keeper import Watch, diverged
from core.model.lessons import Lessons
from core.model.network import served
from core.model.served import ServedNetwork
from core.model.settings import NetworkSettings


class Refit(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Leads a team through as many epochs of each term as proved best, and obeys the stop flag.

    Attributes:
        network: What came of it; None until it is done, and if it was stopped.
        stopped: Whether somebody stopped it.
        failed: What went wrong.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        lessons: Lessons,
        said: np.ndarray | None,
        slots: int,
        path: Sequence[int],
        watch: Watch,
    ) -> None:
        """Take what is learnt.

        Args:
            settings: Of the team.
            lessons: All rows, left out by nobody.
            said: (folds, n) what trees say of them; None where they do not teach.
            slots: Of an encoded row.
            path: Epochs of each term.
            watch: Is told of each epoch.
        """
        super().__init__()
        self._settings, self._lessons, self._said = settings, lessons, said
        self._slots, self._ends, self._watch = slots, list(accumulate(path)), watch
        self._term = 0
        self.network: ServedNetwork | None = None
        self.stopped = False
        self.failed = ""

    @property
    def epochs(self) -> int:
        """How many there will be."""
        return self._ends[-1]

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Show what was shown at this point the first time; the first epoch hears no trees."""
        if epoch == 1:
            self._lessons.hear(self.model, self._said)
        if (term := bisect_right(self._ends, epoch)) != self._term:
            self._term = term
            self._lessons.enter(self.model, term)
        self._lessons.batches.shuffle()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Obey the stop flag."""
        if self._watch.should_stop():
            self.stopped = self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Say how far it is."""
        if not np.isfinite((logs or {})["loss"]):
            self.failed = diverged(epoch + 1, self._settings)
            self.model.stop_training = True
        elif not self.stopped:
            self._watch.refit(epoch + 1, self.epochs)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Take the weights."""
        if not self.stopped and not self.failed:
            self.network = served(self.model, self._settings, self._slots)
