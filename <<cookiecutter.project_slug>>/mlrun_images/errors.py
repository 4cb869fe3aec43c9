"""The error of what a person asked for and cannot have; and any error, or text, on one line."""

import reprlib

CAUSES = 20  # that are told of an error, which may be its own cause
REPRESENTED = 500  # characters of an error's argument


class Refused(Exception):
    """What was asked for cannot work. The message says why in one line, and what would."""


def one_line(error: object) -> str:
    """
    Put an error, or any text, on one line.

    :param error: The error, or a text.

    :returns: The error's message and those of its causes, without line breaks. An error without a
              message is named instead.
    """
    if not isinstance(error, BaseException):
        return " ".join(str(error or "").split())
    messages: list[str] = []
    cause: BaseException | None = error
    for _ in range(CAUSES):
        message = message_of(cause) if cause else ""
        if not any(message in said for said in messages):
            messages.append(message)
        cause = cause and cause.__cause__
    return ", caused by: ".join(filter(None, messages))


def message_of(error: BaseException) -> str:
    """Put an error's own message on one line, without its causes; if it has none, its name."""
    try:
        return " ".join((str(error) or repr(error)).split())
    except Exception:  # its class may raise anything
        return represent(error)


def represent(error: BaseException) -> str:
    """Put an error's name and arguments on one line, even if its class fails to show them."""
    shortened = reprlib.Repr()
    shortened.maxother = REPRESENTED
    return " ".join(shortened.repr(error).split())
