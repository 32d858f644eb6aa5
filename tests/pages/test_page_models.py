"""The models page: empty, seeded, published, rolled back, other cut-offs, deleted."""

import pytest

from core.decision.ledger import record
from core.decision.policy import Policy
from core.decision.registration import change_policy
from core.decision.scoring import Scorer
from core.store.tables import ModelVersion
from core.store.workspace import Workspace


@pytest.fixture
def first(seeded: Workspace) -> ModelVersion:
    """The champion."""
    champion = seeded.registry.champion()
    assert champion is not None
    return champion


@pytest.fixture
def second(seeded: Workspace, first: ModelVersion) -> ModelVersion:
    """A version with other cut-offs, not published."""
    return change_policy(seeded, first.id, Policy(0.1, 0.9))


def text(at) -> str:
    """Everything written on the page."""
    parts = [*at.markdown, *at.caption, *at.header, *at.info, *at.error, *at.warning]
    return "\n".join(str(part.value) for part in parts)


def press(at, label: str):
    """Press the last button with this label: a dialog's, where one is open."""
    return [button for button in at.button if button.label == label][-1].click().run()


def test_without_a_model_the_way_leads_to_training(workspace, open_page):
    """There is one sentence and one button."""
    at = open_page("models")
    assert not at.exception
    assert "There is no model yet." in text(at)
    assert [button.label for button in at.button] == ["Train a network"]


def test_a_version_shows_its_evidence(seeded, first, open_page):
    """Ranking with interval and n, and what the cut-offs do to rows never seen."""
    at = open_page("models")
    assert not at.exception
    labels = [metric.label for metric in at.metric]
    assert labels == ["ROC-AUC", "KS", "Approved", "Bad among approved"]
    assert all(" · n = " in metric.delta for metric in at.metric)
    assert Policy.from_json(first.policy).sentence in text(at)


def test_all_versions_stand_side_by_side(seeded, first, second, open_page):
    """The champion is marked, and cut-offs differ where versions do."""
    at = open_page("models")
    versions = at.dataframe[0].value
    assert versions["Version"].tolist() == [2, 1]
    assert versions["State"].tolist() == ["", "Champion"]
    assert versions["Approve below"].tolist()[0] == pytest.approx(10)


def test_publishing_asks_once(seeded, second, open_page):
    """The version becomes champion with the note, after one confirmation."""
    at = open_page("models", model=second.id)
    press(at, "Publish as champion")
    assert seeded.registry.champion() != second
    at.text_input(key="publish-note").set_value("Stricter")
    press(at, "Publish")
    last = seeded.registry.publications()[-1]
    assert (last.model_id, last.note) == (second.id, "Stricter")
    assert [toast.value for toast in at.toast] == [
        f"{second.name} · version 2 is the champion now."
    ]


def test_rolling_back_returns_the_champion_before(seeded, first, second, open_page):
    """The history shows the way there and back."""
    seeded.registry.publish(second.id, "ann")
    at = open_page("models")
    press(at, f"Roll back to {first.name} · version 1")
    press(at, "Roll back")
    champion = seeded.registry.champion()
    assert champion is not None
    assert champion.id == first.id
    assert "version 1 is the champion again." in at.toast[0].value
    history = at.dataframe[-1].value
    assert history["What"].tolist() == ["Rolled back", "Published", "Published"]


def test_other_cut_offs_show_their_effect_before_they_are_kept(seeded, first, open_page):
    """The table compares now and tried; keeping makes a version, unpublished."""
    at = open_page("models")
    at.number_input(key=f"approve-below-{first.id}").set_value(5.0).run()
    compared = at.dataframe[1].value
    assert {"Applicants, now", "Applicants, tried"} <= set(compared.columns)
    at.button(key="keep").click().run()
    newest = seeded.registry.models()[0]
    assert newest.policy["approve_below"] == 0.05
    assert (newest.version, at.query_params["model"]) == (2, newest.id)


def test_the_same_cut_offs_cannot_be_kept(seeded, open_page):
    """A version that differs in nothing is not offered."""
    assert open_page("models").button(key="keep").disabled


def test_contradicting_cut_offs_are_explained(seeded, first, open_page):
    """The message stands beneath the fields, which keep what was typed."""
    at = open_page("models")
    field = at.number_input(key=f"approve-below-{first.id}")
    field.set_value(99.0).run()
    assert "cannot both hold" in text(at)
    assert at.number_input(key=f"approve-below-{first.id}").value == 99.0


def test_deleting_asks_once(seeded, second, open_page):
    """A version nothing refers to goes with its files; the page shows another."""
    at = open_page("models", model=second.id)
    press(at, "Delete")
    press(at, "Delete for good")
    assert not at.exception
    assert second.id not in [model.id for model in seeded.registry.models()]
    assert not seeded.artifacts.exists(f"models/{second.id}")
    assert "There is no model" not in text(at)
    assert "version 2 was deleted." in at.toast[0].value
    assert not at.run().toast, "said once"


