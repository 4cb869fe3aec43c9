"""
Measures a freshly rendered project, and prints one table of ratios: `make bench`.

pytest-benchmark does the timing. What is compared runs in turns, one call of each a round, so that a busy machine slows
both; a ratio is the median of the rounds' ratios, and the spread is from their first to their third quartile.
"""

import itertools
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tabulate import tabulate

TEMPLATE = Path(__file__).resolve().parent.parent
PACKAGES = ("mlrun", "Pillow", "cookiecutter", "pytest-benchmark")


def cookiecutter(template: str | Path, folder: Path) -> None:
    """Render a template with its defaults, as a user does."""
    command = (
        sys.executable,
        "-P",
        "-m",
        "cookiecutter",
        "--default-config",
        "--no-input",
        template,
        "-o",
        folder,
    )
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Table:
    """The rows, and pytest's plugin that collects and prints them."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []

    def add(
        self, what: str, ratios: list[float], goal: tuple[str, float] | None = None, note: str = ""
    ) -> None:
        """
        Add a row.

        :param what:   What was measured against what.
        :param ratios: One for each round.
        :param goal:   "<=" or ">=" and the ratio to reach, if there is one.
        :param note:   What else was seen.
        """
        ratio, wanted = statistics.median(ratios), ""
        low, _, high = statistics.quantiles(
            ratios * 2 if len(ratios) == 1 else ratios, n=4, method="inclusive"
        )
        if goal:
            sign, limit = goal
            wanted = f"{sign} {limit:g}" + (
                "" if (ratio <= limit if sign == "<=" else ratio >= limit) else " (missed)"
            )
        digits = 0 if ratio >= 100 else 2
        spread = (
            f"{low:.{digits}f} to {high:.{digits}f}, {len(ratios)} rounds"
            if len(ratios) > 1
            else ""
        )
        self.rows.append((what, f"{ratio:.{digits}f}", spread, wanted, note))

    @pytest.fixture
    def table(self) -> "Table":
        return self

    @pytest.fixture
    def compare(self, benchmark: Any) -> Callable:
        """Compares the time that two functions take; gives the last results of both."""

        def compare(
            what: str,
            ours: Callable,
            theirs: Callable,
            rounds: int,
            goal=None,
            note="",
            faster=False,
        ):
            times: list[float] = []
            results: list[Any] = [None]
            turns = itertools.cycle(
                (True, False, False, True)
            )  # before ours or not, after ours or not

            def time_theirs() -> None:
                if next(turns):
                    start = time.perf_counter()
                    results[0] = theirs()
                    times.append(time.perf_counter() - start)

            mine = benchmark.pedantic(ours, setup=time_theirs, teardown=time_theirs, rounds=rounds)
            pairs = list(zip(benchmark.stats.stats.data, times, strict=True))
            ratios = [b / a if faster else a / b for a, b in pairs]
            medians = " / ".join(
                f"{1000 * statistics.median(side):.3g}" for side in zip(*pairs, strict=True)
            )
            self.add(what, ratios, goal, ", ".join(filter(None, (f"{medians} ms", note))))
            return mine, results[0]

        return compare

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        cpu = config.hook.pytest_benchmark_generate_machine_info(config=config)["cpu"]
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        machine = (
            f"{cpu['count']} cores of {cpu.get('brand_raw', platform.machine())}, {memory:.0f} GiB"
        )
        versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        write = terminalreporter.write_line
        write(
            f"\n{time.strftime('%Y-%m-%d')}; {machine}; {platform.system()}; Python {platform.python_version()}"
        )
        write(f"{versions}\n")
        heads = ("what / against what", "ratio", "spread", "goal", "median of each, and more")
        align = ("left", "right", "left", "left", "left")
        write(tabulate(self.rows, heads, "github", disable_numparse=True, colalign=align))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        cookiecutter(TEMPLATE, Path(folder))
        os.chdir(Path(folder, "image-project"))
        sys.path.insert(0, os.getcwd())
        collect = (
            "-o",
            "python_files=bench_*.py",
            "-o",
            "python_functions=bench_*",
            str(Path(__file__).parent),
        )
        quiet = ("-q", "--benchmark-quiet", "--disable-warnings", "-p", "no:cacheprovider")
        return pytest.main([*quiet, *collect], [Table()])


if __name__ == "__main__":
    sys.exit(main())
