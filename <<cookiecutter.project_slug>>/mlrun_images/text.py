"""Texts and errors on one line, as a terminal can show it."""

import reprlib

CAUSES = 20  # that are told of an error, which may be its own cause
REPRESENTED = 500  # characters of an error's argument


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


def printable(value: object, length: int | None = None, joined: bool = True) -> str:
    """
    Make text that a terminal shows and does not obey.

    Else the author of an artifact's key or an error's message could move the cursor, hide lines or
    reverse them.

    :param value:  The text, or anything else: its `str`.
    :param length: The most characters, or None for all. A longer text is cut, with … at its end.
    :param joined: Make one space of each row of spaces and line breaks.

    :returns: One line. What cannot be printed is there as its code, such as `\\x1b`: control
              characters, marks of direction, what is no character.
    """
    text = str(value)
    cut = text if length is None else text[: length + 1]
    line = "".join(map(_shown, " ".join(cut.split()) if joined else cut))
    if length is None or len(text) <= length >= len(line):
        return line
    return line[: max(0, length - 1)] + "…"


def _shown(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]
