"""core.decision.nearby: what is said about neighbours is what is said about anybody."""

from dataclasses import replace

import pandas as pd
import pytest

from core.decision.nearby import (
    keep_stability,
    kept_stability,
    peers_of,
    stability_of,
    stability_question,
)
from core.errors import NotFoundError
from core.explanation.peers import Known
from core.explanation.stability import small_changes

VALUES = {"Age": 35.0, "Income": 40.0, "Amount": 3000.0, "Home": "rent"}


@pytest.fixture
def file() -> pd.DataFrame:
    """Forty known applicants."""
    return pd.DataFrame(
        {
            "Age": [20.0 + n for n in range(40)],
            "Income": [30.0 + 4 * n for n in range(40)],
            "Amount": [500.0 + 90 * n for n in range(40)],
            "Home": ["rent", "owner"] * 20,
        }
    )


def test_each_small_change_is_explained_as_it_would_be_alone(scorer, file):
    """The same shares and reasons, to the bit, and progress is told."""
    told = []
    said = scorer.assess(VALUES)
    found = stability_of(scorer, said, VALUES, file, lambda done, of: told.append((done, of)))
    alone = [scorer.assess(each) for each in small_changes(VALUES, file)]
    assert found.values.tolist() == [each.attribution.values.tolist() for each in alone]
    assert list(found.reasons) == [tuple(r.field for r in each.reasons) for each in alone]
    assert told[-1] == (len(alone), len(alone))


def test_what_was_worked_out_is_kept_with_the_model(workspace, scorer, file):
    """To the bit, without the applicant's values, and for as long as the model is there."""
    said = scorer.assess(VALUES)
    question = stability_question(scorer, said, VALUES)
    assert kept_stability(workspace, scorer, question, said) is None
    found = stability_of(scorer, said, VALUES, file)
    keep_stability(workspace, scorer, question, found)
    again = kept_stability(workspace, scorer, question, said)
    assert again.frame().equals(found.frame())
    assert (again.sentence, again.widest) == (found.sentence, found.widest)
    folder = f"explanations/parts/{scorer.model.id}/stability/{question}"
    assert b"3000" not in workspace.artifacts.read(folder, "stability.json")
    workspace.delete_model(scorer.model.id)
    assert not workspace.artifacts.exists(folder)
    with pytest.raises(NotFoundError):
        keep_stability(workspace, scorer, question, found)
    assert not workspace.artifacts.exists(folder)


def test_other_questions_have_other_names(scorer):
    """Another value, population or model is another question; the same one has the same name."""
    said = scorer.assess(VALUES)
    names = {
        stability_question(scorer, said, VALUES),
        stability_question(scorer, scorer.assess(VALUES), dict(VALUES)),
        stability_question(scorer, said, VALUES | {"Age": 36.0}),
        stability_question(scorer, scorer.assess(VALUES, compared_with="all"), VALUES),
    }
    assert len(names) == 3
    other = replace(said, method=said.method | {"reference": {"id": "another"}})
    assert stability_question(scorer, other, VALUES) not in names


def test_the_most_alike_is_the_applicant_again(scorer, file):
    """Somebody with the same values is at no distance."""
    file.loc[7] = VALUES
    features = scorer.bundle.prepare(file)
    bad = pd.Series(range(40)).eq(7).to_numpy()
    found = peers_of(scorer, VALUES, Known.learn(features, bad, bad * 1.0))
    assert found.known.features.index[0] == 7
    assert found.distance[0] == pytest.approx(0, abs=1e-9)
    assert found.bads == 1
