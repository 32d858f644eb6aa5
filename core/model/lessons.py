"""What a team is shown as the outcomes of its rows, term by term, and how fast it learns.

Networks that boosted trees teach have three terms. A teacher takes out noise, but knows no more
than trees that saw half of the rows. So when its pupils get no better they learn on, half from
outcomes, and in the end from these alone, each time in smaller steps.
"""

from dataclasses import dataclass

import keras
import numpy as np

from core.model.batches import Batches
from core.model.network import set_dropout
from core.model.settings import NetworkSettings


@dataclass(frozen=True, slots=True)
class Term:
    """Part of a training by trees.

    Attributes:
        taught: How much of what is shown is of the trees, as a share of the setting.
        rate: Of learning, as a share of the setting.
    """

    taught: float
    rate: float


TERMS = (Term(1.0, 1.0), Term(0.5, 0.5), Term(0.0, 0.3))


class Lessons:
    """The rows of one training, with outcomes until trees are heard and by terms from then on.

    Attributes:
        batches: The rows.
        taught: Whether trees have a say in what is shown now.
        terms: How many there are: one where nobody teaches.
    """

    def __init__(self, settings: NetworkSettings, batches: Batches, y: np.ndarray) -> None:
        """Take the (n,) outcomes, which are what is shown at first."""
        self.batches = batches
        self.taught, self.terms = False, 1
        self._settings, self._y = settings, y
        self._said: np.ndarray | None = None

    def hear(self, model: keras.Model, said: np.ndarray | None) -> None:
        """Let trees teach from now on: (folds, n), or None where they know too little."""
        if said is None:
            return
        self._said, self.terms = said, len(TERMS)
        set_dropout(model, self._settings.taught_dropout)
        self._show(said, TERMS[0])

    def enter(self, model: keras.Model, term: int) -> None:
        """Begin a later term of a team that has heard trees; `term` counts from 0."""
        assert self._said is not None  # else there is one term
        model.optimizer.learning_rate.assign(TERMS[term].rate * self._settings.learning_rate)
        self._show(self._said, TERMS[term])

    def _show(self, said: np.ndarray, term: Term) -> None:
        share = term.taught * self._settings.taught
        self.taught = share > 0
        self.batches.show((1 - share) * self._y + share * said)
