"""The ledger as a list: filters, figures, table, export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pandas as pd
import streamlit as st

from core.decision.chain import ChainCheck
from core.decision.ledger import export_csv, export_json, final_decision, verify
from core.decision.policy import DECISIONS
from core.formatting import count, counted, of, percent
from core.store.tables import DecisionRecord
from core.store.workspace import Workspace
from ui import links
from ui.components.metrics import Figure, metric_row
from ui.components.pickers import model_name, told_apart_in_time
from ui.components.table import table
from ui.components.verdict import LOOKS
from ui.components.words import problem
from ui.session import workspace

PAGE = 50
PERIODS = {"Any time": None, "Today": 0, "Last 7 days": 7, "Last 30 days": 30, "Last year": 365}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; None and "" let everything pass."""

    decision: str | None
    model_id: str | None
    since: datetime | None
    text: str

    def found(self, limit: int | None, offset: int = 0) -> list[DecisionRecord]:
        """Return the records that pass, newest first."""
        return workspace().registry.decisions(
            limit,
            offset,
            decision=self.decision,
            model_id=self.model_id,
            since=self.since,
            text=self.text,
        )

    def count(self, decision: str | None = None) -> int:
        """Return how many pass; of one decision if given."""
        return workspace().registry.num_decisions(
            decision=decision or self.decision,
            model_id=self.model_id,
            since=self.since,
            text=self.text,
        )


def back_to_list() -> None:
    """Draw the way from one record to all; a link to the same page would keep `?decision=`."""
    st.button(
        "All decisions",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=st.query_params.clear,
    )


def decision_list() -> None:
    """Draw figures, filters and the table."""
    figures = st.container()
    filters = _ask()
    found = filters.count()
    with figures:
        _broken()
        _figures(filters, found)
    if not found:
        st.info("No decision passes these filters.", icon=":material/filter_alt_off:")
        return
    _table(filters, found)
    _export(filters, found)
    _whole_check(workspace().registry.num_decisions())


def _ask() -> Filters:
    first, second, third, last = st.columns([2, 3, 2, 3])
    decision = first.selectbox(
        "Decision", [None, *DECISIONS], key="decided", persist_state="session",
        format_func=lambda word: LOOKS[word].word if word else "All",
        help="What was done in the end, overrides included",
    )  # fmt: skip
    names = told_apart_in_time(workspace().registry.models(), model_name)
    model_id = second.selectbox(
        "Model", [None, *names], key="decided-by", persist_state="session",
        format_func=lambda key: names.get(key, "All") if key else "All",
    )  # fmt: skip
    period = third.selectbox("Time", list(PERIODS), key="decided-when", persist_state="session")
    text = last.text_input(
        "Search", key="decided-text", persist_state="session", icon=":material/search:",
        placeholder="Applicant reference, record or user",
    )  # fmt: skip
    return Filters(decision, model_id, _since(period), (text or "").strip())


def _since(period: str) -> datetime | None:
    days = PERIODS[period]
    if days is None:
        return None
    return datetime.combine(datetime.now(UTC).date() - timedelta(days), time(), UTC)


def _figures(filters: Filters, found: int) -> None:
    figures = [Figure("Decisions", count(found), "with these filters")]
    if filters.decision is None and found:
        for decision in DECISIONS:
            number = filters.count(decision)
            words = {"approve": "Approved", "refer": "Referred", "decline": "Declined"}
            detail = of(number, found, "decision" if found == 1 else "decisions")
            figures.append(Figure(words[decision], percent(number / found), detail))
    metric_row([*figures, _chain_figure()])


def _chain_figure() -> Figure:
    check, number = ledger_check(), workspace().registry.num_decisions()
    if check.whole:
        checked = of(check.records, number, f"record{'s' * (number != 1)} checked")
        return Figure("Ledger", "Whole", checked, CHAIN_HELP)
    return Figure("Ledger", "Broken", f"first at record {check.broken_seq:,}", CHAIN_HELP)


CHECKED = 1000
CHAIN_HELP = (
    "Each record names the hash of the one before, so a record that is changed, removed or "
    "slipped in later shows. The newest thousand are checked when a decision is added and every "
    "five minutes."
)


def ledger_check() -> ChainCheck:
    """Return whether the newest records are what was written, checked a moment ago."""
    registry = workspace().registry
    newest = registry.decisions(1)
    return _verified(workspace(), newest[0].hash if newest else "", registry.num_decisions())


@st.cache_resource(ttl=timedelta(minutes=5), max_entries=4, show_spinner=False)
def _verified(_workspace: Workspace, newest: str, number: int) -> ChainCheck:
    return verify(_workspace, CHECKED)


def _broken() -> None:
    """Say what is wrong where the ledger is not what was written."""
    check = ledger_check()
    if not check.whole:
        st.error(
            f"Record {check.broken_seq:,} ({check.broken_id}) is not what was written. "
            f"{check.why} Compare it with an export kept elsewhere.",
            icon=":material/link_off:",
        )


def _whole_check(number: int) -> None:
    """Offer to check records older than those checked by themselves."""
    if number <= CHECKED or not st.button("Check the whole ledger", icon=":material/link:"):
        return
    with st.spinner(f"Checking {counted(number, 'record')}"):
        check = verify(workspace())
    if check.whole:
        st.success(f"All {count(check.records)} records are what was written.")
    else:
        problem(f"Record {check.broken_seq:,} ({check.broken_id}): {check.why}")


def _table(filters: Filters, found: int) -> None:
    place = st.container()
    page = 1
    if found > PAGE:
        page = st.pagination(-(-found // PAGE), key="decisions-page") or 1
    shown = filters.found(PAGE, (page - 1) * PAGE)
    with place:
        event = table(
            _frame(shown),
            alt="Decisions, the newest first; select a row to open its record",
            key=f"decisions-{page}-{found}",
            on_select="rerun",
            selection_mode="single-row",
            column_config=COLUMNS,
        )
        st.caption("Select a row to open its record.")
    if event.selection.rows:
        links.go("decisions", decision=shown[event.selection.rows[0]].id)


COLUMNS = {
    "Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="In UTC"),
    "Default probability": st.column_config.NumberColumn(format="%.1f %%"),
    "Points": st.column_config.NumberColumn(format="%d"),
}


def _frame(shown: Sequence[DecisionRecord]) -> pd.DataFrame:
    names = {model.id: model_name(model) for model in workspace().registry.models()}
    return pd.DataFrame(
        {
            "Time": [entry.at.replace(tzinfo=None) for entry in shown],
            "Applicant": [entry.applicant_ref for entry in shown],
            "Decision": [LOOKS[final_decision(entry)].word for entry in shown],
            "Cut-offs said": [LOOKS[entry.decision].word for entry in shown],
            "Default probability": [100 * entry.pd_hat for entry in shown],
            "Points": [entry.points for entry in shown],
            "First reason": [entry.reasons[0]["label"] if entry.reasons else "" for entry in shown],
            "Model": [names.get(entry.model_id, entry.model_id) for entry in shown],
            "User": [entry.user for entry in shown],
        }
    )


def _export(filters: Filters, found: int) -> None:
    with st.container(horizontal=True):
        st.download_button(
            f"Download {count(found)} as CSV",
            data=lambda: export_csv(filters.found(None)).encode(),
            file_name="decisions.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            f"Download {count(found)} as JSON",
            data=lambda: export_json(filters.found(None)).encode(),
            file_name="decisions.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            help="Every field with its hash, so that the chain can be checked elsewhere",
        )
