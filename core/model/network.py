"""Builds the Keras networks. Only training imports this, in a worker process."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from core.model.served import ServedNetwork
from core.model.settings import NetworkSettings


@dataclass(frozen=True, slots=True)
class ColumnSlots:
    """Where one raw column is in the input of an additive network.

    Attributes:
        place: Its slots.
        ordered: Slots that grow with its value; empty for a category.
        direction: 1 or -1 where the column may only raise or only lower the risk, else 0.
    """

    place: slice
    ordered: slice
    direction: int = 0


class TeamDense(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A dense layer of every network of a team, computed in one step.

    The members of a fold share a kernel; what sets them apart is a scale for each unit they read
    and for each they write, and the bias (TabM: Gorishniy et al., ICLR 2025).

    Shape:
        - Input: (folds, 1, n, width) in the first layer, since all members of a fold read the same
          rows; else (folds, members, n, fan).
        - Output: (folds, members, n, units).
    """

    def __init__(
        self,
        settings: NetworkSettings,
        units: int,
        bounds: tuple[np.ndarray, np.ndarray] | None = None,
        **kwargs: Any,
    ) -> None:
        """Take the smallest and largest value of each weight as `bounds`, if there are any."""
        super().__init__(**kwargs)
        self._settings, self.units = settings, units
        self._within = Within(*bounds) if bounds else None

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Create the weights; `begin` gives them their first values."""
        folds, members, fan = self._settings.folds, self._settings.members, shape[-1]
        self._first = shape[1] != members
        self.kernel = self.add_weight(
            shape=(folds, 1, fan, self.units),
            initializer="zeros",
            constraint=self._within,
            name="kernel",
        )
        each = (folds, members, 1, self.units)
        self.bias = self.add_weight(shape=each, initializer="zeros", name="bias")
        if members > 1:
            read = (folds, members, fan, 1)
            self.reads = self.add_weight(shape=read, initializer="ones", name="reads")
            self.writes = self.add_weight(shape=each, initializer="ones", name="writes")

    def begin(self, start: "Start") -> None:
        """Set the weights to what a training starts with."""
        self.kernel.assign(start.kernel(self.kernel.shape, self._within))
        self.bias.assign(np.zeros(self.bias.shape, np.float32))
        if self._settings.members > 1:
            ones = np.ones(self.reads.shape, np.float32)
            self.reads.assign(start.signs(self.reads.shape) if self._first else ones)
            self.writes.assign(np.ones(self.writes.shape, np.float32))

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Return copies of (networks, fan, units) kernels and (networks, units) biases.

        In NumPy: Keras would compile each step of this for each shape.
        """
        kernels, bias = to_numpy(self.kernel), to_numpy(self.bias)
        if self._settings.members > 1:
            kernels = kernels * to_numpy(self.reads) * to_numpy(self.writes)
        networks = self._settings.networks
        return kernels.reshape(networks, -1, self.units), bias.reshape(networks, self.units)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return the layer before its activation."""
        kernels = ops.convert_to_tensor(self.kernel)
        if self._settings.members > 1:
            kernels = kernels * self.reads * self.writes
        self._penalise(kernels)
        return inputs @ kernels + self.bias

    def _penalise(self, kernels: keras.KerasTensor) -> None:
        l1, l2 = self._settings.l1, self._settings.l2
        if l1 or l2:
            size = l1 * ops.sum(ops.abs(kernels)) + l2 * ops.sum(ops.square(kernels))
            self.add_loss(size / self._settings.networks)


class TeamDropout(keras.layers.Layer):  # type: ignore[misc]
    """Leaves out hidden units at random while training.

    One draw for all networks: drawing for each would take half of the training. How many are left
    out is a weight, so another share needs no other compilation.
    """

    def __init__(self, seed: int, **kwargs: Any) -> None:
        """Take what fixes the draws."""
        super().__init__(**kwargs)
        self._seeds = keras.random.SeedGenerator(seed)

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Create the share of units that are kept; `begin` sets it."""
        self.kept = self.add_weight(shape=(), initializer="ones", trainable=False, name="kept")

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Return the values, scaled up by what is missing; all of them outside training."""
        if not training:
            return inputs
        drawn = keras.random.uniform((1, 1, *ops.shape(inputs)[2:]), seed=self._seeds)
        return ops.where(drawn < self.kept, inputs * (1 / self.kept), 0)


class Within(keras.constraints.Constraint):  # type: ignore[misc]
    """Keeps each weight between two bounds; equal bounds of 0 cut a connection."""

    def __init__(self, low: np.ndarray, high: np.ndarray) -> None:
        """Take arrays of the weight's shape, or broadcastable to it."""
        self._low, self._high = low, high

    def __call__(self, weight: keras.KerasTensor) -> keras.KerasTensor:
        """Return the weight, moved inside."""
        return ops.clip(weight, self._low, self._high)

    def reflected(self, weight: np.ndarray) -> np.ndarray:
        """Return first weights inside, with signs turned instead of weights lost."""
        turned = np.where(self._low >= 0, np.abs(weight), weight)
        turned = np.where(self._high <= 0, -np.abs(turned), turned)
        return np.asarray(np.clip(turned, self._low, self._high))


