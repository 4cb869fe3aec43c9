"""Text of runs and artifacts, as one line of a terminal can show it."""

import reprlib

CAUSES = 20  # of an error, which may be its own cause
REPRESENTED = 500  # characters


def one_line(error: object) -> str:
    """
    Put an error, or any text, on one line.

    :param error: The error, with those that caused it; or a text.

    :returns: The messages without line breaks. An error without a message is named instead.
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
    """An error's own message on one line, without those that caused it; without one, its name."""
    try:
        return " ".join((str(error) or repr(error)).split())
    except Exception:  # its class may raise anything
        return represent(error)


def represent(error: BaseException) -> str:
    """An error's name with its arguments on one line, also where its class raises another there."""
    shortened = reprlib.Repr()
    shortened.maxother = REPRESENTED
    return " ".join(shortened.repr(error).split())


def printable(value: object, length: int | None = None, joined: bool = True) -> str:
    """
    Make text that a terminal shows and does not obey.

    Whoever writes an artifact's key or an error's message could else move the cursor, hide lines or
    reverse them.

    :param value:  The text, or anything with one.
    :param length: The most characters, or None for all. What is longer ends in an ellipsis.

    :param joined: Make one space of each row of spaces and line breaks.

    :returns: One line. In place of line breaks it has spaces; in place of control characters,
              escape sequences, marks of direction, and what is no character, its code as in
              `\\x1b`.
    """
    text = str(value)
    cut = text if length is None else text[: length + 1]
    line = "".join(map(_shown, " ".join(cut.split()) if joined else cut))
    if length is None or len(text) <= length >= len(line):
        return line
    return line[: max(0, length - 1)] + "…"


def _shown(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]
