"""The same doors on a loopback port, for other processes and other people's clients."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from providers.simulator.doors import mounted
from providers.simulator.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse


class _Quiet(WSGIRequestHandler):
    """Says nothing about each request: counters() tells, and the terminal is the administrator's."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """See WSGIRequestHandler."""


class _Flowing:
    """A pinned organization's time stands still; while it is served it runs with the real one, as its clients' clocks do."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._door = mounted(tenant)
        self._since = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            before, self._since = self._since, time.monotonic()
        if self._tenant.clock.pinned:
            self._tenant.clock.sleep(self._since - before)
        return self._door(environ, start_response)


class Server:
    """All doors on one port; a context manager that closes it.

    `base_url` has no path: the School Manager API is below /v1, every other door below its name in doors.MOUNTS.
    """

    def __init__(self, tenant: Tenant, host: str, port: int) -> None:
        self._server = make_server(host, port, _Flowing(tenant), threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True  # type: ignore[attr-defined] # werkzeug hides ThreadingMixIn behind its base class
        self.base_url = f"http://{host}:{self._server.server_port}"
        self.token_url = f"{self.base_url}/auth/oauth2/token"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Serve until somebody calls `close` (or presses Ctrl-C)."""
        self._thread.join()

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def serve(tenant: Tenant, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Put the organization on a port (0: any free one) in a thread of this process; OSError if the port is taken."""
    return Server(tenant, host, port)
