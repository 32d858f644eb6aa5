"""Rules in made applicants: the risk jumps inside boxes of two or three fields.

Lenders' own rules leave such boxes in a file: who rents, earns little and asks for much was only
taken with a guarantor. Trees find them at once, and a network has to.
"""

from collections.abc import Mapping

import numpy as np

BETWEEN = {
    "age": (29, 58),
    "seniority": (1, 11),
    "income": (1_400, 3_100),
    "utilisation": (20, 65),
    "history": (50, 170),
    "debt": (700, 4_500),
    "amount": (2_800, 9_500),
    "burden": (0.45, 0.95),
}
"""Where a rule may cut a number: applicants are on both sides, of most numbers a tenth at least."""
OPTIONS = {"job": 5, "home": 4, "purpose": 6, "channel": 3}
"""How many options a category has."""
_STRENGTH = (0.8, 2.4)
_STREAM = 2**32 - 1  # no block has this number


def ruled(fields: Mapping[str, np.ndarray], rules: int, seed: int) -> np.ndarray:
    """Return what rules add to the log-odds of each row.

    Every second rule lowers the risk. The same seed gives the same rules, whatever the rows.

    Args:
        fields: (n,) values of each number and positions of each category that rules know.
        rules: How many.
        seed: Of the file.
    """
    rng = np.random.default_rng([seed, _STREAM])
    names = [*BETWEEN, *OPTIONS]
    added = np.zeros(len(fields["age"]))
    for number in range(rules):
        strength = rng.uniform(*_STRENGTH) * (-1) ** number
        inside = [
            _side(fields[name], name, rng)
            for name in rng.choice(names, rng.integers(2, 4), replace=False)
        ]
        added += strength * np.all(inside, axis=0)
    return added


def _side(values: np.ndarray, name: str, rng: np.random.Generator) -> np.ndarray:
    """Return the rows on one side of a cut, or with one half of the categories."""
    if name in BETWEEN:
        return np.asarray((values > rng.uniform(*BETWEEN[name])) == (rng.random() < 0.5))
    options = OPTIONS[name]
    return np.isin(values, rng.permutation(options)[: (options + 1) // 2])
