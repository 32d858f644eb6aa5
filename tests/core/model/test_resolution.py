"""How fine a file is encoded: as fine as unseen rows bear out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.data.splitting import inner_folds
from core.model import resolution
from core.model.cuts import FINER_DEVIANCES, LEAST_DEVIANCE
from core.model.encoding import Encoder
from core.model.fitting import fit_encoder
from core.model.resolution import MANY_ROWS, MOST_ROWS, least_deviance
from core.model.settings import PRESETS

SETTINGS = PRESETS["recommended"].settings
NAMES = ("amount", "income", "months")
COLUMNS = [Column(name, "number", "feature") for name in NAMES]


def loans(rows, *, jumps, size=0.9):
    """Numbers whose risk jumps at so many places each, or rises evenly."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame({name: random.random(rows) for name in NAMES})
    steps = random.normal(0, size, (len(NAMES), max(jumps, 1)))
    z = sum(
        each[(frame[name] * jumps).astype(int)] if jumps else 1.5 * frame[name]
        for name, each in zip(NAMES, steps, strict=True)
    )
    y = np.asarray(random.random(rows) < 1 / (1 + np.exp(1.2 - z + np.mean(z))), int)
    return frame, y


def chosen(frame, y, settings=SETTINGS, columns=COLUMNS):
    """What a cut must take off the deviance, judged by the folds of a team."""
    fold = inner_folds(y, None, max(2, settings.folds), 0)
    return least_deviance(frame, y, columns, settings, fold)


def test_finer_cuts_are_taken_where_unseen_rows_bear_them_out():
    """Risk that jumps at fifty places, and then the encoder has more slots."""
    frame, y = loans(MANY_ROWS, jumps=50)
    assert chosen(frame, y) in FINER_DEVIANCES
    fold = inner_folds(y, None, SETTINGS.folds, 0)
    finer = fit_encoder(frame, y, COLUMNS, SETTINGS, fold)
    usual = Encoder.fit(frame, COLUMNS, bins=SETTINGS.bins, cuts=SETTINGS.cuts, y=y)
    assert finer.width > usual.width


def test_an_even_risk_stays_at_the_usual_cuts():
    """Finer ones would be noise."""
    assert chosen(*loans(MANY_ROWS, jumps=0)) == LEAST_DEVIANCE


@pytest.mark.parametrize(
    "change", [{"folds": 1, "taught": 0.0}, {"cuts": 0}, {"numeric": "standard"}]
)
def test_what_has_no_cuts_or_folds_is_not_judged(change):
    """There is nothing to choose."""
    assert chosen(*loans(MANY_ROWS, jumps=50), replace(SETTINGS, **change)) == LEAST_DEVIANCE


def test_smaller_files_are_not_judged():
    """A dozen teams are trained on them."""
    assert chosen(*loans(MANY_ROWS - 1, jumps=50)) == LEAST_DEVIANCE


def test_larger_files_are_not_judged_either():
    """Their jumps show by themselves."""
    assert chosen(*loans(MOST_ROWS, jumps=150, size=0.5)) == LEAST_DEVIANCE
    assert chosen(*loans(MOST_ROWS - 1, jumps=150, size=0.5)) in FINER_DEVIANCES


@pytest.mark.parametrize(
    ("deviances", "expected"),
    [
        ({12.0: 100.0, 6.0: 88.0, 4.0: 76.0}, 4.0),
        ({12.0: 100.0, 6.0: 88.0, 4.0: 77.0}, 6.0),
        ({12.0: 100.0, 6.0: 89.0, 4.0: 0.0}, 12.0),
    ],
)
def test_each_finer_encoding_has_to_prove_itself(monkeypatch, deviances, expected):
    """By as much as one cut must where nothing is judged; else the next is not tried."""
    seen = []

    def unseen(features, y, columns, settings, left_out, least):
        seen.append((least, int(left_out.sum())))
        return deviances[least]

    monkeypatch.setattr(resolution, "_unseen", unseen)
    assert chosen(*loans(24_000, jumps=0)) == expected
    assert {rows for _, rows in seen} == {6_000}  # one fold of four is enough
    assert len(seen) == (2 if expected == LEAST_DEVIANCE else 3)


def test_small_folds_all_judge(monkeypatch):
    """A quarter of a small file would be too few."""
    seen = []
    monkeypatch.setattr(resolution, "_unseen", lambda *args: seen.append(args[4]) or 100.0)
    chosen(*loans(MANY_ROWS, jumps=0))
    usual = seen[: SETTINGS.folds]
    assert np.sum(usual, axis=0).tolist() == [1] * MANY_ROWS


def test_a_column_that_hardly_varies_is_no_obstacle():
    """Without one fold it may hold a single value."""
    frame, y = loans(MANY_ROWS, jumps=50)
    rare = frame.assign(rare=np.where(np.arange(MANY_ROWS) == 5, 1.0, 0.0))
    columns = [*COLUMNS, Column("rare", "number", "feature")]
    assert chosen(rare, y, columns=columns) in FINER_DEVIANCES
