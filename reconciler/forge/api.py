"""Requests to a forge's REST API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from reconciler.connections import URL_PATTERN
from reconciler.errors import ProviderError, ReconcilerError
from reconciler.phrases import plain

PATIENCE = 30.0
"""Seconds for one answer."""
MOST = 100_000_000
"""Bytes that a kept file may have."""


def needed(environment: Mapping[str, str], name: str, hint: str) -> str:
    """A variable that a CI job has. ReconcilerError if it is missing."""
    if not environment.get(name):
        raise ReconcilerError(f"The environment variable {name} is not set.", hint)
    return environment[name]


class Api:
    """The API below one address. Everything raises ProviderError if it refuses or cannot be reached; no token is ever in its words."""

    def __init__(self, forge: str, base: str, token: str, hint: str) -> None:
        if not re.match(URL_PATTERN, base):
            raise ReconcilerError(f"{plain(base)} is not an address we may send a token to.", "It begins with https://.")
        self.forge = forge
        self._base, self._hint = base.rstrip("/"), hint
        # The header of this name is what httpx leaves out when it is sent on to another host.
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        transport = httpx.HTTPTransport(retries=2)
        self._client = httpx.Client(headers=headers, timeout=PATIENCE, follow_redirects=True, transport=transport)

    def get(self, path: str, **query: str | int) -> Any:
        """One JSON answer."""
        return self._asked("GET", f"{self._base}/{path}", params=query).json()

    def maybe(self, path: str) -> httpx.Response | None:
        """The answer as it is; None where there is nothing, or nothing any more, or nothing for us."""
        answer = self._sent("GET", f"{self._base}/{path}")
        return None if answer.status_code in (401, 403, 404, 410) else self._checked(answer, "GET", path)

    def pages(self, path: str, **query: str | int) -> Iterator[Any]:
        """The items of every page of a list."""
        answer = self._asked("GET", f"{self._base}/{path}", params={**query, "per_page": 100})
        while True:
            yield from answer.json()
            following = answer.links.get("next", {}).get("url", "")
            if not following.startswith(f"{self._base}/"):
                return
            answer = self._asked("GET", following)

    def send(self, method: str, path: str, **content: str) -> Any:
        """A write with a JSON body; the JSON answer."""
        return self._asked(method, f"{self._base}/{path}", json=content).json()

    def _asked(self, method: str, url: str, **more: Any) -> httpx.Response:
        return self._checked(self._sent(method, url, **more), method, url.removeprefix(self._base))

    def _sent(self, method: str, url: str, **more: Any) -> httpx.Response:
        try:
            return self._client.request(method, url, **more)
        except httpx.HTTPError as error:
            raise ProviderError(f"{self.forge} cannot be reached: {type(error).__name__}.", "Run this job again.") from None

    def _checked(self, answer: httpx.Response, method: str, path: str) -> httpx.Response:
        if answer.is_success:
            return answer
        words = plain(_message(answer))[:300]
        raise ProviderError(f"{self.forge} answered {answer.status_code} to {method} {plain(path)}: {words or 'no reason'}.", self._hint)


def _message(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return answer.reason_phrase
    return str(said.get("message") or said.get("error") or "") if isinstance(said, dict) else ""
