"""What a handler takes, read from its source or from the loaded function."""

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Signature:
    """
    What a handler takes.

    :param defaults:  The parameters by name, each with its default as source text, or None where it
                      has no default. `context` is left out: MLRun gives it.
    :param takes_any: Whether it takes other parameters besides (`**kwargs`).
    :param types:     Type hints as source text, by the names of the parameters that have one.
    :param doc:       The docstring without its indentation; empty if there is none.
    """

    defaults: dict[str, str | None] = field(default_factory=dict)
    takes_any: bool = False
    types: dict[str, str] = field(default_factory=dict)
    doc: str = ""


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
            found.defaults[parameter.name] = None if default is parameter.empty else repr(default)
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
