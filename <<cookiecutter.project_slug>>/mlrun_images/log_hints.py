"""Log hints as MLRun's objects: made of a text, of project.yaml, or for a run."""

import mlrun

from mlrun_images import hints
from mlrun_images.errors import Refused, one_line
from mlrun_images.hints import read_hint, wrong_hint
from mlrun_images.history.records import function_of

UNHINTED = mlrun.LogHint(**vars(hints.UNHINTED))


def parse_hint(hint: str | dict | mlrun.LogHint) -> mlrun.LogHint:
    """
    Read a log hint as MLRun's object.

    MLRun gets the object, since it would read the text in another way.

    :param hint: A text, as `read_hint` takes it; or an object or dictionary, as MLRun takes it.

    :raise Refused: If it is not a log hint.
    """
    if isinstance(hint, str):
        return mlrun.LogHint(**vars(read_hint(hint)))
    try:
        parsed = mlrun.LogHint.parse_obj(hint)
        if not parsed.key:
            raise ValueError("it has no key")
    except Exception as error:
        raise Refused(wrong_hint(str(hint), one_line(error))) from error
    return parsed


def default_hints(project: mlrun.projects.MlrunProject, name: str) -> list[mlrun.LogHint]:
    """
    Get the log hints that project.yaml gives a function, in `params.returns`.

    :param project: The project.
    :param name:    The function's name.

    :returns: The log hints; empty where project.yaml gives the function none.

    :raise Refused: If one of them is no log hint.
    """
    returns = (project.get_param("returns") or {}).get(name) or []
    return [parse_hint(hint) for hint in hints.listed(returns)]


def function_name(context: mlrun.MLClientCtx) -> str:
    """Get the name of a run's function in project.yaml; the run's own if it has no function."""
    return function_of(context.to_dict()) or context.name
