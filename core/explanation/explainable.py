"""What an explainer needs of a model: fields that add up in the first layer."""

from typing import Protocol

import numpy as np
import pandas as pd

from core.explanation.worth import Layers


class Encodes(Protocol):
    """Encodes features so that each has slots of its own; see core.model.encoding."""

    @property
    def names(self) -> list[str]: ...  # noqa: D102

    def encode(self, frame: pd.DataFrame) -> np.ndarray: ...  # noqa: D102

    def block(self, name: str) -> slice: ...  # noqa: D102


class Network(Layers, Protocol):
    """A forward pass that is split where fields stop adding up; see core.model.served."""

    def tail(self, pre: np.ndarray) -> np.ndarray: ...  # noqa: D102

    def tails(self, pre: np.ndarray) -> np.ndarray: ...  # noqa: D102

    def log_odds_row(self, encoded: np.ndarray) -> float: ...  # noqa: D102


class Explainable(Protocol):
    """What scores: core.model.bundle.Bundle, or anything with an additive first layer."""

    @property
    def encoder(self) -> Encodes: ...  # noqa: D102

    @property
    def network(self) -> Network: ...  # noqa: D102