class Start:
    """First weights, drawn by NumPy: Keras would compile the drawing for each shape."""

    def __init__(self, seed: int, used: int, fan: int) -> None:
        """Take the slots that are ever filled, and how many of them a first unit reads."""
        self._random = np.random.default_rng(seed)
        self._rows, self._fan = used, fan  # of the next kernel: those that are not padding

    def kernel(self, shape: tuple[int, int, int, int], within: Within | None = None) -> np.ndarray:
        """Return Glorot's uniform weights (folds, 1, fan, units)."""
        folds, _, _, units = shape
        limit = np.sqrt(6 / (self._fan + units))
        kernel = np.zeros(shape, np.float32)
        size = (folds, 1, self._rows, units)
        kernel[:, :, : self._rows] = self._random.uniform(-limit, limit, size)
        self._rows = self._fan = units
        return kernel if within is None else within.reflected(kernel)

    def signs(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return 1 or -1 at random: members begin far from each other."""
        return self._random.choice(np.array([-1, 1], np.float32), shape)


def build(
    settings: NetworkSettings, width: int, columns: Sequence[ColumnSlots] = ()
) -> keras.Model:
    """Return a team that maps (folds, n, width) to (folds, n, members) log-odds.

    It has no first weights yet, and each fold is given rows of its own.

    The paper's sigmoid output is the same network: its loss takes log-odds, which is exact where
    a sigmoid in float32 rounds to 0 or 1.

    Args:
        settings: Layers, dropout and penalties.
        width: Slots of the input.
        columns: The slots of each column; an additive network gives each units of its own.
    """
    apart = len(columns) if settings.additive else 1
    seeds = random.Random(settings.seed)  # of each dropout: Keras' own would be drawn for all alike
    bounds = _additive_bounds(settings, width, columns) if settings.additive else (None, None)
    inputs = keras.Input((None, width), settings.folds, name="encoded")
    values = ops.expand_dims(inputs, 1)
    for number, units in enumerate(settings.layers, start=1):
        layer = TeamDense(settings, units * apart, bounds[0], name=f"hidden_{number}")
        values = keras.layers.Activation(settings.activation)(layer(values))
        if settings.drops_out:
            values = TeamDropout(seeds.randint(1, 10**9))(values)
    values = TeamDense(settings, 1, bounds[1], name="log_odds")(values)
    return keras.Model(inputs, ops.transpose(values[..., 0], (0, 2, 1)), name="lendlens")


def begin(
    model: keras.Model, settings: NetworkSettings, used: int, columns: Sequence[ColumnSlots] = ()
) -> None:
    """Give a team its first weights.

    Args:
        model: As `build` returned it.
        settings: What it was built with, but for the share of dropout; the seed fixes the weights.
        used: How many slots are ever filled; the weights of the others are 0 and stay 0.
        columns: What it was built with.
    """
    start = Start(settings.seed, used, used // (len(columns) if settings.additive else 1))
    for layer in team_layers(model):
        layer.begin(start)
    set_dropout(model, settings.dropout)


def set_dropout(model: keras.Model, share: float) -> None:
    """Leave out such a share of hidden units from now on."""
    for layer in model.layers:
        if isinstance(layer, TeamDropout):
            layer.kept.assign(1 - share)


def team_layers(model: keras.Model) -> list[TeamDense]:
    """Return the layers that hold weights, first to last."""
    return [layer for layer in model.layers if isinstance(layer, TeamDense)]


def compile_for_training(
    model: keras.Model, settings: NetworkSettings, steps_at_once: int = 1
) -> None:
    """Give the team its loss and optimiser."""
    model.compile(optimizer=_optimiser(settings), loss=team_loss, steps_per_execution=steps_at_once)


def team_loss(targets: keras.KerasTensor, log_odds: keras.KerasTensor) -> keras.KerasTensor:
    """Return the weighted mean binary cross-entropy.

    Args:
        targets: (folds, n, 2); how much a row weighs as a bad and how much as a good, both 0
            where nothing should be learnt from it.
        log_odds: (folds, n, members).
    """
    goods = targets[..., 1:]
    weights = targets[..., :1] + goods
    losses = weights * ops.softplus(-log_odds) + goods * log_odds
    return ops.sum(losses) / ops.maximum(ops.sum(weights) * log_odds.shape[-1], 1)


def served(model: keras.Model, settings: NetworkSettings, used: int) -> ServedNetwork:
    """Return the team of the first `used` slots as NumPy; its arrays are copies."""
    (first, bias), *rest = [layer.arrays() for layer in team_layers(model)]
    flat = np.moveaxis(first[:, :used], 0, 1).reshape(used, -1)
    return ServedNetwork(
        [flat, *(kernels for kernels, _ in rest)],
        [bias.ravel(), *(each for _, each in rest)],
        settings.activation,
    )


def plain(network: ServedNetwork) -> keras.Model:
    """Return the team as a model of built-in layers that gives (n, 1): any Keras can read it."""
    inputs = keras.Input((network.width,), name="encoded")
    shape = (network.members, -1)
    # Weights that are drawn only to be replaced would take a second to compile.
    values = keras.layers.Dense(
        len(network.biases[0]), kernel_initializer="zeros", name="hidden_1"
    )(inputs)
    values = keras.layers.Reshape(shape)(values)
    for number, bias in enumerate(network.biases[1:], start=2):
        name = "log_odds" if number == len(network.biases) else f"hidden_{number}"
        values = keras.layers.Activation(network.activation)(values)
        values = keras.layers.EinsumDense(
            "bmi,mio->bmo",
            bias.shape,
            bias_axes="mo",
            kernel_initializer="zeros",
            name=name,
        )(values)
    outputs = keras.layers.GlobalAveragePooling1D(name="mean_of_members")(values)
    model = keras.Model(inputs, outputs, name="lendlens")
    pairs = zip(network.weights, network.biases, strict=True)
    model.set_weights([array for pair in pairs for array in pair])
    return model


def to_numpy(variable: keras.Variable) -> np.ndarray:
    """Return a copy of a weight: fit and predict give Keras' own buffers away."""
    return np.array(ops.convert_to_numpy(variable.value))


def _additive_bounds(
    settings: NetworkSettings, width: int, columns: Sequence[ColumnSlots]
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return bounds of the first and the last kernel, (width, units) and (units, 1)."""
    each = settings.layers[0]
    units = each * len(columns)
    first = np.zeros((2, width, units), np.float32)
    last = np.empty((2, units, 1), np.float32)
    last[0], last[1] = -np.inf, np.inf
    for number, column in enumerate(columns):
        own = slice(number * each, (number + 1) * each)
        first[0, column.place, own], first[1, column.place, own] = -np.inf, np.inf
        if column.direction:
            # A rising unit of rising slots, that only raises or only lowers the log-odds.
            first[0, column.ordered, own] = 0
            last[int(column.direction < 0), own] = 0
    return (first[0], first[1]), (last[0], last[1])


def _optimiser(settings: NetworkSettings) -> keras.optimizers.Optimizer:
    rate = settings.learning_rate
    if settings.optimiser == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay)
    if settings.optimiser == "adam":
        return keras.optimizers.Adam(rate)
    return keras.optimizers.SGD(rate)
