"""What the history raises. Each message is one line for a person."""


class NotThere(LookupError):
    """There is no such record, or it is damaged. The message says which record."""


class NotAllowed(Exception):
    """The record is still needed. The message says why, and what to do first."""


class Unusable(OSError):
    """SQLite cannot use the file. The message names the file and the reason."""
