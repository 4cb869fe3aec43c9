"""What the commands refuse."""


class Refused(Exception):
    """Nothing was run: what was asked cannot work. The message is one line."""
