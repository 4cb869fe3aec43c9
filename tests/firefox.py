"""This machine's Firefox, asked over WebDriver BiDi: its driver is in few distributions."""

import base64
import itertools
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import websocket  # which Selenium brings

PROGRAM = shutil.which("firefox") or shutil.which("firefox-esr")
FLAGS = ("--headless", "--no-remote", "--remote-debugging-port=0", "--profile")


class Firefox:
    """
    A headless Firefox with what its console says.

    :param profile: A folder for what it writes.
    """

    def __init__(self, profile: Path):
        assert PROGRAM
        self.console: list[str] = []
        self._numbers = itertools.count(1)
        self._process = subprocess.Popen(
            [PROGRAM, *FLAGS, profile], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        assert self._process.stderr
        said = (re.search(r"BiDi listening on (ws://\S+)", line) for line in self._process.stderr)
        address = next(found[1] for found in said if found)
        self._socket = websocket.create_connection(f"{address}/session", 60, suppress_origin=True)
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, page: Path, view: str = "") -> None:
        """Open a page, and wait until it has loaded."""
        loaded = "document.readyState === 'complete' && location.href.split('#')[0]"
        for url in ("about:blank", page.as_uri() + view):
            # Firefox may miss the end of a navigation whose page changes its own address meanwhile
            self._ask("browsingContext.navigate", context=self._tab, url=url, wait="none")
            while self._evaluate(loaded).get("value") != url.split("#")[0]:
                time.sleep(0.05)

    def run(self, script: str) -> Any:
        """Run the body of an async function; gives what it returns."""
        whole = f"(async () => {{ {script} }})().then(JSON.stringify)"
        return json.loads(self._evaluate(whole).get("value", "null"))

    def wait(self, script: str) -> None:
        """Wait until an expression is true."""
        turn = "await new Promise(done => setTimeout(done, 50))"
        self.run(f"while (!({script})) {turn}")

    def picture(self) -> bytes:
        """A PNG of what it shows."""
        shown = self._ask("browsingContext.captureScreenshot", context=self._tab)
        return base64.b64decode(shown["data"])

    def quit(self) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.communicate()

    def _evaluate(self, expression: str) -> dict[str, Any]:
        answer = self._ask(
            "script.evaluate",
            expression=expression,
            target={"context": self._tab},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return answer["result"]

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("method") == "log.entryAdded":
                self.console.append(answer["params"]["text"])
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]
