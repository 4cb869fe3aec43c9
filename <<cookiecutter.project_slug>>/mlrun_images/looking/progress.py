"""A progress bar of a sweep's iterations."""

import contextlib
import math
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click


@contextlib.contextmanager
def progress(project: Any, sweep: dict[str, list]) -> Iterator[None]:
    """
    Show how many iterations have ended, on a terminal only.

    :param project: The project.
    :param sweep:   The lists of values of which every combination is run; empty for a single run.
    """
    if not sweep or not sys.stderr.isatty():
        yield
        return
    from mlrun_images.running.runs import count_iterations

    stop, total = threading.Event(), math.prod(map(len, sweep.values()))
    with click.progressbar(length=total, label="iterations", file=sys.stderr) as bar:
        arguments = (project, datetime.now(UTC), lambda ended: bar.update(ended - bar.pos), stop)
        watcher = threading.Thread(target=count_iterations, args=arguments, daemon=True)
        watcher.start()
        try:
            yield
            bar.update(total - bar.pos)
        finally:
            stop.set()
            watcher.join()
