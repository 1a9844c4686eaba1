"""A host on this machine that answers as Apple's sign-in does, at a time of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ACCEPTED = '{"access_token": "secret-token", "token_type": "Bearer", "expires_in": 3600}'
REFUSED = '{"error": "invalid_client"}'


@contextmanager
def door(*, accepts: bool = True, off: timedelta = timedelta()) -> Iterator[str]:
    """The address of such a host. `off`: how far its clock is ahead of ours."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = (ACCEPTED if accepts else REFUSED).encode()
            self.send_response_only(200 if accepts else 400)
            self.send_header("Date", format_datetime(datetime.now(UTC) + off, usegmt=True))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_GET = _answer  # noqa: N815  http.server's names

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


def write_key(path: Path) -> Path:
    """A key as Apple's portal gives one."""
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    path.write_bytes(pem)
    path.chmod(0o600)
    return path
