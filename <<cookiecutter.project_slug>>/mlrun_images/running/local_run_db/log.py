"""
SQLite's write-ahead log, a file beside the database.

SQLite reads it up to the first frame that is not whole, and says nothing of what is behind. A
process that was killed in the middle of a change leaves such an end, and so does a damaged or cut
file. The format is described at https://www.sqlite.org/walformat.html.
"""

import os
import sqlite3
import struct

HEADER = 32  # bytes
FRAME_HEADER = 24
LOOKS = 3  # until what is there is believed


def unread(connection: sqlite3.Connection, path: str) -> bool:
    """
    Whether the log holds something that SQLite did not read.

    :param connection: The connection to the database, before it has changed anything.
    :param path:       The database's file.
    """
    # what another process is writing looks the same: look again when it has ended
    for _ in range(LOOKS):
        if not _has_rest(connection, f"{path}-wal"):
            return False
        connection.execute("BEGIN IMMEDIATE")  # waits for its end
        connection.execute("ROLLBACK")
    return True


def _has_rest(connection: sqlite3.Connection, log: str) -> bool:
    before = _state(log)
    frames = connection.execute("PRAGMA wal_checkpoint").fetchone()[1]
    if frames < 0 or before != _state(log) or before[0] <= HEADER:
        return False  # another process uses the log, or it is empty
    with open(log, "rb") as file:
        header = file.read(HEADER)
        if not _is_whole(header):
            return True
        page_size = int.from_bytes(header[8:12], "big")
        file.seek(HEADER + frames * (FRAME_HEADER + page_size))
        frame = file.read(FRAME_HEADER)
    # frames of an earlier use of the log have another salt
    return len(frame) > 16 and frame[8:16] == header[16:24]


def _state(log: str) -> tuple[int, int]:
    try:
        status = os.stat(log)
        return status.st_size, status.st_mtime_ns
    except FileNotFoundError:
        return 0, 0


def _is_whole(header: bytes) -> bool:
    """Whether the header's checksum, which is its last eight bytes, is right."""
    words = struct.unpack(f"{'>' if header[3] & 1 else '<'}6I", header[:24])
    first = second = 0
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) % 2**32
        second = (second + other + first) % 2**32
    return header[24:] == struct.pack(">2I", first, second)
