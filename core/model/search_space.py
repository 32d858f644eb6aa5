"""What a search for better settings may change, and within which limits.

Imports neither Keras nor Optuna, so that pages can use it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.errors import ModelError
from core.model.settings import NetworkSettings

Scale = Literal["evenly", "by ratio", "doubling", "one of"]
"""How values are spread: evenly; by ratio (as many between 0.001 and 0.01 as between 0.01 and 0.1);
from the lowest by doubling; or one of a list."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that can be searched.

    Attributes:
        label: As users read it.
        scale: How its values are spread.
        whole: Whether it is a whole number.
        does: What it does, in one sentence.
    """

    label: str
    scale: Scale
    whole: bool
    does: str


SETTINGS: dict[str, Setting] = {
    "depth": Setting("Hidden layers", "evenly", True, "More layers can bend more, and overfit."),
    "width": Setting(
        "Width of the first layer",
        "doubling",
        True,
        "Further layers are as wide, or half as wide as the one before, as in the base.",
    ),
    "dropout": Setting("Dropout", "evenly", False, "Share of hidden units left out in each step."),
    "learning_rate": Setting("Learning rate", "by ratio", False, "Size of a step."),
    "weight_decay": Setting(
        "Weight decay", "by ratio", False, "Pulls weights to zero, against overfitting."
    ),
    "cuts": Setting(
        "Cuts per number at most", "evenly", True, "Extra bins where a small tree finds a jump."
    ),
    "bins": Setting("Bins per number at most", "doubling", True, "Quantiles of each number."),
    "batch_size": Setting("Batch size", "doubling", True, "Rows per step."),
    "members": Setting(
        "Networks per fold", "doubling", True, "More are steadier, and take more time."
    ),
    "activation": Setting("Activation", "one of", False, "How a hidden unit bends."),
    "numeric": Setting("Encoding of numbers", "one of", False, "How numbers enter the network."),
}
USUALLY = ("depth", "width", "dropout", "learning_rate", "weight_decay", "cuts")
"""Searched unless somebody chooses otherwise; more would need more trials than ten minutes hold."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number between two others, both included.

    Attributes:
        name: A key of SETTINGS.
        low: The lowest value.
        high: The highest; with doubling, the last one not above it.
    """

    name: str
    low: float
    high: float

    @property
    def setting(self) -> Setting:
        """What is searched."""
        return SETTINGS[self.name]

    @property
    def doublings(self) -> int:
        """How often the lowest value can be doubled.

        >>> Range("width", 32, 200).doublings
        2
        """
        return math.floor(math.log2(self.high / self.low) + 1e-9)

    @property
    def problem(self) -> str:
        """What is wrong; empty if nothing is."""
        label, scale = self.setting.label, self.setting.scale
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return f"{label} needs a number on both sides."
        if self.low >= self.high:
            return (
                f"{label} should go from a lower to a higher value, but goes from {self.low:g} to "
                f"{self.high:g}. Leave it out to keep it as it is."
            )
        if self.setting.whole and (self.low % 1 or self.high % 1):
            return f"{label} should be whole numbers, not {self.low:g} to {self.high:g}."
        if scale in ("by ratio", "doubling") and self.low <= 0:
            return f"{label} should begin above 0, not at {self.low:g}."
        if scale == "doubling" and self.doublings < 1:
            return f"{label} should at least double, but goes from {self.low:g} to {self.high:g}."
        return ""

    def nearest(self, value: float) -> float:
        """Return the value of the range that is nearest."""
        found = min(max(value, self.low), self.high)
        if self.setting.scale == "doubling":
            found = self.low * 2 ** min(round(math.log2(found / self.low)), self.doublings)
        return int(found) if self.setting.whole else found

    @property
    def ends(self) -> tuple[Any, Any]:
        """The lowest and the highest value."""
        return self.nearest(self.low), self.nearest(self.high)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words."""

    name: str
    options: tuple[str, ...]

    @property
    def setting(self) -> Setting:
        """What is searched."""
        return SETTINGS[self.name]

    @property
    def problem(self) -> str:
        """What is wrong; empty if nothing is."""
        several = len(set(self.options)) == len(self.options) > 1
        return "" if several else f"{self.setting.label} needs at least two different options."

    def nearest(self, value: str) -> str:
        """Return the value, or the first option if it is none of them."""
        return value if value in self.options else self.options[0]

    @property
    def ends(self) -> tuple[Any, Any]:
        """The first and the last option."""
        return self.options[0], self.options[-1]


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """All settings that a study changes; the others are those of its base."""

    parameters: tuple[Range | Choice, ...]

    def check(self, base: NetworkSettings) -> None:
        """Refuse what cannot be searched.

        Raises:
            ModelError: Lists every problem, of the ranges and of settings at their ends.
        """
        problems = [parameter.problem for parameter in self.parameters]
        if not self.parameters:
            problems.append("Choose at least one setting to search.")
        if found := [problem for problem in problems if problem]:
            raise ModelError(" ".join(found))
        for end in (0, 1):
            self.settings(base, {each.name: each.ends[end] for each in self.parameters})

    def settings(self, base: NetworkSettings, values: Values) -> NetworkSettings:
        """Return the base with these values; the dropout of taught networks changes in proportion.

        Raises:
            ModelError: They do not go together.

        >>> space = SearchSpace((Range("width", 32, 256),))
        >>> space.settings(NetworkSettings(layers=(64, 32)), {"width": 128}).layers
        (128, 64)
        >>> space.settings(NetworkSettings(layers=(64, 64)), {"width": 128}).layers
        (128, 128)
        """
        others = {name: value for name, value in values.items() if name not in ("depth", "width")}
        if base.dropout and "dropout" in others:
            share = others["dropout"] / base.dropout
            others["taught_dropout"] = min(0.9, share * base.taught_dropout)
        return replace(base, layers=_layers(base, values), **others)

    def nearest(self, base: NetworkSettings) -> Values:
        """Return the values that are nearest to the base."""
        first = base.layers[0] if base.layers else 1
        known: Values = {**base.to_json(), "depth": len(base.layers), "width": first}
        return {each.name: each.nearest(known[each.name]) for each in self.parameters}

    def to_json(self) -> list[Any]:
        """Return plain data that `from_json` reads back."""
        return [
            {"name": each.name, "options": list(each.options)}
            if isinstance(each, Choice)
            else {"name": each.name, "low": each.low, "high": each.high}
            for each in self.parameters
        ]

    @classmethod
    def from_json(cls, data: Sequence[Mapping[str, Any]]) -> "SearchSpace":
        """Return the space that `to_json` wrote."""
        return cls(
            tuple(
                Choice(each["name"], tuple(each["options"])) if "options" in each else Range(**each)
                for each in data
            )
        )


def proposed(base: NetworkSettings) -> tuple[Range, ...]:
    """Return ranges around a base, all that can be searched; USUALLY names those to begin with."""
    if base.additive:  # one hidden layer and one network per fold, whose width counts per column
        return (Range("width", 8, 64), *_RANGES[2:-1])
    return _RANGES


_RANGES = (
    Range("depth", 1, 3),
    Range("width", 32, 256),
    Range("dropout", 0, 0.4),
    Range("learning_rate", 5e-4, 5e-3),
    Range("weight_decay", 1e-4, 1e-1),
    Range("cuts", 0, 64),
    Range("bins", 8, 32),
    Range("batch_size", 128, 512),
    Range("members", 2, 8),
)


def _layers(base: NetworkSettings, values: Values) -> tuple[int, ...]:
    if not {"depth", "width"} & set(values):
        return base.layers
    depth = int(values.get("depth", len(base.layers)))
    width = int(values.get("width", base.layers[0] if base.layers else 1))
    halves = len(base.layers) < 2 or base.layers[1] < base.layers[0]
    return tuple(max(1, width >> number * halves) for number in range(depth))
