"""Teams that were built and compiled once and are trained again and again.

Tracing and compiling take a second or two, an epoch on a small file a tenth of one: what the folds
of a cross-validation, the trials of a search or two runs share is compiled for the first alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

import keras
import numpy as np

from core.model.network import ColumnSlots, begin, build, compile_for_training, to_numpy
from core.model.settings import NetworkSettings

MOST_IDLE = 4
"""Teams that are kept; each holds a few megabytes."""

MOST_STEPS_AT_ONCE = 32
"""Batches between two looks at the clock and the stop flag."""

WORK_AT_ONCE = 3e9
"""Multiplications between two such looks: about a tenth of a second."""

_idle: list["Workbench"] = []
_lock = Lock()


class Workbench:
    """A compiled team for inputs of one width."""

    def __init__(
        self, settings: NetworkSettings, width: int, columns: Sequence[ColumnSlots]
    ) -> None:
        """Build and compile; see core.model.network."""
        self.key = _key(settings, width, columns)
        self._columns = columns
        self.model = build(settings, width, columns)
        compile_for_training(self.model, settings, _steps_at_once(settings, width))
        self.model.optimizer.build(self.model.trainable_variables)
        self._at_first = [to_numpy(variable) for variable in self._state]

    @property
    def _state(self) -> list[keras.Variable]:
        """What a training changes besides the weights."""
        return [*self.model.non_trainable_variables, *self.model.optimizer.variables]

    def clear(self, settings: NetworkSettings, used: int) -> None:
        """Make the team as if it had never been trained; `used` slots will be filled."""
        for variable, value in zip(self._state, self._at_first, strict=True):
            variable.assign(value)
        begin(self.model, settings, used, self._columns)


@contextmanager
def workbench(
    settings: NetworkSettings, width: int, used: int, columns: Sequence[ColumnSlots] = ()
) -> Iterator[keras.Model]:
    """Lend an untrained, compiled team; a used one is taken if there is one of this shape.

    Args:
        settings: What to train.
        width: Slots of the input.
        used: How many of them are ever filled.
        columns: The slots of each column.
    """
    bench = _take(_key(settings, width, columns)) or Workbench(settings, width, columns)
    bench.clear(settings, used)
    yield bench.model
    with _lock:  # not after an error: who knows what it has left
        _idle.append(bench)
        del _idle[:-MOST_IDLE]


def _take(key: str) -> Workbench | None:
    with _lock:
        found = next((place for place, bench in enumerate(_idle) if bench.key == key), None)
        return None if found is None else _idle.pop(found)


def _key(settings: NetworkSettings, width: int, columns: Sequence[ColumnSlots]) -> str:
    """Return everything that the compiled step depends on."""
    shared = replace(
        settings,
        dropout=0.5 if settings.drops_out else 0.0,
        epochs=1,
        patience=0,
        bins=2,
        cuts=0,
        apart=False,
        class_weights=False,
        taught=0.0,
        taught_dropout=0.0,
        refit=False,
        calibrate=False,
    )
    return f"{shared} {width} {columns if settings.additive else ''}"


def _steps_at_once(settings: NetworkSettings, width: int) -> int:
    fans = (width, *settings.layers)
    weights = sum(fan * units for fan, units in zip(fans, (*settings.layers, 1), strict=True))
    work = 3 * settings.batch_size * settings.networks * weights
    return int(np.clip(WORK_AT_ONCE / work, 1, MOST_STEPS_AT_ONCE))
