"""project.yaml, read without MLRun, whose import takes seconds."""

from pathlib import Path
from typing import Any

import yaml

from mlrun_images.errors import Refused
from mlrun_images.hints import listed
from mlrun_images.signature import Signature, of_source
from mlrun_images.text import one_line

EXAMPLE = "gen-image"  # the function that a new project has
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster, where it was built


class ProjectFile:
    """
    A project's project.yaml.

    :param folder: The project's folder.
    :param name:   A name for the project in place of the file's; empty for the file's.

    :raise Refused: If the file cannot be read, or does not name the project.
    """

    def __init__(self, folder: Path, name: str = ""):
        try:
            text = (folder / "project.yaml").read_text("utf-8")
            content = yaml.load(text, LOADER)
            self._spec = content.get("spec") or {}
            self.name = name or content["metadata"]["name"]
        except Exception as error:
            nameless = isinstance(error, KeyError | TypeError | AttributeError)
            what = "it has no metadata.name" if nameless else one_line(error)
            raise Refused(f"cannot read project.yaml: {what}") from None
        self.folder = folder

    @property
    def artifact_path(self) -> str:
        """The artifact path; empty where the file has none."""
        return self._spec.get("artifact_path") or ""

    @property
    def source(self) -> str:
        """Where jobs get their code from; empty where the file does not say it."""
        return self._spec.get("source") or ""

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """The functions' entries by name."""
        return {entry["name"]: entry for entry in self._entries("functions")}

    @property
    def workflows(self) -> list[str]:
        """The workflows' names."""
        return [entry["name"] for entry in self._entries("workflows")]

    @property
    def default_function(self) -> str:
        """The function to run if none is named: the example's if it is there, else the first."""
        names = self.functions
        return EXAMPLE if EXAMPLE in names else next(iter(names), EXAMPLE)

    @property
    def is_extended(self) -> bool:
        """Whether `project_setup.py` may add functions or workflows to those of project.yaml."""
        try:
            text = (self.folder / "project_setup.py").read_text()
            return "set_function" in text or "set_workflow" in text
        except (OSError, UnicodeDecodeError):
            return False

    def signature(self, function: str) -> Signature | None:
        """Read what a function's handler takes; None where its source does not say it plainly."""
        file, handler = self.place(function)
        return of_source(self.folder / file, handler) if file and handler else None

    def place(self, function: str) -> tuple[str, str]:
        """Get the file of a function's handler, and its name there; empty where not given."""
        entry = self.functions.get(function) or {}
        module, _, name = str(entry.get("handler") or "").rpartition(".")
        return str(entry.get("url") or (module and f"{module.replace('.', '/')}.py")), name

    def workflow_signature(self, workflow: str) -> Signature | None:
        """Read what a workflow's function takes; None where its source does not say it plainly."""
        for entry in self._entries("workflows"):
            if entry["name"] == workflow and entry.get("path"):
                handler = entry.get("handler") or "pipeline"  # MLRun's default
                return of_source(self.folder / str(entry["path"]), str(handler))
        return None

    def returns(self, function: str) -> list[Any]:
        """Get the log hints that `params.returns` gives a function, as they are written."""
        given = ((self._spec.get("params") or {}).get("returns") or {}).get(function) or []
        return listed(given)

    def _entries(self, part: str) -> list[dict[str, Any]]:
        entries = self._spec.get(part) or []
        return [one for one in entries if isinstance(one, dict) and one.get("name")]


def describe_function(file: ProjectFile, name: str) -> dict[str, Any]:
    """
    Say what a person wants to know of a function before running it, ready for JSON.

    :param file: project.yaml.
    :param name: The function's name.

    :returns: name, file, handler, returns (log hints), and what `Signature` says: parameters (its
              `defaults`), takes_any, types and doc. parameters is None where the handler's source
              does not say it plainly.
    """
    signature, (path, handler) = file.signature(name), file.place(name)
    return {
        "name": name,
        "file": path,
        "handler": handler,
        "parameters": signature and signature.defaults,
        "takes_any": bool(signature and signature.takes_any),
        "types": signature.types if signature else {},
        "doc": signature.doc if signature else "",
        "returns": file.returns(name),
    }
