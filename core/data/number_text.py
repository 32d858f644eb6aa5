"""Numbers as people write them: currency, percent, thousands marks, decimal comma, (1,234)."""

import pyarrow as pa
import pyarrow.compute as pc

_MONEY = r"€|\$|£|¥|元|EUR|USD|GBP|CHF|DM|CNY|RMB"
_CURRENCY = rf"^(?:{_MONEY})\s*|\s*(?:{_MONEY}|%)$"
_NUMBER = r"^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$|^[-+]?(?:inf|infinity)$"
_SPACES = r"[ '’\x{00a0}\x{202f}]"


def other_mark(decimal: str) -> str:
    """Return the decimal mark that this is not."""
    return "," if decimal == "." else "."


def plain(values: pa.Array, decimal: str) -> pa.Array:
    """Return texts in the form Python reads as a number, wherever they are one.

    >>> plain(pa.array(["€ 1.250,5", "(3)", "7 %", "x"]), ",").to_pylist()
    ['1250.5', '-3', '7', 'x']
    """
    replace = pc.replace_substring_regex
    bare = replace(pc.replace_substring(values, "\u2212", "-"), r"^\+", "")
    if pc.any(pc.match_substring_regex(bare, r"[^-+\d.,eE]")).as_py():
        for _ in range(2):  # a sign may stand on both sides
            bare = replace(bare, _CURRENCY, "")
        bare = replace(bare, r"^\((\d.*)\)$", r"-\1")
        bare = replace(bare, r"^-\s*(?:€|\$|£|¥)\s*", "-")
    bare = replace(bare, r"^(\d.*\d|\d)-$", r"-\1")
    for mark in ("[,]" if decimal == "." else "[.]", _SPACES):
        bare = _without_groups(bare, mark, decimal)
    if decimal == ",":
        # A point that is no thousands mark makes it no number of this kind.
        bare = replace(bare, r"^(.*\d)[.](\d.*)$", r"\1?\2")
        bare = pc.replace_substring(bare, ",", ".", max_replacements=1)
    return bare


def _without_groups(values: pa.Array, mark: str, decimal: str) -> pa.Array:
    groups = rf"(?:{mark}\d{{3}})+|(?:{mark}\d{{2}})+{mark}\d{{3}}"  # 1,234,567 or 12,34,567
    grouped = pc.match_substring_regex(values, rf"^[-+]?\d{{1,3}}(?:{groups})(?:[{decimal}]\d*)?$")
    if not pc.any(grouped).as_py():
        return values
    return pc.if_else(grouped, pc.replace_substring_regex(values, mark, ""), values)


def unreadable(values: pa.Array) -> pa.Array:
    """Return booleans: no number; null where the value is missing."""
    return pc.invert(pc.match_substring_regex(values, _NUMBER, ignore_case=True))
