"""The error of what a person asked for and cannot have."""


class Refused(Exception):
    """What was asked for cannot work. The message says why in one line, and what would."""
