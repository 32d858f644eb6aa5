"""Tables, and CSV downloads that a spreadsheet opens without running anything.

table(frame, alt="Metrics of each model with their intervals")
table(runs, key="runs", on_select="rerun", selection_mode="single-row")
worded_table([{"Model": "Network", "ROC-AUC": "0.783"}], alt="Models by ROC-AUC")
csv_download(frame, "decile-table.csv", key="deciles")
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from core.charts.template import css_variables
from core.formatting import MISSING
from ui import theme

_WORDED = """
.worded { overflow-x: auto; }
.worded table { width: 100%; border-collapse: collapse; margin: 0; font-size: 0.875rem;
  line-height: 1.5; color: var(--text); font-variant-numeric: tabular-nums; }
.worded th, .worded td { padding: 0.5rem 1rem 0.5rem 0; border: 0; text-align: left;
  border-bottom: 1px solid var(--border); font-weight: 400; white-space: nowrap; }
.worded thead th { color: var(--muted); white-space: normal; vertical-align: bottom; }
.worded th[scope=row], .worded.wraps td { white-space: normal; overflow-wrap: break-word; }
.worded.wraps td:last-child { overflow-wrap: anywhere; min-width: 8rem; }
"""

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(frame: pd.DataFrame, *, alt: str | None = None, **options: Any) -> Any:
    """Draw a frame: numbers right-aligned, "–" for missing, no index.

    `options` go to `st.dataframe` (column_config, key, on_select, height …), whose result
    (the selection) is returned.
    """
    config = {**_days(frame), **(options.pop("column_config", None) or {})}
    options = {"hide_index": True, "placeholder": MISSING, "column_config": config, **options}
    return st.dataframe(frame, alt=alt, **options)


def _days(frame: pd.DataFrame) -> dict[str, Any]:
    """Return how columns are shown whose moments are all midnight: as days, without a time."""
    moments = frame.select_dtypes("datetime").columns
    return {
        str(name): st.column_config.DateColumn(format="YYYY-MM-DD")
        for name in moments
        if (frame[name].dropna() == frame[name].dropna().dt.normalize()).all()
    }


def worded_table(rows: Sequence[Mapping[str, str]], *, alt: str, wraps: bool = False) -> None:
    """Draw a small table of words as one piece of HTML.

    In `st.table` every cell is a Markdown element that a browser goes through at every rerun.
    All rows have the same keys, which are the heads of the columns; the first column names the row.
    Cells hold figures, which stay on one line, or sentences that wrap.
    """
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in rows[0])
    body = "".join(f"<tr>{_cells(list(row.values()))}</tr>" for row in rows)
    st.html(
        f"<style>{_WORDED}</style>"
        f'<div class="worded{" wraps" * wraps}" style="{css_variables(theme.current())}">'
        f'<table aria-label="{escape(alt)}">'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(texts: Sequence[str]) -> str:
    name, *others = map(escape, texts)
    return f'<th scope="row">{name}</th>{"".join(f"<td>{text}</td>" for text in others)}'


def csv_download(
    frame: pd.DataFrame, file_name: str, *, key: str, label: str = "Download CSV"
) -> None:
    """Draw a button that makes the CSV when it is pressed, not before."""
    st.download_button(
        label,
        data=lambda: csv_bytes(frame),
        file_name=file_name,
        mime="text/csv",
        key=f"csv-{key}",
        icon=":material/download:",
        on_click="ignore",
    )


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Return the frame as UTF-8 CSV in which no text cell starts a spreadsheet formula.

    >>> csv_bytes(pd.DataFrame({"job": ["=cmd()", "fixed"], "income": [-1.5, 2.0]}))
    b"job,income\n'=cmd(),-1.5\nfixed,2.0\n"
    """
    safe = frame.rename(columns=neutral)
    for name in frame.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]]:
        safe[neutral(name)] = frame[name].map(neutral, na_action="ignore")
    return safe.to_csv(index=False).encode()


def neutral(value: Any) -> Any:
    """Return text that a spreadsheet shows as text; everything else unchanged.

    >>> neutral("=1+1"), neutral("rent"), neutral(-3)
    ("'=1+1", 'rent', -3)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNS_AS_FORMULA) else value
