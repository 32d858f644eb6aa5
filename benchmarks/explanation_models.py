"""The models that the explanation benchmark explains, their applicants and their population."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.contract import Options
from core.data.schema import Column, outcome_vector
from core.decision.policy import probability
from core.explanation.reference import choose
from core.model.encoding import Encoder
from core.model.fitting import fit_encoder, fit_network
from core.model.served import ServedNetwork
from core.model.settings import PRESETS, NetworkSettings

REFERENCE_ROWS = 100
APPROVED = 0.7
"""Share of applicants below the cut-off; those just below it are the reference population."""
EPOCHS, QUICK_EPOCHS = 15, 3
"""How long a network learns changes its weights, not what explaining it costs."""

SETTINGS: dict[str, NetworkSettings] = {
    "64-32-1": NetworkSettings(layers=(64, 32)),
    "recommended": PRESETS["recommended"].settings,
    "additive": PRESETS["additive"].settings,
}


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained network.

    Attributes:
        encoder: Features to the network's input.
        network: What is explained.
        applicants: Features of rows it did not learn from.
        reference: Features of those who just pass.
    """

    encoder: Encoder
    network: ServedNetwork
    applicants: pd.DataFrame
    reference: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _CutOff:
    approve_below: float


def models(options: Options) -> dict[str, Model]:
    """Train each network on two rows of three. Protected fields count: more is to be explained."""
    frame, schema = options.table()
    columns = [
        replace(column, role="feature")
        for column in schema.columns
        if column.role in ("feature", "protected") and column.kind in ("number", "category")
    ]
    y = outcome_vector(frame, schema)
    test = np.random.default_rng(0).random(len(frame)) < 1 / 3
    return {
        name: _fitted(options, settings, columns, frame, y, test)
        for name, settings in SETTINGS.items()
    }


def _fitted(
    options: Options,
    settings: NetworkSettings,
    columns: list[Column],
    frame: pd.DataFrame,
    y: np.ndarray,
    test: np.ndarray,
) -> Model:
    settings = replace(settings, epochs=QUICK_EPOCHS if options.quick else EPOCHS)
    train = frame[~test]
    fold = np.random.default_rng(1).integers(0, max(settings.folds, 5), len(train))
    # With one fold, a fifth of the rows decides when to stop; with more, each is left out once.
    fold = np.where(fold == 0, 0, -1) if settings.folds == 1 else fold % settings.folds
    encoder = fit_encoder(train, y[~test], columns, settings, fold)
    fitted = fit_network(train, y[~test], encoder, settings, fold)
    if fitted is None:
        raise RuntimeError("A training ended before its first epoch.")
    names = [column.name for column in columns]
    pd_hat = probabilities(fitted.network.log_odds(fitted.encoder.encode(train)))
    cut_off = _CutOff(float(np.quantile(pd_hat, APPROVED)))
    reference = choose(train[names], pd_hat, cut_off, n=REFERENCE_ROWS)
    return Model(fitted.encoder, fitted.network, frame.loc[test, names], reference.frame)


def probabilities(log_odds: np.ndarray) -> np.ndarray:
    """Return (n,) probabilities of default."""
    return np.array([probability(each) for each in log_odds.tolist()])
