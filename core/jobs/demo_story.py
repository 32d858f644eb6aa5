"""What the demo tells: six chapters, each with one sentence that says what was done and why.

Imports no Keras, so that pages can show a demo; `core.jobs.demo` is the worker's side.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from core.jobs.progress import JobContext, Stopped
from core.store.tables import Job
from core.store.workspace import Workspace

Key = Literal["read", "clean", "train", "judge", "publish", "decide"]
Page = Literal["data", "training", "evaluation", "models", "decisions"]
Status = Literal["waiting", "running", "done", "stopped", "failed"]

SAMPLE = "credit_data"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step of the demo.

    Attributes:
        key: Which one.
        title: What is done, as a heading.
        sentence: What will be done; once it is done, what was done and why.
        page: Where to see more of it.
        link: The words of the link there.
        query: What that page is to show.
        status: Where it stands.
        rows: A small table behind the sentence; may be empty.
    """

    key: Key
    title: str
    sentence: str
    page: Page
    link: str
    query: dict[str, str] = field(default_factory=dict)
    status: Status = "waiting"
    rows: tuple[dict[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self) | {"rows": list(self.rows)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Chapter":
        """Return the chapter that `to_json` wrote."""
        return cls(**{**data, "rows": tuple(data["rows"])})


PLAN: tuple[Chapter, ...] = (
    Chapter(
        "read",
        "Read a loan file",
        "A bank's loan applications are read whose outcome is known, because a model learns from "
        "what happened.",
        "data",
        "See every column",
    ),
    Chapter(
        "clean",
        "Clean it",
        "A recipe of named steps mends blanks and codes, so that everybody can see what was "
        "changed.",
        "data",
        "See the recipe",
    ),
    Chapter(
        "train",
        "Train a network",
        "A team of small neural networks learns to tell good from bad, beside other models that it "
        "has to beat.",
        "training",
        "See the training",
    ),
    Chapter(
        "judge",
        "Judge it on applicants it has never seen",
        "Part of the file was held back, because only unseen applicants show what a model is "
        "worth.",
        "evaluation",
        "See the evaluation",
    ),
    Chapter(
        "publish",
        "Make it a model version",
        "The network gets its cut-offs and a version number, so that every decision can name the "
        "model that made it.",
        "models",
        "See the model versions",
    ),
    Chapter(
        "decide",
        "Decide on one applicant",
        "An unseen applicant gets a decision with its reasons, and the decision is put on record.",
        "decisions",
        "Open the decision record",
    ),
)


class Story:
    """The chapters told so far, kept in the job's result for everybody who watches."""

    def __init__(self, context: JobContext) -> None:
        self.context = context
        self.workspace = context.workspace
        self._chapters: dict[Key, Chapter] = {chapter.key: chapter for chapter in PLAN}

    @property
    def result(self) -> dict[str, Any]:
        """The chapters as the job keeps them; `chapters` reads them back."""
        return {"steps": [chapter.to_json() for chapter in self._chapters.values()]}

    def begin(self, key: Key, done: float, sentence: str = "", **query: str) -> None:
        """Say that a chapter begins.

        Raises:
            Stopped: Somebody asked the demo to stop.
        """
        if self.context.should_stop():
            raise Stopped
        chapter = self._chapters[key]
        self._chapters[key] = replace(
            chapter, status="running", sentence=sentence or chapter.sentence, query=query
        )
        self.context.put_result(self.result)
        self.context.report(done, chapter.title, force=True)

    def tell(
        self, key: Key, sentence: str, rows: tuple[dict[str, Any], ...] = (), **query: str
    ) -> None:
        """Say what was done and why."""
        self._chapters[key] = replace(
            self._chapters[key], status="done", sentence=sentence, rows=rows, query=query
        )
        self.context.put_result(self.result)


def start_demo(workspace: Workspace) -> Job:
    """Put a demo into the queue; one that waits or runs already is returned instead."""
    running = workspace.registry.jobs(active=True, kind="demo")
    return running[-1] if running else workspace.registry.submit("demo", "Demo", {})


def last_demo(workspace: Workspace) -> Job | None:
    """Return the demo that runs, or else the last one that ended, if any."""
    return next(iter(workspace.registry.jobs(kind="demo", limit=1)), None)


def chapters(job: Job) -> tuple[Chapter, ...]:
    """Return the chapters of a demo as they stand; what broke off says so."""
    told = tuple(Chapter.from_json(step) for step in job.result.get("steps", ())) or PLAN
    if job.active or job.status == "done":
        return told
    ended: Status = "stopped" if job.status == "stopped" else "failed"
    return tuple(
        replace(chapter, status=ended) if chapter.status == "running" else chapter
        for chapter in told
    )
