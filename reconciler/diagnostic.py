"""One finding about the user's files or the live organization, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.resource import Source


class Severity(StrEnum):
    """How much a finding matters: an error stops the run, a warning asks for attention, a note only says how things are."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """A finding: where (None where no file is at fault), what is wrong in a sentence, and what to do about it."""

    source: Source | None
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f"{self.source}  " if self.source else ""
        return f"{place}{self.message}" + (f" {self.hint}" if self.hint else "")
