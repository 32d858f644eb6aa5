"""Builds the Keras network. Only training imports this, in a worker process."""

import keras
import numpy as np

from core.model.served import ServedNetwork
from core.model.settings import NetworkSettings


def build(settings: NetworkSettings, width: int, used: int | None = None) -> keras.Model:
    """Return an untrained network that maps (n, width) to (n, 1) log-odds.

    The paper's sigmoid output is the same network: its loss takes log-odds, which is exact where
    a sigmoid in float32 rounds to 0 or 1.

    Args:
        settings: Layers, dropout, penalties and the seed of the first weights.
        width: Slots of the input.
        used: How many of them are ever filled; the weights of the others are 0 and stay 0.
    """
    start = _Start(settings.seed, used or width)
    model = keras.Sequential([keras.Input((width,), name="encoded")], name="lendlens")
    for number, units in enumerate(settings.layers, start=1):
        model.add(_dense(settings, units, settings.activation, f"hidden_{number}", start))
        if settings.dropout:
            model.add(keras.layers.Dropout(settings.dropout, name=f"dropout_{number}"))
    model.add(_dense(settings, 1, None, "log_odds", start))
    for layer in dense_layers(model):  # what a .keras file says, and any Keras can read
        layer.kernel_initializer = keras.initializers.GlorotUniform()
        layer.bias_initializer = keras.initializers.Zeros()
    return model


class _Start:
    """Glorot's first weights, drawn by NumPy: Keras would compile the drawing for each shape."""

    def __init__(self, seed: int, used: int) -> None:
        self._random = np.random.default_rng(seed)
        self._rows = used  # of the next kernel that are not padding

    def kernel(self, shape: tuple[int, int], dtype: str | None = None) -> np.ndarray:
        rows, self._rows = self._rows, shape[1]
        limit = np.sqrt(6 / (rows + shape[1]))
        kernel = np.zeros(shape, np.float32)
        kernel[:rows] = self._random.uniform(-limit, limit, (rows, shape[1]))
        return kernel

    def bias(self, shape: tuple[int], dtype: str | None = None) -> np.ndarray:
        return np.zeros(shape, np.float32)


def compile_for_training(
    model: keras.Model, settings: NetworkSettings, steps_at_once: int = 1
) -> None:
    """Give the network its loss and optimiser."""
    model.compile(
        optimizer=_optimiser(settings),
        # Divides by the weights of a batch, so that rows of weight 0 leave no trace.
        loss=keras.losses.BinaryCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
        steps_per_execution=steps_at_once,
    )


def served(model: keras.Model, settings: NetworkSettings, used: int) -> ServedNetwork:
    """Return the network of the first `used` slots as NumPy; its arrays are copies."""
    layers = dense_layers(model)
    kernels = [to_numpy(layer.kernel) for layer in layers]
    return ServedNetwork(
        [kernels[0][:used], *kernels[1:]],
        [to_numpy(layer.bias) for layer in layers],
        settings.activation,
    )


def dense_layers(model: keras.Model) -> list[keras.layers.Dense]:
    """Return the layers that hold weights, first to last."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]


def to_numpy(variable: keras.Variable) -> np.ndarray:
    """Return a copy of a weight: fit and predict give Keras' own buffers away."""
    return np.array(keras.ops.convert_to_numpy(variable.value))


def _dense(
    settings: NetworkSettings, units: int, activation: str | None, name: str, start: _Start
) -> keras.layers.Dense:
    penalty = keras.regularizers.L1L2(settings.l1, settings.l2)
    return keras.layers.Dense(
        units,
        activation=activation,
        kernel_initializer=start.kernel,
        bias_initializer=start.bias,
        kernel_regularizer=penalty if settings.l1 or settings.l2 else None,
        name=name,
    )


def _optimiser(settings: NetworkSettings) -> keras.optimizers.Optimizer:
    rate = settings.learning_rate
    if settings.optimiser == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay)
    if settings.optimiser == "adam":
        return keras.optimizers.Adam(rate)
    return keras.optimizers.SGD(rate)
