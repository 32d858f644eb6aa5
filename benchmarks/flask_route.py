"""The peer of `benchmarks.serving`: python -m benchmarks.flask_route HOME MODEL PORT.

Keras' predict fails when two threads call it at once on JAX (its state is shared between
threads while it traces), so calls take turns, which is how such a route has to be written.
"""

import io
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import keras
import pandas as pd
from flask import Flask, request
from waitress import serve

from core.config import Settings
from core.model.bundle import Bundle
from core.store.workspace import Workspace


def create_app(home: Path, model_id: str) -> Flask:
    """Return a Flask app that answers POST /predict with the default probability."""
    settings = Settings.from_environment({"LENDLENS_HOME": str(home)})
    workspace = Workspace.open(settings)

    def read(name: str) -> bytes:
        return workspace.artifacts.read(f"models/{model_id}", name)

    bundle = Bundle.from_files(read)
    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(io.BytesIO(read("model.keras")).getvalue())
        file.flush()
        network = keras.saving.load_model(file.name, safe_mode=True)
    app = Flask(__name__)
    turn = threading.Lock()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/predict")
    def predict() -> dict[str, Any]:
        applicant = pd.DataFrame([request.get_json()["applicant"]])
        encoded = bundle.encoder.encode(bundle.prepare(applicant))
        with turn:
            log_odds = float(network.predict(encoded, verbose=0)[0, 0])
        return {"default_probability": float(keras.ops.sigmoid(log_odds))}

    return app


if __name__ == "__main__":
    home, model_id, port = sys.argv[1:]
    serve(create_app(Path(home), model_id), host="127.0.0.1", port=int(port), threads=8)
