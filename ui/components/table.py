"""Tables, and CSV downloads that a spreadsheet opens without running anything.

table(frame, alt="Metrics of each model with their intervals")
table(runs, key="runs", on_select="rerun", selection_mode="single-row")
csv_download(frame, "decile-table.csv", key="deciles")
"""

from typing import Any

import pandas as pd
import streamlit as st

from core.formatting import MISSING

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(frame: pd.DataFrame, *, alt: str | None = None, **options: Any) -> Any:
    """Draw a frame: numbers right-aligned, "–" for missing, no index.

    `options` go to `st.dataframe` (column_config, key, on_select, height …), whose result
    (the selection) is returned.
    """
    options = {"hide_index": True, "placeholder": MISSING, **options}
    return st.dataframe(frame, alt=alt, **options)


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
