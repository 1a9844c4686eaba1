"""A conversation over HTTP on disk: recorded once from the simulator, played as often as wanted."""

from __future__ import annotations

from pathlib import Path

import httpx
import orjson

INDEX = "index.json"


def key(request: httpx.Request) -> str:
    """What makes two requests the same: their bodies are not looked at, since a signed assertion never comes twice."""
    return f"{request.method} {request.url.raw_path.decode()}"


class Recorder(httpx.BaseTransport):
    """Writes down every answer of another transport, one file each; `close` writes the index."""

    def __init__(self, inner: httpx.BaseTransport, folder: Path) -> None:
        self._inner = inner
        self._folder = folder
        self._files: dict[str, str] = {}
        folder.mkdir(parents=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        response = self._inner.handle_request(request)
        file = self._files.setdefault(key(request), f"{len(self._files):05}.json")
        (self._folder / file).write_bytes(response.read())
        return response

    def close(self) -> None:
        """See httpx."""
        (self._folder / INDEX).write_bytes(orjson.dumps(self._files))
        self._inner.close()


class Player(httpx.BaseTransport):
    """Answers from disk. A request that was never recorded is a mistake of the benchmark, so it may end in a traceback."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = recorded(folder)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        if key(request) not in self._files:
            raise LookupError(f"{key(request)} is not on the tape; the provider asks for other things now: use --fresh")
        content = (self._folder / self._files[key(request)]).read_bytes()
        return httpx.Response(200, headers={"Content-Type": "application/json"}, content=content, request=request)


def recorded(folder: Path) -> dict[str, str]:
    """Request → file of everything on a tape."""
    files: dict[str, str] = orjson.loads((folder / INDEX).read_bytes())
    return files
