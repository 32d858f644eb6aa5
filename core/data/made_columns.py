"""The fields of made applicants, and how likely each of them is to default."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from core.data.made_rules import ruled

LEAK = "recovered_amount"
"""Known only after a default: what was collected afterwards."""
TRUTH = "true_default_probability"

_FIRST_DAY = np.datetime64("2019-01-01")
_DAYS = 365 * 5


@dataclass(frozen=True)
class Draw:
    """One block to draw.

    Attributes:
        rng: Its random stream.
        rows: Its length.
        start: Number of its first row in the file.
        missing: Multiplies the shares of missing values.
        codes: Whether unknown scores are codes.
        rules: How many rules there are; see core.data.made_rules.
        seed: Of the file.
    """

    rng: np.random.Generator
    rows: int
    start: int
    missing: float
    codes: bool
    rules: int
    seed: int

    def pick(self, shares: dict[str, float]) -> np.ndarray:
        """Return (rows,) positions in `shares`, drawn with these shares; they add up to 1."""
        edges = np.cumsum(list(shares.values()))[:-1]
        return np.searchsorted(edges, self.rng.random(self.rows))

    def blank(self, share: float | np.ndarray) -> np.ndarray:
        """Return (rows,) booleans: whose value is missing."""
        return np.asarray(self.rng.random(self.rows) < share * self.missing)

    def normal(self, spread: float = 1.0) -> np.ndarray:
        """Return (rows,) draws around 0."""
        return self.rng.normal(0, spread, self.rows)


_SEX = {"female": 0.46, "male": 0.54}
_MARITAL = {"single": 0.34, "married": 0.47, "divorced": 0.13, "widowed": 0.06}
_REGION = {"North": 0.21, "South": 0.26, "East": 0.18, "West": 0.22, "Capital": 0.13}
_JOB = {"permanent": 0.62, "temporary": 0.14, "self-employed": 0.13, "public": 0.08, "none": 0.03}
_HOME = {"owner": 0.38, "mortgage": 0.22, "rent": 0.31, "parents": 0.09}
_PURPOSE = {"car": 0.31, "home improvement": 0.22, "consolidation": 0.19, "furniture": 0.14,
            "education": 0.08, "travel": 0.06}  # fmt: skip
_CHANNEL = {"branch": 0.41, "web": 0.37, "broker": 0.22}
_TERMS = {"12": 0.14, "24": 0.24, "36": 0.29, "48": 0.19, "60": 0.14}

_JOB_RISK = (0.0, 0.45, 0.25, -0.35, 0.9)
_HOME_RISK = (-0.35, -0.1, 0.25, 0.15)
_PURPOSE_RISK = (-0.1, -0.15, 0.3, 0.1, 0.05, 0.25)
_CHANNEL_RISK = (0.0, 0.1, 0.25)


def columns(draw: Draw) -> dict[str, Any]:
    """Return every column of a block by name, the leak and the true probability last."""
    rng, rows = draw.rng, draw.rows
    age = np.clip(np.round(rng.gamma(9.0, 2.9, rows) + 18), 18, 84)
    job, home = draw.pick(_JOB), draw.pick(_HOME)
    purpose, channel = draw.pick(_PURPOSE), draw.pick(_CHANNEL)
    term = 12.0 * (1 + draw.pick(_TERMS))
    seniority = np.round(np.minimum(rng.exponential(6.5, rows), np.maximum(age - 17, 0.5)), 1)
    income = np.round(np.exp(7.55 + 0.012 * np.minimum(seniority, 25) + draw.normal(0.38)), 2)
    expenses = np.round(income * np.clip(0.42 + draw.normal(0.12), 0.1, 0.95), 2)
    amount = np.round(np.exp(8.6 + 0.35 * np.log(income / 1900) + draw.normal(0.55)), -2)
    utilisation = np.round(rng.beta(1.6, 2.4, rows) * 100, 1)
    late = rng.poisson(0.12 + 0.9 * (utilisation / 100) ** 3, rows).astype(float)
    history = np.round(np.minimum(rng.gamma(3.0, 38, rows), (age - 17) * 12))
    debt = np.round(income * rng.exponential(1.6, rows), 2)
    assets = np.round(np.where(home < 2, income * rng.gamma(2.0, 9, rows), 0), 2)
    rate = np.round(np.clip(6.5 + 1.1 * (channel == 2) + draw.normal(1.3), 1.9, 15.9), 2)
    instalment = np.round(amount / term * (1 + rate / 200 * term / 12), 2)
    burden = (instalment + expenses) / income
    log_odds = (
        -1.85
        + 1.5 * (np.clip(burden, 0.2, 2.5) - 0.62)
        + 0.62 * np.minimum(late, 4)
        + 1.1 * np.maximum(utilisation / 100 - 0.55, 0)
        - 0.055 * np.minimum(seniority, 12)
        + 0.0004 * np.square(np.minimum(age, 70) - 46)
        - 0.0035 * np.minimum(history, 180)
        - 0.22 * np.log1p(assets / 10_000)
        + 0.11 * np.log1p(debt / 1_000)
        + np.take(_JOB_RISK, job)
        + np.take(_HOME_RISK, home)
        + np.take(_PURPOSE_RISK, purpose)
        + np.take(_CHANNEL_RISK, channel)
        + 0.35 * (late > 0) * (channel == 2)  # an interaction for explanations to find
    )
    hidden = draw.normal(0.45)  # circumstances that only the bureau sees
    score = np.clip(np.round(560 - 38 * (log_odds + hidden) + draw.normal(22)), 300, 850)
    known = {
        "age": age, "seniority": seniority, "income": income, "utilisation": utilisation,
        "history": history, "debt": debt, "amount": amount, "burden": burden,
        "job": job, "home": home, "purpose": purpose, "channel": channel,
    }  # fmt: skip
    rules = ruled(known, draw.rules, draw.seed)  # the bureau does not know them
    probability = 1 / (1 + np.exp(-(log_odds + hidden + rules)))
    default = rng.random(rows) < probability
    unknown = np.where(draw.blank(0.05), -9.0, np.where(draw.blank(0.02), -8.0, 0.0))
    return {
        "application_id": _numbered(draw),
        "application_date": _FIRST_DAY + rng.integers(0, _DAYS, rows).astype("timedelta64[D]"),
        "age": _whole(age),
        "sex": _words(_SEX, draw.pick(_SEX)),
        "marital_status": _words(_MARITAL, draw.pick(_MARITAL), draw.blank(0.015)),
        "dependants": _whole(np.minimum(rng.poisson(0.9, rows), 7)),
        "region": _words(_REGION, draw.pick(_REGION)),
        "job": _words(_JOB, job, draw.blank(0.01)),
        "years_employed": _known(seniority, draw.blank(0.03 + 0.05 * (job == 2))),
        "home": _words(_HOME, home),
        "years_at_address": _whole(np.minimum(rng.exponential(7, rows), age - 17)),
        "income_monthly": _known(income, draw.blank(0.05 + 0.12 * (job == 2))),
        "expenses_monthly": _known(expenses, draw.blank(0.02)),
        "assets": _known(assets, draw.blank(0.08)),
        "debt": _known(debt, draw.blank(0.04)),
        "credit_cards": _whole(rng.poisson(1.8, rows)),
        "utilisation_percent": _known(utilisation, draw.blank(0.03)),
        "late_payments_12m": _whole(late),
        "credit_history_months": _whole(history, draw.blank(0.03)),
        "bureau_score": _scores(score, unknown, codes=draw.codes),
        "purpose": _words(_PURPOSE, purpose),
        "amount": _whole(amount),
        "term_months": _whole(term),
        "channel": _words(_CHANNEL, channel),
        "default": _whole(default),
        LEAK: np.where(default, np.round(amount * rng.beta(2, 3, rows), 2), 0.0),
        TRUTH: np.round(probability, 6),
    }


def _numbered(draw: Draw) -> pa.Array:
    numbers = np.arange(draw.start + 1, draw.start + draw.rows + 1)
    return pa.array(np.char.add("A", np.char.zfill(numbers.astype("U8"), 8)))


def _whole(values: np.ndarray, blank: np.ndarray | None = None) -> pa.Array:
    return pa.array(np.asarray(values).astype(np.int32), mask=blank)


def _known(values: np.ndarray, blank: np.ndarray) -> pa.Array:
    return pa.array(values, mask=blank)


def _scores(score: np.ndarray, unknown: np.ndarray, *, codes: bool) -> pa.Array:
    if codes:
        return _whole(np.where(unknown < 0, unknown, score))
    return _whole(score, unknown < 0)


def _words(shares: dict[str, float], picked: np.ndarray, blank: np.ndarray | None = None) -> Any:
    names: Sequence[str] = list(shares)
    codes = pa.array(picked.astype(np.int32), mask=blank)
    return pa.DictionaryArray.from_arrays(codes, pa.array(names)).cast(pa.string())
