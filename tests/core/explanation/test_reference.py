"""Who an applicant is compared with."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.data.conditions import Condition
from core.errors import CohortError, ExplanationError
from core.explanation.cohort import Cohort
from core.explanation.reference import KINDS, choose, from_files, of_cohort, to_files

PD = np.array([0.05, 0.30, 0.19, 0.21, 0.18, 0.02, 0.20])
FRAME = pd.DataFrame(
    {"income": PD * 100, "row": pd.Series(list("abcdefg"), dtype="str")}, index=range(10, 17)
)
RENTERS = Cohort("coh_1", "Renters", (Condition("Home", "is", ("rent",)),))
POLICY = SimpleNamespace(approve_below=0.20)


def test_near_cut_off_are_the_riskiest_who_pass():
    """The cut-off itself does not pass; rows keep their ids and their order."""
    reference = choose(FRAME, PD, POLICY, "near_cut_off", n=3)
    assert list(reference.frame.index) == [10, 12, 14]
    assert (reference.n, reference.of) == (3, 7)
    assert "3 applicants of 7 who just pass" in reference.sentence
    assert "from 5.0\xa0% to just below the cut-off of 20.0\xa0%" in reference.sentence


def test_approved_are_drawn_from_all_who_pass():
    """Everybody below the cut-off may be in it, and nobody else."""
    reference = choose(FRAME, PD, POLICY, "approved", n=100)
    assert list(reference.frame.index) == [10, 12, 14, 15]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_choice_is_the_same_population(kind):
    """Same data, kind and seed give the same rows and id; another kind another id."""
    first, second = (choose(FRAME, PD, POLICY, kind, n=3, seed=4) for _ in range(2))
    assert first.id == second.id
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert len({choose(FRAME, PD, POLICY, k, n=7).id for k in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", ["near_cut_off", "approved"])
def test_nobody_passing_is_said(kind):
    """Where the cut-off lets nobody pass, the safest stand in, in so many words."""
    reference = choose(FRAME, PD, SimpleNamespace(approve_below=0.01), kind, n=2)
    assert list(reference.frame.index) == [10, 15]
    assert "No applicant of 7 passes the cut-off of 1.0\xa0%" in reference.sentence


def test_files_bring_every_population_back():
    """Rows, ids and words survive, even for features that are called row or reference."""
    chosen = [choose(FRAME, PD, POLICY, kind, n=3) for kind in KINDS]
    restored = from_files(to_files(chosen).__getitem__)
    assert list(restored) == list(KINDS)
    for before in chosen:
        after = restored[before.kind]
        assert after.facts() == before.facts()
        pd.testing.assert_frame_equal(after.frame, before.frame, check_index_type=False)


@pytest.mark.parametrize(
    ("frame", "kind", "words"),
    [
        (FRAME.iloc[:0], "all", "at least one applicant"),
        (FRAME, "neighbours", "There is no reference population 'neighbours'"),
    ],
)
def test_what_cannot_be_chosen_is_refused(frame, kind, words):
    """The message names what came."""
    with pytest.raises(ExplanationError, match=words):
        choose(frame, PD[: len(frame)], POLICY, kind)


def test_a_cohort_can_be_compared_with():
    """It has its own kind, name and sentence; the same rows give the same id."""
    frame = pd.DataFrame({"income": np.arange(40.0)})
    first, second = (of_cohort(frame, 900, RENTERS, "Home is rent", n=25) for _ in range(2))
    assert (first.kind, first.name) == ("cohort:coh_1", "applicants of “Renters”")
    assert (first.n, first.of, first.id) == (25, 900, second.id)
    assert first.sentence == (
        "“Renters”: 25 drawn at random from the 40 of 900 applicants of the training part for "
        "whom Home is rent."
    )


def test_a_cohort_of_few_is_not_compared_with():
    """Nine applicants are too few to stand for a population."""
    with pytest.raises(CohortError, match="“Renters” has 9 of these 900 applicants"):
        of_cohort(pd.DataFrame({"income": np.arange(9.0)}), 900, RENTERS, "Home is rent")
