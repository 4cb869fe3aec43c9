"""What the history answers where it has no record to give."""


class NotThere(LookupError):
    """There is no such record, or it cannot be read. The message says which."""


class NotAllowed(Exception):
    """What was asked would lose something. The message says what, and what to do first."""


class Unusable(OSError):
    """The file cannot be used. The message names the file and the reason."""
