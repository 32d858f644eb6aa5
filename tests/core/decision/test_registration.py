import io
import json
import zipfile

import pytest

from core.decision.policy import PointsScale, Policy
from core.decision.registration import change_policy, register
from core.decision.scoring import Scorer
from core.errors import IntegrityError, ModelError, NotFoundError
from core.store.tables import Run
from core.store.workspace import Workspace

POLICY = Policy(0.3, 0.5)
APPLICANT = {"Age": 35, "Income": 120.0, "Amount": 900, "Home": "rent"}


def test_a_model_version_needs_no_other_folder(workspace: Workspace, run: Run) -> None:
    """It scores and explains after the run's own files are gone."""
    model = register(workspace, run.id, "Loans", POLICY)
    workspace.artifacts.delete(f"runs/{run.id}")
    said = Scorer.load(workspace, model.id).assess(APPLICANT)
    assert said.reasons
    assert "predictions.parquet" not in workspace.artifacts.names(f"models/{model.id}")


def test_the_download_holds_everything(workspace: Workspace, run: Run) -> None:
    """The zip has policy, weights and reference populations, with their manifest."""
    model = register(workspace, run.id, "Loans", POLICY)
    archive = zipfile.ZipFile(io.BytesIO(workspace.artifacts.zip(f"models/{model.id}")))
    assert {"manifest.json", "policy.json", "weights.npz", "references.parquet"} <= set(
        archive.namelist()
    )
    assert json.loads(archive.read("policy.json")) == {
        "approve_below": 0.3,
        "decline_from": 0.5,
        "scale": {"base": 600, "odds": 50, "pdo": 20},
        "version": 1,
    }


def test_other_cut_offs_make_another_version(workspace: Workspace, run: Run) -> None:
    """The first version and what it decides stay as they were."""
    first = register(workspace, run.id, "Loans", POLICY)
    second = change_policy(workspace, first.id, Policy(0.9, 0.95))
    assert [(m.name, m.version, m.policy["version"]) for m in (first, second)] == [
        ("Loans", 1, 1),
        ("Loans", 2, 2),
    ]
    old, new = (Scorer.load(workspace, m.id).assess(APPLICANT) for m in (first, second))
    assert old.default_probability == new.default_probability
    assert (old.decision, new.decision) == ("decline", "approve")


def test_who_just_passes_follows_the_cut_offs(workspace: Workspace, run: Run) -> None:
    """The reference population near the cut-off is chosen anew; that of all stays."""
    first = register(workspace, run.id, "Loans", POLICY)
    second = change_policy(workspace, first.id, Policy(0.9, 0.95))
    old, new = (Scorer.load(workspace, m.id).references for m in (first, second))
    assert old["near_cut_off"].id != new["near_cut_off"].id
    assert old["all"].id == new["all"].id
    assert "cut-off of 90.0\xa0%" in new["near_cut_off"].sentence


def test_the_same_cut_offs_make_no_version(workspace: Workspace, run: Run) -> None:
    """A version that differs in nothing would only confuse."""
    first = register(workspace, run.id, "Loans", POLICY)
    with pytest.raises(ModelError, match="already has these cut-offs"):
        change_policy(workspace, first.id, Policy(0.3, 0.5, version=9))


def test_another_points_scale_is_another_version(workspace: Workspace, run: Run) -> None:
    """The same risk shown as other points is a change people have to know of."""
    first = register(workspace, run.id, "Loans", POLICY)
    scale = PointsScale(base=500, odds=20, pdo=40)
    assert change_policy(workspace, first.id, Policy(0.3, 0.5, scale)).version == 2


def test_an_unfinished_run_is_refused(workspace: Workspace, run: Run) -> None:
    """A run without a digest has nothing to copy yet."""
    waiting = workspace.registry.add_run(run.data_set_id, "job_x", "Loans", "custom", {}, {})
    with pytest.raises(ModelError, match="has not finished"):
        register(workspace, waiting.id, "Loans", POLICY)


def test_an_unknown_run_is_refused(workspace: Workspace) -> None:
    """The message names the run."""
    with pytest.raises(NotFoundError, match="There is no run 'run_0'"):
        register(workspace, "run_0", "Loans", POLICY)


def test_a_changed_run_is_refused(workspace: Workspace, run: Run) -> None:
    """A model is made from the files that training wrote, or not at all."""
    path = workspace.settings.home / "artifacts" / "runs" / run.id / "encoder.json"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(IntegrityError, match=r"encoder\.json"):
        register(workspace, run.id, "Loans", POLICY)
    assert workspace.registry.models() == []
