"""Everything needed to score an applicant: recipe, encoder, network and what the fields mean."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.cleaning import FittedRecipe
from core.data.fields import Field
from core.data.schema import Schema
from core.model.encoding import Encoder
from core.model.served import ServedNetwork
from core.model.settings import NetworkSettings


@dataclass(frozen=True, slots=True)
class Bundle:
    """A trained network with all it needs, as stored with a run and with a model version.

    Attributes:
        encoder: Features to the network's input.
        network: The network without Keras.
        recipe: The cleaning steps as learnt on the training rows.
        fields: What an applicant is asked for: the source columns behind the features.
        schema: Of the cleaned frame; its features are what the network sees.
        settings: What the network was trained with.
    """

    encoder: Encoder
    network: ServedNetwork
    recipe: FittedRecipe
    fields: tuple[Field, ...]
    schema: Schema
    settings: NetworkSettings

    @property
    def features(self) -> list[str]:
        """The columns the network sees, in order."""
        return self.encoder.names

    def prepare(self, applicants: pd.DataFrame) -> pd.DataFrame:
        """Return the features of applicants given by their raw fields; no row is dropped."""
        return self.recipe.transform(applicants)[self.features]

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return (n,) log-odds of default, fast for many rows."""
        return self.network.log_odds(self.encoder.encode(features))

    def log_odds_rows(self, features: pd.DataFrame) -> np.ndarray:
        """Return (n,) log-odds of default, row by row: a row gets the same bits in any list."""
        rows = self.encoder.encode(features)
        return np.array([self.network.log_odds_row(row) for row in rows], np.float64)

    def to_files(self) -> dict[str, bytes]:
        """Return the files `from_files` reads."""
        plain = {
            "encoder.json": self.encoder.to_json(),
            "recipe.json": self.recipe.to_json(),
            "fields.json": [field.to_json() for field in self.fields],
            "schema.json": self.schema.to_json(),
            "settings.json": self.settings.to_json(),
        }
        files = {name: _to_bytes(data) for name, data in plain.items()}
        return {"weights.npz": self.network.to_npz(), **files}

    @classmethod
    def from_files(cls, read: Callable[[str], bytes]) -> "Bundle":
        """Return the bundle that `to_files` wrote.

        Args:
            read: Returns the bytes of a file by name, checked against the manifest.
        """
        return cls(
            encoder=Encoder.from_json(json.loads(read("encoder.json"))),
            network=ServedNetwork.from_npz(read("weights.npz")),
            recipe=FittedRecipe.from_json(json.loads(read("recipe.json"))),
            fields=tuple(Field.from_json(item) for item in json.loads(read("fields.json"))),
            schema=Schema.from_json(json.loads(read("schema.json"))),
            settings=NetworkSettings.from_json(json.loads(read("settings.json"))),
        )


def _to_bytes(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode()
