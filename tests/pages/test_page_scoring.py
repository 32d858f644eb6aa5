"""The scoring page: empty, seeded, changed, from a row, unusual, saved, and a damaged model."""

import threading

import pytest
import streamlit as st

from core.decision import nearby
from core.decision.ledger import require_reference
from core.decision.scoring import Scorer, forget
from core.formatting import count, percent
from core.store.tables import ModelVersion
from core.store.workspace import Workspace
from ui.background import background
from ui.scoring_drafts import DRAFTS, Kept


@pytest.fixture
def model(seeded: Workspace) -> ModelVersion:
    """The champion of the seeded workspace."""
    champion = seeded.registry.champion()
    assert champion is not None
    return champion


def typed(workspace: Workspace, row: int | None = None, **changes) -> str:
    """The token of a draft that the server keeps for the seeded form."""
    (run,) = workspace.registry.runs()
    return DRAFTS.keep(Kept(run.data_set_id, row, changes))


def text(at) -> str:
    """Everything written on the page."""
    parts = [*at.markdown, *at.caption, *at.subheader, *at.header, *at.info, *at.error, *at.warning]
    return "\n".join(str(part.value) for part in parts)


def address(at) -> dict[str, str]:
    """The parameters of the address."""
    return {name: at.query_params[name] for name in at.query_params}


def number(at, label: str):
    """The number field whose label begins like this."""
    return next(each for each in at.number_input if each.label.startswith(label))


def typical(workspace: Workspace, model: ModelVersion, **changes) -> str:
    """The verdict's words for typical values with some changed."""
    scorer = Scorer.load(workspace, model.id)
    said = scorer.assess({f.name: f.typical for f in scorer.bundle.fields} | changes, reasons=False)
    return f"{percent(said.default_probability)} · {count(said.points)} points"


def test_without_a_model_the_way_leads_to_training(workspace, open_page):
    """There is one sentence and one button."""
    at = open_page("scoring")
    assert not at.exception
    assert "There is no model to score with yet." in text(at)
    assert [button.label for button in at.button] == ["Train a network"]


def test_the_form_starts_from_typical_values(seeded, model, open_page):
    """Every field of the model is asked for, and the score of typical values is there at once."""
    at = open_page("scoring")
    assert not at.exception
    fields = Scorer.load(seeded, model.id).bundle.fields
    asked = [*at.number_input, *(each for each in at.selectbox if each.label != "Model")]
    assert len(asked) == len(fields)
    assert typical(seeded, model) in at.header[0].value
    assert "Typical values of the training data." in text(at)


def test_a_changed_field_changes_score_and_address(seeded, model, open_page):
    """No button is needed, and the address brings the same applicant back."""
    at = open_page("scoring")
    number(at, "Income").set_value(40.0).run()
    assert typical(seeded, model, Income=40.0) in at.header[0].value
    again = open_page("scoring", draft=address(at)["draft"])
    assert number(again, "Income").value == 40.0
    assert again.header[0].value == at.header[0].value


def test_nothing_that_is_typed_is_in_the_address(seeded, open_page):
    """Addresses end up in histories and logs; a token says nothing about the applicant."""
    at = open_page("scoring")
    number(at, "Income").set_value(40404.0).run()
    assert set(address(at)) == {"model", "draft"}
    assert "40404" not in str(address(at))


def test_a_second_tab_does_not_overwrite_the_first(seeded, open_page):
    """Both begin with the same draft; each keeps what was typed in it."""
    first = open_page("scoring")
    number(first, "Income").set_value(40.0).run()
    second = open_page("scoring", draft=address(first)["draft"])
    number(second, "Income").set_value(50.0).run()
    assert address(second)["draft"] != address(first)["draft"]
    assert number(open_page("scoring", draft=address(first)["draft"]), "Income").value == 40.0


def test_an_unknown_draft_is_said_so(seeded, model, open_page):
    """The form starts empty, and the message goes once something is typed."""
    at = open_page("scoring", draft="of-yesterday")
    assert not at.exception
    assert any("no longer kept" in warning.value for warning in at.warning)
    assert typical(seeded, model) in at.header[0].value
    assert "draft" not in at.query_params
    number(at, "Income").set_value(40.0).run()
    assert not at.warning


