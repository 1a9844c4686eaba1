"""Traces of a person in text: a value as it is, and in every form in which programs write values."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus


def traces(haystack: bytes, values: Iterable[str]) -> list[str]:
    """The values that occur in it, in whatever form and either case."""
    folded = haystack.decode(errors="surrogateescape").lower().encode(errors="surrogateescape")
    return [value for value in values if any(form in folded for form in set(forms(value)))]


def forms(value: str) -> Iterator[bytes]:
    """The value plain, escaped for JSON, HTML, Python and addresses, in UTF-16, as hexadecimal digits, and in base64 at any offset."""
    raw = value.encode()
    texts = (value, json.dumps(value)[1:-1], html.escape(value), repr(value)[1:-1], ascii(value)[1:-1], quote(value), quote_plus(value))
    yield from (text.lower().encode() for text in texts)
    yield value.lower().encode("utf-16-le")
    yield raw.hex().encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield from (_core(encode(b"\0" * offset + raw), offset).lower() for offset in range(3))
    yield base64.b32encode(raw).rstrip(b"=")[:-1].lower()


def _core(encoded: bytes, offset: int) -> bytes:
    """The letters that no neighbour of the value has a part in."""
    return encoded.rstrip(b"=")[-(-offset * 8 // 6) : -1]
