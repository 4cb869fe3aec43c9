"""A page in the tests' browser: what is on it, and what a person presses."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from browser import MISSING, start

PIXEL = """
const image = arguments[0], canvas = document.createElement("canvas");
canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
const context = canvas.getContext("2d", {willReadFrequently: true});
context.drawImage(image, 0, 0);
const right = canvas.width - 1, bottom = canvas.height - 1;
const at = (x, y) => [...context.getImageData(x * right, y * bottom, 1, 1).data];
return [canvas.width, at(0, 0), at(1, 0), at(0, 1)];
"""


class Browser:
    """A headless Chromium with its console and its requests."""

    def __init__(self, driver: webdriver.Chrome):
        self.driver = driver

    def open(self, page: Path, view: str = "", scheme: str = "light", width: int = 1200) -> None:
        """Open a page; its view may name its `{first}` and its `{last}` image."""
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.driver.get_log("performance")
        self.driver.get("about:blank")  # or a new view alone would not load the page
        self.driver.get(page.as_uri())
        if view:
            ids = self.run("return images.map(image => encodeURIComponent(image.id))")
            self.run("location.hash = arguments[0]", view.format(first=ids[0], last=ids[-1]))

    def press(self, *keys: str) -> None:
        """Press keys one after the other, where the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def tab_to(self, selector: str) -> Any:
        """Press TAB until an element has the focus."""
        for _ in range(50):
            self.press(Keys.TAB)
            focused = self.driver.switch_to.active_element
            if self.run("return arguments[0].matches(arguments[1])", focused, selector):
                return focused
        raise AssertionError(f"TAB does not reach {selector}")

    def focused(self) -> str:
        return self.driver.switch_to.active_element.get_attribute("class") or ""

    def address(self) -> str:
        """The address, which the page writes a moment after the view has changed."""
        self.driver.execute_async_script("setTimeout(arguments[0], 100)")
        return self.driver.current_url

    def wait(self, script: str) -> Any:
        """Wait until what a script returns is true."""
        return WebDriverWait(self.driver, 600).until(lambda _: self.run(script))

    def run(self, script: str, *arguments) -> Any:
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> list:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def shown(self, selector: str) -> list[str]:
        return [element.text for element in self.find(selector) if element.is_displayed()]

    def console(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        messages = [
            json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")
        ]
        return [
            m["params"]["request"]["url"]
            for m in messages
            if m["method"] == "Network.requestWillBeSent"
        ]

    def check_quiet(self) -> None:
        """Nothing in the console, and no request but for the page itself and what is in it."""
        assert self.console() == []
        requests = self.requests()
        assert any(url.startswith("file:") for url in requests)
        allowed = ("file:", "data:", "about:blank")
        assert [url for url in requests if not url.startswith(allowed)] == []

    def check_gradient(self, image) -> None:
        """The element is painted, with the colours of the project's gradient."""
        self.run("arguments[0].scrollIntoView(); return arguments[0].decode()", image)
        width, origin, right, bottom = self.run(PIXEL, image)
        assert width > 0
        for pixel, colour in ((origin, (0, 0, 50)), (right, (255, 0, 50)), (bottom, (0, 255, 50))):
            assert all(abs(a - b) < 48 for a, b in zip(pixel, colour, strict=False)), (
                pixel,
                colour,
            )


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    try:
        driver = start(str(tmp_path_factory.mktemp("chromium")))
    except WebDriverException as error:
        if "CI" in os.environ:
            pytest.fail(f"{MISSING}; {error.msg}", pytrace=False)
        pytest.skip(MISSING)
    driver.set_script_timeout(600)
    yield Browser(driver)
    driver.quit()


@pytest.fixture(autouse=True)
def own_console(request: pytest.FixtureRequest) -> None:
    """A test sees nothing in the console of those before it: they have one browser."""
    if "browser" in request.fixturenames:
        request.getfixturevalue("browser").console()
