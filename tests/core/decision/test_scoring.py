import math
import threading
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from core.decision.assessment import Assessment
from core.decision.policy import probability
from core.decision.registration import register
from core.decision.scoring import MODELS_IN_MEMORY, Scorer, forget
from core.errors import ExplanationError, InputError, IntegrityError, NotFoundError
from core.store.tables import Run
from core.store.workspace import Workspace

APPLICANT: dict[str, Any] = {"Age": 35, "Income": 120.0, "Amount": 900, "Home": "rent"}
APPLICANTS = [
    APPLICANT,
    {"Age": 20, "Income": None, "Amount": 3000, "Home": "parents"},
    {"Age": 66, "Amount": 150.5, "Home": "castle"},
    {},
]


def numbers(said: Assessment) -> tuple[float, float, int, str]:
    """Return what has to be equal to the bit."""
    return said.default_probability, said.log_odds, said.points, said.decision


def test_an_assessment_hangs_together(scorer: Scorer) -> None:
    """PD, points and decision all come from the same log-odds."""
    said = scorer.assess(APPLICANT)
    assert said.default_probability == probability(said.log_odds)
    assert said.points == scorer.policy.points(said.log_odds)
    assert said.decision == scorer.policy.decide(said.default_probability)
    assert said.model_id == scorer.model.id


def test_the_score_is_the_networks(scorer: Scorer) -> None:
    """Cleaning, encoding and network are those of the bundle."""
    features = scorer.bundle.prepare(pd.DataFrame(APPLICANTS, columns=list(APPLICANT)))
    by_frame = scorer.bundle.log_odds_rows(features)
    by_hand = [scorer.assess(applicant, reasons=False).log_odds for applicant in APPLICANTS]
    assert by_hand == by_frame.tolist()


def test_a_list_gives_the_same_bits(scorer: Scorer) -> None:
    """An applicant's score does not depend on who else is asked about."""
    together = scorer.assess_many(APPLICANTS * 3)
    alone = [scorer.assess(applicant) for applicant in APPLICANTS] * 3
    assert [numbers(said) for said in together] == [numbers(said) for said in alone]
    assert [said.to_json() for said in together] == [said.to_json() for said in alone]


def test_threads_share_a_scorer(scorer: Scorer) -> None:
    """Requests that arrive together get the answers they would get alone."""
    expected = [said.to_json() for said in scorer.assess_many(APPLICANTS)]
    found: list[list[dict[str, Any]]] = []

    def ask() -> None:
        found.append([said.to_json() for said in scorer.assess_many(APPLICANTS)])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_reasons_add_up_to_the_score(scorer: Scorer) -> None:
    """The attribution explains this very number, and reasons are its largest shares."""
    said = scorer.assess(APPLICANT)
    shares = said.attribution
    assert shares is not None
    assert shares.base + shares.values.sum() == pytest.approx(said.log_odds, abs=1e-6)
    assert said.reasons[0].log_odds == max(shares.values)
    assert [reason.log_odds for reason in said.reasons] == sorted(
        (reason.log_odds for reason in said.reasons), reverse=True
    )
    assert said.method["reference"]["kind"] == "near_cut_off"


def test_a_blank_is_named_as_not_given(scorer: Scorer) -> None:
    """What the recipe filled in is not told to the applicant as theirs."""
    said = scorer.assess({**APPLICANT, "Income": None})
    texts = {reason.field: reason.value for reason in said.reasons}
    assert texts.get("Income", "not given") == "not given"
    assert [(flag.field, flag.kind) for flag in said.flags] == [("Income", "missing")]


def test_without_reasons_nothing_is_explained(scorer: Scorer) -> None:
    """A quick score carries no attribution, and the same numbers."""
    quick = scorer.assess(APPLICANT, reasons=False)
    assert (quick.reasons, quick.attribution, quick.method) == ((), None, {})
    assert numbers(quick) == numbers(scorer.assess(APPLICANT))


