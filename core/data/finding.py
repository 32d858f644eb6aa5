"""What the guards report: one finding with its evidence and a remedy."""

from dataclasses import dataclass
from typing import Literal

from core.data.schema import Role
from core.data.step import Step

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a file.

    Attributes:
        code: Short name for tests and links.
        title: What was found, as a sentence without a full stop.
        severity: "error" stops training; "warning" needs a decision; "note" is good to know.
        column: Where; None for the whole file.
        evidence: What was seen, with numbers.
        remedy: What to do.
        fix: A recipe step that would do it, if there is one.
        fix_role: A role for the column that would do it, if there is one.
    """

    code: str
    title: str
    severity: Severity
    column: str | None
    evidence: str
    remedy: str
    fix: Step | None = None
    fix_role: Role | None = None
