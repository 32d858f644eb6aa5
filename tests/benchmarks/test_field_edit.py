"""A changed field in Chromium: what its figures mean."""

from benchmarks.field_edit import _figures


def test_the_middle_and_the_longest_are_told():
    """Of as many changes as were seen; none seen is no time."""
    assert _figures([120.4, 99.6, 310.0]) == {"n": 3, "p50_ms": 120, "most_ms": 310}
    assert _figures([]) == {"n": 0}
