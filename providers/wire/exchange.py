"""One exchange on the wire: httpx goes in here and does not come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from providers.wire.message import Form, Request, Response
from providers.wire.words import broken

TIMEOUT = httpx.Timeout(90.0, connect=20.0)
AT_ONCE = 5
"""So many requests are under way at once, at most."""
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL)
_BROKEN = (httpx.HTTPError, httpx.StreamError, httpx.CookieConflict)


class Passing(Exception):
    """No usable answer, in a way that may pass. `words` finish the sentence "Apple …"."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotSent(Passing):
    """Nothing left this machine: the one failure after which a write may be sent again."""


class Exchange:
    """Sends requests over one lazily made client, several at once in threads that are made once: to start one costs more than a request.

    HTTP/1.1 on purpose: clients of Apple's API report a tenth of their requests reset under HTTP/2 (asbmutil issue 13).
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], transport: httpx.BaseTransport | None) -> None:
        self._base_url = base_url
        self._headers = headers
        self._transport = transport
        self._client: httpx.Client | None = None
        self._threads: ThreadPoolExecutor | None = None

    def send(self, request: Request, shown: Mapping[str, str]) -> httpx.Response:
        """The whole answer, whatever its status; `shown` are the headers with the token. Raises NotSent or Passing."""
        try:
            answer = self._made().send(self._built(request, shown))
        except _NOT_SENT as error:
            raise NotSent(f"could not be reached: {broken(error)}") from None
        except _BROKEN as error:
            raise Passing(f"gave no whole answer: {broken(error)}") from None
        # httpx ties answer and stream in a ring; while the collector is paused, no page would ever be let go.
        answer.stream = httpx.ByteStream(b"")
        return answer

    def send_all(self, requests: Sequence[Request], shown: Mapping[str, str]) -> list[httpx.Response | Passing]:
        """Likewise for several, AT_ONCE of them at a time; what `send` would raise is a value here."""
        self._made()  # before there are threads that would make one each

        def one(request: Request) -> httpx.Response | Passing:
            try:
                return self.send(request, shown)
            except Passing as problem:
                return problem

        self._threads = self._threads or ThreadPoolExecutor(AT_ONCE)
        return list(self._threads.map(one, requests))

    def decoded(self, request: Request, answer: httpx.Response) -> Response:
        """The answer as a value. Raises Passing if a document was due and none came."""
        if request.form is Form.TEXT:
            return Response(answer.status_code, {}, answer.content.decode("utf-8", "replace"))
        try:
            document: Any = orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            what = "a web page" if answer.content.lstrip().startswith(b"<") else "a damaged answer"
            raise Passing(f"sent {what} instead of data (status {answer.status_code})") from None
        if not isinstance(document, dict):
            raise Passing(f"sent something else than a document (status {answer.status_code})")
        return Response(answer.status_code, document)

    def close(self) -> None:
        """Give threads and connections back. Idempotent."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
        if self._client is not None:
            self._client.close()
            self._client = None

    def _made(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(transport=self._transport, timeout=TIMEOUT, http2=False)
        return self._client

    def _built(self, request: Request, shown: Mapping[str, str]) -> httpx.Request:
        headers = {"Accept": "application/json" if request.form is Form.JSON else "*/*", **self._headers, **request.headers, **shown}
        if request.content is not None:
            headers["Content-Type"] = request.content_type
        # Whole addresses: putting them together is a quarter of what httpx takes for a request.
        url = f"{self._base_url}{request.url}" if request.url.startswith("/") else request.url
        query = f"?{urlencode(request.query)}" if request.query else ""
        return self._made().build_request(request.method, url + query, content=request.content, headers=headers)
