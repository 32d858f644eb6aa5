"""The answer of the data page: what the file holds, and whether a model can learn from it."""

import streamlit as st

from core.data.finding import Finding
from core.formatting import MISSING, count, counted, percent, typeset
from ui.components.metrics import Figure, metric_row
from ui.components.shelf import shelf
from ui.components.words import literal
from ui.data_draft import Draft, View
from ui.data_survey import wait_for_survey

_ICONS = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}
_AT_ONCE = 3


def answer(draft: Draft, view: View) -> None:
    """Draw the figures, then what was found."""
    metric_row([_rows(draft, view), _bads(view), _features(view), _missing(view), _found(view)])
    if view.survey is None:
        wait_for_survey(draft.digest, *view.frame.shape)
    _findings(draft, view)


def _rows(draft: Draft, view: View) -> Figure:
    rows, of_rows = len(view.frame), draft.source.rows
    detail = "all rows of the file" if rows == of_rows else f"of {count(of_rows)} in the file"
    if skipped := draft.source.dialect.get("broken", 0):
        detail = f"{count(skipped)} broken row{'s' * (skipped > 1)} skipped"
        detail += "" if rows == of_rows else f" · {count(of_rows)} read"
    return Figure("Rows", count(rows), detail)


def _bads(view: View) -> Figure:
    outcome = view.schema.outcome
    known = "How often the loan turned bad: the share of rows with the bad value of the outcome."
    if view.y is None:
        return Figure("Bad rate", MISSING, "no usable outcome yet", known)
    name = outcome.name if outcome else ""
    bads = f"{count(int(view.y.sum()))} rows: {name} = {view.schema.bad_value}"
    return Figure("Bad rate", percent(view.bad_rate), bads, known)


def _features(view: View) -> Figure:
    protected = len(view.schema.with_role("protected"))
    detail = f"of {len(view.schema.columns)} columns · {protected} protected"
    return Figure(
        "Features", str(len(view.schema.features)), detail, "The columns a model learns from."
    )


def _missing(view: View) -> Figure:
    if view.survey is None:
        return Figure("Missing", MISSING, "is being counted")
    features = [p for p in view.profiles if p.role == "feature"]
    cells = sum(p.missing for p in features)
    if not cells:
        return Figure("Missing", "0 %", "every feature is complete")
    most = max(features, key=lambda p: p.missing)
    share = cells / max(1, sum(p.rows for p in features))
    detail = f"{counted(cells, 'cell')}, most in {most.label}"
    known = "Share of the cells of all features. A model is told which values are missing."
    return Figure("Missing", percent(share), detail, known)


def _found(view: View) -> Figure:
    if view.survey is None:
        return Figure("To look at", MISSING, "is being looked for")
    numbers = [sum(f.severity == s for f in view.findings) for s in ("error", "warning", "note")]
    errors, warnings, notes = numbers
    also = f" · {notes} {'note' if notes == 1 else 'notes'}" if notes else ""
    if errors:
        return Figure("To mend first", str(errors), f"{warnings} to look at{also}")
    return Figure("To look at", str(warnings), f"nothing stops training{also}")


def _findings(draft: Draft, view: View) -> None:
    grave = [finding for finding in view.findings if finding.severity != "note"]
    rest = [*grave[_AT_ONCE:], *(f for f in view.findings if f.severity == "note")]
    for number, finding in enumerate(grave[:_AT_ONCE]):
        _finding(draft, finding, number)
    if rest:
        shelf(f"{len(rest)} more to know", lambda: _more(draft, rest), key="findings")


def _more(draft: Draft, rest: list[Finding]) -> None:
    for number, finding in enumerate(rest, start=_AT_ONCE):
        _finding(draft, finding, number)


def _finding(draft: Draft, finding: Finding, number: int) -> None:
    words, button = st.columns([4, 1], vertical_alignment="center")
    words.markdown(
        f"{_ICONS[finding.severity]} **{literal(finding.title)}.** "
        + literal(typeset(f"{finding.evidence} {finding.remedy}"))
    )
    if finding.fix:
        button.button(
            "Add this step",
            help=literal(finding.fix.title),
            key=f"mend-{number}",
            on_click=_add_step,
            args=(draft, finding),
            width="stretch",
        )
    elif finding.fix_role and finding.column in draft.schema:
        button.button(
            f"Set to {finding.fix_role}",
            key=f"mend-{number}",
            on_click=_set_role,
            args=(draft, finding),
            width="stretch",
        )


def _add_step(draft: Draft, finding: Finding) -> None:
    if finding.fix:
        draft.change(recipe=draft.recipe.then(finding.fix))


def _set_role(draft: Draft, finding: Finding) -> None:
    role, name = finding.fix_role, finding.column
    if role and name:
        draft.change(
            schema=draft.schema.change(name, role=role, why="Set to ignore by you.", confidence="")
        )


def ready(view: View) -> bool:
    """Return whether it is known that nothing stops a training."""
    return view.survey is not None and all(finding.severity != "error" for finding in view.findings)
