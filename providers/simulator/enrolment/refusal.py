"""How this service says no: a bare word as plain text, which is all that a program gets to read."""

from __future__ import annotations

from collections.abc import Mapping

from providers.simulator.answers import Answer

MALFORMED = "MALFORMED_REQUEST_BODY"


class Refusal(Exception):
    """The request is refused with a status and one of Apple's words."""

    def __init__(self, status: int, word: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(word)
        self.status = status
        self.word = word
        self.headers = dict(headers or {})


def plain(refusal: Refusal, manner: str) -> Answer:
    """A refusal as an answer; `manner` is the value of the switch enrolment_error_text."""
    word = f'"{refusal.word}"' if manner == "quoted" else refusal.word
    return Answer(status=refusal.status, text=word, media_type="text/plain;Charset=UTF8", headers=refusal.headers)
