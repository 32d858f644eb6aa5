"""Applicants being typed, kept by the serving process under random tokens.

What an officer types is an applicant's data. It belongs neither in an address, which browsers and
proxies write down, nor on disk, nor in a log. So the address holds a token, and this memory what
the token stands for, until it is too old, too many others came, or the server stops.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.decision.applicant import Value

MOST = 1000
KEPT_S = 8 * 3600.0
"""A working day."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it was last typed.

    Attributes:
        form: The data set whose fields it fills.
        row: The row of the loan file it started from; None for typical values.
        changes: Fields that differ from the start; left out of its `repr`, and so of every log.
    """

    form: str
    row: int | None
    changes: Mapping[str, Value] = field(repr=False)


class Drafts:
    """Tokens and what they stand for; threads may share it."""

    def __init__(
        self,
        most: int = MOST,
        kept_s: float = KEPT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the `most` drafts used last, each until `kept_s` seconds after its last use."""
        self._most = most
        self._kept_s = kept_s
        self._clock = clock
        self._lock = threading.Lock()
        self._drafts: OrderedDict[str, tuple[float, Kept]] = OrderedDict()

    def keep(self, draft: Kept, token: str | None = None) -> str:
        """Keep a draft under its token, or a new one, and return the token."""
        token = token or secrets.token_urlsafe(16)
        with self._lock:
            self._put(token, draft)
        return token

    def find(self, token: str) -> Kept | None:
        """Return what a token stands for; None if it is unknown or too old."""
        with self._lock:
            self._drop_old()
            if token not in self._drafts:
                return None
            draft = self._drafts[token][1]
            self._put(token, draft)
            return draft

    def forget(self, token: str) -> None:
        """Drop a draft that is no longer wanted."""
        with self._lock:
            self._drafts.pop(token, None)

    def _put(self, token: str, draft: Kept) -> None:
        self._drafts[token] = (self._clock(), draft)
        self._drafts.move_to_end(token)
        self._drop_old()
        while len(self._drafts) > self._most:
            self._drafts.popitem(last=False)

    def _drop_old(self) -> None:
        """The first are those not used for longest."""
        oldest = self._clock() - self._kept_s
        while self._drafts and next(iter(self._drafts.values()))[0] < oldest:
            self._drafts.popitem(last=False)


DRAFTS = Drafts()
"""Those of this process."""
