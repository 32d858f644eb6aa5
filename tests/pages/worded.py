"""What stands in tables of words, which a page sends as HTML."""

import re
from html import unescape

import pandas as pd


def worded_tables(at) -> list[pd.DataFrame]:
    """Return the tables of words on a page, the first one first."""
    bodies = [str(each.proto.body) for each in at.get("html")]
    return [_frame(body) for body in bodies if 'class="worded' in body]


def _frame(body: str) -> pd.DataFrame:
    heads, *rows = (
        [unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body)
    )
    return pd.DataFrame(rows, columns=heads)
