"""core.evaluation.checks: each finds what it looks for, and nothing where there is nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.evaluation.checks import Check, Subject, check_run, findings
from core.evaluation.report import evaluate
from tests.core.evaluation.runs import predictions


def subject(frame=None, features=None, score=None, **more):
    """Return a run of two columns that matter the same."""
    frame = predictions() if frame is None else frame
    log_odds = np.log(frame["network"] / (1 - frame["network"])).to_numpy()
    random = np.random.default_rng(5)
    half = random.normal(size=len(frame))
    columns = pd.DataFrame({"income": log_odds / 2 + half, "debt": log_odds / 2 - half})
    return Subject(
        frame,
        evaluate(frame, replicates=200),
        columns if features is None else features,
        pd.Index(frame.loc[frame["part"] == "train", "row"]),
        score or (lambda rows: rows.sum(axis=1).to_numpy()),
        **more,
    )


def found(subject):
    """Return the codes of the findings."""
    return {each.code for each in findings(check_run(subject))}


def check(subject, code):
    """Return one check."""
    return next(each for each in check_run(subject) if each.code == code)


def test_a_sound_run_passes():
    """Nine checks, none finds anything; the one that needs folds says it could not be made."""
    checks = check_run(subject())
    assert len(checks) == 9
    assert not findings(checks)
    assert {each.code for each in checks if each.result == "not applicable"} == {"stability"}
    assert all(each.evidence for each in checks)


def learnt_by_heart():
    """The network knows its training rows."""
    frame = predictions()
    known = (frame["part"] == "train") & (np.arange(len(frame)) % 2 == 0)
    frame.loc[known, "network"] = 0.02 + 0.96 * frame.loc[known, "y"]
    return subject(frame)


def beaten():
    """The trees beat the network."""
    frame = predictions()
    return subject(frame.assign(network=frame["logistic"], logistic=frame["network"]))


def other_validation():
    """Validation rows are ranked at random."""
    frame = predictions()
    rows = frame["part"] == "validation"
    frame.loc[rows, "network"] = np.random.default_rng(0).random(rows.sum())
    return subject(frame)


def leak():
    """One column is the score."""
    one = subject()
    features = one.features.assign(income=one.features.sum(axis=1), debt=0.0)
    return replace(one, features=features)


def rare():
    """Three in a hundred are bad."""
    frame = predictions(6000)
    kept = (frame["y"] == 0) | (np.random.default_rng(0).random(len(frame)) < 0.06)
    return subject(frame[kept].reset_index(drop=True).assign(row=np.arange(kept.sum())))


def short():
    """A hundred rows."""
    return subject(predictions(150))


def unstable():
    """Folds between .6 and .9."""
    rows = [{"model": "network", "auc": value} for value in (0.6, 0.7, 0.8, 0.9)]
    return subject(folds=pd.DataFrame(rows))


def twins():
    """Every row three times: in training, validation and test."""
    one = subject()
    thrice = one.features.iloc[np.arange(len(one.features)) // 3 * 3].reset_index(drop=True)
    return replace(one, features=thrice)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (learnt_by_heart, "overfit"),
        (beaten, "baseline"),
        (other_validation, "agreement"),
        (leak, "one_column"),
        (rare, "imbalance"),
        (short, "bads"),
        (unstable, "stability"),
        (twins, "duplicates"),
        (lambda: subject(kinship=0.7), "relatives"),
    ],
)
def test_each_check_finds_what_it_looks_for(make, code):
    """The finding comes with numbers and with something to do."""
    one = make()
    assert code in found(one)
    assert check(one, code).remedy
    assert any(letter.isdigit() for letter in check(one, code).evidence)


def test_a_network_that_learns_too_little_is_told_apart():
    """Training rows no better than test rows, and the trees rank better."""
    assert "underfit" in found(beaten())


def test_a_single_feature_cannot_carry_more_than_others():
    """Not applicable is not passed."""
    one = subject()
    alone = replace(one, features=one.features[["income"]])
    assert check(alone, "one_column").result == "not applicable"


def test_rows_tied_by_an_identifier_cannot_be_judged():
    """Nor can a few; not applicable is not passed."""
    assert check(subject(kinship=None), "relatives").result == "not applicable"


def test_checks_can_be_stored():
    """Nothing is lost."""
    checks = check_run(subject())
    assert tuple(Check(**each.to_json()) for each in checks) == checks
