"""Builds the Keras network. Only training imports this, in a worker process."""

import keras
import numpy as np

from core.model.served import ServedNetwork
from core.model.settings import NetworkSettings


def build(settings: NetworkSettings, width: int) -> keras.Model:
    """Return an untrained network that maps (n, width) to (n, 1) log-odds.

    The paper's sigmoid output is the same network: its loss takes log-odds, which is exact where
    a sigmoid in float32 rounds to 0 or 1.
    """
    model = keras.Sequential([keras.Input((width,), name="encoded")], name="lendlens")
    for number, units in enumerate(settings.layers, start=1):
        model.add(_dense(settings, units, settings.activation, f"hidden_{number}"))
        if settings.dropout:
            model.add(keras.layers.Dropout(settings.dropout, name=f"dropout_{number}"))
    model.add(_dense(settings, 1, None, "log_odds"))
    return model


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


def served(model: keras.Model, settings: NetworkSettings) -> ServedNetwork:
    """Return the network as NumPy; its arrays are copies."""
    layers = dense_layers(model)
    return ServedNetwork(
        [to_numpy(layer.kernel) for layer in layers],
        [to_numpy(layer.bias) for layer in layers],
        settings.activation,
    )


def dense_layers(model: keras.Model) -> list[keras.layers.Dense]:
    """Return the layers that hold weights, first to last."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]


def to_numpy(variable: keras.Variable) -> np.ndarray:
    """Return a copy of a weight: fit and predict give Keras' own buffers away."""
    return np.array(keras.ops.convert_to_numpy(variable.value))


def warm_up() -> None:
    """Train a tiny network once, so that the first real one does not wait for imports."""
    settings = NetworkSettings(layers=(4, 2))
    model = build(settings, 8)
    compile_for_training(model, settings)
    rows = np.zeros((8, 8), np.float32)
    model.fit(rows, rows[:, 0], sample_weight=rows[:, 0] + 1, batch_size=8, verbose=0)


def _dense(
    settings: NetworkSettings, units: int, activation: str | None, name: str
) -> keras.layers.Dense:
    penalty = keras.regularizers.L1L2(settings.l1, settings.l2)
    return keras.layers.Dense(
        units,
        activation=activation,
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
