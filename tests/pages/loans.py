"""A small loan file for tests of the data page, and what is on that page."""

from core.data.cleaning import Recipe
from core.data.schema import Schema

ROWS = [f"{n % 40 + 20},{n * 10},{'bad' if n % 4 == 0 else 'good'}" for n in range(100)]
RAW = "\n".join(["age,income,status", *ROWS, "30,,bad"]).encode()


def draft(workspace, source):
    """Return schema and recipe as the store holds them now."""
    kept = workspace.registry.source(source.id).draft
    return Schema.from_json(kept["schema"]), Recipe.from_json(kept["recipe"])


def texts(at):
    """Everything said on the page."""
    kinds = (at.markdown, at.caption, at.error, at.warning, at.info)
    return " ".join(element.value for kind in kinds for element in kind)
