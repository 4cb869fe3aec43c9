"""
Checks of what a person asks for, before anything runs. They need project.yaml and the handler's
source, but not MLRun, whose import takes seconds.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from mlrun_images.errors import Refused
from mlrun_images.hints import KEY_RULE, is_key, read_hint
from mlrun_images.project_file import ProjectFile, Signature, functions_instead_of


def check_early(file: ProjectFile, name: str, given: Sequence[str], returns: Sequence[str]) -> None:
    """
    Refuse a run of which project.yaml or the handler's source says that it cannot work.

    :param file:    project.yaml.
    :param name:    The function's name.
    :param given:   Names of the parameters and inputs given.
    :param returns: Log hints; empty for those that project.yaml gives the function.

    :raise Refused: With one line that says what is allowed.
    """
    if name not in file.functions and file.is_extended:
        return
    check_function(file.functions, name)
    path, handler = file.place(name)
    check_handler(name, file.folder / path, handler)
    if signature := file.signature(name):
        check_parameters(name, signature, given)
    texts = [hint for hint in returns or file.returns(name) if isinstance(hint, str)]
    check_keys(f"{name}-{handler}", [read_hint(text).key for text in texts])


def check_handler(name: str, path: Path, handler: str) -> None:
    """
    Refuse a handler that is not in its module.

    :param name:    The function's name.
    :param path:    The module's file, which is not imported.
    :param handler: The handler's name.

    :raise Refused: With one line that says which functions the module has.
    """
    if others := functions_instead_of(path, handler.partition("::")[0]):
        has = ", ".join(others)
        raise Refused(f"{name}: {path.name} has no function {handler!r}; it has: {has}")


def check_function(names: Collection[str], name: str) -> None:
    """
    Refuse a function that is not there, or whose name MLRun does not find.

    :param names: The names of the functions in project.yaml.
    :param name:  The function's name.

    :raise Refused: With one line that says what is allowed.
    """
    check_named("function", names, name)
    if name != (normal := mlruns_name(name)):
        raise Refused(f"MLRun finds no function named {name!r}: name it {normal!r} in project.yaml")


def check_named(kind: str, names: Collection[str], name: str) -> None:
    """
    Refuse a function or workflow that is not there.

    :param kind:  Which of both, in a word.
    :param names: The names that project.yaml has.
    :param name:  The name asked for.

    :raise Refused: With one line that says what is allowed.
    """
    if name not in names:
        has = ", ".join(names) or "none"
        raise Refused(f"no {kind} {name!r} in project.yaml, which has: {has}")


def mlruns_name(name: str) -> str:
    """Get the name under which MLRun looks for a function (`mlrun.utils.normalize_name`)."""
    return re.sub(r"\s+", "-", name).replace("_", "-").lower()


def check_workflow_early(file: ProjectFile, name: str, given: Sequence[str]) -> None:
    """
    Refuse a workflow of which project.yaml or its source says that it cannot work.

    :param file:  project.yaml.
    :param name:  The workflow's name.
    :param given: Names of the arguments given.

    :raise Refused: With one line that says what is allowed.
    """
    if not file.is_extended:
        check_named("workflow", file.workflows, name)
    if signature := file.workflow_signature(name):
        check_known(f"the workflow {name} takes no argument", signature, given)


def check_parameters(name: str, signature: Signature, given: Sequence[str]) -> None:
    """
    Refuse parameters that a handler does not take, and a call without one that it needs.

    :param name:      The function's name.
    :param signature: What its handler takes.
    :param given:     Names of the parameters and inputs given.

    :raise Refused: With one line that says what is allowed.
    """
    check_known(f"{name} takes no parameter", signature, given)
    if twice := [one for one, count in Counter(given).items() if count > 1]:
        raise Refused(f"{twice[0]} is given twice: once as -p, -i or -x is enough")
    needed = [one for one, default in signature.parameters.items() if default is None]
    if missing := [one for one in needed if one not in given]:
        how = f"-p {missing[0]}=VALUE, or -i {missing[0]}=PATH for a file or an artifact"
        raise Refused(f"{name} needs {', '.join(missing)}: {how}")


def check_known(said: str, signature: Signature, given: Sequence[str]) -> None:
    """
    Refuse names that a function does not take.

    :param said:      What is said before the unknown names.
    :param signature: What the function takes.
    :param given:     The names.

    :raise Refused: With one line that says what it takes.
    """
    unknown = sorted(set(given) - set(signature.parameters))
    if unknown and not signature.takes_any:
        takes = ", ".join(signature.parameters) or "none"
        raise Refused(f"{said} {', '.join(unknown)}; it takes: {takes}")


def check_keys(run_name: str, keys: Iterable[str]) -> None:
    """
    Refuse keys that MLRun does not take, or that are asked for twice.

    :param run_name: The run's name, which is part of the artifacts' file names.
    :param keys:     The log hints' keys.

    :raise Refused: With one line that says what is allowed.
    """
    for key, count in Counter(keys).items():
        if count > 1:
            each = "each output needs a key of its own"
            raise Refused(f"the key {key!r} is asked for twice: {each}")
        if not is_key(key, run_name):
            raise Refused(f"MLRun does not take the key {key!r:.300}; possible: {KEY_RULE}")
