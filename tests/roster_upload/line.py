"""A line between client and server that can be cut after so many bytes, run dry, or only trickle."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE = 16_384


@dataclass
class Cut:
    """How one connection ends: after `up` bytes to the server or `down` bytes from it. `silent`: nobody is told."""

    up: int | None = None
    down: int | None = None
    silent: bool = False


@dataclass
class Line:
    """`cuts` are for one connection after the other; those after them are whole. `lag`: seconds that each piece is on its way.

    The next piece that goes a `stopped` way ("up", "down") is lost, and the connection with it.
    """

    server: int
    cuts: Sequence[Cut] = ()
    lag: float = 0.0
    port: int = 0
    carried: list[dict[str, int]] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def accept(self, door: socket.socket) -> None:
        """Carry connections until the door closes."""
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.create_connection(("127.0.0.1", self.server))
                cut = self.cuts[len(self.carried)] if len(self.carried) < len(self.cuts) else Cut()
                count = {"up": 0, "down": 0}
                self.carried.append(count)
                for way, source, sink, most in (("up", near, far, cut.up), ("down", far, near, cut.down)):
                    threading.Thread(target=self._carry, args=(way, source, sink, most, cut.silent, count), daemon=True).start()

    def _carry(self, way: str, source: socket.socket, sink: socket.socket, most: int | None, silent: bool, count: dict[str, int]) -> None:
        with suppress(OSError):
            while (piece := source.recv(PIECE)) and way not in self.stopped:
                room = len(piece) if most is None else most - count[way]
                if self.lag:
                    self.over.wait(self.lag)
                sink.sendall(piece[:room])
                count[way] += len(piece[:room])
                if room <= len(piece) and most is not None:
                    break
        if silent and most is not None and count[way] >= most:
            self.over.wait()
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line(server: int, *cuts: Cut, lag: float = 0.0) -> Iterator[Line]:
    """A line to the server at this port; its own port is in it."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        made = Line(server, cuts, lag, door.getsockname()[1])
        threading.Thread(target=made.accept, args=(door,), daemon=True).start()
        try:
            yield made
        finally:
            made.over.set()
            door.shutdown(socket.SHUT_RDWR)
