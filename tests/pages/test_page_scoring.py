"""The scoring page: empty, seeded, changed, from a row, unusual, saved, and a damaged model."""

import json

import pytest

from core.decision.ledger import require_reference
from core.decision.scoring import Scorer, forget
from core.formatting import count, percent
from core.store.tables import ModelVersion
from core.store.workspace import Workspace


@pytest.fixture
def model(seeded: Workspace) -> ModelVersion:
    """The champion of the seeded workspace."""
    champion = seeded.registry.champion()
    assert champion is not None
    return champion


def text(at) -> str:
    """Everything written on the page."""
    parts = [*at.markdown, *at.caption, *at.subheader, *at.header, *at.info, *at.error, *at.warning]
    return "\n".join(str(part.value) for part in parts)


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
    assert json.loads(at.query_params["values"]) == {"Income": 40.0}
    again = open_page("scoring", values=at.query_params["values"])
    assert number(again, "Income").value == 40.0
    assert again.header[0].value == at.header[0].value


def test_the_page_scores_as_core_does(seeded, model, open_page):
    """What the page shows is the assessment's, reasons included."""
    at = open_page("scoring", values='{"Income":40.0,"Amount":3000.0}')
    scorer = Scorer.load(seeded, model.id)
    inputs = {f.name: f.typical for f in scorer.bundle.fields}
    said = scorer.assess(inputs | {"Income": 40.0, "Amount": 3000.0})
    assert said.reasons
    assert all(reason.sentence in text(at) for reason in said.reasons)
    assert len(at.get("plotly_chart")) == 2


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
    at = open_page("scoring", values=json.dumps(values))
    assert any(message in caption.value for caption in at.caption)
    assert "points" in at.header[0].value
    warned = any("has never met such a value" in warning.value for warning in at.warning)
    assert warned == ("Income" not in values)


def test_a_value_that_cannot_be_used_is_marked(seeded, open_page):
    """The score waits until the field is mended; nothing that was typed is lost."""
    at = open_page("scoring", values=json.dumps({"Job": "x" * 300, "Income": 40.0}))
    assert any("Expected a text such as" in caption.value for caption in at.caption)
    assert [info.value for info in at.info] == ["Mend the marked field to see the score."]
    assert number(at, "Income").value == 40.0


@pytest.mark.parametrize("spoilt", ["{", "[1]", '{"Income":"much","Nonsense":1}'])
def test_a_spoilt_link_still_shows_a_form(seeded, open_page, spoilt):
    """What cannot be read becomes typical or blank."""
    at = open_page("scoring", values=spoilt)
    assert not at.exception
    assert "points" in at.header[0].value


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
    """A colleague's link shows the same applicant, changes included."""
    at = open_page("scoring", row="7", values='{"Amount":500.0}')
    assert "Row 7 of the loan file" in text(at)
    assert "1 changed since." in text(at)
    assert number(at, "Amount").value == 500.0


def test_an_unknown_row_is_said_so(seeded, open_page):
    """The message says which rows there are, and the form shows typical values."""
    at = open_page("scoring", row="999999")
    assert any("There is no row 999,999." in warning.value for warning in at.warning)
    assert "Typical values" in text(at)


def test_saving_writes_a_record_and_shows_the_way_to_it(seeded, model, open_page):
    """The record holds what is on screen; the next applicant gets another reference."""
    at = open_page("scoring", values='{"Income":40.0}')
    suggested = at.text_input(key="scoring-reference").value
    assert require_reference(suggested) == suggested
    at.button(key="scoring-save").click().run()
    (written,) = seeded.registry.decisions()
    assert not at.exception
    assert (written.applicant_ref, written.model_id) == (suggested, model.id)
    assert written.inputs["Income"] == 40.0
    assert f"Saved as record {written.seq}" in text(at)
    assert at.text_input(key="scoring-reference").value != suggested


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
