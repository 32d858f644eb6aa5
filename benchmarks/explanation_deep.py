"""SHAP's DeepExplainer on a twin of the network in TensorFlow, where that is installed.

Keras has one backend for each process, so the twin lives in one of its own, which explains a row
when it is asked for: `python -m benchmarks.explanation_deep TWIN.npz`. It explains the slots of
the encoded input; the values of a field's slots are added up.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.explanation_models import Model
from core.config import ROOT
from core.model.served import ServedNetwork

READY = "ready"


def installed() -> bool:
    """Return whether there is a TensorFlow."""
    return find_spec("tensorflow") is not None


class Deep:
    """The process of the twin, as the parent sees it."""

    def __init__(self, model: Model, rows: np.ndarray, fields: list[str]) -> None:
        """Start it for encoded rows (n, width) and wait until it is ready.

        Raises:
            RuntimeError: It ended instead.
        """
        self._folder = tempfile.TemporaryDirectory()
        twin = Path(self._folder.name) / "twin.npz"
        places = [model.encoder.block(name) for name in fields]
        np.savez(
            twin,
            **{f"layer_{i}": each for i, each in enumerate(_dense(model.network))},
            reference=model.encoder.encode(model.reference).astype(np.float32),
            rows=rows.astype(np.float32),
            places=np.array([(place.start, place.stop) for place in places]),
            activation=np.array(model.network.activation),
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.explanation_deep", str(twin)],
            cwd=ROOT,
            env=os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._answer() != READY:
            raise RuntimeError(
                "The twin in TensorFlow ended; it says above why. Mend it, or take TensorFlow away."
            )

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def explain(self, place: int) -> np.ndarray:
        """Return (p,) values of a row."""
        assert self._process.stdin is not None
        print(place, file=self._process.stdin, flush=True)
        return np.array(self._answer())

    def _answer(self) -> Any:
        """Return what it says next; None if it ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line else None


def _dense(network: ServedNetwork) -> list[np.ndarray]:
    """Return kernel and bias of each layer of one plain network that says what the team says."""
    members = network.members
    arrays = [network.weights[0], network.biases[0]]
    for kernels, bias in zip(network.weights[1:], network.biases[1:], strict=True):
        _, inside, outside = kernels.shape
        whole = np.zeros((members, inside, members, outside), np.float32)
        whole[np.arange(members), :, np.arange(members)] = kernels
        arrays += [whole.reshape(members * inside, members * outside), bias.ravel()]
    arrays[-2], arrays[-1] = arrays[-2].mean(axis=1, keepdims=True), arrays[-1].mean(keepdims=True)
    return arrays


def main(twin: Path) -> None:
    """Explain the rows whose numbers come in, one answer a line."""
    import keras
    import shap

    with np.load(twin) as file:
        held = dict(file)
    arrays = [held[f"layer_{i}"] for i in range(sum(name.startswith("layer") for name in held))]
    last = len(arrays) // 2 - 1
    model = keras.Sequential([keras.Input((len(arrays[0]),))])
    for number, bias in enumerate(arrays[1::2]):
        activation = None if number == last else str(held["activation"])
        model.add(keras.layers.Dense(len(bias), activation=activation))
    model.set_weights(arrays)
    explainer = shap.DeepExplainer(model, held["reference"])
    explainer.shap_values(held["rows"][:1], check_additivity=False)  # traces the graph
    print(json.dumps(READY), flush=True)
    for line in sys.stdin:
        row = held["rows"][[int(line)]]
        slots = np.asarray(explainer.shap_values(row, check_additivity=False)).reshape(-1)
        print(json.dumps([float(slots[a:b].sum()) for a, b in held["places"]]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
