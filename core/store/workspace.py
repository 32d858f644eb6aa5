"""The workspace: everything on disk, opened from the settings."""

from core.config import Settings
from core.errors import ConfigError
from core.store.artifacts import Artifacts
from core.store.engine import connect
from core.store.registry import Registry
from core.store.upgrade import upgrade


class Workspace:
    """The database and the files beside it; safe to share between threads."""

    def __init__(self, settings: Settings, registry: Registry, artifacts: Artifacts) -> None:
        self.settings = settings
        self.registry = registry
        self.artifacts = artifacts

    @classmethod
    def open(cls, settings: Settings) -> "Workspace":
        """Create what is missing, bring the database up to date and open it.

        Raises:
            ConfigError: The folder cannot be written or the database URL cannot be used.
            StoreError: The database was written by a newer version.
        """
        try:
            (settings.home / "logs").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"LENDLENS_HOME is {str(settings.home)!r}, which cannot be written "
                f"({error.strerror}). Choose a folder that you may write to."
            ) from error
        engine = connect(settings.database_url)
        upgrade(engine)
        return cls(settings, Registry(engine), Artifacts(settings.artifacts_url))

    def close(self) -> None:
        """Close all connections."""
        self.registry.close()

    def delete_model(self, model_id: str) -> None:
        """Delete a model version that nothing refers to, with its explanations and files.

        A job that explains it is stopped.

        Raises:
            InUseError: It is or was champion, or decisions were made with it.
        """
        made = [each.id for each in self.registry.explanations(model_id)]
        made += [each.id for each in self.registry.figures(model_id)]
        self.registry.delete_model(model_id)
        for job in self.registry.jobs(active=True, kind="explain"):
            if job.payload.get("model_id") == model_id:
                self.registry.request_stop(job.id)
        for id in made:
            self.artifacts.delete(f"explanations/{id}")
        self.artifacts.delete(explanation_parts(model_id))
        self.artifacts.delete(f"models/{model_id}")


def explanation_parts(model_id: str) -> str:
    """Return the folder of what can be made again: unfinished explanations, small changes."""
    return f"explanations/parts/{model_id}"
