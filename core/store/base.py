"""What all tables share: ids, times in UTC, and JSON that every database accepts."""

import json
import math
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass
from sqlalchemy.types import TypeDecorator


class Base(MappedAsDataclass, DeclarativeBase):
    """A row of the store: a plain dataclass once it is read."""

    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - read by SQLAlchemy


class UtcDateTime(TypeDecorator[datetime]):
    """A time with its zone; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store every time in UTC; one without a zone is refused."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"A stored time needs a zone, but {value!r} has none.")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC, aware."""
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """Return an id such as `run_4f1c09ab23de`; it can be made before the row is stored."""
    return f"{prefix}_{secrets.token_hex(6)}"


def to_json(value: Any) -> str:
    """Return JSON text. NaN and infinity become null: JSON has neither, and null is "missing".

    >>> to_json({"auc": float("nan"), "n": 3})
    '{"auc": null, "n": 3}'
    """
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False, default=_plain)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """Turn a NumPy scalar or array into what JSON knows."""
    if hasattr(value, "tolist"):
        return _finite(value.tolist())
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON.")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
