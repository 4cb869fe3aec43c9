"""
The tests' browser: this machine's Chromium or Chrome, else the one that Selenium's manager brings.

`make test` runs this file before the tests: where neither of them starts, it asks apt for one.
"""

import os
import shutil
import subprocess
import sys
import tempfile

from selenium import webdriver
from selenium.common.exceptions import WebDriverException

HELP = "install Chrome, or Chromium with its driver (Debian: chromium, chromium-driver)"
MISSING = f"no browser: {HELP}"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--window-size=1200,1000"
).split()
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")


def paths() -> tuple[str | None, str | None]:
    """
    Find the browser and its driver on the PATH.

    :returns: Where each of them is, or None.
    """
    return next(filter(None, map(shutil.which, NAMES)), None), shutil.which("chromedriver")


def start(profile: str) -> webdriver.Chrome:
    """
    Start a headless browser that keeps its console's messages and its requests.

    :param profile: A folder for what the browser writes.

    :raise WebDriverException: If there is none that starts.
    """
    browser, driver = paths()
    options = webdriver.ChromeOptions()
    if browser:
        options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # Selenium's manager brings what is not named
    known = driver if browser else None
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(known))


def starts() -> bool:
    """Whether there is a browser that starts; Selenium's manager may bring it now."""
    with tempfile.TemporaryDirectory() as profile:
        try:
            start(profile).quit()
        except WebDriverException:
            return False
    return True


def install() -> None:
    """Ask apt for Chromium, as far as that needs no password."""
    as_root = [] if os.getuid() == 0 else ["sudo", "--non-interactive"]
    for command in (
        ["update"],
        ["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"],
    ):
        try:
            subprocess.run([*as_root, *APT, *command], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return


if __name__ == "__main__" and not all(paths()):
    print("Getting a browser for the tests", file=sys.stderr)
    if not starts():
        install()