def test_a_version_with_decisions_is_kept(seeded, second, open_page):
    """The refusal says what refers to it."""
    scorer = Scorer.load(seeded, second.id)
    inputs = {field.name: field.typical for field in scorer.bundle.fields}
    record(seeded, scorer, scorer.assess(inputs), inputs, "ann", "loan officer", "A-1")
    at = open_page("models", model=second.id)
    press(at, "Delete")
    press(at, "Delete for good")
    assert "1 decision was made with it" in text(at)
    assert second.id in [model.id for model in seeded.registry.models()]


def test_the_champion_cannot_be_deleted(seeded, first, open_page):
    """The button is not offered."""
    at = open_page("models", model=first.id)
    assert next(button for button in at.button if button.label == "Delete").disabled


def test_a_damaged_run_is_said_in_words(seeded, second, open_page):
    """No traceback is shown."""
    path = seeded.settings.home / "artifacts" / "runs" / second.run_id / "predictions.parquet"
    path.write_bytes(b"x")
    from ui.models_evidence import _unseen_rows

    _unseen_rows.clear()
    at = open_page("models")
    assert not at.exception
    assert "predictions.parquet is not the file that was written" in text(at)


def opened(open_page, model: ModelVersion):
    """The page with the shelf of the reason list open."""
    at = open_page("models", model=model.id)
    at.session_state["shelf-reason-list"] = True
    return at.run()


def test_new_words_make_a_new_version(seeded, first, open_page):
    """The table is edited, and the version made of it is shown; the champion stays."""
    at = opened(open_page, first)
    scorer = Scorer.load(seeded, first.id)
    table = f"reason-list-{first.id}-table-"
    at.session_state[table] = {
        "edited_rows": {0: {"Wording": "Employed for {value} only"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    at.run()
    assert "1 wording differs from the standard." in text(at)
    assert ", below what is typical: “Employed for" in text(at)
    at.button(key=f"reason-list-{first.id}-keep").click().run()
    made = seeded.registry.models()[0]
    field = scorer.bundle.schema.features[0].name
    assert Scorer.load(seeded, made.id).wordings.own == {
        field: {"below": "Employed for {value} only"}
    }
    assert seeded.registry.champion().id == first.id


def test_a_wording_that_is_no_reason_is_refused(seeded, first, open_page):
    """The message names the field, and nothing can be kept."""
    at = opened(open_page, first)
    at.session_state[f"reason-list-{first.id}-table-"] = {
        "edited_rows": {0: {"Wording": "Score too low"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    at.run()
    assert any("are no reasons" in error.value for error in at.error)
    assert at.button(key=f"reason-list-{first.id}-keep").disabled


def test_a_list_is_loaded_from_a_file(seeded, first, open_page):
    """The table shows what the file holds, formula guards taken off again."""
    at = opened(open_page, first)
    column = Scorer.load(seeded, first.id).bundle.schema.features[0]
    csv = f"Field,When,Wording\n{column.name},below,'-{{value}} is short\n".encode()
    at.file_uploader[0].upload("reasons.csv", csv).run()
    at.button(key=f"reason-list-{first.id}-use").click().run()
    assert not at.exception
    at.button(key=f"reason-list-{first.id}-keep").click().run()
    made = seeded.registry.models()[0]
    own = Scorer.load(seeded, made.id).wordings.own
    assert own == {column.name: {"below": "-{value} is short"}}


def test_a_file_of_another_model_is_refused(seeded, first, open_page):
    """It is said why, and the table stays."""
    at = opened(open_page, first)
    at.file_uploader[0].upload("reasons.csv", b"Field,When,Wording\nshoe,below,x\n").run()
    assert any("'shoe' is no field" in error.value for error in at.error)


def test_a_policy_rule_makes_a_new_version(seeded, first, open_page):
    """It is said in words with how many it concerns, and can be removed again."""
    at = open_page("models", model=first.id)
    at.session_state["shelf-rules"] = True
    at.run()
    at.selectbox(key="rule-field").select("Income").run()
    missing = "Still missing: a value and the fact, as the applicant will read it."
    assert missing in [caption.value for caption in at.caption]
    at.selectbox(key="rule-Income").select("below").run()
    at.number_input(key="rule-value-Income").set_value(50.0).run()
    at.text_input(key="rule-reason").input("The income is below 50 a month.").run()
    assert not at.exception
    assert any("of the test part" in caption.value for caption in at.caption)
    at.button(key="keep-rule").click().run()
    assert not at.exception
    made = max(seeded.registry.models(), key=lambda model: model.created_at)
    [rule] = made.policy["rules"]
    assert (rule["field"], rule["test"], rule["value"]) == ("Income", "below", 50.0)
    at = open_page("models", model=made.id)
    at.session_state["shelf-rules"] = True
    at.run()
    assert "**Decline** if Income is below 50" in text(at)
    at.button(key="rule-0").click().run()
    newest = max(seeded.registry.models(), key=lambda model: model.created_at)
    assert "rules" not in newest.policy
