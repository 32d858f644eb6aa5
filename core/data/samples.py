"""Bundled loan files, each described and with a recipe ready."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from core.config import ROOT
from core.data.allowed import ANYTHING, Allowed
from core.data.cleaning import Recipe
from core.data.schema import Column, Schema
from core.errors import NotFoundError

FOLDER = ROOT / "sample_data"


@dataclass(frozen=True)
class Sample:
    """One bundled file; `sample_data/<key>.json` describes `sample_data/<key>.csv`.

    Attributes:
        key: Its name in code and addresses.
        title: Its name on screen.
        sentence: What it is, in one sentence.
    """

    key: str
    title: str
    sentence: str

    @property
    def path(self) -> Path:
        """The CSV file."""
        return FOLDER / f"{self.key}.csv"

    def read(self) -> bytes:
        """Return the bytes of the CSV file."""
        return self.path.read_bytes()

    @cached_property
    def _about(self) -> dict[str, Any]:
        about: dict[str, Any] = json.loads((FOLDER / f"{self.key}.json").read_text("utf-8"))
        return about

    @property
    def recipe(self) -> Recipe:
        """The steps that make a sensible data set."""
        return Recipe.from_json(self._about["recipe"])

    def describe(self, proposed: Schema) -> Schema:
        """Return the proposed schema with what the data dictionary says of each column."""
        told = self._about["columns"]
        columns = tuple(_described(c, told.get(c.name, {})) for c in proposed.columns)
        return replace(proposed, columns=columns)


def _described(column: Column, told: Mapping[str, Any]) -> Column:
    allowed = Allowed.from_json(_NOTHING | told.get("allowed", {}))
    return replace(column, **{**told, "allowed": allowed})


_NOTHING = ANYTHING.to_json()


SAMPLES = (
    Sample(
        "credit_data",
        "Bank credit",
        "4,454 applicants of a bank, with real missing values; 28 % turned bad.",
    ),
    Sample(
        "german_credit",
        "German credit",
        "1,000 applicants of a German bank in the 1970s; the classic for fairness checks.",
    ),
    Sample(
        "lending_club",
        "Lending Club",
        "9,857 loans of an online lender; only 5 % turned bad.",
    ),
)


def sample(key: str) -> Sample:
    """Return one sample.

    Raises:
        NotFoundError: There is none of that key.
    """
    for known in SAMPLES:
        if known.key == key:
            return known
    raise NotFoundError(
        f"There is no sample {key!r}. There are: {', '.join(known.key for known in SAMPLES)}."
    )


if __name__ == "__main__":
    import sys

    from core.data.made_main import main

    sys.exit(main())
