"""The JSON body of a write, judged strictly."""

from __future__ import annotations

from typing import Any, TypeVar

import orjson

from providers.simulator.apps.refusal import Refusal
from providers.simulator.call import Call

T = TypeVar("T")


class Body:
    """A document with ways to read it; 9602 for a value of another type than the page names."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def __contains__(self, name: str) -> bool:
        return name in self._document

    def value(self, name: str, kind: type[T]) -> T | None:
        """A value of this type; None if it is missing."""
        given = self._document.get(name)
        if given is not None and not isinstance(given, kind):
            raise Refusal(9602)
        return given

    def text(self, name: str) -> str:
        """A text; empty if it is missing."""
        return self.value(name, str) or ""

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty if it is missing."""
        given: list[Any] = self.value(name, list) or []
        if not all(isinstance(item, str) and item for item in given):
            raise Refusal(9602)
        return given

    def bodies(self, name: str) -> list[Body]:
        """A list of documents; empty if it is missing."""
        given: list[Any] = self.value(name, list) or []
        if not all(isinstance(item, dict) for item in given):
            raise Refusal(9602)
        return [Body(item) for item in given]


def read(call: Call) -> Body:
    """The body of a request."""
    try:
        document = orjson.loads(call.request.get_data())
    except orjson.JSONDecodeError:
        raise Refusal(9602) from None
    if not isinstance(document, dict):
        raise Refusal(9602)
    return Body(document)
