"""core.model.fitting: which networks boosted trees teach."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.model import fitting
from core.model.fitting import fit_encoder, fit_network
from core.model.settings import MANY_ROWS, PRESETS

SETTINGS = replace(
    PRESETS["recommended"].settings,
    epochs=12,
    patience=0,
    learning_rate=5e-3,
    layers=(16,),
    members=1,
)


@pytest.mark.parametrize(
    ("rows", "settings", "taught"),
    [
        (MANY_ROWS, SETTINGS, True),
        (MANY_ROWS - 1, SETTINGS, False),
        (MANY_ROWS, replace(SETTINGS, taught=0.0), False),
    ],
)
def test_trees_teach_on_large_files(rows, settings, taught, monkeypatch):
    """Where they do, their lesson reaches the networks; here they say the opposite."""
    asked = []

    def turned(inputs, y, fold, seed, should_stop):
        asked.append(inputs.shape)
        return np.tile(1 - y, (settings.folds, 1))

    monkeypatch.setattr(fitting, "opinions", turned)
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"Income": random.random(rows), "Debt": random.random(rows)})
    y = (random.random(rows) < frame["Income"]).to_numpy().astype(np.int8)
    columns = [Column("Income", "number", "feature"), Column("Debt", "number", "feature")]
    fold = np.arange(rows) % settings.folds
    encoder = fit_encoder(frame, y, columns, settings, fold)
    fitted = fit_network(frame, y, encoder, settings, fold)
    assert asked == ([(rows, 2)] if taught else [])
    fourth = fitted.trained.history[3]  # of the first term, if there are terms
    assert (fourth.val_auc < 0.5) == taught
