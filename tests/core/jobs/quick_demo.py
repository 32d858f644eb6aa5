"""The demo with three epochs of training, writing down every state that a page could show.

It runs in a worker process: Keras must not be in the process that also tests pages.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.jobs.progress import JobContext
from core.model.settings import PRESETS, NetworkSettings

ARGUMENTS = ("--kinds", "tests.core.jobs.quick_demo:KINDS", "--warm", "")
KINDS = {"demo": "tests.core.jobs.quick_demo:run"}
STATES = "states.jsonl"

QUICK = NetworkSettings(layers=(8,), epochs=3, patience=0, batch_size=256, learning_rate=5e-3)


class Noting(JobContext):
    """A context that also keeps every result in a file of the workspace."""

    def put_result(self, result: Mapping[str, Any]) -> None:
        """Store it as always, and add it to the file."""
        super().put_result(result)
        with (self.workspace.settings.home / STATES).open("a") as file:
            file.write(json.dumps(result["steps"]) + "\n")


def run(context: JobContext) -> dict[str, Any]:
    """Run the demo with a training that takes a moment."""
    from core.jobs import demo  # here, because it loads Keras

    PRESETS["recommended"] = replace(PRESETS["recommended"], settings=QUICK)
    return demo.run(Noting(context.workspace, context.job))
