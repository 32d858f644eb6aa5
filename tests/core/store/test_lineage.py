"""Lineage: everything made from a file, in the order in which it was made."""

import pytest

from core.errors import NotFoundError
from core.store.lineage import lineage
from tests.core.decision.conftest import POLICY, add_run


def test_a_file_leads_to_its_models(workspace):
    """One chain from file to model, each made from the one before."""
    from core.decision.registration import register

    run = add_run(workspace)
    model = register(workspace, run.id, "Loans", POLICY)
    workspace.registry.publish(model.id, "tester")
    data_set = workspace.registry.data_set(run.data_set_id)
    nodes = lineage(workspace.registry, data_set.source_id)
    assert [node.kind for node in nodes] == ["file", "recipe", "data set", "run", "model"]
    assert [node.parent for node in nodes] == [None, 0, 1, 2, 3]
    assert nodes[-1].title == "version 1 · champion"


def test_an_unknown_file_has_none(workspace):
    """Asking for it is an error with words."""
    with pytest.raises(NotFoundError):
        lineage(workspace.registry, "src_none")
