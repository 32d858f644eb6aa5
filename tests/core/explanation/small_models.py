"""Small models with random weights: enough structure to explain, small enough to enumerate."""

from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd

from core.data.schema import Column, Schema
from core.model.encoding import Encoder
from core.model.served import ServedNetwork


@dataclass(frozen=True)
class SmallModel:
    """What an Explainer needs of a bundle."""

    encoder: Encoder
    network: ServedNetwork
    schema: Schema
    frame: pd.DataFrame

    def log_odds(self, features):
        return self.network.log_odds(self.encoder.encode(features))


def small_model(numbers=4, categories=1, hidden=(8, 4), seed=0, scale=1.0):
    """Return a random network over numbers n0, n1, … and categories c0, c1, …, with 60 rows."""
    random = np.random.default_rng(seed)
    rows = 60
    data = {f"n{i}": random.normal(size=rows) for i in range(numbers)}
    data["n0"][::7] = np.nan
    for i in range(categories):
        data[f"c{i}"] = pd.Series(random.choice(["rent", "own", "other"], rows), dtype="str")
    frame = pd.DataFrame(data)
    columns = tuple(
        Column(name, "category" if name.startswith("c") else "number", "feature") for name in frame
    )
    encoder = Encoder.fit(frame, columns, "piecewise", bins=4)
    widths = [encoder.width, *hidden, 1]
    weights = [
        scale * random.normal(size=shape) / np.sqrt(shape[0] / 4) for shape in pairwise(widths)
    ]
    biases = [random.normal(size=width) / 4 for width in widths[1:]]
    return SmallModel(encoder, ServedNetwork(weights, biases), Schema(columns), frame)


NAMES = ["weighty", "copy", "light", "idle"]
WEIGHTS = [1.0, 1.0, 0.05, 0.0]


class Straight:
    """Encodes each of four fields into one slot; the network adds them up by weight."""

    def __init__(self) -> None:
        weights = np.array(WEIGHTS, np.float32)[:, np.newaxis]
        self.network = ServedNetwork([weights], [np.zeros(1, np.float32)])
        self.encoder = SimpleNamespace(
            encode=lambda frame: frame[NAMES].to_numpy(np.float32),
            block=lambda name: slice(NAMES.index(name), NAMES.index(name) + 1),
        )
