"""A web server on this machine that answers with one document."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug import Request, Response
from werkzeug.serving import make_server

PATH = "/.well-known/com.apple.remotemanagement"


@contextmanager
def web_server(host: str, content: str, status: int = 200) -> Iterator[str]:
    """Serve the document for one host at Apple's path, and 404 for everything else; its address."""

    @Request.application
    def application(request: Request) -> Response:
        if (request.host.partition(":")[0], request.path) != (host, PATH):
            return Response("nothing here", 404)
        return Response(content, status, content_type="application/json")

    server = make_server("127.0.0.1", 0, application)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
