"""A browser without a window, driven by the DevTools protocol over a pipe: what one sees and does in a page."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 60.0  # Seconds that any answer may take, on a machine that has much else to do.
# Becomes the browser, with the two ends of the pipe as the numbers that it wants.
STARTER = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking"),
    *(
        "--disable-component-update",
        "--disable-sync",
        "--mute-audio",
        "--hide-scrollbars",
        "--force-color-profile=srgb",
    ),
    *("--disable-dev-shm-usage", "--process-per-site", "--lang=en", "about:blank"),
)


def found() -> str | None:
    """The path of a browser; None where there is none, or no pipe could be had."""
    if sys.platform == "win32":
        return None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """A running browser."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._rest = b""
        self._last = 0
        self._open = list[Tab]()
        self._spare = list[Tab]()
        self.events: list[dict[str, Any]] = []

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """What the browser answers."""
        self._last += 1
        asked = {"id": self._last, "method": method, "params": parameters}
        if session is not None:
            asked["sessionId"] = session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        while (told := self._next()).get("id") != self._last:
            self.events.append(told)
        assert "error" not in told, told
        result: dict[str, Any] = told["result"]
        return result

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._back], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            more = os.read(self._back, 1 << 20)
            assert more, "the browser has ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        return told

    def open(
        self,
        address: str,
        size: tuple[int, int] = (1366, 768),
        dark: bool = False,
        stays: bool = False,
        script: bool = True,
    ) -> "Tab":
        """A page of that size, loaded, with our script or without; one that stays is not closed with all the others."""
        tab = self._spare.pop() if self._spare else self._new()
        if not stays:
            self._open.append(tab)
        tab.ask("Page.bringToFront")
        tab.resize(size)
        tab.look(dark)
        tab.ask("Page.navigate", url=address)
        tab.wait(f"document.readyState === 'complete' && (window.threeMarbles !== undefined) === {str(script).lower()}")
        return tab

    def _new(self) -> "Tab":
        """One that tells what becomes of its pages."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        tab = Tab(self, self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.ask(f"{domain}.enable")
        return tab

    def close_all(self) -> None:
        """No page is open any more but those that stay, and what was told of them is forgotten.

        Where they were is room for the next: to begin with a window of its own would take longer than to load a page.
        """
        for tab in self._open:
            tab.ask("Page.navigate", url="about:blank")
        self._spare += self._open
        self._open.clear()
        self.events.clear()


KEY_CODES = {" ": 32, "Enter": 13, "Escape": 27, "Home": 36, "End": 35}
MODIFIERS = {"Alt": 1, "Control": 2, "Shift": 8}


class Tab:
    """A page in it."""

    def __init__(self, browser: Browser, session: str, context: str | None = None) -> None:
        self._browser, self._session, self._context = browser, session, context

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What the browser answers about the page."""
        return self._browser.ask(method, self._session, **parameters)

    def close(self) -> None:
        """It is no longer open."""
        self.ask("Page.close")

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript comes to; promises are waited for."""
        where = {} if self._context is None else {"uniqueContextId": self._context}
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, **where)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def within(self) -> "Tab":
        """What is in the page's only frame, whether the browser keeps that in a process of its own or not."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            frames = [
                each for each in self._browser.ask("Target.getTargets")["targetInfos"] if each["type"] == "iframe"
            ]
            if frames:
                target = frames[-1]["targetId"]
                session = self._browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
                return Tab(self._browser, session)
            for event in self.told("Runtime.executionContextCreated"):
                context = event["context"]
                if context["origin"] in ("null", "://") and context["auxData"]["isDefault"]:
                    return Tab(self._browser, self._session, context["uniqueId"])
            time.sleep(0.02)
        raise AssertionError("there is no frame")

    def wait(self, expression: str) -> None:
        """Until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.value(expression):
            assert time.monotonic() < end, f"never came true: {expression}"
            time.sleep(0.005)

    def drawn(self) -> None:
        """Until what was done is to be seen: the next frame is over, with what was asked for while it began."""
        self.value(
            "new Promise((done) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => done(0);"
            " requestAnimationFrame(() => port2.postMessage(0)); })"
        )

    def resize(self, size: tuple[int, int]) -> None:
        """As large as that."""
        width, height = size
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def look(self, dark: bool = False, still: bool = False) -> None:
        """On a screen, as a system that wants these tells of itself."""
        media = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
        ]
        self.ask("Emulation.setEmulatedMedia", media="", features=media)

    def press(self, key: str, *modifiers: str) -> None:
        """A key goes down and up; a letter is what it writes."""
        held = sum(MODIFIERS[name] for name in modifiers)
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        code = KEY_CODES.get(key, 0)
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, modifiers=held, windowsVirtualKeyCode=code, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, modifiers=held, windowsVirtualKeyCode=code)
        self.drawn()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """The pointer goes down, from place to place, and up."""
        for kind, (x, y), held in (
            ("mousePressed", start, 1),
            ("mouseMoved", end, 1),
            ("mouseReleased", end, 0),
        ):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=held, clickCount=1)
        self.drawn()

    def told(self, *methods: str) -> list[dict[str, Any]]:
        """What the browser has told of the page by itself, of these kinds."""
        self.value("0")
        return [
            event["params"]
            for event in self._browser.events
            if event.get("sessionId") == self._session and event.get("method") in methods
        ]

    def mistakes(self) -> list[str]:
        """Errors of the page's script, and what the browser complains of."""
        thrown = [str(event["exceptionDetails"]) for event in self.told("Runtime.exceptionThrown")]
        logged = [event["entry"]["text"] for event in self.told("Log.entryAdded") if event["entry"]["level"] == "error"]
        said = [str(event["args"]) for event in self.told("Runtime.consoleAPICalled") if event["type"] == "error"]
        return thrown + logged + said

    def requests(self) -> list[str]:
        """The addresses that were asked for."""
        return [event["request"]["url"] for event in self.told("Network.requestWillBeSent")]


@contextmanager
def running(path: str, folder: Path) -> Iterator[Browser]:
    """A browser that keeps what it has to keep in that folder, and ends with the block."""
    (read_end, to), (back, write_end) = os.pipe(), os.pipe()
    command = [
        sys.executable,
        "-c",
        STARTER,
        str(read_end),
        str(write_end),
        path,
        f"--user-data-dir={folder}",
        *OPTIONS,
    ]
    process = subprocess.Popen(
        command,
        pass_fds=(read_end, write_end),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read_end)
    os.close(write_end)
    try:
        yield Browser(to, back)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(to)
        os.close(back)
