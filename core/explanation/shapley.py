"""Shapley values of the network's log-odds over the applicant's own fields.

The game is interventional: a coalition's fields have the applicant's values, all others those
of a reference applicant; its worth is the log-odds the network gives, averaged over a reference
population. The first layer is additive over fields, so the vectors that each field adds to it
are computed once, a coalition only sums vectors, and nothing but the layers behind the first is
run for it.

The Shapley value of an average of games is the average of their Shapley values. So each
reference applicant is a game of its own, and fields in which the two do not differ drop out of
it, which often leaves few enough to enumerate. The others are sampled in rounds until the error
bars are short enough; see core.explanation.rounds. Networks in which fields only add up need
neither; see core.explanation.additive. docs/explanation.md has the formulae and what was measured.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import islice

import numpy as np
import pandas as pd

from core.errors import ExplanationError
from core.explanation.additive import OwnFunctions, adds_up
from core.explanation.attribution import USUAL, Attribution, Precision
from core.explanation.error_bars import Estimate
from core.explanation.explainable import Explainable
from core.explanation.games import Positions
from core.explanation.one_thread import one_blas_thread
from core.explanation.rounds import CORES, POOL, Rounds
from core.explanation.worth import Tail

ALWAYS_EXACT = 10
"""Fields of a model; so many are enumerated whatever precision is asked for."""
MOST_EXACT = 16
LARGEST_DRIFT = 1e-3


class Explainer:
    """A model prepared against one reference population; it never changes, threads may share it.

    Attributes:
        model: What scores.
        reference: (r, ≥ p) features of the reference population.
        names: The fields, in schema order.
        base: Mean log-odds of the reference population.
    """

    def __init__(self, model: Explainable, reference: pd.DataFrame) -> None:
        """Compute what every explanation needs.

        Args:
            model: What scores.
            reference: (r, ≥ p) features of the reference population, at least one row.

        Raises:
            ExplanationError: The reference has no rows, or the model's first layer is not
                additive over its fields.
        """
        if reference.empty:
            raise ExplanationError("A reference population needs at least one applicant.")
        one_blas_thread()
        self.model, self.reference, self._network = model, reference, model.network
        self.names = tuple(model.encoder.names)
        self._encoded = model.encoder.encode(reference)
        self._slots = [model.encoder.block(name) for name in self.names]
        self._empty = np.array([self._network.log_odds_row(row) for row in self._encoded])
        self.base = float(self._empty.mean())
        self._first = self._network.weights[0].astype(np.float64)
        self._bias = self._network.biases[0].astype(np.float64)
        blocks = self._blocks()
        self._functions: OwnFunctions | None = None
        if adds_up(self._network, blocks):
            self._functions = OwnFunctions(self._network, blocks)
            self._means = self._functions(self._encoded).mean(axis=0)
        else:
            # A slot that no unit reads cannot tell two applicants apart.
            self._read = (blocks * self._network.weights[0].any(axis=1)).T
            self._tail = Tail(self._network)
            self._vectors = np.stack([self._field_vectors(row) for row in self._encoded])
            starts = self._vectors.sum(axis=1, dtype=np.float64) + self._bias
            self._starts = starts.astype(np.float32)
            self._shares = self._network.tails(starts)
        self._require_additive(self._field_vectors(self._encoded[0]), self._empty[0])

    def explain(self, features: pd.DataFrame, precision: Precision = USUAL) -> Attribution:
        """Return the attribution of one applicant.

        Args:
            features: One row of features, as `Bundle.prepare` returns it.
            precision: When to stop.

        Raises:
            ExplanationError: There is not exactly one row, or more fields differ than can be
                enumerated.
        """
        if len(features) != 1:
            raise ExplanationError(f"explain takes one row, but received {len(features):,}.")
        return self.explain_encoded(self.model.encoder.encode(features)[0], precision)

    def explain_encoded(
        self, encoded: np.ndarray, precision: Precision = USUAL, threads: int = CORES
    ) -> Attribution:
        """Return the attribution of one applicant given as the network's input (width,)."""
        *_, last = self.sharpen(encoded, precision, threads)
        return last

    def sharpen(
        self, encoded: np.ndarray, precision: Precision = USUAL, threads: int = CORES
    ) -> Iterator[Attribution]:
        """Yield attributions of one applicant, each sharper, the last as `explain` returns it.

        The first takes a few per cent of the time of a long one. Bits do not depend on `threads`.
        """
        log_odds = float(self._network.log_odds_row(encoded))
        own = self._field_vectors(encoded)
        shares = self._require_additive(own, log_odds)
        if self._functions is not None:
            values = self._functions(encoded[np.newaxis])[0] - self._means
            yield self._attribution(log_odds, Estimate.exact(values), len(self.names) + 1, True)
            return
        rounds = self._rounds(encoded, own, shares, log_odds, threads)
        if precision.exact or len(self.names) <= ALWAYS_EXACT:
            self._require_few(rounds)
            rounds.enumerate()
        else:
            rounds.play()
        while True:
            estimate = rounds.estimate()
            precise = rounds.exact or estimate.precise(precision.target)
            yield self._attribution(log_odds, estimate, rounds.coalitions, precise)
            rounds.plan(estimate, precision.target, precision.most_coalitions)
            if precise or rounds.coalitions + rounds.cost() > precision.most_coalitions:
                return
            rounds.play()

    def explain_rows(
        self, features: pd.DataFrame, precision: Precision = USUAL
    ) -> Iterator[Attribution]:
        """Yield the attribution of each row, bit for bit as it is alone."""
        return self.explain_all(self.model.encoder.encode(features), precision)

    def explain_all(
        self, rows: Iterable[np.ndarray], precision: Precision = USUAL
    ) -> Iterator[Attribution]:
        """Yield the attribution of each encoded row (width,), several at once.

        For hundreds of rows in a process of one's own, see core.explanation.processes.
        """
        rows = iter(rows)
        under_way = deque(self._submit(row, precision) for row in islice(rows, 2 * CORES))
        while under_way:
            yield under_way.popleft().result()
            under_way.extend(self._submit(row, precision) for row in islice(rows, 1))

    def _submit(self, encoded: np.ndarray, precision: Precision) -> Future[Attribution]:
        return POOL.submit(self.explain_encoded, encoded, precision, 1)

    def _rounds(
        self,
        encoded: np.ndarray,
        own: np.ndarray,
        shares: np.ndarray,
        log_odds: float,
        threads: int,
    ) -> Rounds:
        differ = (self._encoded != encoded).astype(np.float32) @ self._read > 0
        gains = (shares[:, np.newaxis] - self._shares) / self._network.members
        # Scores are rounded, and vectors are in single precision: what is explained is the score.
        gains += (log_odds - self._empty - gains.sum(axis=0)) / self._network.members
        end = (own.sum(axis=0, dtype=np.float64) + self._bias).astype(np.float32)
        return Rounds(
            self._tail, Positions(own, self._vectors, self._starts, end, differ, gains), threads
        )

    def _attribution(
        self, log_odds: float, estimate: Estimate, coalitions: int, precise: bool
    ) -> Attribution:
        sampled = bool(estimate.se.any())
        return Attribution(
            names=self.names,
            values=estimate.values,
            base=self.base,
            log_odds=log_odds,
            gap=float(self.base + estimate.values.sum() - log_odds),
            se=estimate.se if sampled else None,
            bars=estimate.bars if sampled else None,
            precise=precise,
            method="sampled" if sampled else "exact",
            n_reference=len(self._empty),
            n_coalitions=coalitions,
        )

    def _blocks(self) -> np.ndarray:
        blocks = np.zeros((len(self._slots), len(self._first)), np.float32)
        for row, slots in enumerate(self._slots):
            blocks[row, slots] = 1
        return blocks

    def _field_vectors(self, encoded: np.ndarray) -> np.ndarray:
        """Return (p, M · h1) float32, what each field adds to the first layer."""
        vectors = np.empty((len(self._slots), self._first.shape[1]), np.float32)
        for vector, slots in zip(vectors, self._slots, strict=True):
            vector[:] = encoded[slots] @ self._first[slots]
        return vectors

    def _require_additive(self, vectors: np.ndarray, log_odds: float) -> np.ndarray:
        """Return (M,) each member's log-odds from the fields' vectors, added up.

        Raises:
            ExplanationError: Their mean is not what the network scores.
        """
        pre = vectors.sum(axis=0, dtype=np.float64) + self._bias
        shares = self._network.tails(pre[np.newaxis])[:, 0]
        summed = float(shares.mean())
        if abs(summed - log_odds) > LARGEST_DRIFT * (1 + abs(log_odds)):
            raise ExplanationError(
                f"The fields add up to log-odds of {summed:.4f}, but the model scores "
                f"{log_odds:.4f}. It cannot be explained: its first layer should be additive."
            )
        return shares

    def _require_few(self, rounds: Rounds) -> None:
        if rounds.most_players > MOST_EXACT:
            raise ExplanationError(
                f"The applicant differs from the reference population in up to "
                f"{rounds.most_players} fields, and coalitions of at most {MOST_EXACT} can be "
                "enumerated. Ask for short error bars instead."
            )


def explain(model: Explainable, features: pd.DataFrame, reference: pd.DataFrame) -> Attribution:
    """Return the attribution of one applicant; for many, prepare an `Explainer` once."""
    return Explainer(model, reference).explain(features)
