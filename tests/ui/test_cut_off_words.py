"""What stands at each position of the cut-off."""

import json
import zlib
from base64 import b64decode

import pytest

from core.evaluation.cut_off import STEPS
from core.evaluation.holdout import SUBJECT, holdout
from core.evaluation.intervals import confusion_intervals
from core.evaluation.metrics import Confusion, confusion
from core.evaluation.report import evaluate
from core.formatting import percent
from tests.core.evaluation.runs import predictions
from ui.cut_off_words import Positions, outcome, positions, tiles, words_of
from ui.evaluation_evidence import Evidence
from ui.evaluation_view import figure


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """Of a run with 500 test rows."""
    frame = predictions()
    return Evidence(evaluate(frame, replicates=50), holdout(frame))


@pytest.mark.parametrize("step", [0, 1, 137, 300, 301, 605, 999, STEPS])
def test_each_position_says_what_counting_the_rows_says(evidence, step):
    """Words, figures and intervals are those of the decisions at that cut-off."""
    found = confusion(evidence.rows.y_true, evidence.rows.scores[SUBJECT], step / STEPS)
    words = positions(evidence).words(step)
    assert words.pop("cut_off") == percent(step / 1000)
    assert words == words_of(found, confusion_intervals(found))
    recall = figure("recall", confusion_intervals(found)["recall"])
    assert (words["recall"], words["recall_detail"]) == (recall.value, recall.detail)


def test_what_is_sent_unpacks_to_the_same_words(evidence):
    """The browser finds at each position what the server would say."""
    every = positions(evidence)
    told = json.loads(zlib.decompress(b64decode(every.packed)))
    assert len(told["at"]) == len(told["cut_offs"]) == STEPS + 1
    for step in (0, 300, STEPS):
        row = dict(zip(told["slots"], told["rows"][told["at"][step]], strict=True))
        assert row | {"cut_off": told["cut_offs"][step]} == every.words(step)


def test_positions_that_decide_alike_are_sent_once(evidence):
    """Five hundred rows can be cut in 501 ways at most."""
    assert len(positions(evidence).rows) <= 501
    assert positions(evidence) is positions(evidence)


def test_a_large_file_is_sent_in_kilobytes():
    """With every position different, a million rows take less than 150 kB."""
    confusions = [
        Confusion(217_003 - 211 * k, 782_997 - 777 * k, 211 * k, 777 * k) for k in range(STEPS + 1)
    ]
    rows = [words_of(one, confusion_intervals(one)) for one in confusions]
    every = Positions(
        tuple(rows[0]), [tuple(words.values()) for words in rows], list(range(STEPS + 1))
    )
    assert len(every.packed) < 150_000


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((2, 1, 1, 6), "approve <b>70.0\xa0%</b> of applicants, of whom <b>14.3\xa0%</b> default"),
        ((3, 7, 0, 0), "approve nobody"),
        ((0, 0, 3, 7), "approve everybody, of whom <b>30.0\xa0%</b> default"),
    ],
)
def test_outcome_of_a_cut_off(cells, words):
    """What a cut-off does reads as a sentence, at its ends too."""
    assert words in outcome(Confusion(*cells))


def test_tiles_are_shares_of_their_outcome():
    """Of three bads two are declined; the fuller the share, the fuller the colour."""
    words = tiles(Confusion(tp=2, fp=1, fn=1, tn=1200))
    assert (words["tp"], words["tp_share"]) == ("2", "66.7\xa0%\xa0of\xa0bads")
    assert (words["tn"], words["tn_share"]) == ("1,200", "99.9\xa0%\xa0of\xa0goods")
    fills = [float(words[f"{cell}_fill"]) for cell in ("fp", "fn", "tp", "tn")]
    assert fills == sorted(fills)
