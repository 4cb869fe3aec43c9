"""The way from the template to the first image."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from projects import HERE, TEMPLATE, cookiecutter

PARTS = ("cookiecutter", "start Python", "import mlrun", "load the project", "run", "show")


def bench_template_rendered(compare, tmp_path):
    empty = tmp_path / "empty"
    Path(empty, "{{cookiecutter.slug}}").mkdir(parents=True)
    Path(empty, "{{cookiecutter.slug}}", "empty").touch()
    Path(empty, "cookiecutter.json").write_text(json.dumps({"slug": "empty"}))
    folders = (tmp_path / str(number) for number in range(100))
    compare(
        "rendering the template / rendering one empty file",
        lambda: cookiecutter(TEMPLATE, next(folders)),
        lambda: cookiecutter(empty, next(folders)),
        6,
    )


def bench_template_to_the_first_image(table, tmp_path):
    rounds = [_seconds_of_parts(tmp_path / str(number)) for number in range(5)]
    for name, *seconds in zip(PARTS, *rounds, strict=True):
        shares = [part / sum(whole) for part, whole in zip(seconds, rounds, strict=True)]
        note = f"{1000 * statistics.median(seconds):.3g} ms"
        table.add(f"from cookiecutter to the first image: {name} / all", shares, None, note)
    whole = statistics.median(map(sum, rounds))
    table.add_missing(f"From cookiecutter to the first image it takes {whole:.2f} s.")


def _seconds_of_parts(folder: Path) -> list[float]:
    times = [time.time()]
    cookiecutter(TEMPLATE, folder)
    times.append(time.time())
    command = [sys.executable, str(HERE / "first_image.py")]
    printed = subprocess.run(
        command, cwd=folder / "image-project", check=True, capture_output=True
    ).stdout
    times += json.loads(printed.splitlines()[-1])
    return [end - start for start, end in zip(times, times[1:], strict=False)]
