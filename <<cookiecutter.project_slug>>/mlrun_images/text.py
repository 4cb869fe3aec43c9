"""Text for one line of a terminal."""


def one_line(error: object) -> str:
    """
    Put an error, or any text, on one line.

    :param error: The error, with those that caused it; or a text.

    :returns: The messages without line breaks. An error without a message is named instead.
    """
    messages: list[str] = []
    while isinstance(error, BaseException):
        message = str(error) or repr(error)
        if message not in messages:
            messages.append(message)
        error = error.__cause__
    text = ", caused by: ".join(messages) if messages else str(error or "")
    return " ".join(text.split())
