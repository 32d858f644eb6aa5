"""`python -m benchmarks applicant`: what its figures mean."""

from benchmarks.applicant import _times


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
