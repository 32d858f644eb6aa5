"""core.model.challengers: what the network has to beat, stored without pickle."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import skops.io

from core.data.schema import Column
from core.errors import ModelError
from core.evaluation.words import model_label
from core.model.challengers import (
    KINDS,
    challenger_files,
    fit_challengers,
    majority,
    read_challenger,
)
from core.model.challengers_boosted import CatBoost, LightGBM, XGBoost
from core.model.challengers_kind import Lesson, Pace
from core.model.challengers_library import TreeColumns
from core.model.challengers_sklearn import TRUSTED, Trees

COLUMNS = [Column("income", "number", "feature"), Column("job", "category", "feature")]
ALWAYS = ["logistic", "scorecard", "trees"]
LIBRARIES = [LightGBM, XGBoost, CatBoost]


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
    """Return all challengers that are installed."""
    frame, y = applicants()
    return fit_challengers(frame, y, COLUMNS, np.arange(len(y)) % 5 == 0)


@pytest.fixture
def lesson():
    """Return a lesson of applicants."""
    frame, y = applicants()
    return Lesson(frame, y, COLUMNS, np.arange(len(y)) % 5 == 0)


def test_those_that_need_nothing_are_always_there(fitted):
    """Libraries come after them, where they are installed."""
    installed = [key for key, kind in KINDS.items() if kind.installed()]
    assert [each.key for each in fitted] == installed
    assert installed[:3] == ALWAYS


def test_all_rank_better_than_chance(fitted):
    """Bads of unseen applicants get higher probabilities, missing values included."""
    frame, y = applicants(seed=2)
    for challenger in fitted:
        pd_hat = challenger.predict(frame)
        assert pd_hat[y == 1].mean() > pd_hat[y == 0].mean() + 0.1, challenger.key


def test_stored_challengers_predict_the_same(fitted):
    """A file read back gives the same numbers; CatBoost's JSON rounds the last bit."""
    files, (frame, _) = challenger_files(fitted), applicants(seed=2)
    for challenger in fitted:
        again = read_challenger(challenger.key, files.__getitem__)
        assert again.predict(frame) == pytest.approx(challenger.predict(frame), abs=1e-12)


def test_files_hold_only_text_or_trusted_types(fitted):
    """No function and no foreign class: nothing in a file can be made to run."""
    for name, content in challenger_files(fitted).items():
        if name.endswith(".skops"):
            assert set(skops.io.get_untrusted_types(data=content)) <= set(TRUSTED)
        else:
            assert content.decode("utf-8").isprintable() or name.endswith((".json", ".txt"))


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


def test_names_are_those_of_the_evaluation():
    """A challenger is called the same while it is fitted and where it is judged."""
    assert {key: kind.name for key, kind in KINDS.items()} == {k: model_label(k) for k in KINDS}


def test_a_library_that_is_not_there_is_left_out_and_named(monkeypatch):
    """A training goes on without it; only a run that holds it cannot be read."""
    monkeypatch.setattr(LightGBM, "module", "no_such_library")
    assert not KINDS["lightgbm"].installed()
    with pytest.raises(ModelError, match=r"LightGBM is not installed.*lendlens\[challengers\]"):
        read_challenger("lightgbm", {}.__getitem__)


@pytest.mark.parametrize("kind", [Trees, *LIBRARIES])
def test_rows_that_validate_say_how_many_rounds_are_enough(kind, lesson):
    """With noise to learn, trees stop long before their limit."""
    if kind is not Trees and not kind.installed():
        pytest.skip(f"{kind.name} is not installed")
    pace = Pace(learning_rate=0.3, most_rounds=400, patience=5)
    stopped, rounds, loss = kind.stop_early(replace(lesson, pace=pace))
    assert 1 <= rounds < 100
    assert 0.3 < loss < 0.69  # ln 2 is a coin toss
    assert isinstance(stopped, kind)


@pytest.mark.parametrize("kind", [Trees, *LIBRARIES])
def test_a_column_of_categories_alone_is_enough(kind, lesson):
    """A file need not hold a number."""
    if kind is not Trees and not kind.installed():
        pytest.skip(f"{kind.name} is not installed")
    jobs = replace(lesson, columns=COLUMNS[1:])
    assert np.isfinite(kind.fit(jobs).predict(lesson.frame)).all()


def test_categories_become_codes():
    """Known values by frequency, any other next, missing as NaN."""
    frame = pd.DataFrame(
        {"job": pd.Series(["b", "a", "b", None], dtype="str"), "income": [1.0] * 4}
    )
    columns = TreeColumns.fit(frame, COLUMNS)
    unseen = pd.DataFrame({"job": pd.Series(["a", "c", None], dtype="str"), "income": [2.0] * 3})
    assert columns.matrix(unseen)[:, 1] == pytest.approx([1, 2, np.nan], nan_ok=True)


def test_majority_is_the_bad_rate():
    """It knows no applicant."""
    assert majority(np.array([1, 0, 0, 0]), 2).tolist() == [0.25, 0.25]
