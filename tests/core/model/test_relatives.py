"""Relatives: near copies of a row that share its outcome are noticed, and nothing else is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.repeats import RELATIVES
from core.data.schema import Column
from core.model.relatives import FEWEST_ROWS, MOST_ROWS, kinship, one_fold_each
from core.model.settings import PRESETS

TEAM = PRESETS["recommended"].settings
NAMES = [f"sum_{number}" for number in range(8)]
COLUMNS = [Column(name, "number", "feature") for name in NAMES]


def loans(rows=2_000, each=3, noise=0.03, seed=0):
    """Applicants with several rows each, a few per cent apart, and one outcome."""
    random = np.random.default_rng(seed)
    people = rows // each
    sums = np.exp(random.normal(8, 1, (people, len(NAMES))))
    z = np.log(sums).sum(axis=1) - 8 * len(NAMES)
    bad = (random.random(people) < 1 / (1 + np.exp(1 - z / 2))).astype(int)
    person = random.permutation(np.arange(rows) % people)
    values = sums[person] * np.exp(random.normal(0, noise, (rows, len(NAMES))))
    return pd.DataFrame(values, columns=NAMES), bad[person]


def test_near_copies_are_noticed():
    """More the nearer they are."""
    near, far = (kinship(*loans(noise=noise), COLUMNS) for noise in (0.01, 0.3))
    assert near > 0.8
    assert RELATIVES < far < near


def test_exact_copies_are_the_nearest_there_is():
    """A row is not its own neighbour, whatever stands first."""
    assert kinship(*loans(noise=0.0), COLUMNS) > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_rows_that_stand_for_themselves_are_no_relatives(seed):
    """Though who has similar fields has a similar risk."""
    assert abs(kinship(*loans(each=1, seed=seed), COLUMNS)) < 0.15


def test_so_few_rows_are_not_judged():
    """Chance would decide."""
    assert kinship(*loans(FEWEST_ROWS - 2, each=2), COLUMNS) is None


def test_each_network_of_relatives_has_a_fold():
    """As many networks as before, that hear of outcomes from the beginning."""
    team = one_fold_each(TEAM, *loans(), COLUMNS, None)
    assert (team.folds, team.members) == (16, 1)
    assert team.networks == TEAM.networks
    assert (team.batch_size, team.taught, team.refit) == (96, 0.5, False)


@pytest.mark.parametrize(
    ("settings", "each", "groups"),
    [
        (TEAM, 1, None),
        (TEAM, 3, np.zeros(2_000)),
        (PRESETS["additive"].settings, 3, None),
        (PRESETS["paper"].settings, 3, None),
        (replace(TEAM, members=6), 3, None),
        (replace(TEAM, apart=False), 3, None),
    ],
)
def test_others_keep_their_settings(settings, each, groups):
    """No relatives, tied by an identifier, no team, too many networks, or not asked for."""
    assert one_fold_each(settings, *loans(each=each), COLUMNS, groups) is settings


def test_large_files_are_not_kept_waiting():
    """Nor are those with hardly a bad for each fold."""
    assert one_fold_each(TEAM, *loans(MOST_ROWS), COLUMNS, None) is TEAM
    features, y = loans()
    rare = np.flatnonzero(y)[79:]
    y[rare] = 0
    assert one_fold_each(TEAM, features, y, COLUMNS, None) is TEAM
