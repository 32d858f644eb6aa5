"""What a training learns from: rows divided into parts, and the models that learn on them.

Everything learnt is learnt on training rows: the recipe is replayed once to see which rows
survive, those are split, and the recipe is fitted again on the rows that are learnt from alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from core.data.catalog import data_set_source
from core.data.cleaning import FittedRecipe, Recipe
from core.data.fields import learn_fields
from core.data.guards import require_trainable
from core.data.schema import Schema, outcome_vector
from core.data.splitting import Split, SplitSettings, groups_of, inner_folds, split
from core.evaluation.holdout import HELD_OUT
from core.model.batches import round_width
from core.model.bundle import Bundle
from core.model.challengers import Challenger, fit_challengers, majority
from core.model.encoding import Encoder
from core.model.fitting import Fitted, fit_encoder, fit_network
from core.model.keeper import Watch
from core.model.relatives import kinship, one_fold_each
from core.model.served import sigmoid
from core.model.settings import NetworkSettings
from core.model.training import UNWATCHED
from core.store.workspace import Workspace


@dataclass(frozen=True)
class Material:
    """The rows of one split of a data set, cleaned as the rows that are learnt from teach it.

    With more than one fold, training and validation rows are learnt from together: each fold's
    networks leave out the rows of their own fold.

    Attributes:
        source: The rows as they were read.
        unfitted: The recipe, without what it learns.
        whole: The cleaned frame that was split.
        split: Its parts.
        settings: What the network is trained with.
        schema: Of the cleaned frame.
    """

    source: pd.DataFrame
    source_schema: Schema
    unfitted: Recipe
    whole: pd.DataFrame
    split: Split
    settings: NetworkSettings
    schema: Schema

    @classmethod
    def load(
        cls,
        workspace: Workspace,
        data_set_id: str,
        shares: SplitSettings,
        settings: NetworkSettings,
    ) -> Self:
        """Read a data set and divide it.

        Raises:
            LendlensError: The data cannot be learnt from; the message says why.
        """
        source, source_schema, recipe = data_set_source(workspace, data_set_id)
        fitted = recipe.fit(source, source_schema)
        whole = fitted.apply(source)
        require_trainable(whole, fitted.schema)
        parts = split(whole, fitted.schema, shares)
        return cls(source, source_schema, recipe, whole, parts, settings, fitted.schema)

    def divided(self, parts: Split) -> Self:
        """Return the same rows, divided otherwise."""
        return replace(self, split=parts)

    @property
    def developed(self) -> pd.Index:
        """Training and validation rows."""
        return self.split.train.append(self.split.validation)

    @property
    def learnt(self) -> pd.Index:
        """The rows that the networks learn from."""
        return self.split.train if self.settings.folds == 1 else self.developed

    @cached_property
    def recipe(self) -> FittedRecipe:
        """The recipe as these rows teach it."""
        return self.unfitted.fit(self.source, self.source_schema, rows=self.learnt)

    @cached_property
    def features(self) -> pd.DataFrame:
        """The features of every row."""
        # Not apply: what it learnt from fewer rows might drop other rows than were split.
        cleaned = self.recipe.transform(self.source.loc[self.whole.index])
        return cleaned[[column.name for column in self.schema.features]]

    @cached_property
    def y(self) -> pd.Series:
        """The outcome of every row, 1 = bad."""
        return pd.Series(outcome_vector(self.whole, self.schema), self.whole.index)

    def outcomes(self, rows: pd.Index) -> np.ndarray:
        """Return (n,) outcomes of these rows."""
        return self.y.loc[rows].to_numpy(np.int8)

    @cached_property
    def groups(self) -> np.ndarray | None:
        """For each developed row the rows of its identifier; see core.data.splitting."""
        return groups_of(self.whole.loc[self.developed], self.schema)

    @cached_property
    def team(self) -> NetworkSettings:
        """The settings as these rows need them."""
        rows = self.developed
        features, y = self.features.loc[rows], self.outcomes(rows)
        return one_fold_each(self.settings, features, y, self.schema.features, self.groups)

    @cached_property
    def kinship(self) -> float | None:
        """How much rows are near copies of one another; see core.evaluation.checks."""
        if self.groups is not None:
            return None
        rows = self.developed
        features, y = self.features.loc[rows], self.outcomes(rows)
        return kinship(features, y, self.schema.features, self.settings.seed)

    @cached_property
    def fold(self) -> np.ndarray:
        """For each developed row the fold that leaves it out; -1 if all learn from it."""
        rows, team = self.developed, self.team
        if team.folds == 1:
            return np.where(rows.isin(self.split.validation), 0, -1)
        return inner_folds(self.outcomes(rows), self.groups, team.folds, team.seed)

    @cached_property
    def encoder(self) -> Encoder:
        """The features' encoding, as these rows teach it."""
        rows = self.developed
        features, y = self.features.loc[rows], self.outcomes(rows)
        return fit_encoder(features, y, self.schema.features, self.team, self.fold)

    @property
    def width(self) -> int:
        """Slots that the network's input is filled up to."""
        return round_width(self.encoder.width)


