"""The picture of a lineage: boxes where they belong, and nothing of a name runs as markup."""

import re

from core.charts.lineage import Box, tree

BOXES = [
    Box(0, "loans.csv", "100 rows", None),
    Box(1, "2 steps", "", 0),
    Box(2, "First", "", 1, "/training?dataset=ds_1"),
    Box(1, "no step", "", 0),
]


def test_boxes_stand_in_columns_and_rows():
    """A parent stands beside its first child, the next branch below."""
    drawn = tree(BOXES, ("File", "Recipe", "Data set"), "Lineage", "light")
    places = re.findall(r'title="[^"]+" style="left:(\d+)px;top:(\d+)px"', drawn)
    assert places == [("0", "28"), ("166", "28"), ("332", "28"), ("166", "94")]
    assert drawn.count("<i") == 3
    assert 'href="/training?dataset=ds_1"' in drawn


def test_names_are_escaped():
    """A file may be called anything."""
    drawn = tree([Box(0, "<b>&", '"x"', None, '/a?b="c"')], ("File",), "Lineage", "dark")
    assert "<b>&lt;b&gt;&amp;</b>" in drawn
    assert 'href="/a?b=&quot;c&quot;"' in drawn
