"""The table of what was measured: pytest's plugin that collects its rows and prints them."""

import itertools
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from typing import Any

import pytest
from tabulate import tabulate

PACKAGES = ("mlrun", "Pillow", "cookiecutter", "pytest-benchmark")
HEADS = ("what / against what", "ratio", "spread", "goal", "median of each, and more")
Goal = tuple[str, float]  # "<=" or ">=", and the ratio to reach


class Table:
    """The rows, and the fixtures that add them."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []
        self.notes: list[str] = []

    def add(self, what: str, ratios: list[float], goal: Goal | None = None, note: str = "") -> None:
        """
        Add a row.

        :param what:   What was measured against what.
        :param ratios: One for each round.
        :param goal:   What to reach, if anything.
        :param note:   What else was seen.
        """
        ratio = statistics.median(ratios)
        digits = 0 if ratio >= 100 else 2
        row = what, f"{ratio:.{digits}f}", _spread(ratios, digits), _wanted(ratio, goal), note
        self.rows.append(row)

    def add_missing(self, note: str) -> None:
        """Add a line below the table that says what is not in it, and why."""
        if note not in self.notes:
            self.notes.append(note)

    @pytest.fixture
    def table(self) -> "Table":
        return self

    @pytest.fixture
    def compare(self, benchmark: Any) -> Callable:
        """Get the function that compares the time that two functions take."""

        def compare(
            what: str,
            ours: Callable,
            theirs: Callable,
            rounds: int,
            goal: Goal | None = None,
            note: str = "",
            faster: bool = False,
            each: tuple[int, int] = (1, 1),
            prepare: Callable[[], Any] = lambda: None,
        ) -> tuple[Any, Any]:
            """
            Add a row of times.

            :param what:    What is measured against what.
            :param ours:    What is measured.
            :param theirs:  What it is measured against; in turns, before and after ours.
            :param rounds:  Rounds of one call each.
            :param goal:    What to reach.
            :param note:    What else was seen.
            :param faster:  The row says how many times faster ours is, not how many times slower.
            :param each:    How many things of one kind each call makes: times are for one.
            :param prepare: Called before each call; not measured.

            :returns: What the last calls returned.
            """
            other = _Other(theirs, prepare)
            mine = benchmark.pedantic(ours, setup=other.before, teardown=other.after, rounds=rounds)
            times = [seconds / each[0] for seconds in benchmark.stats.stats.data]
            others = [seconds / each[1] for seconds in other.times]
            pairs = list(zip(times, others, strict=True))
            ratios = [b / a if faster else a / b for a, b in pairs]
            medians = f"{_milliseconds(times)} / {_milliseconds(others)} ms"
            self.add(what, ratios, goal, ", ".join(filter(None, (medians, note))))
            return mine, other.result

        return compare

    @pytest.fixture
    def compare_processes(self) -> Callable:
        """Get the function that compares the processor time of two processes."""

        def compare_processes(
            what: str,
            ours: Callable,
            theirs: Callable,
            goal: Goal | None = None,
            rounds: int = 7,
            unit: str = "ms of processor time",
        ) -> None:
            """
            Measure both in turns, and add the ratio to the table.

            :param what:   What is measured against what.
            :param ours:   Runs a process to its end; returns what it took (`Spent`).
            :param theirs: The same for the other.
            :param goal:   What to reach, if anything.
            :param rounds: How often; once more before, so that Python's `.pyc` files are there.
            :param unit:   What the numbers are, in thousandths.
            """
            ours(), theirs()
            times = []
            for number in range(rounds):
                pair = (ours, theirs) if number % 2 else (theirs, ours)
                first, second = (one().seconds for one in pair)
                times.append((first, second) if number % 2 else (second, first))
            mine, other = zip(*times, strict=True)
            note = f"{_milliseconds(mine)} / {_milliseconds(other)} {unit}"
            self.add(what, [one / two for one, two in times], goal, note)

        return compare_processes

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        write = terminalreporter.write_line
        write(f"\n{time.strftime('%Y-%m-%d')}; {_machine(config)}")
        write(", ".join(f"{name} {version(name)}" for name in PACKAGES) + "\n")
        if not self.rows:
            return
        align = ("left", "right", "left", "left", "left")
        write(tabulate(self.rows, HEADS, "github", disable_numparse=True, colalign=align))
        for note in self.notes:
            write(f"\n{note}")
        write("")


class _Other:
    """The other side of a comparison, called in turns before and after ours."""

    def __init__(self, call: Callable, prepare: Callable[[], Any]):
        self.times: list[float] = []
        self.result: Any = None
        self._call = call
        self._prepare = prepare
        self._turns: Iterator[bool] = itertools.cycle((True, False, False, True))

    def before(self) -> None:
        self.after()
        self._prepare()

    def after(self) -> None:
        if next(self._turns):
            self._prepare()
            start = time.perf_counter()
            self.result = self._call()
            self.times.append(time.perf_counter() - start)


def _milliseconds(times: Sequence[float]) -> str:
    return f"{1000 * statistics.median(times):.3g}"


def _spread(ratios: list[float], digits: int) -> str:
    """The first and third quartile, where there is more than one round."""
    if len(ratios) == 1:
        return ""
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return f"{low:.{digits}f} to {high:.{digits}f}, {len(ratios)} rounds"


def _wanted(ratio: float, goal: Goal | None) -> str:
    if not goal:
        return ""
    sign, limit = goal
    reached = ratio <= limit if sign == "<=" else ratio >= limit
    return f"{sign} {limit:g}" + ("" if reached else " (missed)")


def _machine(config: pytest.Config) -> str:
    cpu = config.hook.pytest_benchmark_generate_machine_info(config=config)["cpu"]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = cpu.get("brand_raw", platform.machine())
    system = f"{platform.system()}; Python {platform.python_version()}"
    return f"{cpu['count']} cores of {name}, {memory:.0f} GiB; {system}"
