"""JSON:API documents and errors in Apple's words, as values; what a handler returns or raises.

Error codes are hierarchical with dots and are the only field that programs should read; `status` is a text.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field

import orjson
from werkzeug.wrappers import Response


@dataclass(frozen=True, slots=True)
class ApiError:
    """One entry of an error document. `pointer` or `parameter` says where in the request."""

    status: int
    code: str
    title: str
    detail: str
    pointer: str = ""
    parameter: str = ""

    def document(self) -> dict[str, object]:
        """As Apple writes it."""
        entry: dict[str, object] = {
            "id": str(uuid.uuid4()),
            "status": str(self.status),
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
        }
        if self.pointer:
            entry["source"] = {"pointer": self.pointer}
        if self.parameter:
            entry["source"] = {"parameter": self.parameter}
        return entry


class Refusal(Exception):
    """The request is refused; `errors` holds everything wrong with it, the first one's status is the answer's."""

    def __init__(self, *errors: ApiError, headers: dict[str, str] | None = None) -> None:
        super().__init__(errors[0].detail)
        self.errors = errors
        self.headers = headers or {}


@dataclass(slots=True)
class Answer:
    """What goes back: a document (or raw text of a media type of its own) with its status."""

    document: object = None
    status: int = 200
    text: str | None = None
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def refused(refusal: Refusal) -> Answer:
    """A refusal as an answer."""
    document = {"errors": [error.document() for error in refusal.errors]}
    return Answer(document, refusal.errors[0].status, headers=refusal.headers)


def page_of_html(status: int, title: str) -> Answer:
    """What an edge server says instead of the API."""
    text = f"<html>\n<head><title>{status} {title}</title></head>\n<body><center><h1>{status} {title}</h1></center></body>\n</html>\n"
    return Answer(status=status, text=text, media_type="text/html;charset=utf-8")


def write(answer: Answer, layout: str) -> Response:
    """The answer as bytes; `layout` is the value of the switch json_layout."""
    body = answer.text.encode() if answer.text is not None else _json(answer.document, layout)
    response = Response(body, status=answer.status, content_type=answer.media_type)
    response.headers.update(_apple_headers() | answer.headers)
    return response


def _json(document: object, layout: str) -> bytes:
    return json.dumps(document, indent=2, separators=(",", " : ")).encode() if layout == "apple" else orjson.dumps(document)


def _apple_headers() -> dict[str, str]:
    """The headers that Apple's servers were seen to send; there is no rate-limit header among them."""
    request = str(uuid.uuid4())
    trace = uuid.uuid4().hex[:16]
    return {
        "Server": "Apple",
        "Apple-Seq": "0.0",
        "Apple-Tk": "false",
        "B3": f"{trace}-{trace}",
        "X-B3-TraceId": trace,
        "X-B3-SpanId": trace,
        "X-Apple-Request-UUID": request,
        "X-Apple-Jingle-Correlation-Key": request.replace("-", "").upper()[:26],
        "X-Daiquiri-Instance": "daiquiri:10001:simulator:7987:24RELEASE1:daiquiri-amp",
        "X-Responding-Instance": "simulator:1",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
    }
