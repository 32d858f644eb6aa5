"""What moves the challengers' risk, beside what moves the network's: kept figures, and words."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from core.explanation.words import listing

TOP = 5
"""Fields that are compared in words."""
FAR = 3
"""Ranks apart from which a field is said to be seen differently."""


@dataclass(frozen=True, eq=False)
class ChallengerFigures:
    """Importance of each field for each challenger.

    Attributes:
        importance: One row per challenger and field: model (its key), name, field; log_odds: mean
            absolute SHAP value with low and high, its 95 % interval over rows; share of all
            fields' sum; rank from 1.
        about: By key of the challenger: the explainer, and gap, the largest distance in log-odds
            between a prediction and what its explanation adds up to.
        left_out: Names of challengers and why they are not explained.
        rows: Applicants it rests on.
    """

    importance: pd.DataFrame
    about: Mapping[str, Mapping[str, float | str]]
    left_out: Mapping[str, str]
    rows: int

    def to_files(self) -> dict[str, bytes]:
        """Return the files that `from_files` reads."""
        buffer = io.BytesIO()
        self.importance.to_parquet(buffer)
        facts = {"about": self.about, "left_out": self.left_out, "rows": self.rows}
        return {
            "challengers.parquet": buffer.getvalue(),
            "challengers.json": json.dumps(facts, indent=1).encode(),
        }

    @classmethod
    def from_files(cls, read: Callable[[str], bytes]) -> "ChallengerFigures":
        """Return what `to_files` wrote; `read` returns the bytes of a file by name."""
        facts = json.loads(read("challengers.json"))
        frame = pd.read_parquet(io.BytesIO(read("challengers.parquet")))
        return cls(frame, facts["about"], facts["left_out"], facts["rows"])


def ranks(figures: ChallengerFigures, importance: pd.DataFrame) -> pd.DataFrame:
    """Return the rank of each field for the network and each challenger.

    Columns: field, label, model, name, share (of all fields' effect), rank, log_odds, low and high.

    Args:
        figures: Of the challengers.
        importance: Of the network, as `core.explanation.global_.importance`, the weightiest first;
            its order is that of the rows.
    """
    labels = dict(zip(importance["field"], importance["label"], strict=True))
    places = range(1, len(importance) + 1)
    network = importance.assign(model="network", name="Network", rank=list(places))
    columns = ["field", "model", "name", "share", "rank", "log_odds", "low", "high"]
    frame = pd.concat([network[columns], figures.importance[columns]], ignore_index=True)
    order = {field: place for place, field in enumerate(importance["field"])}
    frame = frame[frame["field"].isin(order)].assign(label=frame["field"].map(labels))
    return frame.sort_values("field", key=lambda field: field.map(order), kind="stable")


def agreement(frame: pd.DataFrame, top: int = TOP) -> pd.DataFrame:
    """Return one row per challenger: how far it sees the same fields as the network.

    Columns: model, name; common: how many of the network's `top` fields are among its own;
    correlation: of the ranks of all fields (Spearman); field, label, rank, network_rank: the field
    of either's `top` whose ranks are furthest apart.

    Args:
        frame: As `ranks` returns it.
        top: Fields that count as weightiest.
    """
    wide = frame.pivot(index="field", columns="model", values="rank")
    names = dict(zip(frame["model"], frame["name"], strict=True))
    labels = dict(zip(frame["field"], frame["label"], strict=True))
    rows = []
    for model in (each for each in names if each != "network"):
        pair = wide[["network", model]].dropna()
        weighty = pair[(pair <= top).any(axis=1)]
        gaps = (weighty["network"] - weighty[model]).abs()
        field = str(gaps.idxmax())
        rows.append(
            {
                "model": model,
                "name": names[model],
                "common": int((pair <= top).all(axis=1).sum()),
                "correlation": float(pair["network"].corr(pair[model])),
                "field": field,
                "label": labels[field],
                "rank": int(weighty[model].loc[field]),
                "network_rank": int(weighty["network"].loc[field]),
            }
        )
    return pd.DataFrame(rows)


def finding(frame: pd.DataFrame, top: int = TOP) -> str:
    """Say in one sentence whether the network and its challengers look at the same fields."""
    found = agreement(frame, top)
    if found.empty:
        return "No challenger could be explained"
    firsts = frame[frame["rank"] == 1]
    most = min(top, frame["field"].nunique())
    if firsts["field"].nunique() == 1:
        start = f"All models call {firsts['label'].iloc[0]} the weightiest field"
    else:
        mine = firsts.loc[firsts["model"] == "network", "label"].iloc[0]
        others = firsts[firsts["label"] != mine].to_dict("records")
        parts = [f"{each['name']} it is {each['label']}" for each in others]
        start = f"First for the network is {mine}; for {listing(parts)}"
    low, high = found["common"].min(), found["common"].max()
    share = f"{low}" if low == high else f"{low} to {high}"
    return f"{start}; {share} of the network's {most} weightiest are theirs too"


def differences(frame: pd.DataFrame) -> list[str]:
    """Say in one sentence per challenger where it differs most from the network, if far."""
    return [
        f"{each['name']} ranks {each['label']} {ordinal(each['rank'])}, the network "
        f"{ordinal(each['network_rank'])}."
        for each in agreement(frame).to_dict("records")
        if abs(each["rank"] - each["network_rank"]) >= FAR
    ]


def ordinal(number: int) -> str:
    """Return a place in words for a sentence.

    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 21)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st']
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"
