"""Progress on a pipe: silence, but for a line where something takes long, so that nobody takes it for dead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from reconciler.provider import Report
from reconciler.render.progress import Standing

FIRST, NEXT = 10.0, 60.0
"""Seconds of silence before the first line, and between two lines. Real ones: a rehearsal's hours pass at once and are not told."""


@contextmanager
def heartbeat(say: Callable[[str], None], first: float = FIRST, following: float = NEXT) -> Iterator[Report]:
    """A report that `say`s where things stand when it took `first` seconds, and then every `following` seconds."""
    standing, over = Standing(), Event()
    watcher = Thread(target=_watch, args=(say, standing, over, first, following), daemon=True)
    watcher.start()
    try:
        yield standing.take
    finally:
        over.set()
        watcher.join()


def _watch(say: Callable[[str], None], standing: Standing, over: Event, first: float, following: float) -> None:
    pause = first
    while not over.wait(pause):
        try:
            say(f"Still at work: {'; '.join((standing.action(), *standing.details()))}.")
        except OSError:  # nobody reads it any more, which is no reason to stop what is being done
            return
        pause = following
