"""Model versions, which of them is champion, and their explanations."""

from typing import Any, TypeVar

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from core.errors import InUseError, StoreError
from core.store.engine import QuickQuery
from core.store.records import Records, find, given, next_version
from core.store.tables import (
    DecisionRecord,
    ExplanationFigure,
    ExplanationSet,
    ModelVersion,
    Publication,
    Run,
)

_LAST_PUBLISHED = select(Publication.model_id).order_by(Publication.seq.desc()).limit(1)


_OfModel = TypeVar("_OfModel", ExplanationSet, ExplanationFigure)


class ModelRecords(Records):
    """The part of the registry about models."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._champion_id = QuickQuery(engine, _LAST_PUBLISHED)

    def close(self) -> None:
        """Close all connections; the object cannot be used afterwards."""
        self._champion_id.close()
        super().close()

    def add_model(
        self, run_id: str, name: str, policy: dict[str, Any], digest: str, id: str = ""
    ) -> ModelVersion:
        """Store a model version; versions count from 1 under each name."""
        with self._writing() as session:
            find(session, Run, run_id)
            version = next_version(session, ModelVersion, name)
            fields = given(
                id, run_id=run_id, name=name, version=version, policy=policy, digest=digest
            )
            model = ModelVersion(**fields)
            session.add(model)
        return model

    def model(self, id: str) -> ModelVersion:
        """Return one model version; NotFoundError if there is none."""
        return self._one(ModelVersion, id)

    def models(self, run_id: str | None = None) -> list[ModelVersion]:
        """Return model versions, newest first; of one run if given."""
        query = select(ModelVersion).order_by(ModelVersion.created_at.desc())
        if run_id is not None:
            query = query.where(ModelVersion.run_id == run_id)
        with self._reading() as session:
            return list(session.scalars(query))

    def publish(self, model_id: str, user: str, note: str = "") -> Publication:
        """Make a model the champion; scoring and REST use it from now on."""
        with self._writing() as session:
            find(session, ModelVersion, model_id)
            publication = Publication(model_id=model_id, user=user, note=note)
            session.add(publication)
        return publication

    def roll_back(self, user: str, note: str = "") -> Publication:
        """Return to the champion before the present one.

        Raises:
            StoreError: There was none before.
        """
        with self._writing() as session:
            pile = _pile(_publications(session))
            if len(pile) < 2:
                raise StoreError("There is no earlier champion to roll back to.")
            publication = Publication(model_id=pile[-2], user=user, note=note, roll_back=True)
            session.add(publication)
        return publication

    def publications(self) -> list[Publication]:
        """Return every publication, oldest first."""
        with self._reading() as session:
            return _publications(session)

    def champion_id(self) -> str | None:
        """Return the id of the model in force; cheap enough to ask before every answer."""
        found: str | None = self._champion_id.first()
        return found

    def champion(self) -> ModelVersion | None:
        """Return the model in force, or None before the first publication."""
        query = select(ModelVersion).where(ModelVersion.id == _LAST_PUBLISHED.scalar_subquery())
        with self._reading() as session:
            return session.scalar(query)

    def previous_champion(self) -> ModelVersion | None:
        """Return the model a roll-back would return to, or None."""
        with self._reading() as session:
            pile = _pile(_publications(session))
            return find(session, ModelVersion, pile[-2]) if len(pile) > 1 else None

    def delete_model(self, model_id: str) -> None:
        """Forget a model version and its explanations; `Workspace.delete_model` also drops files.

        Raises:
            InUseError: It is or was champion, or decisions were made with it.
        """
        with self._writing() as session:
            model = find(session, ModelVersion, model_id)
            if reason := _why_kept(session, model_id):
                raise InUseError(f"{model.name} version {model.version} is kept: {reason}")
            for table in (ExplanationSet, ExplanationFigure):
                session.execute(delete(table).where(table.model_id == model_id))
            session.delete(model)

    def add_explanation(
        self,
        model_id: str,
        job_id: str,
        reference: str,
        rows: int,
        of: int,
        digest: str,
        id: str = "",
    ) -> ExplanationSet:
        """Store that `rows` of `of` rows were explained against a reference population."""
        fields = given(
            id,
            model_id=model_id,
            job_id=job_id,
            reference=reference,
            rows=rows,
            of=of,
            digest=digest,
        )
        return self._add_to_model(ExplanationSet(**fields))

    def explanation(self, id: str) -> ExplanationSet:
        """Return one explanation set; NotFoundError if there is none."""
        return self._one(ExplanationSet, id)

    def explanations(self, model_id: str) -> list[ExplanationSet]:
        """Return the explanation sets of a model, newest first."""
        query = select(ExplanationSet).where(ExplanationSet.model_id == model_id)
        with self._reading() as session:
            return list(session.scalars(query.order_by(ExplanationSet.created_at.desc())))

    def add_figure(
        self,
        model_id: str,
        job_id: str,
        kind: str,
        reference: str,
        rows: int,
        of: int,
        digest: str,
        id: str = "",
    ) -> ExplanationFigure:
        """Store a figure about a model as a whole, made from `rows` of `of` rows."""
        fields = given(
            id,
            model_id=model_id,
            job_id=job_id,
            kind=kind,
            reference=reference,
            rows=rows,
            of=of,
            digest=digest,
        )
        return self._add_to_model(ExplanationFigure(**fields))

    def figures(self, model_id: str) -> list[ExplanationFigure]:
        """Return the figures about a model as a whole, newest first."""
        query = select(ExplanationFigure).where(ExplanationFigure.model_id == model_id)
        with self._reading() as session:
            return list(session.scalars(query.order_by(ExplanationFigure.created_at.desc())))

    def _add_to_model(self, record: _OfModel) -> _OfModel:
        with self._writing() as session:
            find(session, ModelVersion, record.model_id)
            session.add(record)
        return record


def _publications(session: Session) -> list[Publication]:
    return list(session.scalars(select(Publication).order_by(Publication.seq)))


def _pile(publications: list[Publication]) -> list[str]:
    """Return the champions one could roll back through, the present one last."""
    pile: list[str] = []
    for publication in publications:
        if publication.roll_back:
            pile.pop()
        elif not pile or pile[-1] != publication.model_id:
            pile.append(publication.model_id)
    return pile


def _why_kept(session: Session, model_id: str) -> str:
    published = select(func.count()).where(Publication.model_id == model_id)
    if session.scalar(published):
        return "it is or was the champion."
    decisions = session.scalar(select(func.count()).where(DecisionRecord.model_id == model_id))
    if not decisions:
        return ""
    return f"{decisions:,} {'decision was' if decisions == 1 else 'decisions were'} made with it."