def test_clearing_forgets_what_was_typed(seeded, open_page):
    """The server keeps no draft that nobody can come back to."""
    at = open_page("scoring")
    number(at, "Income").set_value(40.0).run()
    token = address(at)["draft"]
    next(b for b in at.button if b.label == "Clear").click().run()
    assert "draft" not in at.query_params
    assert DRAFTS.find(token) is None


def test_the_page_scores_as_core_does(seeded, model, open_page):
    """What the page shows is the assessment's, reasons included."""
    at = open_page("scoring", draft=typed(seeded, Income=40.0, Amount=3000.0))
    scorer = Scorer.load(seeded, model.id)
    inputs = {f.name: f.typical for f in scorer.bundle.fields}
    said = scorer.assess(inputs | {"Income": 40.0, "Amount": 3000.0})
    assert said.reasons
    assert all(reason.sentence in text(at) for reason in said.reasons)
    assert len(at.get("plotly_chart")) == 1
    assert any('class="cut-offs"' in html.proto.body for html in at.get("html"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Expenses": 99999.0}, "lies above the training data, which holds"),
        ({"Job": "astronaut"}, "Job 'astronaut' never occurred in the training data"),
        ({"Income": None}, "Income is not given; it is treated like the blanks"),
    ],
)
def test_unusual_values_are_flagged_beneath_their_field(seeded, open_page, values, message):
    """They are scored all the same."""
    at = open_page("scoring", draft=typed(seeded, **values))
    assert any(message in caption.value for caption in at.caption)
    assert "points" in at.header[0].value
    warned = ":orange[:material/warning: **The model has never met such a value: " in text(at)
    assert warned == ("Income" not in values)


def test_a_value_that_cannot_be_used_is_marked(seeded, open_page):
    """The score waits until the field is mended; nothing that was typed is lost."""
    at = open_page("scoring", draft=typed(seeded, Job="x" * 300, Income=40.0))
    assert any("Expected a text such as" in caption.value for caption in at.caption)
    assert [info.value for info in at.info] == ["Mend the marked field to see the score."]
    assert number(at, "Income").value == 40.0


def test_test_rows_come_first(seeded, model, open_page):
    """The next row is one the network never saw; clearing goes back to typical values."""
    at = open_page("scoring")
    next(b for b in at.button if b.label == "Next test row").click().run()
    assert "of the loan file, test part. In the data it turned out" in text(at)
    assert at.query_params["row"].isdecimal()
    next(b for b in at.button if b.label == "Clear").click().run()
    assert "row" not in at.query_params
    assert typical(seeded, model) in at.header[0].value


def test_a_row_opens_by_its_address(seeded, open_page):
    """A colleague's link shows the same applicant; what is changed is kept beside the row."""
    at = open_page("scoring", row="7")
    assert "Row 7 of the loan file" in text(at)
    number(at, "Amount").set_value(500.0).run()
    again = open_page("scoring", draft=address(at)["draft"])
    assert "Row 7 of the loan file" in text(again)
    assert "1 changed since." in text(again)
    assert number(again, "Amount").value == 500.0


def test_an_unknown_row_is_said_so(seeded, open_page):
    """The message says which rows there are, and the form shows typical values."""
    at = open_page("scoring", row="999999")
    assert any("There is no row 999,999." in warning.value for warning in at.warning)
    assert "Typical values" in text(at)


@pytest.mark.parametrize("row", ["-3", "many", "9" * 5000])
def test_what_is_no_row_is_said_so_once(seeded, open_page, row):
    """A mistyped address is quoted, and the next click is not held up by it."""
    at = open_page("scoring", row=row)
    assert not at.exception
    assert f"There is no row {row[:39]}" in at.warning[0].value
    assert "Typical values" in text(at)
    number(at, "Amount").set_value(500.0).run()
    assert not at.warning


