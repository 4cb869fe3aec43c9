"""
project.yaml, and what its handlers take by their source: read without MLRun, whose import takes
seconds.
"""

import ast
import inspect
import reprlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mlrun_images.errors import Refused, one_line
from mlrun_images.hints import listed

EXAMPLE = "gen-image"  # the function that a new project has
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster, where it was built


@dataclass
class Signature:
    """
    What a handler takes.

    :param parameters: The parameters by name, each with its default as source text, or None where
                       it has no default. `context` is left out: MLRun gives it.
    :param takes_any:  Whether it takes other parameters besides (`**kwargs`).
    :param types:      Type hints as source text, by the names of the parameters that have one.
    :param doc:        The docstring without its indentation; empty if there is none.
    """

    parameters: dict[str, str | None] = field(default_factory=dict)
    takes_any: bool = False
    types: dict[str, str] = field(default_factory=dict)
    doc: str = ""


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

    :returns: name, file, handler, returns (log hints), and what `Signature` has. parameters is None
              where the handler's source does not say it plainly.
    """
    signature, (path, handler) = file.signature(name), file.place(name)
    known = vars(signature) if signature else vars(Signature()) | {"parameters": None}
    named = {"name": name, "file": path, "handler": handler, "returns": file.returns(name)}
    return named | known


def of_source(path: Path, handler: str) -> Signature | None:
    """
    Read the signature of a handler in its module, which is not imported.

    :param path:    The module's file.
    :param handler: The function's name in it.

    :returns: The signature. None where the source does not say it plainly: no such file or
              function, a decorator, or a name that is bound twice.
    """
    body = _parsed(path)
    bound = [statement for statement in body if handler in _names(statement)]
    match bound:
        case [ast.FunctionDef(args=arguments, decorator_list=[]) as function]:
            return _of_arguments(arguments, ast.get_docstring(function) or "")
    return None


def functions_instead_of(path: Path, handler: str) -> list[str]:
    """
    List the functions of a module, if it has no handler of a name.

    :param path:    The module's file, which is not imported.
    :param handler: The handler's name.

    :returns: The functions' names. Empty if the module may have the handler, or cannot be read.
    """
    body = _parsed(path)
    bound = {name for statement in body for name in _names(statement)}
    if handler in bound or bound & {"*", "__getattr__", "globals", "exec"}:
        return []
    return [statement.name for statement in body if isinstance(statement, ast.FunctionDef)]


def of_function(function: Callable) -> Signature:
    """Get the signature of a loaded function."""
    found = Signature(doc=inspect.getdoc(function) or "")
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind == parameter.VAR_KEYWORD:
            found.takes_any = True
        elif parameter.kind != parameter.VAR_POSITIONAL and parameter.name != "context":
            default = parameter.default
            found.parameters[parameter.name] = (
                None if default is parameter.empty else reprlib.repr(default)
            )
            if parameter.annotation is not parameter.empty:
                found.types[parameter.name] = inspect.formatannotation(parameter.annotation)
    return found


def _parsed(path: Path) -> list[ast.stmt]:
    try:
        return ast.parse(path.read_bytes()).body
    # SystemError: Python 3.11 counts the depth of all threads' sources together
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return []


def _names(statement: ast.stmt) -> set[str]:
    """Get the names that a statement may bind, assign to or delete."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    nodes = list(ast.walk(statement))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    return names | {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def _of_arguments(arguments: ast.arguments, doc: str) -> Signature:
    positional = [*arguments.posonlyargs, *arguments.args]
    without = len(positional) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*[None] * without, *arguments.defaults]
    pairs = [*zip(positional, defaults, strict=True)]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    texts = {one.arg: ast.unparse(default) if default else None for one, default in pairs}
    texts.pop("context", None)
    named = [*positional, *arguments.kwonlyargs]
    types = {one.arg: ast.unparse(one.annotation) for one in named if one.annotation}
    types.pop("context", None)
    return Signature(texts, arguments.kwarg is not None, types, doc)
