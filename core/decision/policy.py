"""Cut-offs, points and rules: how a probability of default becomes a decision."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from core.decision.applicant import Value
from core.decision.rules import Rule
from core.errors import DecisionError
from core.formatting import percent

Decision = Literal["approve", "refer", "decline"]
DECISIONS: tuple[Decision, ...] = ("approve", "refer", "decline")

REFER_SHARE = 0.10
"""Share of all validation applicants the proposed refer band holds, just under the decline."""


def strictest(*decisions: Decision) -> Decision:
    """Return the strictest of decisions: decline, else refer, else approve.

    >>> strictest("approve", "refer"), strictest("decline", "refer")
    ('refer', 'decline')
    """
    return max(decisions, key=DECISIONS.index)


def probability(log_odds: float) -> float:
    """Return the probability of default that belongs to log-odds, without overflow.

    >>> probability(0.0), probability(-800.0)
    (0.5, 0.0)
    """
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)


@dataclass(frozen=True, slots=True)
class PointsScale:
    """Score points: more points, less risk.

    `base` points stand for good:bad odds of `odds` to 1, and every `pdo` points more double
    these odds: points = offset − factor · log-odds(PD), with factor = pdo / ln 2 and
    offset = base − factor · ln(odds).
    """

    base: int = 600
    odds: int = 50
    pdo: int = 20

    def __post_init__(self) -> None:
        """Refuse a scale on which points would not fall with risk."""
        if self.odds < 1 or self.pdo < 1:
            raise DecisionError(
                f"A points scale needs odds and points to double the odds of at least 1, "
                f"but has {self.odds} and {self.pdo}."
            )

    @property
    def factor(self) -> float:
        """Points per unit of log-odds."""
        return self.pdo / math.log(2)

    @property
    def offset(self) -> float:
        """Points at even odds."""
        return self.base - self.factor * math.log(self.odds)

    def points(self, log_odds: float) -> int:
        """Return whole points; halves go up.

        >>> PointsScale().points(-math.log(50)), PointsScale().points(-math.log(100))
        (600, 620)
        """
        return math.floor(self.offset - self.factor * log_odds + 0.5)

    @property
    def sentence(self) -> str:
        """What the scale means, in words."""
        return (
            f"{self.base} points stand for {self.odds} good applicants to one bad; "
            f"every {self.pdo} points more double these odds."
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done with a probability of default (PD).

    A PD under `approve_below` is approved, one of at least `decline_from` is declined, and a
    person looks at what lies between. Equal cut-offs leave no refer band. Rules refer or decline
    by a fact, whatever the PD.

    Attributes:
        approve_below: In [0, 1].
        decline_from: In [0, 1], at least `approve_below`.
        scale: Points.
        version: Counts the policies of one trained network.
        rules: In the order in which a notice states them.
    """

    approve_below: float
    decline_from: float
    scale: PointsScale = PointsScale()
    version: int = 1
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        """Refuse cut-offs that contradict each other."""
        if not 0 <= self.approve_below <= self.decline_from <= 1:
            raise DecisionError(
                f"Approve below {percent(self.approve_below)} and decline from "
                f"{percent(self.decline_from)} cannot both hold: the first should not be above "
                "the second, and both should lie between 0 % and 100 %."
            )

    def decide(self, default_probability: float) -> Decision:
        """Return the decision for one PD.

        >>> policy = Policy(approve_below=0.2, decline_from=0.4)
        >>> [policy.decide(p) for p in (0.19, 0.2, 0.39, 0.4)]
        ['approve', 'refer', 'refer', 'decline']
        """
        if default_probability < self.approve_below:
            return "approve"
        return "refer" if default_probability < self.decline_from else "decline"

    def rules_for(self, values: Mapping[str, Value]) -> tuple[Rule, ...]:
        """Return the rules that concern an applicant, given one value per field."""
        return tuple(rule for rule in self.rules if rule.applies(values))

    def points(self, log_odds: float) -> int:
        """Return the whole points of one applicant."""
        return self.scale.points(log_odds)

    @property
    def sentence(self) -> str:
        """The cut-offs in words."""
        if self.approve_below == self.decline_from:
            return f"Approve below {percent(self.approve_below)}, decline from there on."
        return (
            f"Approve below {percent(self.approve_below)}, decline from "
            f"{percent(self.decline_from)}, refer to a person in between."
        )

    @property
    def digest(self) -> str:
        """sha256 of the policy; two policies that decide and score alike share it."""
        content = {key: value for key, value in self.to_json().items() if key != "version"}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        told = {
            "approve_below": self.approve_below,
            "decline_from": self.decline_from,
            "scale": asdict(self.scale),
            "version": self.version,
        }
        # Left out where there is none, so that policies from before there were rules keep their
        # digest.
        return told | ({"rules": [rule.to_json() for rule in self.rules]} if self.rules else {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Policy":
        """Return the policy that `to_json` wrote."""
        return cls(
            approve_below=data["approve_below"],
            decline_from=data["decline_from"],
            scale=PointsScale(**data["scale"]),
            version=data["version"],
            rules=tuple(Rule.from_json(rule) for rule in data.get("rules", ())),
        )


def propose(y: np.ndarray, pd_hat: np.ndarray) -> Policy:
    """Return a sensible first policy, to be changed by whoever owns the risk.

    The decline cut-off is where good and bad applicants lie furthest apart (the KS point). The
    refer band is the tenth of all applicants just under it, or half of those under it where
    they are fewer than two tenths. Cut-offs are rounded to 0.1 %, so what is shown is what is used.

    Args:
        y: (n,) outcomes of the validation rows; 1 = bad.
        pd_hat: (n,) their probabilities of default.

    Raises:
        DecisionError: One of the two outcomes is absent.
    """
    bads = int(np.sum(y == 1))
    goods = len(y) - bads
    if not bads or not goods:
        raise DecisionError(
            f"Cut-offs are proposed from good and bad applicants, but of {len(y):,} validation "
            f"rows {bads:,} are bad."
        )
    decline_from = round(_ks_cut_off(y, pd_hat), 3)
    under = float(np.mean(pd_hat < decline_from))
    approve_below = float(np.quantile(pd_hat, max(under - REFER_SHARE, under / 2)))
    return Policy(min(round(approve_below, 3), decline_from), decline_from)


def _ks_cut_off(y: np.ndarray, pd_hat: np.ndarray) -> float:
    """Return the lowest PD c that maximises P(pd >= c | bad) − P(pd >= c | good)."""
    cut_offs, position = np.unique(pd_hat, return_inverse=True)
    bads = np.bincount(position, weights=y == 1, minlength=len(cut_offs))
    goods = np.bincount(position, weights=y != 1, minlength=len(cut_offs))
    caught_bads = bads[::-1].cumsum()[::-1] / bads.sum()
    caught_goods = goods[::-1].cumsum()[::-1] / goods.sum()
    return float(cut_offs[np.argmax(caught_bads - caught_goods)])
