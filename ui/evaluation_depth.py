"""What lies one click deeper on the evaluation page; a closed shelf computes nothing."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.charts import evaluation as charts
from core.charts import evaluation_curves as curve_charts
from core.evaluation.metrics import Confusion
from core.evaluation.report import Report
from core.evaluation.words import TERMS, model_label
from core.formatting import count, percent
from ui import theme
from ui.components.figure import draw
from ui.components.shelf import shelf
from ui.components.table import csv_download, table, worded_table
from ui.evaluation_evidence import Evidence
from ui.evaluation_view import worded


def depth(evidence: Evidence, cut_off: float, confusion: Confusion) -> None:
    """Draw one shelf per question; each moves with the cut-off while it is open."""
    shelves: dict[str, tuple[str, Callable[[], None]]] = {
        "curves": (
            "Ranking at every cut-off: ROC and precision–recall curves",
            lambda: _curves(evidence, confusion),
        ),
        "deciles": (
            "Decile table: bad rate, lift and capture by tenth",
            lambda: _deciles(evidence, cut_off),
        ),
        "reliability": (
            "Reliability: do the probabilities come true?",
            lambda: _reliability(evidence),
        ),
        "trade-off": (
            "Approval rate against bad rate, at every cut-off",
            lambda: _trade_off(evidence, cut_off),
        ),
        "all-models": (
            "Decisions of all models at this cut-off",
            lambda: _all_models(evidence, cut_off),
        ),
    }
    for key, (label, body) in shelves.items():
        shelf(label, body, key=f"shelf-{key}")


def _curves(evidence: Evidence, confusion: Confusion) -> None:
    recall, precision = confusion.figures["recall"], confusion.figures["precision"]
    false_alarms = confusion.fp / (confusion.fp + confusion.tn)
    by_chance = evidence.report.bad_rate
    left, right = st.columns(2, gap="large")
    with left:
        draw(
            curve_charts.roc(evidence.roc, (false_alarms, recall), theme.current()),
            f"Declining {percent(recall, 0)} of bads also declines "
            f"{percent(false_alarms, 0)} of goods",
            evidence.roc,
            key="roc",
            alt="ROC curves of the network and its challengers",
        )
    with right:
        draw(
            curve_charts.precision_recall(
                evidence.precision_recall, by_chance, (recall, precision), theme.current()
            ),
            f"{percent(precision, 0)} of the declined are bad, "
            f"against {percent(by_chance, 0)} by chance",
            evidence.precision_recall,
            key="precision-recall",
            alt="Precision–recall curves of the network and its challengers",
        )


def _deciles(evidence: Evidence, cut_off: float) -> None:
    frame = evidence.deciles
    riskiest = frame.iloc[0]
    left, right = st.columns(2, gap="large")
    with left:
        draw(
            curve_charts.deciles(frame, cut_off, theme.current()),
            f"The riskiest band defaults {riskiest['lift']:.1f} times as often as the average",
            key="deciles",
            alt="Bad rate of each band of applicants, riskiest first",
        )
    with right:
        draw(
            curve_charts.gains(frame, theme.current()),
            f"The riskiest {percent(riskiest['cumulative_rows'], 0)} of applicants hold "
            f"{percent(riskiest['capture'], 0)} of all bads",
            key="gains",
            alt="Share of all bads held by the riskiest share of applicants",
        )
    shown = frame.assign(
        **{name: 100 * frame[name] for name in _DECILE_COLUMNS if name not in _NOT_SHARES}
    )
    table(
        shown[list(_DECILE_COLUMNS)],
        alt="Decile table, riskiest band first",
        column_config=_DECILE_COLUMNS,
        height="content",
    )
    csv_download(frame, "decile-table.csv", key="decile-table")


def _share(label: str, help: str = "") -> Any:
    return st.column_config.NumberColumn(label, format="%.1f %%", help=help or None)


_NOT_SHARES = ("band", "rows", "bads", "lift")
_DECILE_COLUMNS: dict[str, Any] = {
    "band": st.column_config.NumberColumn("Band", help="1 is the riskiest tenth of applicants."),
    "score_low": _share("From", "Lowest default probability in the band."),
    "score_high": _share("To", "Highest default probability in the band."),
    "rows": st.column_config.NumberColumn("Applicants", format="localized"),
    "bads": st.column_config.NumberColumn("Bads", format="localized"),
    "predicted": _share("Expected", "Mean default probability of the band."),
    "observed": _share("Bad rate", "Share of the band that defaulted."),
    "lift": st.column_config.NumberColumn(
        "Lift", format="%.2f", help="Bad rate of the band over that of all applicants."
    ),
    "capture": _share("Capture", "Share of all bads in this band and the riskier ones."),
    "separation": _share(
        "Separation",
        "Share of all bads minus share of all goods so far; the largest is KS read at the bands.",
    ),
}


def _reliability(evidence: Evidence) -> None:
    frame = evidence.reliability
    holds = ((frame["low"] <= frame["predicted"]) & (frame["predicted"] <= frame["high"])).sum()
    error, ends = worded("ece", evidence.report.of("ece"))
    draw(
        curve_charts.reliability(frame, theme.current()),
        f"In {holds} of {len(frame)} bands the expected share lies within the interval "
        "of what happened",
        frame,
        key="reliability",
        alt="Mean default probability of each band against the share that defaulted",
    )
    st.caption(
        f"Calibration error (ECE) {error} {ends}: the mean distance from the dotted line. Vertical "
        "lines are 95 % Jeffreys intervals; each band holds about a tenth of the applicants.",
        help=TERMS["ece"].help,
    )


def _trade_off(evidence: Evidence, cut_off: float) -> None:
    draw(
        charts.trade_off(evidence.every_cut_off, cut_off, theme.current()),
        "A higher cut-off approves more applicants and more bads among them",
        evidence.every_cut_off,
        key="trade-off",
        alt="Approval rate, bad rate among approved and bads declined at every cut-off",
    )


def _all_models(evidence: Evidence, cut_off: float) -> None:
    rows: dict[str, dict[str, str]] = {}
    for one in evidence.decisions(cut_off):
        label = TERMS[one.metric].label
        value = " ".join(worded(one.metric, one.estimate)).strip()
        row = rows.setdefault(label, {"Figure": label})
        row[model_label(one.model)] = value + _mark(one.verdict)
    worded_table(list(rows.values()), alt="Decisions of all models")
    st.caption(
        f"All at the cut-off {percent(cut_off)}; the majority class approves everybody. ▲ the "
        "network is better, ▼ it is worse, by more than chance; no mark: no clear winner."
    )


def _mark(verdict: str) -> str:
    return {"network better": " ▲", "network worse": " ▼"}.get(verdict, "")


def method(evidence: Evidence) -> None:
    """Draw how the figures were made, and the downloads."""
    shelf("How these figures are made", lambda: _method(evidence.report), key="shelf-method")
    shelf("Downloads", lambda: _downloads(evidence), key="shelf-downloads")


def _method(report: Report) -> None:
    st.markdown(
        f"- **Rows.** {count(report.n)} {report.part} applicants of "
        f"{count(report.num_rows)} rows in all; the models never saw them. "
        f"{count(report.bads)} of them defaulted.\n"
        f"- **Intervals.** 95 %, from {count(report.replicates)} bootstrap draws of the "
        "applicants (with replacement, bads and goods together). KS and calibration error "
        "are raised by noise, so their intervals are mirrored. Figures at a cut-off have the "
        "intervals of endless draws of the confusion matrix's four cells; for precision and "
        "recall these are Jeffreys intervals.\n"
        "- **Differences.** Paired: all models are judged on the same draws.\n"
        "- **Limits.** The intervals say how far the test rows could mislead. They do not "
        "know what another split, another training or another year would change."
    )


def _downloads(evidence: Evidence) -> None:
    """Draw the download buttons; each file is made when it is asked for."""
    with st.container(horizontal=True):
        st.download_button(
            "Report (JSON)",
            data=evidence.report_bytes,
            file_name="evaluation.json",
            mime="application/json",
            key="download-report",
            icon=":material/download:",
            on_click="ignore",
        )
        csv_download(evidence.figures, "figures.csv", key="figures", label="Figures (CSV)")
        csv_download(
            evidence.scores, "test-predictions.csv", key="scores", label="Predictions (CSV)"
        )
