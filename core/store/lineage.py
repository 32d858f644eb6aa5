"""Where everything comes from: file → recipe → data set → run → model → decisions."""

from dataclasses import dataclass
from typing import Literal

from core.store.registry import Registry
from core.store.tables import DataSet, ModelVersion, Run, Source

Kind = Literal["file", "recipe", "data set", "run", "model", "decisions"]
KINDS: tuple[Kind, ...] = ("file", "recipe", "data set", "run", "model", "decisions")
"""In the order in which one leads to the next."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in the workspace.

    Attributes:
        kind: What it is.
        id: Of the record; a recipe has the id of its data set, decisions that of their model.
        title: What it is called.
        detail: A second line, such as "4,452 rows".
        parent: Position of what it was made from, in the list of nodes; None for a file.
    """

    kind: Kind
    id: str
    title: str
    detail: str
    parent: int | None = None


def lineage(registry: Registry, source_id: str) -> tuple[Node, ...]:
    """Return everything that was made from a file, each after what it was made from.

    Raises:
        NotFoundError: There is no such file.
    """
    nodes: list[Node] = []

    def add(node: Node) -> int:
        nodes.append(node)
        return len(nodes) - 1

    file = add(_file(registry.source(source_id)))
    for data_set in reversed(registry.data_sets(source_id)):
        recipe = add(_recipe(data_set, file))
        made = add(_data_set(data_set, recipe))
        for run in reversed(registry.runs(data_set.id)):
            trained = add(_run(run, made))
            for model in reversed(registry.models(run.id)):
                kept = add(_model(model, trained, registry.champion_id()))
                if decided := registry.num_decisions(model.id):
                    word = "decision" if decided == 1 else "decisions"
                    add(Node("decisions", model.id, f"{decided:,} {word}", "", kept))
    return tuple(nodes)


def _file(source: Source) -> Node:
    return Node("file", source.id, source.filename, f"{source.rows:,} rows · {source.sha256[:8]}")


def _recipe(data_set: DataSet, parent: int) -> Node:
    on = sum(not step.get("off") for step in data_set.recipe)
    title = f"{on} step{'s' * (on != 1)}" if on else "no step"
    return Node("recipe", data_set.id, title, "", parent)


def _data_set(data_set: DataSet, parent: int) -> Node:
    title = f"{data_set.name} · version {data_set.version}"
    return Node(
        "data set", data_set.id, title, f"{data_set.rows:,} rows · {data_set.sha256[:8]}", parent
    )


def _run(run: Run, parent: int) -> Node:
    detail = run.preset if run.digest else f"{run.preset} · not finished"
    return Node("run", run.id, run.name, detail, parent)


def _model(model: ModelVersion, parent: int, champion: str | None) -> Node:
    in_force = " · champion" if model.id == champion else ""
    return Node("model", model.id, f"version {model.version}{in_force}", model.digest[:8], parent)
