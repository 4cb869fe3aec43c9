"""Text as a terminal shows it, and does not obey."""


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