def test_saving_writes_a_record_and_shows_the_way_to_it(seeded, model, open_page):
    """The record holds what is on screen; the next applicant gets another reference."""
    at = open_page("scoring", draft=typed(seeded, Income=40.0))
    suggested = at.text_input(key="scoring-reference").value
    assert require_reference(suggested) == suggested
    at.button(key="scoring-save").click().run()
    (written,) = seeded.registry.decisions()
    assert not at.exception
    assert (written.applicant_ref, written.model_id) == (suggested, model.id)
    assert written.inputs["Income"] == 40.0
    assert f"Saved as record {written.seq}" in text(at)
    assert at.text_input(key="scoring-reference").value != suggested


def test_a_click_records_the_values_it_was_made_with(seeded, open_page):
    """A value that is sent together with the click is the one that is scored and recorded."""
    at = open_page("scoring")
    number(at, "Seniority").set_value(12.0)
    at.button(key="scoring-save").click().run()
    (written,) = seeded.registry.decisions()
    scorer = Scorer.load(seeded, written.model_id)
    assert written.inputs["Seniority"] == 12.0
    assert written.pd_hat == scorer.assess(written.inputs, reasons=False).default_probability
    assert written.reasons == [r.to_json() for r in scorer.assess(written.inputs).reasons]


def test_a_decision_that_nobody_has_seen_is_not_recorded(seeded, model, open_page):
    """Where the values sent with the click turn the decision, it is shown before it is saved."""
    scorer = Scorer.load(seeded, model.id)
    usual = {f.name: f.typical for f in scorer.bundle.fields}
    seen = scorer.assess(usual, reasons=False).decision
    income = next(
        income
        for income in (0.0, 5000.0)
        if scorer.assess(usual | {"Income": income}, reasons=False).decision != seen
    )
    at = open_page("scoring")
    number(at, "Income").set_value(income)
    at.button(key="scoring-save").click().run()
    assert any("Nothing was recorded" in warning.value for warning in at.warning)
    assert seeded.registry.decisions() == []
    at.button(key="scoring-save").click().run()
    assert len(seeded.registry.decisions()) == 1


def test_a_name_is_refused_beside_its_field(seeded, open_page):
    """Nothing can be saved under a name."""
    at = open_page("scoring")
    at.text_input(key="scoring-reference").set_value("Ann Miller").run()
    assert any("Never a name" in caption.value for caption in at.caption)
    assert at.button(key="scoring-save").disabled


def test_an_override_needs_its_rationale(seeded, open_page):
    """Another decision than the cut-offs' is saved with a rationale, or not at all."""
    at = open_page("scoring")
    at.segmented_control[0].set_value("decline").run()
    at.button(key="scoring-save").click().run()
    assert any("needs a rationale" in error.value for error in at.error)
    assert seeded.registry.decisions() == []
    at.text_area(key="scoring-rationale").set_value("The employer closes in May.").run()
    at.button(key="scoring-save").click().run()
    (written,) = seeded.registry.decisions()
    assert written.override == {"decision": "decline", "rationale": "The employer closes in May."}


def test_a_damaged_model_is_refused_in_words(seeded, model, open_page):
    """A changed file scores nobody, and no traceback is shown."""
    forget(seeded, model.id)
    path = seeded.settings.home / "artifacts" / "models" / model.id / "weights.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    at = open_page("scoring")
    assert not at.exception
    assert any("weights.npz is not the file that was written" in e.value for e in at.error)


def test_a_shelf_says_what_would_lead_to_approval(seeded, open_page):
    """For somebody who is not approved; each option names a field, from what to what."""
    for row in range(40):
        page = open_page("scoring", row=row)
        if not any("Approve ·" in each.value or "Approve]" in each.value for each in page.header):
            break
    page.session_state["shelf-recourse"] = True
    page.run()
    options = [each.value for each in page.markdown if " → **" in each.value]
    assert options
    assert options[0].startswith("1. **")
    assert any("combinations were scored" in each.value for each in page.caption)


