"""core.model.fitting: which networks boosted trees teach."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.model import fitting
from core.model.fitting import fit_encoder, fit_network
from core.model.settings import PRESETS

ROWS = 2_000

SETTINGS = replace(
    PRESETS["recommended"].settings,
    epochs=12,
    patience=0,
    learning_rate=5e-3,
    layers=(16,),
    members=1,
)


@pytest.mark.parametrize(
    ("settings", "knows", "taught"),
    [
        (SETTINGS, True, True),
        (SETTINGS, False, False),
        (replace(SETTINGS, taught=0.0), True, False),
    ],
)
def test_trees_teach_who_know_enough(settings, knows, taught, monkeypatch):
    """Where they do, their lesson reaches the networks; here they say the opposite."""
    asked = []

    def turned(inputs, x, y, fold, seed, should_stop):
        asked.append((inputs.shape, len(x)))
        return np.tile(1 - y, (settings.folds, 1)) if knows else None

    monkeypatch.setattr(fitting, "opinions", turned)
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"Income": random.random(ROWS), "Debt": random.random(ROWS)})
    y = (random.random(ROWS) < frame["Income"]).to_numpy().astype(np.int8)
    columns = [Column("Income", "number", "feature"), Column("Debt", "number", "feature")]
    fold = np.arange(ROWS) % settings.folds
    encoder = fit_encoder(frame, y, columns, settings, fold)
    history = fit_network(frame, y, encoder, settings, fold).trained.history
    assert asked == ([((ROWS, 2), ROWS)] if settings.taught else [])
    assert any(each.taught for each in history) == taught
    assert (history[3].val_auc < 0.5) == taught  # of the first term, if there are terms
