"""Cohorts on every page that knows them: one is chosen, named in the address, made or removed."""

import streamlit as st

from core.errors import NotFoundError
from core.explanation.cohort import Cohort
from core.explanation.loan_rows import LoanRows
from core.store.tables import Run, SavedCohort
from core.store.workspace import Workspace
from ui.cohort_form import cohort_form
from ui.components.pickers import told_apart
from ui.components.words import literal, quoted
from ui.session import workspace

PARAM = "cohort"
EVERYONE = ""
HELP = (
    "A cohort is a part of the loan file, such as renters below 30. Its figures are shown beside "
    "everyone's. It is saved under a name and can be used on other pages."
)


def loan_rows(run: Run) -> LoanRows:
    """Return the loan file behind a run, read once."""
    return _loan_rows(workspace(), run.id, run.digest)


@st.cache_resource(max_entries=4, show_spinner="Reading the loan file")
def _loan_rows(_workspace: Workspace, run_id: str, digest: str) -> LoanRows:
    return LoanRows.read(_workspace, run_id)


def pick_cohort(run: Run) -> Cohort | None:
    """Let the visitor choose a cohort of a run's loan file; None is everyone. Bound to `?cohort=`.

    A form beside it makes a new one.
    """
    source_id = workspace().registry.data_set(run.data_set_id).source_id
    known = {each.id: each for each in workspace().registry.cohorts(source_id)}
    asked = st.query_params.get(PARAM, EVERYONE)
    if asked and asked not in known:
        _not_listed(asked, source_id)
    names = told_apart({EVERYONE: "Everyone", **{id: each.name for id, each in known.items()}})
    key = f"pick-{PARAM}"
    st.session_state[key] = asked if asked in known else EVERYONE

    def write_url() -> None:
        show_cohort(st.session_state[key])

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Cohort",
            list(names),
            format_func=names.__getitem__,
            key=key,
            on_change=write_url,
            help=HELP,
            width="stretch",
        )
        _new_cohort(run)
    return Cohort.saved(known[asked]) if asked in known else None


def show_cohort(id: str) -> None:
    """Name a cohort in the address, or nobody in particular."""
    if id:
        st.query_params[PARAM] = id
    else:
        st.query_params.pop(PARAM, None)


@st.fragment
def _new_cohort(run: Run) -> None:
    shelf = st.popover(
        "New cohort", icon=":material/group_add:", key="new-cohort", on_change="rerun"
    )
    if shelf.open:
        with shelf, st.container(key="shelf-cohort"):
            cohort_form(loan_rows(run))


def _not_listed(asked: str, source_id: str) -> None:
    """Say that a cohort of the address cannot be shown; one that was removed can be put back."""
    removed = _removed(asked, source_id)
    if removed is None:
        st.warning(f"There is no cohort {quoted(asked)} in this loan file. Showing everyone.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"The cohort “{literal(removed.name)}” was removed. Showing everyone.")
        st.button(
            "Put it back",
            key="cohort-back",
            on_click=workspace().registry.restore_cohort,
            args=(asked,),
        )


def _removed(asked: str, source_id: str) -> SavedCohort | None:
    try:
        cohort = workspace().registry.cohort(asked)
    except NotFoundError:
        return None
    return cohort if cohort.source_id == source_id else None


def remove_button(cohort: Cohort) -> None:
    """Draw the button that takes a cohort out of the lists; the page then offers to undo it."""
    st.button(
        "Remove this cohort",
        key="cohort-remove",
        type="tertiary",
        icon=":material/delete:",
        on_click=workspace().registry.remove_cohort,
        args=(cohort.id,),
    )
