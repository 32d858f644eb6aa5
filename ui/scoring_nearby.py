"""Two shelves about applicants near to one: what became of those alike, and does the answer hold.

Both pages that explain one applicant draw them; closed, they compute nothing.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from core.decision.applicant import Value
from core.decision.assessment import Assessment
from core.decision.effect import Share
from core.decision.nearby import peers_of
from core.decision.scoring import Scorer
from core.explanation.peers import Known, Peers
from core.explanation.reasons import shown
from core.formatting import count, percent, typeset
from core.store.tables import Run
from core.store.workspace import Workspace
from ui import links
from ui.components.shelf import shelf
from ui.components.table import csv_download, table
from ui.scoring_rows import loan_file
from ui.scoring_stability import stability_shelf
from ui.session import workspace

SHOWN, FIELDS = 8, 5
FAR = 0.5
"""Log-odds; the middle one of the peers should be nearer to be called alike."""
ALIKE = (
    "Alike means: if one field of theirs stood in this applicant's place, the score would hardly "
    "move. The distance adds up these effects over all fields (the root of the sum of squares, in "
    "log-odds). Protected fields and identifiers are not used."
)
T = TypeVar("T")


def nearby_shelves(
    scorer: Scorer,
    run: Run,
    explained: Callable[[], Assessment],
    values: dict[str, Value],
    page: str,
    row: int | None = None,
) -> None:
    """Draw both shelves.

    Args:
        scorer: The model.
        run: Whose loan file is looked at.
        explained: Returns what the model says, with reasons.
        values: The applicant's, by field.
        page: Keeps the keys of two pages apart.
        row: The applicant's own row, where it is one; nobody is one's own peer.
    """
    shelf(
        "What became of similar applicants?",
        lambda: _alike(scorer, run, explained(), values, page, row),
        key=f"{page}-peers",
        icon=":material/diversity_3:",
    )
    stability_shelf(scorer, run, explained, values, page)


def _alike(
    scorer: Scorer,
    run: Run,
    said: Assessment,
    values: dict[str, Value],
    page: str,
    row: int | None,
) -> None:
    known = known_applicants(scorer, run)
    asked = (scorer.model.id, tuple(values.items()), row)
    made = _kept(f"{page}-peers-found", asked, lambda: peers_of(scorer, values, known.without(row)))
    _peers(scorer, made, said, page)


def known_applicants(scorer: Scorer, run: Run) -> Known:
    """Return the rows of a run with their outcomes, read once."""
    return _known(workspace(), scorer.model.id, scorer, run)


@st.cache_resource(max_entries=4, show_spinner="Reading the loan file")
def _known(_workspace: Workspace, model_id: str, _scorer: Scorer, _run: Run) -> Known:
    raw = _workspace.artifacts.read(f"runs/{_run.id}", "predictions.parquet")
    told = pd.read_parquet(io.BytesIO(raw))
    if "held_out" in told:  # what networks say that had not learnt from the row
        told["network"] = told["held_out"].fillna(told["network"])
    # A row that was learnt from and tested by others stands twice; the test counts.
    told = told.iloc[np.argsort(told["part"] != "train", kind="stable")]
    told = told.drop_duplicates("row", keep="last").sort_values("row")
    features = _scorer.bundle.prepare(loan_file(_run).frame.loc[told["row"]])
    return Known.learn(features, (told["y"] == 1).to_numpy(), told["network"].to_numpy(float))


def _kept(key: str, asked: object, make: Callable[[], T]) -> T:
    """Return what was made for this question, made anew where the question is another."""
    known = st.session_state.get(key)
    if known is None or known[0] != asked:
        known = (asked, make())
        st.session_state[key] = known
    made: T = known[1]
    return made


def _peers(scorer: Scorer, found: Peers, said: Assessment, page: str) -> None:
    share = Share(found.bads, len(found.distance))
    low, high = (percent(end, 0) for end in share.interval)
    st.markdown(
        f"**{count(share.k)} of the {count(share.n)} most similar applicants defaulted: "
        f"{percent(share.value, 0)}** [{low}, {high}]. The model says "
        f"{percent(said.default_probability)} for this one and "
        f"{percent(float(found.known.pd_hat.mean()))} for them on average."
    )
    if float(np.median(found.distance)) > FAR:
        st.markdown(
            ":orange[:material/warning: There is hardly anybody like this applicant: read these "
            "figures with care.]"
        )
    frame = _peer_table(scorer, found, said)
    table(
        frame,
        alt="The most similar applicants, what became of them, and how they differ",
        column_config={
            "Row": st.column_config.LinkColumn(display_text=r"row=(\d+)", help="Opens this row"),
            "PD": st.column_config.TextColumn(help="Probability of default, as the model sees it"),
            "Distance": st.column_config.NumberColumn(format="%.2f", help=ALIKE),
        },
    )
    csv_download(frame, "similar-applicants.csv", key=f"{page}-peers")
    st.caption(
        f"The nearest {count(len(frame) - 1)} are listed, with the {FIELDS} fields that tell them "
        f"apart most; chosen from {count(found.of)} rows of the loan file whose outcome is known. "
        f"{ALIKE} The interval is a 95 % one."
    )


def _peer_table(scorer: Scorer, found: Peers, said: Assessment) -> pd.DataFrame:
    fields = found.telling(FIELDS)
    own = {"Row": None, "Turned out": "This applicant", "PD": percent(said.default_probability)}
    first: dict[str, object] = {**own, "Distance": None}
    lines = [first | _values(scorer, said.features, fields)]
    for place in range(min(SHOWN, len(found.distance))):
        at = found.known.features.iloc[[place]]
        lines.append(
            {
                "Row": links.address("scoring", model=scorer.model.id, row=at.index[0]),
                "Turned out": "Defaulted" if found.known.bad[place] else "Repaid",
                "PD": percent(float(found.known.pd_hat[place])),
                "Distance": float(found.distance[place]),
                **_values(scorer, at.to_dict("records")[0], fields),
            }
        )
    return pd.DataFrame(lines)


def _values(scorer: Scorer, features: Mapping[Any, Any], fields: list[str]) -> dict[str, str]:
    schema = scorer.bundle.schema
    return {schema[name].label: typeset(shown(schema[name], features.get(name))) for name in fields}
