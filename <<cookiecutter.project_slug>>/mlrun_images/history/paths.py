"""
Paths below the project's folder, which may be renamed, copied or mailed.

MLRun writes absolute paths into its records: where an artifact's file is, where a run's outputs go,
what its inputs were, a function's working folder. In the file such a path begins with a mark
instead of the folder. MLRun gets the path back with the folder as it is now.
"""

import json

MARK = "{{project folder}}"


def with_mark(text: str, folder: str) -> str:
    """
    Put the mark in place of the project's folder.

    :param text:   A record as JSON.
    :param folder: The folder's absolute path.
    """
    return _replace(text, json.dumps(folder)[1:-1], MARK)


def with_folder(text: str, folder: str) -> str:
    """
    Put the project's folder in place of the mark.

    :param text:   A record as JSON.
    :param folder: The folder's absolute path.
    """
    return _replace(text, MARK, json.dumps(folder)[1:-1])


def _replace(text: str, old: str, new: str) -> str:
    """Replace a path where a string of the JSON is this path, or lies below it."""
    for scheme in ("", "file://"):
        for end in ("/", '"'):
            text = text.replace(f'"{scheme}{old}{end}', f'"{scheme}{new}{end}')
    return text