@dataclass(frozen=True, eq=False)
class Learnt:
    """The models that came of a material."""

    material: Material
    fitted: Fitted
    challengers: tuple[Challenger, ...]

    def log_odds(self, rows: pd.Index) -> np.ndarray:
        """Return (n,) log-odds of default of these rows."""
        features = self.material.features.loc[rows]
        return self.fitted.network.log_odds(self.fitted.encoder.encode(features))

    @cached_property
    def held_out(self) -> pd.Series:
        """PD of each row that some networks left out, said by these; rows in their order."""
        rows, log_odds = self.material.developed, self.fitted.held_out
        judged = ~np.isnan(log_odds)
        if self.material.settings.folds > 1:
            return pd.Series(sigmoid(log_odds[judged]), rows[judged])
        # One network: as it scores, to the bit.
        return pd.Series(sigmoid(self.log_odds(rows[judged])), rows[judged])

    def predict(self, part: str, rows: pd.Index) -> pd.DataFrame:
        """Return what each model says about these rows; see `_frame`."""
        features = self.material.features.loc[rows]
        models = {"network": sigmoid(self.log_odds(rows))}
        models |= {each.key: each.predict(features) for each in self.challengers}
        models["majority"] = majority(self.material.outcomes(self.material.developed), len(rows))
        return self._frame(part, rows, models)

    def judge(self, part: str) -> pd.DataFrame:
        """Return what the networks say about the rows that they left out."""
        rows = self.held_out.index
        return self._frame(part, rows, {"network": self.held_out.to_numpy()})

    def _frame(self, part: str, rows: pd.Index, models: dict[str, np.ndarray]) -> pd.DataFrame:
        """Return columns row, part, y, one per model, and held_out; see core.evaluation.holdout."""
        about = {"row": rows.to_numpy(np.int64), "part": part, "y": self.material.outcomes(rows)}
        known = np.nan if part == "test" else self.held_out.reindex(rows).to_numpy()
        return pd.DataFrame({**about, **models, HELD_OUT: known})

    @cached_property
    def bundle(self) -> Bundle:
        """Everything needed to score."""
        own, encoder = self.material, self.fitted.encoder
        return Bundle(
            encoder,
            self.fitted.network,
            own.recipe,
            learn_fields(
                own.source.loc[own.learnt],
                own.recipe.source_schema,
                own.recipe.inputs_for(encoder.names),
            ),
            own.schema,
            own.settings,
        )


def learn(
    material: Material,
    watch: Watch = UNWATCHED,
    before: Callable[[str], None] = lambda name: None,
    width: int = 0,
) -> Learnt | None:
    """Fit the network and its challengers on the same rows.

    Args:
        material: The rows.
        watch: Is told about the network's steps and epochs.
        before: Is told a challenger's name before it is fitted; may raise to stop.
        width: Slots that the network's input is filled up to; see core.model.training.

    Returns:
        All models, or None if the network was stopped before its first epoch ended.
    """
    rows = material.developed
    features, y = material.features.loc[rows], material.outcomes(rows)
    fitted = fit_network(features, y, material.encoder, material.team, material.fold, watch, width)
    if fitted is None:
        return None
    validates = np.asarray(rows.isin(material.split.validation))
    columns, seed = material.schema.features, material.settings.seed
    challengers = fit_challengers(features, y, columns, validates, seed, before)
    return Learnt(material, fitted, challengers)
