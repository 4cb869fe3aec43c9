"""What project.yaml says, as far as it can be used without MLRun."""

from pathlib import Path
from typing import Any

import yaml

from mlrun_images.errors import Refused
from mlrun_images.text import one_line

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster, where it was built


class ProjectFile:
    """
    A project's project.yaml.

    :param folder: The project's folder.
    :param name:   Another name for the project than the file's.

    :raise Refused: If the file cannot be read.
    """

    def __init__(self, folder: Path, name: str = ""):
        try:
            text = (folder / "project.yaml").read_text()
            content = yaml.load(text, LOADER)
            self._spec = content.get("spec") or {}
            self.name = name or content["metadata"]["name"]
        except Exception as error:
            what = "it names no project" if isinstance(error, KeyError) else one_line(error)
            raise Refused(f"cannot read project.yaml: {what}") from error
        self.folder = folder

    @property
    def artifact_path(self) -> str:
        """Where artifacts go, as it is written there; empty by default."""
        return self._spec.get("artifact_path") or ""

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """The functions' entries by name."""
        return {entry["name"]: entry for entry in self._entries("functions")}

    @property
    def workflows(self) -> list[str]:
        """The workflows' names."""
        return [entry["name"] for entry in self._entries("workflows")]

    def returns(self, function: str) -> list[Any]:
        """The log hints that `params.returns` gives a function, as they are written there."""
        given = ((self._spec.get("params") or {}).get("returns") or {}).get(function) or []
        return given if isinstance(given, list) else [given]

    def _entries(self, part: str) -> list[dict[str, Any]]:
        entries = self._spec.get(part) or []
        return [one for one in entries if isinstance(one, dict) and one.get("name")]
