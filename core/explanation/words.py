"""What explanations show, said in one sentence each."""

from collections.abc import Sequence

import pandas as pd

from core.data.schema import Column, Schema
from core.explanation.attribution import Attribution
from core.explanation.global_ import Explained, direction
from core.formatting import count, percent

IN_HEADLINE = 3
LEAST_SHARE = 0.02
LEAST_SPREAD = 0.01


def signed(value: float, digits: int = 2) -> str:
    """Return a value with its sign as a typographer sets it.

    >>> signed(0.314), signed(-0.314), signed(0.001)
    ('+0.31', '−0.31', '0.00')
    """
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def listing(words: Sequence[str]) -> str:
    """Return words as a sentence lists them.

    >>> listing(["income"]), listing(["income", "age", "job"])
    ('income', 'income, age and job')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def headline(importance: pd.DataFrame) -> str:
    """Say which fields move the risk most; `importance` as core.explanation.global_ has it."""
    top = importance[importance["share"] >= LEAST_SHARE].head(IN_HEADLINE)
    if top.empty:
        return "No field moves the risk: the model says nearly the same of everybody."
    verb = "moves" if len(top) == 1 else "move"
    share = percent(float(top["share"].sum()), 0)
    return f"{listing(list(top['label']))} {verb} the risk most: {share} of the total effect."


def directions(importance: pd.DataFrame, most: int = IN_HEADLINE) -> str:
    """Say which way the weightiest numbers work; empty where none has a plain direction."""
    top = importance[importance["direction"] != ""].head(most)
    return " ".join(
        f"Higher {label} {verb} the risk."
        for label, verb in zip(top["label"], top["direction"], strict=True)
    )


def furthest(explained: Explained, schema: Schema) -> str:
    """Say which field reaches furthest for a single applicant, and how far."""
    low, high = explained.values.min(), explained.values.max()
    name = str((high - low).idxmax())
    ends = f"{signed(float(low[name]))} to {signed(float(high[name]))}"
    return f"{schema[name].label} reaches furthest: {ends} log-odds"


def dependence(explained: Explained, column: Column) -> str:
    """Say how one field works."""
    if column.kind == "number":
        verb = direction(explained, column)
        if verb:
            return f"Higher {column.label} {verb} the risk"
        return f"{column.label} raises or lowers the risk, depending on where it lies"
    effects = explained.values[column.name].groupby(
        explained.features[column.name].fillna("not given").to_numpy()
    )
    means = effects.mean()
    if float(means.max() - means.min()) < LEAST_SPREAD:
        return f"{column.label} hardly moves the risk"
    return f"{column.label} “{means.idxmax()}” raises the risk most, “{means.idxmin()}” the least"


def applicant(attribution: Attribution, schema: Schema, base_pd: float, pd_hat: float) -> str:
    """Say how one applicant gets from the reference population's PD to the own one."""
    rises = pd_hat >= base_pd
    sign = 1 if rises else -1
    ranked = sorted(zip(sign * attribution.values, attribution.names, strict=True), reverse=True)
    main = [schema[name].label for value, name in ranked[:2] if value > 0]
    verb = "rises" if rises else "falls"
    why = f", mostly by {listing(main)}" if main else ""
    return f"The risk {verb} from {percent(base_pd)} to {percent(pd_hat)}{why}"


def exactness(attribution: Attribution) -> str:
    """Say how an attribution was found, and how far it may be off."""
    coalitions = count(attribution.n_coalitions)
    if attribution.bars is None:
        return f"Exact, over {coalitions} coalitions of fields."
    longer = "" if attribution.precise else ", longer than the 1 % of the largest effect aimed at"
    return (
        f"Sampled, over {coalitions} coalitions of fields; 95 % error bars of at most "
        f"±\N{NO-BREAK SPACE}{attribution.bars.max():.3f} log-odds{longer}."
    )


def how_many(rows: int, of: int, what: str = "test applicants") -> str:
    """Say on how many rows something rests.

    >>> how_many(891, 891), how_many(1000, 6000)
    ('all 891 test applicants', '1,000 of 6,000 test applicants, drawn at random')
    """
    if rows == of:
        return f"all {count(of)} {what}"
    return f"{count(rows)} of {count(of)} {what}, drawn at random"
