"""Checks beside a run: what to look at first, and on a shelf everything that was looked for."""

from json import loads

import streamlit as st

from core.evaluation.checks import Check, findings
from core.store.tables import Run
from ui.components.shelf import shelf
from ui.components.table import worded_table
from ui.components.words import literal
from ui.session import workspace

_ICONS = {
    "finding": {"warning": ":material/warning:", "note": ":material/info:"},
    "passed": dict.fromkeys(("warning", "note"), ":material/check_circle:"),
    "not applicable": dict.fromkeys(("warning", "note"), ":material/do_not_disturb_on:"),
}


def checks(run: Run) -> None:
    """Draw the findings, then a shelf with all checks; an old run may have none."""
    found = _load(run.id, run.digest)
    if not found:
        return
    for each in findings(found):
        icon = _ICONS["finding"][each.severity]
        st.markdown(
            f"{icon} **{literal(each.title)}.** {literal(each.evidence)} {literal(each.remedy)}"
        )
    passed = sum(each.result == "passed" for each in found)
    made = sum(each.result != "not applicable" for each in found)
    shelf(
        f"{passed} of {made} checks found nothing to worry about",
        lambda: _table(found),
        key="shelf-checks",
    )


def _table(found: tuple[Check, ...]) -> None:
    words = {"finding": "To look at", "passed": "Passed", "not applicable": "Not applicable"}
    rows = [
        {
            "Check": each.title,
            "Result": words[each.result],
            "What was seen": f"{each.evidence} {each.remedy}".strip(),
        }
        for each in found
    ]
    worded_table(rows, alt="All checks of this run", wraps=True)


@st.cache_resource(max_entries=32, show_spinner=False)
def _load(run_id: str, digest: str) -> tuple[Check, ...]:
    """Read the stored checks; another digest, another entry."""
    artifacts, folder = workspace().artifacts, f"runs/{run_id}"
    if "checks.json" not in artifacts.names(folder):
        return ()
    return tuple(Check(**each) for each in loads(artifacts.read(folder, "checks.json")))
