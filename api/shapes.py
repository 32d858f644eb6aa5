"""What requests and answers look like, as the OpenAPI page shows them."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.data.allowed import CHANGEABLE
from core.data.conditions import TESTS
from core.decision.policy import probability

if TYPE_CHECKING:
    from core.decision.assessment import Assessment
    from core.decision.levers import Levers
    from core.explanation.recourse import Recourse

    Points = Callable[[float], int]

Shape = dict[str, Any]

NUMBER: Shape = {"type": "number"}
WHOLE: Shape = {"type": "integer"}
TEXT: Shape = {"type": "string"}
SWITCH: Shape = {"type": "boolean"}

EXAMPLE = {"Seniority": 4, "Home": "rent", "Income": 129, "Amount": 1000, "Price": 1400}


def _object(required: list[str], about: str = "", /, **members: Shape) -> Shape:
    return {
        "type": "object",
        "description": about,
        "properties": members,
        "required": required,
    }


def _list(items: Shape, description: str = "") -> Shape:
    return {"type": "array", "items": items, "description": description}


def _said(shape: Shape, value: str) -> Shape:
    return {**shape, "description": value}


APPLICANT: Shape = {
    "type": "object",
    "description": "Field name to value, as /v1/models/champion/schema lists them.",
    "additionalProperties": {
        "anyOf": [NUMBER, TEXT],
        "nullable": True,
        "description": "A number, a text, or null where it is not known.",
    },
    "example": EXAMPLE,
}
MODEL: Shape = _said(TEXT, "A model version's id; left out: the champion.")

PROBLEM = _object(
    ["field", "received", "expected", "row"],
    field=TEXT,
    received={"nullable": True, "description": "What was sent."},
    expected=TEXT,
    row=_said(WHOLE, "Position in the list that was sent; 0 for a single applicant."),
)
FAILURE = _object(
    ["error"],
    error=_object(["message", "problems"], message=TEXT, problems=_list(PROBLEM)),
)
REASON = _object(
    ["field", "label", "sentence"],
    field=TEXT,
    label=TEXT,
    sentence=_said(TEXT, "The reason in words."),
    value=_said(TEXT, "The applicant's."),
    typical=_said(TEXT, "Of those the applicant is compared with."),
    log_odds=_said(NUMBER, "What the field adds to the log-odds of default."),
    points=_said(WHOLE, "What it costs in points."),
    default_probability=_said(NUMBER, "What it adds to the probability of default."),
)
FLAG = _object(
    ["field", "kind", "message"],
    field=TEXT,
    kind={"type": "string", "enum": ["outside_allowed", "out_of_range", "never_seen", "missing"]},
    message=TEXT,
)
RULE = _object(
    ["field", "test", "decision", "reason"],
    field=TEXT,
    test={"type": "string", "enum": list(TESTS)},
    value={"nullable": True, "description": "What the field is compared with."},
    decision={"type": "string", "enum": ["refer", "decline"]},
    reason=_said(TEXT, "The fact in words; in a notice it stands before the other reasons."),
)
ASSESSMENT = _object(
    [
        "default_probability",
        "log_odds",
        "points",
        "decision",
        "reasons",
        "rules",
        "flags",
        "model_id",
    ],
    default_probability=_said(NUMBER, "In [0, 1]."),
    log_odds=NUMBER,
    points=WHOLE,
    decision={"type": "string", "enum": ["approve", "refer", "decline"]},
    reasons=_list(REASON, "Up to four, the weightiest first."),
    rules=_list(RULE, "Policy rules that make the decision at least as strict as they say."),
    flags=_list(FLAG, "Values the dictionary forbids or training never met; scored all the same."),
    model_id=TEXT,
)
ATTRIBUTION = _object(
    ["field", "log_odds", "pd_before", "pd_after"],
    field=TEXT,
    log_odds=_said(NUMBER, "Above 0 raises the risk, below 0 lowers it."),
    pd_before=_said(NUMBER, "Probability before this field is added, the largest field first."),
    pd_after=NUMBER,
)
EXPLANATION = _object(
    ["base", "log_odds", "default_probability", "gap", "attributions", "reference", "model_id"],
    base=_said(NUMBER, "Mean log-odds of the reference population."),
    log_odds=NUMBER,
    default_probability=NUMBER,
    gap=_said(NUMBER, "base + sum of the attributions − log_odds: 0 up to rounding."),
    attributions=_list(ATTRIBUTION),
    reference={"type": "object", "description": "Whom the applicant is compared with, and how."},
    model_id=TEXT,
)
CHANGE = _object(
    ["name", "before", "after"],
    name=_said(TEXT, "Which field."),
    before={"nullable": True, "description": "The applicant's value."},
    after={"description": "What it would have to be."},
)
OPTION = _object(
    ["changes", "log_odds", "default_probability", "points", "cost"],
    changes=_list(CHANGE),
    log_odds=_said(NUMBER, "After the changes, as scored."),
    default_probability=NUMBER,
    points=WHOLE,
    cost=_said(NUMBER, "How large the changes are, by share of the present or typical value."),
)
LEVER = _object(
    ["name", "direction", "cost"],
    name=TEXT,
    direction={"type": "string", "enum": ["up", "down", "either"]},
    low={"nullable": True, "description": "Least value; null: the least seen in training."},
    high={"nullable": True, "description": "Largest value; null: the largest seen in training."},
    step={"nullable": True, "description": "Values lie whole steps apart; null: a round one."},
    cost=_said(NUMBER, "Weight of a change."),
)
WAY = _object(
    ["decision", "options", "levers", "beyond", "model_id"],
    decision={"type": "string", "enum": ["approve", "refer", "decline"]},
    options=_list(OPTION, "Up to five, the cheapest first; empty if approved, or if none leads."),
    nearest={
        "nullable": True,
        "description": "Lowest log-odds that was met; null where nothing was tried.",
    },
    levers=_list(LEVER, "Fields that may change, as kept with the model or as proposed."),
    beyond=_said(SWITCH, "Whether bounds may lie outside of what was seen in training."),
    model_id=TEXT,
)
ALLOWED = _object(
    ["low", "high", "values"],
    "What the data dictionary allows: within the bounds, or listed. A value that is not allowed is "
    "flagged, and scored all the same.",
    low={"nullable": True, "description": "Least number or first day; null: no least."},
    high={"nullable": True, "description": "Largest number or last day; null: no largest."},
    values=_list(TEXT, "Empty: no list."),
)
FIELD = _object(
    ["name", "label", "kind"],
    name=TEXT,
    label=TEXT,
    kind={"type": "string", "enum": ["number", "category", "date", "text"]},
    unit=_said(TEXT, "Of a number, such as months; may be empty."),
    description=_said(TEXT, "What the field means, in one sentence; may be empty."),
    group=TEXT,
    low={"nullable": True, "description": "Smallest value seen in training."},
    high={"nullable": True, "description": "Largest value seen in training."},
    typical={"nullable": True, "description": "Median, or the most frequent value."},
    whole=SWITCH,
    categories=_list(TEXT),
    can_be_missing=SWITCH,
    allowed=ALLOWED,
    changeable={
        "type": "string",
        "enum": list(CHANGEABLE),
        "description": "Whether applicants can change it; empty where nobody has said.",
    },
)


def _content(shape: Shape) -> Shape:
    return {"application/json": {"schema": shape}}


def _takes(shape: Shape) -> Shape:
    return {"required": True, "content": _content(shape)}


def _gives(shape: Shape, description: str) -> Shape:
    return {"200": {"description": description, "content": _content(shape)}}


FAILURES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What was wrong and where", "content": _content(FAILURE)}
}
PREDICT: Shape = {
    "requestBody": _takes(
        _object(
            [],
            "Either applicant or applicants.",
            applicant=APPLICANT,
            applicants={**_list(APPLICANT), "minItems": 1, "maxItems": 1000},
            model=MODEL,
            reasons={**SWITCH, "default": True},
        )
        | {"example": {"applicant": EXAMPLE}}
    ),
    "responses": _gives(
        {"oneOf": [ASSESSMENT, _object(["assessments"], assessments=_list(ASSESSMENT))]},
        "The assessment, or a list of them in the order sent",
    ),
}
EXPLAIN: Shape = {
    "requestBody": _takes(
        _object(["applicant"], applicant=APPLICANT, model=MODEL)
        | {"example": {"applicant": EXAMPLE}}
    ),
    "responses": _gives(EXPLANATION, "The share of each field"),
}
RECOURSE: Shape = {
    "requestBody": EXPLAIN["requestBody"],
    "responses": _gives(WAY, "The smallest changes that lead to approval"),
}
SCHEMA: Shape = {
    "responses": _gives(
        _object(
            ["model_id", "fields"],
            model_id=TEXT,
            name=TEXT,
            version=WHOLE,
            fields=_list(FIELD),
        ),
        "The fields",
    )
}
HEALTH: Shape = {
    "responses": _gives(
        _object(
            ["status", "store", "workers"],
            status={"type": "string", "enum": ["ok", "failing"]},
            store=TEXT,
            champion={
                **_object(
                    ["id", "name"],
                    "null while none is published",
                    id=TEXT,
                    name=TEXT,
                    version=WHOLE,
                ),
                "nullable": True,
            },
            workers=_said(WHOLE, "Processes that train and explain."),
        ),
        "All is well",
    )
}


def explanation(assessment: "Assessment") -> dict[str, Any]:
    """Return the attributions as steps from the reference to the applicant, largest first."""
    found = assessment.attribution
    if found is None:
        raise ValueError("The assessment was made without reasons.")
    shares = sorted(
        zip(found.names, map(float, found.values), strict=True), key=lambda share: -abs(share[1])
    )
    steps, at = [], float(found.base)
    for name, share in shares:
        step = {"field": name, "log_odds": share, "pd_before": probability(at)}
        at += share
        steps.append({**step, "pd_after": probability(at)})
    return {
        "base": float(found.base),
        "log_odds": assessment.log_odds,
        "default_probability": assessment.default_probability,
        "gap": found.gap,
        "attributions": steps,
        "reference": assessment.method,
        "model_id": assessment.model_id,
    }


def recourse(
    assessment: "Assessment", found: "Recourse | None", chosen: "Levers", points: "Points"
) -> dict[str, Any]:
    """Return the options with what the applicant would then get."""
    options = [] if found is None else [option.to_json() for option in found.options]
    for option in options:
        option["default_probability"] = probability(option["log_odds"])
        option["points"] = points(option["log_odds"])
    tried = found is not None and math.isfinite(found.nearest)
    return {
        "decision": assessment.decision,
        "options": options,
        "nearest": found.nearest if found is not None and tried else None,
        **chosen.to_json(),
        "model_id": assessment.model_id,
    }