def test_what_may_change_is_kept_for_the_next_officer(seeded, model, open_page):
    """Whoever comes next searches with it and reads who chose it; one click leads back."""
    scorer = Scorer.load(seeded, model.id)

    def choosing():
        at = open_page("scoring", draft=typed(seeded, Income=30.0, Amount=5000.0))
        at.session_state["shelf-recourse"] = True
        at.session_state["choose-levers"] = True
        return at.run()

    at = choosing()
    assert "as the data dictionary and the fields' names propose" in text(at)
    places = [f.name for f in scorer.bundle.fields if f.kind in ("number", "category")]
    rows = {place: {"May change": name == "Amount"} for place, name in enumerate(places)}
    table = f"lever-table-{model.id}-0"
    at.session_state[table] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    at.button(key="keep-levers").click().run()
    assert not at.exception
    assert not at.error
    assert [each["name"] for each in seeded.registry.levers(model.run_id).levers] == ["Amount"]
    after = choosing()
    assert "for everyone who uses a model of this training" in text(after)
    after.button(key="propose-levers").click().run()
    assert seeded.registry.levers(model.run_id) is None
    assert "as the data dictionary and the fields' names propose" in text(after)


def test_a_shelf_says_what_became_of_similar_applicants(seeded, open_page):
    """A bad rate n of N with an interval, a table without protected fields, and how it is found."""
    at = open_page("scoring", row="7")
    assert "most similar applicants" not in text(at)
    at.session_state["scoring-peers"] = True
    at.run()
    assert not at.exception
    assert "of the 50 most similar applicants defaulted" in text(at)
    listed = at.dataframe[0].value
    assert len(listed) == 9
    assert listed["Turned out"].iloc[0] == "This applicant"
    assert not any("row=7" in str(link).split("&") for link in listed["Row"])
    assert not {"Age", "Marital"} & set(listed.columns)


def test_a_shelf_says_whether_a_small_change_matters(seeded, open_page, monkeypatch):
    """Worked out in the background while the page is drawn; then in words, kept in the store."""
    gate, stability_of = threading.Event(), nearby.stability_of

    def slowly(*asked):
        gate.wait(30)
        return stability_of(*asked)

    monkeypatch.setattr(nearby, "stability_of", slowly)
    at = open_page("scoring", draft=typed(seeded, Income=40.0, Amount=3000.0))
    at.session_state["scoring-stability"] = True
    at.run()
    assert not at.exception
    assert "small changes." not in text(at)
    assert any(button.key == "scoring-save" for button in at.button)
    gate.set()
    *_, work = background()._works.values()  # the newest
    work.future.result(timeout=30)
    at.run()
    assert not at.exception
    assert "of 20 small changes." in text(at)
    assert "of 20; the probability of default lies between" in text(at)
    monkeypatch.setattr(nearby, "stability_of", None)
    again = open_page("scoring", draft=typed(seeded, Income=40.0, Amount=3000.0))
    again.session_state["scoring-stability"] = True
    assert "of 20 small changes." in text(again.run())


def test_a_policy_rule_decides_in_view(seeded, model, open_page):
    """The verdict says so instead of speaking of a cut-off, and the rule comes first."""
    from dataclasses import replace

    from core.data.conditions import Condition
    from core.decision.policy import Policy
    from core.decision.registration import change_policy
    from core.decision.rules import Rule

    rule = Rule(Condition("Home", "given"), "decline", "We lend to nobody this week.")
    policy = replace(Policy.from_json(model.policy), rules=(rule,))
    ruled = change_policy(seeded, model.id, policy)
    page = open_page("scoring", model=ruled.id)
    assert not page.exception
    said = " ".join(each.value for kind in (page.markdown, page.caption) for each in kind)
    assert "A policy rule decides so; the score alone would" in said
    assert "**We lend to nobody this week.**" in said


def test_no_chart_of_the_desk_holds_a_fragment(seeded, open_page, monkeypatch):
    """The desk begins anew by itself; what a fragment inside it says could leave a page white."""
    begun = []

    def fragment(function, **options):
        begun.append(function.__name__)
        return function

    monkeypatch.setattr(st, "fragment", fragment)
    at = open_page("scoring")
    assert at.get("plotly_chart")
    assert "_data" not in begun
