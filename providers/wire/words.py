"""A channel's errors in sentences. Nothing of a request (token, key, header) gets into a message; only what the answer says."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from reconciler.errors import ProviderError

SHOWN = 3
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a channel objects to: an entry of a JSON:API error document, or the bare code that older services answer with.

    `pointer` says which part of the request it is about, where Apple tells.
    """

    code: str
    detail: str
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.detail} ({self.code})" if self.code and self.detail else self.detail or self.code


class Refused(ProviderError):
    """A definite no: the request was understood and nothing was done. `faults` holds everything that the channel said."""

    def __init__(self, message: str, hint: str, status: int, faults: tuple[Fault, ...]) -> None:
        super().__init__(message, hint)
        self.status = status
        self.faults = faults


def faults(content: bytes) -> tuple[Fault, ...]:
    """What an error answer's body says; empty if it says nothing (a page of HTML, say).

    The errors of a JSON:API document, the one of an OAuth answer (RFC 6749, 5.2), the number of Apps and Books, or a code as
    plain text, bare or in quotes.
    """
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        document = content.decode("utf-8", "replace")
    if isinstance(document, str):
        return (Fault(code, ""),) if _CODE.fullmatch(code := document.strip()) else ()
    return documented(document) if isinstance(document, dict) else ()


_CODE = re.compile(r"[A-Za-z][\w .,:;='-]{1,119}")


def documented(document: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What a document says of errors; empty if it is none of an error."""
    errors = document.get("errors")
    if isinstance(errors, list):
        return tuple(_fault(error) for error in errors if isinstance(error, dict))
    if isinstance(document.get("error"), str):
        return (Fault(_short(document["error"]), _short(document.get("error_description") or "no reason given")),)
    if isinstance(document.get("errorNumber"), int):
        return (Fault(str(document["errorNumber"]), _short(document.get("errorMessage") or "no reason given")),)
    return ()


def _fault(error: Mapping[str, Any]) -> Fault:
    source = error.get("source")
    pointer = source.get("pointer") if isinstance(source, dict) else ""
    detail = error.get("detail") or error.get("title") or "no reason given"
    return Fault(_short(error.get("code") or ""), _short(detail), str(pointer or ""))


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def listed(found: tuple[Fault, ...]) -> str:
    """The faults in one sentence: each once, a few of many."""
    each = list(dict.fromkeys(str(fault) for fault in found))
    rest = f"; and {len(each) - SHOWN:,} more" if len(each) > SHOWN else ""
    return "; ".join(each[:SHOWN]) + rest


def broken(error: Exception) -> str:
    """What an httpx exception means, as the middle of a sentence. Its own text may quote headers, so it is never shown."""
    match error:
        case httpx.ConnectError() if _certificate(error):
            return "its certificate could not be verified (a proxy or filter on the way?)"
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return "no connection could be made"
        case httpx.ProxyError():
            return "the proxy refused"
        case httpx.TimeoutException():
            return "no answer came in time"
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            return "the connection broke"
        case httpx.DecodingError():
            return "the answer could not be unpacked"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return "its address is not usable"
    return f"the exchange failed ({type(error).__name__})"


def _certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
