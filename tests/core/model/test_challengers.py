"""core.model.challengers: what the network has to beat, stored without pickle."""

import numpy as np
import pandas as pd
import pytest
import skops.io

from core.data.schema import Column
from core.model.challengers import (
    NAMES,
    TRUSTED,
    challenger_files,
    fit_challengers,
    majority,
    read_challenger,
)

COLUMNS = [Column("income", "number", "feature"), Column("job", "category", "feature")]


def applicants(n=600, seed=0):
    """Return applicants whose income decides, and who turned bad."""
    random = np.random.default_rng(seed)
    income = random.normal(size=n)
    frame = pd.DataFrame(
        {
            "income": np.where(random.random(n) < 0.1, np.nan, income),
            "job": pd.Series(random.choice(["fixed", "freelance", None], n), dtype="str"),
        }
    )
    return frame, (income + random.normal(size=n) < -0.5).astype(np.int8)


@pytest.fixture(scope="module")
def fitted():
    """Return both challengers."""
    frame, y = applicants()
    return fit_challengers(frame, y, COLUMNS, np.arange(len(y)) % 5 == 0)


def test_both_rank_better_than_chance(fitted):
    """Bads of unseen applicants get higher probabilities, missing values included."""
    frame, y = applicants(seed=2)
    assert [each.name for each in fitted] == list(NAMES.values())
    for challenger in fitted:
        pd_hat = challenger.predict(frame)
        assert pd_hat[y == 1].mean() > pd_hat[y == 0].mean() + 0.1


def test_stored_challengers_predict_the_same(fitted):
    """A file read back gives the same bits."""
    files, (frame, _) = challenger_files(fitted), applicants(seed=2)
    for challenger in fitted:
        again = read_challenger(challenger.key, files.__getitem__)
        assert np.array_equal(again.predict(frame), challenger.predict(frame))


def test_files_hold_only_trusted_types(fitted):
    """No function and no foreign class: nothing in a file can be made to run."""
    for challenger in fitted:
        types = skops.io.get_untrusted_types(data=challenger.to_bytes())
        assert set(types) <= set(TRUSTED)


def test_unknown_categories_and_missing_values_are_scored(fitted):
    """What no training row had is a number all the same."""
    frame = pd.DataFrame({"income": [np.nan], "job": pd.Series(["astronaut"], dtype="str")})
    for challenger in fitted:
        assert 0 < challenger.predict(frame)[0] < 1


def test_each_is_announced_before_it_is_fitted():
    """The page says what is being done; whoever listens may stop it."""
    frame, y = applicants()

    def stop(name):
        raise InterruptedError(name)

    with pytest.raises(InterruptedError, match="Logistic regression"):
        fit_challengers(frame, y, COLUMNS, y > 0, before=stop)


def test_majority_is_the_bad_rate():
    """It knows no applicant."""
    assert majority(np.array([1, 0, 0, 0]), 2).tolist() == [0.25, 0.25]
