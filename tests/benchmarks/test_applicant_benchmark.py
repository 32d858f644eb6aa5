"""`python -m benchmarks applicant`: what its figures mean."""

from benchmarks.applicant import _ratios, _times


def test_times_are_of_each_question():
    """As many as were asked, and the longest is no shorter than the middle one."""
    asked = []
    found = _times(asked.append, [3, 1, 2])
    assert asked == [3, 1, 2]
    assert found["n"] == 3
    assert 0 <= found["p50_s"] <= found["most_s"]


def test_nobody_to_ask_is_no_error():
    """A file in which everybody is approved has no times of recourse."""
    assert _times(abs, []) == {"n": 0}


def test_the_peer_is_measured_by_its_median():
    """Three times as long is 3; nobody asked is nothing."""
    assert _ratios({"n": 4, "p50_s": 0.6}, {"n": 4, "p50_s": 0.2}) == {
        "recourse_dice_over_lendlens": 3.0
    }
    assert _ratios({"n": 0}, {"n": 0}) == {}
