"""What `make test` does where there is no browser."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import prepared
from conftest import TEMPLATE, run


@pytest.mark.parametrize("ci", [False, True])
def test_without_a_browser_its_tests_are_skipped_and_in_ci_they_fail(tmp_path: Path, ci: bool):
    (tmp_path / "git").symlink_to(shutil.which("git") or "")  # MLRun asks for it
    nothing: dict[str, Any] = {
        "PATH": str(tmp_path),
        "SE_OFFLINE": "true",
        "SE_CACHE_PATH": str(tmp_path),
    }
    unset = ("/usr/bin/env", "-u", "CI") if not ci else ("/usr/bin/env", "CI=true")
    tests = (
        prepared.python(),
        "-m",
        "pytest",
        "tests/looking/test_gallery_page.py",
        "-k",
        "painted",
    )
    done = run(*unset, *tests, cwd=TEMPLATE, check=False, **nothing)
    assert done.returncode == (1 if ci else 0), done.stdout
    last = done.stdout.splitlines()[-1]
    if ci:
        assert "error" in last and "skipped" not in last
    else:
        assert re.match(r"\d+ browser tests were skipped: install Chrome, or Chromium ", last)
