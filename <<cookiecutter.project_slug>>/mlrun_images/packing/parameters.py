"""
A run's parameters as the type hints of its handler want them: pydantic converts them or says why
not.

MLRun hands a handler whatever it was given: `flag=no` as the text "no", which is true.
"""

import dataclasses
import enum
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Annotated, Any

import numpy as np

from mlrun_images.errors import Refused
from mlrun_images.hints import parse_value
from mlrun_images.packing.inputs import is_image_hint, resolve

EMPTY = inspect.Parameter.empty
SHOWN = 100  # characters of a value in a message
WANTED = {  # by the first word of pydantic's name of an error
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "string": "a text",
    "date": "a date like 2026-01-31",
    "datetime": "a time like 2026-01-31T12:00",
}
COLLECTIONS = (list, tuple, set, frozenset, dict)
NUMBERS = {  # what NumPy's abstract types take
    np.integer: np.int64,
    np.signedinteger: np.int64,
    np.unsignedinteger: np.uint64,
    np.floating: np.float64,
    np.inexact: np.float64,
    np.number: np.int64 | np.float64,
}


def plain(value: Any) -> Any:
    """NumPy's numbers as Python's, which handlers expect, and a run's record can hold."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else value
    return value.item() if isinstance(value, np.generic) else value


def hint_of(parameter: inspect.Parameter, handler: Callable) -> Any:
    """
    Get the type that a handler wants for a parameter.

    :param parameter: The parameter; one whose default is None may be None, whatever its type hint.
    :param handler:   The handler.

    :returns: The type; `inspect.Parameter.empty` for any, and for images, which are inputs.
    """
    hint = resolve(parameter.annotation, handler, extras=True)
    if is_image_hint(hint) or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
        return EMPTY
    is_typed = hint is not EMPTY and not isinstance(hint, str)
    return hint | None if is_typed and parameter.default is None else hint


def convert(name: str, value: Any, hint: Any) -> Any:
    """
    Convert a parameter to the type that a handler wants.

    A text is read as pydantic reads it, else as Python's literal or JSON. It needs pydantic 2: with
    pydantic 1, which MLRun takes as well, the value stays as it is.

    :param name:  The parameter's name.
    :param value: What was given for it.
    :param hint:  The type hint; the value stays as it is where pydantic knows no such type.

    :raise Refused: If it does not fit, in one line that says what the type takes.
    """
    if type(value) is hint:
        return value
    values = [value, parse_value(value)] if isinstance(value, str) else [value]
    return _first(name, hint, [(one, False) for one in values])[0]


def read(name: str, given: Any, hint: Any) -> Any:
    """
    Read a parameter that a person typed, as a run's record can hold it.

    :param name:  The parameter's name.
    :param given: What was typed, or a value in it; `12` is a text where the hint is `str`, and else
                  a number.
    :param hint:  The handler's type hint.

    :returns: Of a type that JSON knows, from which `convert` makes what the handler wants.

    :raise Refused: If it does not fit, in one line that says what the type takes.
    """
    literal = parse_value(given) if isinstance(given, str) else given
    if type(literal) is hint or hint is EMPTY:
        return literal
    return _first(name, hint, [(literal, True), (given, False), (literal, False)])[1]


def _first(name: str, hint: Any, candidates: list[tuple[Any, bool]]) -> tuple[Any, Any]:
    """
    Get the first of several readings of a value that fits its hint, as it is and for a record.

    :param candidates: Values, and whether each must have the very type.
    """
    adapter = _adapter(hint)
    if adapter is None:
        return candidates[0][0], candidates[0][0]
    from pydantic import ValidationError

    problem = ""
    for candidate, strict in candidates:
        try:
            value = adapter.validate_python(plain(candidate), strict=strict or None)
            return value, _recorded(adapter, value, candidate)
        except ValidationError as error:
            # of a collection it says which of the items
            if not strict and (not problem or isinstance(candidate, COLLECTIONS)):
                problem = _said(error)
        except Exception as error:  # raised by the type itself
            problem = problem or f"another value: {error}, not {candidate!r:.{SHOWN}}"
    raise Refused(f"{name}: {_name(hint)} takes {problem}")


def _adapter(hint: Any) -> Any:
    """Get what checks values of a type; None where pydantic knows no such type."""
    if hint is EMPTY or hint is Any or isinstance(hint, str):
        return None  # a name that is not there, perhaps for type checkers only
    try:
        from pydantic import ConfigDict, PydanticUserError, TypeAdapter
    except ImportError:
        return None
    config = ConfigDict(arbitrary_types_allowed=True, coerce_numbers_to_str=True)
    try:
        checkable = _checkable(hint)
        try:
            return TypeAdapter(checkable, config=config)
        except PydanticUserError:  # a dataclass or a model has settings of its own
            return TypeAdapter(checkable)
    except Exception:
        return None


def _checkable(hint: Any) -> Any:
    """Get a hint by which pydantic takes an Enum's names too, and makes NumPy's numbers."""
    from pydantic import AfterValidator, BeforeValidator

    hint = NUMBERS.get(hint, hint) if inspect.isclass(hint) else hint
    if inspect.isclass(hint) and not typing.get_args(hint):
        if issubclass(hint, enum.Enum):
            return Annotated[hint, BeforeValidator(partial(_member, hint))]
        if issubclass(hint, np.generic):
            kind = type(hint(0).item())
            exact = AfterValidator(partial(_exact, hint))
            return Annotated[_checkable(kind), exact]  # type: ignore[valid-type]
        if dataclasses.is_dataclass(hint) and not hasattr(hint, "__pydantic_fields__"):
            return Annotated[hint, BeforeValidator(partial(_of_fields, hint))]
        # True is a whole number to Python and to pydantic, and to nobody who typed it
        no_bool = BeforeValidator(partial(_no_bool, hint))
        return Annotated[hint, no_bool] if hint in (int, float) else hint
    origin, within = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return Annotated[(_checkable(within[0]), *hint.__metadata__)]  # type: ignore[return-value]
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(map(_checkable, within))]  # noqa: UP007
    if origin is Iterable:
        origin = list  # of another pydantic makes an iterator
    return origin[tuple(map(_checkable, within))] if origin in COLLECTIONS and within else hint


def _member(kind: type[enum.Enum], value: Any) -> Any:
    """Get the member that has a value, or which a text names."""
    if isinstance(value, list):  # as JSON has a tuple
        value = tuple(value)
    named = [one for one in kind if value in (one.value, str(one.value))] if value != "" else []
    if named or not isinstance(value, str):
        return named[0] if named else value
    return kind.__members__.get(value, value)


def _of_fields(kind: type, value: Any) -> Any:
    """Refuse a name that is no field of a dataclass: pydantic would leave it out."""
    fields = [field.name for field in dataclasses.fields(kind)]
    unknown = [name for name in value if name not in fields] if isinstance(value, dict) else []
    if unknown:
        raise ValueError(f"no field {', '.join(map(str, unknown))}; it has {', '.join(fields)}")
    return value


def _exact(kind: type[np.generic], value: Any) -> Any:
    """Make NumPy's number of Python's."""
    made = kind(value)
    if isinstance(value, int) and made.item() != value:
        limits = np.iinfo(kind)  # type: ignore[type-var]
        raise ValueError(f"it holds {limits.min} to {limits.max}")
    return made


def _no_bool(kind: type, value: Any) -> Any:
    if isinstance(value, bool):
        from pydantic_core import PydanticKnownError

        raise PydanticKnownError("int_type" if kind is int else "float_type")
    return value


def _recorded(adapter: Any, value: Any, given: Any) -> Any:
    """Get a value of a type that JSON knows; the given one where there is none."""
    try:
        return adapter.dump_python(value, mode="json", warnings=False)
    except Exception:
        return given


def _said(error: Any) -> str:
    """Put pydantic's errors on one line: what is wanted, where, and what was given."""
    errors = error.errors(include_url=False)
    wanted = dict.fromkeys(_wanted(errors))
    return f"{' or '.join(wanted)}, not {errors[0]['input']!r:.{SHOWN}}"


def _wanted(errors: list[Any]) -> Iterator[str]:
    for one in errors:
        place = [str(part) for part in one["loc"] if isinstance(part, int) or part.isidentifier()]
        where = f" at {'.'.join(place)}" if place else ""
        _, is_wish, wish = one["msg"].partition("Input should be ")
        said = WANTED.get(one["type"].partition("_")[0], wish)
        is_bound = said.startswith(("greater", "less"))
        if is_wish:
            yield f"{'what is ' if is_bound else ''}{said}{where}"
        else:
            yield f"what fits ({one['msg'].removeprefix('Value error, ')}{where})"


def _name(hint: Any) -> str:
    """Get a hint as it is written."""
    if typing.get_origin(hint) is Annotated:
        hint = typing.get_args(hint)[0]
    if inspect.isclass(hint) and not typing.get_args(hint):
        return hint.__name__
    return re.sub(r"\b[\w.]+\.(?=\w)", "", str(hint))
