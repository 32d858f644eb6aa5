"""Cleaning recipes, kept under a name so that other files can use them."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.store.base import now
from core.store.records import Records, find
from core.store.tables import SavedRecipe, Source


class RecipeRecords(Records):
    """The part of the registry about recipes: their steps never change."""

    def add_recipe(self, source_id: str, name: str, steps: list[Any]) -> SavedRecipe:
        """Keep the steps made for a loan file under a name.

        Raises:
            NotFoundError: There is no such loan file.
            StoreError: The name is empty, or a recipe that is listed has it.
        """
        with self._writing() as session:
            find(session, Source, source_id)
            recipe = SavedRecipe(source_id=source_id, name=_free(session, name), steps=steps)
            session.add(recipe)
        return recipe

    def recipe(self, id: str) -> SavedRecipe:
        """Return one recipe, also one that was removed; NotFoundError if there is none."""
        return self._one(SavedRecipe, id)

    def recipes(self) -> list[SavedRecipe]:
        """Return the recipes that were not removed, newest first."""
        query = _LISTED.order_by(SavedRecipe.created_at.desc())
        with self._reading() as session:
            return list(session.scalars(query))

    def rename_recipe(self, id: str, name: str) -> None:
        """Give a recipe another name.

        Raises:
            NotFoundError: There is no such recipe.
            StoreError: The name is empty, or another recipe has it.
        """
        with self._writing() as session:
            recipe = find(session, SavedRecipe, id)
            recipe.name = _free(session, name, but=id)

    def remove_recipe(self, id: str) -> None:
        """Take a recipe out of the list."""
        with self._writing() as session:
            find(session, SavedRecipe, id).removed_at = now()

    def restore_recipe(self, id: str) -> None:
        """Put a removed recipe back; it gets another name if its own was taken meanwhile."""
        with self._writing() as session:
            recipe = find(session, SavedRecipe, id)
            if _taken(session, recipe.name, but=id):
                recipe.name = f"{recipe.name} ({recipe.created_at:%Y-%m-%d %H:%M})"
            recipe.removed_at = None


_LISTED = select(SavedRecipe).where(SavedRecipe.removed_at.is_(None))


def _taken(session: Session, name: str, but: str = "") -> bool:
    same = _LISTED.where(func.lower(SavedRecipe.name) == name.lower(), SavedRecipe.id != but)
    return session.scalar(same.limit(1)) is not None


def _free(session: Session, name: str, but: str = "") -> str:
    """Return a name without spare spaces that no other recipe has."""
    name = " ".join(name.split())
    if not name:
        raise StoreError("Give the recipe a name.")
    if _taken(session, name, but):
        raise StoreError(f"There is already a recipe {name!r}. Choose another name.")
    return name
