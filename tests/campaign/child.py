"""A process of its own that runs one command line, and that dies, or stops and waits for us, at a chosen instant.

The instants are the standard library's durable writes (`os.fsync`, `os.replace`, `os.rename`) and the requests that go through
httpx's in-process transport. Nothing of ours is touched: the child is a fork, so what is wrapped there is wrapped nowhere else. The
pretend Apple lives in the same process, which is honest here: it keeps each request in one committed transaction of its file, so a
killed client leaves what a real Apple would have, and its time can wait ten minutes in no time, which a port's cannot.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import httpx

from reconciler.cli import run

WRITE, REQUEST, SEND = "write", "request", "send"
"""Sites: a durable write, any request, and the request that creates an activity (which is a request, too)."""
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Point:
    """An instant: right before or right after the nth at a site, counted from 1."""

    site: str
    side: str
    number: int

    def __str__(self) -> str:
        return f"{self.side} {self.site} {self.number}"


def points(counts: Mapping[str, int]) -> list[Point]:
    """Every instant of a run that made so many writes and requests, in the order of sites."""
    return [Point(site, side, number) for site in (WRITE, REQUEST) for side in (BEFORE, AFTER) for number in range(1, counts[site] + 1)]


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code (minus the signal that killed it), what it printed, and what it counted if it lived."""

    code: int
    out: str
    err: str
    counts: Mapping[str, int]


class Child:
    """A running command line; a context manager that leaves no process behind."""

    def __init__(self, log: Path, arguments: Sequence[str], stops: Collection[Point] = (), *, waits: bool = False) -> None:
        """`log` is a folder for its output. At each of `stops` it dies or, if it `waits`, tells us and waits for `go_on`."""
        log.mkdir(parents=True, exist_ok=True)
        self._log = log
        self._status: int | None = None
        self._here, here = os.pipe()
        go, self._go = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            _live(log, arguments, stops, functools.partial(_wait, here, go) if waits else _die)
        os.close(here)
        os.close(go)

    def arrived(self) -> None:
        """Wait until the child stands at its next stop."""
        assert os.read(self._here, 1), f"the child ended before its stop: {self.ended()}"

    def go_on(self) -> None:
        """Let it go on from its stop."""
        os.write(self._go, b".")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.kill(self.pid, signal.SIGINT)

    def ended(self) -> Ended:
        """Wait for its end."""
        if self._status is None:
            self._status = os.waitpid(self.pid, 0)[1]
        counts = self._log / "counts"
        told = json.loads(counts.read_text()) if counts.exists() else {}
        return Ended(os.waitstatus_to_exitcode(self._status), (self._log / "out").read_text(), (self._log / "err").read_text(), told)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            self._status = os.waitpid(self.pid, 0)[1]
        os.close(self._here)
        os.close(self._go)


def _live(log: Path, arguments: Sequence[str], stops: Collection[Point], stop: Callable[[], None]) -> NoReturn:
    """The child's whole life: it never returns into the test run."""
    code = 1
    try:
        _redirect(log)
        counts = _watch(stops, stop)
        code = run(arguments)
        (log / "counts").write_text(json.dumps(counts))
    except BaseException:
        traceback.print_exc()  # as the interpreter would
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _redirect(log: Path) -> None:
    """Standard input is nobody, output goes into files; also for what the test run had put in place of Python's own."""
    for number, path in enumerate((Path(os.devnull), log / "out", log / "err")):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdout, sys.stderr = (open(number, "w", buffering=1, encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115 - descriptors, for the child's whole life


def _watch(stops: Collection[Point], stop: Callable[[], None]) -> Counter[str]:
    counts: Counter[str] = Counter()

    def watched(work: Callable[..., Any], sites: Callable[..., Sequence[str]]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            mine = sites(*arguments)
            counts.update(mine)
            numbers = [(site, counts[site]) for site in mine]
            if any(Point(site, BEFORE, number) in stops for site, number in numbers):
                stop()
            result = work(*arguments, **named)
            if any(Point(site, AFTER, number) in stops for site, number in numbers):
                stop()
            return result

        return call

    for name in ("fsync", "replace", "rename"):
        setattr(os, name, watched(getattr(os, name), lambda *_: (WRITE,)))
    handle = "handle_request"
    setattr(httpx.WSGITransport, handle, watched(httpx.WSGITransport.handle_request, _sites))
    return counts


def _sites(_transport: object, request: httpx.Request) -> Sequence[str]:
    return (REQUEST, SEND) if request.method == "POST" and request.url.path == "/v1/orgDeviceActivities" else (REQUEST,)


def _die() -> None:
    """Die as in a power cut: nothing is flushed, nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def _wait(here: int, go: int) -> None:
    os.write(here, b".")
    os.read(go, 1)
