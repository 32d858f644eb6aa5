"""How fine a file is encoded: as fine as unseen rows bear out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.data.splitting import inner_folds
from core.model.blocks import FINE_DEVIANCE, LEAST_DEVIANCE
from core.model.encoding import Encoder
from core.model.fitting import fit_encoder
from core.model.resolution import MANY_ROWS, least_deviance
from core.model.settings import PRESETS

SETTINGS = PRESETS["recommended"].settings
NAMES = ("amount", "income", "months")
COLUMNS = [Column(name, "number", "feature") for name in NAMES]


def loans(rows, *, jumps):
    """Numbers whose risk jumps at fifty places each, or rises evenly."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame({name: random.random(rows) for name in NAMES})
    steps = random.normal(0, 0.9, (len(NAMES), 50))
    z = sum(
        each[(frame[name] * 50).astype(int)] if jumps else 1.5 * frame[name]
        for name, each in zip(NAMES, steps, strict=True)
    )
    y = (random.random(rows) < 1 / (1 + np.exp(1.2 - z + np.mean(z)))).astype(int)
    return frame, y


def chosen(frame, y, settings=SETTINGS, columns=COLUMNS):
    """What a cut must take off the deviance, judged by the folds of a team."""
    fold = inner_folds(y, None, max(2, settings.folds), 0)
    return least_deviance(frame, y, columns, settings, fold)


def test_finer_cuts_are_taken_where_unseen_rows_bear_them_out():
    """Risk that jumps at fifty places, and then the encoder has more slots."""
    frame, y = loans(MANY_ROWS, jumps=True)
    assert chosen(frame, y) == FINE_DEVIANCE
    fold = inner_folds(y, None, SETTINGS.folds, 0)
    finer = fit_encoder(frame, y, COLUMNS, SETTINGS, fold)
    usual = Encoder.fit(frame, COLUMNS, bins=SETTINGS.bins, cuts=SETTINGS.cuts, y=y)
    assert finer.width > usual.width


def test_an_even_risk_stays_at_the_usual_cuts():
    """Finer ones would be noise."""
    assert chosen(*loans(MANY_ROWS, jumps=False)) == LEAST_DEVIANCE


@pytest.mark.parametrize(
    "change", [{"folds": 1, "taught": 0.0}, {"cuts": 0}, {"numeric": "standard"}]
)
def test_what_has_no_cuts_or_folds_is_not_judged(change):
    """There is nothing to choose."""
    assert chosen(*loans(MANY_ROWS, jumps=True), replace(SETTINGS, **change)) == LEAST_DEVIANCE


def test_smaller_files_are_not_judged():
    """A dozen teams are trained on them."""
    assert chosen(*loans(MANY_ROWS - 1, jumps=True)) == LEAST_DEVIANCE


def test_a_column_that_hardly_varies_is_no_obstacle():
    """Without one fold it may hold a single value."""
    frame, y = loans(MANY_ROWS, jumps=True)
    rare = frame.assign(rare=np.where(np.arange(MANY_ROWS) == 5, 1.0, 0.0))
    columns = [*COLUMNS, Column("rare", "number", "feature")]
    assert chosen(rare, y, columns=columns) == FINE_DEVIANCE
