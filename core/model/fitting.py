"""From features and outcomes to a network that can score: encoding, training, calibration."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

from core.data.schema import Column
from core.errors import ModelError
from core.model.batches import Rows
from core.model.blocks import NumberBlock
from core.model.calibration import Calibration, calibrate
from core.model.challengers_sklearn import Trees
from core.model.encoding import Encoder
from core.model.keeper import Watch
from core.model.network import ColumnSlots, plain
from core.model.resolution import least_deviance
from core.model.served import ServedNetwork
from core.model.settings import NetworkSettings
from core.model.teacher import opinions
from core.model.training import UNWATCHED, Trained, train


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A network that scores, and what was learnt on the way.

    Attributes:
        encoder: Features to the network's input.
        network: Calibrated.
        trained: As training left it.
        calibration: What the last layer has taken in.
        held_out: (n,) calibrated log-odds of the rows by the networks that left them out; NaN
            where none did.
    """

    encoder: Encoder
    network: ServedNetwork
    trained: Trained
    calibration: Calibration
    held_out: np.ndarray

    @property
    def model(self) -> keras.Model:
        """The same network of Keras' built-in layers, giving (n, 1) log-odds."""
        return plain(self.network)


def fit_encoder(
    features: pd.DataFrame,
    y: np.ndarray,
    columns: Sequence[Column],
    settings: NetworkSettings,
    fold: np.ndarray,
) -> Encoder:
    """Fit an encoder to the rows that networks learn from; arguments as of `fit_network`.

    Raises:
        ModelError: A column cannot be used.
    """
    learnt = fold < 0 if settings.folds == 1 else np.full(len(y), True)
    least = least_deviance(features, y, columns, settings, fold)
    return Encoder.fit(
        features[learnt], columns, settings.numeric, settings.bins, settings.cuts, y[learnt], least
    )


def fit_network(
    features: pd.DataFrame,
    y: np.ndarray,
    encoder: Encoder,
    settings: NetworkSettings,
    fold: np.ndarray,
    watch: Watch = UNWATCHED,
    width: int = 0,
) -> Fitted | None:
    """Fit a network to encoded rows, and calibrate it.

    Args:
        features: (n, ≥ p) rows to learn from and to be judged on.
        y: (n,) their outcomes; 1 = bad.
        encoder: Of the p feature columns.
        settings: What to train.
        fold: (n,) with one fold, 0 for validation rows and -1 for rows to learn from; with more,
            the fold that leaves the row out. See core.data.splitting.
        watch: Is told about steps and epochs.
        width: See core.model.training.

    Returns:
        The network, or None if it was stopped before its first epoch ended.

    Raises:
        ModelError: A direction is not that of a number, or the loss is not a number any more.
    """
    slots = column_slots(encoder, settings)
    with _rows(features, y, encoder, settings, fold, watch) as rows:
        trained = train(settings, rows, slots, watch, width)
    if trained is None:
        return None
    judged = ~np.isnan(trained.held_out)
    found = (
        calibrate(trained.held_out[judged], y[judged], settings.seed)
        if settings.calibrate
        else Calibration()
    )
    network = trained.network.calibrated(found.slope, found.shift)
    return Fitted(encoder, network, trained, found, found.apply(trained.held_out))


@contextmanager
def _rows(
    features: pd.DataFrame,
    y: np.ndarray,
    encoder: Encoder,
    settings: NetworkSettings,
    fold: np.ndarray,
    watch: Watch,
) -> Iterator[Rows]:
    """Yield what a network learns from; the trees that teach it grow beside its first epoch."""
    x = encoder.encode(features)
    if not settings.taught:
        yield Rows(x, y, fold)
        return
    with ThreadPoolExecutor(1, "teacher") as thread:
        said = thread.submit(
            opinions,
            Trees.inputs(encoder, features),
            x,
            y,
            fold,
            settings.seed,
            watch.should_stop,
        )
        yield Rows(x, y, fold, said.result)


def column_slots(encoder: Encoder, settings: NetworkSettings) -> list[ColumnSlots]:
    """Return where each column is in the input, and which way it may go.

    Raises:
        ModelError: A direction is given for a column that is no number among the features.
    """
    numbers = {block.name: block for block in encoder.numbers}
    if wrong := sorted(set(settings.monotone) - set(numbers)):
        raise ModelError(
            f"Only a number among the features can be monotone, and {', '.join(wrong)} "
            f"{'is' if len(wrong) == 1 else 'are'} none. Take the direction away."
        )
    return [_slots(encoder, name, numbers, settings) for name in encoder.names]


def _slots(
    encoder: Encoder, name: str, numbers: dict[str, NumberBlock], settings: NetworkSettings
) -> ColumnSlots:
    place = encoder.block(name)
    # The last slot of a number says that it is missing, which is neither large nor small.
    ordered = slice(place.start, place.stop - 1 if name in numbers else place.start)
    return ColumnSlots(place, ordered, settings.monotone.get(name, 0))
