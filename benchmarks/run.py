"""
Measures a freshly rendered project, and prints one table of ratios: `make bench`.

pytest-benchmark does the timing. What is compared runs in turns, one call of each a round, so that
a busy machine slows both. A ratio is the median of the rounds' ratios, and the spread is from their
first to their third quartile.

With a word (`make bench ONLY=many`) only the benchmarks are run that have it in their names.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest
import shared_fixtures
from projects import HERE, Project
from table import Table


def main(only: str = "") -> int:
    """
    Measure.

    :param only: pytest's `-k`: what the names of the benchmarks to run have in them.

    :returns: pytest's exit code.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        os.chdir(project.folder)
        sys.path.insert(0, os.getcwd())
        names = ("-o", "python_files=bench_*.py", "-o", "python_functions=bench_*")
        ours = ("-o", "pythonpath=", "-k", only)  # what was rendered is measured, nothing else
        quiet = ("-q", "--benchmark-quiet", "--disable-warnings", "-p", "no:cacheprovider")
        return pytest.main([*quiet, *names, *ours, str(HERE)], [Table(), shared_fixtures])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
