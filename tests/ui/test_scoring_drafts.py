"""Drafts of applicants in the memory of the serving process."""

import pytest

from ui.scoring_drafts import Drafts, Kept

ANN = Kept("ds_1", 7, {"Income": 40.0})


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def test_a_token_brings_the_draft_back_and_says_nothing_about_it():
    """Tokens are long and random."""
    drafts = Drafts()
    token = drafts.keep(ANN)
    assert drafts.find(token) == ANN
    assert len(token) >= 22
    assert drafts.keep(ANN) != token


def test_a_draft_is_replaced_under_its_token():
    """One applicant, one token, however much is typed."""
    drafts = Drafts()
    token = drafts.keep(ANN)
    later = Kept("ds_1", 7, {"Income": 41.0})
    assert drafts.keep(later, token) == token
    assert drafts.find(token) == later


def test_the_least_used_goes_first():
    """Memory is bounded; looking at a draft is using it."""
    drafts = Drafts(most=2)
    first, second = drafts.keep(ANN), drafts.keep(ANN)
    drafts.find(first)
    third = drafts.keep(ANN)
    assert [drafts.find(token) for token in (first, second, third)] == [ANN, None, ANN]


@pytest.mark.parametrize(("passed", "found"), [(60.0, ANN), (60.1, None)])
def test_a_draft_ends_after_its_time(passed, found):
    """It counts from the last use."""
    clock = Clock()
    drafts = Drafts(kept_s=60, clock=clock)
    token = drafts.keep(ANN)
    clock.now = 50
    drafts.find(token)
    clock.now = 50 + passed
    assert drafts.find(token) == found


def test_what_is_forgotten_is_gone():
    """Twice is no failure."""
    drafts = Drafts()
    token = drafts.keep(ANN)
    drafts.forget(token)
    drafts.forget(token)
    assert drafts.find(token) is None


def test_a_draft_in_a_log_line_holds_no_value():
    """Whoever prints one by mistake tells nothing about the applicant."""
    assert "40" not in repr(ANN)
