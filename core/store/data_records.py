"""Loan files and the data sets made from them."""

from typing import Any

from sqlalchemy import select

from core.store.records import Records, find, given, next_version
from core.store.tables import DataSet, Source


class DataRecords(Records):
    """The part of the registry about data."""

    def add_source(
        self,
        name: str,
        filename: str,
        size: int,
        sha256: str,
        rows: int,
        dialect: dict[str, Any],
        schema: dict[str, Any],
        draft: dict[str, Any] | None = None,
        id: str = "",
    ) -> Source:
        """Store a loan file's record, `size` in bytes; pass `id` if its folder is there already."""
        fields = given(
            id,
            name=name,
            filename=filename,
            size=size,
            sha256=sha256,
            rows=rows,
            dialect=dialect,
            schema=schema,
            draft=draft or {},
        )
        return self._add(Source(**fields))

    def source(self, id: str) -> Source:
        """Return one loan file; NotFoundError if there is none."""
        return self._one(Source, id)

    def sources(self) -> list[Source]:
        """Return all loan files, newest first."""
        with self._reading() as session:
            return list(session.scalars(select(Source).order_by(Source.created_at.desc())))

    def source_with(self, sha256: str) -> Source | None:
        """Return the newest loan file with exactly these bytes, if any."""
        query = select(Source).where(Source.sha256 == sha256).order_by(Source.created_at.desc())
        with self._reading() as session:
            return session.scalars(query).first()

    def save_draft(self, id: str, draft: dict[str, Any]) -> Source:
        """Replace the unsaved work on a loan file."""
        return self._change_source(id, draft=draft)

    def rename_source(self, id: str, name: str) -> Source:
        """Give a loan file another name."""
        return self._change_source(id, name=name)

    def _change_source(self, id: str, **changes: Any) -> Source:
        with self._writing() as session:
            source = find(session, Source, id)
            for field, value in changes.items():
                setattr(source, field, value)
        return source

    def add_data_set(
        self,
        source_id: str,
        name: str,
        rows: int,
        bads: int,
        sha256: str,
        schema: dict[str, Any],
        recipe: list[Any],
        id: str = "",
    ) -> DataSet:
        """Store a data set version; the same content of the same source is returned, not doubled.

        Versions count from 1 under each name.
        """
        same = select(DataSet).where(DataSet.source_id == source_id, DataSet.sha256 == sha256)
        with self._writing() as session:
            if existing := session.scalar(same):
                return existing
            find(session, Source, source_id)
            fields = given(
                id,
                source_id=source_id,
                name=name,
                version=next_version(session, DataSet, name),
                rows=rows,
                bads=bads,
                sha256=sha256,
                schema=schema,
                recipe=recipe,
            )
            data_set = DataSet(**fields)
            session.add(data_set)
        return data_set

    def data_set(self, id: str) -> DataSet:
        """Return one data set; NotFoundError if there is none."""
        return self._one(DataSet, id)

    def data_sets(self, source_id: str | None = None) -> list[DataSet]:
        """Return data sets, newest first; of one source if given."""
        query = select(DataSet).order_by(DataSet.created_at.desc())
        if source_id is not None:
            query = query.where(DataSet.source_id == source_id)
        with self._reading() as session:
            return list(session.scalars(query))
