"""The decision ledger: written once, chained by hashes, replayable, exportable."""

import csv
import io
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.decision.assessment import Assessment
from core.decision.chain import ChainCheck, canonical, content, digest, seal, walk
from core.decision.notice import Override, notice
from core.decision.policy import Decision
from core.decision.scoring import Scorer
from core.errors import DecisionError
from core.store.base import now
from core.store.tables import DecisionRecord
from core.store.workspace import Workspace

RECORDS_AT_ONCE = 500
REFERENCE_PATTERN = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._/-]{2,39}")


@dataclass(frozen=True, slots=True)
class Replay:
    """A recorded decision, computed once more from its inputs with its model.

    Attributes:
        same: Whether probability, log-odds, points and decision are equal to the last bit.
        recorded: (PD, log-odds, points, decision) as written.
        computed: The same four, computed now.
    """

    same: bool
    recorded: tuple[float, float, int, str]
    computed: tuple[float, float, int, str]


def suggest_reference() -> str:
    """Return a new pseudonymous reference such as `A-7F3K-90QM`."""
    letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that are mistaken for one another
    body = "".join(secrets.choice(letters) for _ in range(7)) + secrets.choice("23456789")
    return f"A-{body[:4]}-{body[4:]}"


def require_reference(text: str) -> str:
    """Return the applicant's reference without outer spaces.

    Raises:
        DecisionError: It looks like a name, an e-mail address or is empty; the ledger is kept for
            years and holds no names.
    """
    stripped = text.strip()
    if not REFERENCE_PATTERN.fullmatch(stripped):
        raise DecisionError(
            "The applicant reference should be a number of your own for the application, such as "
            "A-7F3K-90Q2: 3 to 40 letters, digits, dots, slashes or dashes, at least one digit, no "
            "spaces. Never a name or an address; records are kept for years."
        )
    return stripped


def record(
    workspace: Workspace,
    scorer: Scorer,
    assessment: Assessment,
    inputs: Mapping[str, Any],
    user: str,
    role: str,
    applicant_ref: str,
    override: Override | None = None,
) -> DecisionRecord:
    """Write one decision to the ledger and return it.

    Args:
        workspace: Where it is written.
        scorer: The model that was used.
        assessment: What it said, with reasons.
        inputs: The applicant's values as they were sent.
        user: Who decided.
        role: In what role, such as "loan officer".
        applicant_ref: A pseudonymous reference; see `require_reference`.
        override: A person's other decision and its rationale.

    Raises:
        InputError: The inputs are not usable.
        DecisionError: The reference may be a name, the override changes nothing, or the
            assessment is not what this model says about these inputs.
    """
    reference = require_reference(applicant_ref)
    values = scorer.read(inputs)
    _require_match(scorer, assessment, inputs)
    _require_change(assessment, override)
    at = now()
    stated = _plain(
        at=at,
        user=user,
        role=role,
        applicant_ref=reference,
        model_id=scorer.model.id,
        model_digest=scorer.model.digest,
        policy={**scorer.policy.to_json(), "digest": scorer.policy.digest},
        inputs=values,
        inputs_hash=digest(canonical(values)),
        pd_hat=assessment.default_probability,
        log_odds=assessment.log_odds,
        points=assessment.points,
        decision=assessment.decision,
        reasons=[reason.to_json() for reason in assessment.reasons],
        flags=[flag.to_json() for flag in assessment.flags],
        method=assessment.method,
        override=override and override.to_json(),
        notice=notice(
            override.decision if override else assessment.decision,
            assessment.stated,
            reference,
            at,
            assessment.method.get("compared_with", ""),
            override,
        ),
    )

    def build(prev_hash: str, seq: int) -> DecisionRecord:
        written = DecisionRecord(**stated, seq=seq, prev_hash=prev_hash, hash="")
        written.hash = seal(content(written))
        return written

    return workspace.registry.append_decision(build)


def final_decision(record: DecisionRecord) -> Decision:
    """Return what is done with the applicant in the end."""
    final: Decision = (record.override or {}).get("decision", record.decision)
    return final


def verify(workspace: Workspace, newest: int | None = None) -> ChainCheck:
    """Walk the chain and name the first record that is not what was written.

    Args:
        workspace: Where the ledger is.
        newest: Check only so many of the newest records, trusting the hash before them; all
            when None. Ten thousand take about three seconds.
    """
    if newest is None:
        return walk(records(workspace))
    last = workspace.registry.decisions(newest)[::-1]
    return walk(last, last[0].seq, last[0].prev_hash) if last else walk([])


def replay(workspace: Workspace, decision_id: str) -> Replay:
    """Compute a recorded decision once more, with the model and the inputs it names.

    Raises:
        NotFoundError: There is no such record or its model is gone.
        IntegrityError: The model's files are not those that decided.
    """
    written = workspace.registry.decision(decision_id)
    now_said = Scorer.load(workspace, written.model_id).assess(written.inputs, reasons=False)
    recorded = (written.pd_hat, written.log_odds, written.points, written.decision)
    computed = (
        now_said.default_probability,
        now_said.log_odds,
        now_said.points,
        now_said.decision,
    )
    return Replay(recorded == computed, recorded, computed)


def records(workspace: Workspace) -> Iterator[DecisionRecord]:
    """Yield every record from the first on, a few hundred in memory at a time."""
    seen = 0
    while page := workspace.registry.decisions(RECORDS_AT_ONCE, seen, oldest_first=True):
        yield from page
        seen += len(page)


def export_json(chosen: Iterable[DecisionRecord]) -> str:
    """Return records as a JSON list; each hash can be recomputed from its entry."""
    entries = [{**content(entry), "hash": entry.hash} for entry in chosen]
    return json.dumps(entries, ensure_ascii=False, indent=1)


def export_csv(chosen: Iterable[DecisionRecord]) -> str:
    """Return records as CSV, one line each; nested values are JSON texts.

    A cell that a spreadsheet would run as a formula is written with a leading apostrophe.
    """
    names = [field.name for field in fields(DecisionRecord)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "final_decision"])
    for entry in chosen:
        plain = {**content(entry), "hash": entry.hash}
        writer.writerow([*(_cell(plain[name]) for name in names), final_decision(entry)])
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        value = canonical(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return "" if value is None else value


def _plain(**values: Any) -> dict[str, Any]:
    """Return JSON columns as the store gives them back, so that the hash fits what is read."""
    return {
        name: json.loads(canonical(value)) if isinstance(value, dict | list) else value
        for name, value in values.items()
    }


def _require_match(scorer: Scorer, assessment: Assessment, inputs: Mapping[str, Any]) -> None:
    again = scorer.assess(inputs, reasons=False)
    if (assessment.model_id, assessment.log_odds) != (again.model_id, again.log_odds):
        raise DecisionError(
            "The values were changed after the score was computed. Look at the new score, then "
            "save the decision."
        )


def _require_change(assessment: Assessment, override: Override | None) -> None:
    if override is not None and override.decision == assessment.decision:
        raise DecisionError(
            f"The cut-offs already say {assessment.decision!r}; an override needs another decision."
        )