def test_another_reference_population_changes_the_base_alone(scorer: Scorer) -> None:
    """Whom an applicant is compared with is a choice; the score is not."""
    near, every = (scorer.assess(APPLICANT, compared_with=kind) for kind in ("near_cut_off", "all"))
    assert numbers(near) == numbers(every)
    assert near.method["base_log_odds"] != every.method["base_log_odds"]


def test_an_unknown_reference_population_is_refused(scorer: Scorer) -> None:
    """The message lists those there are."""
    with pytest.raises(ExplanationError, match="there are: near_cut_off, all, approved"):
        scorer.assess(APPLICANT, compared_with="friends")  # type: ignore[arg-type]


def test_problems_of_a_list_name_their_row(scorer: Scorer) -> None:
    """Every bad field of every applicant is told at once."""
    with pytest.raises(InputError) as caught:
        scorer.assess_many([APPLICANT, {"Age": "x"}, APPLICANT, {"Incme": 1, "Home": 2}])
    assert [(p.row, p.field) for p in caught.value.problems] == [
        (1, "Age"),
        (3, "Incme"),
        (3, "Home"),
    ]


def test_check_flags_without_scoring(scorer: Scorer) -> None:
    """A form can warn before anybody looks at a number."""
    flags = scorer.check({**APPLICANT, "Age": 99, "Home": "castle"})
    assert [(flag.field, flag.kind) for flag in flags] == [
        ("Age", "out_of_range"),
        ("Home", "never_seen"),
    ]


def test_an_assessment_is_json(scorer: Scorer) -> None:
    """What REST sends holds the numbers as they are."""
    said = scorer.assess(APPLICANT)
    assert said.to_json()["default_probability"] == said.default_probability
    assert list(said.to_json()) == [
        "default_probability",
        "log_odds",
        "points",
        "decision",
        "reasons",
        "rules",
        "flags",
        "model_id",
    ]


def test_a_scorer_is_read_once(workspace: Workspace, scorer: Scorer) -> None:
    """A model version never changes, so its files are read and verified once."""
    assert Scorer.load(workspace, scorer.model.id) is scorer
    forget(workspace, scorer.model.id)
    assert Scorer.load(workspace, scorer.model.id) is not scorer


def test_only_the_last_used_models_stay_in_memory(
    workspace: Workspace, run: Run, scorer: Scorer
) -> None:
    """A workspace with many versions does not fill the memory."""
    for number in range(MODELS_IN_MEMORY):
        policy = replace(scorer.policy, decline_from=0.6 + number / 100)
        Scorer.load(workspace, register(workspace, run.id, "Loans", policy).id)
    assert Scorer.load(workspace, scorer.model.id) is not scorer


def test_a_changed_file_is_refused(workspace: Workspace, scorer: Scorer) -> None:
    """A model whose files are not those that were registered decides about nobody."""
    forget(workspace, scorer.model.id)
    path = workspace.settings.home / "artifacts" / "models" / scorer.model.id / "policy.json"
    path.write_text(path.read_text().replace("0.3", "0.9"))
    with pytest.raises(IntegrityError, match=r"policy\.json is not the file that was written"):
        Scorer.load(workspace, scorer.model.id)


def test_an_unknown_model_is_said_so(workspace: Workspace) -> None:
    """A link to a deleted model gets a sentence."""
    with pytest.raises(NotFoundError, match="There is no model 'mod_0'"):
        Scorer.load(workspace, "mod_0")


def test_extreme_values_stay_finite(scorer: Scorer) -> None:
    """A typing mistake of many zeros gives a number, not an overflow."""
    said = scorer.assess({**APPLICANT, "Income": 1e300, "Amount": -1e300}, reasons=False)
    assert math.isfinite(said.log_odds)


def test_sharpening_ends_where_an_assessment_begins(scorer: Scorer) -> None:
    """The last answer is that of `assess` to the bit; the score is the same in each."""
    *_, last = steps = list(scorer.sharpen(APPLICANT))
    assert last.to_json() == scorer.assess(APPLICANT).to_json()
    assert {numbers(said) for said in steps} == {numbers(last)}
