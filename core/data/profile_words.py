"""What the profile of a column shows, in one sentence."""

import pandas as pd

from core.data.profiling import MISSING_BIN, ColumnProfile, wilson
from core.formatting import percent

FEWEST_TO_COMPARE = 30
"""Rows a bin needs before a sentence speaks of its bad rate."""


def finding(about: ColumnProfile) -> str:
    """Return what a profile shows, in one sentence without a full stop."""
    if about.role == "outcome":
        return f"{about.label}: " + _shares(about)
    if about.role == "identifier":
        return f"{about.label}: a different value in nearly every row"
    if "bad_rate" not in about.bins:
        return f"{about.label}: most often {about.typical}"
    large = about.known[about.known["rows"] >= FEWEST_TO_COMPARE]
    if len(large) < 2:
        return f"{about.label}: too few rows to compare bad rates"
    ordered = about.kind in ("number", "date")
    sentence = _trend(about, large) if ordered else _extremes(about, large)
    return sentence + _about_missing(about)


def _about_missing(about: ColumnProfile) -> str:
    """Add the bad rate of missing values where it clearly differs from that of known ones."""
    known, missing = about.known, about.bins[about.bins["bin"] == MISSING_BIN]
    if missing.empty or missing["rows"].iloc[0] < FEWEST_TO_COMPARE:
        return ""
    rate = known["bads"].sum() / known["rows"].sum()
    if missing["low"].iloc[0] <= rate <= missing["high"].iloc[0]:
        return ""
    return f"; where it is missing, {percent(missing['bad_rate'].iloc[0])} turn bad"


def _shares(about: ColumnProfile) -> str:
    known = about.known
    parts = [
        f"{percent(share)} {name}" for share, name in zip(known["share"], known["bin"], strict=True)
    ]
    return " and ".join(parts[:3])


def _trend(about: ColumnProfile, large: pd.DataFrame) -> str:
    """Compare the lowest with the highest third of the rows."""
    order = large["rows"].cumsum() - large["rows"] / 2
    total = large["rows"].sum()
    low, high = large[order <= total / 3], large[order > 2 * total / 3]
    if low.empty or high.empty:
        return _extremes(about, large)
    rates = [part["bads"].sum() / part["rows"].sum() for part in (low, high)]
    intervals = [wilson(int(part["bads"].sum()), int(part["rows"].sum())) for part in (low, high)]
    if intervals[0][1] >= intervals[1][0] and intervals[1][1] >= intervals[0][0]:
        return f"{about.label}: low and high values turn bad about equally often"
    direction = "falls" if rates[1] < rates[0] else "rises"
    return (
        f"The bad rate {direction} from {percent(rates[0])} to {percent(rates[1])} "
        f"with higher {_in_sentence(about.label)}"
    )


def _extremes(about: ColumnProfile, large: pd.DataFrame) -> str:
    by_rate = large.sort_values("bad_rate")
    worst, best = by_rate.iloc[-1], by_rate.iloc[0]
    if worst["low"] <= best["high"]:
        return f"{about.label}: no value stands out from the others"
    return (
        f"{about.label}: {percent(worst['bad_rate'])} turn bad at {_short(worst['bin'])!r}, "
        f"{percent(best['bad_rate'])} at {_short(best['bin'])!r}"
    )


def _short(name: object, most: int = 32) -> str:
    text = str(name)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _in_sentence(label: str) -> str:
    return label if label.isupper() else label[:1].lower() + label[1:]
